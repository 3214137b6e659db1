"""What a response's header says to a polite reader; whatever is malformed counts as not said."""

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from syndicate.ports import Validators

_MAX_AGE = re.compile(r'(?:^|,)\s*max-age\s*=\s*"?(\d{1,10})"?\s*(?=,|$)', re.IGNORECASE)
_NO_REUSE = re.compile(r"(?:^|,)\s*no-(?:cache|store)\s*(?=,|$)", re.IGNORECASE)
_SECONDS = re.compile(r"\d{1,10}")
_LONGEST_VALIDATOR = 1_024


def media_type(headers: Mapping[str, str]) -> str:
    """The Content-Type without its parameters, in lower case; "" if there is none."""
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()


def fresh_seconds(headers: Mapping[str, str]) -> int:
    """For how long it need not be asked for again (RFC 9111, section 4.2); 0 if that is not said."""
    control = headers.get("Cache-Control", "")
    found = _MAX_AGE.search(control)
    if found is None or _NO_REUSE.search(control):
        return 0
    age = headers.get("Age", "").strip()  # it was fresh in a cache for that long already
    return max(0, int(found[1]) - (int(age) if _SECONDS.fullmatch(age) else 0))


def date(headers: Mapping[str, str]) -> float | None:
    """The server's own clock in Unix seconds (RFC 9110, section 6.6.1), None if it does not show it."""
    return _moment(headers.get("Date", ""))


def retry_after_seconds(headers: Mapping[str, str]) -> int | None:
    """The Retry-After as seconds from now (RFC 9110, section 10.2.3), None if there is none."""
    said = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(said):
        return int(said)
    if (until := _moment(said)) is None:
        return None
    # Measured by the server's own clock if it shows it: ours or theirs may be wrong, not the difference.
    since = _moment(headers.get("Date", "")) or time.time()
    return max(0, round(until - since))


def validators(headers: Mapping[str, str]) -> Validators:
    """ETag and Last-Modified exactly as they came; one that could not be sent back as it came is left out."""
    return Validators(
        etag=_sendable(headers.get("ETag")), last_modified=_sendable(headers.get("Last-Modified"))
    )


def _sendable(value: str | None) -> str | None:
    if not value or len(value) > _LONGEST_VALIDATOR or not value.isprintable():
        return None
    return value  # lone surrogates, which stand for bytes that are not UTF-8, are not printable


@lru_cache(64)  # whoever answers often answers many times in one second
def _moment(said: str) -> float | None:
    if not said:
        return None
    try:
        when = parsedate_to_datetime(said)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() if _sane(when) else None


def _sane(when: datetime) -> bool:
    return 1970 < when.year < 9999  # beyond, timestamp() may overflow
