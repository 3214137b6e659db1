"""What each trouble on the way to a server, ours or aiohttp's, is called outside this room."""

import aiohttp
from aiohttp.http_exceptions import LineTooLong

from syndicate.errors import ForbiddenAddress
from syndicate.fetch._trouble import Trouble
from syndicate.ports import FetchFailed, FetchFault

# ValueError and OSError: what aiohttp and asyncio let through from parsers and sockets.
TROUBLES = (Trouble, ForbiddenAddress, aiohttp.ClientError, TimeoutError, OSError, ValueError)


def failed(exc: Exception) -> FetchFailed:
    """The fault behind one of ``TROUBLES``. Never aiohttp's own message: it repeats what the server sent."""
    match exc:
        case Trouble():
            fault, detail = exc.fault, str(exc)
        case ForbiddenAddress():
            fault, detail = FetchFault.FORBIDDEN_ADDRESS, str(exc)
        case TimeoutError():
            fault, detail = FetchFault.TIMEOUT, _late(exc)
        case aiohttp.ClientConnectionError():
            fault, detail = _unconnected(exc)
        case aiohttp.InvalidURL():
            fault, detail = FetchFault.BAD_URL, "the address cannot be read"
        case aiohttp.ClientResponseError() if _is_too_long(exc):
            fault, detail = FetchFault.TOO_LARGE, "a header field is too long"
        case _:
            fault, detail = FetchFault.BROKEN, f"not proper HTTP, or it breaks off ({type(exc).__name__})"
    return FetchFailed(fault=fault, detail=detail)


def _is_too_long(exc: BaseException | None) -> bool:
    """Whether a line of the header was; aiohttp's parser in C says so one cause further down."""
    while exc is not None and not isinstance(exc, LineTooLong):
        exc = exc.__cause__
    return exc is not None


def _unconnected(exc: aiohttp.ClientConnectionError) -> tuple[FetchFault, str]:
    match exc:
        case aiohttp.ClientConnectorDNSError():
            return FetchFault.DNS, "the host's name does not resolve"
        case aiohttp.ClientConnectorCertificateError():
            why = getattr(exc.certificate_error, "verify_message", "") or "it cannot be checked"
            return FetchFault.TLS, f"the server's certificate is refused: {why}"
        case aiohttp.ClientSSLError():
            return FetchFault.TLS, "no TLS connection can be agreed on"
        case aiohttp.ClientConnectorError():
            why = exc.os_error.strerror or type(exc.os_error).__name__
            return FetchFault.CONNECT, f"no connection: {why}"
        case _:
            return FetchFault.BROKEN, f"the connection broke off ({type(exc).__name__})"


def _late(exc: TimeoutError) -> str:
    if isinstance(exc, aiohttp.ConnectionTimeoutError):
        return "no connection came about in time"
    return str(exc) or "the answer was not there in time"
