"""POST /v1/lookup: did an official source say this? The question is the body, and stands nowhere else."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from syndicate.journey import Answer, Later, Run, Verdict
from syndicate.news import rfc3339
from syndicate.ports import Logged
from syndicate.web._answer import NEVER, send_json
from syndicate.web._asking import Asking, Form
from syndicate.web._items import Items
from syndicate.web._operation import Schema
from syndicate.web._services import services_of
from syndicate.web._world import World

PATH: Final = "/v1/lookup"
TEXT: Final = "text/plain"
QUESTION: Final[Schema] = {
    "type": "string",
    "description": "A passage, a headline, an address, or a passage and the address where it stood; UTF-8.",
    "minLength": 1,
    "examples": ["The storm reached the coast in the early morning with winds of 120 kilometres an hour."],
}
_SAME_PATH: Final = "A similar official item was published; it has this address on another host."
_SAYS: Final = {
    Verdict.PUBLISHED: "Published by the agency in `item`. Nothing is said here of whether it is right.",
    Verdict.AMENDED: "Published by the agency in `item`, and later corrected, withheld or withdrawn.",
    Verdict.SIMILAR: "A similar official item was published; `differences` shows where it is another.",
    Verdict.NOT_FOUND: "No official item found; this does not mean that it is false.",
}
_AS_TEXT: Final = Form(media_type=TEXT, times=1, read=lambda body: body.decode())


class Lookups:
    """Answers for programs."""

    def __init__(self, world: World, asking: Asking) -> None:
        self._world = world
        self._asking = asking
        self._items = Items(world)

    async def post(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """The answer to the question that is the body."""
        answer = await self._asking.answer(request, _AS_TEXT)
        if isinstance(answer, web.Response):
            return answer
        return send_json(request, self._told(answer), cache=NEVER)

    def _told(self, answer: Answer) -> Mapping[str, object]:
        return {
            "answer": answer.verdict,
            "says": _says(answer),
            "by": answer.by,
            "item": None if answer.found is None else self._item(answer, answer.found),
            "later": [_later(each) for each in answer.later],
            "stands": None if answer.stands is None else self._address(answer.stands),
            "differences": [_run(each) for each in answer.runs],
            "other_host": answer.other_host,
            "others": answer.others,
            "others_at_least": answer.at_least,
            "short": answer.short,
            "behind": answer.behind,
            "passages_since": None if answer.since is None else rfc3339(answer.since),
            "services": services_of(answer, self._world.registry()),
        }

    def _item(self, answer: Answer, found: Logged) -> Mapping[str, object]:
        told: dict[str, Any] = {
            name: value for name, value in self._items.told(found).items() if name != "token"
        }
        item = answer.item
        agency = self._world.registry().agencies.get(found.agency)
        told["agency_name"] = found.agency if agency is None else agency.name()
        if item is not None:
            told |= {"act": item.act, "title": item.title, "lang": item.lang, "url": item.url}
            told |= {"published": item.published, "page_url": self._address(found)}
        return told

    def _address(self, logged: Logged) -> str:
        return f"{self._world.base_url}/item/{logged.sub}/{logged.ver}"


def _says(answer: Answer) -> str:
    alone = answer.verdict is Verdict.SIMILAR and not answer.runs
    return _SAME_PATH if alone else _SAYS[answer.verdict]


def _later(later: Later) -> Mapping[str, object]:
    return {"ver": later.ver, "act": later.act, "received_at": rfc3339(later.at), "note": later.note}


def _run(run: Run) -> Mapping[str, object]:
    return {"what": run.did, "asked": run.asked, "official": run.said, "number": run.figure}
