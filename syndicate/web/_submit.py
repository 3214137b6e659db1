"""POST /v1/submit: tokens pushed instead of polled. A token proves itself, so nobody logs in."""

from collections.abc import Mapping
from typing import Final

from aiohttp import hdrs, web

from syndicate.errors import WireError
from syndicate.news import Admitted, Held, Known, Outcome, Reason, Refused, Unjudged
from syndicate.web._answer import NEVER, problem, send_json
from syndicate.web._take import Room, TooMuchError, refuse_length, take_body
from syndicate.web._world import Submission, World
from syndicate.wire import split_submission

_TAKEN: Final = ("text/plain", "application/jose")
SUBMISSION: Final = {  # a body that is looked at, as JSON Schema
    "type": "string",
    "description": "At most 100 lines of ASCII, and one of them not blank.",
    "pattern": r"^[\x00-\x7F]*[\x00-\x08\x0B\x0C\x0E-\x1F\x21-\x7F][\x00-\x7F]*$",
}
_RETRY_SECONDS: Final = 60  # after a limit was reached
_OURS: Final = "the hub failed on this token, which says nothing about it; send it again later"
_BUSY_SECONDS: Final = 5  # after the room was full


class Submit:
    """Answers for submissions; holds no more of them at a time than fit in memory."""

    def __init__(self, world: World, submission: Submission) -> None:
        self._world = world
        self._submission = submission
        limits = world.limits
        self._room = Room(limits.submit_open, limits.submit_open_bytes)

    async def post(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """What became of each token, in order; 200 says only that all of them were judged."""
        length = request.content_length
        if refusal := self._refuse(request, length):
            return refusal
        try:
            with self._room.place(length or 0):
                return await self._take(request, length or 0)
        except TooMuchError:
            return problem(
                503, "too many submissions at a time; nothing was taken", retry_after=_BUSY_SECONDS
            )

    def _refuse(self, request: web.BaseRequest, length: int | None) -> web.Response | None:
        if request.content_type not in _TAKEN or hdrs.CONTENT_TYPE not in request.headers:
            return problem(415, "send tokens as text/plain, one a line")
        if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
            return problem(415, "send tokens without a content coding")
        most = self._world.limits.submit_bytes
        if refusal := refuse_length(length, most, "there is no token in the body"):
            return refusal
        if request.rel_url.raw_query_string:
            return problem(400, "there are no parameters here")
        return None

    async def _take(self, request: web.BaseRequest, length: int) -> web.Response:
        body = await take_body(request, length, self._world.limits.submit_seconds)
        if isinstance(body, web.Response):
            return body
        try:
            tokens = split_submission(body)
        except WireError as exc:
            return problem(400, str(exc), more={"reason": exc.code})
        if not tokens:
            return problem(400, "there is no token in the body")
        outcomes = await self._submission.submit(tokens)
        if isinstance(outcomes, Refused):
            return problem(400, outcomes.detail, more={"reason": outcomes.reason})
        self._world.metrics.submitted(outcomes)
        return _tell(request, outcomes)


def _tell(request: web.BaseRequest, outcomes: tuple[Outcome, ...]) -> web.Response:
    results = {"results": [_result(outcome) for outcome in outcomes]}
    if all(isinstance(one, Refused) and one.reason is Reason.RATE_LIMITED for one in outcomes):
        return problem(429, Reason.RATE_LIMITED.remedy, retry_after=_RETRY_SECONDS, more=results)
    return send_json(request, results, cache=NEVER)


def _result(outcome: Outcome) -> Mapping[str, object]:
    match outcome:
        case Admitted():
            return {
                "outcome": "admitted",
                "sub": outcome.sub,
                "ver": outcome.ver,
                "agency": outcome.agency,
                "digest": outcome.digest,
                "marks": sorted(outcome.marks),
            }
        case Known():
            return {"outcome": "known", "digest": outcome.digest}
        case Refused() | Held():
            return {
                "outcome": "refused" if isinstance(outcome, Refused) else "held",
                "reason": outcome.reason,
                "detail": outcome.detail,
                "remedy": outcome.reason.remedy,
                "agency": outcome.agency,
                "digest": outcome.digest,
            }
        case Unjudged():
            return {"outcome": "unjudged", "detail": _OURS, "digest": outcome.digest}
