"""Addresses, compared: two that are equal here lead to one page as far as their letters tell (RFC 3986, 6).

That is evidence that two items are one, and no more: an agency may put another text at an old address.
"""

import re
from typing import Final

from syndicate.dedupe._trackers import TRACKER_PREFIXES, TRACKERS
from syndicate.news import HostError, a_label, limits

# RFC 3986, appendix B, for http(s); a user before the host is no part of it, so an address with one is none.
_PARTS: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[^/?#:@\[\]\s]+)\.?(?::(?P<port>[0-9]{0,5}))?"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.IGNORECASE | re.DOTALL,
)
_ESCAPED: Final = re.compile("%([0-9A-Fa-f]{2})")
_TO_ESCAPE: Final = re.compile(r"[^!-~]|[\"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})")
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9\-._~]")
_NO_PORT: Final = 0
_PORTS: Final = {"http": (_NO_PORT, 80, 443), "https": (_NO_PORT, 443)}  # that go without saying
_HIGHEST_PORT: Final = 65_535


def normal_url(url: str) -> str:
    """``url`` in the one form in which equal addresses are equal.

    Scheme https whichever of the two it was, host in lower-case A-labels without a last dot, no default
    port, no dot segments, no fragment, no parameter that only tracks; what may stand unescaped does, and the
    rest is escaped in capitals. The order of the parameters stays: to some sites it matters.

    Raises:
        HostError: it is no http(s) address of a named host without a user, or longer than ``limits.URL``.

    >>> normal_url("HTTP://Example.com:80/a/../b?id=7&utm_source=x#top")
    'https://example.com/b?id=7'
    """
    found = _PARTS.fullmatch(url.strip()) if len(url) <= limits.URL else None
    if found is None:
        raise HostError("not a plain http(s) address")
    host = a_label(found["host"].rstrip("."))
    port = int(found["port"] or _NO_PORT)
    if port > _HIGHEST_PORT:
        raise HostError("not a port")
    where = "" if port in _PORTS[found["scheme"].lower()] else f":{port}"
    query = _query(_spelled(found["query"] or ""))
    return f"https://{host}{where}{_path(_spelled(found['path'] or '/'))}{query and '?' + query}"


def _spelled(part: str) -> str:
    """Escaped where it must be and nowhere else (RFC 3986, 6.2.2)."""
    escaped = _TO_ESCAPE.sub(lambda one: "".join(f"%{byte:02X}" for byte in _bytes(one[0])), part)
    return _ESCAPED.sub(_plain, escaped)


def _bytes(character: str) -> bytes:
    return character.encode("utf-8", "surrogatepass")


def _plain(escaped: re.Match[str]) -> str:
    character = chr(int(escaped[1], 16))
    return character if _UNRESERVED.fullmatch(character) else escaped[0].upper()


def _path(path: str) -> str:
    """Without dot segments (RFC 3986, 5.2.4)."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _query(query: str) -> str:
    return "&".join(each for each in query.split("&") if each and not _tracks(each))


def _tracks(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return name in TRACKERS or name.startswith(TRACKER_PREFIXES)
