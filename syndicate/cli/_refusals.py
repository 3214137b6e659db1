"""``syndicate refusals``: what the hub refused, and what can be done about it."""

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

from syndicate.cli._database import add_database
from syndicate.errors import StorageError
from syndicate.news import AgencyId
from syndicate.ports import RefusalRecord
from syndicate.storage import read_refusals

_MOST: Final = 10_000


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate refusals`` to the command line."""
    parser = nouns.add_parser(
        "refusals",
        help="what the hub refused, and why",
        description="What the hub refused, newest first. It only looks: the hub may be running.",
    )
    add_database(parser)
    parser.add_argument(
        "--agency", metavar="ID", help="only what claimed to be this agency's, such as vn.vna"
    )
    parser.add_argument(
        "--limit", metavar="N", type=_limit, default=20, help="at most so many (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="write JSON, evidence included, for programs")
    parser.set_defaults(run=_run)


def _limit(written: str) -> int:
    number = int(written)
    if not 1 <= number <= _MOST:
        raise argparse.ArgumentTypeError(f"between 1 and {_MOST}")
    return number


def _run(args: argparse.Namespace) -> int:
    agency = AgencyId(args.agency) if args.agency else None
    if not args.db.exists():
        raise StorageError(
            f"there is no hub's database {args.db}",
            hint="Name it: --db FILE (the setting `database` of the hub; the demo prints its own).",
        )
    with read_refusals(args.db) as refusals:
        records = refusals(agency, args.limit)
    if args.json:
        told = [asdict(record) | {"remedy": record.reason.remedy} for record in records]
        print(json.dumps({"refusals": told}, indent=2))
    elif records:
        print("\n\n".join(map(_paragraph, records)))
    else:
        print("Nothing was refused.")
    return 0


def _paragraph(record: RefusalRecord) -> str:
    """Nothing of the refused text is in it: whoever was refused does not get to write on this terminal."""
    who = record.agency or "nobody we know"
    times = "once" if record.count == 1 else f"{record.count} times, first {_moment(record.first_at)}"
    return (
        f"{_moment(record.last_at)}  {record.reason}  claimed by {who}, seen in {record.source}, {times}\n"
        f"    {record.detail}\n"
        f"    {record.reason.remedy}"
    )


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
