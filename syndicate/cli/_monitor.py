"""``syndicate monitor``: watch a log, and raise an alarm."""

import argparse
import asyncio
import hashlib
import json
import shlex
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from syndicate import fetch
from syndicate.cli._asked import add_registry, policy_of, seen_by
from syndicate.cli._shown import shown
from syndicate.client import (
    Alarm,
    LogReader,
    Look,
    Own,
    Watched,
    cache_home,
    open_log,
    read_watched,
    watch,
)
from syndicate.errors import ClientError
from syndicate.fetch import is_address, own_machine
from syndicate.ledger import Policy
from syndicate.news import TokenDigest
from syndicate.ports import Answered, Call

_AGENT: Final = "syndicate-monitor"
_PATIENCE: Final = 3_600
_PAGE: Final = 1_000
_WATCHED: Final = "watched.json"
_COMMAND_SECONDS: Final = 60.0


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate monitor`` to the command line."""
    parser = nouns.add_parser(
        "monitor",
        help="watch a hub's log: nothing in our name that we did not sign, and all that we did",
        description="Read what is new in a log and compare it with what was there before, with what an "
        "agency signed, and with what others are shown. Ends with 0 if all is well, 1 for an alarm, 2 if it "
        "could not look. Run it from cron, or with --every.",
    )
    parser.add_argument("hub", metavar="URL|FOLDER", help="the hub or mirror")
    parser.add_argument(
        "--agency", metavar="CONFIG", type=Path, help="an agency's configuration: compare with its own book"
    )
    parser.add_argument(
        "--patience", metavar="SECONDS", type=int, default=_PATIENCE,
        help="how long a version may take into the log (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--compare",
        metavar="URL|FOLDER",
        action="append",
        default=[],
        help="the same log elsewhere (again for more)",
    )
    parser.add_argument(
        "--folder", type=Path, help="what was read is remembered here (default: in the cache)"
    )
    parser.add_argument("--every", metavar="SECONDS", type=int, help="look again and again, until Ctrl-C")
    parser.add_argument(
        "--command", metavar="COMMAND", help="run this at a new alarm; the alarm is its input, as JSON"
    )
    parser.add_argument("--webhook", metavar="URL", help="send a new alarm there, as JSON")
    add_registry(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    folder = args.folder or _folder_of(args.hub)
    told: set[str] = set()
    while True:
        look = asyncio.run(_look(args, folder, policy_of(args, seen_by(args))))
        _tell(args, folder, look, told)
        if args.every is None:
            return 1 if look.alarms else 0
        time.sleep(args.every)


async def _look(args: argparse.Namespace, folder: Path, policy: Policy) -> Look:
    async with AsyncExitStack() as stack:
        readers = []
        for where in (args.hub, *args.compare):
            allow = own_machine(where) if is_address(where) else ()
            get = await stack.enter_async_context(open_log(where, allow=allow, user_agent=_AGENT))
            readers.append(LogReader(get, policy))
        own = None if args.agency is None else _own(args.agency, args.patience)
        look = await watch(readers[0], _read(folder), now=time.time(), own=own, others=readers[1:])
    _keep(folder, look)
    return look


def _own(config_file: Path, patience: int) -> Own:
    """What the agency's book says it signed."""
    from syndicate.agency import load_config  # noqa: PLC0415 - an agency's libraries, for an agency only
    from syndicate.cli._agency_desk import book_of  # noqa: PLC0415
    from syndicate.news import digest_of  # noqa: PLC0415

    config = load_config(config_file)
    signed: dict[TokenDigest, int] = {}
    with book_of(config) as book:
        after = 0
        while page := book.page(after, _PAGE):
            signed.update((digest_of(each.token), each.iat) for each in page)
            after = page[-1].seq
    return Own(agency=config.id, signed=signed, patience_seconds=patience)


def _folder_of(where: str) -> Path:
    return cache_home() / "syndicate" / f"watch-{hashlib.sha256(where.encode()).hexdigest()[:16]}"


def _read(folder: Path) -> Watched:
    try:
        return read_watched((folder / _WATCHED).read_bytes())
    except FileNotFoundError:
        return Watched()
    except OSError as exc:
        raise ClientError(f"cannot read {folder / _WATCHED}: {exc.strerror}") from exc


def _keep(folder: Path, look: Look) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for note in (note for alarm in look.alarms for note in alarm.evidence):
            name = hashlib.sha256(note).hexdigest()[:16]  # the same one again is the same file
            (folder / f"evidence-{name}.note").write_bytes(note)
        new = folder / f".{_WATCHED}.new"
        new.write_bytes(look.watched.raw)
        new.replace(folder / _WATCHED)
    except OSError as exc:
        raise ClientError(f"cannot remember what was read, in {folder}: {exc.strerror}") from exc


def _tell(args: argparse.Namespace, folder: Path, look: Look, told: set[str]) -> None:
    if args.json:
        print(json.dumps(_as_json(look)), flush=True)
    else:
        print(_spoken(look), flush=True)
        for alarm in look.alarms:
            print(f"ALARM {alarm.kind}: {shown(alarm.detail)}", flush=True)
            if alarm.evidence:
                print(f"  Both signed notes are in {folder}: keep them, they prove it.", flush=True)
    for alarm in look.alarms:
        if alarm.detail not in told:
            told.add(alarm.detail)
            _raise_alarm(args, alarm)


def _spoken(look: Look) -> str:
    if look.seen is None:
        return "The log could not be read."
    checkpoint = look.seen.checkpoint
    who = ", ".join(look.seen.witnesses) or "nobody but the log itself"
    enough = "" if look.seen.quorum else " (too few)"
    return (
        f"{checkpoint.origin}: {checkpoint.size:,} leaves, {look.new:,} of them new; signed by {who}{enough}."
    )


def _as_json(look: Look) -> dict[str, Any]:
    seen = look.seen
    return {
        "origin": None if seen is None else seen.checkpoint.origin,
        "leaves": None if seen is None else seen.checkpoint.size,
        "new": look.new,
        "witnesses": [] if seen is None else list(seen.witnesses),
        "quorum": seen is not None and seen.quorum,
        "alarms": [_plain(alarm) for alarm in look.alarms],
    }


def _plain(alarm: Alarm) -> dict[str, Any]:
    return {**asdict(alarm), "evidence": [note.decode("utf-8", "replace") for note in alarm.evidence]}


def _raise_alarm(args: argparse.Namespace, alarm: Alarm) -> None:
    body = json.dumps(_plain(alarm)).encode()
    if args.command is not None:
        try:
            # The command of the person who runs this, as they typed it.
            subprocess.run(shlex.split(args.command), input=body, check=True, timeout=_COMMAND_SECONDS)  # noqa: S603
        except (OSError, ValueError, subprocess.SubprocessError) as exc:
            print(f"syndicate: the alarm could not be handed to {args.command!r}: {exc}", file=sys.stderr)
    if args.webhook is not None and (trouble := asyncio.run(_send(args.webhook, body))):
        print(f"syndicate: the alarm could not be sent to {args.webhook}: {trouble}", file=sys.stderr)


async def _send(address: str, body: bytes) -> str:
    async with fetch.open_caller(allow=own_machine(address), user_agent=_AGENT) as caller:
        answer = await caller.call(Call(url=address, body=body, media_type="application/json"))
    if isinstance(answer, Answered):
        return "" if answer.status < 300 else f"it answered {answer.status}"
    return answer.detail
