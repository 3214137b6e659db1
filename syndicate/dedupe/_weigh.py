"""Two items, weighed: the texts by which they are compared, and what these make of them."""

from dataclasses import replace
from typing import Final

from syndicate.dedupe._asked import compare
from syndicate.dedupe._infer import Told, infer
from syndicate.dedupe._relate import Related
from syndicate.news import Item, paragraphs

_ENOUGH: Final = 250  # characters of a body that speaks for itself
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
    """How ``item`` stands to ``other``, which was here before, by their texts; None if in no way.

    See ``infer``. Needs numpy (extra `hub`).
    """
    texts = matter_of(item), matter_of(other)
    if not all(texts) or not _may_be_alike(*texts):
        return None
    found = infer(_told(item), _told(other), compare(*texts))
    return None if found is None else replace(found, spans=found.spans[:_SPANS_MOST])


def _may_be_alike(a: str, b: str) -> bool:
    from syndicate.dedupe._quick import may_be_alike  # noqa: PLC0415 - numpy, for who compares only

    return may_be_alike(a, b)


def _told(item: Item) -> Told:
    return Told(sub=item.sub, ver=item.ver, agency=item.iss, published=item.published)
