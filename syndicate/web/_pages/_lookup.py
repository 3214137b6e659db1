"""/lookup: did an official source say this? A form, and below it the answer to what was sent in it.

The text goes from the form into the body of a request and back into this one page: it stands in no address,
and the page is kept by nobody.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qs

from aiohttp import web

from syndicate.journey import Answer, Did, Later, Verdict
from syndicate.news import Act
from syndicate.web._answer import NEVER, send_page
from syndicate.web._asking import Asking, Form
from syndicate.web._kept import KeptPages, Made
from syndicate.web._operation import HTML, Schema
from syndicate.web._pages._paper import Paper
from syndicate.web._pages._rows import row_of
from syndicate.web._services import services_of
from syndicate.web._world import World
from syndicate.websub import FORM

_FIELD: Final = "text"
_TIMES: Final = 3  # as long as UTF-8: what is no letter of ASCII is escaped, and something around it
_FIELDS: Final = 4
FIELDS: Final[Schema] = {
    "type": "object",
    "required": [_FIELD],
    "properties": {
        _FIELD: {
            "type": "string",
            "description": "A passage, a headline or an address.",
            "minLength": 1,
            "examples": ["The storm reached the coast in the early morning."],
        }
    },
}
PAGED: Final = (400, 413, 429, 503)  # told by the page itself
_WHY: Final = {400: "lookup.empty", 413: "lookup.long", 429: "lookup.often", 503: "lookup.busy"}
_SHOWN: Final = 4_000  # characters of a run in which nothing changed; the rest of it is left out


def _read(body: bytes) -> str:
    fields = parse_qs(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS)
    return fields.get(_FIELD, [""])[0]


_AS_FORM: Final = Form(media_type=FORM, times=_TIMES, read=_read)


class LookupPage:
    """Answers for the page."""

    def __init__(self, world: World, paper: Paper, kept: KeptPages, asking: Asking) -> None:
        self._world = world
        self._paper = paper
        self._kept = kept
        self._asking = asking

    async def get(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """The form."""
        return (await self._kept.get("lookup", self._make)).answer(request)

    async def _make(self) -> Made:
        return Made(body=self._print(), extra=self._paper.headers(form=True))

    async def post(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """The answer to what the form holds."""
        answer = await self._asking.answer(request, _AS_FORM)
        if isinstance(answer, Answer):
            return self._send(200, self._print(**self._values(answer)), {})
        if answer.status not in PAGED:
            return answer
        retry = {name: value for name, value in answer.headers.items() if name == "Retry-After"}
        return self._send(answer.status, self._print(why=_WHY[answer.status]), retry)

    def _send(self, status: int, body: bytes, more: Mapping[str, str]) -> web.Response:
        return send_page(status, body, HTML, {**self._paper.headers(form=True), **more}, cache=NEVER)

    def _print(self, **values: object) -> bytes:
        registry = self._world.registry()
        given = {"why": None, "verdict": None, "base": self._world.base_url} | values
        return self._paper.print("lookup.html", registry, "lookup", **given)

    def _values(self, answer: Answer) -> Mapping[str, object]:
        registry = self._world.registry()
        found = answer.found
        proven = self._world.storage.log.proven
        stands = answer.stands
        return {
            "verdict": answer.verdict,
            "says": _says(answer),
            "row": None if found is None else row_of(found, registry, proven),
            "address": "" if found is None else f"/item/{found.sub}/{found.ver}",
            "url": "" if answer.item is None else answer.item.url,
            "later": [_later(each) for each in answer.later],
            "stands": None if stands is None or found is None or stands.ver == found.ver else stands,
            "runs": _runs(answer),
            "figures": any(run.figure for run in answer.runs),
            "other_host": answer.other_host,
            "others": f"{answer.others:,}" if answer.others else "",
            "at_least": answer.at_least,
            "short": answer.short,
            "behind": f"{answer.behind:,}" if answer.behind else "",
            "since": answer.since,
            "services": services_of(answer, registry),
        }


_WORDS: Final = {
    Verdict.PUBLISHED: "lookup.published",
    Verdict.SIMILAR: "lookup.similar",
    Verdict.NOT_FOUND: "lookup.nothing",
}
_ACTS: Final = {
    Act.CORRECT: "lookup.corrected",
    Act.WITHHOLD: "lookup.withheld",
    Act.RETRACT: "lookup.withdrawn",
}


def _says(answer: Answer) -> str:
    """The catalogue's key for the answer; of what was amended, for what became of it in the end."""
    if answer.verdict is Verdict.SIMILAR and not answer.runs:
        return "lookup.same_path"
    if answer.verdict is not Verdict.AMENDED:
        return _WORDS[answer.verdict]
    acts = [each.act for each in answer.later] + ([] if answer.item is None else [answer.item.act])
    return next(_ACTS[act] for act in (Act.RETRACT, Act.WITHHOLD, Act.CORRECT) if act in acts)


def _later(later: Later) -> Mapping[str, object]:
    return {"ver": later.ver, "act": f"act.{later.act}", "at": later.at, "note": later.note}


def _runs(answer: Answer) -> Sequence[Mapping[str, object]]:
    return [
        {
            "did": run.did,
            "kept": run.did in (Did.KEPT, Did.UNSEEN),
            "asked": _short(run.asked),
            "said": run.said,
            "figure": run.figure,
        }
        for run in answer.runs
    ]


def _short(text: str) -> str:
    if len(text) <= _SHOWN:
        return text
    return f"{text[: _SHOWN // 2]} … {text[-_SHOWN // 2 :]}"
