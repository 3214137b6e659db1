"""/v1/search and feeds of a query: what was found in the texts, as it stands now."""

import asyncio
import calendar
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final
from urllib.parse import urlencode

from aiohttp import hdrs, web

from syndicate.errors import Crowded
from syndicate.news import Content, Entry, Slice, paragraphs, rfc3339
from syndicate.ports import Found, Logged, Search, Turn
from syndicate.republish import SLICE_GRAMMAR, compose_search
from syndicate.text import CHARACTERS, Excerpt, Sought, Unfit, excerpt, mark, seek
from syndicate.web._answer import ASK_AGAIN, FEED_CACHE, NEVER, json_bytes, problem, ready, send_json
from syndicate.web._items import asked_slice, may_follow
from syndicate.web._kept import KeptPages, Made
from syndicate.web._operation import JSON, Operation, Schema
from syndicate.web._query import QueryError, page_of, read_query
from syndicate.web._readers import Readers
from syndicate.web._route import Route, live
from syndicate.web._shapes import named
from syndicate.web._take import Room, TooMuchError, refuse_length, take_body
from syndicate.web._world import World
from syndicate.wire import MEDIA_TYPES

PATH: Final = "/v1/search"
FORM: Final = "application/x-www-form-urlencoded"
FORMATS: Final = ("rss", "atom", "json")
_DAY: Final = r"20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_NARROWED: Final = {"q": r"[^\x00-\x1f\x7f]+", **SLICE_GRAMMAR}
QUERY: Final = {
    **_NARROWED,
    "since": _DAY,
    "until": _DAY,
    "limit": r"[1-9][0-9]?|100",
    "next": r"[0-9]{1,15}(?:\.[0-9]{1,15}){3}",
}
_NEEDED: Final = frozenset({"q"})
_MOST: Final = 100  # on a page
_GIVEN: Final = 10  # when the query names none
_IN_FEED: Final = 100
_BODY_BYTES: Final = 16_000
_OPEN: Final = 64  # searches that wait at a time
_OPEN_TO_ONE: Final = 16  # of these, from one network
_BUSY_SECONDS: Final = 2
EXCERPT: Final = 240  # characters
_PIECES: Final = 600  # of all texts of one answer that are looked through for them
_DAY_SECONDS: Final = 86_400
_NOBODY_KNOWS: Final = "neither the registry nor the log knows what the filter names"


class UnfitError(QueryError):
    """The query cannot be looked for; ``why`` is the stable code."""

    def __init__(self, why: Unfit) -> None:
        super().__init__(why.detail)
        self.why = why


class Searching:
    """Looks for things, one after the other; no more wait than ``_OPEN``, some of these for one network."""

    def __init__(self, world: World, readers: Readers) -> None:
        self._world = world
        self._readers = readers
        self._waiting: Counter[bytes] = Counter()

    async def find(self, asked: Search, request: web.BaseRequest) -> Found:
        """What matches, for whoever sent a request. Raises Crowded and StorageError."""
        async with self._place(self._readers.of(request)):
            return await self._world.storage.search(asked)

    @asynccontextmanager
    async def _place(self, network: bytes) -> AsyncIterator[None]:
        if self._waiting.total() >= _OPEN or self._waiting[network] >= _OPEN_TO_ONE:
            raise Crowded("so many search at this moment that one more has to come back")
        self._waiting[network] += 1
        try:
            yield
        finally:
            self._waiting[network] -= 1
            if not self._waiting[network]:
                del self._waiting[network]


