"""The addresses, and the edge of every request: methods, failures, and nothing kept of who asked.

It stands on aiohttp's low-level server: an application's router, signals and middleware cost a tenth of a
warm feed's throughput, and a dozen addresses need none of them.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import hdrs, web

from syndicate.errors import SyndicateError
from syndicate.web._agency import PATH as AGENCY_STATUS
from syndicate.web._agency import AgencyStatus
from syndicate.web._answer import FEED_CACHE, options, problem, ready
from syndicate.web._feeds import Feeds
from syndicate.web._front import Front
from syndicate.web._gate import Gate, Readers
from syndicate.web._health import Watch
from syndicate.web._items import Items
from syndicate.web._log import LogFiles
from syndicate.web._outputs import ARCHIVE, OtherOutputs
from syndicate.web._registry import RegistryFiles
from syndicate.web._sources import Sources
from syndicate.web._submit import Submit
from syndicate.web._world import WebLimits, World

# What answers a request; the text is what its address says behind the fixed part, "" where nothing may.
Answer = Callable[[web.BaseRequest, str], Awaitable[web.StreamResponse]]
Site = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

_log = logging.getLogger("syndicate.web")
_RETRY_SECONDS: Final = 10
_ROBOTS: Final = b"User-agent: *\nAllow: /\nDisallow: /v1/\nDisallow: /metrics\n"
_FEEDS: Final = "/feeds/"
_REGISTRY: Final = "/registry/"
_VERSIONS: Final = "/v1/items/"
_LOG: Final = "/log/"


class Edge:
    """One kind of address: looks at the method, and makes an answer of every failure."""

    def __init__(self, name: str, answers: Mapping[str, Answer]) -> None:
        self._name = name
        self._answers = dict(answers)
        if hdrs.METH_GET in answers:
            self._answers[hdrs.METH_HEAD] = answers[hdrs.METH_GET]
        self._allow = ", ".join(sorted([*self._answers, hdrs.METH_OPTIONS]))

    async def answer(self, request: web.BaseRequest, rest: str) -> web.StreamResponse:
        """The answer to one request; nothing is raised but cancellation."""
        chosen = self._answers.get(request.method)
        if chosen is None:
            return self._without(request.method)
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


def make_site(world: World) -> Site:
    """The hub's pages, feeds and API, to be put on a socket by ``serve``."""
    watch, items = Watch(world), Items(world)
    feeds = Edge("a feed", {"GET": Feeds(world).get})
    registry = RegistryFiles(world)
    files = Edge("a file of the registry", {"GET": registry.get})
    log_files = LogFiles(world)
    log = Edge("a file of the log", {"GET": log_files.get})
    other = OtherOutputs(world)
    archives = Edge("an archive", {"GET": other.archive})
    versions = {
        "cap": Edge("an alert in CAP", {"GET": other.cap}),
        "jws": Edge("a token", {"GET": items.token}),
        "ninjs": Edge("a version in ninjs", {"GET": other.ninjs}),
        "tlog-proof": Edge("a proof", {"GET": log_files.proof}),
    }
    nothing = Edge("nothing", {"GET": _nothing})
    exact = {
        path: Edge(path, answers)
        for path, answers in {
            "/": {"GET": Front(world).get},
            "/feeds.opml": {"GET": other.opml},
            "/health": {"GET": watch.health},
            "/icon.png": {"GET": other.icon},
            "/metrics": {"GET": watch.metrics},
            "/robots.txt": {"GET": _robots},
            "/sitemap-news.xml": {"GET": other.sitemap},
            AGENCY_STATUS: {"GET": AgencyStatus(world).get},
            "/v1/items": {"GET": items.page},
            "/v1/keys.json": {"GET": registry.keys},
            "/v1/sources": {"GET": Sources(world).get},
        }.items()
    }
    if world.submission is not None:
        exact["/v1/submit"] = Edge("/v1/submit", {"POST": Submit(world, world.submission).post})

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith(_FEEDS) and ARCHIVE in path:
            return await archives.answer(request, path[len(_FEEDS) :])
        if path.startswith(_FEEDS):
            return await feeds.answer(request, path[len(_FEEDS) :])
        if path.startswith(_VERSIONS):
            name, _, ending = path[len(_VERSIONS) :].rpartition(".")
            return await versions.get(ending, nothing).answer(request, name)
        if path.startswith(_LOG):
            return await log.answer(request, path[len(_LOG) :])
        if path.startswith(_REGISTRY):
            return await files.answer(request, path[len(_REGISTRY) :])
        return await exact.get(path, nothing).answer(request, "")

    return _counted(answer, world.limits)


def _counted(answer: Site, limits: WebLimits) -> Site:
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


async def _nothing(_request: web.BaseRequest, _rest: str) -> web.Response:
    return problem(404, "there is nothing at this address")


async def _robots(request: web.BaseRequest, _rest: str) -> web.Response:
    return ready(_ROBOTS, "text/plain; charset=utf-8", cache=FEED_CACHE).answer(request)
