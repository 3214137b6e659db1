"""The folder of a copy: every file whole at every moment, nothing outside of it, nobody else in it."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from exporting import stands

from syndicate.errors import ExportError
from syndicate.export import Orders, Reach, Summary, export_site
from syndicate.export._folder import own
from syndicate.export._names import file_of
from syndicate.news import ItemId
from syndicate.web import Listed, Served

REACH = Reach(log="hub.example/log", basis="one", proven=10)


@dataclass
class Site:
    """A site of what a test puts in it."""

    documents: dict[str, bytes]
    listed_: Sequence[Listed] | None = None
    asked: list[str] = field(default_factory=list)
    moved_: Collection[ItemId] = ()

    def names(self) -> set[str]:
        return {path.removeprefix("/") for path in self.documents}

    async def listed(self) -> AsyncIterator[Listed]:
        for each in self.listed_ if self.listed_ is not None else map(Listed, self.documents):
            yield each

    async def moved(self, index: int) -> Collection[ItemId]:
        return self.moved_

    async def document(self, path: str) -> Served | None:
        self.asked.append(path)
        body = self.documents.get(path)
        if body is None:
            return None
        return Served(bodies={"identity": body, "gzip": body[::-1]}, media_type="text/plain", modified=None)


async def export(site: Site, folder: Path, reach: Reach = REACH, orders: Orders | None = None) -> Summary:
    return await export_site(site, folder, reach, orders or Orders())


HOSTILE = [
    pytest.param("/v1/items/../../../etc/passwd", id="upwards"),
    pytest.param("/v1/items/aa.news:x/../1.jws", id="upwards in the middle"),
    pytest.param("/v1/items/./1.jws", id="the folder itself"),
    pytest.param("/v1//1.jws", id="a part without letters"),
    pytest.param("//etc/passwd", id="an absolute path"),
    pytest.param("feeds/all.atom", id="no address"),
    pytest.param("/v1/items/aa\x00bb/1.jws", id="a null"),
    pytest.param("/v1/items/aa\nbb/1.jws", id="a line break"),
    pytest.param("/v1/items/a b/1.jws", id="a space"),
    pytest.param("/v1/items/%2e%2e/1.jws", id="upwards, encoded"),
    pytest.param("/v1/items/..\\..\\x/1.jws", id="backslashes"),
    pytest.param("/v1/items/" + "a" * 300 + "/1.jws", id="longer than a name may be"),
    pytest.param("/a" * 40, id="very deep"),
    pytest.param("/feeds/all.atom.gz", id="what stands for a squeezed one"),
    pytest.param("/feeds/.all.atom~", id="what stands for an unfinished one"),
    pytest.param("/.syndicate-export/../x", id="our memory"),
    pytest.param("/tiếng-việt", id="letters beyond ASCII"),
    pytest.param("/", id="no name at all"),
]


@pytest.mark.parametrize("address", HOSTILE)
async def test_no_address_leads_out_of_the_folder(address: str, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "copy"
    with pytest.raises(ExportError, match="cannot be a file's name"):
        await export(Site({address: b"x"}), folder)
    assert stands(tmp_path) == {}


def test_a_page_has_an_ending_that_its_address_lacks() -> None:
    assert file_of("/", page=True) == "index.html"
    assert file_of("/log", page=True) == "log.html"
    assert file_of("/sources/vn.demo", page=True) == "sources/vn.demo.html"
    assert file_of("/log/checkpoint", page=False) == "log/checkpoint"
    assert file_of("/.well-known/security.txt", page=False) == ".well-known/security.txt"


async def test_what_is_no_longer_of_the_site_is_removed_with_the_folders_it_leaves_empty(
    tmp_path: Path,
) -> None:
    await export(Site({"/a/b/c": b"1", "/a/d": b"2"}), tmp_path)
    (tmp_path / "a" / "b" / ".c~").write_text("half")  # of an export that was killed
    done = await export(Site({"/a/d": b"2"}), tmp_path)
    assert (done.written, done.unchanged, done.removed) == (0, 2, 3)
    assert set(stands(tmp_path)) == {"a/d", "a/d.gz"}
    assert not (tmp_path / "a" / "b").exists()


async def test_a_link_in_the_folder_is_followed_nowhere(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "all.atom").write_text("mine")
    folder = tmp_path / "copy"
    await export(Site({"/x": b"1"}), folder)
    (folder / "feeds").symlink_to(outside)
    (folder / "y").symlink_to(outside / "all.atom")
    await export(Site({"/x": b"1", "/feeds/all.atom": b"ours", "/y": b"ours"}), folder)
    assert (outside / "all.atom").read_text() == "mine"
    assert (folder / "feeds" / "all.atom").read_text() == "ours"
    assert not (folder / "y").is_symlink()


def put_in_the_way(folder: Path, outside: Path) -> None:
    outside.write_text("mine")
    for name in ("a/x", "a/z", "e", "b/c/d"):
        (folder / name).unlink()
    os.mkfifo(folder / "a" / "x")  # whoever opens it waits for ever
    os.mkfifo(folder / "a" / ".y~")
    os.link(outside, folder / "a" / ".x~")  # whoever writes into it writes outside
    os.link(outside, folder / "e")
    (folder / "a" / "z" / "deep").mkdir(parents=True)  # a folder where a file belongs
    (folder / "a" / "z" / "deep" / "file").write_text("odd")
    (folder / "b" / "c" / "d.gz").unlink()
    (folder / "b" / "c").rmdir()
    (folder / "b" / "c").write_text("a file where a folder belongs")
    (folder / "/".join("f" * 30)).mkdir(parents=True)
    for odd in (b"\xff\xfe", b"new\nline", b"-rf", b" ", b"a.atom\x1b[2J"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + odd)).write_text("odd")


@pytest.mark.timeout(20)
async def test_attack_whatever_stands_in_the_way_of_a_file_is_taken_away_and_read_by_nobody(
    tmp_path: Path,
) -> None:
    folder, outside = tmp_path / "copy", tmp_path / "outside"
    site = Site({"/a/x": b"1", "/a/y": b"2", "/a/z": b"3", "/b/c/d": b"4", "/e": b"5"})
    await export(site, folder)
    put_in_the_way(folder, outside)
    done = await export(site, folder, orders=Orders(everything=True))
    assert outside.read_text() == "mine"
    assert stands(folder).keys() == {*site.names(), *(f"{name}.gz" for name in site.names())}
    assert (folder / "a" / "x").read_bytes() == b"1"
    assert (folder / "e").read_bytes() == b"5"
    assert done.removed >= 6
    again = await export(site, folder, orders=Orders(everything=True))
    assert (again.written, again.removed) == (0, 0)


async def test_two_exports_into_one_folder_do_not_meet(tmp_path: Path) -> None:
    site = Site({"/x": b"1"})
    with own(tmp_path), pytest.raises(ExportError, match="under way"):
        await export(site, tmp_path)
    assert (await export(site, tmp_path)).written == 2


async def test_what_cannot_be_written_is_said_and_what_stood_there_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await export(Site({"/x": b"old"}), tmp_path)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match="No space left"):
        await export(Site({"/x": b"new"}), tmp_path)
    monkeypatch.undo()
    assert (tmp_path / "x").read_bytes() == b"old"
    assert set(stands(tmp_path)) == {"x", "x.gz"}


async def test_what_has_settled_is_looked_for_by_its_name_alone(tmp_path: Path) -> None:
    listed = [
        Listed("/final", 9, final=True),
        Listed("/always", -1, final=True),
        Listed("/settled", 9),
        Listed("/fresh", 10),
        Listed("/moving"),
        Listed("/said-of", 9, about=ItemId("aa.news:x")),
    ]
    site = Site({each.path: b"1" for each in listed}, listed)

    async def asked(reach: Reach, orders: Orders | None = None) -> set[str]:
        site.asked.clear()
        await export(site, tmp_path, reach, orders)
        return set(site.asked)

    everything = {each.path for each in listed}
    assert await asked(REACH) == everything
    assert await asked(REACH) == {"/fresh", "/moving"}
    site.moved_ = {ItemId("aa.news:x")}
    assert await asked(REACH) == {"/fresh", "/moving", "/said-of"}
    site.moved_ = ()
    assert await asked(REACH, Orders(everything=True)) == everything
    assert await asked(Reach(log=REACH.log, basis="two", proven=11)) == {
        *("/settled", "/fresh", "/moving", "/said-of")
    }
    assert await asked(Reach(log=REACH.log, basis="two", proven=11)) == {"/moving"}
    assert await asked(Reach(log="another/log", basis="two", proven=11)) == everything
    (tmp_path / "final").unlink()
    assert "/final" in await asked(Reach(log="another/log", basis="two", proven=11))


async def test_after_an_export_that_failed_half_way_nothing_counts_as_settled_that_is_not(
    tmp_path: Path,
) -> None:
    listed = [Listed("/settled", 1), Listed("/broken")]
    await export(Site({"/settled": b"one"}, listed), tmp_path)

    class Failing(Site):
        async def document(self, path: str) -> Served | None:
            if path == "/broken":
                raise ExportError("it fails here")
            return await super().document(path)

    with pytest.raises(ExportError, match="fails here"):
        await export(
            Failing({"/settled": b"two"}, listed), tmp_path, Reach(log=REACH.log, basis="two", proven=10)
        )
    await export(Site({"/settled": b"one"}, listed), tmp_path)
    assert (tmp_path / "settled").read_bytes() == b"one"


KILLED = """
    import asyncio, os, signal, sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[2])
    from export.test_folder import Site, export
    replace, count = Path.replace, 0

    def replaces(self, target):
        global count
        count += 1
        if count == 7:
            os.kill(os.getpid(), signal.SIGKILL)
        return replace(self, target)

    Path.replace = replaces
    asyncio.run(export(Site({f"/feeds/{n}": b"new" * 1_000 for n in range(10)}), Path(sys.argv[1])))
"""


async def test_a_killed_export_leaves_every_file_whole_old_or_new_and_the_next_goes_on(
    tmp_path: Path,
) -> None:
    old, new = b"old" * 2_000, b"new" * 1_000
    await export(Site({f"/feeds/{number}": old for number in range(10)}), tmp_path)
    tests = Path(__file__).parent.parent
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path), str(tests)],
        check=False,
        timeout=200,
    )
    assert killed.returncode == -signal.SIGKILL
    bodies = [(tmp_path / "feeds" / str(number)).read_bytes() for number in range(10)]
    assert set(bodies) == {old, new}
    done = await export(Site({f"/feeds/{number}": new for number in range(10)}), tmp_path)
    assert (done.written, done.unchanged, done.removed) == (14, 6, 1)  # the rest, and what lay unfinished
    assert {body for name in stands(tmp_path) for body in [(tmp_path / name).read_bytes()]} == {
        new,
        new[::-1],
    }
