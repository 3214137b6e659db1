"""Two programs that people read feeds with, polling a running hub: what is corrected or withdrawn shows."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import feedparser_sgmllib
import pytest
from get_readers import newsboat
from hub_folder import Place, Served, hub_at_work, place
from reader import make_reader

from syndicate.news import Act, Content, Media

# reader brings a feedparser of its own, which still asks for this module by the name it had before.
sys.modules.setdefault("sgmllib", feedparser_sgmllib)
NEWSBOAT = newsboat()
BODY = Content(type="text/html", body="<p>Nước dâng hai mét.</p>")
BETTER = Content(type="text/html", body="<p>Nước dâng chín mét.</p>")
SOUND = Media(
    url="https://cdn.example/river.mp3", type="audio/mpeg", alt="Sông", length=4_321, sha256="A" * 43
)


@dataclass(frozen=True)
class Seen:
    """An entry as the program keeps it; ``date`` in Unix seconds."""

    title: str
    link: str
    author: str
    date: int
    text: str
    enclosure: tuple[str, str]


Poll = Callable[[str, Path], Mapping[str, Seen]]


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as made:
        yield made


def poll_with_newsboat(url: str, folder: Path) -> Mapping[str, Seen]:
    """What newsboat keeps by id after it has asked again."""
    assert NEWSBOAT is not None
    (folder / "urls").write_text(f"{url}\n", encoding="utf-8")
    (folder / "config").touch()
    cache = folder / "cache.db"
    files = ["-u", str(folder / "urls"), "-C", str(folder / "config"), "-c", str(cache)]
    subprocess.run(
        [NEWSBOAT.program, *files, "-x", "reload"],
        env={**os.environ, **NEWSBOAT.environment, "HOME": str(folder), "LC_ALL": "C.UTF-8"},
        check=True, capture_output=True, timeout=200,
    )  # fmt: skip
    with sqlite3.connect(cache) as kept:
        rows = kept.execute(
            "SELECT guid, title, url, author, pubDate, content, enclosure_url, enclosure_type FROM rss_item"
        ).fetchall()
    kept.close()
    return {
        row[0]: Seen(row[1], row[2], row[3], row[4], row[5], (row[6] or "", row[7] or "")) for row in rows
    }


def poll_with_reader(url: str, folder: Path) -> Mapping[str, Seen]:
    """The same with reader, the library."""
    with make_reader(str(folder / "reader.sqlite")) as library:
        library.add_feed(url, exist_ok=True)
        library.update_feed(url)
        return {
            entry.id: Seen(
                entry.title or "",
                entry.link or "",
                entry.authors_str or "",
                int(entry.published.timestamp()) if entry.published else 0,
                next((one.value for one in entry.content), entry.summary or ""),
                next(((one.href, one.type or "") for one in entry.enclosures), ("", "")),
            )
            for entry in library.get_entries()
        }


async def a_correction_and_a_withdrawal_show(served: Served, format_: str, poll: Poll, folder: Path) -> None:
    look = partial(asyncio.to_thread, poll, f"{served.hub.url}/feeds/all.{format_}", folder)
    newsroom = served.here.newsroom
    flood, gone = (f"urn:syndicate:{newsroom.item(name).sub}" for name in ("flood", "gone"))
    await served.release(
        "flood", title="Lũ & chợ", lang="vi", byline="Nguyễn An", content=BODY, media=(SOUND,)
    )
    await served.release("gone", title="Bão lớn", lang="vi", content=BODY)

    first = await look()
    assert first.keys() == {flood, gone}
    seen = first[flood]
    assert (seen.title, seen.link) == ("Lũ & chợ", "https://news.aa.example/flood")
    assert any(name in seen.author for name in ("Nguyễn An", "Tin A")), "some show one of two authors"
    assert seen.date == 1_795_435_140
    assert "hai mét" in seen.text
    assert seen.enclosure == (SOUND.url, SOUND.type)
    assert await look() == first, "nothing is new"

    served.clock.time += 60
    changes = {"title": "Lũ & chợ lớn", "lang": "vi", "byline": "Nguyễn An", "ver": 2}
    await served.release("flood", act=Act.CORRECT, note="Không phải hai mét.", content=BETTER, **changes)
    await served.release(
        "gone", act=Act.RETRACT, note="Không có bão.", content=None, title="Bão lớn", lang="vi", ver=2
    )

    second = await look()
    assert second.keys() >= {flood, gone}
    assert second[flood].title == "Lũ & chợ lớn"
    assert "chín mét" in second[flood].text
    assert "hai mét.</p>" not in second[flood].text
    assert second[gone].title == "[WITHDRAWN] Bão lớn"
    assert "Không có bão." in second[gone].text
    assert "hai mét" not in second[gone].text


@pytest.mark.parametrize("format_", ["rss", "atom", "json"])
async def test_reader_shows_a_correction_and_a_withdrawal(here: Place, format_: str, tmp_path: Path) -> None:
    async with hub_at_work(here) as served:
        await a_correction_and_a_withdrawal_show(served, format_, poll_with_reader, tmp_path)


if NEWSBOAT is not None:  # the set-up says why it is not there, if it is not

    @pytest.mark.parametrize("format_", ["rss", "atom"])
    async def test_newsboat_shows_a_correction_and_a_withdrawal(
        here: Place, format_: str, tmp_path: Path
    ) -> None:
        async with hub_at_work(here) as served:
            await a_correction_and_a_withdrawal_show(served, format_, poll_with_newsboat, tmp_path)
