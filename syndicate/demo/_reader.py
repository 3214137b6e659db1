"""A careful reader: re-derives every visible field of a feed from the signed tokens in it."""

import time

from syndicate.client import FeedReport, verify_feed
from syndicate.demo._visitor import fetch
from syndicate.news import Registry


def verdict_on(url: str, registry: Registry) -> str:
    """What ``syndicate verify-feed`` finds at ``url``: how many items, or everything that is wrong."""
    report = verify_feed(fetch(url), "atom", registry, now=int(time.time()), url=url)
    if report.ok:
        return f"{len(report.entries)} items, 0 differences"
    return ", ".join(sorted(_complaints(report)))


def _complaints(report: FeedReport) -> set[str]:
    reasons = {reason.value for entry in report.entries if entry.token for reason in entry.token.reasons}
    differences = {f"{found.field} {found.what}" for found in report.found}
    refused = {word for word in (report.reason, None if report.compared else report.detail) if word}
    return reasons | differences | refused
