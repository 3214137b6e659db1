"""What documents cost while news comes fast: sixty slices in three formats, all asked for each second.

A real database and the hub's own press; only the clock is turned by hand, so that a busy machine takes longer
and measures the same.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from logging_hub import cosigners_alone

from syndicate.assembly import tune_memory
from syndicate.journey import Admission, LocalWakeup, Press, Sealer
from syndicate.news import Admitted, Envelope, Slice
from syndicate.republish import parse_slice
from syndicate.storage import open_storage
from syndicate.web import CODINGS
from syndicate.wire import MEDIA_TYPES, Typesetter

from . import _newsroom
from ._ingest import log_key_of
from ._measure import Goal, Result, Scale
from ._stories import SCRIPTS

GOAL: Final = Goal(at_most=30.0)  # percent of a core
_SLICES: Final = 60
_AGENCIES: Final = 25
_A_SECOND: Final = 20  # new items
_FORMATS: Final = ("rss", "atom", "json")
_CODING: Final = "gzip"  # what nearly every reader asks for
_SECONDS: Final = 30  # measured, or as many as fit into
_MOST_CPU: Final = 60.0  # seconds
_FILLING: Final = 500  # items sealed at a time beforehand


@dataclass
class _HandClock:
    time: float

    def now(self) -> float:
        return self.time


@dataclass
class _Seen:
    cpu: float = 0.0
    seconds: int = 0
    documents: set[str] = field(default_factory=set)  # digests
    bytes: int = 0
    behind: list[float] = field(default_factory=list)  # seconds that each answer is behind its slice


def measure(scale: Scale) -> list[Result]:
    """Percent of a core that the documents take."""
    tune_memory()
    with TemporaryDirectory(prefix="syndicate-bench-") as made:
        room = _newsroom.Press(Path(made), _AGENCIES)
        seen = asyncio.run(_busy_hour(Path(made), room, scale))
    percent = 100 * seen.cpu / seen.seconds
    return [
        Result(
            section="render",
            what=f"% of a core for {_SLICES} slices in 3 formats at {_A_SECOND} new items a second",
            figure=percent,
            spread=(percent, percent),
            goal=GOAL,
            unit="%",
            behind=(
                _made(seen),
                f"CPU a document: {1000 * seen.cpu / len(seen.documents):.1f} ms",
                f"behind its slice: {_age(seen)}",
            ),
        )
    ]


def _made(seen: _Seen) -> str:
    count = len(seen.documents)
    return f"made: {count / seen.seconds:.1f} a second, {seen.bytes / count / 1e6:.2f} MB each in {_CODING}"


def _age(seen: _Seen) -> str:
    return f"{statistics.median(seen.behind):.0f} s in the middle, {max(seen.behind):.0f} s at the most"


def slices(agencies: Sequence[str]) -> list[Slice]:
    """All, each member, language and agency, and as many combinations of two as are left."""
    members = sorted({agency[:2] for agency in agencies})
    languages = [script.lang for script in SCRIPTS]
    paths = ["all", *members, *(f"lang/{lang}" for lang in languages), *(f"agency/{one}" for one in agencies)]
    paths += [f"{member}/lang/{lang}" for lang in languages for member in members]
    found = [parse_slice(path) for path in paths[:_SLICES]]
    return [slice_ for slice_ in found if slice_ is not None]


async def _busy_hour(folder: Path, room: _newsroom.Press, scale: Scale) -> _Seen:
    clock, bell = _HandClock(_newsroom.NOON), LocalWakeup()
    async with open_storage(folder / "hub.db") as storage:
        admission = Admission(storage, lambda: room.registry, clock)
        signer = log_key_of(folder / "hub.db", room.registry)
        sealer = Sealer(storage, clock, bell, signer, cosigners_alone(storage.log, signer))
        rooms = cycle(room.rooms)

        async def news(count: int) -> None:
            tokens = [each.publish()[1] for each in islice(rooms, count)]
            outcomes = await admission.admit([Envelope(token=token, source="bench") for token in tokens])
            if not all(isinstance(outcome, Admitted) for outcome in outcomes):
                raise AssertionError("not every item was admitted: nothing to measure")
            await sealer.seal_once()

        for _ in range(scale.of(12_000, 100) // scale.of(_FILLING, 50)):
            await news(scale.of(_FILLING, 50))
            clock.time += _FILLING / _A_SECOND
        press = Press(
            storage,
            lambda: room.registry,
            clock,
            bell,
            Typesetter(),
            media_types=MEDIA_TYPES,
            codings=CODINGS,
            base_url="https://hub.example",
        )
        asked = slices([each.id for each in room.rooms])[: scale.of(_SLICES, 4)]
        with closing(press):
            await _second(press, asked, _Seen(), clock)
            seen = _Seen()
            while seen.seconds < scale.of(_SECONDS, 2) and seen.cpu < _MOST_CPU:
                await news(_A_SECOND)
                clock.time += 1
                await _second(press, asked, seen, clock)
            return seen


async def _second(press: Press, asked: Sequence[Slice], seen: _Seen, clock: _HandClock) -> None:
    """Every document once."""
    before = time.process_time()
    for slice_ in asked:
        for format_ in _FORMATS:
            document = await press.document(slice_, format_)
            name = f"{slice_.path}.{format_} {document.digest}"
            if name not in seen.documents:
                seen.documents.add(name)
                seen.bytes += len(document.bodies[_CODING])
            if document.last_modified is not None:
                seen.behind.append(clock.time - document.last_modified)
    seen.cpu += time.process_time() - before
    seen.seconds += 1
