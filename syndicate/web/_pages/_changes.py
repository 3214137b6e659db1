"""What changed from one version of an item to the next, field by field."""

from collections.abc import Mapping, Sequence
from typing import Final

from syndicate.news import Content, Item, paragraphs
from syndicate.ports import Logged
from syndicate.trust import recall
from syndicate.web._pages._compare import Comparison, compare

# Compared word by word are the first three; of these one says only that they changed.
_DETAILS: Final = (
    "byline",
    "credit",
    "rights",
    "urgency",
    "categories",
    "media",
    "expires",
    "url",
    "lang",
    "claim",
    "alert",
    "relations",
)


def changes_between(earlier: Logged, later: Logged) -> Mapping[str, object]:
    """The changes for the page: ``fields`` (key, comparison) in which something changed, and ``details``."""
    old, new = recall(earlier.token), recall(later.token)
    compared: Sequence[tuple[str, Comparison]] = (
        ("diff.title_field", compare([old.title], [new.title])),
        ("diff.summary_field", compare(_summary(old), _summary(new))),
        ("diff.body_field", compare(_text(old), _text(new))),
    )
    fields = [(key, comparison) for key, comparison in compared if not comparison.same]
    return {
        "before": old.ver,
        "after": new.ver,
        "fields": fields,
        "cut": any(comparison.whole for _, comparison in fields),
        "details": [f"diff.{name}" for name in _DETAILS if getattr(old, name) != getattr(new, name)],
        "before_lang": old.lang,
        "after_lang": new.lang,
    }


def _summary(item: Item) -> list[str]:
    return [] if item.withdrawn or item.summary is None else [item.summary]


def _text(item: Item) -> list[str]:
    content: Content | None = None if item.withdrawn else item.content
    return paragraphs(content)
