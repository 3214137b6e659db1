"""Recognising what the CMS shows: entries that are as they were, and stories that come back under other ids.

A CMS shows the same thousand entries again and again; converting them is nearly all of a run's work, so
what was read of each is remembered by its digest. And a CMS that is moved or upgraded gives old stories
new ids: signed again, each would be announced as new (docs/decisions/0010).
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from syndicate.agency._config import AgencyConfig
from syndicate.agency._draft import Draft, item_id
from syndicate.agency._entry import CmsEntry
from syndicate.news import Act, ItemId, b64url, rfc3339
from syndicate.ports import Reading, Signed, StreamBook
from syndicate.trust import recall

Moved = Literal["ask", "same", "new"]  # entries whose ids changed in numbers: wait, or as a person says

NEVER_SIGNED: Final = (Act.WITHHOLD, Act.RETRACT)
_FEW: Final = 3  # moved entries that need no person
_MANY: Final = 5  # matches that make a move even where the dates differ
_BODY_OF_ITS_OWN: Final = 200  # characters that two stories do not share by chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What was known of the entries of one feed before it was read now."""

    raws: Sequence[str]  # by place in the feed
    subs: Sequence[ItemId]  # likewise: of the entries' own ids
    readings: Mapping[ItemId, Reading]
    latest: Mapping[ItemId, Signed]

    def item(self, place: int) -> ItemId:
        """The item that the entry is, under whatever id."""
        known = self.readings.get(self.subs[place])
        return self.subs[place] if known is None or known.stands_for is None else known.stands_for

    def standing(self, place: int) -> Signed | None:
        """What was signed of the entry, if it was read exactly like this and nothing is to be signed now."""
        known, signed = self.readings.get(self.subs[place]), self.latest.get(self.item(place))
        if known is None or signed is None or known.raw != self.raws[place]:
            return None
        withdrawn = signed.act in NEVER_SIGNED
        return signed if withdrawn or signed.fingerprint == known.fingerprint else None

    def reading(self, place: int, each: Draft) -> Reading:
        """How the entry was found now; ``each`` is the draft that was made of it."""
        own = self.subs[place]
        return Reading(
            sub=own,
            raw=self.raws[place],
            fingerprint=each.fingerprint,
            content=content_of(each),
            stands_for=None if each.sub == own else each.sub,
        )


def remember(entries: Sequence[CmsEntry], config: AgencyConfig, book: StreamBook) -> Memory:
    """What the book knows of these entries.

    Raises:
        StorageError: the book cannot be read.
    """
    subs = [item_id(config.id, entry.cms_id) for entry in entries]
    readings = book.readings(set(subs))
    items = {each.stands_for for each in readings.values() if each.stands_for is not None}
    terms = (config.language, config.domains, config.media_hosts, config.furniture)
    return Memory(
        raws=[_digest(repr((terms, entry))) for entry in entries],
        subs=subs,
        readings=readings,
        latest=book.latest({*subs, *items}),
    )


def content_of(each: Draft) -> str:
    """Names a draft's title and text, and nothing else of it."""
    return _digest(repr((each.title, each.content and each.content.body)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Entries that are stories signed before under another id, by place: the items they are."""

    same: Mapping[int, Signed]
    held: Mapping[int, Signed]  # too many at once: a person decides


def find_moves(
    drafts: Mapping[int, Draft], memory: Memory, book: StreamBook, *, moved: Moved, shown: Collection[ItemId]
) -> Moves:
    """Which of these drafts are old stories under new ids; ``shown`` are the items still in the feed.

    Raises:
        StorageError: the book cannot be read.
    """
    new = {place: each for place, each in drafts.items() if each.sub not in memory.latest}
    matches = _matches(new, book, shown) if new else {}
    withdrawn = {place: old for place, old in matches.items() if old.act in NEVER_SIGNED}
    others = {place: old for place, old in matches.items() if place not in withdrawn}
    if moved == "new":
        return Moves(same=withdrawn, held={})
    many = len(others) >= _MANY and len(others) * 2 >= len(memory.subs)
    moves = {place: old for place, old in others.items() if many or _is_surely(new[place], old)}
    if moved == "ask" and len(moves) > _FEW:
        return Moves(same=withdrawn, held=moves)
    return Moves(same=withdrawn | moves, held={})


def _matches(new: Mapping[int, Draft], book: StreamBook, shown: Collection[ItemId]) -> dict[int, Signed]:
    """The one item that each draft repeats word for word; a text that comes often is no story's own."""
    contents = {place: content_of(each) for place, each in new.items()}
    counts = Counter(contents.values())
    before = book.read_before(counts.keys())
    candidates = {
        place: next(iter(items))
        for place, content in contents.items()
        if counts[content] == 1 and len(items := before.get(content, frozenset())) == 1
    }
    signed = book.latest(set(candidates.values()))
    return {place: signed[item] for place, item in candidates.items() if item in signed and item not in shown}


def _is_surely(each: Draft, old: Signed) -> bool:
    """Whether a draft is the old story itself, and no later one in the same words."""
    if each.published is not None:
        return rfc3339(each.published) == old.published
    body = each.content.body if each.content else None
    return len(body or "") >= _BODY_OF_ITS_OWN or recall(old.token).url == each.url


def _digest(text: str) -> str:
    return b64url(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
