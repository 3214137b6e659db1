"""One kind of address: how it is written, what answers it, and what is told of it; and the way to it."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import hdrs, web

from syndicate.errors import SyndicateError
from syndicate.web._answer import options, problem
from syndicate.web._operation import Operation

# What answers a request; the text is what its address says behind the fixed part, "" where nothing may.
Answer = Callable[[web.BaseRequest, str], Awaitable[web.StreamResponse]]
Site = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

_log = logging.getLogger("syndicate.web")
_RETRY_SECONDS: Final = 10
_NO_QUERY: Final = "there are no parameters here"


@dataclass(frozen=True, slots=True)
class Route:
    """``path`` is as OpenAPI writes it: "/feeds/{slice}.{format}".

    What stands from the first brace to the last goes to ``answer``, so an address has one variable part, and
    the first route that fits has it.
    """

    path: str
    answer: Answer
    told: Operation

    @property
    def fixed(self) -> tuple[str, str]:
        """What an address of this kind begins and ends with."""
        return self.path.partition("{")[0], self.path.rpartition("}")[2]


class Edge:
    """One kind of address: looks at the method, and makes an answer of every failure.

    With ``bare`` a query is refused: there is nothing that it could mean.
    """

    def __init__(self, name: str, answers: Mapping[str, Answer], *, bare: bool = False) -> None:
        self._name = name
        self._bare = bare
        self._answers = dict(answers)
        if hdrs.METH_GET in answers:
            self._answers[hdrs.METH_HEAD] = answers[hdrs.METH_GET]
        self._allow = ", ".join(sorted([*self._answers, hdrs.METH_OPTIONS]))

    async def answer(self, request: web.BaseRequest, rest: str) -> web.StreamResponse:
        """The answer to one request; nothing is raised but cancellation."""
        chosen = self._answers.get(request.method)
        if chosen is None:
            return self._without(request.method)
        if self._bare and request.rel_url.raw_query_string:
            return problem(400, _NO_QUERY)
        try:
            return await chosen(request, rest)
        except SyndicateError as exc:
            _log.error("cannot answer %s: %s", self._name, exc)
            return problem(503, "this cannot be answered right now", retry_after=_RETRY_SECONDS)
        except Exception:  # noqa: BLE001 - the edge of a request: a bug stops nobody else
            # Logged is the kind of address and no more: neither who asked nor what for (S13).
            _log.exception("a bug while answering %s", self._name)
            return problem(500, "something broke here; it has been noted")

    def _without(self, method: str) -> web.Response:
        if method == hdrs.METH_OPTIONS:
            return options(self._allow)
        return problem(405, f"this address takes {self._allow}", allow=self._allow)


def dispatch(routes: Sequence[Route]) -> Site:
    """The site of these routes.

    It costs a request two look-ups: of its whole path, then of the first part of it.
    """
    nothing = Edge("nothing", {hdrs.METH_GET: _nothing})
    exact: dict[str, Edge] = {}
    below: dict[str, list[tuple[str, str, Edge]]] = {}
    for route in routes:
        edge = Edge(route.path, {route.told.method: route.answer}, bare=route.told.query == {})
        if "{" in route.path:
            start, end = route.fixed
            below.setdefault(_first_part(start), []).append((start, end, edge))
        else:
            exact[route.path] = edge

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        edge = exact.get(path)
        if edge is not None:
            return await edge.answer(request, "")
        for start, end, edge in below.get(_first_part(path), ()):
            if path.startswith(start) and path.endswith(end):
                return await edge.answer(request, path[len(start) : len(path) - len(end)])
        return await nothing.answer(request, "")

    return answer


def _first_part(path: str) -> str:
    return path[: path.find("/", 1) + 1]


async def _nothing(_request: web.BaseRequest, _rest: str) -> web.Response:
    return problem(404, "there is nothing at this address")
