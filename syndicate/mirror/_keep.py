"""What was taken over, as a hub would have kept it: versions, states, relations, and acts that are heeded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from syndicate.client import erased_by
from syndicate.dedupe import Related, relate
from syndicate.journey import Kin
from syndicate.ledger import ItemLeaf
from syndicate.news import ItemId
from syndicate.ports import Book, Entry, StreamKey
from syndicate.trust import ItemState, Placed, StreamState, Verified, item_after, stand


@dataclass(frozen=True, slots=True)
class Signed:
    """A leaf and the token that it is of."""

    leaf: bytes
    verified: Verified
    sealed_at: int


@dataclass(frozen=True, slots=True)
class Gone:
    """A leaf whose token was erased, and the digest of the act that did it."""

    leaf: bytes
    said: ItemLeaf
    act: str


@dataclass(frozen=True, slots=True)
class Acted:
    """A leaf that is an act of the operator, and the act."""

    leaf: bytes
    body: bytes


Taken = Signed | Gone | Acted


def keep(book: Book, taken: Sequence[Taken], languages: Collection[str]) -> list[Entry]:
    """Keep these leaves in one transaction; the order that they have in the log.

    ``languages`` are those that the registry names.
    """
    desk = _Desk(book, taken, languages)
    entries = [desk.take(each) for each in taken]
    desk.keep()
    return entries


class _Desk:
    """States that change from one leaf to the next; versions are kept in the order of their leaves."""

    def __init__(self, book: Book, taken: Sequence[Taken], languages: Collection[str]) -> None:
        self._book = book
        self._languages = languages
        subs = {_item_of(each) for each in taken if not isinstance(each, Acted)}
        streams = {_stream_of(each) for each in taken if not isinstance(each, Acted)}
        self._items = dict(book.items(subs))
        self._streams = dict(book.streams(streams))
        self._waiting: list[tuple[Verified, Placed]] = []
        self._relations: list[Related] = []
        self._kin = Kin(book, {}, {sub: state.highest for sub, state in self._items.items()})
        self._acts: list[bytes] = []

    def take(self, one: Taken) -> Entry:
        match one:
            case Acted(leaf=leaf, body=body):
                self._acts.append(body)
                return Entry(leaf=leaf, sealed_at=0, act=body)
            case Gone(leaf=leaf):
                self._take_gone(one)
                return Entry(leaf=leaf, sealed_at=0)
            case Signed(leaf=leaf, sealed_at=sealed_at):
                self._take_signed(one.verified)
                return Entry(leaf=leaf, sealed_at=sealed_at)

    def keep(self) -> None:
        self._flush()
        self._book.keep_relations(self._relations)
        self._book.keep_streams(self._streams)
        for act in self._acts:
            self._book.erase(erased_by(act), act)

    def _take_signed(self, verified: Verified) -> None:
        said = verified.item
        item = self._items.get(said.sub, ItemState())
        key = (said.iss, said.stream)
        placed = stand(
            verified, item=item, stream=self._streams.get(key, StreamState()), marks=verified.marks
        )
        self._relations += relate(said, item.highest)
        self._items[said.sub], self._streams[key] = placed.item, placed.stream
        self._waiting.append((verified, placed))

    def _take_gone(self, one: Gone) -> None:
        said = one.said
        state = item_after(said.ver, said.act, self._items.get(said.sub, ItemState()))
        self._flush()
        self._book.keep_erased(said, state, one.act)
        self._kin.pass_by(said.sub, said.ver)
        self._items[said.sub] = state
        key = (said.iss, said.stream)
        stream = self._streams.get(key, StreamState())
        if said.seq > stream.seq:
            stream = replace(stream, seq=said.seq, digest=said.digest)
        self._streams[key] = stream

    def _flush(self) -> None:
        waiting = [(each, replace(placed, item=self._items[each.item.sub])) for each, placed in self._waiting]
        self._book.keep(waiting, self._languages)
        self._relations += self._kin.find([each for each, _ in self._waiting])
        if self._waiting:
            self._book.sweep(self._waiting[-1][0].received_at)
        self._waiting = []


def _item_of(one: Signed | Gone) -> ItemId:
    return one.said.sub if isinstance(one, Gone) else one.verified.item.sub


def _stream_of(one: Signed | Gone) -> StreamKey:
    said = one.said if isinstance(one, Gone) else one.verified.item
    return said.iss, said.stream
