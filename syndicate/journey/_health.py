"""What is remembered of a source after a visit: what it gave, what went wrong, when to come again. Pure."""

import base64
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from syndicate.journey._pace import wait_after_failure, wait_after_success
from syndicate.news import Act, Admitted, Held, Known, Outcome, Reason, Refused, Registry, SignedFeed
from syndicate.ports import FeedError, FeedState, Fetched, FetchFailed, Unchanged, Validators
from syndicate.republish import entry_of
from syndicate.trust import recall
from syndicate.wire import Carriage, Carried

# The poller's own words beside FetchFault and Reason, as codes of a FeedError.
MOVED: Final = "feed-moved"  # it answers a permanent redirect
BARE: Final = "feed-bare-entries"  # entries without a token
CRASHED: Final = "poll-crashed"  # a bug of ours, or a disk that is full: never the source's doing

_ERRORS: Final = 25
_DETAIL_CHARACTERS: Final = 500
# Refused now, and perhaps no more when the same unchanged document is read again.
_TIME_HEALS: Final = frozenset({Reason.CLOCK_AHEAD, Reason.KEY_NOT_YET_VALID})


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document that was read, and what became of what it carried."""

    fetched: Fetched
    outcomes: tuple[Outcome, ...]
    mismatches: int  # entries that showed another title or link than what their agency signed
    bare: int  # entries without a token


def read_document(
    fetched: Fetched, brought: Carriage, outcomes: tuple[Outcome, ...], registry: Registry
) -> Document:
    """Compare what a document's entries showed with what was signed, where that was verified."""
    vouched = [
        carried
        for carried, outcome in zip(brought.carried, outcomes, strict=True)
        if isinstance(outcome, Admitted | Known)
    ]
    return Document(
        fetched=fetched,
        outcomes=outcomes,
        mismatches=sum(_differs(carried, _vouched(carried.token), registry) for carried in vouched),
        bare=brought.bare,
    )


def basis_of(registry: Registry, feed: SignedFeed) -> str:
    """What stored validators count for.

    "Unchanged" from another address is no answer; and under another registry the same document may be
    judged otherwise, because a key was enrolled or a seat given back.
    """
    return f"{registry.version} {feed.url}"


def after_unchanged(feed: SignedFeed, before: FeedState, outcome: Unchanged, now: float) -> FeedState:
    """The source said that what we have still stands."""
    wait = wait_after_success(feed, fresh_seconds=outcome.fresh_seconds, attempt=int(now))
    return replace(
        before,
        validators=outcome.validators,
        due_at=now + wait,
        last_try=int(now),
        last_success=int(now),
        failures=0,
    )


def after_failure(
    feed: SignedFeed,
    before: FeedState,
    now: float,
    *,
    error: FeedError,
    retry_after_seconds: int | None = None,
) -> FeedState:
    """The source gave nothing usable. What it gave last still stands."""
    failures = before.failures + 1
    wait = wait_after_failure(
        feed, failures=failures, retry_after_seconds=retry_after_seconds, attempt=int(now)
    )
    return replace(
        before,
        due_at=now + wait,
        last_try=int(now),
        failures=failures,
        errors=_noted(before.errors, [error]),
    )


def after_document(
    feed: SignedFeed, before: FeedState, now: float, *, basis: str, document: Document
) -> FeedState:
    """The source gave a document, and every token in it has been kept or refused."""
    at = int(now)
    outcomes = document.outcomes
    fetched = document.fetched
    return replace(
        before,
        validators=fetched.validators if all(map(_is_settled, outcomes)) else Validators(),
        basis=basis,
        due_at=now + wait_after_success(feed, fresh_seconds=fetched.fresh_seconds, attempt=at),
        last_try=at,
        last_success=at,
        last_new=at if any(isinstance(outcome, Admitted) for outcome in outcomes) else before.last_new,
        failures=0,
        mismatches=document.mismatches,
        errors=_noted(before.errors, _told(at, document)),
    )


def with_troubles(state: FeedState, troubles: Sequence[tuple[str, str]], at: float) -> FeedState:
    """What else went wrong at a source that gave its feed: code and detail of each."""
    told = [FeedError(at=int(at), code=code, detail=detail[:_DETAIL_CHARACTERS]) for code, detail in troubles]
    return replace(state, errors=_noted(state.errors, told)) if told else state


def failed_fetch(at: float, outcome: FetchFailed) -> FeedError:
    """A failed fetch as it is shown in a source's health."""
    return FeedError(at=int(at), code=outcome.fault, detail=outcome.detail[:_DETAIL_CHARACTERS])


def refused_document(at: float, refused: Refused) -> FeedError:
    """A refused document as it is shown in a source's health."""
    return FeedError(at=int(at), code=refused.reason, detail=refused.detail[:_DETAIL_CHARACTERS])


def _is_settled(outcome: Outcome) -> bool:
    """Whether reading the same document again, under the same registry, would bring nothing else."""
    if isinstance(outcome, Refused):
        return outcome.reason not in _TIME_HEALS
    return isinstance(outcome, Admitted | Known | Held)  # whatever else there is says that we failed


def _vouched(token: str) -> dict[str, Any]:
    """The claims of a token that was just found verified or known. No check is made: it was made before."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _differs(carried: Carried, said: dict[str, Any], registry: Registry) -> bool:
    """Whether the entry showed another title or link than what its agency signed."""
    if said["act"] == "heartbeat":
        return False  # it says nothing that could be shown
    if carried.url is not None and carried.url.strip() != said["url"]:
        return True
    if carried.title is None or _same(carried.title, said["title"]):
        return False
    if said["act"] not in (Act.RETRACT, Act.WITHHOLD):
        return True
    shown = entry_of(recall(carried.token), carried.token, registry, token_url="")
    return not _same(carried.title, shown.title)  # such an entry says "withdrawn" before its title


def _same(one: str, other: str) -> bool:
    return one == other or one.split() == other.split()


def _told(at: int, document: Document) -> list[FeedError]:
    told = []
    if document.fetched.moved_to is not None:
        where = document.fetched.moved_to[:_DETAIL_CHARACTERS]
        told.append(FeedError(at=at, code=MOVED, detail=f"moved for good; the registry should say {where}"))
    if document.bare:
        told.append(FeedError(at=at, code=BARE, detail=f"{document.bare} entries carry no token"))
    counts = Counter(
        (str(outcome.reason), outcome.detail)
        for outcome in document.outcomes
        if isinstance(outcome, Refused | Held)
    )
    for (code, detail), count in counts.items():
        said = detail if count == 1 else f"{detail} ({count} entries)"
        told.append(FeedError(at=at, code=code, detail=said[:_DETAIL_CHARACTERS]))
    return told


def _noted(before: tuple[FeedError, ...], new: Sequence[FeedError]) -> tuple[FeedError, ...]:
    """Newest first. What is said again is only dated anew, so that one dead line does not hide the rest."""
    said = {(error.code, error.detail) for error in new}
    return (*new, *(error for error in before if (error.code, error.detail) not in said))[:_ERRORS]
