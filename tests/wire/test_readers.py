"""Readers that others wrote read our feeds as they were meant."""

import io
import sys
from pathlib import Path

import feedparser
import feedparser_sgmllib
import pytest
from feed_pages import HUB, Desk, render
from reader import make_reader

from syndicate.news import Act

# reader brings a feedparser of its own, which still asks for this module by the name it had before.
sys.modules.setdefault("sgmllib", feedparser_sgmllib)
DESK = Desk()
ITEMS = (*DESK.all(), DESK.th.item("flood", lang="th", title="น้ำท่วม"))
FEED = DESK.hub(*ITEMS)


@pytest.mark.parametrize("format_", ["atom", "rss"])
def test_feedparser_reads_every_entry_as_it_was_signed(format_: str) -> None:
    read = feedparser.parse(io.BytesIO(render(FEED, format_)))
    assert not read.bozo
    assert read.version == {"atom": "atom10", "rss": "rss20"}[format_]
    assert read.feed.title == "Federation of Demos"
    assert read.feed.link == f"{HUB}/"
    for seen, entry in zip(read.entries, FEED.entries, strict=True):
        assert (seen.id, seen.link) == (entry.id, entry.url)
        if format_ == "atom" or "<" not in entry.title:
            assert seen.title == entry.title
        assert seen.published_parsed[:5] == (2026, 11, 23, 11, 59)
        assert seen.source.title == entry.agency_name


def test_feedparser_sees_the_language_the_body_and_the_enclosures() -> None:
    for format_ in ("atom", "rss"):
        rich, plain, gone, bare = feedparser.parse(io.BytesIO(render(FEED, format_))).entries[:4]
        assert "Gió cấp 10, không phải cấp 12" in rich.content[0].value
        assert "mưa" in rich.content[0].value
        assert [each.type for each in rich.enclosures][:1] == ["image/jpeg"]
        assert "ท่วม" in plain.content[0].value
        assert gone.title.startswith("[WITHDRAWN] ")
        assert "content" not in bare


@pytest.mark.parametrize("format_", ["atom", "rss", "json"])
def test_reader_takes_the_feed_and_a_correction_replaces_what_it_corrects(
    tmp_path: Path, format_: str
) -> None:
    path = tmp_path / f"feed.{format_}"
    with make_reader(":memory:", feed_root=str(tmp_path)) as library:
        library.add_feed(path.name)
        path.write_bytes(render(DESK.hub(DESK.bare(), DESK.vn.item("gone")), format_))
        library.update_feed(path.name)
        assert sorted(entry.title or "" for entry in library.get_entries()) == ["Bão số 5 đổ bộ"] * 2
        path.write_bytes(render(DESK.hub(DESK.withdrawn(Act.RETRACT), DESK.bare()), format_))
        library.update_feed(path.name)
        titles = sorted(entry.title or "" for entry in library.get_entries())
        assert titles == ["Bão số 5 đổ bộ", "[WITHDRAWN] Bão số 5 đổ bộ"]


@pytest.mark.parametrize("format_", ["atom", "rss", "json"])
def test_a_withdrawal_is_news_to_a_reader_beside_the_item_that_it_replaces(
    tmp_path: Path, format_: str
) -> None:
    path = tmp_path / f"feed.{format_}"
    gone = DESK.withdrawn(Act.RETRACT)
    with make_reader(":memory:", feed_root=str(tmp_path)) as library:
        library.add_feed(path.name)
        path.write_bytes(render(DESK.told(DESK.vn.item("gone")), format_))
        library.update_feed(path.name)
        for entry in library.get_entries():
            library.mark_entry_as_read(entry)
        for _ in range(2):  # a second look at the same feed finds nothing new
            path.write_bytes(render(DESK.told(gone), format_))
            library.update_feed(path.name)
            unread = [entry.id for entry in library.get_entries(read=False)]
            assert unread == [f"urn:syndicate:{gone.sub}:withdrawal:2"]
            assert {entry.title for entry in library.get_entries()} == {f"[WITHDRAWN] {gone.title}"}
