"""Before anything is signed: is it allowed, is the clock believable, is this book the newest there is?

A stream forks when a number is signed twice. The usual way is a restored back-up; so what the book says is
held against what was shown, and when the book is behind, nothing is signed until it has been recovered.
"""

import hashlib
from collections.abc import Iterator
from typing import Final

from syndicate.agency._config import AgencyConfig
from syndicate.agency._halt import HALTED, asked_to_halt
from syndicate.errors import AgencyError, TrustError, WireError
from syndicate.news import Envelope, Registry, limits, rfc3339
from syndicate.ports import StreamBook
from syndicate.trust import Verified, recall, verify
from syndicate.wire import take_out

_SHOWN: Final = "shown"  # SHA-256 of the signed feed as this book last knew it
_LAST_RUN: Final = "last-run"
_LEAP: Final = 40 * 86_400  # seconds between two runs that a person must confirm


def check_may_sign(  # noqa: PLR0913 - what a person says besides
    config: AgencyConfig,
    book: StreamBook,
    registry: Registry,
    now: float,
    *,
    clock_is_right: bool = False,
    book_is_newest: bool = False,
) -> None:
    """Refuse to sign while that is halted, by a wrong clock, or from a book that is behind its stream.

    Where the feed is gone that the book has shown, nothing here can say whether the book is behind: a person
    does, by ``book_is_newest``.

    Raises:
        AgencyError: it says which of them, and what to do.
    """
    check_not_halted(config, book)
    check_book(config, book, registry)
    if not book_is_newest and (said := nothing_shows_it(config, book)) is not None:
        raise AgencyError(said, hint=NOTHING_SHOWS_IT)
    _check_clock(book, now, clock_is_right=clock_is_right)


def check_not_halted(config: AgencyConfig, book: StreamBook) -> None:
    """Refuse to sign while that is halted.

    Raises:
        AgencyError: it is, and since when.
    """
    said = halted(config, book)
    if said is not None:
        raise AgencyError(
            f"signing is halted: {said}",
            hint="Look at what waits (`syndicate agency waiting list`), then run `syndicate agency resume`.",
        )


def halted(config: AgencyConfig, book: StreamBook) -> str | None:
    """Why signing is halted; None if it is not."""
    said = book.jotted(HALTED)
    return asked_to_halt(config) if said is None else said


def check_book(config: AgencyConfig, book: StreamBook, registry: Registry) -> None:
    """Refuse a book that knows less of its stream than the feed that it shows.

    Raises:
        AgencyError: the book is an older copy, or another than the one that was shown.
    """
    try:
        body = (config.folder / config.atom_name).read_bytes()
    except OSError:
        return  # nothing was shown from here yet
    if book.jotted(_SHOWN) == _digest(body):
        return
    head, digest = book.head()
    for token in _own(body, registry):
        number = token.item.seq
        if number > head or (number == head and digest not in (None, token.digest)):
            raise AgencyError(
                f"{config.book_file} ends at number {head} of the stream, but "
                f"{config.folder / config.atom_name} shows number {number}: the book is lost or an old copy, "
                "and signing from it would fork the stream",
                hint="Whatever the back-up, run `syndicate agency recover` with --from HUB: nothing is lost.",
            )


def nothing_shows_it(config: AgencyConfig, book: StreamBook) -> str | None:
    """Why nobody can tell from what lies here whether the book is an old copy; None if that can be told."""
    shown = config.folder / config.atom_name
    if book.jotted(_SHOWN) is None or shown.exists():
        return None
    return (
        f"{config.book_file} has shown a signed feed before, but {shown} is not there: its folder was moved "
        "or emptied, or all of this is an old copy, and signing from that would fork the stream"
    )


NOTHING_SHOWS_IT: Final = (
    "From a back-up: run `syndicate agency recover` with --from HUB. If this book is the newest there is"
    " (`syndicate agency status` says if a hub knows more), run `syndicate agency sign` once with"
    " --book-is-newest."
)


def remember_run(config: AgencyConfig, book: StreamBook, now: float) -> None:
    """Remember what is shown now, and when.

    Raises:
        AgencyError: the feed that was just written cannot be read.
    """
    shown = config.folder / config.atom_name
    try:
        body = shown.read_bytes()
    except OSError as exc:
        raise AgencyError(
            f"cannot read the feed that was just written, {shown}: {exc.strerror}",
            hint="Nothing else may write in this folder. What was signed is kept; run it again.",
        ) from exc
    for name, said in ((_SHOWN, _digest(body)), (_LAST_RUN, str(int(now)))):
        if book.jotted(name) != said:
            book.jot(name, said)


def _check_clock(book: StreamBook, now: float, *, clock_is_right: bool) -> None:
    head = book.head()[0]
    last = book.page(max(0, head - 1), 1)
    if last and last[0].iat > now + limits.CLOCK_AHEAD_SECONDS:
        raise AgencyError(
            f"this machine's clock says {rfc3339(now)}, but number {head} was signed at "
            f"{rfc3339(last[0].iat)}",
            hint="Set the clock. If it is right now and was wrong then, `syndicate agency reissue` signs "
            f"again what hubs refuse: with --since {rfc3339(now)}.",
        )
    ran = book.jotted(_LAST_RUN)
    if not clock_is_right and ran is not None and now - int(ran) > _LEAP:
        raise AgencyError(
            f"this machine's clock says {rfc3339(now)}: the run before this was at {rfc3339(int(ran))}",
            hint="Set the clock. If so much time has really passed, run it once with --clock-is-right.",
        )


def _own(body: bytes, registry: Registry) -> Iterator[Verified]:
    try:
        carried = take_out(body, "atom").carried
    except WireError:
        return  # a half-restored file proves nothing
    for each in carried:
        try:
            signed_at = recall(each.token).iat
        except TrustError:
            continue
        judged = verify(Envelope(token=each.token, source="own feed"), registry, signed_at)
        if isinstance(judged, Verified):
            yield judged


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
