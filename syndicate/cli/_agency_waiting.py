"""``syndicate agency waiting``, ``release``, ``drop``, ``second``, ``panic`` and ``resume``."""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from syndicate.agency import AgencyConfig, ask_to_halt, halted, keep_halt, load_config
from syndicate.cli._agency_desk import add_config, book_of, confirm, desk_of, moment_of, second_key, whole
from syndicate.cli._agency_keys import tokens_from
from syndicate.cli._agency_out import hub_address
from syndicate.cli._passphrase import passphrase_of_another
from syndicate.cli._shown import shown
from syndicate.errors import AgencyError, StorageBusy
from syndicate.news import Refused, rfc3339
from syndicate.newsdesk import (
    Desk,
    appoint,
    drop_ids,
    halt,
    panic,
    recover,
    release_ids,
    resume,
    until_when,
    waiting_ids,
)
from syndicate.ports import Signed, Signer, Waiting
from syndicate.signing import open_key

_SINCE: Final = (
    "Signing goes on! Say since when nothing is to be trusted: --since 2h, or a time that has passed."
)


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs of the waiting list, and those of the bad night."""
    _add_waiting(verbs)
    release = verbs.add_parser("release", help="sign what waits, now")
    add_config(release)
    release.add_argument("ids", nargs="+", type=int, metavar="ID", help="its number on the waiting list")
    release.add_argument("--second", type=Path, help="the second person's key (alerts and rebuttals)")
    release.add_argument("--second-passphrase-file", type=Path, help="file with its passphrase")
    release.set_defaults(run=_release)
    drop = verbs.add_parser("drop", help="take what waits off the list for good; the same text stays out")
    drop.add_argument("config", type=Path, help="the configuration that `agency init` made")
    drop.add_argument("ids", nargs="+", type=int, metavar="ID", help="its number on the waiting list")
    drop.set_defaults(run=_drop)
    _add_second(verbs)
    _add_panic(verbs)


def _add_waiting(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    waiting = verbs.add_parser("waiting", help="what is not signed yet, and why")
    lists = waiting.add_subparsers(metavar="list|show", required=True)
    listed = lists.add_parser("list", help="show the waiting list")
    listed.add_argument("config", type=Path, help="the configuration that `agency init` made")
    listed.set_defaults(run=_list)
    showed = lists.add_parser("show", help="show all that would be signed of one item")
    showed.add_argument("config", type=Path, help="the configuration that `agency init` made")
    showed.add_argument("id", type=int, metavar="ID", help="its number on the waiting list")
    showed.set_defaults(run=_show)


def _add_second(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    second = verbs.add_parser("second", help="appoint the second person: their own key, their own passphrase")
    add_config(second)
    second.add_argument("--key", type=Path, help="where their key goes (default: second.key beside the file)")
    second.add_argument("--second-passphrase-file", type=Path, help="file with the new key's passphrase")
    second.add_argument("--by", type=Path, help="to replace them: the key before, or the sealed successor")
    second.add_argument("--by-passphrase-file", type=Path, help="file with that key's passphrase")
    second.set_defaults(run=_second)


def _add_panic(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    alarm = verbs.add_parser("panic", help="halt signing, and withhold everything signed since a moment")
    add_config(alarm)
    alarm.add_argument("--since", required=True, metavar="TIME", help="2026-11-23T20:00 or 2h")
    alarm.add_argument("--note", help="what readers are told (default: that it is being checked)")
    alarm.add_argument("--key", type=Path, help="sign with this key: the sealed successor")
    alarm.add_argument(
        "--from", dest="hubs", action="append", type=hub_address, default=[], metavar="HUB",
        help="on another machine: a hub that knows the stream (again for more)",
    )  # fmt: skip
    alarm.set_defaults(run=_panic)
    again = verbs.add_parser("resume", help="let signing go on after a panic")
    again.add_argument("config", type=Path, help="the configuration that `agency init` made")
    again.set_defaults(run=_resume)


def _list(args: argparse.Namespace) -> int:
    config = load_config(args.config)
    with book_of(config) as book:
        waiting, said = book.waiting(), halted(config, book)
    if said is not None:
        print(f"Signing is halted: {said}")
    for each in waiting:
        print(_line(each))
    print(f"{len(waiting)} waiting.")
    if waiting:
        print("All that would be signed of one: `syndicate agency waiting show`, with its number.")
    return 0


def _show(args: argparse.Namespace) -> int:
    config = load_config(args.config)
    with book_of(config) as book:
        (each,) = waiting_ids([args.id], book)
    print("\n".join([_line(each), "", *whole(each.item)]))
    return 0


def _line(each: Waiting) -> str:
    came = "from the CMS" if each.fingerprint else "from a person"
    told = f"{each.id:>5}  {each.why}, {until_when(each)}, {came} at {rfc3339(each.arrived)}"
    return f"{told}\n       {each.item.kind}: {shown(each.item.title)}\n       {shown(each.item.url)}"


def _release(args: argparse.Namespace) -> int:
    opens = desk_of(args)
    second = None if args.second is None else second_key(args.second, args)
    with opens() as desk:
        answers = release_ids(args.ids, desk, second=second)
    for each, answer in answers:
        print(_told(answer, shown(each.item.title)))
    return 1 if any(isinstance(answer, Refused) for _, answer in answers) else 0


def _told(answer: Signed | Refused, title: str) -> str:
    if isinstance(answer, Signed):
        return f"signed as number {answer.seq}, version {answer.ver}: {title}"
    return f"still waiting: {title}\n  hubs would refuse it: {answer.detail}\n  {answer.reason.remedy}"


def _drop(args: argparse.Namespace) -> int:
    config = load_config(args.config)
    with book_of(config) as book:
        for each in drop_ids(args.ids, book):
            print(f"dropped: {shown(each.item.title)}")
    return 0


def _second(args: argparse.Namespace) -> int:
    path: Path = args.config.parent / "second.key" if args.key is None else args.key
    opens = desk_of(args)
    by = None if args.by is None else _their_key(args.by, args.by_passphrase_file)
    second = second_key(path, args, make=True)
    with opens() as desk:
        appoint(second, desk, by=by)
    print(f"{path} releases alerts and rebuttals from now on. Only the second person knows its passphrase.")
    return 0


def _their_key(key: Path, words: Path | None) -> Signer:
    return open_key(key, passphrase_of_another(words, f"the key {key}"))


def _panic(args: argparse.Namespace) -> int:
    config = load_config(args.config)
    now = time.time()
    since = moment_of(args.since, config, now)
    if since > now:
        raise AgencyError(f"{args.since} lies ahead: nothing was signed since then", hint=_SINCE)
    ask_to_halt(config, f"`agency panic` at {rfc3339(now)}, since {rfc3339(since)}")
    opens = desk_of(args, key=args.key)
    try:
        with opens() as desk:
            halt(desk.book, since=since, now=desk.now)  # before anybody is waited for
            keep_halt(config, desk.book)
    except StorageBusy as exc:
        raise StorageBusy(f"signing is halted, and nothing is withheld yet: {exc}", hint=_BUSY) from exc
    tokens, trouble = _heard_from(args.hubs, config)
    with opens() as desk:
        behind = _caught_up(tokens, desk) if args.hubs else None
        answers = panic(desk, since=since, note=args.note)
        waiting = len(desk.book.waiting())
    bad = [answer for answer in answers if isinstance(answer, Refused)]
    print(f"Signing is halted. {len(answers) - len(bad)} items are withheld; {waiting} wait for a person.")
    for each in bad:
        print(f"  one could not be withheld: {each.detail}. {each.reason.remedy}")
    print("When the CMS is clean: `syndicate agency resume`; `syndicate agency lift` for what may stand.")
    if (trouble := trouble or behind) is not None:
        print(f"Only what this machine knew is withheld: {shown(trouble)}", file=sys.stderr)
        print("  Run it again with another --from, so that nothing else is left standing.", file=sys.stderr)
    return 1 if bad or trouble else 0


def _heard_from(hubs: Sequence[str], config: AgencyConfig) -> tuple[tuple[str, ...], str | None]:
    """What hubs have of the stream, or why they gave nothing: on a bad night that stops nobody."""
    try:
        return (asyncio.run(tokens_from(hubs, config)) if hubs else ()), None
    except AgencyError as exc:
        return (), str(exc)


def _caught_up(tokens: Sequence[str], desk: Desk) -> str | None:
    """Bring the book up to what hubs have, far above what it knows itself; why not, if not."""
    try:
        recover(tokens, desk)
    except AgencyError as exc:
        return str(exc)
    return None


_BUSY: Final = "Stop that process, then run `syndicate agency panic` again: it withholds what was signed."


def _resume(args: argparse.Namespace) -> int:
    config = load_config(args.config)
    with book_of(config) as book:
        waiting = len(book.waiting())
    question = f"{waiting} items wait. Type yes to let signing go on:"
    confirm(question, "yes", alone="A person types it at a terminal: no program lets signing go on.")
    with book_of(config) as book:
        keep_halt(config, book)
        print(f"Signing goes on. It was halted: {resume(book)}")
    return 0
