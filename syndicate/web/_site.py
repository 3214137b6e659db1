"""The addresses, each with what answers it and what is told of it.

It stands on aiohttp's low-level server: an application's router, signals and middleware cost a tenth of a
warm feed's throughput, and some dozens of addresses need none of them.
"""

from collections.abc import Sequence
from typing import Final

from syndicate.web._agency import PATH as AGENCY_STATUS
from syndicate.web._agency import AgencyStatus
from syndicate.web._asking import Asking
from syndicate.web._checked_with import routes_to_check_with
from syndicate.web._deliveries import PATH as DELIVERIES
from syndicate.web._deliveries import QUERY as DELIVERIES_QUERY
from syndicate.web._deliveries import Deliveries
from syndicate.web._feeds import FORMATS, Feeds
from syndicate.web._gate import CountedSite
from syndicate.web._health import Watch
from syndicate.web._items import QUERY as ITEMS_QUERY
from syndicate.web._items import Items
from syndicate.web._listing import feeds
from syndicate.web._log import CHECKPOINT, LogFiles
from syndicate.web._lookup import PATH as LOOKUP
from syndicate.web._lookup import QUESTION, Lookups
from syndicate.web._lookup import TEXT as PLAIN
from syndicate.web._metrics import CONTENT_TYPE as METRICS
from syndicate.web._openapi import PATH as OPENAPI
from syndicate.web._openapi import OpenApi
from syndicate.web._operation import SUB, TEXT, VERSION, Operation, Schema
from syndicate.web._outputs import other_routes
from syndicate.web._pages import page_routes
from syndicate.web._readers import Readers
from syndicate.web._registry import RegistryFiles
from syndicate.web._relations import PATH as RELATIONS
from syndicate.web._relations import ItemRelations
from syndicate.web._route import Route, dispatch, live
from syndicate.web._search import Searching, search_routes
from syndicate.web._shapes import named
from syndicate.web._sources import Sources
from syndicate.web._stream import QUERY as STREAM_QUERY
from syndicate.web._stream import Stream
from syndicate.web._submit import SUBMISSION, Submit
from syndicate.web._websub import PATH as WEBSUB
from syndicate.web._websub import WebSub, form_of
from syndicate.web._wellknown import SECURITY, TRUST, WellKnown
from syndicate.web._world import World
from syndicate.websub import FORM
from syndicate.wire import MEDIA_TYPES

_SLICE: Final[Schema] = {
    "type": "string",
    "minLength": 1,
    "description": "The slice's name; slashes stay as they are. /subscribe lists what the registry names.",
    "examples": ["all", "vn", "lang/vi", "agency/vn.vna"],
}


def make_site(world: World) -> CountedSite:
    """The hub's pages, feeds and API, to be put on a socket by ``serve``."""
    readers = Readers(world.limits.proxies)
    stream = Stream(world, readers)
    return CountedSite(dispatch(routes_of(world, stream)), readers, world.limits, stream.end)


def routes_of(world: World, stream: Stream) -> Sequence[Route]:
    """Every address that this site has. A new one is a ``Route`` below: path, answer, what is told of it.

    A static copy is made in this order: what others point to stands before them, and the checkpoint last.
    """
    items, log, registry = Items(world), LogFiles(world), RegistryFiles(world)
    asking = None if world.lookup is None else Asking(world, world.lookup, Readers(world.limits.proxies))
    searching = Searching(world, Readers(world.limits.proxies))
    routes: list[Route] = []
    known, openapi = WellKnown(world, routes), OpenApi(world, routes)  # they tell of all of them
    routes += [
        *other_routes(world, _SLICE, VERSION),
        *search_routes(world, searching),
        *routes_to_check_with(world, items, log, registry),
        *_relations(world),
        *_feeds(world),
        *page_routes(world, searching, asking),
        *_interface(items, stream),
        *_asked(world, asking),
        *_condition(world, registry),
        *_small_files(known),
        *_deliveries(world),
        Route(OPENAPI, openapi.get, Operation(summary="This description (OpenAPI 3.1).")),
        Route(
            CHECKPOINT,
            log.checkpoint,
            Operation(
                summary="The newest checkpoint of which every leaf is shown.", media_types=(TEXT,), tag="log"
            ),
        ),
        *_taken(world),
    ]
    return routes


def _relations(world: World) -> Sequence[Route]:
    """How items stand to each other."""
    return [
        Route(
            RELATIONS,
            ItemRelations(world).get,
            Operation(
                summary="How an item stands to others: its story, its relations, and the evidence for each.",
                schema=named("Relations"),
                tag="items",
                path={"sub": SUB},
                query={},
                also=(404,),
            ),
            live,
        ),
    ]


def _feeds(world: World) -> Sequence[Route]:
    """The slices."""
    return [
        Route(
            "/feeds/{slice}.{format}",
            Feeds(world).get,
            Operation(
                summary="A slice of the items as a feed.",
                media_types=tuple(MEDIA_TYPES[each] for each in FORMATS),
                tag="feeds",
                path={"slice": _SLICE, "format": {"enum": list(FORMATS)}},
                also=(404,),
            ),
            feeds(world),
        ),
    ]


