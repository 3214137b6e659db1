"""What a hub sees of the agency, asked for with a request token, and what of it a person should mend."""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from syndicate.ports import Answered, Call, Caller, Clock, FetchFailed, Signer
from syndicate.trust import compose_request

STATUS_PATH: Final = "/v1/agency/status"
EXPIRY_DAYS: Final = (7, 14, 30, 60, 90)  # before a key's end: a warning at each
SKEW_SECONDS: Final = 60
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class HubView:
    """What one hub answered, or why it did not."""

    hub: str
    told: Mapping[str, Any] = field(default_factory=dict)
    trouble: str | None = None
    remedy: str | None = None


async def ask_status(hub: str, *, signer: Signer, caller: Caller, clock: Clock) -> HubView:
    """Ask the hub with the base address ``hub`` what it sees of the agency whose key ``signer`` has.

    Raises:
        SigningError: the key cannot sign.
    """
    token = compose_request(
        hub=hub.rstrip("/"),
        path=STATUS_PATH,
        time=int(clock.now()),
        nonce=secrets.token_bytes(16),
        kid=signer.kid,
        sign=signer.sign,
    )
    answer = await caller.call(
        Call(url=f"{hub.rstrip('/')}{STATUS_PATH}", headers={"Authorization": f"Syndicate {token}"})
    )
    if isinstance(answer, FetchFailed):
        return HubView(
            hub=hub, trouble=f"not reached: {answer.detail}", remedy="Is the address right, and the line up?"
        )
    return _read(hub, answer)


def _read(hub: str, answer: Answered) -> HubView:
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        return HubView(hub=hub, trouble=f"answered {answer.status}, and not as a hub does")
    if answer.status != 200:
        detail, remedy = told.get("detail"), told.get("remedy")
        return HubView(
            hub=hub,
            trouble=f"answered {answer.status}: {str(detail)[:300]}",
            remedy=remedy[:300] if isinstance(remedy, str) else None,
        )
    return HubView(hub=hub, told=told)


def concerns(view: HubView, *, head: int, stream: str) -> tuple[str, ...]:
    """What a person should look at, the most urgent first; ``head`` is the agency's own last number."""
    if view.trouble is not None:
        return (view.trouble,)
    try:
        return tuple(_concerns(view.told, head, stream))
    except (KeyError, TypeError, ValueError, AttributeError):
        return ("the hub's answer cannot be read; it may be of another version",)


def _concerns(told: Mapping[str, Any], head: int, stream: str) -> Iterator[str]:
    yield from _of_streams(told["streams"], head, stream)
    held = sum(int(count) for count in told["held"].values())
    if held:
        yield f"{held} tokens are held: {', '.join(told['held'])}"
    yield from _of_keys(told["keys"])
    skew = int(told["clock_skew_seconds"])
    if abs(skew) > SKEW_SECONDS:
        side = "ahead of" if skew > 0 else "behind"
        yield f"this machine's clock is {abs(skew)} seconds {side} the hub's: set it (NTP)"
    for feed in told["feeds"]:
        if feed["condition"] in ("failing", "stale"):
            yield f"the feed {feed['url']} is {feed['condition']}: {_newest_error(feed)}"
        if int(feed["mismatches"]):
            yield f"{feed['mismatches']} entries of {feed['url']} show another title or link than was signed"
    if told["refusals"]:
        yield f"{len(told['refusals'])} refusals, see below"


def _of_streams(streams: Sequence[Mapping[str, Any]], head: int, stream: str) -> Iterator[str]:
    known = next((each for each in streams if each["stream"] == stream), None)
    theirs = 0 if known is None else int(known["head"])
    if theirs < head:
        yield f"the hub has the stream up to {theirs}, here it ends at {head}: push, or wait for its poll"
    if theirs > head:
        yield (
            f"the hub knows number {theirs}, here the stream ends at {head}: an old copy of the book?"
            " Sign nothing before that is cleared up"
        )
    for each in streams:
        if each["forked"]:
            yield f"the stream {each['stream']} is forked: take the floor with the sealed successor"
        if int(each["missing"]):
            lacking = f"{each['missing']} numbers of {each['stream']} are missing"
            yield f"{lacking}; the archive or a push brings them"


def _of_keys(keys: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for key in keys:
        days = int(key["seconds_left"]) // _DAY
        crossed = next((limit for limit in EXPIRY_DAYS if days < limit), None)
        if key["status"] != "active" or crossed is None:
            continue
        if days < 0:
            yield f"the key {key['kid']} ended on {key['expires']}: rotate"
        else:
            when = f"in {days} days (fewer than {crossed}), on {key['expires']}"
            yield f"the key {key['kid']} ends {when}: plan the rotation"


def _newest_error(feed: Mapping[str, Any]) -> str:
    errors = feed["errors"]
    return f"{errors[0]['code']}: {errors[0]['detail']}" if errors else "nothing came for too long"
