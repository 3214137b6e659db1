"""The text of a signed body, in paragraphs: what people read of it, without its form."""

import re
from html import unescape
from typing import Final

from syndicate.news._item import Content

# A body within the content profile has one spelling of each of these (docs/protocol.md).
_ENDS: Final = re.compile(r"<(?:/(?:p|h2|h3|h4|li|figcaption|tr)|br|ul|ol)>")
_CELL: Final = re.compile(r"</(?:th|td)>")
_TAG: Final = re.compile(r"<[^>]*>")


def paragraphs(content: Content | None) -> list[str]:
    """The body's paragraphs as plain text; none if there is no body here."""
    if content is None or content.body is None:
        return []
    text = content.body
    if content.type == "text/html":
        text = unescape(_TAG.sub("", _CELL.sub(" ", _ENDS.sub("\n", text))))
    return [line for line in map(str.strip, text.split("\n")) if line]
