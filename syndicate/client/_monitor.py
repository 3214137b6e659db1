"""Watching a log: an agency finds all there that it signed, and nothing else in its name.

A watch remembers how far it has read and the right edge of the tree up to there, so each look reads only
what is new and still notices if anything before it was changed. Whoever has no stream of their own watches
that the log stays one log.
"""

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from syndicate.client._log import LogReader, SeenCheckpoint
from syndicate.errors import ClientError, FetchError, LedgerError
from syndicate.ledger import TILE_WIDTH, Edge, ItemLeaf, check_consistency, leaf_hash, read_leaf
from syndicate.news import AgencyId, Reason, TokenDigest

_FORM: Final = "syndicate-watch/v1"
_STRIDE: Final = 8_192  # leaves that are read, proven and compared at a time
_MOST_AT_ONCE: Final = 1_000_000  # leaves in one look; the next one goes on behind them
_MOST_ALARMS: Final = 100  # about leaves, of one look


class AlarmKind(StrEnum):
    """What a monitor is there to notice."""

    FORKED = "log-forked"  # two histories: both notes are evidence
    NOT_ONE = "log-broken"  # what it shows is not what it signed
    NOT_OURS = "leaf-not-ours"  # a version in our name that we did not sign
    MISSING = "item-missing"  # a version that we signed and the log does not hold
    SILENT = "log-silent"  # it cannot be read, or no log of the policy signed it


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One thing noticed; ``evidence`` are signed notes, if there are any."""

    kind: AlarmKind
    detail: str
    evidence: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How far a log was read, and which of our own versions stood in it."""

    edge: Edge = field(default_factory=Edge)
    note: bytes = b""  # the checkpoint read last
    ours: frozenset[TokenDigest] = field(default_factory=frozenset)

    @property
    def raw(self) -> bytes:
        """As bytes to keep."""
        return json.dumps(
            {
                "form": _FORM,
                "size": self.edge.size,
                "levels": [base64.b64encode(level).decode() for level in self.edge.levels],
                "note": base64.b64encode(self.note).decode(),
                "ours": sorted(self.ours),
            }
        ).encode()


def read_watched(raw: bytes) -> Watched:
    """What ``Watched.raw`` kept.

    Raises:
        ClientError: it is damaged.
    """
    try:
        told: Any = json.loads(raw)
        if told["form"] != _FORM:
            raise ValueError("another form")  # noqa: TRY301 - told like every other damage
        levels = tuple(base64.b64decode(level, validate=True) for level in told["levels"])
        note = base64.b64decode(told["note"], validate=True)
        return Watched(
            edge=Edge(int(told["size"]), levels), note=note, ours=frozenset(map(TokenDigest, told["ours"]))
        )
    except (ValueError, KeyError, TypeError, LedgerError) as exc:
        raise ClientError(
            f"what was kept of the watch is damaged ({exc})",
            hint="Remove it: the whole log is read again, from its beginning.",
        ) from exc


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What an agency signed: digests, and when (Unix seconds), from its own book."""

    agency: AgencyId
    signed: Mapping[TokenDigest, int]
    patience_seconds: int = 3_600  # how long a version may take into the log


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at a log gave."""

    watched: Watched
    seen: SeenCheckpoint | None
    new: int = 0  # leaves read
    alarms: tuple[Alarm, ...] = ()


async def watch(
    reader: LogReader,
    before: Watched,
    *,
    now: float,
    own: Own | None = None,
    others: Collection[LogReader] = (),
) -> Look:
    """Read what is new in a log; compare it with what was there before, what we signed, and what others show.

    ``others`` read the same log elsewhere: mirrors, or the hub by another line. Never raises for anything
    that the log holds or does not answer: that is what it is there to notice.
    """
    seen, after, alarms, new = None, before, list[Alarm](), 0
    try:
        seen = await reader.checkpoint()
        if (forked := await _compared(reader, before, seen)) is not None:
            return Look(watched=before, seen=seen, alarms=(forked,))
        while (known := after.edge.size) < min(seen.checkpoint.size, before.edge.size + _MOST_AT_ONCE):
            leaves, edge = await _next(reader, after.edge, seen)
            after, new = replace(after, edge=edge), new + len(leaves)
            if own is not None:
                after, strange = _strangers(after, known, leaves, own)
                alarms += strange[: _MOST_ALARMS - len(alarms)]
    except FetchError as exc:
        alarms.append(Alarm(kind=AlarmKind.SILENT, detail=str(exc)))
    except LedgerError as exc:
        alarms.append(Alarm(kind=AlarmKind.NOT_ONE, detail=str(exc)))
    if seen is None:
        return Look(watched=before, seen=None, alarms=tuple(alarms))
    if seen.checkpoint.size >= before.edge.size and after.edge.size == seen.checkpoint.size:
        after = replace(after, note=seen.note)
        alarms += [] if own is None else _missing(after, own, now)
    for other in others:
        alarms += await _agree(reader, seen, other)
    return Look(watched=after, seen=seen, new=new, alarms=tuple(alarms))


