"""A connection whose malformed requests get an answer like all others: a problem, and nothing repeated."""

import asyncio
from typing import Any, Final

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

from syndicate.web._answer import problem

# Of a request's first line, and of each header field. They differ, so that one sees which was too long.
LINE_BYTES: Final = 8_190
FIELD_BYTES: Final = 8_192
FIELDS: Final = 100
_TOO_MANY: Final = "Too many headers"  # as aiohttp begins to say it
_SAID: Final = {
    400: "this is no HTTP request",
    414: f"an address has less than {LINE_BYTES} bytes here",
    431: f"at most {FIELDS} header fields, each of at most {FIELD_BYTES} bytes",
}
_BROKEN: Final = "something broke here; it has been noted"


class Visit(web.RequestHandler):
    """One connection of aiohttp's server."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what could not be read as a request; the connection ends with it."""
        super().handle_error(request, status, exc, message)  # it logs, and raises if an answer is on its way
        told = _told(status, exc)
        answer = problem(told, _SAID.get(told, _BROKEN))
        answer.force_close()
        return answer


class VisitServer(web.Server):
    """aiohttp's server, whose connections are visits."""

    def __init__(self, site: Any, **kept: Any) -> None:  # noqa: ANN401 - as aiohttp's own
        limits = {"max_line_size": LINE_BYTES, "max_field_size": FIELD_BYTES, "max_headers": FIELDS}
        self._kept = {**limits, **kept}
        super().__init__(site, **self._kept)

    def __call__(self) -> Visit:
        """What answers on a connection that was just accepted."""
        return Visit(self, loop=asyncio.get_running_loop(), **self._kept)


def _told(status: int, exc: BaseException | None) -> int:
    if isinstance(exc, LineTooLong):
        return 414 if exc.args[1] == LINE_BYTES else 431
    return 431 if str(getattr(exc, "message", "")).startswith(_TOO_MANY) else status
