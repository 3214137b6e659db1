"""``syndicate hub``: run the aggregator."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from syndicate.assembly import Hub, check_settings, run_hub
from syndicate.settings import Settings, read_settings

if TYPE_CHECKING:
    Nouns = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no other name for it

_OPTIONS = {
    "listen": ("HOST:PORT", "where to listen (127.0.0.1:8080); port 0 takes a free one"),
    "database": ("FILE", "the database (syndicate.sqlite3); made if it is not there"),
    "registry": ("URL|FOLDER", "where the registry is published: who may speak, as the states signed it"),
    "root": ("FILE", "the root to trust it by; the one that came with the program if left out"),
    "base_url": ("URL", "where readers reach this hub, when it stands behind a proxy"),
    "contact": ("TEXT", "a mail address or page, told to every server that is polled"),
}
_UNREACHABLE = (
    "Nobody is told whom to write to: there is no /.well-known/security.txt until contact is a mail address "
    "or an https page."
)


def register(subparsers: "Nouns") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "hub",
        help="run the aggregator",
        description="Poll, verify, keep, order and serve. Stops cleanly at Ctrl-C or SIGTERM; "
        "reads the registry again at SIGHUP; visits every feed at once at SIGUSR1.",
        epilog="Every setting, also those without an option, is described in docs/settings.md.",
        allow_abbrev=False,
    )
    add_settings(parser, tuple(_OPTIONS))
    parser.add_argument(
        "--check",
        action="store_true",
        help="read the settings, say whether a hub could start with them, and stop",
    )
    parser.add_argument("--verbose", action="store_true", help="tell every outcome in the log")
    parser.set_defaults(run=run)


def add_settings(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    """Add ``--config`` and the options that stand for these settings."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings as TOML")
    for name in names:
        kind, does = _OPTIONS[name]
        spellings = [f"--{name.replace('_', '-')}", *(["--db"] if name == "database" else [])]
        parser.add_argument(*spellings, dest=name, metavar=kind, help=does)


def given_settings(args: argparse.Namespace, names: Sequence[str]) -> dict[str, str]:
    """The settings that the command line gave."""
    return {name: value for name in names if (value := getattr(args, name)) is not None}


def run(args: argparse.Namespace) -> int:
    """Run a hub until it is told to stop; raises SyndicateError if it cannot start or go on."""
    settings = read_settings(args.config, os.environ, given_settings(args, tuple(_OPTIONS)))
    if args.check:
        _show(settings)
        check_settings(settings)
        return 0
    logging.basicConfig(
        level=logging.INFO if args.verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    asyncio.run(run_hub(settings, _started))
    print("The hub has stopped.", flush=True)
    return 0


def _show(settings: Settings) -> None:
    for name, value in settings.told().items():
        print(f"{name} = {value}" if value else f"{name} is not set")
    if not settings.contact_uri:
        print(_UNREACHABLE)


def _started(hub: Hub) -> None:
    print(f"The hub is at {hub.url}/ and its unified feed at {hub.url}/feeds/all.atom")
    print(_polled(hub))
    print(f"Its log counts with {hub.policy.current().spoken}: {hub.log_key.vkey}", flush=True)


def _polled(hub: Hub) -> str:
    feeds = hub.registry.feeds(int(hub.clock.now()))
    if not feeds:
        return "No agency in its registry is active with a signed feed, so it polls nothing yet."
    speaking = len({feed.agency for feed in feeds})
    return f"Signed feeds that it polls: {len(feeds)}, of agencies: {speaking}. Ctrl-C stops it."
