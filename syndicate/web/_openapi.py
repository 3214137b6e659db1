"""/openapi.json: the routes of this very site, as OpenAPI 3.1 describes them."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from aiohttp import web

from syndicate.text import CHARACTERS
from syndicate.web._answer import FEED_CACHE, Ready, json_bytes, squeezed
from syndicate.web._operation import HTML, JSON, Operation, Schema
from syndicate.web._route import Route
from syndicate.web._schemas import SCHEMAS
from syndicate.web._shapes import named
from syndicate.web._world import World

PATH: Final = "/openapi.json"
_VERSION: Final = "1"  # of the API: the one in /v1/
_ABOUT: Final = (
    "What the official information agencies of a federation signed, in the one order in which this hub "
    "received it. Whoever reads it can check every item without relying on the hub: with its agency's key "
    "and the public log. `GET /v1/items` is the way to follow everything; nothing needs an account. What is "
    "described here only grows: fields, parameters and formats are added, and an address that is to go is "
    "marked `deprecated` 24 months before. Every error is a problem document (RFC 9457), or a page."
)
_TAGS: Final = {
    "items": "The items, by cursor and one by one.",
    "feeds": "The items as feeds.",
    "log": "The public log (C2SP tlog-tiles).",
    "registry": "Who may speak, as the member states signed it.",
    "publish": "For the agencies.",
    "documents": "Pages and files about this hub.",
    "operations": "For whoever looks after a hub.",
}
_MEANINGS: Final = {
    200: "What was asked for.",
    202: "It was taken in; what becomes of it is told later.",
    303: "What is asked for stands at the address in `Location`.",
    304: "What the client has is the newest.",
    400: "The query or the body is not one that this address takes; `detail` says what is wrong with it.",
    401: "A request token has to be shown.",
    404: "There is no such document.",
    406: "None of the content codings that are here is accepted.",
    408: "The body did not come in time.",
    410: "It was here, and was taken back; `detail` says by what.",
    411: "The length of the body has to be said.",
    413: "The body is too long.",
    415: "The body is of a media type or content coding that is not taken.",
    429: "Too often; `Retry-After` says when it may be asked again.",
    500: "A failure of the hub.",
    503: "It cannot be answered right now; `Retry-After` says when to ask again.",
}
_PARAMETERS: Final = {
    "after": "The index behind which the page begins: `last` of the page before; -1 for the beginning.",
    "limit": "How many items at most.",
    "member": "Only what agencies of this member state signed.",
    "agency": "Only what this agency signed. Not together with `member`.",
    "lang": "Only items whose first version was in this language (RFC 5646).",
    "topic": "Only items on this IPTC Media Topic: eight digits.",
    "q": "What to look for: every word of it, in any order; what stands in quotes, in that order. Case, "
    "accents, the script of digits, and spaces where a script sets none make no difference.",
    "since": "Only what was shown on this day (UTC) or later.",
    "until": "Only what was shown on this day (UTC) or before.",
    "next": "Where an answer to the same question said that it goes on.",
    "urgency": "Only items that are so urgent (IPTC, 1 to 9; 1 is the most urgent) or more.",
    "kind": "Only items of this kind; `corrections`: those that were ever corrected, withheld or withdrawn.",
}
_BY_A_PAGE: Final = (404, 410, 503)
_AFTER_MOST: Final = 999_999_999_999_999


class OpenApi:
    """Answers for /openapi.json; made again when the registry changes, whose name stands in it."""

    def __init__(self, world: World, routes: Sequence[Route]) -> None:
        self._world = world
        self._routes = routes
        self._ready: Ready | None = None

    async def get(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """The description."""
        registry = self._world.registry().version
        if self._ready is None or self._ready.source != registry:
            body = json_bytes(self.document())
            self._ready = squeezed(body, JSON, cache=FEED_CACHE, source=registry)
        return self._ready.answer(request)

    def document(self) -> Mapping[str, object]:
        """The whole description."""
        registry = self._world.registry()
        paths: dict[str, dict[str, object]] = {}
        for route in self._routes:
            told = _operation(route.told, self._world.limits.page_items)
            paths.setdefault(route.path, {})[route.told.method.lower()] = told
        return {
            "openapi": "3.1.0",
            "info": {"title": registry.name, "version": _VERSION, "description": _ABOUT},
            "servers": [{"url": self._world.base_url}],
            "tags": [{"name": name, "description": says} for name, says in _TAGS.items()],
            "paths": paths,
            "components": {
                "schemas": SCHEMAS,
                "securitySchemes": {
                    "RequestToken": {
                        "type": "apiKey",
                        "in": "header",
                        "name": "Authorization",
                        "description": "`Syndicate` and a request token that the agency signed "
                        "(docs/protocol.md).",
                    }
                },
            },
        }


def _operation(told: Operation, page_items: int) -> Mapping[str, object]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": schema} for name, schema in told.path.items()
    ] + [
        {
            "name": name,
            "in": "query",
            "description": _PARAMETERS[name],
            **({"required": True} if name in told.needs else {}),
            "schema": _parameter(name, pattern, told.most or page_items),
        }
        for name, pattern in (told.query or {}).items()
    ]
    made: dict[str, object] = {"summary": told.summary, "tags": [told.tag]}
    if parameters:
        made["parameters"] = parameters
    if told.takes:
        content = {kind: {"schema": told.body} for kind in told.takes}
        made["requestBody"] = {"required": True, "content": content}
    if told.signed:
        made["security"] = [{"RequestToken": []}]
    made["responses"] = {str(status): _response(told, status) for status in told.statuses}
    return made


def _parameter(name: str, pattern: str, most: int) -> Schema:
    """What a parameter may be: numbers by their bounds, the rest by the pattern that reads it."""
    if name == "q":
        return {"type": "string", "minLength": 1, "maxLength": CHARACTERS, "pattern": f"^(?:{pattern})$"}
    bounds = {"after": (-1, _AFTER_MOST), "limit": (1, most)}
    if name in bounds:
        least, highest = bounds[name]
        return {"type": "integer", "minimum": least, "maximum": highest}
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


def _response(told: Operation, status: int) -> Mapping[str, object]:
    says: dict[str, object] = {"description": _MEANINGS[status]}
    if status == told.done:
        says["content"] = {kind: _content(told.schema) for kind in told.media_types}
        if told.conditional:
            says["headers"] = {"ETag": {"required": True, "schema": {"type": "string"}}}
    elif status >= HTTPStatus.BAD_REQUEST:
        problems = {"application/problem+json": {"schema": named("Problem")}}
        by_a_page = told.for_people and status in _BY_A_PAGE
        says["content"] = {HTML: {}} if by_a_page and status in told.also else problems
        # A page where the hub is busy, a problem where it fails.
        if status in told.paged or (by_a_page and status not in told.also):
            says["content"] = {HTML: {}, **problems}
    return says


def _content(schema: Schema | None) -> Mapping[str, object]:
    return {} if schema is None else {"schema": schema}
