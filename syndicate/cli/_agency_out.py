"""``syndicate agency serve`` and ``push``: getting the signed stream out."""

import argparse
import asyncio
import contextlib
import logging
import sys
from collections.abc import Sequence
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from syndicate import fetch
from syndicate.agency import (
    AgencyConfig,
    EntryReport,
    Fate,
    Pushed,
    Report,
    deliver,
    forget_from,
    load_config,
)
from syndicate.cli._agency_desk import book_of, close_to_others
from syndicate.cli._passphrase import passphrase
from syndicate.cli._shown import shown
from syndicate.errors import AgencyError, SyndicateError
from syndicate.signing import open_key


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``serve`` and ``push``."""
    serve = verbs.add_parser("serve", help="read the CMS again and again, sign, and serve the signed feed")
    serve.add_argument("config", type=Path, help="the configuration that `agency init` made")
    serve.add_argument("--passphrase-file", type=Path, help="file whose first line is the passphrase")
    serve.add_argument("--listen", default="127.0.0.1:8090", metavar="HOST:PORT", help="(127.0.0.1:8090)")
    serve.add_argument("--every", type=_seconds, default=60.0, metavar="SECONDS", help="read the CMS (60)")
    serve.add_argument("--push", action="append", default=[], metavar="HUB", help="push to this hub, too")
    serve.set_defaults(run=run_serve)
    desk = verbs.add_parser("desk", help="the acts as pages in a browser, on this machine only")
    desk.add_argument("config", type=Path, help="the configuration that `agency init` made")
    desk.add_argument("--passphrase-file", type=Path, help="file whose first line is the passphrase")
    desk.add_argument("--listen", default="127.0.0.1:8091", metavar="HOST:PORT", help="(127.0.0.1:8091)")
    desk.set_defaults(run=run_desk)
    push = verbs.add_parser("push", help="send hubs what they have not had yet")
    push.add_argument("config", type=Path, help="the configuration that `agency init` made")
    push.add_argument(
        "hub", nargs="+", type=hub_address, help="a hub's address, https://hub.example (or more)"
    )
    push.add_argument("--watch", action="store_true", help="go on, and send what is signed from now on")
    push.add_argument("--again-from", type=int, metavar="NUMBER", help="send everything from this number on")
    push.set_defaults(run=run_push)


def run_desk(args: argparse.Namespace) -> int:
    """Show the forms until told to stop; raises SyndicateError if it cannot begin."""
    from syndicate.assembly import run_forms  # noqa: PLC0415 - as above
    from syndicate.settings import read_address  # noqa: PLC0415

    config = load_config(args.config)
    signer = open_key(config.key_file, passphrase(args.passphrase_file))
    close_to_others(config.book_file)
    asyncio.run(run_forms(config, signer, read_address(args.listen), _desk_started))
    return 0


def _desk_started(url: str) -> None:
    print(f"Open this address in a browser on this machine: {url}")
    print("It lets in whoever has it, until Ctrl-C; tell it to nobody.", flush=True)


def run_serve(args: argparse.Namespace) -> int:
    """Serve until told to stop; raises SyndicateError if it cannot begin."""
    # The server's libraries are not needed to sign.
    from syndicate.assembly import AgencyOrders, AgencyTold, run_agency  # noqa: PLC0415
    from syndicate.settings import read_address  # noqa: PLC0415

    config = load_config(args.config)
    signer = open_key(config.key_file, passphrase(args.passphrase_file))
    close_to_others(config.book_file)
    _log_to_terminal()
    orders = AgencyOrders(
        listen=read_address(args.listen),
        cadence_seconds=args.every,
        hubs=tuple(hub_address(hub) for hub in args.push),
        allow=allowed(config, args.push),
    )
    told = AgencyTold(signed=_SignedLines().tell, pushed=tell_pushed, failed=_tell_failed)
    asyncio.run(run_agency(config, signer, orders, told, partial(_started, config)))
    return 0


def run_push(args: argparse.Namespace) -> int:
    """Push: 0 every hub has everything, 1 some token was refused or held, 2 a hub could not be reached."""
    config = load_config(args.config)
    if not config.book_file.exists():
        raise AgencyError(f"nothing was signed yet: there is no {config.book_file}", hint="Sign first.")
    opens = partial(book_of, config)
    for hub in args.hub if args.again_from is not None else ():
        forget_from(hub, args.again_from, opens=opens)
    if args.watch:
        _log_to_terminal()
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(_watch(config, args.hub))
        return 0
    return asyncio.run(_push(config, args.hub))


async def _push(config: AgencyConfig, hubs: Sequence[str]) -> int:
    objected = False

    def tell(pushed: Pushed) -> None:
        nonlocal objected
        objected |= bool(pushed.objections)
        tell_pushed(pushed)

    async with fetch.open_caller(allow=allowed(config, hubs), user_agent=agent(config)) as caller:
        last = await deliver(hubs, opens=partial(book_of, config), caller=caller, tell=tell)
    if not all(each.done for each in last):
        return 2
    return 1 if objected else 0


async def _watch(config: AgencyConfig, hubs: Sequence[str]) -> None:
    from syndicate.assembly import push_forever, stopping  # noqa: PLC0415 - as above

    stop = asyncio.Event()
    opens = partial(book_of, config)
    async with fetch.open_caller(allow=allowed(config, hubs), user_agent=agent(config)) as caller:
        with stopping(stop):
            async with asyncio.TaskGroup() as pushing:
                tasks = [
                    pushing.create_task(push_forever(hub, config.book_file, opens, caller, tell_pushed))
                    for hub in hubs
                ]
                await stop.wait()
                for task in tasks:
                    task.cancel()


def allowed(config: AgencyConfig, hubs: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """What may be dialled besides public addresses: what the configuration lists, and typed IP addresses.

    A name that someone's DNS leads into the own network is still refused; a typed number is meant.
    """
    typed = []
    for hub in hubs:
        parts = urlsplit(hub)
        with contextlib.suppress(ValueError):
            port = parts.port or (443 if parts.scheme == "https" else 80)
            typed.append((str(ip_address(parts.hostname or "")), port))
    return (*config.allow, *typed)


def tell_pushed(pushed: Pushed) -> None:
    """What became of one submission, every objection with its remedy."""
    for each in pushed.objections:
        print(f"{pushed.hub}: {each.outcome} number {each.seq}, {shown(f'{each.reason}: {each.title}')}")
        print(f"  {shown(each.detail)}")
        print(f"  {shown(each.remedy)}")
    counts = f"{pushed.admitted} admitted, {pushed.known} known" if pushed.sent else "nothing sent"
    print(f"{pushed.hub}: {counts}; it has the stream up to number {pushed.reached} of {pushed.head}")
    if pushed.trouble:
        print(f"{pushed.hub}: {shown(pushed.trouble)}; it is tried again", file=sys.stderr)
    sys.stdout.flush()


class _SignedLines:
    """Tells what a run did; what it says as the run before did (something waits, is skipped) only once."""

    def __init__(self) -> None:
        self._before: frozenset[str] = frozenset()

    def tell(self, report: Report) -> None:
        entries = (*report.entries, *report.released)
        lines = [_line(each) for each in entries if each.fate not in (Fate.UNCHANGED, Fate.WITHDRAWN)]
        for line in lines:
            if line not in self._before:
                print(line, flush=True)
        self._before = frozenset(lines)


def _line(entry: EntryReport) -> str:
    why = f" ({entry.code}: {entry.remedy})" if entry.code else ""
    return f"{entry.fate}: {shown(entry.title or entry.cms_id)}{why}"


def _tell_failed(failure: SyndicateError) -> None:
    print(f"syndicate: {failure}", file=sys.stderr)
    if failure.hint:
        print(f"  {failure.hint}", file=sys.stderr)
    sys.stderr.flush()


def _started(config: AgencyConfig, url: str) -> None:
    print(f"The signed feed is at {url}/{config.atom_name}; outside it is {config.atom_url}", flush=True)


def agent(config: AgencyConfig) -> str:
    """How the tool names itself to the servers it asks."""
    return f"asean-syndicate agency {config.id} (+{config.base_url})"


def _log_to_terminal() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 1 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError("is not between 1 and 86400 seconds")
    return seconds


def hub_address(text: str) -> str:
    """A hub's base address as typed, without a slash at its end."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(f"{text} is no http(s) address of a hub")
    return text.rstrip("/")
