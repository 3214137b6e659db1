"""``syndicate restore``: a back-up, or somebody's mirror, as a hub again."""

import argparse
import asyncio
import os
from pathlib import Path
from typing import Final

from syndicate.assembly import put_back, take_back
from syndicate.cli._hub import add_settings, given_settings
from syndicate.cli._mirror import Progress, add_keys, source_of
from syndicate.errors import SettingsError
from syndicate.settings import read_settings

_SETTINGS: Final = ("database", "registry", "root")


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate restore`` to the command line."""
    parser = nouns.add_parser(
        "restore",
        help="make a hub of a back-up, or of a mirror; it seals nothing until it is cleared",
        description="Put a back-up in an empty place, or take the whole log over from a mirror. What the hub "
        "sealed after that was made is public, and not in it: the hub seals nothing until its witnesses have "
        "seen no more than it has or, where nobody witnesses it, until `syndicate log unlock`.",
    )
    parser.add_argument("folder", type=Path, nargs="?", help="the folder that `syndicate backup` made")
    parser.add_argument(
        "--from", dest="mirror", metavar="URL", help="take it from a mirror of this hub's log instead"
    )
    add_keys(parser)
    add_settings(parser, _SETTINGS)
    parser.set_defaults(run=_restore)


def _restore(args: argparse.Namespace) -> int:
    if (args.folder is None) == (args.mirror is None):
        raise SettingsError("name the folder of a back-up, or a mirror with --from", hint="One of the two.")
    settings = read_settings(args.config, os.environ, given_settings(args, _SETTINGS))
    if args.mirror is not None:
        size = asyncio.run(take_back(settings, source_of(args.mirror, args.log), Progress()))
        print(f"{settings.database}: {size:,} leaves, each checked. What was refused or held is not in it.")
        print("Put the log's key back where it was: a mirror never had it.")
    else:
        for path in put_back(args.folder, settings.database):
            print(path)
    print("Start the hub: its witnesses clear it, if they have seen nothing newer (docs/operating.md).")
    print("If nobody witnesses its log: `syndicate log unlock`, and say publicly what it lost.")
    return 0
