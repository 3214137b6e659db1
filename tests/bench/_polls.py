"""Visits to sources where nothing is new, beside a bare loop that asks the same server the same."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import unchanged_polls
from unchanged_polls import Speed

from ._measure import MICRO, Goal, Result, Scale, ratio_of, told

GOAL: Final = Goal(at_least=0.5)


def measure(scale: Scale) -> list[Result]:
    """Polls a second of CPU of the hub's poller ÷ those of a bare aiohttp loop."""
    with TemporaryDirectory(prefix="syndicate-bench-") as made:
        measuring = unchanged_polls.measure(
            Path(made), sources=scale.of(16, 2), rounds=scale.of(40, 2), times=scale.turns
        )
        seen = asyncio.run(measuring)
    bare, ours = _cpu(seen.bare), _cpu(seen.ours)
    ratios = [them / us for them, us in zip(bare, ours, strict=True)]
    behind = [
        told("bare aiohttp loop", bare, "µs of CPU a poll"),
        told("due, fetch, remember", ours, "µs of CPU a poll"),
        f"by the clock on the wall, which others' work disturbs: {seen.ratio:.2f}",
    ]
    what = "unchanged polls a second of CPU ÷ those of a bare aiohttp conditional-GET loop"
    return [ratio_of("polls", what, ratios, GOAL, behind)]


def _cpu(speeds: Sequence[Speed]) -> list[float]:
    return [each.cpu / each.polls * MICRO for each in speeds]
