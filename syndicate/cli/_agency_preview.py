"""``syndicate agency preview``: what would be signed of a CMS, before any key exists."""

import argparse
import asyncio
import dataclasses
import json
import re
import time
import unicodedata
from typing import Final

from syndicate import fetch
from syndicate.agency import (
    CMS_BYTES,
    KINDS,
    Asked,
    CmsFeed,
    Finding,
    Preview,
    Previewed,
    preview,
    read_source,
)
from syndicate.fetch import FetchLimits
from syndicate.signing import ephemeral_signer

_SHOWN: Final = 15  # entries in the table; --all shows each
_TITLE_CELLS: Final = 52


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to ``syndicate agency``."""
    parser = verbs.add_parser(
        "preview", help="before any key exists: what would be signed, what is odd, what to change"
    )
    parser.add_argument(
        "source", metavar="URL|FILE|FOLDER", help="RSS, Atom, JSON Feed, WordPress posts, or Markdown files"
    )
    parser.add_argument("--lang", default="", help="the language of everything in it: vi, en, ms-Arab ...")
    parser.add_argument("--zone", default="", help="the newsroom's time zone: Asia/Dili ...")
    parser.add_argument("--domains", nargs="+", default=[], metavar="HOST", help="hosts of your articles")
    parser.add_argument("--media-hosts", nargs="+", default=[], metavar="HOST", help="hosts of your pictures")
    parser.add_argument("--furniture", nargs="+", default=[], metavar="CLASS", help="what is no article")
    parser.add_argument("--kind", choices=KINDS, default="auto", help="what it is, if it cannot be told")
    parser.add_argument("--pages", type=int, default=1, help="pages of WordPress's posts (100 each)")
    parser.add_argument("--local-dates", action="store_true", help="believe no zone that a date states")
    parser.add_argument(
        "--allow", action="append", default=[], metavar="IP:PORT", help="a CMS inside your own network"
    )
    parser.add_argument("--all", action="store_true", help="show every entry")
    parser.add_argument("--json", action="store_true", help="write JSON, for programs")
    parser.set_defaults(run=run_preview)


def run_preview(args: argparse.Namespace) -> int:
    """Preview: 0 all would be signed and nothing needs a change, 1 something does (2: it cannot be read)."""
    asked = _asked(args)
    seen = preview(asked, asyncio.run(_read(asked)), signer=ephemeral_signer(), now=time.time())
    print(_as_json(seen) if args.json else _as_text(seen, everything=args.all))
    return 0 if seen.is_fit else 1


def _asked(args: argparse.Namespace) -> Asked:
    return Asked(
        source=args.source,
        language=args.lang,
        zone=args.zone,
        domains=tuple(args.domains),
        media_hosts=tuple(args.media_hosts),
        furniture=tuple(args.furniture),
        kind=args.kind,
        pages=args.pages,
        local_dates=args.local_dates,
        allow=tuple(_endpoint(each) for each in args.allow),
    )


def _endpoint(written: str) -> tuple[str, int]:
    found = re.fullmatch(r"\[?([0-9a-fA-F.:]+?)\]?:(\d{1,5})", written)
    if found is None:
        raise SystemExit(f"syndicate: --allow {written}: is not an IP address, a colon and a port")
    return found[1], int(found[2])


async def _read(asked: Asked) -> CmsFeed:
    caps = FetchLimits(encoded_bytes=CMS_BYTES, decoded_bytes=CMS_BYTES)
    async with fetch.open_fetcher(
        caps, allow=asked.allow, user_agent="asean-syndicate agency preview"
    ) as fetcher:
        return await read_source(asked.config(), fetcher)


def _as_json(seen: Preview) -> str:
    told = dataclasses.asdict(seen) | {"fit": seen.fit(), "is_fit": seen.is_fit}
    return json.dumps(told, ensure_ascii=False, indent=2)


def _as_text(seen: Preview, *, everything: bool) -> str:
    shown = seen.entries if everything else seen.entries[:_SHOWN]
    entries = "1 entry" if len(seen.entries) == 1 else f"{len(seen.entries)} entries"
    lines = [
        f"{seen.source}: {seen.format}, {entries}",
        f"  language {seen.language}, zone {seen.zone}, articles on {', '.join(seen.domains) or 'no host'}",
        f"  {seen.fit()} of {len(seen.entries)} would be signed. Nothing was signed or kept now.",
        "",
    ]
    if shown:
        lines += [f"  {'published (UTC)':<20}  {_cell('title')}  text, pictures", *map(_row, shown)]
    if len(shown) < len(seen.entries):
        lines.append(f"  ... and {len(seen.entries) - len(shown)} more (--all shows each)")
    for heading, grave in (("To change before signing", True), ("Good to know", False)):
        findings = [finding for finding in seen.findings if finding.grave is grave]
        if findings:
            lines += ["", f"{heading}:", *(line for each in findings for line in _told(each))]
    lines += ["", _verdict(seen)]
    return "\n".join(lines)


def _verdict(seen: Preview) -> str:
    if seen.is_fit:
        return "Nothing has to be changed. Next: `syndicate agency init ID` makes the keys."
    return "Change what stands above, and preview again."


def _row(entry: Previewed) -> str:
    if entry.code is not None:
        return f"  {'NOT SIGNED':<20}  {_cell(entry.title)}  {entry.code}: {entry.detail}"
    return f"  {entry.published:<20}  {_cell(entry.title)}  {entry.characters}, {entry.pictures}"


def _told(finding: Finding) -> list[str]:
    count = f"{finding.count} entries: " if finding.count > 1 else "1 entry: " if finding.count else ""
    lines = [f"- {count}{finding.what}", f"  {finding.advice}"]
    return lines + [f"    e.g. {example}" for example in finding.examples]


def _cell(text: str) -> str:
    """``text`` in a column: marks that stand above or below a letter take no room, wide letters two."""
    width = 0
    for place, letter in enumerate(text):
        width += _cells(letter)
        if width > _TITLE_CELLS - 1:
            return text[:place] + "…" + " " * (_TITLE_CELLS - 1 - (width - _cells(letter)))
    return text + " " * (_TITLE_CELLS - width)


def _cells(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
