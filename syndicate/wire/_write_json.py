"""JSON Feed 1.1 out: one object, each item complete with its token."""

import json
from typing import Any, Final

from syndicate.news import Also, Entry, Feed, Media, Relation
from syndicate.wire._feedgen import authors
from syndicate.wire._inert import inert_entry, inert_head
from syndicate.wire._names import JSON_FEED

CLOSE: Final = b"]}"


def head(feed: Feed) -> bytes:
    """The document up to its first item."""
    clean = inert_head(feed)
    told = _present(
        version=JSON_FEED,
        title=clean.title,
        home_page_url=clean.home_url,
        feed_url=dict(clean.self_urls).get("json"),
        next_url=clean.next_url,
        icon=clean.image_url,
        description=clean.description,
        language=clean.lang,
        authors=[{"name": clean.author}],
        hubs=None if clean.hub_url is None else [{"type": "WebSub", "url": clean.hub_url}],
        _syndicate=_present(id=clean.id, updated=clean.updated, window=_window(clean) or None),
    )
    return _bytes(told)[:-1] + b',"items":['


def _window(feed: Feed) -> dict[str, Any]:
    told: dict[str, Any] = {"first": feed.first_index, "last": feed.last_index, "continue": feed.continue_url}
    return _present(**told)


def fragment(entry: Entry) -> bytes:
    """``entry`` as an item, to stand in a document that began with ``head``."""
    clean = inert_entry(entry)
    body = {"content_html": clean.html} if clean.html is not None else {"content_text": _text(clean)}
    told = {"id": clean.id, "url": clean.url, "title": clean.title} | body
    return _bytes(
        told
        | _present(
            summary=clean.summary,
            date_published=clean.published,
            date_modified=clean.updated,
            authors=[{"name": name} for name in authors(clean)],
            tags=list(clean.categories) or None,
            language=clean.lang,
            attachments=[_attachment(medium) for medium in clean.media] or None,
            _syndicate=_particulars(clean),
        )
    )


def _text(entry: Entry) -> str:
    # One of the two bodies is required, also of an item whose body is elsewhere.
    return entry.text if entry.text is not None else entry.summary or entry.title


def _attachment(medium: Media) -> dict[str, Any]:
    told = _present(
        url=medium.url, mime_type=medium.type, title=medium.alt or None, size_in_bytes=medium.length
    )
    return told | _present(_syndicate=_present(sha256=medium.sha256, credit=medium.credit) or None)


def _particulars(entry: Entry) -> dict[str, Any]:
    return _present(
        jws=entry.token or None,
        sha256=entry.digest,
        token_url=entry.token_url,
        agency=entry.agency,
        agency_name=entry.agency_name,
        source_url=entry.source_url,
        act=entry.act.value,
        ver=entry.ver,
        kind=entry.kind.value,
        note=entry.note,
        credit=entry.credit,
        rights=entry.rights,
        urgency=entry.urgency,
        expires=entry.expires,
        about=entry.about,
        rel=[_relation(relation) for relation in entry.relations] or None,
        also=[_also(other) for other in entry.also] or None,
    )


def _also(other: Also) -> dict[str, Any]:
    return {
        "as": other.joined_as,
        "agency": other.agency,
        "agency_name": other.agency_name,
        "id": f"urn:syndicate:{other.sub}",
        "ver": other.ver,
        "language": other.lang,
        "title": other.title,
        "url": other.url,
        "sha256": other.digest,
        "token_url": other.token_url,
    }


def _relation(relation: Relation) -> dict[str, Any]:
    id_ = None if relation.sub is None else f"urn:syndicate:{relation.sub}"
    return _present(type=relation.type.value, id=id_, url=relation.url, sha256=relation.sha256)


def _present(**told: object) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None}


def _bytes(told: dict[str, Any]) -> bytes:
    # "<" stands only inside texts; escaped, the document is inert even where it is taken for HTML.
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c").encode()
