"""Tombstones (RFC 6721) out: what was withdrawn from a feed, in a document of its own.

Beside the entry that replaces the withdrawn text, a tombstone would cancel it, or be cancelled by it.
"""

from typing import Any, Final

from lxml import etree

from syndicate.news import Entry
from syndicate.wire._inert import inert_entry
from syndicate.wire._names import ATOM, SYN, TOKEN_REL, TOKEN_TYPE, TOMBSTONES, XML
from syndicate.wire._set_xml import add, add_particulars, cut

# The same as in the document's head, where feeds have them, and one more: it is declared where it stands.
_NAMESPACES: Final[Any] = {None: ATOM, "syn": SYN}


def fragment(entry: Entry) -> bytes:
    """``entry``, which shows a withdrawal, as an at:deleted-entry of the feed that its Atom head began."""
    clean = inert_entry(entry)
    root = etree.Element(f"{{{ATOM}}}feed", nsmap=_NAMESPACES)
    made = etree.SubElement(
        root, f"{{{TOMBSTONES}}}deleted-entry", {"ref": clean.id, "when": clean.updated}, {"at": TOMBSTONES}
    )
    add(add(made, f"{{{TOMBSTONES}}}by"), f"{{{ATOM}}}name", clean.agency_name)
    comment = add(made, f"{{{TOMBSTONES}}}comment", clean.note or "")
    comment.set(f"{{{XML}}}lang", clean.lang)
    add(made, f"{{{ATOM}}}link", rel=TOKEN_REL, type=TOKEN_TYPE, href=clean.token_url)
    add_particulars(made, clean)
    add(made, f"{{{SYN}}}jws", clean.token)
    return cut(root)
