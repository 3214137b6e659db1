"""Our ingest beside ``reader``, the library a newsroom's engineer would take: the same stories, unsigned."""

import asyncio
import re
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import feedparser_sgmllib

from syndicate.news import Item

from ._ingest import Stages, intake
from ._measure import MICRO, Goal, Result, Scale, cpu_of, ratio_of, told
from ._newsroom import ENTRIES, Issue, Press

# reader 3.26 carries a feedparser of its own, which asks for this module by a name that nothing it depends
# on brings any more.
sys.modules.setdefault("sgmllib", feedparser_sgmllib)

GOAL: Final = Goal(at_least=3.0)
_TOKEN: Final = re.compile(rb"<(?:\w+:)?jws\b[^>]*>[^<]*</(?:\w+:)?jws>")


def measure(scale: Scale) -> list[Result]:
    """Items a second of CPU of ours ÷ those of reader."""
    with TemporaryDirectory(prefix="syndicate-bench-") as made:
        folder = Path(made)
        press = Press(folder)
        met, issues = list(press.issues(len(press.rooms))), list(press.issues(scale.of(10, 1)))
        names = _unsigned(folder, issues)
        items = len(issues) * ENTRIES
        ours, theirs = [], []
        for turn in range(scale.turns):
            theirs.append(_theirs(folder / f"{turn}.reader", folder, names, items) / items * MICRO)
            stages = asyncio.run(_ours(folder / f"{turn}.db", press, met, issues))
            ours.append(stages.whole / items * MICRO)
    behind = [told("reader", theirs, "µs an item"), told("ours, signatures checked", ours, "µs an item")]
    ratios = [them / us for them, us in zip(theirs, ours, strict=True)]
    what = "items a second of CPU ÷ those of reader, which takes the same stories unsigned"
    return [ratio_of("reader", what, ratios, GOAL, behind)]


async def _ours(path: Path, press: Press, met: Sequence[Issue], issues: Sequence[Issue]) -> Stages:
    async with intake(path, press.registry, met) as open_:
        return await open_.ingest(issues)


def _unsigned(folder: Path, issues: Sequence[Issue]) -> list[str]:
    """The same documents as files, each with its body in place of the token that held it; their names."""
    names = []
    for number, issue in enumerate(issues):
        bodies = [_content(item) for item in reversed(issue.items)]  # newest first, as in the feed
        left = iter(bodies)
        readable, replaced = _TOKEN.subn(partial(_next_of, left), issue.atom)
        if replaced != len(bodies) or readable.count(b"<content") != len(bodies):
            raise AssertionError(f"{replaced} bodies were put into {len(bodies)} entries")
        names.append(f"{number}.atom")
        (folder / names[-1]).write_bytes(readable)
    return names


def _next_of(left: Iterator[bytes], _: re.Match[bytes]) -> bytes:
    return next(left)


def _content(item: Item) -> bytes:
    body = item.content.body if item.content else None
    return f'<content type="html">{escape(body or "", quote=False)}</content>'.encode()


def _theirs(database: Path, folder: Path, names: Sequence[str], items: int) -> float:
    """Seconds of CPU that reader takes for all stories, over its own way of updating feeds."""
    from reader import make_reader  # noqa: PLC0415 - slow to import, and only this section needs it

    reader = make_reader(str(database), feed_root=str(folder))
    try:
        for name in names:
            reader.add_feed(name)
        spent = cpu_of(reader.update_feeds)
        taken = reader.get_entries()
        if sum(bool(entry.content and entry.content[0].value) for entry in taken) != items:
            raise AssertionError("reader did not take every story whole: nothing to compare with")
    finally:
        reader.close()
    return spent
