"""Atom 1.0 (RFC 4287) out: feedgen's elements, made whole by a last pass."""

from typing import Any, Final

from lxml import etree

from syndicate.news import Entry, Feed, Media, Relation
from syndicate.wire._feedgen import atom_entry, atom_head
from syndicate.wire._inert import inert_entry, inert_head
from syndicate.wire._names import ATOM, DCTERMS, HISTORY, SYN, THR, TOKEN_REL, TOKEN_TYPE, XML
from syndicate.wire._set_xml import (
    add,
    add_also,
    add_hub,
    add_particulars,
    add_window,
    child,
    cut,
    head_bytes,
    set_html,
    validity,
)

# lxml-stubs knows only named prefixes; None, the default namespace, is lxml's own way.
_NAMESPACES: Final[Any] = {None: ATOM, "syn": SYN, "thr": THR, "dcterms": DCTERMS}
_LANG: Final = f"{{{XML}}}lang"
CLOSE: Final = b"</feed>"


def _name(local: str) -> str:
    return f"{{{ATOM}}}{local}"


def head(feed: Feed) -> bytes:
    """The document up to its first entry."""
    clean = inert_head(feed)
    made = atom_head(clean, dict(clean.self_urls).get("atom"))
    root = etree.Element(_name("feed"), nsmap=_NAMESPACES)
    root.extend(list(made))
    child(root, _name("updated")).text = clean.updated
    if clean.lang is not None:
        root.set(_LANG, clean.lang)
    if clean.image_url is not None:
        add(root, _name("icon"), clean.image_url)
    add_hub(root, clean)
    add_window(root, clean)
    _add_archive(root, clean)
    return head_bytes(root, close=CLOSE)


def _add_archive(root: etree._Element, feed: Feed) -> None:
    # RFC 5005, section 4. The addresses are relative, so that a copy of the folder is a whole archive.
    for rel, href in (("prev-archive", feed.prev_archive), ("current", feed.current)):
        if href is not None:
            add(root, _name("link"), rel=rel, type="application/atom+xml", href=href)
    if feed.archived:
        etree.SubElement(root, f"{{{HISTORY}}}archive", nsmap={"fh": HISTORY})


def fragment(entry: Entry) -> bytes:
    """``entry`` as an atom:entry, to stand in a document that began with ``head``."""
    clean = inert_entry(entry)
    root = etree.Element(_name("feed"), nsmap=_NAMESPACES)
    made = atom_entry(clean, root)
    made.set(_LANG, clean.lang)
    child(made, _name("updated")).text = clean.updated
    child(made, _name("published")).text = clean.published
    _finish_body(made, clean)
    _finish_link(made, clean)
    _finish_source(made, clean)
    for medium in clean.media:
        _add_enclosure(made, medium)
    add(made, _name("link"), rel=TOKEN_REL, type=TOKEN_TYPE, href=clean.token_url)
    for relation in clean.relations:
        _add_relation(made, relation)
    for other in clean.also:
        add(add(made, _name("contributor")), _name("name"), other.agency_name)
        add_also(made, other)
    if clean.about is not None:
        add(made, f"{{{THR}}}in-reply-to", ref=clean.about)
    _add_validity(made, clean)
    add_particulars(made, clean)
    if clean.token:
        add(made, f"{{{SYN}}}jws", clean.token)
    else:
        add(made, f"{{{SYN}}}token", sha256=clean.digest, href=clean.token_url)
    return cut(root)


def _finish_body(made: etree._Element, entry: Entry) -> None:
    content = made.find(_name("content"))
    if content is None:
        return
    if entry.html is not None:
        content.set("type", "html")
        set_html(content, entry.html)
    else:
        content.set("type", "text")


def _finish_link(made: etree._Element, entry: Entry) -> None:
    # feedgen loses every attribute of an entry's link but its address (its issue 135).
    link = child(made, _name("link"))
    for name, value in (("rel", "alternate"), ("type", "text/html"), ("hreflang", entry.lang)):
        link.set(name, value)


def _finish_source(made: etree._Element, entry: Entry) -> None:
    # RFC 4287, section 4.2.11: a source should say the id, title and updated of where the entry came from.
    source = child(made, _name("source"))
    add(source, _name("id"), entry.source_url)
    add(source, _name("updated"), entry.updated)


def _add_validity(made: etree._Element, entry: Entry) -> None:
    valid = validity(entry)
    if valid is not None:
        add(made, f"{{{DCTERMS}}}modified", entry.updated)
        add(made, f"{{{DCTERMS}}}valid", valid)


def _add_enclosure(made: etree._Element, medium: Media) -> None:
    link = add(
        made,
        _name("link"),
        rel="enclosure",
        type=medium.type,
        href=medium.url,
        title=medium.alt or None,
        length=None if medium.length is None else str(medium.length),
    )
    # Without a hash the signature names the picture but does not cover it; readers can tell by this.
    for name, value in (("sha256", medium.sha256), ("credit", medium.credit)):
        if value is not None:
            link.set(f"{{{SYN}}}{name}", value)


def _add_relation(made: etree._Element, relation: Relation) -> None:
    # RFC 4685 wants the id of an entry; a relation to an address is a related link.
    if relation.sub is not None:
        stated = add(made, f"{{{THR}}}in-reply-to", ref=f"urn:syndicate:{relation.sub}")
    else:
        stated = add(made, _name("link"), rel="related", href=relation.url)
    stated.set(f"{{{SYN}}}rel", relation.type.value)
    if relation.sha256 is not None:
        stated.set(f"{{{SYN}}}sha256", relation.sha256)
