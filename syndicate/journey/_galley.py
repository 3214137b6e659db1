"""What documents share: each version's piece in each format, set once and kept while a document has it."""

import hashlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from functools import partial
from itertools import islice, product
from typing import Final, Protocol, TypeVar
from weakref import ref

from syndicate.last_used import LastUsed
from syndicate.news import Also, Entry, Index, Registry, TokenDigest, rfc3339
from syndicate.ports import Logged, Storage, Story
from syndicate.republish import also_of, light, story_of, with_notices
from syndicate.wire import Piece, Typesetter, facts_of, piece_of

T = TypeVar("T")


class AtWork(Protocol):
    """What runs work off the event loop."""

    def __call__(self, work: Callable[[], T]) -> Awaitable[T]:
        """Its result, or its exception."""
        ...


_KNOWN_MOST: Final = 50_000  # versions whose facts are kept: some 20 MB
_READ_MOST: Final = 200  # entries kept for the next format, none of a token longer than
_READ_CHARACTERS: Final = 20_000
_BESIDE_MOST: Final = 2_000  # entries that stand beside another one in a story, without their bodies
_AT_ONCE: Final = 100  # tokens read at a time
_AT_ONCE_CHARACTERS: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class Retold:
    """What a story's entry says beyond its origin's own."""

    also: tuple[Also, ...]
    changed_at: float


@dataclass(frozen=True, slots=True)
class Known:
    """What a document has to know of a version besides its piece. ``characters`` counts its token's."""

    index: Index
    name: bytes  # of all that its pieces are made of
    characters: int
    sealed_at: float
    updated: str
    withdrawn: bool
    retold: Retold | None = None  # where it stands for a story


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """How an entry stands in a document: as the notice of a withdrawal or as itself, and how much of it.

    There is one of each (``LOOKS``), so that asking for a piece compares no more than where it is.
    """

    notice: bool
    bare: bool  # without its body and its token
    complete: bool


LOOKS: Final = {look: Look(*look) for look in product((True, False), repeat=3)}
Place = tuple[Known, Look]  # an entry in a document; plain, for there are ten thousands of them a second


class _Named(ref[Piece]):
    """A piece that others have, and the name of its version."""

    __slots__ = ("name",)
    name: bytes


class _Standing(dict[bytes, _Named]):
    """Pieces by their versions' names, while somebody has them.

    WeakValueDictionary takes five times as long, a function for each piece three times the memory.
    """

    def __init__(self) -> None:
        super().__init__()
        self._gone = self._let_go  # one for all of them

    def put(self, name: bytes, piece: Piece) -> Piece:
        """Know a piece while somebody has it."""
        self[name] = named = _Named(piece, self._gone)
        named.name = name
        return piece

    def _let_go(self, gone: _Named) -> None:
        self.pop(gone.name, None)


def _nothing() -> None:
    """What stands where no piece stands."""


