"""Which addresses may be fetched at all, and where a redirect leads."""

from functools import lru_cache

from yarl import URL

from syndicate.fetch._trouble import BadUrl

_LONGEST = 4_000  # characters


@lru_cache(1_000)  # feeds are asked for again and again
def fetchable(address: str) -> URL:
    """``address`` as a URL; raises ``BadUrl`` unless it is plain http(s) with a host and without a user."""
    if len(address) > _LONGEST or not address.isprintable() or " " in address or "\\" in address:
        raise BadUrl("the address is too long or has characters that no address has")
    try:
        return _checked(URL(address))
    except ValueError as exc:
        raise BadUrl("the address cannot be read") from exc


def redirected(from_: URL, location: str) -> URL:
    """Where ``location`` leads from ``from_`` (RFC 9110, section 10.2.2); raises ``BadUrl``."""
    if len(location) > _LONGEST or not location.isprintable():
        raise BadUrl("the redirect's address is too long or has characters that no address has")
    try:
        url = _checked(from_.join(URL(location)))
    except ValueError as exc:
        raise BadUrl("the redirect's address cannot be read") from exc
    if from_.scheme == "https" and url.scheme != "https":
        raise BadUrl("redirected from https to http")
    return url


def _checked(url: URL) -> URL:
    if url.scheme not in ("http", "https"):
        raise BadUrl("only http and https are fetched")
    if url.user is not None or url.password is not None:
        raise BadUrl("an address with a user name or password is not fetched")
    if not url.host or url.port is None or not 0 < url.port < 65_536:
        raise BadUrl("the address names no host, or no port that exists")
    return url.with_fragment(None)
