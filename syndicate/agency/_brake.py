"""The brake between the CMS and the signature: what a machine published waits until a person could stop it.

A signed token is a bearer token: whoever holds it can publish it anywhere, for ever. So nothing that waits
is signed beforehand; what waits is words in the stream book, and is signed at its release.
"""

import hashlib
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from syndicate.agency._config import AgencyConfig
from syndicate.agency._stream import Unsigned, sign_items
from syndicate.agency._text import without_markup
from syndicate.news import Act, Item, ItemId, Kind, Reason, Refused, Registry, b64url, normalized
from syndicate.ports import Signed, Signer, StreamBook, Waiting, Why

_WEEKS: Final = 4 * 7 * 86_400  # seconds over which the usual rate is taken
_HOUR: Final = 3_600
_LEARNING: Final = 86_400  # seconds after the first token in which nothing is usual yet
_ALWAYS: Final = 10  # items in an hour that are never a burst
_TITLE_LETTERS: Final = 12  # of a title that is one story's and no other's
_BODY_LETTERS: Final = 40
_HELD_BY_PERSONS: Final = (Kind.ALERT, Kind.REBUTTAL)
_ORDER: Final = "feed-order"  # the items in the CMS's feed when something of it last waited, the top first
_OUT: Final = "-"  # before an item that had left it at its foot by then
_RESTARTS: Final = (Why.DELAY, Why.GONE)  # another text under the same id waits anew


def marks_of(item: Item) -> frozenset[str]:
    """What a text is known by wherever it turns up again: spacing, case, markup and address do not matter."""
    body = item.content.body if item.content is not None and item.content.body is not None else ""
    plain = without_markup(body) if item.content and item.content.type == "text/html" else body
    said = (("t", _letters(item.title), _TITLE_LETTERS), ("b", _letters(plain), _BODY_LETTERS))
    return frozenset(_mark(name, letters) for name, letters, least in said if len(letters) >= least)


def dropped_mark(sub: ItemId, fingerprint: str) -> str:
    """What an entry is known by that a person dropped as it was: it is not even asked about again."""
    return _mark("d", f"{sub} {fingerprint}")


def _letters(text: str) -> str:
    folded = normalized("NFKC", text).casefold()
    return "".join(each for each in folded if unicodedata.category(each)[0] in "LMN")


def _mark(name: str, said: str) -> str:
    return f"{name}.{b64url(hashlib.sha256(said.encode('utf-8', 'replace')).digest())}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Braked:
    """What becomes of what the CMS shows: signed now, or waiting; what a person dropped is in neither."""

    now: tuple[Unsigned, ...]
    waiting: Mapping[ItemId, Waiting]


def brake(  # noqa: PLR0913 - what the CMS shows, beside the world
    asked: Sequence[Unsigned],
    *,
    config: AgencyConfig,
    book: StreamBook,
    now: float,
    shown: Sequence[ItemId],
    unchanged: Collection[ItemId] = (),
) -> Braked:
    """Sort what wants to be signed; what has to wait is on the waiting list when this returns.

    ``shown`` are the items in the CMS's feed, the top first. Those of them that read ``unchanged`` as they
    were signed wait no more: what waited of them was put right.
    """
    return _Brake(config=config, book=book, now=int(now)).sort(asked, shown, unchanged)


def due(book: StreamBook, now: float, shown: Iterable[ItemId] = ()) -> tuple[Waiting, ...]:
    """What waits and has come to its time, but for the entries that the CMS is ``shown`` to have."""
    known = set(shown)
    return tuple(
        each
        for each in book.waiting()
        if _has_come(each, now) and not (each.fingerprint and each.item.sub in known)
    )