class Galley:
    """Type that stands: pieces by version and format, each once, and only while some document shows it.

    ``entry`` derives an entry from what is logged and the registry, and from nothing else.
    """

    def __init__(
        self,
        storage: Storage,
        typesetter: Typesetter,
        entry: Callable[[Logged, Registry], Entry],
        at_work: AtWork,
        *,
        base_url: str,
    ) -> None:
        self._storage = storage
        self._typesetter = typesetter
        self._entry = entry
        self._at_work = at_work
        self._base_url = base_url
        self._basis: tuple[str, int] = ("", 0)
        self._known: dict[Index, Known] = {}
        self._read: LastUsed[tuple[TokenDigest, str], Entry] = LastUsed(_READ_MOST)
        self._beside: LastUsed[Index, Entry] = LastUsed(_BESIDE_MOST)
        self._pieces: defaultdict[tuple[str, Look], _Standing] = defaultdict(_Standing)  # by format and look

    async def known(self, indices: Sequence[Index], registry: Registry) -> list[Known]:
        """What is to be known of the versions at these indices, in their order; none of those erased."""
        basis = (registry.version, self._storage.log.erased)
        if basis != self._basis:
            self._known = {}
            self._read = LastUsed(_READ_MOST)
            self._beside = LastUsed(_BESIDE_MOST)
            self._basis = basis
        kept = self._known
        missing = [index for index in indices if index not in kept]
        found: dict[Index, Known] = {}
        for start in range(0, len(missing), _AT_ONCE):
            logged = await self._storage.these(missing[start : start + _AT_ONCE])
            made = await self._at_work(partial(self._make_known, logged, registry))
            found |= {one.index: one for one in made}
        there = [known for index in indices if (known := kept.get(index) or found.get(index)) is not None]
        if self._basis == basis:  # nothing was taken back meanwhile
            kept |= found
        for index in list(islice(kept, max(0, len(kept) - _KNOWN_MOST))):
            del kept[index]
        return there

    async def retold(
        self, known: Sequence[Known], stories: Mapping[Index, Story], registry: Registry
    ) -> list[Known]:
        """The same, where one is a story's origin with who else published it."""
        told = [stories[one.index] for one in known if one.index in stories]
        beside = await self._read_beside([each.index for story in told for each in story.others], registry)
        return [
            one if (story := stories.get(one.index)) is None else self._retell(one, story, beside)
            for one in known
        ]

    async def _read_beside(self, indices: Sequence[Index], registry: Registry) -> Mapping[Index, Entry]:
        """The entries at these indices, without their bodies; none of those erased."""
        standing = ((index, self._beside.get(index)) for index in indices)
        found = {index: entry for index, entry in standing if entry is not None}
        missing = [index for index in indices if index not in found]
        for start in range(0, len(missing), _AT_ONCE):
            logged = await self._storage.these(missing[start : start + _AT_ONCE])
            made = await self._at_work(partial(self._make_beside, logged, registry))
            found |= {index: self._beside.put(index, entry) for index, entry in made.items()}
        return found

    def _make_beside(self, logged: Sequence[Logged], registry: Registry) -> dict[Index, Entry]:
        return {one.index: light(self._entry_of(one, registry)) for one in logged if not one.erased}

    def _retell(self, one: Known, story: Story, beside: Mapping[Index, Entry]) -> Known:
        also = tuple(
            also_of(beside[each.index], each.joined_as, base_url=self._base_url)
            for each in story.others
            if each.index in beside
        )
        facts = "\0".join(text for each in also for text in map(str, astuple(each)))
        name = hashlib.sha256(one.name + f"{story.changed_at}\0{facts}".encode()).digest()[:16]
        return replace(
            one,
            name=name,
            sealed_at=max(one.sealed_at, story.changed_at),
            updated=max(one.updated, rfc3339(story.changed_at)),
            retold=Retold(also=also, changed_at=story.changed_at),
        )

    async def pieces(self, places: Sequence[Place], format_: str, registry: Registry) -> list[Piece]:
        """The pieces of these entries, those that no document has made anew."""
        standing = {look: self._pieces[format_, look] for look in LOOKS.values()}
        found = [standing[look].get(known.name, _nothing)() for known, look in places]
        missing = [number for number, piece in enumerate(found) if piece is None]
        for some in _in_turn(missing, places):
            logged = await self._storage.these({places[number][0].index for number in some})
            by_index = {one.index: one for one in logged}
            # A law may have taken one back just now: the document has none of it.
            wanted = [
                (number, places[number], one)
                for number in some
                if (one := by_index[places[number][0].index]).token
            ]
            made = await self._at_work(partial(self._set_all, wanted, format_, registry))
            for number, piece in made:
                known, look = places[number]
                found[number] = standing[look].put(known.name, piece)
        return [piece for piece in found if piece is not None]

    def _make_known(self, logged: Sequence[Logged], registry: Registry) -> list[Known]:
        return [known_of(one, self._entry_of(one, registry)) for one in logged if not one.erased]

    def _entry_of(self, logged: Logged, registry: Registry) -> Entry:
        """A version as an entry; what is new is set in one format after the other, and read once for all."""
        read, key = self._read, (logged.digest, registry.version)
        if (known := read.get(key)) is not None:
            return known
        entry = self._entry(logged, registry)
        return read.put(key, entry) if len(logged.token) <= _READ_CHARACTERS else entry

    def _set_all(
        self, wanted: Sequence[tuple[int, Place, Logged]], format_: str, registry: Registry
    ) -> list[tuple[int, Piece]]:
        return [(number, self._set(place, one, format_, registry)) for number, place, one in wanted]

    def _set(self, place: Place, logged: Logged, format_: str, registry: Registry) -> Piece:
        known, look = place
        whole = self._entry_of(logged, registry)
        retold = known.retold
        if retold is not None:
            whole = story_of(whole, retold.also, retold.changed_at)
        entry = light(whole) if look.bare else whole
        both = with_notices((entry,), base_url=self._base_url)
        shown = both[0] if look.notice else both[-1]
        return piece_of(self._typesetter.entry(shown, format_, complete=look.complete))


def known_of(logged: Logged, entry: Entry) -> Known:
    """What is to be known of a version that is seen as ``entry``."""
    return Known(
        index=logged.index,
        name=hashlib.sha256("\0".join(facts_of(entry)).encode()).digest()[:16],
        characters=len(logged.token),
        sealed_at=logged.sealed_at,
        updated=entry.updated,
        withdrawn=entry.withdrawn,
    )


def _in_turn(numbers: Sequence[int], places: Sequence[Place]) -> Iterable[list[int]]:
    """The numbers of places, as many at a time as may be read at once."""
    some: list[int] = []
    characters = 0
    for number in numbers:
        characters += places[number][0].characters
        if some and (len(some) >= _AT_ONCE or characters > _AT_ONCE_CHARACTERS):
            yield some
            some, characters = [], places[number][0].characters
        some.append(number)
    if some:
        yield some
