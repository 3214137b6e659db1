"""``syndicate agency``: an agency's own tool, to make its keys and to sign what its CMS publishes."""

import argparse
import asyncio
import dataclasses
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from syndicate import fetch
from syndicate.agency import (
    CMS_BYTES,
    AgencyConfig,
    Answers,
    EntryReport,
    Fate,
    Founded,
    Report,
    found_agency,
    load_config,
    look_ahead,
    sign_once,
)
from syndicate.cli import (
    _agency_acts,
    _agency_keys,
    _agency_known,
    _agency_out,
    _agency_preview,
    _agency_waiting,
)
from syndicate.cli._agency_desk import book_of
from syndicate.cli._passphrase import new_passphrase, passphrase
from syndicate.cli._shown import shown
from syndicate.fetch import FetchLimits
from syndicate.ports import Fetcher, Signer
from syndicate.signing import create_key, open_key

_PROGRESS_FROM = 100  # entries: below, it is over before anyone wonders


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``agency`` with its verbs."""
    parser = commands.add_parser(
        "agency", help="the publisher's side: make keys, sign what the CMS publishes"
    )
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    _register_init(verbs)
    _register_sign(verbs)
    _agency_out.add(verbs)
    _agency_known.add(verbs)
    _agency_acts.add(verbs)
    _agency_waiting.add(verbs)
    _agency_keys.add(verbs)
    _agency_preview.add(verbs)


def _register_init(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    init = verbs.add_parser(
        "init",
        help="make two keys, the enrolment file and the configuration",
        description="Make an agency's two keys, its enrolment file and its configuration, once. "
        "What is not given as an option stays empty in the configuration, to be filled in with an editor.",
    )
    init.add_argument("id", help="the agency's id: two letters of the state, a dot, a name (vn.demo)")
    init.add_argument("--dir", type=Path, help="folder to make them in (default: ./ID)")
    init.add_argument("--federation", default="asean", help="id of the federation (default: asean)")
    init.add_argument("--passphrase-file", type=Path, help="file whose first line is the passphrase")
    init.add_argument(
        "--successor-passphrase-file",
        type=Path,
        help="likewise for the successor (default: the same passphrase)",
    )
    init.add_argument("--name", default="", help="the agency's name, in its language")
    init.add_argument("--language", default="", help="of the CMS's feed: vi, en, ms-Arab ...")
    init.add_argument("--zone", default="UTC", help="the newsroom's time zone: Asia/Dili ...")
    init.add_argument("--domain", action="append", default=[], help="a host of the articles (again for more)")
    init.add_argument("--media-host", action="append", default=[], help="a host of pictures (again for more)")
    init.add_argument("--feed", default="", help="the CMS's own RSS or Atom: address or file")
    init.add_argument("--base-url", default="", help="public address of the signed feed's folder")
    init.set_defaults(run=run_init)


def _register_sign(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    sign = verbs.add_parser(
        "sign",
        help="sign what is new or changed in the CMS, and write the signed feed",
        description="Sign what is new or changed in the CMS's feed, and write the signed feed. "
        "Run it every few minutes; a run that finds nothing new changes nothing. "
        "Ends with 1 if entries were skipped, and says why.",
    )
    sign.add_argument("config", type=Path, help="the configuration that `agency init` made")
    sign.add_argument("--passphrase-file", type=Path, help="file whose first line is the passphrase")
    sign.add_argument("--clock-is-right", action="store_true", help="so much time has really passed")
    sign.add_argument(
        "--book-is-newest", action="store_true", help="the signed feed is gone, and not the book"
    )
    sign.add_argument(
        "--moved",
        choices=("ask", "same", "new"),
        default="ask",
        help="many stories came back under new ids: they are the same, or news in the same words",
    )
    sign.add_argument("--json", action="store_true", help="print the report as JSON")
    sign.set_defaults(run=run_sign)


def run_init(args: argparse.Namespace) -> int:
    """Make an agency's keys and files, and say what to do with each."""
    folder = Path(args.id) if args.dir is None else args.dir
    words = new_passphrase(args.passphrase_file)
    other = words if args.successor_passphrase_file is None else passphrase(args.successor_passphrase_file)
    founded = found_agency(
        args.id,
        folder,
        federation=args.federation,
        answers=_answers(args),
        key_in_use=_maker(words),
        successor=_maker(other),
        now=time.time(),
    )
    own = args.successor_passphrase_file is not None
    print(_next_steps(args.id, founded, "a passphrase of its own" if own else "the same passphrase"))
    return 0


