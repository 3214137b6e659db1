"""``syndicate verify-feed``: a whole feed, every visible field derived anew from what was signed."""

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from syndicate.cli._asked import add_registry, consulted, moment, read, registry_of
from syndicate.cli._shown import shown
from syndicate.client import EntryReport, FeedReport, verify_feed
from syndicate.fetch import is_address
from syndicate.news import Reason
from syndicate.wire import Difference

_MOST_TOLD: Final = 50  # differences of one entry; --json has them all
_BY_TYPE: Final = {
    "application/atom+xml": "atom",
    "application/feed+json": "json",
    "application/json": "json",
    "application/rss+xml": "rss",
}


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate verify-feed`` to the command line."""
    parser = nouns.add_parser(
        "verify-feed",
        help="check that a feed shows exactly what its agencies signed",
        description="Derive every visible field of a feed anew from the signed tokens in it, and say where "
        "the feed differs. Works on a hub's Atom and JSON feeds and on an agency's own signed feed.",
    )
    parser.add_argument("feed", metavar="FILE|URL|-", help="the feed document")
    parser.add_argument("--format", choices=("atom", "json", "rss"), help="what it is (default: found out)")
    add_registry(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    body, media_type = read(args.feed)
    registry = registry_of(args)
    report = verify_feed(
        body,
        args.format or _BY_TYPE.get(media_type) or _guess(body),
        registry,
        now=moment(args),
        url=args.feed if is_address(args.feed) else None,
    )
    if args.json:
        print(json.dumps(report.as_json(), indent=2))
    else:
        print(_told(report))
        if any(each.token and Reason.KEY_UNKNOWN in each.token.reasons for each in report.entries):
            print(consulted(args, registry))
    return 0 if report.ok else 1


def _guess(body: bytes) -> str:
    beginning = body.lstrip()[:2_000]
    if beginning.startswith(b"{"):
        return "json"
    return "rss" if b"<rss" in beginning else "atom"


def _told(report: FeedReport) -> str:
    lines = list(_entries(report.entries))
    lines += [f"feed: {line}" for line in _differences(report.differences)]
    if report.detail is not None:
        lines.append(f"{report.reason or 'not checked'}: {shown(report.detail)}")
    good = sum(entry.ok for entry in report.entries)
    lines.append(
        f"{report.edition or report.format}: {good} of {len(report.entries)} entries say what was signed."
    )
    if report.ok:
        lines.append("Everything that it shows was derived anew from the agencies' own signatures, and fits.")
    lines += [f"No signature covers: {shown(each)}" for each in report.unproven]
    return "\n".join(lines)


def _entries(entries: Iterable[EntryReport]) -> Iterator[str]:
    """What is wrong with each; neighbours that are wrong in the same way are told once."""
    for told, alike in groupby(entries, _entry):
        places = [entry.place + 1 for entry in alike]
        where = f"entry {places[0]}" if len(places) == 1 else f"entries {places[0]} to {places[-1]}"
        yield from (f"{where}: {line}" for line in told)


def _entry(entry: EntryReport) -> list[str]:
    if entry.ok:
        return []
    if entry.token is None:
        return ["no token, so nothing in it is signed"]
    told = _differences(entry.differences)
    for reason, detail in zip(entry.token.reasons, entry.token.details, strict=True):
        told.append(f"{reason}: {detail}. {Reason(reason).remedy}")
    return told


def _differences(found: Sequence[Difference]) -> list[str]:
    # A field is named as the document names it, and the document is a stranger's.
    told = [f"{shown(each.field)} {each.what}" for each in found[:_MOST_TOLD]]
    return told if len(found) <= _MOST_TOLD else [*told, f"and {len(found) - _MOST_TOLD} more"]
