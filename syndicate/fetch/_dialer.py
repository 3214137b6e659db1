"""The guarded dialer: between name resolution and connecting stands one check that nothing gets around."""

import asyncio
import socket
from collections import OrderedDict
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from ipaddress import ip_address

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler

from syndicate.errors import ForbiddenAddress
from syndicate.fetch._addresses import why_special
from syndicate.fetch._answers import FewAnswers
from syndicate.fetch._limits import Allowed

_PUBLIC_PORTS = frozenset({80, 443})
_RESOLVING_THREADS = 64  # started as they are needed; one waits for a name server for up to half a minute
_PATIENCE_SECONDS = 0.5  # for the name server, about a name whose addresses are known
_KNOWN_SECONDS = 86_400.0  # for how long (RFC 8767 says one to three days), and
_KNOWN_MOST = 10_000  # of how many names
CONNECTIONS = 100

_Name = tuple[str, int, socket.AddressFamily]
_AddrInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]


class _Guard:
    """Judges an address after it was resolved and before anything is sent to it."""

    def __init__(self, allow: Allowed) -> None:
        self._allow = frozenset((ip_address(address), port) for address, port in allow)

    def check(self, address: str, port: int) -> None:
        """Raise ``ForbiddenAddress`` unless this is a public address and port 80 or 443, or listed."""
        dialled = ip_address(address.partition("%")[0])
        if (dialled, port) in self._allow:
            return
        if (why := why_special(dialled)) is not None:
            raise ForbiddenAddress(
                f"{dialled} is not dialled: {why} address, and {dialled}:{port} is not listed in `allow`"
            )
        if port not in _PUBLIC_PORTS:
            raise ForbiddenAddress(
                f"{dialled} is not dialled: port {port} is neither 80 nor 443, nor listed in `allow`"
            )

    def open_socket(self, info: _AddrInfo) -> socket.socket:
        """A socket for ``info``, as asked for by aiohttp for every connection, IP literals included."""
        family, kind, protocol, _, where = info
        self.check(str(where[0]), int(where[1]))
        return socket.socket(family=family, type=kind, proto=protocol)


class _ThreadedResolver(AbstractResolver):
    """Resolves in threads of its own: a stalled name server must not keep others from the loop's threads.

    Nobody can stop a thread that waits for one, so names that stall can occupy them all. Then a name is taken
    to lead where it led last (RFC 8767): the guard judges those addresses as it judges any others.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_RESOLVING_THREADS, thread_name_prefix="resolve")
        self._known: OrderedDict[_Name, tuple[float, list[ResolveResult]]] = OrderedDict()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        name, loop = (host, port, family), asyncio.get_running_loop()
        since, known = self._known.get(name, (0.0, []))
        if loop.time() - since > _KNOWN_SECONDS:
            known = []
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS if known else None):
                found = await self._ask(*name)
        except (TimeoutError, socket.gaierror) as exc:
            if known and (isinstance(exc, TimeoutError) or exc.errno == socket.EAI_AGAIN):
                return known
            raise
        self._known[name] = (loop.time(), found)
        self._known.move_to_end(name)
        if len(self._known) > _KNOWN_MOST:
            self._known.popitem(last=False)
        return found

    async def _ask(self, host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
        ask = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        except UnicodeError as exc:  # the name does not fit into DNS: to callers, it does not resolve
            raise OSError("not a name for DNS") from exc
        return [
            ResolveResult(
                hostname=host,
                host=str(where[0]),
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, where in found
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class _GuardedResolver(AbstractResolver):
    """Leaves out what may not be dialled, so that a clear refusal stands where aiohttp would race sockets.

    It only words the refusal: IP literals never come here, and ``_Guard.open_socket`` checks again.
    """

    def __init__(self, guard: _Guard, resolver: AbstractResolver) -> None:
        self._guard = guard
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        kept: list[ResolveResult] = []
        refusal: ForbiddenAddress | None = None
        for found in await self._resolver.resolve(host, port, family):
            try:
                self._guard.check(found["host"], port)
            except ForbiddenAddress as exc:
                refusal = exc
            else:
                kept.append(found)
        if not kept:
            raise refusal or OSError("the name has no address")
        return kept

    async def close(self) -> None:
        await self._resolver.close()


@asynccontextmanager
async def open_dialer(
    allow: Allowed = (), *, resolver: AbstractResolver | None = None, connections: int = CONNECTIONS
) -> AsyncIterator[TCPConnector]:
    """The connector that everyone who dials is handed; closed with its connections at the end.

    Each connection, of each redirect hop, is refused with ``ForbiddenAddress`` unless the very address
    that is about to be connected to is public and the port 80 or 443, or the pair stands in ``allow``.
    ``resolver`` replaces the system's name resolution, and is closed too. At most ``connections`` are open.
    """
    guard = _Guard(allow)
    guarded = _GuardedResolver(guard, resolver or _ThreadedResolver())
    connector = TCPConnector(
        resolver=guarded,
        socket_factory=guard.open_socket,
        limit=connections,
        # Our resolver is asked each time; a cache would only lengthen the life of a poisoned answer.
        use_dns_cache=False,
    )
    handler: type[ResponseHandler] = FewAnswers
    connector._factory = partial(handler, loop=asyncio.get_running_loop())  # noqa: SLF001 - there is no other way
    try:
        yield connector
    finally:
        await connector.close()
        await guarded.close()