def release(
    waiting: Sequence[Waiting], *, signer: Signer, book: StreamBook, registry: Registry, now: float
) -> tuple[Signed | Refused, ...]:
    """Sign what waited, as the next version of what stands now; what hubs would refuse goes on waiting.

    Raises:
        SigningError: the key cannot sign.
        StorageError: the book could not keep them; none of them is signed.
    """
    answers: list[Signed | Refused] = []
    for each in waiting:  # one by one: two of them may be versions of one item
        standing = book.latest([each.item.sub]).get(each.item.sub)
        if (refused := _taken_back(each.item, standing)) is not None:
            answers.append(refused)
            continue
        unsigned = Unsigned(
            item=_next(each.item, standing),
            cms_id=each.cms_id,
            fingerprint=each.fingerprint,
            waiting=each.id,
        )
        answers += sign_items([unsigned], signer=signer, book=book, registry=registry, now=now)
    return tuple(answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Brake:
    config: AgencyConfig
    book: StreamBook
    now: int

    def sort(
        self, asked: Sequence[Unsigned], shown: Sequence[ItemId], unchanged: Collection[ItemId]
    ) -> Braked:
        self.book.drop([each.id for each in self._of_the_cms() if each.item.sub in unchanged])
        waiting = {each.item.sub: each for each in self._of_the_cms()}
        gone, pushed_out = self._missing(waiting, shown)
        self.book.hold([replace(each, why=Why.GONE, due=None) for each in gone])
        self._remember_order([*shown, *(_OUT + sub for sub in pushed_out)] if waiting or asked else [])
        wanted = [each for each in asked if not self._was_dropped(each)]
        fresh = [each for each in wanted if not _same(each, waiting.get(each.item.sub))]
        burst = self._is_burst(fresh, waiting)
        kept = [self._kept(each, waiting.get(each.item.sub), burst=burst) for each in fresh]
        self.book.hold([each for each in kept if each is not None])
        if burst:
            self.book.hold(
                [replace(each, why=Why.BURST, due=None) for each in waiting.values() if each.why is Why.DELAY]
            )
        return self._sorted(wanted)

    def _of_the_cms(self) -> list[Waiting]:
        return [each for each in self.book.waiting() if each.fingerprint]

    def _missing(
        self, waiting: Mapping[ItemId, Waiting], shown: Sequence[ItemId]
    ) -> tuple[list[Waiting], list[ItemId]]:
        """What the CMS took away while it waited; and apart from it, what newer entries pushed out."""
        missing = [
            waiting[sub]
            for sub in waiting.keys() - set(shown)
            # What is due as it arrives was signed before, and is said again by a recovery.
            if waiting[sub].why is Why.DELAY and waiting[sub].due != waiting[sub].arrived
        ]
        if not missing:
            return [], []
        before = (self.book.jotted(_ORDER) or "").split()
        known = {sub: each.arrived for sub, each in waiting.items()}
        known |= {sub: each.iat for sub, each in self.book.latest({ItemId(sub) for sub in before}).items()}
        out = [each.item.sub for each in missing if _scrolled_out(each, before, shown, known)]
        return [each for each in missing if each.item.sub not in out], out

    def _remember_order(self, shown: Sequence[str]) -> None:
        order = "\n".join(shown) or None
        if self.book.jotted(_ORDER) != order:
            self.book.jot(_ORDER, order)

    def _sorted(self, wanted: Sequence[Unsigned]) -> Braked:
        waiting = {each.item.sub: each for each in self._of_the_cms()}
        now: list[Unsigned] = []
        stays: dict[ItemId, Waiting] = {}
        for each in wanted:
            found = waiting.get(each.item.sub)
            if found is None:
                now.append(each)
            elif _has_come(found, self.now):
                now.append(replace(each, waiting=found.id))
            else:
                stays[each.item.sub] = found
        return Braked(now=tuple(now), waiting=stays)

    def _was_dropped(self, each: Unsigned) -> bool:
        return bool(self.book.barred([dropped_mark(each.item.sub, each.fingerprint)]))

    def _kept(self, each: Unsigned, before: Waiting | None, *, burst: bool) -> Waiting | None:
        why = self._why(each.item, burst=burst)
        if before is not None and before.why not in _RESTARTS:
            why = before.why  # whatever made a person necessary is not undone by another text
        if why is None:
            return None
        return Waiting(
            id=0 if before is None else before.id,
            item=each.item,
            cms_id=each.cms_id,
            fingerprint=each.fingerprint,
            why=why,
            arrived=self.now,
            due=self.now + self.config.release_seconds if why is Why.DELAY else None,
        )

    def _why(self, item: Item, *, burst: bool) -> Why | None:
        if item.kind in _HELD_BY_PERSONS:
            return Why.SECOND
        if self.book.barred(marks_of(item)):
            return Why.RETURNED
        if burst:
            return Why.BURST
        return Why.DELAY if self.config.release_seconds else None

    def _is_burst(self, fresh: Sequence[Unsigned], waiting: Mapping[ItemId, Waiting]) -> bool:
        """Whether far more came within the hour than is usual; once it did, until a person has looked."""
        if any(each.why is Why.BURST for each in waiting.values()):
            return True
        most = self._most_in_an_hour()
        lately = len(self.book.signings(self.now - _HOUR))
        lately += sum(each.item.sub not in waiting for each in fresh) + len(waiting)
        return most is not None and bool(fresh) and lately > most

    def _most_in_an_hour(self) -> float | None:
        first = self.book.page(0, 1)
        if not self.config.burst_times or not first or self.now - first[0].iat < _LEARNING:
            return None
        # The first hour is the whole CMS arriving at once, and says nothing about the days after it.
        begins = max(first[0].iat + _HOUR, self.now - _WEEKS)
        usual = len(self.book.signings(begins + 1)) * _HOUR / max(self.now - begins, _HOUR)
        return max(_ALWAYS, self.config.burst_times * usual)


def _has_come(each: Waiting, now: float) -> bool:
    return each.due is not None and each.due <= now and each.why is not Why.HALTED


def _same(each: Unsigned, waiting: Waiting | None) -> bool:
    return waiting is not None and waiting.fingerprint == each.fingerprint


def _scrolled_out(
    gone: Waiting, before: Sequence[str], shown: Sequence[ItemId], known: Mapping[ItemId, int]
) -> bool:
    """Whether an entry left the feed at its foot, pushed out by newer ones, and nobody took it away.

    Its date says nothing of that: whoever plants an entry chooses its date. What counts is where it stood in
    the feed ``before`` and what is ``shown`` now; ``known`` says since when items are known here.
    """
    if gone.item.sub not in before:
        return _OUT + gone.item.sub in before
    place = before.index(gone.item.sub)
    still = set(shown)
    pushed = bool(still.difference(before))
    stayed_below = bool(still.intersection(before[place + 1 :]))
    # A new entry comes in above the old ones. One that came in below them never had a turn to scroll out.
    came_in_below = gone.item.ver == 1 and any(
        known.get(ItemId(above), gone.arrived) < gone.arrived for above in before[:place]
    )
    return pushed and not stayed_below and not came_in_below


def _taken_back(item: Item, standing: Signed | None) -> Refused | None:
    """Hubs take nothing after a retraction, and after a withhold only what says why it is lifted."""
    if standing is None or standing.act not in (Act.WITHHOLD, Act.RETRACT):
        return None
    if standing.act is Act.WITHHOLD and item.note is not None:
        return None
    reason = Reason.ITEM_RETRACTED if standing.act is Act.RETRACT else Reason.NOTE_MISSING
    return Refused(reason=reason, detail=f"a person took it back: {standing.act}", agency=item.iss)


def _next(item: Item, standing: Signed | None) -> Item:
    """``item`` as the next version of what stands: it may have waited while other versions went out."""
    if standing is None:
        return replace(item, ver=1, act=Act.PUBLISH)
    return replace(item, ver=standing.ver + 1, act=Act.UPDATE if item.act is Act.PUBLISH else item.act)
