"""The addresses, and the edge of every request: methods, failures, and nothing kept of who asked."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import hdrs, web

from syndicate.errors import SyndicateError
from syndicate.web._answer import FEED_CACHE, options, problem, ready
from syndicate.web._feeds import Feeds
from syndicate.web._front import Front
from syndicate.web._health import Watch
from syndicate.web._items import Items
from syndicate.web._sources import Sources
from syndicate.web._submit import Submit
from syndicate.web._world import World

Answer = Callable[[web.Request], Awaitable[web.Response]]

_log = logging.getLogger("syndicate.web")
_RETRY_SECONDS: Final = 10
_ROBOTS: Final = b"User-agent: *\nAllow: /\nDisallow: /v1/\nDisallow: /metrics\n"


def make_site(world: World) -> web.Application:
    """The hub's pages and API as an aiohttp application."""
    watch, items = Watch(world), Items(world)
    site = web.Application()
    addresses: Mapping[str, Mapping[str, Answer]] = {
        r"/feeds/{name:[A-Za-z0-9./-]{1,100}}": {"GET": Feeds(world).get},
        "/v1/items": {"GET": items.page},
        r"/v1/items/{sub:[a-z0-9.:-]{1,100}}/{ver:[0-9]{1,16}}.jws": {"GET": items.token},
        "/v1/sources": {"GET": Sources(world).get},
        "/v1/submit": {"POST": Submit(world).post},
        "/health": {"GET": watch.health},
        "/metrics": {"GET": watch.metrics},
        "/robots.txt": {"GET": _robots},
        "/": {"GET": Front(world).get},
        "/{nothing:.*}": {"GET": _nothing},
    }
    for path, answers in addresses.items():
        site.router.add_route("*", path, _edge(answers))
    return site


def _edge(answers: Mapping[str, Answer]) -> Answer:
    """The one place where a request's method is looked at and a failure becomes an answer."""
    by_method = dict(answers)
    if hdrs.METH_GET in by_method:
        by_method[hdrs.METH_HEAD] = by_method[hdrs.METH_GET]
    allow = ", ".join(sorted([*by_method, hdrs.METH_OPTIONS]))

    async def answer(request: web.Request) -> web.Response:
        chosen = by_method.get(request.method)
        if chosen is None:
            return options(allow) if request.method == hdrs.METH_OPTIONS else _refuse_method(allow)
        try:
            return await chosen(request)
        except SyndicateError as exc:
            _log.error("cannot answer %s: %s", request.match_info.route.resource, exc)
            return problem(503, "this cannot be answered right now", retry_after=_RETRY_SECONDS)
        except Exception:  # noqa: BLE001 - the edge of a request: a bug is logged and told, the next one served
            # The pattern of the address and no more: neither who asked nor what for (S13).
            _log.exception("a bug while answering %s", request.match_info.route.resource)
            return problem(500, "something broke here; it has been noted")

    return answer


def _refuse_method(allow: str) -> web.Response:
    return problem(405, f"this address takes {allow}", allow=allow)


async def _nothing(_: web.Request) -> web.Response:
    return problem(404, "there is nothing at this address")


async def _robots(request: web.Request) -> web.Response:
    return ready(_ROBOTS, "text/plain; charset=utf-8", cache=FEED_CACHE).answer(request)
