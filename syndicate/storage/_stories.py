"""Stories: items that say the same, gathered behind the log that is shown, one index after the other.

Everybody who shows the same log, acts of the operator included, has the same stories. An item belongs to a
story by its tie to the item that was first in it, never by way of others: so nobody can chain what does not
belong together. What an agency declares moves its own item to the source that it names, away from what is
only like it, and nobody else's (decision 70). A story has one item of each agency. Whoever's text changes
so that the tie is gone leaves, or, if it was first, is left.
"""

import logging
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeGuard

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from syndicate.dedupe import Origin, origin, teller_of
from syndicate.news import Index, UnixTime
from syndicate.storage._ruled import mark_ruled, take
from syndicate.storage._ties import RANKS, WORDS, Tie, Ties
from syndicate.trust import recall

log = logging.getLogger(__name__)

_STRANGERS: Final = 2  # agencies whose texts hold an excerpt beside those of its story: it is nobody's

_EVENTS: Final = f"""
    SELECT log.idx AS idx, it.item_id AS item, NULL AS act
    FROM log JOIN version AS it ON it.id = log.version_id JOIN item ON item.id = it.item_id
    WHERE log.idx >= :first AND log.idx < :end AND (
        EXISTS (SELECT 1 FROM relation WHERE relation.sub = item.sub AND relation.type IN ({WORDS}))
        OR EXISTS (SELECT 1 FROM relation WHERE relation.to_sub = item.sub AND relation.type IN ({WORDS}))
        OR EXISTS (SELECT 1 FROM story WHERE story.item_id = item.id))
    UNION ALL
    SELECT idx, NULL, digest FROM act WHERE idx >= :first AND idx < :end
    AND CAST(body AS TEXT) LIKE '%"act":"relation-%'
    ORDER BY idx
"""  # noqa: S608 - words of our own
_SEALED_AT: Final = "SELECT sealed_at FROM log WHERE idx <= ? ORDER BY idx DESC LIMIT 1"
_STORY_OF: Final = "SELECT story FROM story WHERE item_id = ?"
_MEMBERS: Final = "SELECT item_id, agency, joined_as FROM story WHERE story = ? ORDER BY joined_idx, item_id"
_JOIN: Final = "INSERT INTO story (item_id, story, agency, joined_as, joined_idx) VALUES (?, ?, ?, ?, ?)"
_HERE_AS: Final = "UPDATE story SET joined_as = ? WHERE item_id = ?"
_LEAVE: Final = "DELETE FROM story WHERE item_id = ?"
_DISSOLVE: Final = "DELETE FROM story WHERE story = ?"
_NAMED: Final = "SELECT id FROM item WHERE sub IN (?, ?) ORDER BY id DESC"
_HEAD: Final = """
    INSERT INTO story_head (story, origin, rule, evidence, changed_idx, changed_at) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (story) DO UPDATE SET
        origin = excluded.origin, rule = excluded.rule, evidence = excluded.evidence,
        changed_idx = excluded.changed_idx, changed_at = excluded.changed_at
"""
_END: Final = "DELETE FROM story_head WHERE story = ?"
ALONE: Final = "alone"  # the rule of whoever left a story, or was left, and stands by itself since


class _Member(NamedTuple):
    id: int
    agency: str
    joined_as: str


def gather(connection: Connection, first: int, end: int) -> bool:
    """Have the stories follow the log from index ``first`` up to ``end``; whether any may have changed."""
    events = connection.exec_driver_sql(_EVENTS, {"first": first, "end": end}).all()
    for idx, item, act in events:
        try:
            _follow(_Moment(connection, idx), item, act)
        except SQLAlchemyError:
            raise
        except Exception:
            log.exception("the stories could not follow index %d of the log", idx)
    return bool(events)


def _follow(moment: "_Moment", item: int, act: str | None) -> None:
    if act is None:
        moment.came(item)
    else:
        moment.ruled(act)


def review(connection: Connection, item: int) -> None:
    """Look again at the story of an item of which a text went."""
    idx = max(0, connection.exec_driver_sql("SELECT reached FROM gathered").scalar_one())
    _Moment(connection, idx).reviewed(item)


