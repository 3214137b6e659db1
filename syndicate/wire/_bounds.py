"""How much of a document is read, and what is refused before any parser sees it."""

from codecs import getincrementaldecoder
from typing import Final

from syndicate.errors import WireError
from syndicate.news import Reason

# A parser's tree takes up to 40 times the bytes of the smallest markup, so markup is counted before it is
# parsed: the body's size alone does not bound the memory. Per entry that a document may hold:
_OPENED: Final = 1_000  # tags, comments, objects, lists
_EQUAL_SIGNS: Final = 1_000  # one beside each attribute of XML
_QUOTES: Final = 4_000  # two beside each text of JSON
_PIECE_BYTES: Final = 65_536
JSON_DEPTH: Final = 16  # of a JSON Feed, its items and their extensions


def check_utf8(body: bytes) -> None:
    """Refuse what is not UTF-8; raises ``WireError`` (wire-encoding). It keeps no text."""
    # In pieces that stay in the processor's cache: half the time of decoding a large body at once.
    decoder = getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(body), _PIECE_BYTES):
            decoder.decode(body[start : start + _PIECE_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as exc:
        raise WireError("not UTF-8", code=Reason.WIRE_ENCODING) from exc


def decoded(body: bytes) -> str:
    """``body`` as text; raises ``WireError`` (wire-encoding) unless it is UTF-8."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise WireError(f"not UTF-8, at byte {exc.start}", code=Reason.WIRE_ENCODING) from exc


def check_xml_marks(body: bytes, most: int) -> None:
    """Refuse more markup than ``most`` entries could need; raises ``WireError`` (wire-too-many)."""
    if body.count(b"<") > _OPENED * most or body.count(b"=") > _EQUAL_SIGNS * most:
        raise WireError(f"more markup than {most} entries have", code=Reason.WIRE_TOO_MANY)


def check_json_marks(body: bytes, most: int) -> None:
    """Refuse more values than ``most`` items could need; raises ``WireError`` (wire-too-many)."""
    if body.count(b"{") + body.count(b"[") > _OPENED * most or body.count(b'"') > _QUOTES * most:
        raise WireError(f"more values than {most} items have", code=Reason.WIRE_TOO_MANY)


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
