"""Admission: from envelopes that strangers sent to versions that are in storage.

 (1) what is known by its digest is skipped before any cryptography;
 (2) each token is verified by itself (steps 1 to 11), off the event loop, at most a hundred in one visit;
 (3) in one transaction for at most a hundred, each is given its place among the tokens already here
     (step 12, at the desk) and kept: admitted with its relations, refused with its evidence, or held;
     what it is like among what came before is found by its sketch, made off the event loop before that;
 (4) where that took a forked stream's floor back, the tokens held for it are judged again.

The same batch twice is a no-op. One bad token never stops another.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

from syndicate.dedupe import Sketch
from syndicate.journey._desk import Desk
from syndicate.journey._kin import sketches_made
from syndicate.news import (
    Admitted,
    AgencyId,
    Envelope,
    Held,
    Known,
    Outcome,
    Reason,
    Refused,
    Registry,
    TokenDigest,
    Unjudged,
)
from syndicate.ports import Book, Clock, Storage, VersionKey
from syndicate.trust import Verified, VerifiedHeartbeat, verify, verify_each

log = logging.getLogger(__name__)
T = TypeVar("T")

BATCH: Final = 100  # tokens in one transaction: nobody's flood keeps the writer from the others for longer
_BATCH_LEAST: Final = 10  # where they take long
_LONG_SECONDS: Final = 0.5
_SLICE: Final = 100  # tokens verified in one visit to a thread

Verdict = Verified | VerifiedHeartbeat | Refused | Held | Unjudged
Receipt = tuple[Envelope, int]  # a token, and the second of its first receipt


@dataclass(slots=True)
class _Settled:
    """What came of tokens so far: by digest; whose they were; and who took a stream's floor back."""

    outcomes: dict[TokenDigest, Outcome] = field(default_factory=dict)
    agencies: set[AgencyId] = field(default_factory=set)
    lifted: set[AgencyId] = field(default_factory=set)

    def add(self, other: "_Settled") -> None:
        self.outcomes.update(other.outcomes)
        self.agencies |= other.agencies
        self.lifted |= other.lifted


