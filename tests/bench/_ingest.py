"""What a new item costs from the fetched bytes to its committed row, beside a bare check of its signature.

Giving it its index is the sealer's work, in a transaction of its own: it is told apart. Both are measured
on one core, and the checks of a few documents' signatures right after these documents.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple, Self
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from logging_hub import cosigners_alone

from syndicate.assembly import tune_memory
from syndicate.journey import Admission, LocalWakeup, LogSigner, Sealer, _admit
from syndicate.news import Admitted, Envelope, Registry
from syndicate.ports import Storage
from syndicate.signing import create_key
from syndicate.storage import open_storage
from syndicate.storage._kin import Buckets
from syndicate.wire import take_out

from ._measure import MICRO, Goal, Result, Scale, Stopwatch, cpu_of, on_one_core, ratio_of, told
from ._newsroom import ENTRIES, Issue, Press, StillClock

GOAL: Final = Goal(at_most=5.0)  # with all that is found on the way
_SEAL_EVERY: Final = 3  # documents; the sealer's window of 100 ms holds at least as many when a hub is busy
Signed = tuple[Ed25519PublicKey, bytes, bytes]  # the key, the signature and what was signed
Lot = tuple[Sequence[Issue], Sequence[Signed]]  # documents sealed together, and what is signed in them


class Stages(NamedTuple):
    """Seconds of processor time by stage; the last three are parts of admitting."""

    taking_out: float
    admitting: float
    sealing: float
    verifying: float
    sketching: float
    banding: float  # writes rows of bands

    @classmethod
    def summed(cls, each: Iterable[Self]) -> Self:
        """Of several lots together."""
        return cls(*map(sum, zip(*each, strict=True)))

    @property
    def whole(self) -> float:
        """All of it, its index included."""
        return self.taking_out + self.admitting + self.sealing

    @property
    def counted(self) -> float:
        """To the committed row, the rows of bands apart."""
        return self.taking_out + self.admitting - self.banding

    @property
    def placing(self) -> float:
        """What is left of admitting."""
        return self.admitting - self.verifying - self.sketching - self.banding


class Intake:
    """The way of an item through the hub, with a stopwatch at each stage."""

    def __init__(self, storage: Storage, registry: Registry, signer: LogSigner) -> None:
        clock = StillClock()
        self.storage = storage
        self._admission = Admission(storage, lambda: registry, clock)
        self._sealer = Sealer(storage, clock, LocalWakeup(), signer, cosigners_alone(storage.log, signer))

    async def take(self, tokens: Sequence[str]) -> None:
        """Take in tokens, every one of which must be new, and seal them."""
        await self._admit([Envelope(token=token, source="bench") for token in tokens])
        await self._sealer.seal_once()

    async def _admit(self, envelopes: Sequence[Envelope]) -> None:
        outcomes = await self._admission.admit(envelopes)
        if not all(isinstance(outcome, Admitted) for outcome in outcomes):
            raise AssertionError("not every item was admitted: nothing to measure")

    async def ingest(self, issues: Sequence[Issue]) -> Stages:
        """Take in these documents, every item of which must be new."""
        out, admitting, sealing = Stopwatch(), Stopwatch(), Stopwatch()
        with (
            _watched(_admit, "_verify_each") as verifying,
            _watched(_admit, "_sketch_each") as sketching,
            _watched(Buckets, "keep") as banding,
        ):
            for number, issue in enumerate(issues, 1):
                fetched = bytes(bytearray(issue.atom))  # just written, as by the fetcher
                with out:
                    carried = take_out(fetched, "atom").carried
                    envelopes = [Envelope(token=each.token, source="bench") for each in carried]
                with admitting:
                    await self._admit(envelopes)
                with sealing:
                    if number % _SEAL_EVERY == 0 or number == len(issues):
                        await self._sealer.seal_once()
        watches = (out, admitting, sealing, verifying, sketching, banding)
        return Stages(*(each.seconds for each in watches))


@contextmanager
def _watched(owner: object, name: str) -> Iterator[Stopwatch]:
    """Measures meanwhile what a function takes."""
    stopwatch, really = Stopwatch(), getattr(owner, name)

    def watched(*given: object) -> object:
        with stopwatch:
            return really(*given)

    with patch.object(owner, name, watched):
        yield stopwatch


def log_key_of(path: Path, registry: Registry) -> LogSigner:
    """The log's key, where a hub will look for it."""
    key, words = (path.with_name(f"{path.name}.log-key{ending}") for ending in ("", ".words"))
    words.write_text("a few plain words\n", encoding="ascii")
    return LogSigner(f"{registry.federation}.localhost/log", create_key(key, b"a few plain words"))


