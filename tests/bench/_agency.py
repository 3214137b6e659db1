"""What an agency waits for: a CMS of 1,000 entries looked at, signed, looked at again; an alert pushed."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final
from xml.sax.saxutils import escape

from alerts import seconds_to_the_feed

from ._measure import Goal, Result, Scale, told
from ._stories import Story, stories
from ._visitor import ROOT

_HOST: Final = "news.bench.example"
_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class _Run:
    """What one command took."""

    wall: float  # seconds
    cpu: float  # seconds
    megabytes: float  # the most it held


def measure(scale: Scale) -> list[Result]:
    """Each command in a process of its own, as it is typed: start-up and imports are in the figures."""
    entries, turns = scale.of(1_000, 20), scale.of(3, 1)
    previews: list[_Run] = []
    firsts: list[_Run] = []
    cycles: list[_Run] = []
    moved: list[_Run] = []  # one story has another title
    for _ in range(turns):
        with _agency(entries) as (folder, words):
            previews.append(_run("preview", str(folder / "cms.xml"), "--lang", "en"))
            sign = ["sign", str(folder / "agency.toml"), "--passphrase-file", str(words)]
            firsts.append(_run(*sign))
            cycles += [_run(*sign), _run(*sign)]
            cms = folder / "cms.xml"
            cms.write_text(cms.read_text("utf-8").replace("</title>", " again</title>", 2), "utf-8")
            moved.append(_run(*sign))
    of = f"{entries:,} entries"
    return [
        _seconds(f"`agency preview` of {of}", previews, 5),
        _seconds(f"the first `agency sign` of {of}", firsts, 10),
        _seconds(f"`agency sign` of {of} when nothing is new", cycles, 1),
        _result(
            f"the most that it holds then, of {of}",
            [run.megabytes for run in cycles],
            80,
            "MB",
            (
                told("with one title changed", [run.megabytes for run in moved], "MB"),
                told("with one title changed", [run.wall for run in moved], "s", digits=2),
            ),
        ),
        _alerts(scale),
    ]


def _alerts(scale: Scale) -> Result:
    names = "abcdefghijklm"[: scale.of(13, 2)]
    with TemporaryDirectory(prefix="syndicate-bench-") as made:
        taken = asyncio.run(seconds_to_the_feed(Path(made), [f"alert{name}" for name in names]))
    return _result("from signing an alert, by push, to the hub's feed", taken, 1, "s")


def _seconds(what: str, runs: Sequence[_Run], goal: float) -> Result:
    behind = (told("of it CPU", [run.cpu for run in runs], "s", digits=2),)
    return _result(what, [run.wall for run in runs], goal, "s", behind)


def _result(
    what: str, values: Sequence[float], goal: float, unit: str, behind: tuple[str, ...] = ()
) -> Result:
    return Result(
        section="agency",
        what=what,
        figure=median(values),
        spread=(min(values), max(values)),
        goal=Goal(at_most=goal),
        unit=unit,
        behind=behind,
    )


@contextmanager
def _agency(entries: int) -> Iterator[tuple[Path, Path]]:
    """The folder of a new agency without a brake, and its passphrase's file."""
    with TemporaryDirectory(prefix="syndicate-bench-") as made:
        folder, words = Path(made) / "agency", Path(made) / "words"
        words.write_text("a few plain words")
        words.chmod(0o600)
        _run("init", "bn.bench", "--federation", "bench", "--dir", str(folder),
             "--passphrase-file", str(words), "--name", "Bench", "--language", "en", "--domain", _HOST,
             "--feed", "cms.xml",
             "--base-url", f"https://{_HOST}/signed/")  # fmt: skip
        config = folder / "agency.toml"
        config.write_text(config.read_text().replace("release_seconds = 120", "release_seconds = 0"))
        (folder / "cms.xml").write_text(_feed(entries), encoding="utf-8")
        yield folder, words


def _run(*words: str) -> _Run:
    with TemporaryDirectory(prefix="syndicate-bench-") as made:
        report = Path(made) / "kilobytes"
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench._typed", str(report), "agency", *words],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - began
        if process.returncode not in (0, 1):  # 1: a preview has found something to say
            raise AssertionError(f"syndicate agency {words[0]} ended with {process.returncode}")
        return _Run(wall, used.ru_utime + used.ru_stime, int(report.read_text()) * 1_024 / _MEGABYTE)


def _feed(entries: int) -> str:
    items = "".join(_item(number, each) for number, each in enumerate(islice(stories(1, _HOST), entries)))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Bench</title>'
        f"<link>https://{_HOST}/</link><description>Bench</description>{items}</channel></rss>"
    )


def _item(number: int, story: Story) -> str:
    body = story.content.body or story.summary
    return (
        f"<item><title>{escape(story.title)}</title><link>https://{_HOST}/{number}.html</link>"
        f"<guid>{number}</guid><pubDate>Mon, 23 Nov 2026 {number % 24:02d}:{number % 60:02d}:00 GMT</pubDate>"
        f"<description>{escape(body)}</description></item>"
    )
