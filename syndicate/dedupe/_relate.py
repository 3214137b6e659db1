"""Relations that need no guess: what follows from the item's own numbers, and what its agency declared.

Declared beats inferred: whatever is inferred from likeness one day comes with a rule of its own beside
these, so that a reader can always tell an agency's word from ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from syndicate.dedupe._likeness import RelatedAs, Rule, Span, Standing
from syndicate.news import Item, ItemId, Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """One version stands in a relation to an item, or to an address; exactly one of the two is set."""

    sub: ItemId  # the version that
    ver: int
    type: RelatedAs  # stands so
    to_sub: ItemId | None = None  # to this item, or
    to_url: str | None = None  # to what is at this address
    to_ver: int | None = None  # of ``to_sub``; None if the whole item is meant
    rule: Rule
    evidence: str  # one sentence or hash that a person can check
    # Of what is told from likeness, and None or empty of the rest:
    score: float | None = None  # J, or the containment of an excerpt
    spans: tuple[Span, ...] = ()  # where they differ; a: of this version's text, b: of the other's
    folding: int | None = None  # the version of the folding it was found with
    state: Standing = Standing.STANDS


def relate(item: Item, known_highest: int) -> tuple[Related, ...]:
    """The relations of a version that is being admitted, each with its rule and evidence.

    ``known_highest`` is the highest version of the same `sub` that was here before, 0 if none was. A
    version that arrives after a higher one does not revise it: the higher one revises the late-comer.
    """
    return (*_revision(item, known_highest), *(_declared(item, said) for said in item.relations))


def _revision(item: Item, known_highest: int) -> Iterator[Related]:
    if known_highest and item.ver != known_highest:
        older, newer = sorted((item.ver, known_highest))
        yield Related(
            sub=item.sub,
            ver=newer,
            type=RelatedAs.REVISION,
            to_sub=item.sub,
            to_ver=older,
            rule=Rule.SAME_SUB,
            evidence=f"the agency numbered them {older} and {newer}",
        )


def _declared(item: Item, said: Relation) -> Related:
    return Related(
        sub=item.sub,
        ver=item.ver,
        type=RelatedAs(said.type.value),
        to_sub=said.sub,
        to_url=said.url,
        rule=Rule.DECLARED,
        evidence="declared by the agency" + (f", sha256 {said.sha256}" if said.sha256 else ""),
    )
