"""How often one address may ask for one path; and nothing kept of who asked for longer than that takes (S13).

The address itself is never kept: what stands in memory is a hash, keyed anew in every process, and a moment.
"""

import asyncio
import ipaddress
import math
import socket
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final

from aiohttp import hdrs, web

from syndicate.web._answer import problem
from syndicate.web._route import Site
from syndicate.web._world import WebLimits

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_PREFIX: Final = 8  # bytes of an IPv6 address that one household or newsroom has: a /64
_MAPPED: Final = b"\0" * 10 + b"\xff\xff"  # RFC 4291, section 2.5.5.2
_INEXACT: Final = 1e-6  # of sums of floats
_HOPS: Final = 16  # of X-Forwarded-For, from its end


class Gate:
    """Counts requests by (address, path): ``burst`` of them at once, and ``per_second`` lastingly.

    It remembers one moment for each pair (the generic cell rate algorithm), of ``most`` pairs at a time;
    the one not seen for longest is forgotten first. A pair is forgotten once its burst is whole again.
    """

    def __init__(
        self, *, burst: int, per_second: float, most: int, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._step = 1 / per_second
        self._span = burst / per_second
        self._most = most
        self._now = now
        self._due: OrderedDict[int, float] = OrderedDict()  # when each pair's burst is whole again
        self._sweeping = False

    def __len__(self) -> int:
        return len(self._due)

    def wait(self, who: bytes, path: str) -> int:
        """0 if this request may be answered, which counts it; else the whole seconds until one may be."""
        now, pair = self._now(), hash((who, path))
        due = max(now, self._due.get(pair, now)) + self._step
        over = due - now - self._span
        if over > self._step * _INEXACT:
            return max(1, math.ceil(over * (1 - _INEXACT)))
        self._due[pair] = due
        self._due.move_to_end(pair)
        if len(self._due) > self._most:
            self._due.popitem(last=False)
        if not self._sweeping:
            self._sweeping = True
            asyncio.get_running_loop().call_later(self._span, self._sweep)
        return 0

    def _sweep(self) -> None:
        now = self._now()
        self._due = OrderedDict((pair, due) for pair, due in self._due.items() if due > now)
        self._sweeping = bool(self._due)
        if self._sweeping:
            asyncio.get_running_loop().call_later(self._span, self._sweep)


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


def counted(answer: Site, limits: WebLimits) -> Site:
    """``answer`` for whoever does not ask too often; what a 304 answers is never counted."""
    gate = Gate(burst=limits.burst, per_second=limits.per_second, most=limits.counted)
    readers = Readers(limits.proxies)

    async def answer_counted(request: web.BaseRequest) -> web.StreamResponse:
        asked = request.headers
        if hdrs.IF_NONE_MATCH in asked or hdrs.IF_MODIFIED_SINCE in asked:
            response = await answer(request)
            if response.status == 304 or not (wait := gate.wait(readers.of(request), request.path)):
                return response
        elif not (wait := gate.wait(readers.of(request), request.path)):
            return await answer(request)
        return problem(429, "asked too often for this from one address; keep the ETag and send it along, "
                       "or ask again later", retry_after=wait)  # fmt: skip

    return answer_counted


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
