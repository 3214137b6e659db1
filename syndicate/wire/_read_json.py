"""JSON Feed 1.1 from outside: strictly parsed, and the tokens in it."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from syndicate.errors import WireError
from syndicate.news import Reason
from syndicate.wire._bounds import (
    JSON_DEPTH,
    ascii_token,
    check_count,
    check_json_marks,
    decoded,
    misplaced,
)
from syndicate.wire._carried import Carriage, Carried

OURS: Final = "_syndicate"
_VERSIONS: Final = frozenset({"https://jsonfeed.org/version/1", "https://jsonfeed.org/version/1.1"})
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_json(body: bytes, most: int) -> dict[str, Any]:
    """The object of a JSON Feed document that holds at most ``most`` items' worth of values.

    Raises:
        WireError: wire-encoding, wire-too-many, wire-malformed (no strict JSON, a key twice, too deep),
            wire-unsupported (no JSON Feed).
    """
    text = decoded(body)
    check_json_marks(body, most)
    try:
        read = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as exc:
        raise WireError("not strict JSON", code=Reason.WIRE_MALFORMED) from exc
    if not isinstance(read, dict) or not isinstance(version := read.get("version"), str):
        raise WireError("not a JSON Feed", code=Reason.WIRE_UNSUPPORTED)
    if version not in _VERSIONS:
        raise WireError("not a JSON Feed of version 1 or 1.1", code=Reason.WIRE_UNSUPPORTED)
    return read


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise WireError("a key stands twice in one object", code=Reason.WIRE_MALFORMED)
    return read


def _no_number(_: str) -> NoReturn:
    raise WireError("NaN and Infinity are no JSON", code=Reason.WIRE_MALFORMED)


def items_of(read: dict[str, Any], most: int) -> list[dict[str, Any]]:
    """The items of a parsed JSON Feed; raises ``WireError`` when they are no list of objects."""
    items = read.get("items", [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise WireError("the items are no list of objects", code=Reason.WIRE_MALFORMED)
    check_count(len(items), most)
    return items


def unload_json(body: bytes, most: int) -> Carriage:
    """The tokens of a JSON Feed, each at ``_syndicate.jws`` of an item.

    Raises:
        WireError: see ``parse_json``; wire-token-misplaced when a token stands anywhere else or is no text.
    """
    read = parse_json(body, most)
    items = items_of(read, most)
    carried = tuple(_carried(item, place) for place, item in enumerate(items, 1))
    tokens = sum(1 for ours in _every(read, OURS) if isinstance(ours, dict) and "jws" in ours)
    if tokens != len(carried) - carried.count(None):
        raise misplaced("a token that does not stand in an item of the feed")
    return Carriage(entries=carried)


def _carried(item: dict[str, Any], place: int) -> Carried | None:
    ours = item.get(OURS)
    if not isinstance(ours, dict) or "jws" not in ours:
        return None
    if not isinstance(ours["jws"], str):
        raise misplaced(f"the token of item {place} is no text")
    token = ascii_token(ours["jws"], place)
    return Carried(token=token, title=_text(item.get("title")), url=_text(item.get("url")))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and not _SURROGATE.search(value) else None


def _every(read: dict[str, Any], name: str) -> Iterator[object]:
    """Every value of the key ``name``, wherever it stands, one level after the other."""
    level: list[Any] = [read]
    for _ in range(JSON_DEPTH):
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                if name in value:
                    yield value[name]
                below += [inner for inner in value.values() if isinstance(inner, dict | list)]
            else:
                below += [inner for inner in value if isinstance(inner, dict | list)]
        if not below:
            return
        level = below
    raise WireError(f"nested more than {JSON_DEPTH} levels deep", code=Reason.WIRE_MALFORMED)
