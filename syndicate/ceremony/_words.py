"""Values in the words of a review: never cut without a word, never able to steer a terminal."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final

from syndicate.news import rfc3339

_MOST: Final = 300  # characters of one value that are shown
_NOTHING: Final = (None, "")


def quoted(value: object) -> str:
    """A value as it stands in a sentence; of a long one it says how much more there is, and its digest."""
    text = repr(value)
    if len(text) <= _MOST:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
    return f"{text[:_MOST]} AND {len(text) - _MOST:,} CHARACTERS MORE (sha256 of all: {digest})"


def plainly(text: str) -> str:
    """A text without quotation marks where that cannot mislead."""
    return text if text and text.isprintable() and len(text) <= _MOST else quoted(text)


def becomes(was: object, now: object) -> str:
    """From one value to another; what was or will be nothing is called so."""
    if was in _NOTHING and now not in _NOTHING:
        return quoted(now)
    return f"{quoted(was)} becomes {'nothing' if now is None else quoted(now)}"


def when(seconds: int) -> str:
    """A moment; one that no calendar has in its seconds."""
    try:
        return rfc3339(seconds)
    except (ValueError, OverflowError, OSError):
        return f"{seconds} seconds after 1970"


def listed(who: str, called: str, was: tuple[str, ...], now: tuple[str, ...]) -> Iterator[str]:
    """What a list gets and loses, and its order where that is another one."""
    yield from (f"{who}: gets the {called} {plainly(each)}" for each in now if each not in was)
    yield from (f"{who}: loses the {called} {plainly(each)}" for each in was if each not in now)
    if [each for each in now if each in was] != [each for each in was if each in now]:
        yield f"{who}: the order of each {called} is now: {quoted(list(now))}"


def named(who: str, called: str, was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    """What a table says otherwise, line by line."""
    for key in sorted({*was, *now}):
        if was.get(key) != now.get(key):
            yield f"{who}: {called} {plainly(key)}: {becomes(was.get(key), now.get(key))}"
