"""The doctor: looks at everything an agency's signing depends on, and says in plain words how it is."""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from syndicate.agency._config import AgencyConfig
from syndicate.agency._guard import halted
from syndicate.agency._hub_answer import read_answer
from syndicate.agency._source import read_source
from syndicate.agency._status import EXPIRY_DAYS, SKEW_SECONDS
from syndicate.errors import AgencyError
from syndicate.news import AgencyKey, KeyStatus
from syndicate.ports import Answered, Call, Caller, Clock, Fetcher, FetchFailed, StreamBook, Why

_DAY: Final = 86_400


class Health(StrEnum):
    """How one thing is."""

    WELL = "well"
    SOON = "soon"  # it works, and will not for ever
    ILL = "ill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    what: str
    health: Health
    said: str
    remedy: str | None = None


def look_at_key_file(path: Path) -> Finding:
    """Whether the key in use can be read by its owner, and by nobody else."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        path.open("rb").close()
    except OSError as exc:
        return _ill("key file", f"{path} cannot be read: {exc.strerror}", "Run this as the user that signs.")
    if mode & 0o077:
        return _ill("key file", f"{path} can be read by other users", f"Run: chmod 600 {path}")
    return _well("key file", f"{path} can be read by this user only")


def look_at_key(config: AgencyConfig, kid: str, now: float) -> Finding:
    """Whether the opened key is enrolled, and counts today."""
    key = next((each for each in config.keys if each.kid == kid), None)
    if key is None:
        why = "does not stand in the enrolment file"
        return _ill("key", f"{kid} {why}", "Sign with the key whose enrolment the ministry has.")
    if key.status is KeyStatus.REVOKED:
        return _ill("key", f"{kid} is revoked", "Sign with the successor.")
    return _window(key, now)


def _window(key: AgencyKey, now: float) -> Finding:
    days = int(key.exp - now) // _DAY
    if now < key.nbf:
        return _ill("key", f"{key.kid} does not count yet", "Check this machine's clock.")
    if days < 0:
        return _ill("key", f"{key.kid} has run out", "Rotate to the sealed successor.")
    crossed = next((limit for limit in EXPIRY_DAYS if days < limit), None)
    if crossed is not None:
        said = f"{key.kid} counts for {days} more days (fewer than {crossed})"
        return Finding(what="key", health=Health.SOON, said=said, remedy="Plan the rotation.")
    return _well("key", f"{key.kid} is enrolled and counts for {days} more days")


def look_at_folder(config: AgencyConfig) -> Finding:
    """Whether the signed feed can be written where the web server finds it."""
    folder = config.folder
    if not folder.is_dir():
        return _ill("files", f"{folder} is not there", "Sign once: it is made then.")
    if not os.access(folder, os.W_OK | os.X_OK):
        return _ill("files", f"{folder} cannot be written", "Give this user the folder.")
    if not (folder / config.atom_name).exists():
        return _ill("files", f"{folder / config.atom_name} is not there", "Sign once: it is made then.")
    return _well("files", f"{folder / config.atom_name} is there, and the folder can be written")


def look_at_waiting(config: AgencyConfig, book: StreamBook) -> Finding:
    """Whether signing is halted, and whether something waits that only a person lets go."""
    waiting = book.waiting()
    stuck = sum(each.due is None or each.why is Why.HALTED for each in waiting)
    told = f"{len(waiting)} items wait, {stuck} of them for a person" if waiting else "nothing waits"
    see = "See `syndicate agency waiting list`"
    if (said := halted(config, book)) is not None:
        remedy = f"{see}; when the CMS is clean, run `syndicate agency resume`."
        return _ill("signing", f"it is halted: {said}; {told}", remedy)
    if stuck:
        return Finding(what="signing", health=Health.SOON, said=told, remedy=f"{see}; release or drop them.")
    return _well("signing", f"it goes on; {told}")


async def look_at_served(config: AgencyConfig, caller: Caller) -> Finding:
    """Whether the public address answers with the very bytes that were written."""
    what, url = "served address", config.atom_url
    try:
        written = (config.folder / config.atom_name).read_bytes()
    except OSError as exc:
        return _ill(what, f"there is no signed feed to compare with: {exc.strerror}", "Sign once.")
    answer = await caller.call(Call(url=url))
    if isinstance(answer, FetchFailed):
        return _ill(
            what, f"{url} was not reached: {answer.detail}", "Is the web server on, and out.base_url right?"
        )
    if answer.status != 200:
        return _ill(what, f"{url} answered {answer.status}", "Point the web server at out.folder.")
    if answer.body != written:
        remedy = "Clear caches on the way; let the web server show the file as it is."
        return _ill(what, f"{url} answered with other bytes than were written", remedy)
    return _well(what, f"{url} answers with the bytes that were written")


async def look_at_cms(config: AgencyConfig, fetcher: Fetcher) -> Finding:
    """Whether the CMS's feed can be had and read."""
    try:
        entries = (await read_source(config, fetcher)).entries
    except AgencyError as exc:
        return _ill("CMS", str(exc), exc.hint or "Correct cms.feed.")
    return _well("CMS", f"{config.feed} has {len(entries)} entries")


async def look_at_hub(hub: str, caller: Caller, clock: Clock) -> Sequence[Finding]:
    """Whether a hub answers, and what its clock says of ours."""
    before = clock.now()
    answer = await caller.call(Call(url=f"{hub.rstrip('/')}/health"))
    if isinstance(answer, FetchFailed):
        return (
            _ill("hub", f"{hub} was not reached: {answer.detail}", "Is the address right, and the line up?"),
        )
    if answer.status != 200:
        return (
            _ill("hub", f"{hub} answered {answer.status}", "Ask its operator."),
            *_clock(hub, answer, before),
        )
    try:
        read_answer(answer.body).text("status")
    except AgencyError as exc:
        return (_ill("hub", f"{hub} answered, but {exc}", exc.hint), *_clock(hub, answer, before))
    return (_well("hub", f"{hub} answers as a hub does"), *_clock(hub, answer, before))


def _clock(hub: str, answer: Answered, now: float) -> tuple[Finding, ...]:
    if answer.date is None:
        return ()
    skew = round(now - answer.date)
    if abs(skew) > SKEW_SECONDS:
        side = "ahead of" if skew > 0 else "behind"
        said = f"this machine's clock is {abs(skew)} seconds {side} that of {hub}"
        return (_ill("clock", said, "Let the machine set its clock by NTP."),)
    return (_well("clock", f"this machine's clock agrees with that of {hub}"),)


def _well(what: str, said: str) -> Finding:
    return Finding(what=what, health=Health.WELL, said=said)


def _ill(what: str, said: str, remedy: str) -> Finding:
    return Finding(what=what, health=Health.ILL, said=said, remedy=remedy)
