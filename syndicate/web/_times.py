"""Times as our answers write them."""

from datetime import UTC, datetime


def rfc3339(when: float) -> str:
    """``when`` (Unix seconds) as RFC 3339 in UTC, to the second."""
    return datetime.fromtimestamp(int(when), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def maybe(when: float | None) -> str | None:
    """``rfc3339``, or None where nothing has happened yet."""
    return None if when is None else rfc3339(when)


def spoken(when: float) -> str:
    """``when`` for a person, with its zone: "23 November 2026, 21:28 UTC"."""
    moment = datetime.fromtimestamp(int(when), UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
