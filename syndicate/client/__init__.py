"""The client room: what a platform imports to check for itself, without trusting any hub. Base install only.

Bring a token or a whole feed document, the registry you trust, and the time; leave with a report: three
verdicts for the token, and for a feed every field that does not say what was signed. Nothing is fetched.

>>> report = verify_feed(body, "atom", registry, now=int(time.time()))  # doctest: +SKIP
>>> report.ok, report.found  # doctest: +SKIP
(False, (Difference(place=3, field='title', what='differs'),))
"""

from syndicate.client._feed import EntryReport, FeedReport, verify_feed
from syndicate.client._token import TokenReport, Verdict, verify_token

__all__ = ["EntryReport", "FeedReport", "TokenReport", "Verdict", "verify_feed", "verify_token"]
