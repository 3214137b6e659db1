"""Step 12: whether a verified item may stand where it wants to, among the tokens already here.

(12a) the first token for a version stands; (12b) the item's own life allows the act; (12c) the key has
not been succeeded in this stream; (12d) the number and ``prev`` fit the stream. A fork holds that stream
and no other; a key that never signed in it takes the floor back with ``prev: null`` above the head.
"""

from dataclasses import dataclass, replace
from itertools import chain, repeat

from syndicate.news import Act, Held, Item, KeyId, Known, Mark, Reason, Refused, TokenDigest, limits
from syndicate.trust._states import ItemState, Neighbours, StreamState
from syndicate.trust._verify import Verified


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """It may stand: with these marks, and with these states after it."""

    marks: frozenset[Mark]
    item: ItemState
    stream: StreamState


def place(
    verified: Verified,
    *,
    item: ItemState,
    stream: StreamState,
    standing: TokenDigest | None,
    around: Neighbours,
) -> Placed | Known | Refused | Held:
    """Judge a place, from what is known of the item, its stream, its version and its neighbours.

    A ``Held`` with ``Reason.STREAM_FORKED`` means that the stream is forked from now on: the caller
    keeps ``replace(stream, forked=True)``.
    """
    if standing == verified.digest:
        return Known(digest=verified.digest)
    refusal = _refuse_version(verified.item, item, standing) or _refuse_key(verified, stream, around)
    if refusal is not None:
        reason, detail = refusal
        return Refused(reason=reason, detail=detail, agency=verified.item.iss, digest=verified.digest)
    placed = _in_stream(verified, stream, around)
    if not isinstance(placed, tuple):
        return placed
    after, marks = placed
    return Placed(
        marks=verified.marks | marks,
        item=item_after(verified.item.ver, verified.item.act, item),
        stream=after,
    )


def stand(verified: Verified, *, item: ItemState, stream: StreamState, marks: frozenset[Mark]) -> Placed:
    """Where a version leaves its item and its stream that stands in a public log: nothing is refused there.

    ``marks`` are those it was admitted with.
    """
    after, _ = _advance(verified, stream) if verified.item.seq > stream.seq else _filled(verified, stream)
    return Placed(marks=marks, item=item_after(verified.item.ver, verified.item.act, item), stream=after)


def item_after(ver: int, act: Act, known: ItemState) -> ItemState:
    """What is known of an item once this version stands."""
    retracted_at = known.retracted_at
    if act is Act.RETRACT:
        retracted_at = ver if retracted_at is None else min(retracted_at, ver)
    newest = ver > known.highest
    return ItemState(
        highest=max(ver, known.highest), act=act if newest else known.act, retracted_at=retracted_at
    )


def _refuse_version(said: Item, known: ItemState, standing: TokenDigest | None) -> tuple[Reason, str] | None:
    # (12a) first come, first stands: a thief cannot take an item down by signing its version again
    if standing is not None:
        return Reason.VERSION_TAKEN, f"version {said.ver} of this item stands already, with another text"
    if said.ver > known.highest + limits.VERSION_JUMP:
        return (
            Reason.VERSION_JUMP,
            f"version {said.ver} is more than {limits.VERSION_JUMP} above {known.highest}",
        )
    # (12b) the item's own life
    if known.retracted_at is not None and said.ver > known.retracted_at:
        return Reason.ITEM_RETRACTED, f"version {known.retracted_at} retracted this item for good"
    lifts = known.act is Act.WITHHOLD and said.ver > known.highest
    if lifts and said.note is None:  # of what may follow a withhold, only an update can be without one
        return Reason.NOTE_MISSING, "an update that lifts a withhold says why in its note"
    return None


def _refuse_key(verified: Verified, stream: StreamState, around: Neighbours) -> tuple[Reason, str] | None:
    # (12c) the successor's first token closed this key, unless the successor's own chain reaches back here
    succeeded = verified.kid in stream.kids and verified.kid != stream.kids[-1]
    if succeeded and around.after_prev != verified.digest:
        return Reason.KEY_SUCCEEDED, "another key of the agency has taken over this stream"
    return None


def _in_stream(
    verified: Verified, stream: StreamState, around: Neighbours
) -> tuple[StreamState, frozenset[Mark]] | Known | Held:
    # (12d) the number and the hash before it
    said = verified.item
    if around.here == verified.digest:
        return Known(digest=verified.digest)
    if around.here is not None:
        return _held(verified, Reason.STREAM_FORKED, f"another token has number {said.seq} in this stream")
    takes_floor = said.prev is None and said.seq > stream.seq and verified.kid not in stream.kids
    if stream.forked and not takes_floor:
        return _held(verified, Reason.STREAM_FORKED, "the stream is forked until a successor takes the floor")
    # One token must not use up the numbers there are: neither of a stream we know, nor of a new one.
    if said.seq > (stream.seq + limits.SEQUENCE_JUMP if stream.seq else limits.SEQUENCE_START):
        return _held(verified, Reason.SEQUENCE_JUMP, f"number {said.seq} is far above the head, {stream.seq}")
    breach = None if takes_floor else _breach(verified, stream, around)
    if breach is not None:
        return _held(verified, Reason.STREAM_FORKED, breach)
    if said.seq > stream.seq:
        return _advance(verified, stream)
    return _filled(verified, stream)


def _breach(verified: Verified, stream: StreamState, around: Neighbours) -> str | None:
    """Where the chain of hashes does not fit, as far as its neighbours are here."""
    said = verified.item
    if said.prev is None and _starts(stream).get(verified.kid, said.seq) < said.seq:
        return "'prev' is null though the key has signed a lower number here"
    before = stream.digest if said.seq == stream.seq + 1 else around.before
    if before is not None and said.prev != before:
        return f"'prev' is not the token at number {said.seq - 1}"
    if around.after and around.after_prev != verified.digest:
        return f"number {said.seq + 1} does not follow from this token"
    return None


def _advance(verified: Verified, stream: StreamState) -> tuple[StreamState, frozenset[Mark]]:
    said = verified.item
    kids, starts = _signed(stream, verified.kid, said.seq)
    gap = said.seq > stream.seq + 1 and said.prev is not None
    marks = frozenset({Mark.GAP}) if gap else frozenset()
    return StreamState(seq=said.seq, digest=verified.digest, kids=kids, starts=starts), marks


def _filled(verified: Verified, stream: StreamState) -> tuple[StreamState, frozenset[Mark]]:
    kids, starts = _signed(stream, verified.kid, verified.item.seq)
    return replace(stream, kids=kids, starts=starts), frozenset({Mark.BACKFILLED})


def _starts(stream: StreamState) -> dict[KeyId, int]:
    """The lowest number that each key of the stream has signed."""
    return dict(zip(stream.kids, chain(stream.starts, repeat(0)), strict=False))


def _signed(stream: StreamState, kid: KeyId, seq: int) -> tuple[tuple[KeyId, ...], tuple[int, ...]]:
    """The stream's keys and their lowest numbers, once ``kid`` has signed ``seq``.

    In the order of those numbers and not of arrival: a thief who runs ahead of the successor with the
    old key would otherwise be taken for the one who came after it.
    """
    lowest = _starts(stream)
    lowest[kid] = min(seq, lowest.get(kid, seq))
    kids = tuple(sorted(lowest, key=lowest.__getitem__))
    return kids, tuple(lowest[each] for each in kids)


def _held(verified: Verified, reason: Reason, detail: str) -> Held:
    return Held(reason=reason, detail=detail, agency=verified.item.iss, digest=verified.digest)
