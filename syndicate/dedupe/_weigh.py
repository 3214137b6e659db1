"""Two items, weighed: what their texts, their agencies and their dates together make of them."""

from typing import Final

from syndicate.dedupe._asked import compare
from syndicate.dedupe._likeness import Compared, Guard, RelatedAs, Rule
from syndicate.dedupe._relate import Related
from syndicate.news import Item, paragraphs
from syndicate.text import fold

_ENOUGH: Final = 150  # letters of a body that speaks for itself
_SAME: Final = 0.9  # J of what is the same item under another id
_ALIKE: Final = 0.6
_RULES: Final = {
    RelatedAs.COPY: Rule.ALIKE,
    RelatedAs.EXCERPT: Rule.CONTAINED,
    RelatedAs.SIBLING: Rule.SUBSTITUTED,
}
_SPANS_MOST: Final = 200  # kept of one comparison


def matter_of(item: Item) -> str:
    """The text by which an item is compared: its body, and with a short one also what stands over it.

    A headline is each newsroom's own: another one makes no other story. Of what is withdrawn it is "".
    """
    if item.withdrawn:
        return ""
    body = "\n".join(paragraphs(item.content))
    if len(body) >= _ENOUGH:
        return body
    return "\n".join(filter(None, (item.title, item.summary, body)))


def weigh(item: Item, other: Item) -> Related | None:
    """How ``item`` stands to ``other``, which was here before, as far as their texts tell; None if in no way.

    Across agencies it is a copy, an excerpt or a sibling. An agency numbers its own items itself: two of
    one agency are siblings, or the same item under another id. Needs numpy (extra `hub`).
    """
    texts = matter_of(item), matter_of(other)
    if not all(texts):
        return None
    told = compare(*texts)
    if item.iss != other.iss:
        return _related(item, other, told)
    if told.jaccard < _ALIKE:
        return None
    if _is_the_same(item, other, told, texts):
        return _said(item, other, told, RelatedAs.REIDENTIFIED, Rule.SAME_MOMENT)
    return _said(item, other, told, RelatedAs.SIBLING, Rule.SAME_AGENCY)


def _related(item: Item, other: Item, told: Compared) -> Related | None:
    if told.likeness is None:
        return None
    return _said(item, other, told, told.likeness, _RULES[told.likeness])


def _is_the_same(item: Item, other: Item, told: Compared, texts: tuple[str, str]) -> bool:
    return (
        told.jaccard >= _SAME
        and told.guard is Guard.PASSED
        and item.published == other.published
        and item.lang == other.lang
        and item.kind == other.kind
        and _figures(texts[0]) == _figures(texts[1])
    )


def _figures(text: str) -> str:
    """Every digit of a text, in order: digits of all scripts are folded to ASCII."""
    return "".join(filter(str.isdigit, fold(text)))


def _said(item: Item, other: Item, told: Compared, as_: RelatedAs, rule: Rule) -> Related:
    return Related(
        sub=item.sub,
        ver=item.ver,
        type=as_,
        to_sub=other.sub,
        to_ver=other.ver,
        rule=rule,
        evidence=told.evidence,
        score=round(max(told.a_in_b, told.b_in_a) if as_ is RelatedAs.EXCERPT else told.jaccard, 4),
        spans=told.changed[:_SPANS_MOST],
        folding=told.folding,
    )
