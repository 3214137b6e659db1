"""Another key takes over: what is signed again under it, and the paper that goes to the ministry."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from syndicate.agency import (
    AgencyConfig,
    Unsigned,
    check_book,
    enrol_another,
    publish,
    remember_run,
    sign_items,
)
from syndicate.errors import AgencyError
from syndicate.news import Act, KeyStatus, Refused, limits, rfc3339
from syndicate.newsdesk._acts import Desk
from syndicate.newsdesk._find import newest_first
from syndicate.ports import Signed, Signer
from syndicate.trust import recall

_BATCH = 100


def check_successor(config: AgencyConfig, in_use: str | None, successor: Signer, now: float) -> None:
    """Refuse a key that hubs would refuse: one that was never enrolled, is in use, or has run out.

    Raises:
        AgencyError: it says which, and what to do.
    """
    key = next((each for each in config.keys if each.kid == successor.kid), None)
    if key is None:
        raise AgencyError(
            f"the key {successor.kid} does not stand in the enrolment file: hubs do not know it",
            hint="Take the sealed successor that `agency init` made, or the last `agency rotate`.",
        )
    if successor.kid == in_use:
        raise AgencyError("that key is in use already")
    if key.status is not KeyStatus.ACTIVE or not key.nbf <= now < key.exp:
        raise AgencyError(f"hubs do not take the key {successor.kid} at {rfc3339(now)}: look at its window")


def next_enrolment(
    enrolment: str, config: AgencyConfig, taking_over: str, following: Signer, now: float
) -> str:
    """The enrolment file ``enrolment`` with ``taking_over`` in use and ``following`` as the sealed one."""
    return enrol_another(enrolment, config.id, taking_over, following, now)


def put_in_place(path: Path, content: bytes, mode: int) -> None:
    """Replace the file ``path`` whole, or not at all; what is there when this returns is on the disk.

    Raises:
        AgencyError: it cannot be written.
    """
    new = path.with_name(f".{path.name}.new")
    try:
        new.unlink(missing_ok=True)
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        new.replace(path)
    except OSError as exc:
        new.unlink(missing_ok=True)
        raise AgencyError(f"cannot write {path}: {exc.strerror}; what stood there stands as it was") from exc


def reissue(desk: Desk, *, since: float) -> tuple[Signed | Refused, ...]:
    """Sign again, as the next version under the key in use, what hubs refused since then.

    That is every item whose newest version another key signed at or after ``since``, or that a wrong clock
    dated ahead of now. Run twice, the second changes nothing.

    Raises:
        AgencyError: the book is an old copy, or a file cannot be written.
        SigningError: the key cannot sign.
        StorageError: the book cannot be written.
    """
    check_book(desk.config, desk.book, desk.registry)
    touched = {each.sub for each in newest_first(desk.book) if _refused_by_hubs(each, desk, since)}
    standing = sorted(desk.book.latest(touched).values(), key=lambda each: each.seq)
    again = [each for each in standing if _refused_by_hubs(each, desk, since)]
    answers: list[Signed | Refused] = []
    for start in range(0, len(again), _BATCH):
        answers += sign_items(
            [_again(each, desk) for each in again[start : start + _BATCH]],
            signer=desk.signer, book=desk.book, registry=desk.registry, now=desk.now,
        )  # fmt: skip
    publish(desk.config, desk.book, desk.registry)
    remember_run(desk.config, desk.book, desk.now)
    return tuple(answers)


def _refused_by_hubs(each: Signed, desk: Desk, since: float) -> bool:
    ahead = each.iat > desk.now + limits.CLOCK_AHEAD_SECONDS
    return ahead or (each.kid != desk.signer.kid and each.iat >= since)


def _again(each: Signed, desk: Desk) -> Unsigned:
    item = recall(each.token)
    now = rfc3339(desk.now)
    again = replace(item, ver=item.ver + 1, updated=now if item.updated > now else max(item.updated, now))
    return Unsigned(item=replace(again, act=Act.UPDATE if item.act is Act.PUBLISH else item.act))


def refused(answers: Iterable[Signed | Refused]) -> tuple[Refused, ...]:
    """Those among the answers that hubs would refuse."""
    return tuple(each for each in answers if isinstance(each, Refused))
