"""Hosts: how an address names one, and whether an agency may use it (docs/protocol.md, "Hosts")."""

import re
from collections.abc import Collection
from functools import lru_cache

import idna

from syndicate.news import _limits as limits

# RFC 3986 characters only; the host a plain name of LDH labels. User, port, IP literal, trailing dot
# and an empty label have no place in this grammar, so there is nothing to forget to refuse.
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?")
_URL = re.compile(
    r"https?://(?P<host>[A-Za-z0-9.-]++)"  # and _HOST says whether it is one
    r"(?:[/?#](?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=\[\]]++|%[0-9A-Fa-f]{2})*)?"
)


class HostError(ValueError):
    """The address or name does not follow the host rules; the message is one sentence."""


def host_of(url: str) -> str:
    """The host that ``url`` names, in lower case.

    Raises:
        HostError: ``url`` is no http(s) URI of the protocol's form (RFC 3986; ASCII, at most 2,000
            characters, host a dotted name, no user, no port, no trailing dot).
    """
    found = _URL.fullmatch(url) if len(url) <= limits.URL else None
    if found is None:
        raise HostError("not a plain http(s) address")
    return _named(found["host"])


@lru_cache(maxsize=1_024)  # addresses are many, hosts are few; what is no host is never kept
def _named(host: str) -> str:
    if _HOST.fullmatch(host) is None:
        raise HostError("not a plain http(s) address")
    return host.lower()


def a_label(name: str) -> str:
    """``name``, a host or "*." and a host, as lower-case A-labels (RFC 5891).

    Raises:
        HostError: it is not a host name.
    """
    star, rest = ("*.", name[2:]) if name.startswith("*.") else ("", name)
    try:
        encoded = idna.encode(rest.lower(), uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as exc:
        raise HostError(f"not a host name: {name!r}") from exc
    host_of(f"https://{encoded}/")
    return star + encoded


def is_listed(host: str, patterns: Collection[str]) -> bool:
    """Whether ``host`` (as from ``host_of``) is one of ``patterns`` or lies below one that begins "*."."""
    if host in patterns:  # as almost always
        return True
    return any(
        pattern[0] == "*" and host.endswith(pattern[1:]) and len(host) >= len(pattern) for pattern in patterns
    )
