"""``syndicate sources``: what the registry's files say, and what is wrong in them."""

import argparse
import json
import os
import sys
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from syndicate.errors import RegistryError
from syndicate.news import Agency, Registry
from syndicate.papers import Survey, bundled, survey

_RED, _GREEN, _PLAIN = "\033[31m", "\033[32m", "\033[0m"


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate sources list|check`` to the command line."""
    parser = nouns.add_parser("sources", help="the members and agencies that the registry describes")
    verbs = parser.add_subparsers(title="what to do", metavar="VERB", required=True)
    listing = verbs.add_parser("list", help="members, agencies, their state, languages, feeds and keys")
    listing.set_defaults(run=_list)
    checking = verbs.add_parser("check", help="everything that is wrong, with file, line and field")
    checking.set_defaults(run=_check)
    folder_help = "the folder of sources (default: the one that came with this program)"
    keys_help = "the folder of keys (default: the one named `keys` beside FOLDER)"
    for verb in (listing, checking):
        verb.add_argument("folder", metavar="FOLDER", nargs="?", type=Path, help=folder_help)
        verb.add_argument("--keys", metavar="FOLDER", type=Path, help=keys_help)
        verb.add_argument("--json", action="store_true", help="write JSON, for programs")


def _check(args: argparse.Namespace) -> int:
    found = _survey(args)
    if args.json:
        _print_json(
            {
                "problems": [asdict(problem) for problem in found.problems],
                "remarks": _remarks(found, int(time.time())),
            }
        )
    else:
        _tell_problems(found)
    return 1 if found.problems else 0


def _tell_problems(found: Survey) -> None:
    for problem in found.problems:
        place = _colour(_RED, f"{problem.file}:{problem.line}:")
        field = f" {problem.field}:" if problem.field else ""
        print(f"{place}{field} {problem.message}.\n    {problem.remedy}")
    if found.registry is None:
        print(f"\n{_count(len(found.problems), 'problem')} to mend.")
    else:
        print(f"{_colour(_GREEN, 'Nothing is wrong')} in {_summary(found.registry)}.")
        for remark in _remarks(found, int(time.time())):
            print(f"But {remark}")


def _remarks(found: Survey, now: int) -> list[str]:
    """What may be meant so, and is worth a look."""
    if found.registry is None:
        return []
    signing = {key.agency for key in found.registry.keys.values()}
    return [
        f"{agency.id} is {state}, and no key of its is in keys/: nothing that it publishes can be taken."
        for agency in found.registry.agencies.values()
        if (state := found.registry.state_at(agency.id, now)).speaks and agency.id not in signing
    ]


def _list(args: argparse.Namespace) -> int:
    found = _survey(args)
    if found.registry is None:
        hint = "`syndicate sources check` tells everything that is wrong."
        raise RegistryError(str(found.problems[0]), hint=hint)
    now = int(time.time())
    if args.json:
        _print_json(_as_json(found, found.registry, now))
    else:
        _tell_members(found, found.registry, now)
    return 0


def _tell_members(found: Survey, registry: Registry, now: int) -> None:
    print(f"{registry.name} ({registry.federation}): {_summary(registry)}")
    keys = Counter(key.agency for key in registry.keys.values())
    for code, member in registry.members.items():
        print(f"\n{member.name()} ({code})")
        for agency in registry.agencies.values():
            if agency.member == code:
                print(f"  {_row(found, agency, keys[agency.id], now)}")


def _row(found: Survey, agency: Agency, keys: int, now: int) -> str:
    public = [feed for feed in found.dossiers[agency.id].public_feeds if feed.url]
    feeds = f"{len(agency.feeds)} signed, {len(public)} public"
    languages = " ".join(agency.languages)
    counts = f"feeds: {feeds:<19}  keys: {keys}"
    return f"{agency.id:<14} {agency.state_at(now):<10} {counts}  {agency.name()} [{languages}]"


def _as_json(found: Survey, registry: Registry, now: int) -> dict[str, object]:
    keys = Counter(key.agency for key in registry.keys.values())
    agencies = [
        {
            "id": agency.id,
            "member": agency.member,
            "names": dict(agency.names),
            "state": agency.state_at(now),
            "languages": agency.languages,
            "domains": agency.domains,
            "signed_feeds": [asdict(feed) for feed in agency.feeds],
            "keys": keys[agency.id],
            **asdict(found.dossiers[agency.id]),
        }
        for agency in registry.agencies.values()
    ]
    return {
        "federation": registry.federation,
        "name": registry.name,
        "version": registry.version,
        "members": [{"code": member.code, "names": member.names} for member in registry.members.values()],
        "agencies": agencies,
    }


def _survey(args: argparse.Namespace) -> Survey:
    """The survey of the folders that were named, or of those that came with this program."""
    sources, keys = bundled()
    if args.folder is not None:
        sources, keys = args.folder, args.folder.parent / "keys"
    return survey(sources, args.keys or keys)


def _summary(registry: Registry) -> str:
    counts = ((registry.members, "member"), (registry.agencies, "agency"), (registry.keys, "key"))
    return ", ".join(_count(len(things), noun) for things, noun in counts)


def _count(number: int, noun: str) -> str:
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith("cy") else f"{number} {noun}s"


def _colour(colour: str, text: str) -> str:
    """``text`` in ``colour`` on a terminal that wants it (https://no-color.org)."""
    return f"{colour}{text}{_PLAIN}" if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
