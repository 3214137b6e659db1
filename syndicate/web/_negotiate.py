"""What a request's header fields ask for, read as RFC 9110 says. Pure functions over text."""

import calendar
import email.utils
import re
from functools import lru_cache
from typing import Final

_CODING = re.compile(
    r"[ \t]*(?P<name>[A-Za-z0-9!#$%&'*+.^_`|~-]+)[ \t]*"
    r"(?:;[ \t]*[qQ]=(?P<q>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*)?"
)
_TAG = re.compile(r'[ \t,]*((?:W/)?"[\x21\x23-\x7e\x80-\U0010ffff]*")[ \t]*(?=,|$)')
_FIELD_MOST: Final = 1_000  # characters: a longer field asks for nothing sensible


@lru_cache(maxsize=512)  # fields are at most 8 kB each; a few dozen are in use in the whole world
def choose_coding(accepted: str | None, offered: tuple[str, ...]) -> str | None:
    """The content coding to send (RFC 9110, section 12.5.3); ``offered`` stands in our order of preference.

    None when the client excludes everything that is offered. A field that cannot be read asks for nothing.
    """
    if accepted is None or len(accepted) > _FIELD_MOST:
        return "identity"
    weights: dict[str, float] = {}
    for part in accepted.split(","):
        if not part.strip(" \t"):
            continue
        found = _CODING.fullmatch(part)
        if found is None:
            return "identity"
        name = found["name"].lower().removeprefix("x-")
        weights[name] = float(found["q"]) if found["q"] is not None else 1.0
    others = weights.get("*")
    best, best_weight = None, 0.0
    for coding in offered:
        # Identity is fine unless excluded, but whoever names a coding would rather have that one.
        unnamed = others if others is not None else (0.001 if coding == "identity" else 0.0)
        weight = weights.get(coding, unnamed)
        if weight > best_weight:
            best, best_weight = coding, weight
    return best


def matches(if_none_match: str, etag: str) -> bool:
    """Whether ``If-None-Match`` names ``etag``, by weak comparison (RFC 9110, section 13.1.2)."""
    if if_none_match == etag:
        return True
    if if_none_match.strip(" \t") == "*":
        return True
    at = 0
    while found := _TAG.match(if_none_match, at):
        if found[1].removeprefix("W/") == etag:
            return True
        at = found.end()
    return False


def not_since(if_modified_since: str, last_modified: int) -> bool:
    """Whether nothing changed after that date (RFC 9110, section 13.1.3); a date we cannot read says no."""
    when = http_time(if_modified_since)
    return when is not None and last_modified <= when


@lru_cache(maxsize=256)
def http_time(text: str) -> int | None:
    """An HTTP-date in any of its three forms (RFC 9110, section 5.6.7) as Unix seconds, or None."""
    if len(text) > 40:
        return None
    parsed = email.utils.parsedate(text)
    if parsed is None:
        return None
    try:
        return calendar.timegm(parsed)
    except (ValueError, OverflowError):
        return None


def http_date(when: int) -> str:
    """``when`` (Unix seconds) as an IMF-fixdate."""
    return email.utils.formatdate(when, usegmt=True)
