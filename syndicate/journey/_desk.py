"""The desk: step 12 over one batch, with states that change from one token to the next.

It asks storage once for all it must know, places each token, and keeps once what came of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from syndicate.dedupe import Related, Sketch, relate
from syndicate.journey._kin import Kin
from syndicate.news import (
    Admitted,
    AgencyId,
    Held,
    ItemId,
    Known,
    Reason,
    Refused,
    Registry,
)
from syndicate.ports import Book, StreamKey, VersionKey
from syndicate.trust import (
    ItemState,
    Neighbours,
    Placed,
    StreamState,
    Verified,
    VerifiedHeartbeat,
    place,
)

_UNSEEN_ITEM = ItemState()
_UNSEEN_STREAM = StreamState()
_NO_SKETCHES: Final[Mapping[VersionKey, Sketch]] = MappingProxyType({})


class Desk:
    """What is known of the items and streams of a batch, and what is decided about them."""

    def __init__(
        self,
        book: Book,
        items: Sequence[Verified],
        beats: Sequence[VerifiedHeartbeat],
        sketches: Mapping[VersionKey, Sketch] = _NO_SKETCHES,
    ) -> None:
        """``sketches`` are those that were made already; the others are made when they are needed."""
        self._book = book
        said = [verified.item for verified in items]
        places = {(item.iss, item.stream, item.seq) for item in said}
        places |= {(each.beat.iss, each.beat.stream, each.beat.seq) for each in beats}
        self._items: dict[ItemId, ItemState] = dict(book.items({item.sub for item in said}))
        self._kin = Kin(book, sketches, {sub: state.highest for sub, state in self._items.items()})
        again: set[VersionKey] = {(item.sub, item.ver) for item in said if item.sub in self._items}
        self._versions = dict(book.versions(again)) if again else {}
        self._streams = dict(book.streams({at[:2] for at in places}))
        self._numbered = dict(book.numbered(places))
        self._admitted: list[tuple[Verified, Placed]] = []
        self._relations: list[Related] = []
        self._moved: set[StreamKey] = set()
        self._alive: list[VerifiedHeartbeat] = []
        self.lifted: set[AgencyId] = set()  # who took a forked stream's floor back

    def in_order(self, items: Sequence[Verified]) -> Iterator[Verified]:
        """Per stream those above its head, ascending; then the others, descending.

        So what fills a gap is always checked against the ``prev`` of the token after it.
        """
        streams: dict[StreamKey, list[Verified]] = {}
        for verified in items:
            streams.setdefault((verified.item.iss, verified.item.stream), []).append(verified)
        for key, group in streams.items():
            head = self._streams.get(key, _UNSEEN_STREAM).seq
            yield from sorted(
                (each for each in group if each.item.seq > head), key=lambda each: each.item.seq
            )
            yield from sorted(
                (each for each in group if each.item.seq <= head), key=lambda each: -each.item.seq
            )

    def place(self, verified: Verified) -> Admitted | Known | Refused | Held:
        """Step 12 for one token, and what it changes for the next."""
        said = verified.item
        key = (said.iss, said.stream)
        item = self._items.get(said.sub, _UNSEEN_ITEM)
        stream = self._streams.get(key, _UNSEEN_STREAM)
        verdict = place(
            verified,
            item=item,
            stream=stream,
            standing=self._versions.get((said.sub, said.ver)),
            around=Neighbours.among(self._numbered, (*key, said.seq)),
        )
        if isinstance(verdict, Held) and verdict.reason is Reason.STREAM_FORKED and not stream.forked:
            self._move(key, replace(stream, forked=True))
        if not isinstance(verdict, Placed):
            return verdict
        self._relations.extend(relate(said, item.highest))
        if stream.forked and not verdict.stream.forked:
            self.lifted.add(said.iss)
        self._take(verified, verdict)
        return Admitted(
            sub=said.sub, ver=said.ver, agency=said.iss, digest=verified.digest, marks=verdict.marks
        )

    def hear(self, verified: VerifiedHeartbeat) -> Known | Refused:
        """What a heartbeat says of its stream: that it ends where we think, beyond, or that it is forked."""
        beat = verified.beat
        key = (beat.iss, beat.stream)
        stream = self._streams.get(key, _UNSEEN_STREAM)
        if verified.kid in stream.kids[:-1]:
            return _refuse(
                verified, Reason.KEY_SUCCEEDED, "another key of the agency has taken over this stream"
            )
        here = (
            stream.digest
            if beat.seq == stream.seq
            else Neighbours.among(self._numbered, (*key, beat.seq)).here
        )
        if here is not None and here != beat.prev:
            self._move(key, replace(stream, forked=True))
            return _refuse(
                verified,
                Reason.STREAM_FORKED,
                f"it names another token than the one here at number {beat.seq}",
            )
        if beat.seq == stream.seq:
            self._alive.append(verified)
        return Known(digest=verified.digest)

    def keep(self, registry: Registry) -> None:
        """Hand to storage what was admitted, related, moved and heard."""
        kept = self._by_number()
        self._book.keep(kept, registry.languages)
        found = self._kin.find([verified for verified, _ in kept])
        self._book.keep_relations([*self._relations, *found])
        self._book.keep_streams({key: self._streams[key] for key in self._moved})
        for verified in self._alive:
            for feed in registry.agencies[verified.beat.iss].feeds:
                if feed.stream == verified.beat.stream:
                    # When the agency said so, not when we heard: a replayed one tells nothing new.
                    self._book.note_heartbeat(feed.id, min(verified.beat.iat, verified.received_at))

    def _by_number(self) -> list[tuple[Verified, Placed]]:
        """What was admitted, each stream's own in ascending order, whatever order it was judged in."""
        placed = sorted(
            self._admitted, key=lambda each: (each[0].item.iss, each[0].item.stream, each[0].item.seq)
        )
        return [(each, self._newest(each.item.sub, at)) for each, at in placed]

    def _newest(self, sub: ItemId, placed: Placed) -> Placed:
        """As placed, with what became of the item in this batch since."""
        item = self._items[sub]
        return placed if placed.item is item else replace(placed, item=item)

    def _take(self, verified: Verified, placed: Placed) -> None:
        said = verified.item
        self._admitted.append((verified, placed))
        self._items[said.sub] = placed.item
        self._versions[(said.sub, said.ver)] = verified.digest
        self._move((said.iss, said.stream), placed.stream)
        self._numbered[(said.iss, said.stream, said.seq)] = (verified.digest, said.prev)

    def _move(self, key: StreamKey, state: StreamState) -> None:
        self._streams[key] = state
        self._moved.add(key)


def _refuse(verified: VerifiedHeartbeat, reason: Reason, detail: str) -> Refused:
    return Refused(reason=reason, detail=detail, agency=verified.beat.iss, digest=verified.digest)
