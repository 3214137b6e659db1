"""What everybody can see of the hub once the story has been played, laid beside what should be there."""

import io
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import feedparser

from syndicate.demo import _expected as expected
from syndicate.demo._forgery import claims_of
from syndicate.demo._log import compare_log
from syndicate.demo._table import Row, compare
from syndicate.demo._visitor import Visitor

_FORMATS = ("rss", "atom", "json")
_JSON_FEED = "https://jsonfeed.org/version/1.1"


def look(hub: Visitor) -> list[Row]:
    """Everything that is compared by looking at the hub's public pages; a silent hub is a DemoError."""
    items = hub.items()
    shown = hub.get_json("/feeds/all.json")["items"]
    return [
        *_versions(items),
        *_order(hub, items),
        *_slices(hub),
        *_formats(hub),
        *_acts(shown),
        *_searches(hub),
        *_companions(items),
        *_stories(hub),
    ]


def _versions(items: list[dict[str, Any]]) -> Iterable[Row]:
    counted = Counter(item["agency"][:2] for item in items)
    for member, count in expected.VERSIONS.items():
        yield compare(f"versions from {member}.demo", count, counted.pop(member, 0))
    yield compare("versions from anybody else", 0, counted.total())


def _order(hub: Visitor, items: list[dict[str, Any]]) -> Iterable[Row]:
    placed, root = compare_log(hub, items)
    total = sum(expected.VERSIONS.values())
    yield compare("versions in the one order, each the leaf of its index", total, placed)
    yield compare("all leaves of the public log lead to", "the signed root", root)


def _slices(hub: Visitor) -> Iterable[Row]:
    for lang, count in expected.LANGUAGES.items():
        items = hub.get_json(f"/feeds/lang/{lang}.json")["items"]
        yield compare(f"items in {lang}", count, sum(item.get("language") == lang for item in items))
    for member, count in expected.ITEMS.items():
        yield compare(
            f"items in the feed of {member}", count, _entries(hub.get(f"/feeds/{member}.atom"), "atom")
        )


def _formats(hub: Visitor) -> Iterable[Row]:
    total = sum(expected.ITEMS.values())
    for form in _FORMATS:
        seen = _entries(hub.get(f"/feeds/all.{form}"), form)
        yield compare(f"items in /feeds/all.{form}, as a reader opens it", total, seen)
    paths = [*expected.ITEMS, *(f"agency/{member}.demo" for member in expected.ITEMS)]
    paths += [f"lang/{lang}" for lang in expected.LANGUAGES]
    opened = sum(
        isinstance(_entries(hub.get(f"/feeds/{path}.{form}"), form), int)
        for path in paths
        for form in _FORMATS
    )
    yield compare("other feeds that open without a complaint", expected.OTHER_FEEDS, opened)


def _entries(body: bytes, form: str) -> int | str:
    """How many entries a reader finds, or what it complains of."""
    if form == "json":
        document = json.loads(body)
        return len(document["items"]) if document["version"] == _JSON_FEED else "no JSON Feed"
    # Bytes in a stream: given text, feedparser may open a file or an address of that name.
    parsed = feedparser.parse(io.BytesIO(body))
    return f"not well-formed: {parsed.bozo_exception}" if parsed.bozo else len(parsed.entries)


def _acts(shown: list[dict[str, Any]]) -> Iterable[Row]:
    for (agency, key), title in expected.SHOWN.items():
        item = next((item for item in shown if _is(item, agency, key)), {})
        seen = item.get("title", "nothing")
        yield compare(f"{agency}/{key} now begins", title, seen[: len(title)])
    gone = expected.WITHDRAWN_TEXT not in json.dumps(shown, ensure_ascii=False)
    yield compare("the retracted story's text", "gone", "gone" if gone else "still shown")


def _searches(hub: Visitor) -> Iterable[Row]:
    for what, (query, title) in expected.SEARCHED.items():
        found = hub.get_json(f"/v1/search?{urlencode({'q': query})}")["items"]
        seen = "".join(run["text"] for run in found[0]["title"]) if found else "nothing"
        seen = unicodedata.normalize("NFC", seen.replace("\u200b", ""))
        yield compare(f"found by {query} ({what})", title, seen[: len(title)])


def _is(item: Mapping[str, Any], agency: str, key: str) -> bool:
    return str(item["id"]).startswith(f"urn:syndicate:{agency}:") and item["url"].endswith(f"/{key}")


def _stories(hub: Visitor) -> Iterable[Row]:
    """What is told together, and what is kept apart."""
    shown = hub.get_json("/feeds/stories.json")["items"]
    for named, told in (expected.TOLD_ONCE | expected.APART).items():
        agency, _, key = named.partition("/")
        item: dict[str, Any] = next((item for item in shown if _is(item, agency, key)), {})
        yield compare(f"in the stories, {named}", told, _told(item) if item else "nothing")


def _told(item: Mapping[str, Any]) -> str:
    said = item["_syndicate"]
    also = sorted(f"{each['agency']} as {each['as']}" for each in said.get("also", ()))
    return f"{said['agency']}, also {', '.join(also)}" if also else "alone"


def _companions(items: list[dict[str, Any]]) -> Iterable[Row]:
    """Items that stand to each other: the joint statement, the translation, the two that contradict."""
    said = [claims_of(item["token"]) for item in items]
    for title, agencies in expected.CARRIED_BY.items():
        carriers = sorted(claims["iss"] for claims in said if claims["title"] == title)
        yield compare("agencies that carry the joint statement", ", ".join(agencies), ", ".join(carriers))
    whose = {claims["sub"]: claims["iss"] for claims in said}
    for type_, pairs in expected.RELATED.items():
        seen = sorted(
            f"{claims['iss']} to {whose.get(relation.get('sub'), 'nobody')}"
            for claims in said
            for relation in claims.get("rel", ())
            if relation["type"] == type_
        )
        yield compare(f"items that say '{type_}'", ", ".join(pairs), ", ".join(seen))
    for kind, agency in expected.KINDS.items():
        seen = [claims["iss"] for claims in said if claims["kind"] == kind]
        yield compare(f"items of the kind '{kind}'", agency, ", ".join(seen))
    for what, words in expected.KEPT_AS_WRITTEN.items():
        kept = any(words in claims["title"] for claims in said)
        yield compare(f"as its agency wrote it: {what}", "kept", "kept" if kept else "changed")
