"""``syndicate case ITEM``: everything that a hub knows of one item, as one timeline for its operator."""

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from syndicate.cli._asked import add_registry, policy_of, seen_by
from syndicate.cli._case_checks import FAILED, PASSED, Check, checks_of
from syndicate.cli._case_events import Event, events_of
from syndicate.cli._database import add_database
from syndicate.cli._shown import shown
from syndicate.errors import ClientError, StorageError
from syndicate.news import ItemId, TokenDigest, rfc3339, spelling
from syndicate.ports import Case, KeptVersion
from syndicate.storage import read_case

_VERSIONED: Final = re.compile(
    rf"(?:urn:syndicate:)?({spelling.ITEM_ID})(?:/([1-9][0-9]{{0,15}}))?", re.ASCII
)
_ADDRESS: Final = re.compile(
    rf"/(?:v1/items|item)/({spelling.ITEM_ID})(?:/([1-9][0-9]{{0,15}})(?:\.[a-z-]+)?)?/?", re.ASCII
)
_DIGEST: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)

Checks = dict[int, tuple[Check, ...]]


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate case`` to the command line."""
    parser = nouns.add_parser(
        "case",
        help="everything a hub knows of one item, as one timeline",
        description="One timeline of an item from a hub's database: receipt, checks, place in the log, who "
        "stands behind it, deliveries, what was refused or held, acts of the operator. It only looks: the "
        "hub may be running. With a registry named, the numbered checks of docs/protocol.md are run again on "
        "every token that is kept. It ends with 1 if one of them fails.",
    )
    parser.add_argument(
        "item", metavar="ITEM", help="an item's id, ID/VERSION, a token's digest, or an item's address"
    )
    add_database(parser)
    add_registry(parser, at=False)
    parser.set_defaults(run=_run)


def named(asked: str) -> tuple[ItemId | None, int | None, TokenDigest | None]:
    """Item, version and digest, as far as what was asked names them.

    Raises:
        ClientError: it names none of them.
    """
    found = _VERSIONED.fullmatch(asked)
    if found is None and _DIGEST.fullmatch(asked):
        return None, None, TokenDigest(asked)
    if found is None and asked.startswith(("http://", "https://")):
        try:
            found = _ADDRESS.fullmatch(unquote(urlsplit(asked).path))
        except ValueError:
            found = None
    if found is None:
        raise ClientError(
            f"{shown(asked)!r} names no item",
            hint="Give its id (vn.vna:...), ID/VERSION, the digest of a token, or the address of its page.",
        )
    return ItemId(found[1]), int(found[2]) if found[2] else None, None


def _run(args: argparse.Namespace) -> int:
    sub, ver, digest = named(args.item)
    if not args.db.exists():
        raise StorageError(f"there is no hub's database {args.db}", hint="Name it: --db FILE.")
    with read_case(args.db) as read:
        case = read(sub, digest)
    versions = _asked_for(case, ver, digest)
    if case.empty or (ver is not None and not versions):
        raise StorageError(
            f"nothing is known here of {shown(args.item)}",
            hint="Is it this hub's database, and the whole id? `syndicate refusals` shows what has no item.",
        )
    checks = _checks(args, versions)
    events = events_of(case, versions)
    if args.json:
        print(json.dumps(_as_json(case, versions, checks, events), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_told(case, versions, checks, events)))
    return 1 if any(check.outcome == FAILED for each in checks.values() for check in each) else 0


def _asked_for(case: Case, ver: int | None, digest: TokenDigest | None) -> tuple[KeptVersion, ...]:
    return tuple(each for each in case.versions if ver in (None, each.ver) and digest in (None, each.digest))


def _checks(args: argparse.Namespace, versions: Sequence[KeptVersion]) -> Checks:
    if not args.registry and args.offline is None:
        return {}
    seen = seen_by(args)
    policy = policy_of(args, seen)
    return {each.ver: checks_of(each, seen.registry, policy) for each in versions if each.token}


def _as_json(
    case: Case, versions: Sequence[KeptVersion], checks: Checks, events: Sequence[Event]
) -> dict[str, Any]:
    return {
        "item": case.sub,
        "versions": [
            {
                "ver": each.ver,
                "digest": each.digest,
                "index": each.index,
                "shown": each.shown,
                "erased_by": each.erased_by,
                "marks": sorted(each.marks),
                "token": each.token or None,
                "proof": None if each.proof is None else each.proof.decode(),
                "checks": [asdict(check) for check in checks.get(each.ver, ())],
            }
            for each in versions
        ],
        "events": [asdict(each) for each in events],
    }


def _told(case: Case, versions: Sequence[KeptVersion], checks: Checks, events: Sequence[Event]) -> list[str]:
    lines = [str(case.sub or "A token that was never admitted"), ""]
    for each in events:
        when = "                    " if each.at is None else rfc3339(each.at)
        which = "" if each.ver is None else f"version {each.ver}: "
        lines += [f"{when}  {which}{each.what}", *(f"{'':22}{line}" for line in each.more)]
    for version in versions:
        lines += ["", f"Checks of version {version.ver}, token {version.digest}:"]
        lines += _outcomes(version, checks)
    return lines


def _outcomes(version: KeptVersion, checks: Checks) -> list[str]:
    if version.erased_by is not None:
        return ["  not run: its text is gone"]
    if version.ver not in checks:
        return ["  not run: name a registry to run them by, --registry URL|FOLDER --root FILE"]
    return [
        f"  {check.step:>2}  {check.outcome:<6}  {check.what}{_why(check)}" for check in checks[version.ver]
    ]


def _why(check: Check) -> str:
    if check.outcome == PASSED:
        return f": {check.detail}" if check.detail else ""
    told = " ".join(filter(None, (check.reason, f"({check.detail})" if check.detail else "")))
    return f": {told}" if told else ""
