"""Who asks: a network, known for as long as it asks, so that one can be fair; and in no log (S13)."""

import ipaddress
import resource
import socket
from collections.abc import Sequence
from typing import Final

from aiohttp import hdrs, web

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_MOST_CONNECTIONS: Final = 10_000
_PREFIX: Final = 8  # bytes of an IPv6 address that one household or newsroom has: a /64
_MAPPED: Final = b"\0" * 10 + b"\xff\xff"  # RFC 4291, section 2.5.5.2
_HOPS: Final = 16  # of X-Forwarded-For, from its end


def most_connections() -> int:
    """How many visitors at a time: half of the files that this process may open; the hub needs the others."""
    return min(_MOST_CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)


class Readers:
    """Tells who asks: the address of the connection, or the one that a proxy of ours names.

    ``proxies`` are the networks whose ``X-Forwarded-For`` is believed.
    """

    def __init__(self, proxies: Sequence[str] = ()) -> None:
        self._proxies = read_networks(proxies)

    def of(self, request: web.BaseRequest) -> bytes:
        """The network a request comes from: four bytes of IPv4, eight of IPv6, none of a local socket."""
        peer = request.remote or ""
        if self._proxies and self._is_proxy(peer):
            peer = self._forwarded(request, peer)
        return network_of(peer)

    def _forwarded(self, request: web.BaseRequest, peer: str) -> str:
        """The last address that is no proxy of ours; what stands before that anybody may have written."""
        hops = ",".join(request.headers.getall(hdrs.X_FORWARDED_FOR, [])).split(",")
        for hop in reversed(hops[-_HOPS:]):
            address = hop.strip().removeprefix("[").partition("]")[0]
            if not network_of(address):
                return peer
            if not self._is_proxy(address):
                return address
            peer = address
        return peer

    def _is_proxy(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
        return any((mapped or found) in network for network in self._proxies)


def network_of(address: str) -> bytes:
    """The part of an IP address that tells one reader's network from another's; b"" of what is none."""
    try:
        if ":" not in address:
            return socket.inet_pton(socket.AF_INET, address)
        whole = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
    except (OSError, ValueError):  # ValueError: a null, or letters beyond ASCII
        return b""
    return whole[12:] if whole.startswith(_MAPPED) else whole[:_PREFIX]


def read_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Addresses and networks such as "127.0.0.1" and "10.0.0.0/8".

    Raises:
        ValueError: one is neither.
    """
    try:
        return tuple(ipaddress.ip_network(text.strip()) for text in texts)
    except ValueError as exc:
        raise ValueError("must be addresses or networks, such as 127.0.0.1 or 10.0.0.0/8") from exc
