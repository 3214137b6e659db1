"""/search: one field, and what was found as it stands now."""

import asyncio
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from markupsafe import Markup

from syndicate.news import Slice
from syndicate.ports import Found, Logged, Search
from syndicate.republish import SLICE_GRAMMAR, slice_of
from syndicate.text import CHARACTERS, Excerpt, Sought, Unfit, mark, seek
from syndicate.web._answer import ASK_AGAIN, Ready, squeezed
from syndicate.web._operation import HTML
from syndicate.web._pages._filter import fields_of
from syndicate.web._pages._paper import Paper
from syndicate.web._pages._query import pairs_of
from syndicate.web._pages._rows import row_of
from syndicate.web._search import FORMATS, QUERY, Searching, found_in, read_turn, write_turn
from syndicate.web._world import World

_ROWS: Final = 10
_MARK: Final = Markup("<mark>{}</mark>")
_NEXT: Final = re.compile(QUERY["next"], re.ASCII)
_SAID: Final = {
    Unfit.EMPTY: "search.empty",
    Unfit.TOO_LONG: "search.too_long",
    Unfit.TOO_MANY: "search.too_many",
}


class SearchPage:
    """Answers for the page that looks for something."""

    def __init__(self, world: World, paper: Paper, searching: Searching) -> None:
        self._world = world
        self._paper = paper
        self._searching = searching

    async def get(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """The empty form, or what was found. What is odd in the address is left out, as links get about."""
        said = dict(pairs_of(request))
        query = said.get("q", "")
        narrowed = {
            name: said[name]
            for name in SLICE_GRAMMAR
            if re.fullmatch(SLICE_GRAMMAR[name], said.get(name, "")) is not None
        }
        if "agency" in narrowed:
            narrowed.pop("member", None)
        slice_, sought = slice_of(narrowed), seek(query)
        found = Found()
        if isinstance(sought, Sought):
            turn = said.get("next", "")
            search = Search(
                sought=sought,
                slice=slice_,
                most=_ROWS,
                after=read_turn(turn) if _NEXT.fullmatch(turn) else None,
            )
            found = await self._searching.find(search, request)
        page = await asyncio.to_thread(self._page, query, slice_, sought, found)
        return page.answer(request)

    def _page(self, query: str, slice_: Slice, sought: Sought | Unfit, found: Found) -> Ready:
        body = self._print(query, slice_, sought, found)
        return squeezed(body, HTML, cache=ASK_AGAIN, extra=self._paper.headers(form=True))

    def _print(self, query: str, slice_: Slice, sought: Sought | Unfit, found: Found) -> bytes:
        registry = self._world.registry()
        asked = urlencode({"q": query}) + (f"&{slice_.query}" if slice_.query else "")
        hits = [] if isinstance(sought, Unfit) else found.hits
        rows = [self._row(each, sought, len(hits)) for each in hits if isinstance(sought, Sought)]
        return self._paper.print(
            "search.html",
            registry,
            "search",
            query=query if len(query) <= CHARACTERS else "",
            most=CHARACTERS,
            why=_SAID[sought] if query and isinstance(sought, Unfit) else None,
            asked=isinstance(sought, Sought),
            rows=rows,
            fields=fields_of(slice_, registry, self._paper.words),
            narrowed=slice_ != Slice(),
            feeds=[(format_, f"/feeds/search.{format_}?{asked}") for format_ in FORMATS],
            next=None if found.next is None else f"/search?{asked}&next={write_turn(found.next)}",
        )

    def _row(self, logged: Logged, sought: Sought, hits: int) -> Mapping[str, object]:
        registry = self._world.registry()
        row = row_of(logged, registry, self._world.storage.log.proven)
        entry = self._world.press.entry(logged)
        return {
            **row,
            "marked": _marked(mark(str(row["title"]), sought)),
            "excerpt": _marked(found_in(entry, sought, hits)),
        }


def _marked(made: Excerpt) -> Markup:
    return Markup().join(_MARK.format(text) if match else text for text, match in made.runs())
