"""How a question comes in, for programs and for people: bounded, counted, answered, and kept nowhere (S17).

Whatever is wrong with it, nothing of it is repeated: neither in an answer nor in a log.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import hdrs, web

from syndicate.errors import LookupBusy, NothingAsked
from syndicate.journey import Answer, Lookup
from syndicate.web._answer import problem
from syndicate.web._gate import Gate
from syndicate.web._readers import Readers
from syndicate.web._take import Room, TooMuchError, refuse_length, take_body
from syndicate.web._world import World

_VISITORS: Final = 10_000  # that are counted at a time
_BUSY_SECONDS: Final = 5
_NOTHING: Final = "there is nothing in the body: send a passage, a headline or an address"
_TOO_OFTEN: Final = "you ask too often; ask again later"
_BUSY: Final = "too many questions at a time; ask again in a few seconds"
_PLACE: Final = "lookup"  # one count for both ways to ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """In what form a question comes: its media type, how much longer it is so, and how it is read.

    ``read`` raises ValueError where there is no question in the body.
    """

    media_type: str
    times: int
    read: Callable[[bytes], str]


class Asking:
    """Takes questions, as many and as often as the limits say; both ways to ask have one count a visitor."""

    def __init__(self, world: World, lookup: Lookup, readers: Readers) -> None:
        self._world = world
        self._lookup = lookup
        self._limits = limits = lookup.limits
        self._readers = readers
        self._gate = Gate(burst=limits.per_minute, per_second=limits.per_minute / 60, most=_VISITORS)
        self._room = Room(limits.open, limits.open * limits.text_bytes)

    async def answer(self, request: web.BaseRequest, form: Form) -> Answer | web.Response:
        """The answer to the question of a request; or the problem with it."""
        length = _length(request)
        if wait := self._gate.wait(self._readers.of(request), _PLACE):
            return problem(429, _TOO_OFTEN, retry_after=wait)
        if refusal := _refuse(request, form) or refuse_length(length, self._most(form), _NOTHING):
            return refusal
        try:
            with self._room.place(length or 0):
                return await self._take(request, form, length or 0)
        except (TooMuchError, LookupBusy):
            return problem(503, _BUSY, retry_after=_BUSY_SECONDS)

    async def _take(self, request: web.BaseRequest, form: Form, length: int) -> Answer | web.Response:
        body = await take_body(request, length, self._limits.body_seconds)
        if isinstance(body, web.Response):
            return body
        try:
            text = form.read(body)
        except ValueError:  # it would say what it could not read
            return problem(400, "the body is not what its media type says, in UTF-8")
        if len(text.encode("utf-8", "replace")) > self._limits.text_bytes:
            return problem(413, f"at most {self._limits.text_bytes} bytes of text at a time")
        try:
            return await self._lookup.ask(text, self._world.registry())
        except NothingAsked as exc:
            return problem(400, f"{exc}. {exc.hint}")

    def _most(self, form: Form) -> int:
        return self._limits.text_bytes * form.times


def _length(request: web.BaseRequest) -> int | None:
    """How long the body is; None if that is not said. Who says nothing of a body has none (RFC 9112, 6.3)."""
    if hdrs.CONTENT_LENGTH in request.headers or hdrs.TRANSFER_ENCODING in request.headers:
        return request.content_length
    return 0


def _refuse(request: web.BaseRequest, form: Form) -> web.Response | None:
    if request.content_type != form.media_type or hdrs.CONTENT_TYPE not in request.headers:
        return problem(415, f"send the question as {form.media_type}")
    if (request.charset or "utf-8").lower() != "utf-8":
        return problem(415, "send the question in UTF-8")
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
        return problem(415, "send the question without a content coding")
    return None
