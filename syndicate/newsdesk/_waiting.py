"""The waiting list: who looks at it, releases and drops; and the second person without whom some never go."""

from collections.abc import Collection, Sequence
from typing import Final

from syndicate.agency import check_may_sign, dropped_mark, marks_of, publish, release, remember_run
from syndicate.errors import AgencyError
from syndicate.news import Refused, rfc3339
from syndicate.newsdesk._acts import Desk, remember_text
from syndicate.ports import Signed, Signer, StreamBook, Waiting, Why

_SECOND: Final = "second"  # the kid of the second person's key


def appoint(second: Signer, desk: Desk, *, by: Signer | None = None) -> None:
    """Remember whose key releases alerts and rebuttals; only the one before, or the successor, replaces it.

    Raises:
        AgencyError: it is one of the agency's own keys, or another is appointed and ``by`` is neither
            that key nor an enrolled one which is not in use.
    """
    enrolled = {key.kid for key in desk.config.keys}
    if second.kid == desk.signer.kid or second.kid in enrolled:
        raise AgencyError("the second person's key is none of the agency's own", hint="Make one of its own.")
    before = desk.book.jotted(_SECOND)
    may = before in (None, second.kid) or (
        by is not None and by.kid != desk.signer.kid and by.kid in {before, *enrolled}
    )
    if not may:
        raise AgencyError(
            "a second person is appointed already",
            hint="Replace them with their own key, or with the sealed successor: --by FILE.",
        )
    desk.book.jot(_SECOND, second.kid)


def release_ids(
    ids: Sequence[int], desk: Desk, *, second: Signer | None = None
) -> tuple[tuple[Waiting, Signed | Refused], ...]:
    """Sign these now, whatever they waited for; alerts and rebuttals only beside the second person's key.

    Raises:
        AgencyError: an id is not on the list, the second person is missing or another, or nothing may
            be signed now; nothing was signed.
    """
    check_may_sign(desk.config, desk.book, desk.registry, desk.now)
    chosen = waiting_ids(ids, desk.book)
    if any(each.why is Why.SECOND for each in chosen):
        _check_second(desk.book, second)
    if early := [each for each in chosen if _is_early(each, desk.now)]:
        raise AgencyError(
            f"{early[0].id} is under embargo until {rfc3339(early[0].due or 0)}, and goes out never before",
            hint="`syndicate agency drop` it and publish it anew if the embargo has fallen.",
        )
    answers = release(chosen, signer=desk.signer, book=desk.book, registry=desk.registry, now=desk.now)
    for each, answer in zip(chosen, answers, strict=True):
        if isinstance(answer, Signed):
            remember_text(each.item, desk.book)
    publish(desk.config, desk.book, desk.registry)
    remember_run(desk.config, desk.book, desk.now)
    return tuple(zip(chosen, answers, strict=True))


def drop_ids(ids: Sequence[int], book: StreamBook) -> tuple[Waiting, ...]:
    """Take these off the list for good: the same text stays out, under whatever id it comes again.

    Raises:
        AgencyError: an id is not on the list; nothing was dropped.
    """
    chosen = waiting_ids(ids, book)
    for each in chosen:
        if each.fingerprint:  # a person who drops their own words may write them again
            book.bar(marks_of(each.item) | {dropped_mark(each.item.sub, each.fingerprint)})
    book.drop([each.id for each in chosen])
    return chosen


def until_when(each: Waiting) -> str:
    """Until when, or until whom, it waits: in words."""
    if each.due is None:
        return "until a person releases it"
    halted = ", then until a person releases it" if each.why is Why.HALTED else ""
    return f"until {rfc3339(each.due)}{halted}"


def may_release(each: Waiting, now: float) -> bool:
    """Whether one person by themselves may let it go now."""
    return each.why is not Why.SECOND and not _is_early(each, now)


def _is_early(each: Waiting, now: float) -> bool:
    return each.why in (Why.EMBARGO, Why.HALTED) and each.due is not None and each.due > now


def waiting_ids(ids: Collection[int], book: StreamBook) -> tuple[Waiting, ...]:
    """What waits under these numbers.

    Raises:
        AgencyError: an id is not on the list.
    """
    waiting = {each.id: each for each in book.waiting()}
    if missing := [each for each in ids if each not in waiting]:
        raise AgencyError(
            f"{missing[0]} is not on the waiting list", hint="See `syndicate agency waiting list`."
        )
    return tuple(waiting[each] for each in dict.fromkeys(ids))


def _check_second(book: StreamBook, second: Signer | None) -> None:
    appointed = book.jotted(_SECOND)
    if appointed is None:
        raise AgencyError(
            "alerts and rebuttals need a second person, and none is appointed",
            hint="Let that person run `syndicate agency second` once, with a passphrase of their own.",
        )
    if second is None or second.kid != appointed:
        raise AgencyError(
            "an alert or a rebuttal is released by the second person, with their own key",
            hint="Use --second FILE: the key that `syndicate agency second` made.",
        )
