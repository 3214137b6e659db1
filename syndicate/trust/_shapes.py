"""Shapes that a claim's value can have. Each shape is a function: JSON value in, typed value out.

All raise ``ShapeError`` with one sentence that names the rule and repeats nothing of the value.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NoReturn, TypeVar

from syndicate.news import UNSAFE_CHARACTERS as UNSAFE
from syndicate.news import HostError, host_of, limits

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
Shape = Callable[[Any], Any]

_LINE_UNSAFE = re.compile(f"[\t\n{UNSAFE}]")
_LINES_UNSAFE = re.compile(f"[{UNSAFE}]")
_PAIR = r"-?\d{1,3}(?:\.\d{1,8})?,-?\d{1,3}(?:\.\d{1,8})?"
_POLYGON = re.compile(rf"{_PAIR}(?: {_PAIR}){{3,499}}", re.ASCII)
_TIME = re.compile(r"[12]\d{3}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ", re.ASCII)


class ShapeError(ValueError):
    """A value that does not have the shape asked for."""


class AddressError(ShapeError):
    """A value that is no address of the protocol's form."""


def refuse(why: str) -> NoReturn:
    """Refuse a value, for the reason ``why``."""
    raise ShapeError(why)


def line(most: int) -> Shape:
    """Plain text on one line, 1 to ``most`` code points."""
    return _text(most, _LINE_UNSAFE)


def lines(most: int, least: int = 1) -> Shape:
    """Plain text that may hold line breaks and tabs, ``least`` to ``most`` code points."""
    return _text(most, _LINES_UNSAFE, least)


def _text(most: int, unsafe: re.Pattern[str], least: int = 1) -> Shape:
    def shape(value: Any) -> str:  # noqa: ANN401 - whatever the JSON held
        if not isinstance(value, str):
            refuse("is not text")
        if not least <= len(value) <= most:
            refuse(f"has not {least} to {most} code points")
        # Whatever is unsafe is unprintable, too: most texts need no closer look.
        if not value.isprintable() and unsafe.search(value):
            refuse("has a control, direction or unpaired surrogate character")
        return value

    return shape


def matching(pattern: str, what: str) -> Shape:
    """Text that matches ``pattern`` as a whole; ``what`` names the form in the message."""
    form = re.compile(pattern, re.ASCII)

    def shape(value: Any) -> str:  # noqa: ANN401 - whatever the JSON held
        if not isinstance(value, str) or form.fullmatch(value) is None:
            refuse(f"is not {what}")
        return value

    return shape


def whole(least: int, most: int = limits.LARGEST_INTEGER) -> Shape:
    """A whole number from ``least`` to ``most``; true and false are no numbers."""

    def shape(value: Any) -> int:  # noqa: ANN401 - whatever the JSON held
        if type(value) is not int or not least <= value <= most:
            refuse(f"is not a whole number from {least} to {most}")
        return value

    return shape


def one_of(kinds: type[E]) -> Shape:
    """One of the words of an enumeration."""
    words = {kind.value: kind for kind in kinds}

    def shape(value: Any) -> E:  # noqa: ANN401 - whatever the JSON held
        if not isinstance(value, str) or value not in words:
            refuse(f"is not one of {', '.join(words)}")
        return words[value]

    return shape


def word_of(*words: str) -> Shape:
    """One of these words."""

    def shape(value: Any) -> str:  # noqa: ANN401 - whatever the JSON held
        if value not in words:
            refuse(f"is not one of {', '.join(words)}")
        return str(value)

    return shape


def time(value: Any) -> str:  # noqa: ANN401 - whatever the JSON held
    """A time as RFC 3339 writes it, in whole seconds of UTC: ``2026-11-23T08:00:00Z``."""
    if not isinstance(value, str) or _TIME.fullmatch(value) is None:
        refuse("is not an RFC 3339 time in whole seconds that ends in Z")
    if not _in_a_calendar(value):
        refuse("is no day or hour of any calendar")
    return value


@lru_cache(maxsize=1_024)  # most items were updated when they were published
def _in_a_calendar(written: str) -> bool:
    try:
        datetime.fromisoformat(written)
    except ValueError:
        return False
    return True


def address(value: Any) -> str:  # noqa: ANN401 - whatever the JSON held
    """An http(s) address of the protocol's form (docs/protocol.md, "Hosts")."""
    if not isinstance(value, str):
        refuse("is not text")
    try:
        host_of(value)
    except HostError as exc:
        raise AddressError("is not a plain http(s) address") from exc
    return value


def polygon(value: Any) -> str:  # noqa: ANN401 - whatever the JSON held
    """A CAP 1.2 polygon: 4 to 500 pairs "lat,lon" joined by single spaces, the last equal to the first."""
    if not isinstance(value, str) or len(value) > 20_000 or _POLYGON.fullmatch(value) is None:
        refuse("is not a CAP polygon")
    first, *_, last = value.split(" ")
    if first != last:
        refuse("is a polygon that is not closed")
    return value


def or_null(shape: Shape) -> Shape:
    """What ``shape`` takes, or null."""
    return lambda value: None if value is None else shape(value)


def list_of(shape: Shape, most: int, least: int = 1) -> Shape:
    """A list of ``least`` to ``most`` values of one shape."""

    def of(value: Any) -> tuple[Any, ...]:  # noqa: ANN401 - whatever the JSON held
        if not isinstance(value, list) or not least <= len(value) <= most:
            refuse(f"is not a list of {least} to {most}")
        return tuple(shape(each) for each in value)

    return of


def record(make: Callable[..., T], required: Mapping[str, Shape], optional: Mapping[str, Shape]) -> Shape:
    """An object with exactly these names, given to ``make`` under the same names."""
    shapes = {**required, **optional}

    def of(value: Any) -> T:  # noqa: ANN401 - whatever the JSON held
        if not isinstance(value, dict):
            refuse("is not an object")
        if not value.keys() <= shapes.keys():
            refuse("has a name that the protocol does not know")
        if not value.keys() >= required.keys():
            refuse(f"lacks {min(required.keys() - value.keys())!r}")
        told = {}
        for name, given in value.items():
            try:
                told[name] = shapes[name](given)
            except ShapeError as exc:
                raise type(exc)(f"{name}: {exc}") from exc
        return make(**told)

    return of
