"""What a new item costs from the fetched bytes to its index, beside a bare check of its signature."""

import asyncio
import base64
import gc
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from syndicate.journey import Admission, LocalWakeup, Sealer
from syndicate.news import Admitted, Envelope, Registry
from syndicate.storage import open_storage
from syndicate.trust import verify
from syndicate.wire import take_out

from ._measure import MICRO, Goal, Result, Scale, Stopwatch, cpu_of, ratio_of, told
from ._newsroom import ENTRIES, NOON, Issue, Press, StillClock

GOAL: Final = Goal(at_most=3.0)
Signed = tuple[Ed25519PublicKey, bytes, bytes]  # the key, the signature and what was signed


class Hub:
    """The way of an item through the hub, with a stopwatch at each stage."""

    def __init__(self, admission: Admission, sealer: Sealer) -> None:
        self._admission = admission
        self._sealer = sealer
        self.taking_out = Stopwatch()
        self.admitting = Stopwatch()
        self.sealing = Stopwatch()

    async def ingest(self, atom: bytes) -> int:
        """Take in one fetched document; how many items were admitted."""
        with self.taking_out:
            carried = take_out(atom, "atom")
            envelopes = [Envelope(token=each.token, source="bench") for each in carried]
        with self.admitting:
            outcomes = await self._admission.admit(envelopes)
        with self.sealing:
            await self._sealer.seal_once()
        return sum(isinstance(outcome, Admitted) for outcome in outcomes)

    @property
    def stages(self) -> tuple[float, float, float]:
        """Seconds so far: taking out, admitting, sealing."""
        return (self.taking_out.seconds, self.admitting.seconds, self.sealing.seconds)


async def ingest_all(path: Path, registry: Registry, issues: Sequence[Issue]) -> tuple[float, float, float]:
    """Take these documents into a new database; the seconds of each stage."""
    clock = StillClock()
    async with open_storage(path) as storage:
        hub = Hub(Admission(storage, lambda: registry, clock), Sealer(storage, clock, LocalWakeup()))
        for issue in issues:
            admitted = await hub.ingest(issue.atom)
            if admitted != ENTRIES:
                raise AssertionError(f"{admitted} of {ENTRIES} items were admitted: nothing to measure")
    return hub.stages


def measure(scale: Scale) -> list[Result]:
    """CPU of ingest ÷ CPU of the bare signature checks."""
    press = Press()
    issues = list(press.issues(scale.of(20, 2)))
    items = len(issues) * ENTRIES
    signed = [each for issue in issues for each in _signed(issue, press.registry)]
    checking = _checking(issues, press.registry)
    turns: list[tuple[float, float, float, float, float]] = []
    with ExitStack() as opened:
        folder = Path(opened.enter_context(TemporaryDirectory(prefix="syndicate-bench-")))
        for turn in range(scale.turns + 1):
            gc.collect()
            bare = cpu_of(lambda: _check_bare(signed))
            stages = asyncio.run(ingest_all(folder / f"{turn}.db", press.registry, issues))
            verifying = cpu_of(checking)
            if turn:  # the first one warms up
                turns.append((bare, verifying, *stages))
    return [_result(turns, items)]


def _result(turns: Sequence[tuple[float, float, float, float, float]], items: int) -> Result:
    ratios = [sum(stages) / bare for bare, _, *stages in turns]
    bare, verifying, out, admitting, sealing = (
        [t / items * MICRO for t in column] for column in zip(*turns, strict=True)
    )
    placing = [all_ - judged for all_, judged in zip(admitting, verifying, strict=True)]
    whole = [sum(stages) / items * MICRO for _, _, *stages in turns]
    behind = [
        told("bare Ed25519 check", bare, "µs an item"),
        told("ingest in all", whole, "µs an item"),
        told("  take_out (Atom, bounds, tokens)", out, "µs"),
        told("  admit: trust.verify (steps 1 to 11)", verifying, "µs"),
        told("  admit: known, place, store, commit", placing, "µs"),
        told("  seal: index, commit", sealing, "µs"),
    ]
    return ratio_of("ingest", "CPU of an item, bytes to index ÷ bare signature check", ratios, GOAL, behind)


def _signed(issue: Issue, registry: Registry) -> list[Signed]:
    public = next(key.public for key in registry.keys.values() if key.agency == issue.agency)
    key = Ed25519PublicKey.from_public_bytes(public)
    parts = (token.rpartition(".") for token in issue.tokens)
    return [(key, base64.urlsafe_b64decode(sig + "=="), said.encode("ascii")) for said, _, sig in parts]


def _check_bare(signed: Sequence[Signed]) -> None:
    for key, signature, said in signed:
        key.verify(signature, said)


def _checking(issues: Sequence[Issue], registry: Registry) -> Callable[[], None]:
    envelopes = [Envelope(token=token, source="bench") for issue in issues for token in issue.tokens]

    def check() -> None:
        for envelope in envelopes:
            verify(envelope, registry, NOON)

    return check
