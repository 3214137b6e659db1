"""``syndicate search``: what a hub has on something."""

import argparse
import asyncio
import json
import os
from typing import Final

from syndicate.cli._shown import shown
from syndicate.client import Hit, Hits, search
from syndicate.errors import ClientError

_NARROWED: Final = ("member", "agency", "lang", "topic", "urgency", "kind", "since", "until", "limit", "next")


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate search`` to the command line."""
    parser = nouns.add_parser(
        "search",
        help="what a hub has on something, in every script",
        description="Print the items in whose text every one of these words stands, the best of the newest "
        "first. Words in quotes stand in that order; from a shell: '\"rice price\"'. It is the hub's word: "
        "`syndicate verify` checks one, `syndicate prove` its place in the log. Ends with 1 if no official "
        "item was found, which does not mean that something is false.",
    )
    parser.add_argument(
        "words",
        metavar="WORD",
        nargs="+",
        help="what to look for; before it, the hub's address instead of --hub",
    )
    parser.add_argument(
        "--hub",
        metavar="URL",
        help="the hub or mirror to search, as for `syndicate lookup` (or SYNDICATE_HUB)",
    )
    narrowed = parser.add_mutually_exclusive_group()
    narrowed.add_argument("--member", metavar="CC", help="only one member state's agencies")
    narrowed.add_argument("--agency", metavar="ID", help="only one agency")
    parser.add_argument("--lang", metavar="TAG", help="only one language")
    parser.add_argument("--topic", metavar="CODE", help="only one Media Topic, eight digits")
    parser.add_argument("--urgency", metavar="1-9", help="only what is that urgent or more")
    parser.add_argument("--kind", metavar="KIND", help='only "alert", "rebuttal" ...; or "corrections"')
    parser.add_argument(
        "--since", metavar="DAY", help="only what was shown on this day (UTC) or later: 2026-11-23"
    )
    parser.add_argument("--until", metavar="DAY", help="only what was shown on this day or before")
    parser.add_argument("--limit", metavar="N", help="how many at most (default: 10, at most 100)")
    parser.add_argument("--next", metavar="TURN", help="go on where an earlier search ended, as it said")
    parser.add_argument("--json", action="store_true", help="write JSON, for programs")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    hub, words = _asked(args.hub, args.words)
    narrowed = {name: value for name in _NARROWED if (value := getattr(args, name)) is not None}
    found = asyncio.run(search(hub, " ".join(" ".join(words).split()), narrowed=narrowed))
    if args.json:
        told = {
            "items": [hit.as_json() for hit in found.hits],
            "next": found.next,
            "unindexed": found.unindexed,
        }
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _print(found)
    return 0 if found.hits else 1


def _asked(hub: str | None, words: list[str]) -> tuple[str, list[str]]:
    """Which hub, and for what: an address in the first place is the hub, unless one is named."""
    if not hub and words[0].startswith(("http://", "https://")):
        hub, *words = words
    hub = hub or os.environ.get("SYNDICATE_HUB", "")
    if not hub:
        raise ClientError("no hub is named", hint="Say which one: --hub https://hub.example")
    if not words:
        raise ClientError("there is nothing to look for", hint="Give one word or more.")
    return hub, words


def _print(found: Hits) -> None:
    for hit in found.hits:
        print(_spoken(hit))
    if not found.hits:
        print("No official item was found. That does not mean that something is false.")
    if found.unindexed:
        print(f"Of {found.unindexed} items only title and summary were searched so far.")
    if found.next is not None:
        print(f"There is more: --next {shown(found.next)}")


def _spoken(hit: Hit) -> str:
    act = "" if hit.act == "publish" else f"{hit.act.upper()}: "
    told = "  ".join(map(shown, (hit.published, hit.agency, hit.lang, f"{act}{hit.title}")))
    return f"{hit.index}  {told}\n    {shown(hit.excerpt)}\n    {shown(hit.page_url)}"
