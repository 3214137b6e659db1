"""The signed feed on disk: replaced whole or not at all, whatever happens in between."""

import os
import resource
import signal
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from newsroom import Newsroom, rss, story

from syndicate.errors import AgencyError, StorageError
from syndicate.wire import take_out


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """The kernel refuses to write on (EFBIG), as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_files_can_be_read_by_a_web_server_and_nothing_else_is_there(room: Newsroom) -> None:
    before = os.umask(0o077)
    try:
        room.run(rss(story(1)))
    finally:
        os.umask(before)
    assert names(room.config.folder) == ["main.archive-1.atom", "main.atom", "main.rss"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in room.config.folder.iterdir()] == [0o644] * 3


def test_a_full_disk_leaves_the_old_feeds_and_the_next_run_shows_what_was_signed(room: Newsroom) -> None:
    room.run(rss(story(1)))
    before = room.atom.read_bytes(), room.rss.read_bytes()
    told = {
        "description": "မြန်မာ" * 300,
        "more": "<content:encoded>&lt;p&gt;Tin.&lt;/p&gt;</content:encoded>",
    }
    room.cms(rss(*(story(n, **told) for n in range(2, 100)), story(1)))
    folder = room.config.folder
    room.reconfigure(folder=Path(room.config.feed) / "no folder")  # signed and kept, but not shown
    with pytest.raises(AgencyError, match="the old ones stand as they were"):
        room.sign(book_is_newest=True)
    room.reconfigure(folder=folder)
    with no_file_larger_than(500_000), pytest.raises(AgencyError, match="the old ones stand as they were"):
        room.sign()
    assert (room.atom.read_bytes(), room.rss.read_bytes()) == before
    assert not [name for name in names(room.config.folder) if name.endswith(".new")]
    room.sign()
    assert len(take_out(room.atom.read_bytes(), "atom").carried) == 99
    assert [item.seq for item in room.said()] == list(range(1, 100))


def test_a_full_disk_under_the_book_signs_nothing(room: Newsroom) -> None:
    room.run(rss(story(1)))
    before = room.atom.read_bytes()
    room.cms(
        rss(*(story(n, description="<p>" + "Tin dài. " * 4_000 + "</p>") for n in range(2, 22)), story(1))
    )
    with no_file_larger_than(200_000), pytest.raises(StorageError):
        room.sign()
    assert room.atom.read_bytes() == before
    assert len(room.said()) == 1
    room.sign()
    assert [item.seq for item in room.said()] == list(range(1, 22))


def test_a_folder_that_cannot_be_written_is_named(room: Newsroom) -> None:
    (room.folder / "public").write_text("a file stands here")
    with pytest.raises(AgencyError, match=r"cannot write the feeds in .*public"):
        room.run(rss(story(1)))
    assert len(room.said()) == 1


def test_what_a_killed_run_left_lying_is_no_hindrance(room: Newsroom) -> None:
    room.config.folder.mkdir()
    (room.config.folder / ".main.atom.new").write_bytes(b"half")
    room.run(rss(story(1)))
    assert names(room.config.folder) == ["main.archive-1.atom", "main.atom", "main.rss"]


KILLED = """
import os, signal, sys
from pathlib import Path
from newsroom import Newsroom
from syndicate.agency import _files, _sign

room = Newsroom(Path(sys.argv[1]))
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "before showing":
    _sign.publish = die
elif sys.argv[2] == "between two files":
    moved = Path.replace
    def once(self, target):
        moved(self, target)
        die()
    _files.Path.replace = once
else:
    _files._write = die
room.sign()
"""


@pytest.mark.parametrize("moment", ["before showing", "while writing", "between two files"])
def test_killed_after_signing_the_next_run_shows_the_same(tmp_path: Path, moment: str) -> None:
    whole = Newsroom(tmp_path / "whole")
    killed = Newsroom(tmp_path / "killed")
    feed = rss(story(2), story(1))
    for each in (whole, killed):
        each.folder.mkdir()
        each.cms(feed)
    whole.sign()
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(killed.folder), moment],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        check=False,
    )
    assert run.returncode == -signal.SIGKILL
    killed.clock.time += 600
    killed.sign()
    assert killed.atom.read_bytes() == whole.atom.read_bytes()
    assert killed.rss.read_bytes() == whole.rss.read_bytes()


def test_killed_after_signing_the_next_run_shows_it_even_when_the_cms_is_gone(room: Newsroom) -> None:
    room.run(rss(story(1)))
    before = room.atom.read_bytes()
    room.run(rss(story(1), story(2)))
    shown = room.atom.read_bytes()
    room.atom.write_bytes(before)  # as if the run had been killed before it was written
    Path(room.config.feed).unlink()
    with pytest.raises(AgencyError):
        room.sign()
    assert room.atom.read_bytes() == shown
