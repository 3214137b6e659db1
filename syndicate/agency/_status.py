"""What a hub sees of the agency, asked for with a request token, and what of it a person should mend."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from syndicate.agency._hub_answer import HubAnswer, read_answer
from syndicate.errors import AgencyError
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
        told = read_answer(answer.body)
        if answer.status == 200:
            return HubView(hub=hub, told=told.said)
        remedy = told.text("remedy", most=300) if "remedy" in told else None
        why = f"answered {answer.status}: {told.text('detail', most=300)}"
    except AgencyError as exc:
        return HubView(hub=hub, trouble=f"answered {answer.status}: {exc}", remedy=exc.hint)
    return HubView(hub=hub, trouble=why, remedy=remedy)


def concerns(view: HubView, *, head: int, stream: str) -> tuple[str, ...]:
    """What a person should look at, the most urgent first; ``head`` is the agency's own last number."""
    if view.trouble is not None:
        return (view.trouble,)
    try:
        return tuple(_concerns(HubAnswer(view.told), head, stream))
    except AgencyError as exc:
        return (f"the hub's answer cannot be read, it may be of another version: {exc}",)


def details(view: HubView) -> tuple[str, ...]:
    """What else the hub tells, in lines; what cannot be read is left out, and said to be."""
    lines: list[str] = []
    try:
        lines.extend(_details(HubAnswer(view.told)))
    except AgencyError:
        lines.append("(the rest of its answer cannot be read)")
    return tuple(lines)


def _concerns(told: HubAnswer, head: int, stream: str) -> Iterator[str]:
    yield from _of_streams(told.records("streams"), head, stream)
    counts = told.counts("held")
    if held := sum(counts.values()):
        yield f"{held} tokens are held: {', '.join(counts)}"
    yield from _of_keys(told.records("keys"))
    skew = told.number("clock_skew_seconds")
    if abs(skew) > SKEW_SECONDS:
        side = "ahead of" if skew > 0 else "behind"
        yield f"this machine's clock is {abs(skew)} seconds {side} the hub's: set it (NTP)"
    for feed in told.records("feeds"):
        url, condition, mismatches = feed.text("url"), feed.text("condition"), feed.number("mismatches")
        if condition in ("failing", "stale"):
            yield f"the feed {url} is {condition}: {_newest_error(feed)}"
        if mismatches:
            yield f"{mismatches} entries of {url} show another title or link than was signed"
    if refusals := told.records("refusals"):
        yield f"{len(refusals)} refusals, see below"


def _of_streams(streams: Sequence[HubAnswer], head: int, stream: str) -> Iterator[str]:
    theirs = next((each.number("head") for each in streams if each.text("stream") == stream), 0)
    if theirs < head:
        yield f"the hub has the stream up to {theirs}, here it ends at {head}: push, or wait for its poll"
    if theirs > head:
        yield (
            f"the hub knows number {theirs}, here the stream ends at {head}: an old copy of the book?"
            " Sign nothing before that is cleared up"
        )
    for each in streams:
        name, missing = each.text("stream"), each.number("missing")
        if each.flag("forked"):
            yield f"the stream {name} is forked: take the floor with the sealed successor"
        if missing:
            yield f"{missing} numbers of {name} are missing; the archive or a push brings them"


def _of_keys(keys: Sequence[HubAnswer]) -> Iterator[str]:
    for key in keys:
        days = key.number("seconds_left") // _DAY
        crossed = next((limit for limit in EXPIRY_DAYS if days < limit), None)
        if key.text("status") != "active" or crossed is None:
            continue
        kid, expires = key.text("kid"), key.text("expires")
        if days < 0:
            yield f"the key {kid} ended on {expires}: rotate"
        else:
            when = f"in {days} days (fewer than {crossed}), on {expires}"
            yield f"the key {kid} ends {when}: plan the rotation"


def _newest_error(feed: HubAnswer) -> str:
    errors = feed.records("errors")
    return f"{errors[0].text('code')}: {errors[0].text('detail')}" if errors else "nothing came for too long"


def _details(told: HubAnswer) -> Iterator[str]:
    for stream in told.records("streams"):
        yield (
            f"stream {stream.text('stream')}: up to number {stream.number('head')}; since number"
            f" {stream.number('counted_from')} {stream.number('accepted')} accepted,"
            f" {stream.number('late')} of them late"
        )
    for feed in told.records("feeds"):
        last = feed.text("last_try") if "last_try" in feed else ""
        yield f"feed {feed.text('url')}: {feed.text('condition')}, last poll {last or 'never'}"
    for refusal in told.records("refusals"):
        yield f"refused {refusal.number('count')} x, last {refusal.text('last_at')}: {_why(refusal)}"
        yield f"  {refusal.text('remedy')}"


def _why(refusal: HubAnswer) -> str:
    return f"{refusal.text('reason')}: {refusal.text('detail')}"
