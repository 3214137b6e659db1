"""What the operator does stands in the log, too: each registry taken over, and every quarantine.

A registry is noted when another one is in use, and once a day: a key that was added secretly, for one hub or
for an hour, is public and stays so. An act's bytes are canonical JSON, served under ``/log/act/``.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from syndicate.assembly._quarantine import OperatorsAct
from syndicate.ports import Clock, PublicLog
from syndicate.registry import Refreshed


class Chronicle:
    """Adds acts to the log, each of them once."""

    def __init__(self, log: PublicLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._noted: set[bytes] = set()  # since this process began; the log itself knows all

    async def note(self, seen: Refreshed, quarantines: Sequence[OperatorsAct]) -> None:
        """Note what is not in the log yet. Raises StorageError."""
        for act in (_registry_act(seen, self._clock.now()), *_quarantine_acts(quarantines)):
            if act not in self._noted:
                await self._log.add_act(act)
                self._noted.add(act)


def _registry_act(seen: Refreshed, now: float) -> bytes:
    return _canonical(
        {
            "act": "registry",
            "day": f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d}",
            "federation": seen.registry.federation,
            "registry": seen.registry.version,
            "root": {"version": seen.root.version, "sha256": seen.root.sha256},
        }
    )


def _quarantine_acts(acts: Sequence[OperatorsAct]) -> Iterator[bytes]:
    for each in acts:
        yield _canonical({**asdict(each), "act": f"quarantine-{each.act}"})


def _canonical(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
