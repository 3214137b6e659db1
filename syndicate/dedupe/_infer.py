"""What likeness makes of two items: which relation, of which to which, by what rule. Never a merge."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from syndicate.dedupe._likeness import Compared, Guard, RelatedAs, Rule, Span
from syndicate.dedupe._relate import Related
from syndicate.news import AgencyId, ItemId

_ONE_ITEM: Final = 0.9  # J of an item that its agency published under another id


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A version of an item as likeness sees it."""

    sub: ItemId
    ver: int
    agency: AgencyId
    published: str  # RFC 3339, as signed


def infer(new: Told, other: Told, compared: Compared) -> Related | None:
    """How two items stand to each other, given ``compare`` of their texts in this order; None if not alike.

    Of an excerpt it is the shorter one that stands so, whichever was first; of the rest it is ``new``.
    Items of one agency are never copies of each other: it numbers its items itself. What it declares is
    not asked here, and beats whatever is inferred.
    """
    if new.sub == other.sub or compared.likeness is None:
        return None
    if compared.likeness is RelatedAs.EXCERPT and compared.letters[0] > compared.letters[1]:
        return None if new.agency == other.agency else _related(other, new, turned(compared))
    return _related(new, other, compared)


def turned(compared: Compared) -> Compared:
    """The same comparison, of the second text with the first."""
    return replace(
        compared,
        a_in_b=compared.b_in_a,
        b_in_a=compared.a_in_b,
        letters=compared.letters[::-1],
        changed=tuple(map(_turned, compared.changed)),
        kept=tuple(map(_turned, compared.kept)),
        substituted=tuple(map(_turned, compared.substituted)),
    )


def _turned(span: Span) -> Span:
    return Span(a=span.b, b=span.a)


def _related(of: Told, to: Told, compared: Compared) -> Related | None:
    found = _of_one_agency(of, to, compared) if of.agency == to.agency else _of_two(compared)
    if found is None:
        return None
    type_, rule = found
    return Related(
        sub=of.sub,
        ver=of.ver,
        type=type_,
        to_sub=to.sub,
        to_ver=to.ver,
        rule=rule,
        evidence=compared.evidence,
        score=compared.a_in_b if type_ is RelatedAs.EXCERPT else compared.jaccard,
        spans=compared.changed,
        folding=compared.folding,
    )


def _of_one_agency(of: Told, to: Told, compared: Compared) -> tuple[RelatedAs, Rule] | None:
    if compared.likeness is RelatedAs.EXCERPT:
        return None
    if compared.guard is not Guard.PASSED:
        return RelatedAs.SIBLING, Rule.SUBSTITUTED
    if compared.jaccard >= _ONE_ITEM and compared.same_numbers and _moment(of) == _moment(to):
        return RelatedAs.REIDENTIFIED, Rule.SAME_MOMENT
    return RelatedAs.SIBLING, Rule.SAME_AGENCY


def _of_two(compared: Compared) -> tuple[RelatedAs, Rule] | None:
    return None if compared.likeness is None else (compared.likeness, _RULES[compared.likeness])


_RULES: Final = {
    RelatedAs.COPY: Rule.ALIKE,
    RelatedAs.EXCERPT: Rule.CONTAINED,
    RelatedAs.SIBLING: Rule.SUBSTITUTED,
}


def _moment(told: Told) -> datetime:
    return datetime.fromisoformat(told.published)