class SearchAnswers:
    """Answers for the API and for feeds of a query."""

    def __init__(self, world: World, searching: Searching) -> None:
        self._world = world
        self._searching = searching
        self._room = Room(_OPEN, _OPEN * _BODY_BYTES)
        self._feeds = KeptPages(world)

    async def get(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """What matches the query in the address."""
        found = await self._answer(request.rel_url.raw_query_string, request)
        if isinstance(found, web.Response):
            return found
        return ready(json_bytes(found), JSON, cache=ASK_AGAIN).answer(request)

    async def post(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """What matches the query in the body, which stands in no address then."""
        if request.content_type != FORM:
            return problem(415, f"send the query as {FORM}")
        length = request.content_length
        if refusal := refuse_length(length, _BODY_BYTES, "there is no query in the body"):
            return refusal
        try:
            with self._room.place(length or 0):
                body = await take_body(request, length or 0, self._world.limits.submit_seconds)
        except TooMuchError:
            return _busy()
        if isinstance(body, web.Response):
            return body
        if not body.isascii():
            return problem(400, "the body is not a list of name=value")
        found = await self._answer(body.decode("ascii"), request)
        return found if isinstance(found, web.Response) else send_json(request, found, cache=NEVER)

    async def feed(self, request: web.BaseRequest, format_: str) -> web.Response:
        """The newest matches as a feed."""
        if format_ not in FORMATS:
            return problem(404, "there is no such feed; /subscribe tells of all there are")
        try:
            asked = read_query(request.rel_url.raw_query_string, _NARROWED)
            slice_, sought = asked_slice(asked), _sought(asked)
        except QueryError as exc:
            return _refused(exc)
        if not await may_follow(slice_, self._world):
            return problem(404, _NOBODY_KNOWS)
        make = partial(self._make_feed, request, asked["q"], slice_, sought, format_)
        made = await self._feeds.get(f"{format_}/{slice_.path}/{asked['q']}", make)
        return made.answer(request)

    async def _make_feed(
        self, request: web.BaseRequest, query: str, slice_: Slice, sought: Sought | None, format_: str
    ) -> Made:
        found = Found()
        if sought is not None:
            search = Search(sought=sought, slice=slice_, most=_IN_FEED, ranked=False)
            found = await self._searching.find(search, request)
        press, registry = self._world.press, self._world.registry()
        entries = [press.entry(logged) for logged in found.hits]
        narrowed = urlencode({"q": query}) + (f"&{slice_.query}" if slice_.query else "")
        feed = compose_search(
            query, narrowed, slice_, entries, registry, base_url=self._world.base_url, formats=FORMATS
        )
        body = await press.render(feed, format_)
        own = f'<{self._world.base_url}/feeds/search.{format_}?{narrowed}>; rel="self"'
        return Made(body=body, extra={hdrs.LINK: own}, media_type=MEDIA_TYPES[format_], cache=FEED_CACHE)

    async def _answer(self, query: str, request: web.BaseRequest) -> Mapping[str, object] | web.Response:
        try:
            asked = read_query(query, QUERY)
            slice_, sought = asked_slice(asked), _sought(asked)
            _, most = page_of({"limit": asked.get("limit", str(_GIVEN))}, _MOST)
            since, until = _days(asked)
        except QueryError as exc:
            return _refused(exc)
        if not await may_follow(slice_, self._world):
            return problem(404, _NOBODY_KNOWS)
        found = Found()
        if sought is not None:
            turn = read_turn(asked.get("next"))
            search = Search(sought=sought, slice=slice_, since=since, until=until, most=most, after=turn)
            found = await self._searching.find(search, request)
        return {
            "items": await asyncio.to_thread(self._told, found.hits, sought),
            "next": None if found.next is None else write_turn(found.next),
            "unindexed": await self._world.storage.unindexed(),
        }

    def _told(self, hits: Sequence[Logged], sought: Sought | None) -> list[Mapping[str, object]]:
        return [] if sought is None else [self._hit(logged, sought, len(hits)) for logged in hits]

    def _hit(self, logged: Logged, sought: Sought, hits: int) -> Mapping[str, object]:
        entry = self._world.press.entry(logged)
        base = self._world.base_url
        address = f"{base}/v1/items/{logged.sub}/{logged.ver}"
        return {
            "index": logged.index,
            "sub": logged.sub,
            "ver": logged.ver,
            "agency": logged.agency,
            "lang": entry.lang,
            "act": entry.act,
            "kind": entry.kind,
            "title": _runs(mark(entry.title, sought)),
            "excerpt": _runs(found_in(entry, sought, hits)),
            "published": entry.published,
            "updated": entry.updated,
            "logged_at": rfc3339(logged.sealed_at),
            "digest": logged.digest,
            "url": entry.url,
            "page_url": f"{base}/item/{logged.sub}",
            "token_url": f"{address}.jws",
            "proof_url": f"{address}.tlog-proof",
        }


def found_in(entry: Entry, sought: Sought, hits: int) -> Excerpt:
    """A piece of a version where most of what was looked for stands; of a withdrawn one, of its note.

    The more hits are shown, the less of each is looked through.
    """
    html = entry.html is not None
    body = Content(type="text/html" if html else "text/plain", body=entry.html if html else entry.text)
    said = [] if entry.summary is None else [entry.summary]
    return excerpt([*said, *paragraphs(body)], sought, EXCERPT, pieces_most=max(1, _PIECES // hits))


def read_turn(text: str | None) -> Turn | None:
    """Where a list goes on, from what an answer said; ``text`` is as the grammar has it."""
    return None if text is None else Turn(**dict(zip(_TURN, map(int, text.split(".")), strict=True)))


def write_turn(turn: Turn) -> str:
    """The same as text."""
    return f"{turn.top}.{turn.floor}.{turn.rank}.{turn.last}"


_TURN: Final = ("top", "floor", "rank", "last")


def _runs(made: Excerpt) -> list[Mapping[str, object]]:
    return [{"text": text, "match": match} for text, match in made.runs()]


def _sought(asked: Mapping[str, str]) -> Sought | None:
    """What is looked for; None where there is no letter and no digit: nothing matches that."""
    if "q" not in asked:
        raise QueryError("say what to look for: q")
    found = seek(asked["q"])
    if not isinstance(found, Unfit):
        return found
    if found is Unfit.EMPTY:
        return None
    raise UnfitError(found)


def _days(asked: Mapping[str, str]) -> tuple[float | None, float | None]:
    """The moments between which the days lie that are asked for (UTC), the last one included."""
    since, until = asked.get("since"), asked.get("until")
    return (None if since is None else _begin(since)), (
        None if until is None else _begin(until) + _DAY_SECONDS
    )


def _begin(day: str) -> float:
    year, month, number = map(int, day.split("-"))
    return float(calendar.timegm((year, month, number, 0, 0, 0)))  # the 31st of a short month is the next day


def _refused(exc: QueryError) -> web.Response:
    more = {"reason": exc.why} if isinstance(exc, UnfitError) else None
    return problem(400, str(exc), more=more)


def _busy() -> web.Response:
    return problem(503, "too many searches at a time; ask again in a moment", retry_after=_BUSY_SECONDS)


def _form_without(other: str) -> Schema:
    """A body as JSON Schema; an agency is one member's, so that one of the two is enough."""
    asked = {
        name: {"type": "string", "pattern": f"^(?:{each})$"} for name, each in QUERY.items() if name != other
    }
    query = {"q": {**asked["q"], "minLength": 1, "maxLength": CHARACTERS}}
    return {
        "type": "object",
        "required": sorted(_NEEDED),
        "additionalProperties": False,
        "properties": {**asked, **query},
    }


def search_routes(world: World, searching: Searching) -> Sequence[Route]:
    """The addresses for programs; feeds of a query stand before those of slices."""
    answers = SearchAnswers(world, searching)
    body: Schema = {"anyOf": [_form_without(name) for name in ("member", "agency")]}
    return (
        Route(
            PATH,
            answers.get,
            Operation(
                summary="Items in whose text something stands: the best of the newest first.",
                schema=named("Hits"),
                tag="items",
                query=QUERY,
                needs=_NEEDED,
                most=_MOST,
                also=(404,),
            ),
            live,
        ),
        Route(
            PATH,
            answers.post,
            Operation(
                method="POST",
                summary="The same, with the query in the body, so that it stands in no address.",
                schema=named("Hits"),
                tag="items",
                query={},
                takes=(FORM,),
                body=body,
                conditional=False,
                also=(404, 408, 411, 413, 415),
            ),
            live,
        ),
        Route(
            "/feeds/search.{format}",
            answers.feed,
            Operation(
                summary="The newest items in whose text something stands, as a feed.",
                media_types=tuple(MEDIA_TYPES[each] for each in FORMATS),
                tag="feeds",
                path={"format": {"enum": list(FORMATS)}},
                query=_NARROWED,
                needs=_NEEDED,
                also=(404,),
            ),
            live,
        ),
    )
