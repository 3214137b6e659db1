"""``syndicate relations``: what likeness found, and the operator's word on it, which everybody can read."""

import argparse
import asyncio
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from syndicate.assembly import rule_relation
from syndicate.cli._database import add_database
from syndicate.cli._explain import item_named, to_other
from syndicate.cli._reason import public_reason
from syndicate.cli._shown import shown
from syndicate.dedupe import Related, Standing
from syndicate.errors import StorageError
from syndicate.journey import title_of
from syndicate.news import AgencyId, ItemId, spelling
from syndicate.ports import Logged
from syndicate.storage import open_view


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate relations`` to the command line."""
    parser = nouns.add_parser(
        "relations",
        help="what likeness found between items; confirm or reject it, in public",
        description="What likeness found between items. The operator's word on two of them is an act in the "
        "public log: it wins over likeness, never over what an agency declared, and the newest one counts. "
        "The hub may be running.",
    )
    verbs = parser.add_subparsers(title="what to do", metavar="VERB", required=True)
    listed = verbs.add_parser("list", help="what was found last")
    listed.add_argument("--state", choices=[each.value for each in Standing], help="only these")
    listed.add_argument("--agency", type=_agency, metavar="ID", help="only what this agency's items are")
    listed.add_argument("--limit", type=_count, default=100, metavar="N", help="(default: %(default)s)")
    for name, does in (
        ("confirm", "two items tell one story, or one is the other under a new id"),
        ("reject", "they do not"),
    ):
        verb = verbs.add_parser(name, help=does)
        verb.add_argument("item", metavar="ITEM", help="an item's id, or its address")
        verb.add_argument("other", metavar="OTHER", help="likewise")
        verb.add_argument("--reason", required=True, help="one line, for everybody to read, for ever")
        verb.set_defaults(verdict=name)
    for verb in verbs.choices.values():
        verb.add_argument("--json", action="store_true", help="write JSON, for programs")
        add_database(verb)
        verb.set_defaults(run=_rule)
    listed.set_defaults(run=_list)


def _agency(written: str) -> AgencyId:
    if re.fullmatch(spelling.AGENCY_ID, written) is None:
        raise argparse.ArgumentTypeError("an agency's id is two letters, a point and a name, as in vn.vna")
    return AgencyId(written)


def _count(written: str) -> int:
    if re.fullmatch("[1-9][0-9]{0,5}", written) is None:
        raise argparse.ArgumentTypeError("give a number from 1 to 999999")
    return int(written)


def _rule(args: argparse.Namespace) -> int:
    if not args.db.exists():
        raise StorageError(f"there is no hub's database {args.db}", hint="Name it: --db FILE.")
    reason = public_reason(args.reason)
    ruled = rule_relation(args.db, args.verdict, item_named(args.item), item_named(args.other), reason)
    told = asyncio.run(ruled)
    if args.json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        print(f"Noted, as act {told['act']} of the log. It has effect as soon as the log shows it.")
    return 0


def _list(args: argparse.Namespace) -> int:
    found, standing = asyncio.run(_found(args.db, args))
    if args.json:
        print(json.dumps([_plain(each) for each in found], ensure_ascii=False, indent=2))
        return 0
    for each in found:
        print(
            f"{each.sub}/{each.ver} {to_other(each)}, score {each.score:.2f}, {each.state}: "
            f"{shown(each.evidence)}"
        )
        for sub in (each.sub, each.to_sub):
            print(f"    {shown(title_of(None if sub is None else standing.get(sub)))}")
    print(f"{len(found)} {'relation' if len(found) == 1 else 'relations'}.")
    return 0


async def _found(path: Path, args: argparse.Namespace) -> tuple[tuple[Related, ...], Mapping[ItemId, Logged]]:
    async with open_view(path) as storage:
        found = await storage.found(
            args.limit,
            state=None if args.state is None else Standing(args.state),
            agency=args.agency,
        )
        named = {sub for each in found for sub in (each.sub, each.to_sub) if sub is not None}
        return found, await storage.standing(named)


def _plain(each: Related) -> dict[str, Any]:
    return {
        "sub": each.sub,
        "ver": each.ver,
        "type": each.type,
        "to_sub": each.to_sub,
        "to_ver": each.to_ver,
        "rule": each.rule,
        "score": each.score,
        "state": each.state,
        "evidence": each.evidence,
    }
