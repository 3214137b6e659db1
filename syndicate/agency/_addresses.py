"""From an address as a CMS writes it to the one form that may be signed (docs/protocol.md, "Hosts")."""

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from syndicate.news import HostError, a_label, host_of

# Added to links by mailings and campaigns; they tell who clicked and never what is found there.
_TRACKERS = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|mc_[ce]id|_ga|_gl|at_(campaign|medium)",
    re.IGNORECASE,
)
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_host = lru_cache(maxsize=1_024)(a_label)  # a feed names a handful of hosts thousands of times
_DEFAULT_PORTS = {"http": 80, "https": 443}


def plain_address(written: str, base: str = "") -> str | None:
    """``written``, taken relative to ``base``, as an ASCII http(s) address; None if it cannot be one.

    Host names become A-labels, other characters are percent-encoded, tracking parameters go. What comes
    out comes out unchanged when it is put in again.
    """
    if not written.strip():
        return None  # RFC 3986 would read the base itself
    try:
        parts = urlsplit(urljoin(base, written.strip()))
        host = _host((parts.hostname or "").rstrip("."))
        if parts.port not in (None, _DEFAULT_PORTS.get(parts.scheme)) or "@" in parts.netloc:
            return None
        address = urlunsplit(
            (parts.scheme, host, _encoded(parts.path), _query(parts), _encoded(parts.fragment))
        )
        host_of(address)
    except (ValueError, HostError):
        return None
    return address


def _query(parts: SplitResult) -> str:
    kept = (each for each in parts.query.split("&") if not _TRACKERS.fullmatch(each.partition("=")[0]))
    return _encoded("&".join(kept))


def _encoded(text: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", text), safe="%-._~:/?#@!$&'()*+,;=[]")