@asynccontextmanager
async def intake(path: Path, registry: Registry, met: Sequence[Issue] = ()) -> AsyncIterator[Intake]:
    """An intake over a database at ``path`` that has met every agency."""
    async with open_storage(path) as storage:
        open_ = Intake(storage, registry, log_key_of(path, registry))
        await open_.ingest(met)
        yield open_


def measure(scale: Scale) -> list[Result]:
    """CPU of ingest ÷ CPU of the bare signature checks."""
    tune_memory()  # as a hub does before anything else
    with TemporaryDirectory(prefix="syndicate-bench-") as made:
        folder = Path(made)
        press = Press(folder, unlike=True)
        met, issues = list(press.issues(len(press.rooms))), list(press.issues(scale.of(20, 2)))
        lots = [
            _lot(issues[at : at + _SEAL_EVERY], press.registry) for at in range(0, len(issues), _SEAL_EVERY)
        ]
        turns = []
        for turn in range(scale.turns + 1):
            with on_one_core():
                turns.append(asyncio.run(_one_turn(folder / f"{turn}.db", press.registry, met, lots)))
            (folder / f"{turn}.db").unlink()
    return [_result(turns[1:], len(issues) * ENTRIES)]  # the first one warmed up


def _lot(issues: Sequence[Issue], registry: Registry) -> Lot:
    return issues, [each for issue in issues for each in signed_of(issue, registry)]


async def _one_turn(
    path: Path, registry: Registry, met: Sequence[Issue], lots: Sequence[Lot]
) -> tuple[float, Stages]:
    """Seconds of the bare checks, each lot's beside the lot; and what taking it in took."""
    bare, stages = 0.0, []
    async with intake(path, registry, met) as open_:
        for issues, signed in lots:
            stages.append(await open_.ingest(issues))
            bare += cpu_of(partial(check_bare, signed))
    return bare, Stages.summed(stages)


def _result(turns: Sequence[tuple[float, Stages]], items: int) -> Result:
    stages = [each for _, each in turns]

    def lines(what: str, seconds: Sequence[float]) -> str:
        return told(what, [each / items * MICRO for each in seconds], "µs an item")

    behind = [
        lines("bare Ed25519 check", [bare for bare, _ in turns]),
        lines("ingest, to the committed row, rows of bands apart", [each.counted for each in stages]),
        lines("  take_out: bounds, Atom, tokens", [each.taking_out for each in stages]),
        lines("  admit: trust.verify, steps 1 to 11", [each.verifying for each in stages]),
        lines("  admit: texts and their sketches", [each.sketching for each in stages]),
        lines("  admit: known, place, rows, terms, candidates, commit", [each.placing for each in stages]),
        lines("apart: 24 rows of bands and a sketch", [each.banding for each in stages]),
        lines("after that, seal: index, commit", [each.sealing for each in stages]),
        told(
            "with rows of bands and index ÷ bare", [it.whole / bare for bare, it in turns], "times", digits=2
        ),
    ]
    ratios = [it.counted / bare for bare, it in turns]
    what = "CPU of an item, bytes to committed row, rows of bands apart ÷ bare signature check, on one core"
    return ratio_of("ingest", what, ratios, GOAL, behind)


def signed_of(issue: Issue, registry: Registry) -> list[Signed]:
    """What its tokens' agency signed, taken apart."""
    public = next(key.public for key in registry.keys.values() if key.agency == issue.agency)
    key = Ed25519PublicKey.from_public_bytes(public)
    parts = (token.rpartition(".") for token in issue.tokens)
    return [(key, base64.urlsafe_b64decode(sig + "=="), said.encode("ascii")) for said, _, sig in parts]


def check_bare(signed: Sequence[Signed]) -> None:
    """The check of their signatures, and nothing else."""
    for key, signature, said in signed:
        key.verify(signature, said)
