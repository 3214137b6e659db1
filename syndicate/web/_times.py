"""Times as our answers write them."""

from datetime import UTC, datetime

from syndicate.news import rfc3339


def maybe(when: float | None) -> str | None:
    """``rfc3339``, or None where nothing has happened yet."""
    return None if when is None else rfc3339(when)


def spoken(when: float) -> str:
    """``when`` for a person, with its zone: "23 November 2026, 21:28 UTC"."""
    moment = datetime.fromtimestamp(int(when), UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
