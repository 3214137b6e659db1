"""What a new item costs from the fetched bytes to its committed row, beside a bare check of its signature.

Giving it its index is the sealer's work, in a transaction of its own: it is told apart.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from logging_hub import cosigners_alone
from sqlalchemy import Connection

from syndicate.assembly import tune_memory
from syndicate.journey import Admission, LocalWakeup, LogSigner, Sealer
from syndicate.journey._kin import sketches_made
from syndicate.news import Admitted, Envelope, Registry
from syndicate.ports import Storage
from syndicate.signing import create_key
from syndicate.storage import open_storage
from syndicate.storage._kin import Buckets
from syndicate.trust import recall, verify
from syndicate.wire import take_out

from ._measure import MICRO, Goal, Result, Scale, Stopwatch, cpu_of, ratio_of, told
from ._newsroom import NOON, Issue, Press, StillClock

GOAL: Final = Goal(at_most=5.0)  # with all that is found on the way
_SEAL_EVERY: Final = 3  # documents; the sealer's window of 100 ms holds at least as many when a hub is busy
Signed = tuple[Ed25519PublicKey, bytes, bytes]  # the key, the signature and what was signed


class Stages(NamedTuple):
    """Seconds of processor time by stage; ``banding`` is the part of admitting that writes rows of bands."""

    taking_out: float
    admitting: float
    sealing: float
    banding: float

    @property
    def whole(self) -> float:
        """All of it, its index included."""
        return self.taking_out + self.admitting + self.sealing

    @property
    def counted(self) -> float:
        """To the committed row, the rows of bands apart."""
        return self.taking_out + self.admitting - self.banding


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
        with _banding() as banding:
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
        return Stages(out.seconds, admitting.seconds, sealing.seconds, banding.seconds)


@contextmanager
def _banding() -> Iterator[Stopwatch]:
    """Measures meanwhile what writing sketches and their bands takes."""
    stopwatch, keep = Stopwatch(), Buckets.keep

    def timed(buckets: Buckets, connection: Connection) -> None:
        with stopwatch:
            keep(buckets, connection)

    with patch.object(Buckets, "keep", timed):
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
        signed = [each for issue in issues for each in signed_of(issue, press.registry)]
        checking, sketching = _checking(issues, press.registry), _sketching(issues)
        turns = []
        for turn in range(scale.turns + 1):
            bare = cpu_of(lambda: check_bare(signed))
            stages = asyncio.run(_one_turn(folder / f"{turn}.db", press.registry, met, issues))
            turns.append((bare, cpu_of(checking), cpu_of(sketching), stages))
            (folder / f"{turn}.db").unlink()
    return [_result(turns[1:], len(signed))]  # the first one warmed up


async def _one_turn(path: Path, registry: Registry, met: Sequence[Issue], issues: Sequence[Issue]) -> Stages:
    async with intake(path, registry, met) as open_:
        return await open_.ingest(issues)


def _result(turns: Sequence[tuple[float, float, float, Stages]], items: int) -> Result:
    def lines(what: str, seconds: Sequence[float]) -> str:
        return told(what, [each / items * MICRO for each in seconds], "µs an item")

    behind = [
        lines("bare Ed25519 check", [bare for bare, *_ in turns]),
        lines("ingest, to the committed row, rows of bands apart", [each.counted for *_, each in turns]),
        lines("  take_out: bounds, Atom, tokens", [stages.taking_out for *_, stages in turns]),
        lines("  admit: trust.verify, steps 1 to 11", [verifying for _, verifying, *_ in turns]),
        lines("  admit: texts and their sketches", [sketched for _, _, sketched, _ in turns]),
        lines(
            "  admit: known, place, rows, terms, candidates, commit",
            [each.admitting - each.banding - judged - sketched for _, judged, sketched, each in turns],
        ),
        lines("apart: 24 rows of bands and a sketch", [each.banding for *_, each in turns]),
        lines("after that, seal: index, commit", [stages.sealing for *_, stages in turns]),
        told(
            "with rows of bands and index ÷ bare",
            [each.whole / bare for bare, *_, each in turns],
            "times",
            digits=2,
        ),
    ]
    ratios = [each.counted / bare for bare, *_, each in turns]
    what = "CPU of an item, bytes to committed row, rows of bands apart ÷ bare signature check"
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


def _sketching(issues: Sequence[Issue]) -> Callable[[], None]:
    batches = [[recall(token) for token in issue.tokens] for issue in issues]

    def sketch_all() -> None:
        for items in batches:
            sketches_made(items)

    return sketch_all


def _checking(issues: Sequence[Issue], registry: Registry) -> Callable[[], None]:
    envelopes = [Envelope(token=token, source="bench") for issue in issues for token in issue.tokens]

    def check() -> None:
        for envelope in envelopes:
            verify(envelope, registry, NOON)

    return check
