"""How much of an item its page shows: all of it where it is short, else the beginning.

An agency may sign seventy kilobytes of text, fifty pictures and any number of versions. Whoever reads on a
telephone over a thin line gets a page of at most ``PAGE_BYTES``, whatever was signed; the token has the rest.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from markupsafe import Markup, escape

from syndicate.news import Item, letters
from syndicate.web._pages._compare import Change, Comparison

T = TypeVar("T")

PAGE_BYTES: Final = 50_000
_CUT: Final = "…"
_TAG: Final = re.compile(r"<(/?)([a-z0-9]+)[^>]*>")
_WITHOUT_END: Final = frozenset({"br", "img"})
_TEXTS: Final = ("note", "summary", "byline", "credit", "rights")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What one page may show of each thing; bytes are those of HTML."""

    body: int  # bytes of the body, and half as many of what changed in it
    text: int  # bytes of each other text that was signed
    rows: int  # entries of each list


# The first that makes the page small enough is taken: nearly always the very first.
ROOMS: Final = (
    Room(body=24_000, text=12_000, rows=60),
    Room(body=14_000, text=4_000, rows=12),
    Room(body=5_000, text=1_000, rows=4),
    Room(body=1_500, text=400, rows=2),
)


def fitting(print_: Callable[[Room], bytes]) -> bytes:
    """The page with as much on it as fits into ``PAGE_BYTES``; with the least if even that does not."""
    page = b""
    for room in ROOMS:
        page = print_(room)
        if len(page) < PAGE_BYTES:
            break
    return page


def within(values: Mapping[str, Any], room: Room) -> Mapping[str, Any]:
    """What an item's page is printed with, as far as there is room; ``cut``: something is left out."""
    item: Item = values["item"]
    shown = replace(
        item,
        media=_some(item.media, room),
        **{name: clipped(getattr(item, name), room.text) for name in _TEXTS},
    )
    body, cut = body_within(values["body"], room.body)
    changes = values["changes"]
    made = {
        **values,
        "item": shown,
        "body": body,
        "credit": clipped(values["credit"], room.text),
        "rights": clipped(values["rights"], room.text),
        "claim": _claim(values["claim"], room),
        "alert": _alert(values["alert"], room),
        "groups": [(key, list(_some(ends, room))) for key, ends in values["groups"]],
        "pairs": _some(values["pairs"], room),
        "more_relations": values["more_relations"] or any(len(e) > room.rows for _, e in values["groups"]),
        "versions": [_version(each, room) for each in _some(values["versions"], room)],
        "more_versions": len(values["versions"]) > room.rows,
        "changes": None if changes is None else _changes(changes, room),
    }
    return {
        **made,
        "cut": cut or shown != item or made["claim"] != values["claim"] or made["alert"] != values["alert"],
    }


def told_within(told: Any, room: Room) -> Any:  # noqa: ANN401 - JSON
    """What machines are told in a page, as far as there is room."""
    match told:
        case str():
            return clipped(told, room.text)
        case Mapping():
            return {name: told_within(value, room) for name, value in told.items()}
        case list() | tuple():
            return [told_within(value, room) for value in _some(told, room)]
        case _:
            return told


def clipped(text: T, most: int) -> T:
    """A text, or as many of its letters as take ``most`` bytes of HTML; what is no text stays as it is."""
    if not isinstance(text, str) or isinstance(text, Markup) or _bytes(text) <= most:
        return text
    kept: list[str] = []
    for letter in letters(text):
        most -= _bytes(letter)
        if most < 0:
            break
        kept.append(letter)
    return "".join(kept).rstrip() + _CUT  # type: ignore[return-value] # a text for a text


def body_within(body: Markup | None, most: int) -> tuple[Markup | None, bool]:
    """A body, or as many of its blocks as take ``most`` bytes; of a first block that is longer, the text."""
    if body is None or len(body.encode()) <= most:
        return body, False
    depth = end = done = used = 0
    for tag in _TAG.finditer(body):
        depth += 0 if tag[2] in _WITHOUT_END else -1 if tag[1] else 1
        if depth:
            continue
        used += len(body[done : tag.end()].encode())
        if used > most:
            break
        end = done = tag.end()
    if end:
        return Markup(str(body)[:end]), True  # noqa: S704 - whole blocks of what was markup
    text = Markup(_TAG.sub(" ", body)).striptags()  # noqa: S704 - no tag is left in it
    return Markup("<p>{}</p>").format(clipped(text, most)), True


def _bytes(text: str) -> int:
    return len(str(escape(text)).encode())


def _some(entries: Sequence[T], room: Room) -> Any:  # noqa: ANN401 - a sequence of the same kind
    return entries[: room.rows]


def _claim(claim: Mapping[str, Any] | None, room: Room) -> Mapping[str, Any] | None:
    if claim is None:
        return None
    told = {name: clipped(value, room.text) for name, value in claim.items()}
    return told | {"evidence": _some(claim["evidence"], room)}


def _alert(alert: Mapping[str, Any] | None, room: Room) -> Mapping[str, Any] | None:
    if alert is None:
        return None
    areas = [clipped(each, room.text) for each in _some(alert["areas"], room)]
    return {**alert, "areas": areas, "instruction": clipped(alert["instruction"], room.text)}


def _version(version: Mapping[str, Any], room: Room) -> Mapping[str, Any]:
    return {**version, "note": clipped(version["note"], room.text // 4)}


def _changes(changes: Mapping[str, Any], room: Room) -> Mapping[str, Any]:
    """What changed, until the room for it is used up."""
    left, fields = room.body // 2, []
    for key, comparison in changes["fields"]:
        kept, left = _compared(comparison, left)
        fields.append((key, kept))
    more = any(
        kept is not comparison for (_, kept), (_, comparison) in zip(fields, changes["fields"], strict=True)
    )
    return {**changes, "fields": fields, "more": more}


def _compared(comparison: Comparison, left: int) -> tuple[Comparison, int]:
    kept: list[Change] = []
    for change in comparison.changes:
        used = sum(_bytes(text) for _, text in change.runs) + 50
        if used > left:
            runs = tuple(
                (what, clipped(text, max(0, left) // len(change.runs))) for what, text in change.runs[:20]
            )
            return replace(comparison, changes=(*kept, replace(change, runs=runs))), 0
        kept.append(change)
        left -= used
    return comparison, left
