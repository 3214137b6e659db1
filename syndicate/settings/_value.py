"""What a value must be to be taken for a setting: its kind, and its bounds."""

import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from syndicate.journey import ARCHIVE_PAGE
from syndicate.news import limits
from syndicate.republish import parse_slice
from syndicate.settings._settings import Address, read_address
from syndicate.web import read_networks

# None of them, or at once; with a 0 for any other number nothing would ever be let in.
_MAY_BE_ZERO: Final = frozenset(
    {
        "fetch.redirects",
        "feeds.window_seconds",
        "feeds.rebuild_seconds",
        "feeds.look_seconds",
        "feeds.kept_bytes",
        "export.item_pages",
    }
)


# A feed reaches down to its archive: a document with fewer items than a page, or with less room than so many
# of the largest tokens take, would leave some out between the two (decision 0054).
_AT_LEAST: Final = {
    "feeds.window_least": ARCHIVE_PAGE,
    "feeds.window_most": ARCHIVE_PAGE,
    "feeds.window_complete": ARCHIVE_PAGE,
    "feeds.window_characters": ARCHIVE_PAGE * limits.TOKEN_CHARACTERS,
    "feeds.window_complete_characters": ARCHIVE_PAGE * limits.TOKEN_CHARACTERS,
}


def value_of(name: str, told: object, kind: Any) -> object:  # noqa: ANN401 - one line per kind of setting
    """What is told of a setting, as its kind.

    Raises:
        ValueError: it is of another kind, or out of bounds; the message says what it must be.
    """
    value = _convert(told, kind)
    _check_least(name, value, kind)
    if (check := _CHECKS.get(name)) is not None:
        check(value)
    return value


def _check_least(name: str, value: object, kind: object) -> None:
    if value == 0 and kind in (int, float) and name not in _MAY_BE_ZERO:
        raise ValueError("must be more than 0")
    least = _AT_LEAST.get(name, 0)
    if isinstance(value, int) and value < least:
        raise ValueError(f"must be at least {least:,}")
    if kind == tuple[float, ...] and isinstance(value, tuple) and not (value and all(value)):
        raise ValueError("must be numbers of more than 0, at least one")


def _convert(value: object, kind: Any) -> object:  # noqa: ANN401 - one line per kind of setting
    if typing.get_origin(kind) is tuple:
        parts = (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )
        if not isinstance(parts, list):
            raise ValueError("must be a list")
        return tuple(_convert(part, typing.get_args(kind)[0]) for part in parts)
    if isinstance(kind, types.UnionType):  # "or none": only by leaving it out
        kind = next(one for one in typing.get_args(kind) if one is not type(None))
    if kind in (int, float):
        return _number(value, kind)
    if not isinstance(value, str):
        raise ValueError("must be text")  # noqa: TRY004 - told to the operator as one of many kinds
    if kind is Address:
        return read_address(value.strip())
    if kind is Path:
        if not value:
            raise ValueError("must be a path")
        return Path(value)
    return value


def _number(value: object, kind: type) -> int | float:
    wanted = "a whole number" if kind is int else "a number"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"must be {wanted}")  # noqa: TRY004 - told to the operator as one of many kinds
    if isinstance(value, float) and kind is int:
        raise ValueError(f"must be {wanted}")
    try:
        number: int | float = kind(value)
    except (ValueError, OverflowError) as exc:
        raise ValueError(f"must be {wanted}") from exc
    if not 0 <= number < float("inf"):
        raise ValueError("must be 0 or more")
    return number


def _check_slices(paths: tuple[str, ...]) -> None:
    """Each is spelled as feeds spell it, so that no file of a copy stands under another name."""
    for path in paths:
        slice_ = parse_slice(path)
        if slice_ is None or slice_.path != path:
            raise ValueError(f"{path!r} is no slice: write it as feeds do, such as vn/lang/vi/kind/alert")


def _check_base_url(value: str) -> None:
    """It begins every address that a feed shows: what is wrong here is wrong in all readers."""
    parts = urlsplit(value)
    plain = not (parts.query or parts.fragment or parts.username) and value.isprintable() and " " not in value
    if value and not (parts.scheme in ("http", "https") and parts.hostname and plain):
        raise ValueError("must be an address such as https://hub.example")


_CHECKS: Final[Mapping[str, Callable[[Any], object]]] = {
    "base_url": _check_base_url,
    "web.proxies": read_networks,
    "export.slices": _check_slices,
}