def _interface(items: Items, stream: Stream) -> Sequence[Route]:
    """The one order, for programs."""
    return [
        Route(
            "/v1/items",
            items.page,
            Operation(
                summary="The items behind an index, in order; each page says where the next one begins.",
                schema=named("Page"),
                tag="items",
                query=ITEMS_QUERY,
                also=(404,),
            ),
            live,
        ),
        Route(
            "/v1/stream",
            stream.get,
            Operation(
                summary="The same as server-sent events, as they come; Last-Event-ID goes on where one was.",
                media_types=("text/event-stream",),
                tag="items",
                query=STREAM_QUERY,
                conditional=False,
                also=(404,),
            ),
            live,
        ),
    ]


def _asked(world: World, asking: Asking | None) -> Sequence[Route]:
    """What may be asked here, where anything may."""
    if asking is None:
        return ()
    return [
        Route(
            LOOKUP,
            Lookups(world, asking).post,
            Operation(
                method="POST",
                summary="Did an official source say this? The question is the body, and is kept nowhere.",
                schema=named("Answer"),
                tag="items",
                query={},
                takes=(PLAIN,),
                body=QUESTION,
                conditional=False,
                also=(408, 411, 413, 415),
            ),
            live,
        ),
    ]


def _condition(world: World, registry: RegistryFiles) -> Sequence[Route]:
    """Who may speak, and how they and the hub are doing."""
    watch = Watch(world)
    return [
        Route(
            "/v1/keys.json",
            registry.keys,
            Operation(
                summary="Agencies and their keys, for a quick look; nobody signed this list.",
                schema=named("Keys"),
                tag="registry",
                query={},
            ),
        ),
        Route(
            "/v1/sources",
            Sources(world).get,
            Operation(
                summary="Who is in the federation, who owns it, and how its feeds are doing.",
                schema=named("Sources"),
                query={},
            ),
            live,
        ),
        Route(
            AGENCY_STATUS,
            AgencyStatus(world).get,
            Operation(
                summary="What this hub sees of the agency that asks.",
                schema=named("AgencyStatus"),
                tag="publish",
                query={},
                conditional=False,
                also=(401,),
                signed=True,
            ),
            live,
        ),
        Route(
            "/health",
            watch.health,
            Operation(
                summary="Whether every part is at work.",
                schema=named("Health"),
                tag="operations",
                conditional=False,
            ),
            live,
        ),
        Route(
            "/metrics",
            watch.metrics,
            Operation(summary="Figures for Prometheus.", media_types=(METRICS,), tag="operations"),
            live,
        ),
    ]


def _small_files(known: WellKnown) -> Sequence[Route]:
    """What programs look for at addresses that are the same everywhere."""
    return [
        Route(
            "/robots.txt",
            known.robots,
            Operation(summary="Where crawlers need not go, and where the sitemaps are.", media_types=(TEXT,)),
        ),
        Route(
            SECURITY,
            known.security,
            Operation(summary="Whom to tell of a weakness (RFC 9116).", media_types=(TEXT,), also=(404,)),
        ),
        *(
            Route(
                path,
                known.trust,
                Operation(summary="Whose sites belong together (trust.txt).", media_types=(TEXT,)),
            )
            for path in TRUST
        ),
    ]


def _deliveries(world: World) -> Sequence[Route]:
    """What everybody may know of push."""
    return [
        Route(
            DELIVERIES,
            Deliveries(world).get,
            Operation(
                summary="When subscribers were told of corrections, withdrawals and alerts; no word on whom.",
                schema=named("Deliveries"),
                tag="items",
                query=DELIVERIES_QUERY,
            ),
            live,
        ),
    ]


def _taken(world: World) -> Sequence[Route]:
    """What may be sent here, where anything may."""
    found: list[Route] = []
    if world.submission is not None:
        found.append(
            Route(
                "/v1/submit",
                Submit(world, world.submission).post,
                Operation(
                    method="POST",
                    summary="Tokens pushed instead of polled, one a line. A token proves itself: no account.",
                    schema=named("Outcomes"),
                    tag="publish",
                    query={},
                    takes=("text/plain", "application/jose"),
                    body=SUBMISSION,
                    conditional=False,
                    also=(408, 411, 413, 415),
                ),
                live,
            )
        )
    if world.websub is not None:
        found.append(
            Route(
                WEBSUB,
                WebSub(world.websub, Readers(world.limits.proxies)).post,
                Operation(
                    method="POST",
                    summary="Subscribe to a feed by WebSub, or end that; the callback is asked afterwards.",
                    done=202,
                    schema=named("Taken"),
                    tag="feeds",
                    takes=(FORM,),
                    body=form_of(world.base_url),
                    conditional=False,
                    also=(400, 404, 408, 411, 413, 415),
                ),
                live,
            )
        )
    return found
