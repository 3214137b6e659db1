"""``syndicate erase``: take a text back because a law demands it, by an act that everybody can read."""

import argparse
import asyncio
import json
import time
from collections.abc import Mapping

from syndicate.cli._agency_desk import confirm
from syndicate.cli._database import add_database
from syndicate.cli._reason import NOBODY, public_reason
from syndicate.client import named_item
from syndicate.errors import SettingsError, StorageError
from syndicate.news import ItemId, TokenDigest, rfc3339
from syndicate.ports import Storage
from syndicate.storage import open_storage


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate erase`` to the command line."""
    parser = nouns.add_parser(
        "erase",
        help="take back a text by order of a law, in public",
        description="Take one version of an item, or all of them, out of the hub for good: its token "
        "answers 410 from then on. The act, its reason and the versions' digests stand in the log for ever, "
        "and so do the leaves, which hold no text: every proof stays good. Stop the hub first; back-ups are "
        "yours to see to, mirrors follow by themselves. An agency that regrets a text retracts it: this is "
        "not for that.",
    )
    parser.add_argument("item", help="the item's id, or the address of a version's token")
    parser.add_argument("--ver", type=int, metavar="N", help="only this version (default: all of them)")
    parser.add_argument(
        "--reason", required=True, help="which order, of whom: for everybody to read, for ever"
    )
    parser.add_argument("--yes", action="store_true", help="ask nobody (for programs)")
    parser.add_argument("--json", action="store_true", help="write JSON, for programs")
    add_database(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    if not args.db.exists():
        raise StorageError(f"there is no hub's database {args.db}", hint="Name it: --db FILE.")
    reason = public_reason(args.reason)
    if args.ver is not None and args.ver < 1:
        raise SettingsError(f"there is no version {args.ver}", hint="Versions are counted from 1.")
    sub, named = named_item(args.item)
    told = asyncio.run(_erase(args, sub, named if args.ver is None else args.ver, reason))
    if args.json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        print(f"Gone: {len(told['tokens'])} of {sub}. The act gets its place in the log when the hub starts.")
        print("Its agency's own feed may still show it. See to your back-ups.")
    return 0


async def _erase(
    args: argparse.Namespace, sub: ItemId, ver: int | None, reason: str
) -> dict[str, list[str] | str]:
    async with open_storage(args.db) as storage:
        going = await _standing(storage, sub, ver)
        if not args.yes:
            numbers = ", ".join(map(str, going))
            confirm(
                f"Versions {numbers} of {sub} are taken out for good. Type erase:",
                "erase",
                alone=NOBODY,
            )
        act = {
            "act": "erase",
            "at": rfc3339(time.time()),
            "reason": reason,
            "sub": sub,
            "tokens": sorted(going.values()),
        }
        body = json.dumps(act, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        await storage.write(lambda book: book.erase(list(going.values()), body))
        while await storage.sweep():
            pass
        return {"act": body.decode(), "tokens": sorted(going.values())}


async def _standing(storage: Storage, sub: ItemId, ver: int | None) -> Mapping[int, TokenDigest]:
    """The versions that are meant and still here, with their digests.

    Raises:
        StorageError: there are none, or one still waits for its index.
    """
    state = (await storage.write(lambda book: book.items([sub]))).get(sub)
    wanted = range(1, (state.highest if state else 0) + 1) if ver is None else (ver,)
    here = await storage.write(lambda book: book.versions([(sub, each) for each in wanted]))
    going = {}
    for (_, each), digest in sorted(here.items()):
        logged = await storage.version(sub, each)
        if logged is None or logged.index >= storage.log.visible:
            raise StorageError(
                f"version {each} of {sub} is not shown yet", hint="Let the hub run until it is, then stop it."
            )
        if not logged.erased:
            going[each] = digest
    if not going:
        raise StorageError(f"there is nothing of {sub} to take back", hint="Is it the right item?")
    return going
