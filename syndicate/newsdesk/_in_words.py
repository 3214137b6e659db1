"""An item in words: every field that would be signed, for the person who decides about it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Final

from syndicate.news import Alert, AlertArea, Claim, Content, Evidence, Item, Media, Relation

_NAMES: Final = {"lang": "language", "url": "address", "content": "text"}
# What follows from where it is signed; and the act, which is told first, with what it is done to.
_BESIDE: Final = ("aud", "iss", "stream", "seq", "prev", "iat", "act", "sub", "ver")


def in_words(item: Item) -> tuple[tuple[str, str], ...]:
    """Each field that says something, as name and value, the text last; none that readers get is left out."""
    told = [("act", f"{item.act}, version {item.ver} of {item.sub}")]
    for field in sorted(fields(item), key=lambda each: each.name == "content"):
        if field.name not in _BESIDE:
            told += _told(_NAMES.get(field.name, field.name), getattr(item, field.name))
    return tuple(told)


def _told(name: str, value: object) -> Iterator[tuple[str, str]]:
    match value:
        case None | "":
            return
        case tuple():
            for each in value:
                yield from _told(name, each)
        case Content():
            yield from _told(name, value.body)
        case Alert() | Claim():
            for field in fields(value):
                yield from _told(f"{name} {field.name.replace('_', ' ')}", getattr(value, field.name))
        case AlertArea() | Evidence() | Media() | Relation():
            parts = (getattr(value, field.name) for field in fields(value))
            yield name, ", ".join(str(part) for part in parts if part is not None)
        case Mapping():
            yield name, json.dumps(value, ensure_ascii=False)
        case _:
            yield name, str(value)
