"""``syndicate restore``: a back-up as a hub again."""

import argparse
from pathlib import Path
from typing import Final

from syndicate.assembly import put_back

_DATABASE: Final = Path("syndicate.sqlite3")


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate restore`` to the command line."""
    parser = nouns.add_parser(
        "restore",
        help="make a hub of a back-up; it seals nothing until it is cleared",
        description="Put a back-up in an empty place. What the hub sealed after it was made is public, and "
        "not in it: the hub seals nothing until its witnesses have seen no more than it has or, where nobody "
        "witnesses it, until `syndicate log unlock`.",
    )
    parser.add_argument("folder", type=Path, help="the folder that `syndicate backup` made")
    parser.add_argument(
        "--db", metavar="FILE", type=Path, default=_DATABASE, help="the hub's database (default: %(default)s)"
    )
    parser.set_defaults(run=_put_back)


def _put_back(args: argparse.Namespace) -> int:
    for path in put_back(args.folder, args.db):
        print(path)
    print("Start the hub: its witnesses clear it, if they have seen nothing newer (docs/operating.md).")
    print("If nobody witnesses its log: `syndicate log unlock`, and say publicly what it lost.")
    return 0
