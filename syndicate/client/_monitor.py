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

from syndicate.client._log import LogReader, SeenCheckpoint, grown
from syndicate.errors import ClientError, FetchError, LedgerError
from syndicate.ledger import Edge, ItemLeaf, check_consistency, leaf_hash, read_leaf
from syndicate.news import AgencyId, TokenDigest

_FORM: Final = "syndicate-watch/v1"


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
    seen = None
    try:
        seen = await reader.checkpoint()
        leaves = await _go_on(reader, before, seen)
    except FetchError as exc:
        leaves = Alarm(kind=AlarmKind.SILENT, detail=str(exc))
    except LedgerError as exc:
        leaves = Alarm(kind=AlarmKind.NOT_ONE, detail=str(exc))
    if seen is None or isinstance(leaves, Alarm):
        return Look(watched=before, seen=seen, alarms=(leaves,) if isinstance(leaves, Alarm) else ())
    edge, _ = before.edge.append(map(leaf_hash, leaves))
    after = replace(before, edge=edge, note=seen.note)
    alarms: list[Alarm] = []
    if own is not None:
        after, alarms = _compare(after, leaves, own, now)
    for other in others:
        alarms += await _agree(reader, seen, other)
    return Look(watched=after, seen=seen, new=len(leaves), alarms=tuple(alarms))


def _forked(why: str, before: Watched, seen: SeenCheckpoint) -> Alarm:
    """Two signed histories, with both signatures."""
    return Alarm(kind=AlarmKind.FORKED, detail=why, evidence=(before.note, seen.note))


async def _go_on(reader: LogReader, before: Watched, seen: SeenCheckpoint) -> list[bytes] | Alarm:
    """The leaves after those read before; or that it does not go on from there."""
    size, known = seen.checkpoint.size, before.edge.size
    if size < known:
        return _forked(f"it had {known:,} leaves, and now signs that it has {size:,}", before, seen)
    if size == known:
        if seen.checkpoint.root != before.edge.root:
            return _forked(f"it signed two roots of {size:,} leaves", before, seen)
        return []
    leaves = await reader.leaves(known, size)
    try:
        grown(before.edge, leaves, seen.checkpoint)
    except LedgerError:
        # Either what it shows is not what it signed, or what it signed does not go on from what we have seen.
        if known and not await _goes_on(reader, before, seen):
            why = f"what it signs of {size:,} leaves does not go on from the {known:,} that were seen before"
            return _forked(why, before, seen)
        raise
    return leaves


async def _goes_on(reader: LogReader, before: Watched, seen: SeenCheckpoint) -> bool:
    known, new = before.edge.size, seen.checkpoint
    try:
        proof = await reader.proof_between(known, new.size)
        check_consistency(known, new.size, proof, before.edge.root, new.root)
    except (LedgerError, FetchError):
        return False
    return True


def _compare(watched: Watched, leaves: list[bytes], own: Own, now: float) -> tuple[Watched, list[Alarm]]:
    alarms, ours = [], set(watched.ours)
    first = watched.edge.size - len(leaves)
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
    for digest, at in own.signed.items():
        if digest not in ours and at + own.patience_seconds < now:
            alarms.append(
                Alarm(kind=AlarmKind.MISSING, detail=f"signed long ago, and not in the log: {digest}")
            )
    return replace(watched, ours=frozenset(ours)), alarms


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
