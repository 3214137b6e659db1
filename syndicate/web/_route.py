"""One kind of address: how it is written, what answers it, and what is told of it; and the way to it."""

import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import hdrs, web

from syndicate.errors import Crowded, SyndicateError
from syndicate.news import ItemId
from syndicate.web._answer import options, problem
from syndicate.web._operation import HTML, Operation

# What answers a request; the text is what its address says behind the fixed part, "" where nothing may.
Answer = Callable[[web.BaseRequest, str], Awaitable[web.StreamResponse]]
Site = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

Copies = Callable[[], AsyncIterator["Listed"]]
"""The addresses of one kind that a static copy of the site has, now."""

_log = logging.getLogger("syndicate.web")
_RETRY_SECONDS: Final = 10
_PAGE: Final = ".html"  # an address that has the ending already
_CROWDED_SECONDS: Final = 5
_NO_QUERY: Final = "there are no parameters here"


@dataclass(frozen=True, slots=True)
class Listed:
    """An address that a static copy has, and what is known of how its document changes."""

    path: str
    # Once this index of the log is proven, only another registry or another setting changes the document.
    # None: it has to be looked at each time; -1: it never changes with the log.
    settles: int | None = None
    final: bool = False  # once settled, not even those change it
    about: ItemId | None = None  # what is said later of this item, or in it, changes the document as well
    page: bool = False  # an HTML page, whose file has an ending that its address lacks


async def live() -> AsyncIterator[Listed]:
    """No copy: what the address says holds for the moment, or for the one who asks."""
    nowhere: tuple[Listed, ...] = ()
    for each in nowhere:
        yield each


@dataclass(frozen=True, slots=True)
class Route:
    """``path`` is as OpenAPI writes it: "/feeds/{slice}.{format}".

    What stands from the first brace to the last goes to ``answer``, so an address has one variable part, and
    the first route that fits has it. ``copies`` lists the addresses that a static copy has (``live``: none);
    left out, that is ``path`` itself.
    """

    path: str
    answer: Answer
    told: Operation
    copies: Copies | None = None

    async def listed(self) -> AsyncIterator[Listed]:
        """The addresses of this kind that a static copy has."""
        page = self.told.media_types == (HTML,) and not self.path.endswith(_PAGE)
        if self.copies is None:
            yield Listed(self.path, page=page)
            return
        async for each in self.copies():
            yield replace(each, page=True) if page else each

    @property
    def fixed(self) -> tuple[str, str]:
        """What an address of this kind begins and ends with."""
        return self.path.partition("{")[0], self.path.rpartition("}")[2]

    @property
    def within(self) -> str:
        """The longest of what stands between its variables."""
        between = self.path.partition("}")[2].rpartition("{")[0]
        return max(re.split(r"\{[^}]*\}", between), key=len)


class Edge:
    """One kind of address: looks at the method, and makes an answer of every failure.

    A method among ``bare`` refuses a query: there is nothing that it could mean.
    """

    def __init__(self, name: str, answers: Mapping[str, Answer], *, bare: Collection[str] = ()) -> None:
        self._name = name
        self._bare = frozenset(bare)
        self._answers = dict(answers)
        if hdrs.METH_GET in answers:
            self._answers[hdrs.METH_HEAD] = answers[hdrs.METH_GET]
            if hdrs.METH_GET in bare:
                self._bare |= {hdrs.METH_HEAD}
        self._allow = ", ".join(sorted([*self._answers, hdrs.METH_OPTIONS]))

    async def answer(self, request: web.BaseRequest, rest: str) -> web.StreamResponse:
        """The answer to one request; nothing is raised but cancellation."""
        chosen = self._answers.get(request.method)
        if chosen is None:
            return self._without(request.method)
        if request.method in self._bare and request.rel_url.raw_query_string:
            return problem(400, _NO_QUERY)
        try:
            return await chosen(request, rest)
        except Crowded as exc:
            return problem(503, str(exc), retry_after=_CROWDED_SECONDS)
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

    It costs a request two look-ups: of its whole path, then of the first part of it. Routes with one path
    make one address, which takes the methods of all of them.
    """
    nothing = Edge("nothing", {hdrs.METH_GET: _nothing})
    exact: dict[str, Edge] = {}
    below: dict[str, list[tuple[str, str, str, Edge]]] = {}
    together: dict[str, list[Route]] = {}
    for route in routes:
        together.setdefault(route.path, []).append(route)
    for path, here in together.items():
        answers = {route.told.method: route.answer for route in here}
        edge = Edge(path, answers, bare=[route.told.method for route in here if route.told.query == {}])
        if "{" in path:
            start, end = here[0].fixed
            below.setdefault(_first_part(start), []).append((start, here[0].within, end, edge))
        else:
            exact[path] = edge

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        edge = exact.get(path)
        if edge is not None:
            return await edge.answer(request, "")
        for start, within, end, edge in below.get(_first_part(path), ()):
            if path.startswith(start) and path.endswith(end) and within in path:
                return await edge.answer(request, path[len(start) : len(path) - len(end)])
        return await nothing.answer(request, "")

    return answer


def _first_part(path: str) -> str:
    return path[: path.find("/", 1) + 1]


async def _nothing(_request: web.BaseRequest, _rest: str) -> web.Response:
    return problem(404, "there is nothing at this address")