def _forked(why: str, before: Watched, seen: SeenCheckpoint) -> Alarm:
    """Two signed histories, with both signatures."""
    return Alarm(kind=AlarmKind.FORKED, detail=why, evidence=(before.note, seen.note))


async def _compared(reader: LogReader, before: Watched, seen: SeenCheckpoint) -> Alarm | None:
    """That it is another history than the one seen before; None if one is the beginning of the other."""
    known, new = before.edge.size, seen.checkpoint
    if not known or not new.size:
        return None  # the empty log is the beginning of every log
    (low, first), (high, last) = sorted([(known, before.edge.root), (new.size, new.root)])
    try:
        proof = () if low == high else await reader.proof_between(low, high)
        check_consistency(low, high, proof, first, last)
    except LedgerError:
        if new.size < known:
            why = f"it had {known:,} leaves, and signs now that it has {new.size:,} others"
        elif new.size == known:
            why = f"it signed two roots of {new.size:,} leaves"
        else:
            why = f"what it signs of {new.size:,} leaves does not go on from the {known:,} seen before"
        return _forked(why, before, seen)
    return None


async def _next(reader: LogReader, edge: Edge, seen: SeenCheckpoint) -> tuple[list[bytes], Edge]:
    """The leaves after an edge, as many as are compared at a time, and the edge after them.

    Raises:
        LedgerError: they are not the beginning of what was signed, or too large for leaves.
        FetchError: something is not to be had.
    """
    newest = seen.checkpoint
    end = min(newest.size, edge.size - edge.size % TILE_WIDTH + _STRIDE)
    leaves = await reader.leaves(edge.size, end)
    after, _ = edge.append(map(leaf_hash, leaves))
    proof = () if end == newest.size else await reader.proof_between(end, newest.size)
    try:
        check_consistency(end, newest.size, proof, after.root, newest.root)
    except LedgerError as exc:
        why = f"the {newest.size:,} leaves that it shows do not lead to the root that it signed"
        raise LedgerError(why, code=Reason.LOG_INCONSISTENT) from exc
    return leaves, after


def _strangers(watched: Watched, first: int, leaves: list[bytes], own: Own) -> tuple[Watched, list[Alarm]]:
    """What stands in our name that we did not sign; and of ours, what was seen."""
    alarms, ours = [], set(watched.ours)
    for index, raw in enumerate(leaves, first):
        try:
            leaf = read_leaf(raw)
        except LedgerError as exc:
            alarms.append(Alarm(kind=AlarmKind.NOT_ONE, detail=f"leaf {index:,}: {exc}"))
            continue
        if not isinstance(leaf, ItemLeaf) or leaf.iss != own.agency:
            continue
        ours.add(leaf.digest)
        if leaf.digest not in own.signed:
            what = f"version {leaf.ver} of {leaf.sub} (number {leaf.seq} of {leaf.stream}), {leaf.digest}"
            alarms.append(Alarm(kind=AlarmKind.NOT_OURS, detail=f"leaf {index:,} says in our name: {what}"))
    return replace(watched, ours=frozenset(ours)), alarms


def _missing(watched: Watched, own: Own, now: float) -> list[Alarm]:
    """What we signed long enough ago and the whole log does not hold."""
    return [
        Alarm(kind=AlarmKind.MISSING, detail=f"signed long ago, and not in the log: {digest}")
        for digest, at in own.signed.items()
        if digest not in watched.ours and at + own.patience_seconds < now
    ]


async def _agree(reader: LogReader, seen: SeenCheckpoint, other: LogReader) -> list[Alarm]:
    """Whether somebody else is shown the same log."""
    try:
        theirs = await other.checkpoint()
    except (FetchError, LedgerError) as exc:
        return [Alarm(kind=AlarmKind.SILENT, detail=f"elsewhere: {exc}")]
    low, high = sorted((seen, theirs), key=lambda one: one.checkpoint.size)
    small, large = low.checkpoint, high.checkpoint
    where = reader if high is seen else other
    try:
        if small.size:
            proof = () if small.size == large.size else await where.proof_between(small.size, large.size)
            check_consistency(small.size, large.size, proof, small.root, large.root)
    except FetchError as exc:
        return [Alarm(kind=AlarmKind.SILENT, detail=f"elsewhere: {exc}")]
    except LedgerError as exc:
        why = f"others are shown another log: {small.size:,} and {large.size:,} leaves do not fit ({exc})"
        return [Alarm(kind=AlarmKind.FORKED, detail=why, evidence=(seen.note, theirs.note))]
    return []
