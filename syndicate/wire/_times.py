"""Times as RSS writes them."""

from datetime import datetime
from typing import Final

# By hand: strftime follows the process's locale, and these names do not (RFC 822, section 5).
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rfc822(rfc3339: str) -> str:
    """``2026-11-23T08:00:00Z`` as ``Mon, 23 Nov 2026 08:00:00 +0000``.

    Raises:
        ValueError: it is no RFC 3339 time.
    """
    when = datetime.fromisoformat(rfc3339)
    day, month = _DAYS[when.weekday()], _MONTHS[when.month - 1]
    return f"{day}, {when.day:02d} {month} {when.year:04d} {when:%H:%M:%S} +0000"