class Admission:
    """Admits what its agencies signed, and refuses the rest with a reason."""

    def __init__(
        self,
        storage: Storage,
        registry_source: Callable[[], Registry],
        clock: Clock,
        look_again: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        """``look_again`` refreshes what ``registry_source`` gives; it limits how often it really does."""
        self._storage = storage
        self._registry_source = registry_source
        self._clock = clock
        self._look_again = look_again
        self._met: set[AgencyId] = set()  # since this process began
        self._caught_up_with: Registry | None = None
        self._most = BATCH  # tokens in one transaction, as things are

    async def admit(self, envelopes: Sequence[Envelope]) -> tuple[Outcome, ...]:
        """Judge tokens and keep what came of it; the outcomes stand in the order of the envelopes.

        What is ``Admitted`` is on the disk when this returns. A heartbeat that fits gives ``Known``.

        Raises:
            StorageError: the database could not do it; earlier tokens of a long batch may be in.
        """
        now = int(self._clock.now())
        settled = await self._judge([(envelope, now) for envelope in envelopes])
        # (4) whoever is met first is asked too: we may have crashed between a lift and this line
        await self._judge_held(settled.lifted | (settled.agencies - self._met))
        self._met |= settled.agencies
        return _in_order(envelopes, settled.outcomes)

    async def catch_up(self) -> None:
        """Judge again what is held, as of its first receipt, if the registry is another than the last time.

        Raises:
            StorageError: the database could not do it; the next call tries again.
        """
        registry = self._registry_source()
        if registry != self._caught_up_with:
            await self._judge_held(set(registry.agencies))
            self._caught_up_with = registry

    async def _judge(self, receipts: Sequence[Receipt]) -> _Settled:
        """Steps (1) to (3)."""
        registry = self._registry_source()
        first: dict[TokenDigest, Receipt] = {}
        for receipt in receipts:
            first.setdefault(receipt[0].digest, receipt)
        # (1) skip what is known
        known = await self._storage.known(first.keys())
        settled = _Settled(outcomes={digest: Known(digest=digest) for digest in known})
        unknown = [receipt for digest, receipt in first.items() if digest not in known]
        # (2) verify each by itself
        judged = await _verified(unknown, registry)
        if self._look_again is not None and any(map(_names_no_key, judged)):
            # Step 4 allows it once: an agency may have been enrolled, or have rotated, a minute ago.
            await self._look_again()
            if (now := self._registry_source()) is not registry:
                registry = now
                judged = await _verified(unknown, registry)
        # (3) place and keep, a hundred at a time
        at = int(self._clock.now())
        for batch in _batches(judged):
            sketches = await asyncio.to_thread(_sketch_each, batch)
            settled.add(await self._settled(batch, sketches, registry, at))
        return settled

    async def _settled(
        self,
        batch: Sequence[tuple[Envelope, Verdict]],
        sketches: Mapping[VersionKey, Sketch],
        registry: Registry,
        at: int,
    ) -> _Settled:
        """Place and keep a batch; where that takes long, in shorter transactions."""
        settled, start = _Settled(), 0
        while start < len(batch):
            some = batch[start : start + self._most]
            began = time.monotonic()
            settle = partial(_settle, batch=some, sketches=sketches, registry=registry, at=at)
            settled.add(await self._storage.write(settle))
            start += len(some)
            slow = time.monotonic() - began > _LONG_SECONDS
            self._most = max(_BATCH_LEAST, self._most // 2) if slow else min(BATCH, self._most * 2)
        return settled

    async def _judge_held(self, agencies: set[AgencyId]) -> None:
        """Judge the held tokens of these agencies again, as of their first receipt."""
        waiting = set(agencies)
        while waiting:  # ends: each lift needs a key that never signed in that stream
            agency = waiting.pop()
            held = await self._storage.write(partial(_held, agency=agency))
            settled = await self._judge(held)
            waiting |= settled.lifted


async def _verified(receipts: Sequence[Receipt], registry: Registry) -> list[tuple[Envelope, Verdict]]:
    judged: list[tuple[Envelope, Verdict]] = []
    for start in range(0, len(receipts), _SLICE):
        judged += await asyncio.to_thread(_verify_each, receipts[start : start + _SLICE], registry)
    return judged


def _names_no_key(judged: tuple[Envelope, Verdict]) -> bool:
    return isinstance(judged[1], Refused) and judged[1].reason is Reason.KEY_UNKNOWN


def _verify_each(receipts: Sequence[Receipt], registry: Registry) -> list[tuple[Envelope, Verdict]]:
    judged: Sequence[Verdict]
    try:
        judged = verify_each(receipts, registry)
    except Exception:
        log.exception("%d tokens could not be judged together: each is judged by itself", len(receipts))
        judged = [_surely(envelope, partial(verify, envelope, registry, at)) for envelope, at in receipts]
    return [(envelope, verdict) for (envelope, _), verdict in zip(receipts, judged, strict=True)]


def _sketch_each(batch: Sequence[tuple[Envelope, Verdict]]) -> dict[VersionKey, Sketch]:
    items = [verdict.item for _, verdict in batch if isinstance(verdict, Verified)]
    keys = [(item.sub, item.ver) for item in items]
    return dict(zip(keys, sketches_made(items), strict=True))


def _surely(envelope: Envelope, judge: Callable[[], T]) -> T | Unjudged:
    """What ``judge`` says; a bug of ours costs this token its judgement, and no other token anything."""
    try:
        return judge()
    except Exception:
        log.exception("a token from %s could not be judged", envelope.source)
        return Unjudged(digest=envelope.digest if envelope.token.isascii() else None)


def _batches(judged: list[tuple[Envelope, Verdict]]) -> Iterator[list[tuple[Envelope, Verdict]]]:
    if len(judged) > BATCH:
        judged.sort(key=_by_stream)  # a stream cut into batches is still placed from its oldest on
    for start in range(0, len(judged), BATCH):
        yield judged[start : start + BATCH]


def _by_stream(each: tuple[Envelope, Verdict]) -> tuple[int, str, str, int]:
    match each[1]:
        case Verified(item=item):
            return (0, item.iss, item.stream, item.seq)
        case VerifiedHeartbeat(beat=beat):
            return (1, beat.iss, beat.stream, beat.seq)  # of the head that came with it: after the items
        case _:
            return (2, "", "", 0)


def _settle(
    book: Book,
    batch: Sequence[tuple[Envelope, Verdict]],
    sketches: Mapping[VersionKey, Sketch],
    registry: Registry,
    at: int,
) -> _Settled:
    """Step (3), inside one transaction."""
    items = [verdict for _, verdict in batch if isinstance(verdict, Verified)]
    beats = [verdict for _, verdict in batch if isinstance(verdict, VerifiedHeartbeat)]
    desk = Desk(book, items, beats, sketches)
    outcomes: dict[TokenDigest, Outcome] = {
        envelope.digest: verdict
        for envelope, verdict in batch
        if isinstance(verdict, Refused | Held | Unjudged)
    }
    for item in desk.in_order(items):
        outcomes[item.digest] = _surely(item.envelope, partial(desk.place, item))
    for beat in beats:
        outcomes[beat.digest] = _surely(beat.envelope, partial(desk.hear, beat))
    desk.keep(registry)
    book.sweep(at)
    _keep_the_rest(book, [(envelope, outcomes[envelope.digest]) for envelope, _ in batch], at)
    return _Settled(outcomes=outcomes, agencies={each.item.iss for each in items}, lifted=desk.lifted)


def _keep_the_rest(book: Book, told: Sequence[tuple[Envelope, Outcome]], at: int) -> None:
    """Refusals with their evidence, held tokens; and what had been held and is now judged is let go."""
    refused = [(each, env.source, env.token) for env, each in told if isinstance(each, Refused)]
    held = [(each, env.source, env.token) for env, each in told if isinstance(each, Held)]
    book.keep_refused(refused, at)
    book.hold(held, at)
    book.release(
        [each.digest for _, each in told if isinstance(each, Admitted | Known | Refused) and each.digest]
    )


def _held(book: Book, agency: AgencyId) -> list[Receipt]:
    return [(Envelope(token=token, source=source), at) for token, source, at in book.held(agency)]


def _in_order(envelopes: Sequence[Envelope], outcomes: dict[TokenDigest, Outcome]) -> tuple[Outcome, ...]:
    """The outcome of each envelope, told once each; a token's second envelope finds it known."""
    answers: list[Outcome] = []
    told: set[TokenDigest] = set()
    for envelope in envelopes:
        outcome = outcomes[envelope.digest]
        if envelope.digest in told and isinstance(outcome, Admitted):
            outcome = Known(digest=outcome.digest)
        elif envelope.digest not in told:
            _tell(envelope, outcome)
        told.add(envelope.digest)
        answers.append(outcome)
    return tuple(answers)


def _tell(envelope: Envelope, outcome: Outcome) -> None:
    """One line in the log for each outcome that changed something: ids, never bodies."""
    match outcome:
        case Admitted():
            log.info("admitted %s version %d from %s", outcome.sub, outcome.ver, envelope.source)
        case Refused() | Held():
            word = "refused" if isinstance(outcome, Refused) else "held"
            log.warning(
                "%s %s from %s: %s (%s)",
                word,
                outcome.digest,
                envelope.source,
                outcome.reason,
                outcome.detail,
            )
