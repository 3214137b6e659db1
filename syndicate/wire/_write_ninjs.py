"""ninjs 3.1 (IPTC) out: an item by itself, and a slice as a composite with its items as associations."""

import json
from typing import Any, Final

from syndicate.news import Act, Also, Entry, Feed, Media, Relation, spelling
from syndicate.wire._inert import inert_entry, inert_head
from syndicate.wire._names import NINJS_SCHEMA

CLOSE: Final = b"]}"
_STANDARD: Final = {"name": "ninjs", "version": "3.1", "schema": NINJS_SCHEMA}
_STATUS: Final = {Act.WITHHOLD: "withheld", Act.RETRACT: "canceled"}
_SORTS: Final = {"image": "picture", "video": "video", "audio": "audio"}


def head(feed: Feed) -> bytes:
    """The composite up to its first association."""
    clean = inert_head(feed)
    told = _present(
        uri=dict(clean.self_urls).get("ninjs", clean.id),
        standard=_STANDARD,
        type="composite",
        versionCreated=clean.updated,
        language=clean.lang,
        title=clean.title,
        infoSources=[{"name": clean.author, "role": "publisher"}],
        altIds=_alternatives(first=clean.first_index, last=clean.last_index, next=clean.continue_url) or None,
    )
    return _bytes(told)[:-1] + b',"associations":['


def fragment(entry: Entry) -> bytes:
    """``entry`` as an association, to stand in a document that began with ``head``."""
    clean = inert_entry(entry)
    return _bytes({"name": clean.title} | _told(clean))


def ninjs(entry: Entry) -> bytes:
    """``entry`` as a document of its own."""
    return _bytes(_told(inert_entry(entry)))


def _told(entry: Entry) -> dict[str, Any]:
    # Nothing may stand in an object that the schema does not name: what is ours goes into altIds.
    return _present(
        uri=entry.id,
        standard=_STANDARD,
        type="text",
        representationType="full" if entry.token else "partial",
        version=str(entry.ver),
        firstCreated=entry.published,
        versionCreated=entry.updated,
        pubStatus=_STATUS.get(entry.act, "usable"),
        urgency=entry.urgency,
        usageTerms=entry.rights,
        edNote=entry.note,
        language=entry.lang,
        expires=entry.expires,
        headlines=[{"value": entry.title}],
        descriptions=None if entry.summary is None else [{"role": "summary", "value": entry.summary}],
        bodies=_bodies(entry),
        by=entry.byline,
        subjects=[
            {"uri": code.replace(spelling.MEDTOP, spelling.MEDIA_TOPICS, 1)} for code in entry.categories
        ]
        or None,
        infoSources=_sources(entry),
        renditions=[{"name": "web", "href": entry.url, "contentType": "text/html"}],
        associations=[*map(_medium, entry.media), *map(_relation, entry.relations), *map(_also, entry.also)]
        or None,
        altIds=_alternatives(
            sub=entry.sub,
            agency=entry.agency,
            act=entry.act.value,
            kind=entry.kind.value,
            sha256=entry.digest,
            token=entry.token_url,
        ),
    )


def _bodies(entry: Entry) -> list[dict[str, str]] | None:
    if entry.html is not None:
        return [{"contentType": "text/html", "value": entry.html}]
    return None if entry.text is None else [{"contentType": "text/plain", "value": entry.text}]


def _sources(entry: Entry) -> list[dict[str, str]]:
    agency = {"name": entry.agency_name, "role": "publisher", "uri": entry.source_url}
    return [agency] if entry.credit is None else [agency, {"name": entry.credit, "role": "credit"}]


def _medium(medium: Media) -> dict[str, Any]:
    rendition = _present(name="original", href=medium.url, contentType=medium.type, sizeInBytes=medium.length)
    return _present(
        name=medium.alt or medium.url,
        uri=medium.url,
        type=_SORTS.get(medium.type.partition("/")[0], "component"),
        rel="media",
        by=medium.credit,
        renditions=[rendition],
        altIds=_alternatives(sha256=medium.sha256) or None,
    )


def _relation(relation: Relation) -> dict[str, Any]:
    uri = relation.url if relation.sub is None else f"urn:syndicate:{relation.sub}"
    return _present(
        name=relation.type.value,
        uri=uri,
        rel=relation.type.value,
        altIds=_alternatives(sha256=relation.sha256) or None,
    )


def _also(other: Also) -> dict[str, Any]:
    return {
        "name": other.agency_name,
        "uri": f"urn:syndicate:{other.sub}",
        "type": "text",
        "rel": "also-published-by",
        "version": str(other.ver),
        "language": other.lang,
        "headlines": [{"value": other.title}],
        "infoSources": [{"name": other.agency_name, "role": "publisher"}],
        "renditions": [{"name": "web", "href": other.url, "contentType": "text/html"}],
        "altIds": _alternatives(
            agency=other.agency, sha256=other.digest, token=other.token_url, joined=other.joined_as
        ),
    }


def _alternatives(**told: object) -> list[dict[str, str]]:
    return [{"role": name, "value": str(value)} for name, value in told.items() if value is not None]


def _present(**told: object) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None}


def _bytes(told: dict[str, Any]) -> bytes:
    # "<" stands only inside texts; escaped, the document is inert even where it is taken for HTML.
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c").encode()


def _topic(category: str) -> str:
    return spelling.MEDIA_TOPICS + category.removeprefix(spelling.MEDTOP)
