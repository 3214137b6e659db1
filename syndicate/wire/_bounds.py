"""How much of a document is read, and what is refused before any parser sees it."""

from typing import Final

from syndicate.errors import WireError
from syndicate.news import Reason

# Per entry that a document may hold. A parser's tree takes some 30 times the bytes of the smallest
# markup, so markup is counted before it is parsed: the body's size alone does not bound the memory.
_MARKS_PER_ENTRY: Final = 1_000
_QUOTES_PER_ENTRY: Final = 4_000
JSON_DEPTH: Final = 16  # of a JSON Feed, its items and their extensions


def decoded(body: bytes) -> str:
    """``body`` as text; raises ``WireError`` (wire-encoding) unless it is UTF-8."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise WireError(f"not UTF-8, at byte {exc.start}", code=Reason.WIRE_ENCODING) from exc


def check_markup(body: bytes, marks: bytes, quotes: bytes, most: int) -> None:
    """Refuse a body with more markup than ``most`` entries could need.

    Raises:
        WireError: wire-too-many; ``marks`` are the bytes that open something, ``quotes`` those that
            stand beside each name or value.
    """
    opened = sum(body.count(mark) for mark in (marks[i : i + 1] for i in range(len(marks))))
    if opened > _MARKS_PER_ENTRY * most or body.count(quotes) > _QUOTES_PER_ENTRY * most:
        raise WireError(f"more markup than {most} entries have", code=Reason.WIRE_TOO_MANY)


def check_count(entries: int, most: int) -> None:
    """Refuse more than ``most`` entries; raises ``WireError`` (wire-too-many)."""
    if entries > most:
        raise WireError(f"{entries} entries, at most {most} are read", code=Reason.WIRE_TOO_MANY)


def misplaced(where: str) -> WireError:
    """The refusal of a token that stands where it may not."""
    return WireError(where, code=Reason.WIRE_TOKEN_MISPLACED)


def ascii_token(token: str, place: int) -> str:
    """``token`` without the XML or JSON white space around it.

    Raises:
        WireError: it is empty, or has characters that no token has; ``place`` counts entries from 1.
    """
    bare = token.strip(" \t\r\n")
    if not bare:
        raise misplaced(f"an empty token in entry {place}")
    if not bare.isascii():
        raise WireError(f"a token that is not ASCII in entry {place}", code=Reason.WIRE_ENCODING)
    return bare
