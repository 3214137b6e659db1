"""``syndicate doctor``: what a hub stands on, looked at from beside it: registry, clock, disk, database."""

import argparse
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from syndicate.cli._asked import add_registry, look_of
from syndicate.cli._database import add_database
from syndicate.cli._registry import role_warning
from syndicate.cli._shown import shown
from syndicate.errors import StorageError, SyndicateError
from syndicate.news import rfc3339
from syndicate.registry import Refreshed, RoleState
from syndicate.storage import read_refusals

_WELL, _SOON, _ILL = "well", "soon", "ILL"
_ROOM_SOON = 5_000_000_000  # bytes free: some months of a busy federation
_ROOM_ILL = 500_000_000
_TIMESTAMP_SECONDS = 86_400  # for so long the operator signs a timestamp
_SKEW_SECONDS = 300
_DAMAGED = "Ask another mirror. If it is the same there: the operator, and the ministry."
_SIGN = "Let those who hold it sign again: docs/ceremony.md."
_TICK = "Is `syndicate registry tick` running where the operator's keys are?"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    what: str
    health: str
    said: str
    remedy: str = ""


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate doctor`` to the command line."""
    parser = nouns.add_parser(
        "doctor",
        help="look at what a hub stands on: registry, clock, disk, database",
        description="Look at what a hub stands on, beside the running hub. Ends with 0 if all is well, 1 if "
        "something will not last, 2 if something is wrong.",
    )
    add_registry(parser)
    add_database(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    findings = [*_registry(args), *_disk(args.db), *_database(args.db)]
    if args.json:
        print(json.dumps([asdict(each) for each in findings], indent=2))
    else:
        for each in findings:
            print(f"{each.health:>4}  {each.what}: {shown(each.said)}")
            if each.remedy:
                print(f"      {shown(each.remedy)}")
    healths = {each.health for each in findings}
    return 2 if _ILL in healths else int(_SOON in healths)


def _registry(args: argparse.Namespace) -> Iterator[_Finding]:
    try:
        seen = look_of(args)
    except SyndicateError as exc:
        yield _Finding(what="registry", health=_ILL, said=str(exc), remedy=exc.hint)
        return
    root = f"root version {seen.root.version}, sha256 {seen.root.sha256[:16]}..."
    yield _Finding(what="registry", health=_WELL, said=f"{seen.registry.name}: its signatures hold; {root}")
    yield from (_Finding(what="registry", health=_SOON, said=problem) for problem in seen.problems)
    for code, until in seen.registry.vouched_until.items():
        if not until:  # not that it ran out: what was signed last is damaged, or not there
            yield _Finding(
                what=f"member {code}", health=_ILL, remedy=_DAMAGED,
                said="what it signed last cannot be read whole; its new items wait, as a key may be revoked",
            )  # fmt: skip
    now = int(time.time())
    yield _clock(seen, now)
    for role in seen.roles:
        yield _role(role, now)


def _clock(seen: Refreshed, now: int) -> _Finding:
    until = seen.registry.fresh_until
    said = f"this machine says {rfc3339(now)}"
    if until is not None and now < until - _TIMESTAMP_SECONDS - _SKEW_SECONDS:
        signed = rfc3339(until - _TIMESTAMP_SECONDS)
        return _Finding(
            what="clock", health=_ILL, said=f"{said}, but the registry was signed at {signed}",
            remedy="Set the clock (NTP): items would be judged by a wrong time.",
        )  # fmt: skip
    return _Finding(what="clock", health=_WELL, said=said)


def _role(role: RoleState, now: int) -> _Finding:
    signed = f"signed by {len(role.signers)} of {role.threshold}, until {rfc3339(role.expires)}"
    warning = role_warning(role, now)
    online = role.name in ("snapshot", "timestamp")
    if warning is None:
        return _Finding(what=f"role {role.name}", health=_WELL, said=signed)
    return _Finding(
        what=f"role {role.name}",
        health=_ILL if role.expires <= now else _SOON,
        said=f"{signed}: {warning}",
        remedy=_TICK if online else _SIGN,
    )


def _disk(database: Path) -> Iterator[_Finding]:
    try:
        free = shutil.disk_usage(database.absolute().parent).free
    except OSError as exc:
        yield _Finding(what="disk", health=_ILL, said=f"{database.parent}: {exc.strerror}")
        return
    health = _ILL if free < _ROOM_ILL else _SOON if free < _ROOM_SOON else _WELL
    remedy = "" if health == _WELL else "Make room before the hub has to stop admitting."
    yield _Finding(what="disk", health=health, said=f"{free / 1e9:.1f} GB are free", remedy=remedy)


def _database(path: Path) -> Iterator[_Finding]:
    if not path.exists():
        yield _Finding(
            what="database",
            health=_ILL,
            said=f"there is no {path}",
            remedy="Name it with --db.",
        )
        return
    try:
        with read_refusals(path) as refusals:
            newest = refusals(None, 1)
    except StorageError as exc:
        yield _Finding(what="database", health=_ILL, said=str(exc), remedy=exc.hint)
        return
    size = path.stat().st_size / 1e6
    last = f"the last refusal at {rfc3339(newest[0].last_at)}" if newest else "nothing was ever refused"
    yield _Finding(what="database", health=_WELL, said=f"{path} can be read, {size:.1f} MB; {last}")
