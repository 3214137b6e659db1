"""What the two XML formats share: setting elements, cutting fragments, and our own extension elements.

A fragment is cut out of a root that declares the same namespaces as the document's own root, so the
bytes of fragments can be joined without being parsed or declared again.
"""

from lxml import etree

from syndicate.news import Also, Entry, Feed
from syndicate.wire._names import ATOM, SYN


def add(into: etree._Element, name: str, text: str | None = None, **attributes: str | None) -> etree._Element:
    """A new last child of ``into``; attributes that are None are left out."""
    told = {key.replace("__", ":"): value for key, value in attributes.items() if value is not None}
    made = etree.SubElement(into, name, told)
    if text is not None:
        made.text = text
    return made


def child(into: etree._Element, name: str) -> etree._Element:
    """The first child of that name; a new last one if there is none."""
    found = into.find(name)
    return add(into, name) if found is None else found


def set_html(element: etree._Element, html: str) -> None:
    """Set ``html`` as the text of ``element``: as CDATA, which parses twice as fast, where it can be."""
    element.text = html if "]]>" in html else etree.CDATA(html)


def cut(root: etree._Element) -> bytes:
    """The bytes of what ``root`` holds, without ``root``'s own tags."""
    whole = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    return whole[whole.index(b">") + 1 : whole.rindex(b"</")]


def head_bytes(root: etree._Element, *, close: bytes) -> bytes:
    """``root`` as a document's beginning: declaration and everything before the closing tags ``close``."""
    whole = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + whole.removesuffix(close)


def validity(entry: Entry) -> str | None:
    """``dcterms:valid`` of an entry that was withdrawn or expires; None where no end of it is known.

    Large portals act on an end of validity in the past together with a newer ``dcterms:modified``. A notice
    of a withdrawal is not withdrawn itself.
    """
    end = entry.updated if entry.withdrawn and entry.about is None else entry.expires
    return None if end is None else f"start={entry.published};end={end};scheme=W3C-DTF"


def add_hub(into: etree._Element, feed: Feed) -> None:
    """``<atom:link rel="hub" href/>``: where to subscribe (WebSub, section 4)."""
    if feed.hub_url is not None:
        add(into, f"{{{ATOM}}}link", rel="hub", href=feed.hub_url)


def add_window(into: etree._Element, feed: Feed) -> None:
    """``<syn:window first last continue/>``: which part of the one order stands here, and what follows it."""
    if feed.last_index is None and feed.continue_url is None:
        return
    told: dict[str, object] = {
        "first": feed.first_index,
        "last": feed.last_index,
        "continue": feed.continue_url,
    }
    stated = {name: str(value) for name, value in told.items() if value is not None}
    etree.SubElement(into, f"{{{SYN}}}window", stated)


def add_also(into: etree._Element, other: Also) -> None:
    """``<atom:link rel="related" .../>``: another item that tells the same story, and why it is told here."""
    link = add(
        into,
        f"{{{ATOM}}}link",
        rel="related",
        type="text/html",
        href=other.url,
        hreflang=other.lang,
        title=other.agency_name,
    )
    for name, value in (
        ("also", other.joined_as),
        ("id", f"urn:syndicate:{other.sub}"),
        ("ver", str(other.ver)),
        ("agency", other.agency),
        ("title", other.title),  # a headline is each one's own: the origin's hides nobody's
        ("sha256", other.digest),
        ("token", other.token_url),
    ):
        link.set(f"{{{SYN}}}{name}", value)


def add_particulars(into: etree._Element, entry: Entry) -> None:
    """``<syn:item .../>``, ``<syn:note>`` and ``<syn:credit>``: what the formats have no element for."""
    told: dict[str, object] = {
        "act": entry.act.value,
        "ver": entry.ver,
        "kind": entry.kind.value,
        "agency": entry.agency,
        "urgency": entry.urgency,
        "expires": entry.expires,
        "about": entry.about,
    }
    stated = {name: str(value) for name, value in told.items() if value is not None}
    etree.SubElement(into, f"{{{SYN}}}item", stated)
    if entry.note is not None:
        add(into, f"{{{SYN}}}note", entry.note)
    if entry.credit is not None:
        add(into, f"{{{SYN}}}credit", entry.credit)
