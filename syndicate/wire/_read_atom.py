"""Atom (RFC 4287) from outside: the tree under a hardened parser, and the tokens in it.

The order of the checks matters: (1) the bytes are UTF-8 and say so, (2) there is no DOCTYPE in them,
(3) there is not more markup than the entries need, (4) only then are they parsed.
"""

import re
from typing import Final

from lxml import etree

from syndicate.errors import WireError
from syndicate.news import Reason
from syndicate.wire._bounds import ascii_token, check_count, check_utf8, check_xml_marks, misplaced
from syndicate.wire._carried import Carriage, Carried
from syndicate.wire._names import ATOM, SYN

FEED: Final = f"{{{ATOM}}}feed"
ENTRY: Final = f"{{{ATOM}}}entry"
LINK: Final = f"{{{ATOM}}}link"
TITLE: Final = f"{{{ATOM}}}title"
JWS: Final = f"{{{SYN}}}jws"
_BOM: Final = b"\xef\xbb\xbf"
_DECLARATION = re.compile(
    rb"<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:'1\.0'|\"1\.0\")"
    rb"(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*[\"'](?P<encoding>[A-Za-z][A-Za-z0-9._\-]*)[\"'])?"
    rb"(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*[\"'](?:yes|no)[\"'])?[ \t\r\n]*\?>"
)


def parse_xml(body: bytes, most: int) -> etree._Element:
    """The root of an XML document that holds at most ``most`` entries' worth of markup.

    Raises:
        WireError: wire-encoding, wire-doctype, wire-too-many or wire-malformed.
    """
    _check_encoding(body)
    # Inside a comment or CDATA it would be harmless; nobody who writes signed feeds needs it there.
    if b"!" in body and b"<!DOCTYPE" in body:  # most have no "!", which is found at a tenth of the cost
        raise WireError("a DOCTYPE, which no feed of ours has", code=Reason.WIRE_DOCTYPE)
    check_xml_marks(body, most)
    try:
        return etree.fromstring(body, _parser())
    except (etree.XMLSyntaxError, ValueError, RecursionError) as exc:
        line = getattr(exc, "lineno", None) or 0
        raise WireError(f"not well-formed XML, at line {line}", code=Reason.WIRE_MALFORMED) from exc


def _check_encoding(body: bytes) -> None:
    check_utf8(body)
    text = body.removeprefix(_BOM)
    if b"\x00" in text[:4]:
        raise WireError("not UTF-8: it begins as UTF-16 or UTF-32", code=Reason.WIRE_ENCODING)
    if not text.startswith(b"<?xml") or text.startswith(b"<?xml-"):
        return
    declared = _DECLARATION.match(text)
    if declared is None:
        raise WireError("not an XML 1.0 declaration", code=Reason.WIRE_MALFORMED)
    if (declared["encoding"] or b"utf-8").lower() != b"utf-8":
        raise WireError("declared as another encoding than UTF-8", code=Reason.WIRE_ENCODING)


def _parser() -> etree.XMLParser:
    # The encoding is stated from outside, so that the parser sees the very characters checked above.
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=False,
        remove_pis=False,
        collect_ids=False,
    )


def unload_atom(body: bytes, most: int) -> Carriage:
    """The tokens of an Atom feed, each a direct child of an entry of the feed.

    Raises:
        WireError: see ``parse_xml``; wire-unsupported when it is no Atom feed; wire-token-misplaced when
            a token stands anywhere else, twice in an entry, or is more than plain text.
    """
    root = parse_xml(body, most)
    if root.tag != FEED:
        raise WireError("not an Atom feed document", code=Reason.WIRE_UNSUPPORTED)
    entries = list(root.iterchildren(ENTRY))
    check_count(len(entries), most)
    carried = tuple(_carried(entry, place) for place, entry in enumerate(entries, 1))
    if sum(1 for _ in root.iter(JWS)) != len(carried) - carried.count(None):
        raise misplaced("a token that is not the direct child of an entry of the feed")
    return Carriage(entries=carried, prev_archive=_prev_archive(root))


def _prev_archive(root: etree._Element) -> str | None:
    """Where older entries stand (RFC 5005, section 4); None if several places are named."""
    found = [link.get("href") for link in root.iterchildren(LINK) if link.get("rel") == "prev-archive"]
    return found[0] if len(found) == 1 else None


def _carried(entry: etree._Element, place: int) -> Carried | None:
    found = list(entry.iterchildren(JWS))
    if not found:
        return None
    if len(found) > 1:
        raise misplaced(f"{len(found)} tokens in entry {place}")
    token = found[0]
    # A comment or processing instruction counts as a child here: two parsers may read it as two texts.
    if len(token) or token.attrib:
        raise misplaced(f"the token of entry {place} is more than plain text")
    return Carried(token=ascii_token(token.text or "", place), title=_plain(entry), url=alternate(entry))


def _plain(entry: etree._Element) -> str | None:
    for title in entry.iterchildren(TITLE):
        return None if len(title) else title.text
    return None


def alternate(entry: etree._Element) -> str | None:
    """The address of the first alternate link of an entry or feed (RFC 4287, section 4.2.7.2)."""
    for link in entry.iterchildren(LINK):
        if link.get("rel", "alternate") == "alternate":
            return link.get("href")
    return None
