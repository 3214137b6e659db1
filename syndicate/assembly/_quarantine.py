"""Quarantine: the operator's brake on one agency. What it signs waits, nothing is deleted, it ends by itself.

Whoever looks after a hub may see before a ministry does that an agency has been broken into. The brake holds
for 72 hours. Whether it goes on is the member's decision, by suspending the agency or revoking its key; the
operator cannot pull it again within 30 days. Each act is a line of a file that is only ever added to.
"""

import errno
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from syndicate.errors import SettingsError
from syndicate.news import AgencyId, Quarantine, UnixTime, rfc3339

HOLDS_SECONDS: Final = 72 * 3_600
APART_SECONDS: Final = 30 * 86_400
_BEGIN: Final = "begin"
_LIFT: Final = "lift"
_MOST_BYTES: Final = 1_000_000
_MOST_REASON: Final = 500  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorsAct:
    """What the operator did: began a quarantine, or lifted one."""

    at: int  # Unix seconds
    act: str
    agency: str
    reason: str = ""


def quarantine_file(database: Path) -> Path:
    """Where the acts of the operator of this hub stand: beside its database."""
    return database.with_name(f"{database.name}.quarantine")


def read_acts(path: Path) -> tuple[OperatorsAct, ...]:
    """All of them, in order; none if there is no such file.

    Raises:
        SettingsError: it cannot be read, or a line is no act; the message names the line.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return ()
    except OSError as exc:
        raise SettingsError(f"cannot read {path}: {exc.strerror}") from exc
    if len(raw) > _MOST_BYTES:
        raise SettingsError(f"{path} has more than {_MOST_BYTES:,} bytes", hint="Begin a new one.")
    return tuple(_act(line, f"{path}:{number}") for number, line in enumerate(raw.splitlines(), 1) if line)


def in_force(acts: Sequence[OperatorsAct], now: float) -> Mapping[AgencyId, Quarantine]:
    """The quarantines that hold at ``now``; one begun too early after the last does not count."""
    holds: dict[AgencyId, Quarantine] = {}
    for act in _counting([act for act in acts if act.at <= now]):
        agency = AgencyId(act.agency)
        if act.act == _LIFT:
            holds.pop(agency, None)
        else:
            until = UnixTime(act.at + HOLDS_SECONDS)
            holds[agency] = Quarantine(since=UnixTime(act.at), until=until, reason=act.reason)
    return {agency: each for agency, each in holds.items() if now < each.until}


def _counting(acts: Sequence[OperatorsAct]) -> Iterator[OperatorsAct]:
    """The acts without those that begin a quarantine within 30 days of the one before, whoever wrote them."""
    begun: dict[str, int] = {}
    for act in acts:
        if act.act == _BEGIN:
            if act.at < begun.get(act.agency, -APART_SECONDS) + APART_SECONDS:
                continue
            begun[act.agency] = act.at
        yield act


def quarantines(path: Path, now: float) -> Mapping[AgencyId, Quarantine]:
    """What is in quarantine at ``now``, as the acts in a file have it. Raises SettingsError."""
    return in_force(read_acts(path), now)


def begin_quarantine(path: Path, agency: AgencyId, reason: str, now: int) -> Quarantine:
    """Hold what this agency signs from now on; on the disk when this returns.

    Raises:
        SettingsError: it is held already, or was within the last 30 days; or the file cannot be written.
    """
    acts = read_acts(path)
    new = OperatorsAct(at=now, act=_BEGIN, agency=agency, reason=reason[:_MOST_REASON])
    if agency in in_force(acts, now):
        raise SettingsError(f"{agency} is in quarantine already")
    for act in _counting(acts):
        if act.act == _BEGIN and act.agency == agency and now < act.at + APART_SECONDS:
            raise SettingsError(
                f"{agency} was put in quarantine at {rfc3339(act.at)}; not again within 30 days",
                hint="Its member decides: it can suspend the agency, or revoke its key (docs/ceremony.md).",
            )
    _append(path, new)
    return Quarantine(since=UnixTime(now), until=UnixTime(now + HOLDS_SECONDS), reason=new.reason)


def lift_quarantine(path: Path, agency: AgencyId, now: int) -> None:
    """Let go on what waits. Raises SettingsError: it is not held, or the file cannot be written."""
    if agency not in in_force(read_acts(path), now):
        raise SettingsError(f"{agency} is not in quarantine")
    _append(path, OperatorsAct(at=now, act=_LIFT, agency=agency))


def _act(line: bytes, where: str) -> OperatorsAct:
    try:
        told = json.loads(line)
        act = OperatorsAct(
            at=int(told["at"]),
            act=str(told["act"]),
            agency=str(told["agency"]),
            reason=str(told.get("reason", ""))[:_MOST_REASON],
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise SettingsError(f"{where}: is no act of an operator ({type(exc).__name__})") from exc
    if act.act not in (_BEGIN, _LIFT):
        raise SettingsError(f"{where}: there is no act {act.act!r}")
    return act


def _append(path: Path, act: OperatorsAct) -> None:
    line = json.dumps(asdict(act), ensure_ascii=False).encode() + b"\n"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            _write_whole(handle, line)
        finally:
            os.close(handle)
    except OSError as exc:
        raise SettingsError(f"cannot write {path}: {exc.strerror}") from exc


def _write_whole(handle: int, line: bytes) -> None:
    """Half a line would break every later act: it is taken back."""
    before = os.fstat(handle).st_size
    try:
        written = os.write(handle, line)
        os.fsync(handle)
    except OSError:
        os.ftruncate(handle, before)
        raise
    if written != len(line):
        os.ftruncate(handle, before)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
