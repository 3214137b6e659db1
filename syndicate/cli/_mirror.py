"""``syndicate mirror``: take over a hub's whole log, check every leaf of it, and serve it."""

import argparse
import asyncio
import logging
import os
import sys
import time
from typing import Final

from syndicate.assembly import Mirror, Source, mirror_once, run_mirror
from syndicate.cli._hub import add_settings, given_settings
from syndicate.cli._shown import harmless
from syndicate.errors import FalseLeaf, ForkedLog, SettingsError, WithheldLeaf
from syndicate.fetch import is_address, own_machine
from syndicate.ledger import read_vkey
from syndicate.settings import read_settings

_EVERY: Final = 10.0
_TELL_SECONDS: Final = 5.0  # between two lines of progress where nobody sees them move
_SETTINGS: Final = ("listen", "database", "registry", "root", "base_url", "contact")


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate mirror`` to the command line."""
    parser = nouns.add_parser(
        "mirror",
        help="take over a hub's whole log, check every leaf, and serve it",
        description="Follow a hub (or another mirror) into a database of your own: every leaf is proven to "
        "be of the tree that was signed, every token to be its agency's. What is withheld or false stops it, "
        "and is named. It serves what a hub serves, takes no submissions, and is the way back when a hub has "
        "lost its disk (`syndicate restore --from`). --once ends with 1 for an alarm, 2 if it cannot look.",
        epilog="--config takes a hub's settings (docs/settings.md), with an address and database of its own.",
    )
    parser.add_argument("hub", metavar="URL", help="the hub or mirror to follow")
    parser.add_argument("--once", action="store_true", help="take over what is new, serve nothing, and stop")
    parser.add_argument(
        "--every",
        metavar="SECONDS",
        type=float,
        default=_EVERY,
        help="how often to look (default: %(default)s)",
    )
    add_keys(parser)
    add_settings(parser, _SETTINGS)
    parser.set_defaults(run=_run)


def add_keys(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the log's key, for a federation without a policy."""
    parser.add_argument(
        "--log", metavar="KEY", action="append", default=[],
        help="the log's key, as its hub prints it, where the registry has no policy (again for more)",
    )  # fmt: skip


def source_of(where: str, keys: list[str]) -> Source:
    """Whom to follow. Raises SettingsError, LedgerError: it is no address, or a key is none."""
    if not is_address(where):
        raise SettingsError(f"{where} is no address", hint="Name a hub or mirror: https://hub.example")
    return Source(where=where, keys=tuple(map(read_vkey, keys)), allow=own_machine(where))


class Progress:
    """Says how far it is: on a terminal in one line, elsewhere now and then."""

    def __init__(self) -> None:
        self._told_at = time.monotonic()

    def __call__(self, have: int, of: int) -> None:
        line = f"{have:,} of {of:,} leaves"
        if sys.stderr.isatty():
            print(f"\r{line}", end="" if have < of else "\n", file=sys.stderr, flush=True)
        elif time.monotonic() - self._told_at >= _TELL_SECONDS:
            self._told_at = time.monotonic()
            print(line, file=sys.stderr, flush=True)


def _run(args: argparse.Namespace) -> int:
    settings = read_settings(args.config, os.environ, given_settings(args, _SETTINGS))
    source = source_of(args.hub, args.log)
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    if args.once:
        try:
            new, size = asyncio.run(mirror_once(settings, source, Progress()))
        except (FalseLeaf, ForkedLog, WithheldLeaf) as exc:
            print(f"ALARM: {harmless(str(exc))}\n  {exc.hint}", file=sys.stderr)
            return 1
        print(f"{size:,} leaves, {new:,} of them new: each in its place, and each its agency's own.")
        return 0
    asyncio.run(run_mirror(settings, source, seconds=args.every, started=_started))
    print("The mirror has stopped.", flush=True)
    return 0


def _started(mirror: Mirror) -> None:
    print(f"The mirror is at {mirror.url}/ and holds {mirror.storage.log.edge.size:,} leaves.", flush=True)
