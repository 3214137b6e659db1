"""The bad night: halt everything first, then take back what went out since."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from syndicate.agency import HALTED, Unsigned, check_book, marks_of, publish, remember_run, sign_items
from syndicate.errors import AgencyError
from syndicate.news import Act, Item, Refused, rfc3339
from syndicate.newsdesk._acts import Desk
from syndicate.newsdesk._find import newest_first
from syndicate.ports import Signed, StreamBook, Waiting, Why
from syndicate.trust import recall

_NOTE: Final = "Withheld while we check: our systems may have been misused. Please do not use it for now."


def halt(book: StreamBook, *, since: float, now: float) -> None:
    """Halt signing until ``resume``: on the disk when this returns. What waits goes out no more by itself.

    An embargo holds nevertheless: until its time nobody can release what it holds back.

    Raises:
        StorageError: the book cannot be written.
    """
    book.jot(HALTED, f"`agency panic` at {rfc3339(now)}, since {rfc3339(since)}")
    book.hold([_halted(each) for each in book.waiting()])


def panic(desk: Desk, *, since: float, note: str | None = None) -> tuple[Signed | Refused, ...]:
    """Halt signing until ``resume``, and withhold every item of which a version was signed since then.

    The halt is on the disk before anything else is done. Run again, it goes on where it stopped. What was
    withheld, or waits, stays out under whatever id it comes again.

    Raises:
        AgencyError: the book is an old copy; signing is halted nevertheless.
        SigningError: the key cannot sign; signing is halted nevertheless.
        StorageError: the book cannot be written.
    """
    halt(desk.book, since=since, now=desk.now)
    check_book(desk.config, desk.book, desk.registry)  # a notice that forks the stream would reach nobody
    touched = list(_signed_since(desk.book, since))
    desk.book.bar({mark for each in touched for mark in marks_of(recall(each.token))})
    standing = desk.book.latest({each.sub for each in touched})
    withheld = [
        Unsigned(item=_withheld(recall(each.token), note or _NOTE, desk.now))
        for each in sorted(standing.values(), key=lambda each: each.seq)
        if each.act not in (Act.WITHHOLD, Act.RETRACT)
    ]
    answers = sign_items(withheld, signer=desk.signer, book=desk.book, registry=desk.registry, now=desk.now)
    publish(desk.config, desk.book, desk.registry)
    remember_run(desk.config, desk.book, desk.now)
    return answers


def resume(book: StreamBook) -> str:
    """Let signing go on; what it was halted for. What waits goes on waiting until a person releases it.

    Raises:
        AgencyError: it is not halted.
    """
    halted = book.jotted(HALTED)
    if halted is None:
        raise AgencyError("signing is not halted")
    book.jot(HALTED, None)
    return halted


def _halted(each: Waiting) -> Waiting:
    if each.why is Why.SECOND:
        return each
    return replace(each, why=Why.HALTED, due=each.due if each.why in (Why.EMBARGO, Why.HALTED) else None)


def _signed_since(book: StreamBook, since: float) -> Iterator[Signed]:
    # Every token is looked at: a clock that was moved leaves times out of order.
    return (each for each in newest_first(book) if each.iat >= since and not recall(each.token).withdrawn)


def _withheld(item: Item, note: str, now: float) -> Item:
    return replace(
        item,
        ver=item.ver + 1,
        act=Act.WITHHOLD,
        note=note,
        updated=max(rfc3339(now), item.updated),
        summary=None,
        content=None,
        expires=None,
        byline=None,
        media=(),
        alert=None,
        claim=None,
    )