class _Moment:
    """The stories as of one index, and what it changes in them."""

    def __init__(self, connection: Connection, idx: int) -> None:
        self._connection = connection
        self._idx = idx
        self._ties = Ties(connection, idx)
        self._ruled_at = 0.0

    def came(self, item: int) -> None:
        """A version of this item is shown."""
        stands = self._ties.stands(item)
        if stands is not None and stands.idx != self._idx:
            return  # an older version came late: nothing is said anew
        if stands is not None:
            mark_ruled(self._connection, stands.sub)
        story = self._story_of(item)
        if story is not None and not self._review(story):
            self._changed(story)
        if self._story_of(item) is None:
            self._find_story(item)
        self._call(item)
        for part in self._ties.parts(item):  # which may stand in too many by now
            story = self._story_of(part)
            if story is not None:
                self._review(story)

    def _call(self, item: int) -> None:
        """Have those join that declare this item as their source, and may have waited elsewhere for it."""
        for declarer in self._ties.declarers(item):
            here = {each.agency for each in self._members(self._story_of(item) or item)}
            if declarer.agency not in here and self._ties.declares(declarer.id, item):
                self._placed(declarer.id)

    def ruled(self, digest: str) -> None:
        """The operator said something of two items."""
        said = take(self._connection, digest)
        if said is None:
            return
        self._ruled_at = said.at
        items = list(self._connection.exec_driver_sql(_NAMED, (said.a, said.b)).scalars())
        stories = [self._story_of(item) for item in items]
        if (
            said.verdict == "confirm"
            and len(items) > 1
            and stories[0] is not None
            and stories[0] != stories[1]
        ):
            self._let_go(stories[0], [items[0]])  # it goes to the other one, which came first
        for item in items:
            self._placed(item)

    def _placed(self, item: int) -> None:
        """Have an item leave a story that it does not belong to, and find one if it stands alone."""
        story = self._story_of(item)
        if story is not None:
            self._review(story)
        if self._story_of(item) is None:
            self._find_story(item)

    def reviewed(self, item: int) -> None:
        """Something of this item is gone."""
        story = self._story_of(item)
        if story is not None:
            self._review(story)

    def _review(self, story: int) -> bool:
        """Let those leave who no longer belong to who was first; whether anybody did."""
        members = self._members(story)
        gone = [each.id for each in members if not self._belongs(each, story, members)]
        if gone:
            self._let_go(story, gone)
        return bool(gone)

    def _let_go(self, story: int, leavers: Sequence[int]) -> None:
        """Take these out of a story, and whoever was there because of them; each finds its place anew."""
        if story in leavers:
            leavers = [each.id for each in self._members(story)]
        parted = list(leavers)
        for each in leavers:
            self._connection.exec_driver_sql(_LEAVE, (each,))
        if len(self._members(story)) > 1:
            if not self._review(story):
                self._changed(story)
        else:
            parted += [each.id for each in self._members(story)]
            self._connection.exec_driver_sql(_DISSOLVE, (story,))
            self._connection.exec_driver_sql(_END, (story,))
        for each in sorted(leavers, key=self._who_chooses_first):
            if self._story_of(each) is None:
                self._find_story(each)
        for each in parted:
            if self._story_of(each) is None:
                self._note(each, each, ALONE, "", self._now())

    def _who_chooses_first(self, item: int) -> tuple[bool, int]:
        return not self._ties.sources(item), item

    def _belongs(self, one: _Member, story: int, members: Sequence[_Member]) -> bool:
        others = [each.id for each in members if each.id != one.id]
        if self._is_called_away(one.id, others):
            return False
        if one.id == story:
            return True
        if any(self._ties.rejected(one.id, each) for each in others):
            return False
        tie = self._ties.tie(one.id, story)
        if _counts(tie, one.id) and not (tie.part and self._is_everywhere(tie.part, members)):
            return True
        return any(_reaches(self._ties.tie(one.id, each), one.id) for each in others)

    def _is_called_away(self, item: int, others: Sequence[int]) -> bool:
        """Whether an agency declares a source of its item that is not among these, and that it may join."""
        sources = self._ties.sources(item)
        if any(each in others for each in sources):
            return False
        return any(self._may_follow(item, each) for each in sources)

    def _may_follow(self, item: int, source: int) -> bool:
        tie = self._ties.tie(item, source)
        return tie is not None and self._may_join(item, self._story_of(source) or source, tie)

    def _is_everywhere(self, part: int, members: Sequence[_Member]) -> bool:
        """Whether an excerpt stands in texts of several agencies that are no part of its story.

        What everybody carries below or above other news is nobody's excerpt. One agency's texts are not
        enough for that: else it could part others by publishing what holds theirs.
        """
        here = {each.agency for each in members}
        return len({each.agency for each in self._ties.holding(part)} - here) >= _STRANGERS

    def _find_story(self, item: int) -> None:
        """Have an item that stands alone join the story that it is tied to best, or begin one."""
        found: list[tuple[int, float, int, int, Tie]] = []
        for other in self._ties.near(item):
            first = self._story_of(other) or other
            direct = self._ties.tie(item, other)
            tie = direct if _reaches(direct, item) else self._ties.tie(item, first)
            if _counts(tie, item) and self._may_join(item, first, tie):
                found.append((RANKS[tie.as_], -tie.score, first, other, tie))
        if not found:
            return
        _, _, first, _, tie = best = min(found)
        if (
            best[0] == RANKS["copy"]
        ):  # of a copy of what both are a part of: else a flood of parts would take it
            wholes = [each for each in found if each[4].part == item and each[2] < first]
            _, _, first, _, tie = min(wholes, default=best)
        if self._story_of(first) is None and item < first and not tie.declarer:
            item, first = first, item
        self._join(item, first, tie)

    def _may_join(self, item: int, first: int, tie: Tie) -> bool:
        members = self._members(first)
        stands = self._ties.stands(item)
        if stands is None or any(self._ties.rejected(item, each.id) for each in members):
            return False
        if tie.as_ not in ("confirmed", "re-identified") and any(
            each.agency == stands.agency for each in members
        ):
            return False
        if tie.part and self._is_everywhere(tie.part, [*members, _Member(item, stands.agency, "")]):
            return False
        # A round-up holds many texts: what is only a part of it must also be like its other parts.
        parts = [each.id for each in members if each.id != first and each.joined_as in ("copy", "excerpt")]
        return tie.as_ != "excerpt" or all(self._one_part(item, each, first) for each in parts)

    def _one_part(self, item: int, other: int, first: int) -> bool:
        return self._ties.tie(item, other) is not None or self._ties.overlap(item, other, first)

    def _join(self, item: int, first: int, tie: Tie) -> None:
        for each, as_ in ((first, "first"), (item, tie.as_)):
            if self._story_of(each) is None:
                stands = self._ties.stands(each)
                agency = "" if stands is None else stands.agency
                self._connection.exec_driver_sql(_JOIN, (each, first, agency, as_, self._idx))
        if tie.as_ != "re-identified":
            self._changed(first)
        elif self._head(first) is None:
            self._changed(first, unheard=True)

    def _changed(self, story: int, *, unheard: bool = False) -> None:
        """Note that a story changed now; ``unheard``: that nothing was said in it that was not before."""
        first, why = self._origin(story)
        self._note(story, first, why.rule, why.evidence, 0.0 if unheard else self._now())
        for each in self._members(story):
            as_ = self._here_as(each, first)
            if as_ != each.joined_as:
                self._connection.exec_driver_sql(_HERE_AS, (as_, each.id))

    def _note(self, story: int, first: int, rule: str, evidence: str, at: float) -> None:
        self._connection.exec_driver_sql(_HEAD, (story, first, rule, evidence, self._idx, at))

    def _now(self) -> float:
        """When it is, in Unix seconds: as versions were sealed, or as an act says of itself."""
        sealed = self._connection.exec_driver_sql(_SEALED_AT, (self._idx,)).scalar() or 0.0
        return max(sealed, self._ruled_at)

    def _here_as(self, one: _Member, first: int) -> str:
        """Why somebody is in a story: by its tie to who stands first in it."""
        if one.id == first or one.joined_as == "re-identified":
            return "first" if one.id == first else one.joined_as
        tie = self._ties.tie(one.id, first)
        if tie is None or tie.as_ == "re-identified":
            return "copy" if one.joined_as == "first" else one.joined_as
        return tie.as_

    def _origin(self, story: int) -> tuple[int, Origin]:
        """Who stands first, and why."""
        members = [each.id for each in self._members(story) if each.joined_as != "re-identified"]
        stand = [stands for each in members if (stands := self._ties.stands(each)) is not None]
        seen = {each.id: self._ties.first_seen(each.id) for each in stand}
        tellers = [
            teller_of(
                recall(each.token),
                Index(seen[each.id][0]),
                received=UnixTime(seen[each.id][1]),
                credits_=self._ties.credits(each),
            )
            for each in stand
        ]
        found = origin(tellers)
        return next(each.id for each in stand if each.sub == found.sub), found

    def _story_of(self, item: int) -> int | None:
        return self._connection.exec_driver_sql(_STORY_OF, (item,)).scalar()

    def _members(self, story: int) -> list[_Member]:
        found = [_Member(*row) for row in self._connection.exec_driver_sql(_MEMBERS, (story,))]
        if found:
            return found
        stands = self._ties.stands(story)
        return [] if stands is None else [_Member(story, stands.agency, "first")]

    def _head(self, story: int) -> int | None:
        asked = "SELECT origin FROM story_head WHERE story = ? AND rule <> ?"
        return self._connection.exec_driver_sql(asked, (story, ALONE)).scalar()


def _counts(tie: Tie | None, item: int) -> TypeGuard[Tie]:
    """Whether a tie brings an item to another one: what that one declares does not."""
    return tie is not None and tie.declarer in (0, item)


def _reaches(tie: Tie | None, item: int) -> TypeGuard[Tie]:
    """Whether a tie to any item of a story is enough: a person's word is, likeness is not."""
    return _counts(tie, item) and tie.as_ in ("declared", "confirmed")
