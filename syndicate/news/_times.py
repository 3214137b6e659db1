"""Times as the protocol writes them."""

from datetime import UTC, datetime


def rfc3339(when: float) -> str:
    """``when`` (Unix seconds) in whole seconds of UTC (RFC 3339): ``2026-11-23T08:00:00Z``."""
    return datetime.fromtimestamp(int(when), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
