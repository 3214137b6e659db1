"""``syndicate demo``: a whole federation on this machine."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from syndicate.demo import check_demo, run_demo
from syndicate.errors import SettingsError

if TYPE_CHECKING:
    Nouns = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no other name for it

_PORT = 8018


def register(subparsers: "Nouns") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "demo",
        help="a whole federation on this machine, hostile parties included",
        description="Eleven fictional agencies sign and publish, forgers try their luck, and a hub makes one "
        "feed of it. Everything stays on 127.0.0.1; Ctrl-C ends it and tidies up.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--check", action="store_true", help="play the story once and compare it with what should happen"
    )
    parser.add_argument("--json", action="store_true", help="with --check: print the comparison as JSON")
    parser.add_argument(
        "--port",
        type=_port,
        default=_PORT,
        metavar="N",
        help=f"where the hub listens ({_PORT}; a free one if taken)",
    )
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep all files in DIR, which must be new or empty"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run or check the demo; raises SyndicateError if it cannot be set up."""
    if args.json and not args.check:
        raise SettingsError("--json belongs to --check", hint="Run: syndicate demo --check --json")
    if args.check:
        return check_demo(as_json_text=args.json)
    return run_demo(port=args.port, keep=args.keep)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65_535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)
