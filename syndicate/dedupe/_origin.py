"""Who told a story first: of those who tell it, the one whom the others carry."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from syndicate.news import (
    AgencyId,
    Index,
    Item,
    ItemId,
    Registry,
    RelationType,
    UnixTime,
    rfc3339,
)

SETTLED_SECONDS: Final = 900  # after which nobody who comes later takes the first place by an earlier date


class OriginRule(StrEnum):
    """Why one of those who tell a story counts as its origin; the first that decides does."""

    DECLARED = "declared"  # others declare that theirs derives from it
    CREDITED = "credited"  # others credit its agency, by a name that the registry gives it
    PUBLISHED = "published-first"  # by the times that the agencies signed
    SEEN = "seen-first"  # by the log


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """An item that tells a story, and what it says of where it has it from."""

    sub: ItemId
    agency: AgencyId
    published: UnixTime  # as signed
    index: Index  # of its first version in the log
    received: UnixTime | None = None  # when that was received; None if that is not at hand
    derives: frozenset[ItemId] = frozenset()  # what it declares to derive from
    credits: frozenset[AgencyId] = frozenset()  # whom its credit or byline names (``credited``)


def teller_of(
    item: Item,
    index: Index,
    *,
    first: Item | None = None,
    received: UnixTime | None = None,
    credits_: Collection[AgencyId],
) -> Teller:
    """An item as one who tells a story; ``credits_`` is whom it credits (``whom_credits``).

    ``index`` and ``received`` are of the version with which its agency began to tell it, which is ``first``
    where that is not the item itself: its time of publication counts.
    """
    derives = (said.sub for said in item.relations if said.type is RelationType.DERIVES)
    return Teller(
        sub=item.sub,
        agency=item.iss,
        published=UnixTime(int(datetime.fromisoformat((first or item).published).timestamp())),
        index=index,
        received=received,
        derives=frozenset(sub for sub in derives if sub is not None),
        credits=frozenset(credits_),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The item that counts as a story's origin, and why."""

    sub: ItemId
    rule: OriginRule
    evidence: str  # one sentence that a person can check


def origin(tellers: Sequence[Teller]) -> Origin:
    """The origin among one or more tellers; the same whatever order they come in.

    Who declares to derive from anything is no origin while somebody does not. What two say of each other
    counts for nothing: neither can have it from the other. A date of one's own counts only among those that
    came within ``SETTLED_SECONDS`` of the first: whoever comes later and dates itself back stays behind.
    """
    tellers = _settled(tellers)
    here = {teller.sub: teller for teller in tellers}
    by_agency = {
        teller.sub: frozenset(each.sub for each in tellers if each.agency in teller.credits - {teller.agency})
        for teller in tellers
    }
    for rule, named in (
        (OriginRule.DECLARED, {teller.sub: teller.derives & here.keys() for teller in tellers}),
        (OriginRule.CREDITED, by_agency),
    ):
        carried = _carried(named)
        if carried:
            first = min((here[sub] for sub in carried), key=_order)
            return Origin(
                sub=first.sub, rule=rule, evidence=_BY[rule].format(carried[first.sub], first.agency)
            )
    first, *later = sorted([each for each in tellers if not each.derives] or tellers, key=_order)
    seen = bool(later) and later[0].published == first.published
    rule = OriginRule.SEEN if seen else OriginRule.PUBLISHED
    when = first.index if seen else rfc3339(first.published)
    return Origin(sub=first.sub, rule=rule, evidence=_BY[rule].format(when, first.agency))


def _settled(tellers: Sequence[Teller]) -> Sequence[Teller]:
    first = min((each.received for each in tellers if each.received is not None), default=None)
    return [
        each
        if first is None or each.received is None or each.received - first <= SETTLED_SECONDS
        else replace(each, published=max(each.published, each.received))
        for each in tellers
    ]


_BY: Final = {
    OriginRule.DECLARED: "declared to be their source by {0} of the others",
    OriginRule.CREDITED: "{0} of the others credit {1}",
    OriginRule.PUBLISHED: "{1} signed the earliest time of publication, {0}",
    OriginRule.SEEN: "published at one time, and {1} came into the log first, at {0}",
}


def _order(teller: Teller) -> tuple[int, int]:
    return teller.published, teller.index


def _carried(named: Mapping[ItemId, Collection[ItemId]]) -> Counter[ItemId]:
    """How many name each of those whom others name and who name nobody."""
    one_way = {
        sub: {other for other in others if other != sub and sub not in named[other]}
        for sub, others in named.items()
    }
    return Counter(other for others in one_way.values() for other in others if not one_way[other])


def whom_credits(item: Item, registry: Registry) -> frozenset[AgencyId]:
    """The other agencies that an item's credit or byline names."""
    said = " ".join(filter(None, (item.credit, item.byline)))
    return credited(said, registry) - {item.iss} if said else frozenset()


def credited(said: str, registry: Registry) -> frozenset[AgencyId]:
    """The agencies that a credit or byline names, by the names and aliases that the registry gives them."""
    text = unicodedata.normalize("NFKC", said).casefold()
    return frozenset(
        agency.id
        for agency in registry.agencies.values()
        if any(_names(text, name) for name in (*agency.names.values(), *agency.aliases))
    )


def _names(text: str, name: str) -> bool:
    sought = unicodedata.normalize("NFKC", name).casefold()
    return sought in text and re.search(rf"(?<!\w){re.escape(sought)}(?!\w)", text) is not None
