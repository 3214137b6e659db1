"""Pages for people: rendered here, small, readable without a script; no template holds a word of our own.

``page_routes`` gives every address that has one. A page that is not there is said so by a page; whatever
else is refused is refused as everywhere.
"""

from collections.abc import Sequence
from typing import Final

from aiohttp import web

from syndicate.errors import Crowded
from syndicate.web._asking import Asking
from syndicate.web._kept import KeptPages
from syndicate.web._listing import agency_pages, evidence, item_pages, slice_pages, story_pages, version_pages
from syndicate.web._operation import HTML, SUB, VER, Operation, Schema
from syndicate.web._pages._corrections import Corrections
from syndicate.web._pages._item import ItemPages
from syndicate.web._pages._log import Log
from syndicate.web._pages._lookup import FIELDS, PAGED, LookupPage
from syndicate.web._pages._paper import Paper
from syndicate.web._pages._search import SearchPage
from syndicate.web._pages._sources import SourcePages
from syndicate.web._pages._stories import Stories
from syndicate.web._pages._subscribe import Subscribe
from syndicate.web._pages._wire import Wire
from syndicate.web._pages._words import Words
from syndicate.web._route import Answer, Copies, Route, live
from syndicate.web._search import Searching
from syndicate.web._world import World
from syndicate.websub import FORM

__all__ = ["page_routes"]

_LANG: Final = "en"


def page_routes(world: World, searching: Searching, asking: Asking | None) -> Sequence[Route]:
    """All pages of one hub, kept together within their bytes."""
    paper, kept = Paper(Words(_LANG)), KeptPages(world)
    wire, items = Wire(world, paper, kept), ItemPages(world, paper, kept)
    stories = Stories(world, paper, kept)
    sources, corrections = SourcePages(world, paper, kept), Corrections(world, paper, kept)
    log, subscribe = Log(world, paper, kept), Subscribe(world, paper, kept)
    search = SearchPage(world, paper, searching)

    def page(
        path: str, answer: Answer, summary: str, *also: int, copies: Copies | None = None, **named: Schema
    ) -> Route:
        told = Operation(summary=summary, media_types=(HTML,), path=named, also=also, for_people=True)
        return Route(path, _patient(answer, paper, world), told, copies)

    return [
        page("/", wire.get, "What is new, for people. `before` goes on from an index."),
        page(
            "/wire",
            wire.choose,
            "The same; with a slice's parameters, the way to its page.",
            303,
            404,
            copies=live,
        ),
        page(
            "/wire/{slice}",
            wire.get,
            "What is new of a slice, for people.",
            404,
            copies=slice_pages(world),
            slice=_text("all", "vn"),
        ),
        page(
            "/stories",
            stories.get,
            "Each story once, for people. `before` goes on from an index.",
        ),
        page(
            "/stories/{slice}",
            stories.get,
            "Each story of a slice once, for people.",
            404,
            copies=story_pages(world),
            slice=_text("vn", "lang/vi"),
        ),
        page(
            "/item/{sub}/{version}/evidence.html",
            items.evidence,
            "One version with its proof, in a file that checks itself.",
            404,
            410,
            copies=evidence(world),
            sub=SUB,
            version=VER,
        ),
        page(
            "/item/{sub}/{version}",
            items.page,
            "One version of an item, for people; without a version, the one that stands.",
            404,
            410,
            copies=version_pages(world),
            sub=SUB,
            version=VER,
        ),
        page(
            "/item/{sub}",
            items.page,
            "An item, in the version that stands.",
            404,
            410,
            copies=item_pages(world),
            sub=SUB,
        ),
        page("/sources", sources.all, "Who is in the federation, for people."),
        page(
            "/sources/{agency}",
            sources.one,
            "One agency, for people.",
            404,
            copies=agency_pages(world),
            agency=_text("vn.vna"),
        ),
        *(() if asking is None else _asked(LookupPage(world, paper, kept, asking))),
        page("/search", search.get, "What stands in the items, for people.", copies=live),
        page("/corrections", corrections.get, "What was corrected or withdrawn, for people."),
        page("/log", log.get, "The public log, for people."),
        page("/subscribe", subscribe.get, "Every way in, with examples."),
    ]


def _asked(lookup: LookupPage) -> Sequence[Route]:
    """The form, and what is sent in it."""
    return [
        Route(
            "/lookup",
            lookup.get,
            Operation(
                summary="Did an official source say this? A form, for people.",
                media_types=(HTML,),
                for_people=True,
            ),
            live,
        ),
        Route(
            "/lookup",
            lookup.post,
            Operation(
                method="POST",
                summary="The answer to what was sent in the form, for people.",
                media_types=(HTML,),
                query={},
                takes=(FORM,),
                body=FIELDS,
                conditional=False,
                also=(408, 411, 413, 415),
                paged=PAGED,
            ),
            live,
        ),
    ]


def _patient(answer: Answer, paper: Paper, world: World) -> Answer:
    async def answered(request: web.BaseRequest, rest: str) -> web.StreamResponse:
        try:
            return await answer(request, rest)
        except Crowded:
            return paper.refuse(503, "missing.busy", world.registry())

    return answered


def _text(*examples: str) -> Schema:
    return {"type": "string", "minLength": 1, "examples": list(examples)}
