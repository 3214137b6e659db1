"""``syndicate lookup``: did an official source say this?"""

import argparse
import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Final

from syndicate.cli._asked import add_registry, policy_of, seen_by
from syndicate.cli._shown import shown
from syndicate.cli._verify import told_of
from syndicate.client import Checked, Trusted, ask_hub, checked, open_log
from syndicate.errors import ClientError
from syndicate.fetch import own_machine

_MOST_BYTES: Final = 1_000_000  # of a question; a hub takes less, and says so
_AGENT: Final = "syndicate-lookup"
_DID: Final = {
    "published": "Published by {agency} on {published}.",
    "amended": "Published by {agency} on {published}, and later {last}.",
    "similar": "A similar official item was published by {agency} on {published}.",
    "not-found": "No official item found; this does not mean that it is false.",
}
_ACTS: Final = {"correct": "corrected", "withhold": "withheld", "retract": "withdrawn"}


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate lookup`` to the command line."""
    parser = nouns.add_parser(
        "lookup",
        help="did an official source say this? A passage, a headline or an address",
        description="Ask a hub or mirror whether an official source said something: a passage, a headline "
        "or an address. With a root to go by, the token that it names is checked here, and compared with "
        "what you asked. Ends with 0 if it was published and stands, with 1 for any other answer, which does "
        "not mean that it is false.",
    )
    parser.add_argument(
        "text", metavar="TEXT|-", nargs="?", default="-", help="what to look for (default: -, from a pipe)"
    )
    parser.add_argument("--file", type=Path, help="read it from this file instead")
    parser.add_argument(
        "--hub",
        metavar="URL",
        default=os.environ.get("SYNDICATE_HUB", ""),
        help="the hub or mirror to ask (or SYNDICATE_HUB)",
    )
    add_registry(parser, at=False)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    if not args.hub:
        raise ClientError("no hub is named", hint="Say which one: --hub https://hub.example")
    text = _asked(args)
    if not text.strip():
        raise ClientError("there is nothing to look for", hint="Give a passage, a headline or an address.")
    allow = own_machine(args.hub)
    answer = asyncio.run(ask_hub(args.hub, text, allow=allow, user_agent=_AGENT))
    found = asyncio.run(_check(args, answer, text)) if _trusts(args) else None
    if args.json:
        told = None if found is None else {**found.report.as_json(), "stands": found.stands}
        print(json.dumps({**answer, "checked": told}, indent=2, ensure_ascii=False))
    else:
        print(_told(answer, found))
    if found is not None and not found.report.ok:
        return 1
    return 0 if answer["answer"] == "published" else 1


def _trusts(args: argparse.Namespace) -> bool:
    return bool(args.root or args.registry or args.offline)


def _asked(args: argparse.Namespace) -> str:
    if args.file is None and args.text == "-" and sys.stdin.isatty():
        print("Paste what to look for, then Ctrl-D on a line of its own:", file=sys.stderr)
    try:
        if args.file is not None:
            with args.file.open("rb") as file:
                raw = file.read(_MOST_BYTES + 1)
        elif args.text == "-":
            raw = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            return str(args.text)
        if len(raw) > _MOST_BYTES:
            raise ClientError(
                f"that is more than {_MOST_BYTES:,} bytes", hint="Ask for the part that matters."
            )
        return bytes(raw).decode()
    except OSError as exc:
        raise ClientError(f"cannot read {args.file}: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise ClientError("what to look for is not UTF-8") from exc


async def _check(args: argparse.Namespace, answer: dict[str, Any], text: str) -> Checked | None:
    seen = await asyncio.to_thread(seen_by, args)
    trusted = Trusted(registry=seen.registry, policy=policy_of(args, seen), now=int(time.time()))
    async with open_log(args.hub, allow=own_machine(args.hub), user_agent=_AGENT) as get:
        return await checked(answer, text, get, trusted)


def _told(answer: dict[str, Any], found: Checked | None) -> str:
    lines = [*_said(answer), *_limits(answer)]
    if found is None and answer.get("item"):
        lines += ["", "This is the hub's word: --registry and --root have it checked here."]
    if found is not None:
        stands = "stands in it letter by letter" if found.stands else "does not stand in it as it is"
        lines += ["", "Checked here, by the registry that you named:", told_of(found.report), ""]
        lines.append(f"What you asked about {stands}.")
    return "\n".join(lines)


def _said(answer: dict[str, Any]) -> list[str]:
    item = answer.get("item") or {}
    acts = [_ACTS[each["act"]] for each in answer["later"] if each["act"] in _ACTS]
    told = {
        "agency": shown(str(item.get("agency_name"))),
        "published": shown(str(item.get("published"))),
        "last": acts[-1] if acts else _ACTS.get(str(item.get("act")), "changed"),
    }
    first = str(_DID[answer["answer"]]).format(**told)
    if not item:
        return [first]
    title = shown(str(item["title"]))
    addresses = [f"{name:<6} {shown(str(item[key]))}" for name, key in _ADDRESSES]
    return [first, *_differences(answer), "", title, *_later(answer), *addresses]


def _limits(answer: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    if answer["others"]:
        more = " or more" if answer["others_at_least"] else ""
        lines.append(f"It stands in {answer['others']}{more} other official items.")
    if answer["other_host"]:
        lines.append("The address that you asked about is not on the host of this item.")
    if answer["short"]:
        lines.append("Short texts may be missed: ask with sixty characters or more.")
    if answer["behind"]:
        lines.append(f"Not looked through yet: the newest {answer['behind']} indices.")
    return lines


_ADDRESSES: Final = (("item", "page_url"), ("token", "token_url"), ("proof", "proof_url"))


def _later(answer: dict[str, Any]) -> list[str]:
    return [
        f"version {each['ver']}: {each['act']}, received {each['received_at']}"
        + (f": {shown(each['note'])}" if each["note"] else "")
        for each in answer["later"]
    ]


def _differences(answer: dict[str, Any]) -> list[str]:
    words = {"changed": "changed", "added": "added", "left-out": "left out"}
    told = [
        f"  {words[run['what']]}: {shown(run['asked'].strip()) or '-'}"
        f"   official: {shown(run['official']) or '-'}"
        for run in answer["differences"]
        if run["what"] in words
    ]
    return ["It differs:", *told] if told else []
