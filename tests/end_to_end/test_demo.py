import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from syndicate.demo import load_newsrooms, play_once, run_demo
from syndicate.demo._expected import ANSWERS
from syndicate.demo._hostile import PUSHERS, Pusher, Town
from syndicate.demo._table import Row, all_agree, compare
from syndicate.demo._telling import Teller
from syndicate.errors import DemoError
from syndicate.news import Entry
from syndicate.wire import Typesetter

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
COMMAND = [sys.executable, "-c", "import sys; from syndicate.cli import main; sys.exit(main())", "demo"]
# Each act after the first night takes seconds; one test plays them, the others look at what comes before.
LATER = ("play_bad_nights", "play_log_nights", "play_ceremonies")
SHORT = f"""\
import sys
from syndicate.cli import main
from syndicate.demo import _platform, _run

async def nothing(*_): return {{}}

_platform.Platform.report = nothing

_run.{LATER[0]} = _run.{LATER[1]} = nothing
_run.{LATER[2]} = lambda *_: {{}}
sys.exit(main())
"""


def test_the_whole_story_happens_as_it_should(tmp_path: Path) -> None:
    ran = subprocess.run(
        [*COMMAND, "--check", "--json"],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    told = json.loads(ran.stdout or "{}")
    assert [row for row in told["rows"] if not row["agrees"]] == []
    assert (ran.returncode, ran.stderr, told["agrees"]) == (0, "", True)
    assert list(tmp_path.iterdir()) == []


async def nothing(*_: object) -> dict[str, str]:
    """An act that is left out."""
    return {}


async def nothing_seen(*_: object) -> list[Row]:
    """What a platform says that is not asked."""
    return []


class Tampering(Typesetter):
    """A hub's typesetter that changes a word on the way out."""

    def entry(self, entry: Entry, format: str, *, complete: bool = True) -> bytes:  # noqa: A002 - the base class's word
        return super().entry(entry, format, complete=complete).replace(b"Otters", b"Sharks")


async def test_the_check_sees_what_went_wrong_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def honest(town: Town) -> list[str]:
        return [town.victim("vn.demo").token_of("che-shan")]

    # A story is lost, the forger turns out to be honest, and the hub changes a headline.
    newsrooms = [
        replace(each, stories=tuple(story for story in each.stories if story.key != "cau-go"))
        for each in load_newsrooms()
    ]
    pushers = (Pusher(name="forger", tale="sends what is signed", tokens=honest), *PUSHERS[1:])
    monkeypatch.setattr("syndicate.demo._night.PUSHERS", pushers)
    monkeypatch.setattr("syndicate.assembly._hub.Typesetter", Tampering)
    for act in LATER[:2]:
        monkeypatch.setattr(f"syndicate.demo._run.{act}", nothing)
    monkeypatch.setattr(f"syndicate.demo._run.{LATER[2]}", lambda *_: {})
    monkeypatch.setattr("syndicate.demo._platform.Platform.report", nothing_seen)

    rows = await play_once(newsrooms, tmp_path, Teller(silent=True))

    asked = list(ANSWERS)
    left_out = asked[asked.index("the unified feed") + 1 :]
    assert {row.what: row.seen for row in rows if not row.agrees and row.what not in left_out} == {
        "versions from vn.demo": "3",
        "versions in the one order, each the leaf of its index": "55",
        "items in vi": "3",
        "items in the feed of vn": "3",
        "items in /feeds/all.rss, as a reader opens it": "51",
        "items in /feeds/all.atom, as a reader opens it": "51",
        "items in /feeds/all.json, as a reader opens it": "51",
        "forger": "known",
        "the unified feed": "title differs",
    }
    assert not all_agree(rows)


def test_a_comparison_without_rows_or_with_one_that_differs_does_not_agree() -> None:
    assert not all_agree([])
    assert all_agree([compare("one", 1, 1)])
    assert not all_agree([compare("one", 1, 1), compare("two", 2, 3)])


@contextmanager
def running(folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", SHORT, "demo", *options],
        env=os.environ | {"TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    read = ""
    for line in process.stdout:
        read += line
        if words in line:
            return read
    raise AssertionError(f"{words!r} was never said; what was: {read}")


def stop(process: subprocess.Popen[str], with_signal: signal.Signals) -> tuple[int, str, str]:
    process.send_signal(with_signal)
    said, complained = process.communicate(timeout=100)
    return process.returncode, said, complained


def run_as_told(said: str, noun: str) -> subprocess.CompletedProcess[str]:
    """Run the command line that the demo told its visitor to try."""
    told = re.search(rf"^ *syndicate ({noun} .*)$", said, re.MULTILINE)
    assert told is not None
    return subprocess.run(
        [*COMMAND[:-1], *told[1].split()], capture_output=True, text=True, timeout=100, check=False
    )


def test_the_demo_serves_its_feed_on_a_free_port_if_its_own_is_taken_and_stops_cleanly(
    tmp_path: Path,
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with running(tmp_path, "--port", str(port)) as process:
            said = read_until(process, "/feeds/all.rss")
            url = re.search(r"http://127\.0\.0\.1:[0-9]+/feeds/all\.rss", said)
            assert url is not None
            assert f"Port {port} is taken" in said
            with urllib.request.urlopen(url[0], timeout=100) as response:
                assert b"<rss" in response.read()
            commands = read_until(process, "--db")
            assert run_as_told(commands, "verify-feed").returncode == 0
            assert "signature-bad" in run_as_told(commands, "refusals").stdout
            code, said, complained = stop(process, signal.SIGINT)
    assert (code, complained) == (0, "")
    assert "Stopped" in said
    assert list(tmp_path.iterdir()) == []


def test_the_demo_stops_cleanly_in_the_middle_of_its_story(tmp_path: Path) -> None:
    with running(tmp_path, "--port", "0") as process:
        read_until(process, "Morning")
        code, _, complained = stop(process, signal.SIGTERM)
    assert (code, complained) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_the_demo_never_writes_into_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(DemoError, match="not empty"):
        run_demo(port=0, keep=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
