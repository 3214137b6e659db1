"""``syndicate``: takes the noun, hands over to its file, and tells failures in plain words."""

import argparse
import errno
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType

from syndicate.cli._shown import harmless
from syndicate.errors import SyndicateError

# Each noun's file is imported only when it is asked for, so that `syndicate verify` needs no hub.
NOUNS = {
    "agency": "the publisher's side: make keys, sign what the CMS publishes",
    "backup": "copy a hub into a folder, also while it runs",
    "case": "everything a hub knows of one item, as one timeline",
    "doctor": "look at what a hub stands on: registry, clock, disk, database",
    "demo": "a whole federation on this machine, hostile parties included",
    "erase": "take back a text by order of a law, in public",
    "evidence": "one HTML file that checks itself: an item, its proof, and the keys",
    "explain": "why an item stands with others, or apart from them",
    "export": "a hub's site as files, for a web server or a CDN",
    "follow": "every item of a hub, in order, each checked here",
    "hub": "run the aggregator",
    "lookup": "did an official source say this? A passage, a headline or an address",
    "log": "how a hub's log stands; let it go on after a restore",
    "mirror": "take over a hub's whole log, check it, and serve it",
    "monitor": "watch a hub's log, and raise an alarm",
    "prove": "fetch an item's token and proof, to be checked off-line",
    "quarantine": "hold what one agency signs, for 72 hours at most",
    "refusals": "what the hub refused, and why",
    "relations": "what likeness found between items; confirm or reject it, in public",
    "registry": "who may speak, as the member states sign it",
    "restore": "make a hub of a back-up, or of a mirror",
    "search": "what a hub has on something, in every script",
    "sources": "the members and agencies that the registry describes",
    "subscribers": "who is told of what the hub shows, by webhook",
    "verify": "check one token with its agency's own signature",
    "verify-feed": "check that a feed shows exactly what its agencies signed",
    "witness": "cosign a hub's log, as a member state does",
}
# What a noun needs beyond the base install, as pip calls it.
EXTRAS = {
    "agency": "agency",
    "backup": "hub",
    "case": "hub",
    "demo": "agency,hub",
    "doctor": "hub",
    "erase": "hub",
    "explain": "hub",
    "export": "hub",
    "hub": "hub",
    "log": "hub",
    "mirror": "hub",
    "quarantine": "hub",
    "refusals": "hub",
    "relations": "hub",
    "restore": "hub",
    "subscribers": "hub",
    "witness": "hub",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        args = _parser(arguments).parse_args(arguments)
        code: int = args.run(args)
        sys.stdout.flush()
    except SyndicateError as exc:
        print(f"syndicate: {harmless(str(exc))}", file=sys.stderr)
        if exc.hint:
            print(f"  {harmless(exc.hint)}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read our output has gone (`| head`): nothing is left to say, and no traceback helps.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except OSError as exc:
        if exc.errno != errno.ENOSPC:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print("syndicate: there is no room for what this command has to say", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return code


def _version() -> str:
    try:
        return version("asean-syndicate")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "(not installed)"


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="syndicate",
        description="Signed news feeds of official agencies, checked and republished as one.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"syndicate {_version()}")
    nouns = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    asked = next((word for word in arguments if word in NOUNS), None)
    for noun, does in NOUNS.items():
        if noun == asked:
            _file_of(noun).register(nouns)
        else:
            nouns.add_parser(noun, help=does, add_help=False)
    return parser


def _file_of(noun: str) -> ModuleType:
    try:
        return importlib.import_module(f"syndicate.cli._{noun.replace('-', '_')}")
    except ModuleNotFoundError as exc:
        if noun not in EXTRAS or (exc.name or "syndicate").partition(".")[0] == "syndicate":
            raise
        raise SyndicateError(
            f"`syndicate {noun}` needs more than the base install: there is no {exc.name}",
            hint=f"Run: pip install 'asean-syndicate[{EXTRAS[noun]}]'",
        ) from exc