def run_sign(args: argparse.Namespace) -> int:
    """Sign once: 0 all well, 1 some entries were skipped."""
    config = load_config(args.config)
    signer = open_key(config.key_file, passphrase(args.passphrase_file))
    report = asyncio.run(_sign(config, signer, args))
    print(_as_json(report) if args.json else _as_text(report))
    return 1 if report.count(Fate.SKIPPED) else 0


class _WallClock:
    def now(self) -> float:
        return time.time()


async def _sign(config: AgencyConfig, signer: Signer, args: argparse.Namespace) -> Report:
    async with _way_to(config) as fetcher:
        ahead = await look_ahead(
            config, fetcher, opens=partial(book_of, config), clock=_WallClock(), progress=_tell_progress
        )
        with book_of(config) as book:
            return await sign_once(
                config,
                signer=signer,
                book=book,
                fetcher=fetcher,
                clock=_WallClock(),
                ahead=ahead,
                clock_is_right=args.clock_is_right,
                book_is_newest=args.book_is_newest,
                moved=args.moved,
            )


@asynccontextmanager
async def _way_to(config: AgencyConfig) -> AsyncIterator[Fetcher | None]:
    """What fetches the CMS's feed; a file needs nothing, and then nothing of HTTP is loaded."""
    if not config.is_remote:
        yield None
        return
    caps = FetchLimits(encoded_bytes=CMS_BYTES, decoded_bytes=CMS_BYTES)
    async with fetch.open_fetcher(caps, allow=config.allow, user_agent=_user_agent(config)) as fetcher:
        yield fetcher


def _user_agent(config: AgencyConfig) -> str:
    return f"asean-syndicate agency {config.id} (+{config.base_url})"


def _tell_progress(done: int, of: int) -> None:
    if of > _PROGRESS_FROM and sys.stderr.isatty():
        print(f"\r{done} of {of} entries", end="\n" if done == of else "", file=sys.stderr, flush=True)


def _maker(words: bytes) -> Callable[[Path], Signer]:
    return lambda path: create_key(path, words)


def _answers(args: argparse.Namespace) -> Answers:
    return Answers(
        name=args.name,
        language=args.language,
        zone=args.zone,
        domains=tuple(args.domain),
        media_hosts=tuple(args.media_host),
        feed=args.feed,
        base_url=args.base_url,
    )


def _next_steps(agency: str, founded: Founded, sealed_with: str) -> str:
    return f"""\
{agency} has its keys. What to do with each file in {founded.folder}:

  {founded.key_in_use.name}
      The key in use. It stays on the machine that signs, readable by that user only. Keep the
      passphrase apart from it. Nobody else ever needs this file: not the ministry, not the hub.
  {founded.successor.name}
      The sealed successor, for the day the first key is lost or stolen. Move it to a USB stick in
      a safe NOW, off this and every other machine, and delete it here. It has {sealed_with}.
  {founded.enrolment.name}
      The public halves of both keys, with the proof that you hold them. Nothing in it is secret.
      Send it to your ministry, and read the two kid lines to them over the telephone.
  {founded.config.name}
      The configuration. Fill in what is empty, then run:
          syndicate agency sign {founded.config}
      It signs what your CMS publishes, and writes the feed that your web server shows to the hub.
      This folder is closed to other users: let out.folder be one that the web server can read.
"""


def _as_json(report: Report) -> str:
    return json.dumps(dataclasses.asdict(report), indent=2, default=str)


def _as_text(report: Report) -> str:
    told = [line for entry in (*report.entries, *report.released) for line in _lines(entry)]
    counts = ", ".join(f"{report.count(fate)} {fate}" for fate in Fate if report.count(fate))
    told.append(f"{report.source}: {counts or 'no entries'}. The stream ends at number {report.head}.")
    for file in report.files:
        state = "written" if file.changed else "unchanged"
        told.append(f"  {file.path}: {state}, {file.size} bytes, the newest {report.shown} items")
    return "\n".join(told)


def _lines(entry: EntryReport) -> list[str]:
    """What a person wants to know of an entry; nothing of one that is as it was."""
    if entry.fate is Fate.UNCHANGED:
        return []
    place = f" as number {entry.seq}, version {entry.ver}" if entry.seq is not None else ""
    lines = [f"{entry.fate}{place}: {shown(entry.title or entry.cms_id) or 'an entry without a title'}"]
    if entry.code is not None:
        lines.append(f"  {entry.code}: {shown(entry.detail or '')}")
        lines.append(f"  {entry.remedy}")
    return lines + [f"  note: {shown(note)}" for note in entry.notes]
