"""``syndicate quarantine``: the operator holds what one agency signs, for 72 hours at most."""

import argparse
import time
from pathlib import Path

from syndicate.assembly import begin_quarantine, lift_quarantine, quarantine_file, quarantines
from syndicate.cli._shown import shown
from syndicate.errors import StorageError
from syndicate.news import AgencyId, rfc3339

_DATABASE = Path("syndicate.sqlite3")


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate quarantine`` to the command line."""
    parser = nouns.add_parser(
        "quarantine",
        help="hold what one agency signs, for 72 hours at most",
        description="The operator's brake: what one agency signs waits, and what stands stays. It ends by "
        "itself after 72 hours; going on is the member's decision. A running hub heeds it within a minute, "
        "or at once on the signal HUP.",
    )
    verbs = parser.add_subparsers(title="what to do", metavar="VERB", required=True)
    for name, does in (
        ("begin", "hold what an agency signs from now on"),
        ("lift", "let it go on, and admit what waited"),
        ("list", "what is held now"),
    ):
        verb = verbs.add_parser(name, help=does)
        if name != "list":
            verb.add_argument("agency", help="the agency's id, such as vn.vna")
        if name == "begin":
            verb.add_argument("--reason", required=True, help="one line, for everybody to read")
        verb.add_argument(
            "--db", metavar="FILE", type=Path, default=_DATABASE,
            help="the hub's database (default: %(default)s)",
        )  # fmt: skip
        verb.set_defaults(run={"begin": _begin, "lift": _lift, "list": _list}[name])


def _file(args: argparse.Namespace) -> Path:
    if not args.db.exists():
        raise StorageError(
            f"there is no hub's database {args.db}", hint="Name it: --db FILE (the hub's setting `database`)."
        )
    return quarantine_file(args.db)


def _begin(args: argparse.Namespace) -> int:
    held = begin_quarantine(_file(args), AgencyId(args.agency), shown(args.reason), int(time.time()))
    print(f"What {args.agency} signs waits until {rfc3339(held.until)}. Nothing that stands is touched.")
    print("Call its ministry now: whether it goes on after that is theirs to decide, and theirs alone.")
    return 0


def _lift(args: argparse.Namespace) -> int:
    lift_quarantine(_file(args), AgencyId(args.agency), int(time.time()))
    print(f"What {args.agency} signs goes on; what waited is judged by the hub's next look.")
    return 0


def _list(args: argparse.Namespace) -> int:
    held = quarantines(_file(args), time.time())
    for agency, each in sorted(held.items()):
        print(f"{agency}: until {rfc3339(each.until)}: {shown(each.reason)}")
    print(f"{len(held)} in quarantine.")
    return 0
