"""``syndicate backup``: a hub as a folder to keep."""

import argparse
from pathlib import Path

from syndicate.assembly import back_up
from syndicate.cli._database import add_database


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate backup`` to the command line."""
    parser = nouns.add_parser(
        "backup",
        help="copy a hub into a folder, also while it runs",
        description="Copy a hub's database, whole at one moment, with what stands beside it: what was seen "
        "of the registry, the operator's acts, and the log's key if it lies there. The folder is a secret.",
    )
    parser.add_argument("folder", type=Path, help="a new folder for the copy")
    add_database(parser)
    parser.set_defaults(run=_back_up)


def _back_up(args: argparse.Namespace) -> int:
    for path in back_up(args.db, args.folder):
        print(path)
    print("Keep it on another machine, where nobody else reads it. Try `syndicate restore` once.")
    return 0
