"""Pushing: the stream to a hub through POST /v1/submit, as far as it has not been there yet.

How far each hub has come is remembered in the stream's book, after the hub has answered: whatever dies
in between is sent again, and the hub knows it. What says something of the agency as a whole (an unknown
key, a clock that is ahead, a full share) is waited for; what says something of one token is told and
passed, because no later try could change it and an alert behind it must not wait.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from syndicate.agency._hub_answer import HubAnswer, read_answer
from syndicate.errors import AgencyError
from syndicate.news import Kind, Reason, limits
from syndicate.ports import Answered, Call, Caller, FetchFailed, Signed, StreamBook
from syndicate.trust import recall

BATCH_BYTES: Final = 1_900_000  # a hub takes 2 MB in one submission
_URGENT: Final = 10  # alerts that go before their turn
_LONGEST_RETRY: Final = 3_600

Opens = Callable[[], AbstractContextManager[StreamBook]]

# Refusals that say nothing of this one token: every token meets them until something else has changed.
WAITS: Final = frozenset(
    {
        Reason.RATE_LIMITED,
        Reason.KEY_UNKNOWN,
        Reason.KEY_NOT_YET_VALID,
        Reason.CLOCK_AHEAD,
        Reason.AGENCY_NOT_ENROLLED,
        Reason.AGENCY_SUSPENDED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """A token that a hub did not admit, and what to do about it."""

    seq: int
    title: str
    outcome: str  # "refused", "held" or "unjudged"
    reason: str
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """One submission to one hub; an empty one when there was nothing to send."""

    hub: str
    sent: int = 0
    admitted: int = 0
    known: int = 0
    objections: tuple[Objection, ...] = ()
    reached: int = 0  # everything up to this number has been judged by the hub
    head: int = 0
    trouble: str | None = None  # why the hub judged nothing, or why the rest waits
    retry_after_seconds: int | None = None

    @property
    def done(self) -> bool:
        """Whether the hub has everything."""
        return self.reached >= self.head


@dataclass(frozen=True, slots=True, kw_only=True)
class _Load:
    due: tuple[Signed, ...]  # the next numbers
    urgent: tuple[Signed, ...]  # alerts further on
    reached: int
    head: int

    @property
    def tokens(self) -> tuple[Signed, ...]:
        return (*self.urgent, *self.due)


async def push_once(hub: str, *, opens: Opens, caller: Caller) -> Pushed:
    """Send the hub at the base address ``hub`` the next tokens that it has not judged, at most 100.

    The book is opened only to look and to remember, so that others can sign meanwhile.

    Raises:
        StorageError: the book cannot be read or written.
    """
    load = await asyncio.to_thread(_look, hub, opens)
    if not load.due:
        return Pushed(hub=hub, reached=load.reached, head=load.head)
    body = "\n".join(each.token for each in load.tokens).encode("ascii")
    answer = await caller.call(Call(url=f"{hub.rstrip('/')}/v1/submit", body=body, media_type="text/plain"))
    pushed = _heard(hub, load, answer)
    if pushed.reached > load.reached:
        await asyncio.to_thread(_remember, hub, pushed.reached, opens)
    return pushed


def forget_from(hub: str, number: int, *, opens: Opens) -> None:
    """Let the next push to ``hub`` begin at ``number`` again."""
    with opens() as book:
        book.reach(_goal(hub), max(0, min(number - 1, book.reached(_goal(hub)))))


def _goal(hub: str) -> str:
    return f"push {hub.rstrip('/')}"


def _look(hub: str, opens: Opens) -> _Load:
    with opens() as book:
        reached, (head, _) = book.reached(_goal(hub)), book.head()
        due = _within(book.page(reached, limits.FEED_ENTRIES - _URGENT), BATCH_BYTES)
        after = max(due[-1].seq, head - limits.FEED_ENTRIES) if due else head
        later = book.page(after, limits.FEED_ENTRIES) if after < head else ()
    urgent = [each for each in later if recall(each.token).kind is Kind.ALERT][-_URGENT:]
    room = BATCH_BYTES - sum(len(each.token) + 1 for each in due)
    return _Load(due=due, urgent=_within(urgent, room), reached=reached, head=head)


def _remember(hub: str, reached: int, opens: Opens) -> None:
    with opens() as book:
        book.reach(_goal(hub), reached)


def _within(signed: Sequence[Signed], room: int) -> tuple[Signed, ...]:
    taken: list[Signed] = []
    for each in signed:
        room -= len(each.token) + 1
        if room < 0:
            break
        taken.append(each)
    return tuple(taken)


def _heard(hub: str, load: _Load, answer: Answered | FetchFailed) -> Pushed:
    if isinstance(answer, FetchFailed):
        return _nothing(hub, load, f"the hub was not reached: {answer.detail}", answer.retry_after_seconds)
    try:
        told = read_answer(answer.body)
        why = told.text("detail") if "results" not in told else _miscounted(told, load)
        words = () if why else tuple(_word(each) for each in told.records("results"))
    except AgencyError as exc:
        why, words = str(exc), ()
    if why:
        return _nothing(hub, load, f"the hub answered {answer.status}: {why}", answer.retry_after_seconds)
    return _judged(hub, load, words, answer.retry_after_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """What the hub says of one token."""

    outcome: str
    reason: str
    detail: str
    remedy: str

    @property
    def stands(self) -> bool:
        return self.outcome in ("admitted", "known")

    @property
    def waits(self) -> bool:
        """Whether another try may end otherwise."""
        return not (self.stands or self.outcome in ("refused", "held")) or self.reason in WAITS


def _miscounted(told: HubAnswer, load: _Load) -> str:
    judged, sent = len(told.records("results")), len(load.tokens)
    return "" if judged == sent else f"it does not speak as a hub does: {judged} answers to {sent} tokens"


def _word(result: HubAnswer) -> _Word:
    told = {name: result.text(name) for name in ("reason", "detail", "remedy") if name in result}
    return _Word(
        outcome=result.text("outcome", most=100),
        reason=told.get("reason", "unjudged")[:100],
        detail=told.get("detail", "the hub said no more"),
        remedy=told.get("remedy", "It is sent again by itself."),
    )


def _judged(hub: str, load: _Load, words: Sequence[_Word], retry: int | None) -> Pushed:
    objections = tuple(
        _objection(each, word) for each, word in zip(load.tokens, words, strict=True) if not word.stands
    )
    waiting = next((each for each in objections if each.outcome == "unjudged" or each.reason in WAITS), None)
    due = list(zip(load.due, words[len(load.urgent) :], strict=True))
    judged = [each.seq for each, word in due if not word.waits]
    first_waiting = next((each.seq for each, word in due if word.waits), None)
    passed = [number for number in judged if first_waiting is None or number < first_waiting]
    return Pushed(
        hub=hub,
        sent=len(load.tokens),
        admitted=sum(word.outcome == "admitted" for word in words),
        known=sum(word.outcome == "known" for word in words),
        objections=objections,
        reached=max(passed, default=load.reached),
        head=load.head,
        trouble=None if waiting is None else f"{waiting.reason}: {waiting.detail}",
        retry_after_seconds=_patience(retry),
    )


def _objection(signed: Signed, word: _Word) -> Objection:
    return Objection(
        seq=signed.seq,
        title=recall(signed.token).title,
        outcome=word.outcome if word.outcome in ("refused", "held") else "unjudged",
        reason=word.reason,
        detail=word.detail,
        remedy=word.remedy,
    )


def _nothing(hub: str, load: _Load, trouble: str, retry: int | None) -> Pushed:
    return Pushed(
        hub=hub,
        reached=load.reached,
        head=load.head,
        trouble=trouble[:500],
        retry_after_seconds=_patience(retry),
    )


def _patience(retry: int | None) -> int | None:
    return None if retry is None else min(retry, _LONGEST_RETRY)
