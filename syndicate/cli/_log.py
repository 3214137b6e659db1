"""``syndicate log``: how a hub's log stands, and letting it go on after a restore."""

import argparse
import asyncio
import json
import time
from pathlib import Path

from syndicate.assembly import UNFINISHED
from syndicate.cli._agency_desk import confirm
from syndicate.cli._database import add_database
from syndicate.cli._reason import NOBODY, public_reason
from syndicate.errors import StorageError
from syndicate.ledger import read_checkpoint
from syndicate.news import rfc3339
from syndicate.storage import open_storage


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate log status|unlock`` to the command line."""
    parser = nouns.add_parser("log", help="how a hub's log stands, while the hub is stopped")
    verbs = parser.add_subparsers(title="what to do", metavar="VERB", required=True)
    status = verbs.add_parser("status", help="size, newest checkpoint, and whether it may be sealed")
    status.add_argument("--json", action="store_true", help="write JSON, for programs")
    status.set_defaults(run=_status)
    unlock = verbs.add_parser(
        "unlock",
        help="let a restored hub seal again, by an act that stands in the log",
        description="Say that this database holds all that was ever shown of its log, or that what it lacks "
        "is lost and has been said publicly. If that is wrong, the log forks, and everybody can prove it.",
    )
    unlock.add_argument("--reason", required=True, help="one line, for everybody to read, for ever")
    unlock.add_argument("--yes", action="store_true", help="ask nobody (for programs)")
    unlock.set_defaults(run=_unlock)
    for verb in (status, unlock):
        add_database(verb)


def _database(args: argparse.Namespace) -> Path:
    path: Path = args.db
    if not path.exists():
        raise StorageError(f"there is no hub's database {path}", hint="Name it: --db FILE.")
    return path


def _status(args: argparse.Namespace) -> int:
    told = asyncio.run(_look(_database(args)))
    if args.json:
        print(json.dumps(told, indent=2))
    else:
        print("\n".join(f"{name:<10} {value}" for name, value in told.items()))
    return 1 if told["stopped"] else 0


async def _look(path: Path) -> dict[str, object]:
    async with open_storage(path) as storage:
        log = storage.log
        kept = await log.newest_checkpoint(proved=False)
        return {
            "name": None if kept is None else read_checkpoint(kept.note)[0].origin,
            "leaves": log.edge.size,
            "shown": log.visible,
            "proven": log.proven,
            "root": log.edge.root.hex(),
            "stopped": await log.stopped(),
        }


def _unlock(args: argparse.Namespace) -> int:
    path, reason = _database(args), public_reason(args.reason)
    if not args.yes:
        confirm(
            "Nothing newer of this log was ever shown, or all know what is lost. Type yes:",
            "yes",
            alone=NOBODY,
        )
    print(asyncio.run(_clear(path, reason)))
    return 0


async def _clear(path: Path, reason: str) -> str:
    async with open_storage(path) as storage:
        why = await storage.log.stopped()
        if not why:
            raise StorageError(f"the log in {path} is not stopped", hint="Nothing was done.")
        if why == UNFINISHED:
            raise StorageError(f"{path}: {why}", hint="`syndicate restore --from URL` goes on where it was.")
        now = int(time.time())
        act = {"act": "unlock", "at": rfc3339(now), "reason": reason, "size": storage.log.edge.size}
        digest = await storage.log.add_act(
            json.dumps(act, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        )
        await storage.log.clear()
        return f"It may seal again. The act {digest} gets its place in the log when the hub starts."
