"""``syndicate export``: a hub's site as files, for a web server or a CDN."""

import argparse
import asyncio
import json
import logging
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Final

from syndicate.assembly import export_hub
from syndicate.cli._hub import add_settings, given_settings
from syndicate.export import MOST_DOCUMENTS, Orders
from syndicate.settings import read_settings

_SETTINGS: Final = ("database", "root", "base_url", "contact")
_TELL_SECONDS: Final = 5.0  # between two lines of progress where nobody sees them move


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate export`` to the command line."""
    parser = nouns.add_parser(
        "export",
        help="a hub's site as files, for a web server or a CDN",
        description="Write what a hub serves as files: each as it is, and squeezed (.gz, .br) where the hub "
        "squeezes it. Files that say what they said are not touched; what is gone is removed. Everything is "
        "of one moment of the database, which a hub may be writing meanwhile, or not.",
        epilog="--config takes the hub's settings (docs/settings.md); docs/operating.md tells the rest.",
        allow_abbrev=False,
    )
    parser.add_argument("folder", metavar="DIR", type=Path, help="a new folder, or one of an earlier export")
    parser.add_argument(
        "--all", action="store_true", help="compare every file, also those that cannot have changed"
    )
    parser.add_argument(
        "--most",
        metavar="COUNT",
        type=int,
        default=MOST_DOCUMENTS,
        help="more documents are refused (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="write what was done as JSON, for programs")
    add_settings(parser, _SETTINGS)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    settings = read_settings(args.config, os.environ, given_settings(args, _SETTINGS))
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    orders = Orders(everything=args.all, most=args.most, told=Progress())
    done = asyncio.run(export_hub(settings, args.folder, orders))
    if args.json:
        print(json.dumps(asdict(done), indent=2))
    else:
        print(
            f"{done.documents:,} documents. Files: {done.written:,} written, {done.unchanged:,} unchanged, "
            f"{done.removed:,} removed."
        )
    return 0


class Progress:
    """Says how far it is: on a terminal in one line, elsewhere now and then."""

    def __init__(self) -> None:
        self._told_at = time.monotonic()

    def __call__(self, documents: int, written: int) -> None:
        line = f"{documents:,} documents, {written:,} files written"
        if sys.stderr.isatty():
            print(f"\r{line}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - self._told_at >= _TELL_SECONDS:
            self._told_at = time.monotonic()
            print(line, file=sys.stderr, flush=True)
