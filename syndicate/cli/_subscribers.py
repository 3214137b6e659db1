"""``syndicate subscribers``: who is told of what the hub shows, by webhook."""

import argparse
import asyncio
import json
import os
from collections.abc import Mapping
from typing import Any, Final

from syndicate.assembly import give_order
from syndicate.cli._hub import add_settings, given_settings
from syndicate.cli._shown import shown
from syndicate.errors import StorageError
from syndicate.settings import read_settings

_SETTINGS: Final = ("database",)
_VERBS = {
    "add": "tell an address of everything in a slice, from now on",
    "list": "who is told, of what, and how far each has come",
    "pause": "tell it nothing more, until it is resumed",
    "resume": "go on where it stood",
    "remove": "forget it for good",
    "rotate": "a new secret, beside the one before",
    "keys": "the public keys (v1a) that sign for everybody; --new and --drop change them",
    "test": "send a message that tells of nothing, now, and show what was answered",
}


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate subscribers`` to the command line."""
    parser = nouns.add_parser(
        "subscribers",
        help="who is told of what the hub shows, by webhook",
        description="Webhooks as Standard Webhooks has them (docs/push.md). A running hub does what is asked "
        "here at once; without one it is written into the database, by the hub's own settings (--config).",
    )
    verbs = parser.add_subparsers(title="what to do", metavar="VERB", required=True)
    for name, does in _VERBS.items():
        verb = verbs.add_parser(name, help=does)
        if name == "add":
            _describe(verb)
        elif name not in {"list", "keys"}:
            verb.add_argument("id", help="its id, as `list` shows it")
        if name == "pause":
            verb.add_argument("--reason", default="", help="one line, for whoever looks at the list")
        if name == "rotate":
            verb.add_argument(
                "--drop", action="store_true", help="no new one: the older of the two no longer signs"
            )
        if name == "keys":
            change = verb.add_mutually_exclusive_group()
            change.add_argument(
                "--new", action="store_true", help="another one, which signs beside the one before"
            )
            change.add_argument("--drop", action="store_true", help="the older of the two no longer signs")
        verb.add_argument("--json", action="store_true", help="write JSON, for programs")
        add_settings(verb, _SETTINGS)
        verb.set_defaults(run=_run, do=name)


def _describe(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("callback", help="the address that is told: https://desk.example/hook")
    verb.add_argument(
        "--slice",
        default="all",
        help="of what: all, vn, lang/vi, kind/alert, vn/urgency/3 ... (default: all)",
    )
    verb.add_argument(
        "--lang", default="en", help="of our words in the plain text: en, vi, th ... (default: en)"
    )
    verb.add_argument(
        "--from", dest="from_", default="now", metavar="WHERE",
        help="now, begin (all that the log holds), or an index (default: now)",
    )  # fmt: skip


def _run(args: argparse.Namespace) -> int:
    settings = read_settings(args.config, os.environ, given_settings(args, _SETTINGS))
    if not settings.database.exists():
        raise StorageError(
            f"there is no hub's database {settings.database}",
            hint="Name it: --db FILE, or --config FILE with the hub's settings.",
        )
    named = ("callback", "slice", "lang", "id", "reason", "new", "drop")
    asked = {name: getattr(args, name) for name in named if hasattr(args, name)}
    if args.do == "add":
        asked["from"] = args.from_
    told = asyncio.run(give_order(settings, {"do": args.do, **asked}))
    if args.json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _tell(args.do, told)
    return 1 if args.do == "test" and not told["acknowledged"] else 0


def _tell(do: str, told: Mapping[str, Any]) -> None:
    match do:
        case "list":
            for each in told["subscribers"]:
                print(_line(each))
            print(f"{len(told['subscribers'])} subscribers.")
        case "remove":
            print(f"{told['removed']} is forgotten.")
        case "test":
            print(_tested(told))
        case "keys":
            _tell_keys(told)
        case _:
            print(_line(told))
            _tell_secrets(told)


def _line(each: Mapping[str, Any]) -> str:
    format_ = f" {each['format']}" if each["format"] else ""
    reason = f" ({shown(each['reason'])})" if each["reason"] else ""
    return (
        f"{each['id']}  {each['kind']} of {each['slice']}{format_} to {shown(each['callback'])}: "
        f"{each['state']}, acknowledged up to index {each['reached']}{reason}"
    )


def _tell_secrets(told: Mapping[str, Any]) -> None:
    if "secret" not in told:
        return
    print(f"secret (v1), shown this once:  {told['secret']}")
    _tell_keys(told)
    if told["secrets"] > 1:
        print("The secret before it signs as well, until `rotate --drop` or the next `rotate`.")


def _tell_keys(told: Mapping[str, Any]) -> None:
    newest, *older = told["public_keys"]
    print(f"public key (v1a):              {newest}")
    for key in older:
        print(f"the one before signs as well:  {key}")


def _tested(told: Mapping[str, Any]) -> str:
    if told["acknowledged"]:
        return f"{told['id']} acknowledged the test: it answered {told['status']}."
    answer = f"it answered {told['status']}" if "status" in told else shown(told["failed"])
    return f"{told['id']} did not acknowledge the test: {answer}."
