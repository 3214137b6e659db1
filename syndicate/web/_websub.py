"""POST /websub: who wants to be sent what is new in a feed says so here (WebSub, section 5.1)."""

import re
from typing import Final

from aiohttp import hdrs, web

from syndicate.web._answer import NEVER, problem, send_json
from syndicate.web._gate import Gate
from syndicate.web._operation import Schema
from syndicate.web._readers import Readers
from syndicate.web._take import Room, TooMuchError, refuse_length, take_body
from syndicate.web._world import Subscribing
from syndicate.websub import FORM, TOPIC_FORMATS, Declined, Declining

PATH: Final = "/websub"
_OPEN: Final = 256  # requests in hand at one time
_BUSY_SECONDS: Final = 5
_STATUS: Final = {
    Declining.MALFORMED: 400,
    Declining.TOPIC: 404,
    Declining.CALLBACK: 400,
    Declining.TOO_MANY: 429,
    Declining.FULL: 503,
}
_VISITORS: Final = 10_000  # that are counted at a time
_TOO_OFTEN: Final = "you ask too often; nothing of this request was kept, send it again later"
_CALLBACK: Final = r"^https?://[a-z]{1,40}\.[a-z]{2,20}/[A-Za-z0-9/_.-]{0,200}$"
_TAKEN: Final = "the callback will be asked whether this is meant"


def form_of(base_url: str) -> Schema:
    """What the form has to hold, as JSON Schema."""
    topics = [f"{base_url}/feeds/all.{format_}" for format_ in TOPIC_FORMATS]
    both: dict[str, Schema] = {
        "hub.callback": {
            "type": "string",
            "description": "Where to ask and send to: a public host, on port 80 or 443.",
            "pattern": _CALLBACK,
            "examples": ["https://desk.example/in?id=7"],
        },
        "hub.topic": {
            "type": "string",
            "description": "A feed's own address, as its self link says it.",
            "pattern": f"^{re.escape(base_url)}/feeds/[^?#%]+\\.({'|'.join(TOPIC_FORMATS)})$",
            "examples": topics,
        },
    }
    lease: Schema = {"type": "string", "pattern": "^0{0,9}[1-9][0-9]{0,9}$", "examples": ["864000"]}
    secret: Schema = {
        "type": "string",
        "description": "Signs what is sent; at most 199 bytes of UTF-8.",
        "minLength": 1,
        "maxLength": 199,
    }
    begin = {"hub.mode": {"const": "subscribe"}, **both, "hub.lease_seconds": lease, "hub.secret": secret}
    end = {"hub.mode": {"const": "unsubscribe"}, **both}
    needed = ["hub.mode", "hub.callback", "hub.topic"]
    return {"anyOf": [{"type": "object", "required": needed, "properties": each} for each in (begin, end)]}


class WebSub:
    """Answers for the hub; the answer waits for nobody's callback."""

    def __init__(self, subscribing: Subscribing, readers: Readers) -> None:
        self._subscribing = subscribing
        self._limits = limits = subscribing.limits
        self._readers = readers
        a_second = limits.requests_per_minute / 60
        self._gate = Gate(burst=limits.requests_per_minute, per_second=a_second, most=_VISITORS)
        self._room = Room(_OPEN, _OPEN * self._limits.body_bytes)

    async def post(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """202 for a request that is taken; a problem with its reason for any other."""
        length, visitor = request.content_length, self._readers.of(request)
        if wait := self._gate.wait(visitor, PATH):
            return _problem(Declined(reason=Declining.TOO_MANY, detail=_TOO_OFTEN, retry_after=wait))
        if refusal := self._refuse(request, length):
            return refusal
        try:
            with self._room.place(length or 0):
                return await self._take(request, length or 0, visitor.hex())
        except TooMuchError:
            return problem(503, "too many requests at a time; nothing was taken", retry_after=_BUSY_SECONDS)

    def _refuse(self, request: web.BaseRequest, length: int | None) -> web.Response | None:
        if request.content_type != FORM or hdrs.CONTENT_TYPE not in request.headers:
            return problem(415, f"send a form: {FORM}")
        if (request.charset or "utf-8").lower() != "utf-8":
            return problem(415, "send the form in UTF-8")
        if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
            return problem(415, "send the form without a content coding")
        return refuse_length(length, self._limits.body_bytes, "there is no form in the body")

    async def _take(self, request: web.BaseRequest, length: int, visitor: str) -> web.Response:
        body = await take_body(request, length, self._limits.body_seconds)
        if isinstance(body, web.Response):
            return body
        declined = await self._subscribing.take(body, visitor)
        if declined is None:
            return send_json(request, {"detail": _TAKEN}, cache=NEVER, status=202)
        return _problem(declined)


def _problem(declined: Declined) -> web.Response:
    return problem(
        _STATUS[declined.reason],
        declined.detail,
        retry_after=declined.retry_after,
        more={"reason": declined.reason},
    )
