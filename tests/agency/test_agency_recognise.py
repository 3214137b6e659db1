"""Entries that are as they were, and stories that come back under other ids."""

from pathlib import Path
from typing import Any

import pytest
from newsroom import SITE, Newsroom, rss, story

from syndicate.agency import EntryReport, Fate, Unsigned, sign_items
from syndicate.agency import _ahead as looking
from syndicate.agency import _draft as drafting
from syndicate.agency import _sign as signing
from syndicate.news import Act
from syndicate.storage import open_streambook


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def fates(entries: tuple[EntryReport, ...]) -> list[Fate]:
    return [entry.fate for entry in entries]


def moved(number: int, **told: str) -> str:
    return story(number, **({"guid": f"new-{number}"} | told))


def say(room: Newsroom, moved: Any, text: str) -> list[Fate]:
    """Sign as a person who knows what became of the ids."""
    room.moved = moved
    try:
        return fates(room.run(text).entries)
    finally:
        room.moved = "ask"


def test_an_entry_that_is_as_it_was_is_not_converted_again(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.run(rss(story(1), story(2)))
    drafted: list[str] = []
    draft = drafting.draft

    def counted(entry: Any, *rest: Any) -> Any:
        drafted.append(entry.cms_id)
        return draft(entry, *rest)

    monkeypatch.setattr(looking, "draft", counted)
    monkeypatch.setattr(signing, "draft", counted)
    assert fates(room.run(rss(story(2), story(1, title="Khác"))).entries) == [Fate.UNCHANGED, Fate.UPDATED]
    assert drafted == ["cms-1"]


def test_a_change_of_the_configuration_is_looked_at_again(room: Newsroom) -> None:
    picture = "<p>a</p><img src='https://more.demo-vn.example/1.png'>"
    room.run(rss(story(1, description=picture)))
    room.reconfigure(media_hosts=("more.demo-vn.example",))
    assert fates(room.sign().entries) == [Fate.UPDATED]


def test_an_entry_that_goes_back_to_an_earlier_text_is_an_update(room: Newsroom) -> None:
    for text in ("<p>a</p>", "<p>b</p>", "<p>a</p>", "<p>a</p>"):
        room.run(rss(story(1, description=text)))
    assert [item.ver for item in room.said()] == [1, 2, 3]


def test_an_entry_that_a_person_corrected_stays_corrected(room: Newsroom) -> None:
    item = room.only(rss(story(1)))
    with open_streambook(room.config.book_file, room.config.id, room.config.stream) as book:
        act = {"ver": 2, "act": Act.CORRECT, "note": "The number was wrong."}
        corrected = Unsigned(item=type(item)(**({f: getattr(item, f) for f in item.__slots__} | act)))
        sign_items([corrected], signer=room.signer, book=book, registry=room.registry, now=room.clock.time)
    assert fates(room.sign().entries) == [Fate.UNCHANGED]


def test_one_story_under_a_new_id_is_the_story_it_was(room: Newsroom) -> None:
    room.run(rss(story(1), story(2)))
    assert fates(room.run(rss(moved(1), story(2))).entries) == [Fate.UNCHANGED, Fate.UNCHANGED]
    assert fates(room.run(rss(moved(1, title="Khác"), story(2))).entries) == [Fate.UPDATED, Fate.UNCHANGED]
    first, _, third = room.said()
    assert (third.sub, third.ver) == (first.sub, 2)


def test_many_stories_under_new_ids_wait_for_a_person(room: Newsroom) -> None:
    room.run(rss(*map(story, range(1, 9))))
    feed = rss(*map(moved, range(1, 9)), story(9))
    for _ in range(2):
        report = room.run(feed)
        assert [each.code for each in report.entries] == ["entry-moved"] * 8 + [None]
    assert report.entries[0].detail == "it is number 1 under another id, and so are 8 entries in all"
    assert len(room.said()) == 9
    assert set(say(room, "same", feed)) == {Fate.UNCHANGED}
    assert set(fates(room.run(feed).entries)) == {Fate.UNCHANGED}
    assert len(room.said()) == 9


def test_a_person_may_say_that_they_are_news(room: Newsroom) -> None:
    room.run(rss(*map(story, range(1, 9))))
    assert set(say(room, "new", rss(*map(moved, range(1, 9))))) == {Fate.SIGNED}
    assert len(room.said()) == 16


def test_many_stories_that_moved_and_were_dated_anew_wait_too(room: Newsroom) -> None:
    room.run(rss(*map(story, range(1, 9))))
    again = [moved(n, pubDate="Tue, 24 Nov 2026 10:00:00 GMT", link=f"{SITE}/neu/{n}") for n in range(1, 9)]
    assert {each.code for each in room.run(rss(*again)).entries} == {"entry-moved"}


@pytest.mark.parametrize(
    "window",
    [pytest.param(1, id="one entry in the feed"), pytest.param(10, id="ten entries in the feed")],
)
def test_a_bulletin_in_the_same_words_each_hour_is_news_each_hour(room: Newsroom, window: int) -> None:
    hours = [
        story(n, guid=f"b-{n}", title="Không có sóng thần", description="", link=f"{SITE}/latest")
        for n in range(1, 21)
    ]
    for hour in range(20):
        room.run(rss(*hours[max(0, hour + 1 - window) : hour + 1]))
    assert len(room.said()) == 20


def test_two_entries_with_one_text_in_one_feed_are_two_stories(room: Newsroom) -> None:
    room.run(rss(story(1)))
    same = {"title": "Tin số 1", "description": "<p>Nội dung bản tin số 1.</p>"}
    assert fates(room.run(rss(story(1), story(2, **same))).entries) == [Fate.UNCHANGED, Fate.SIGNED]


def test_a_withdrawn_story_that_is_planted_again_under_a_new_id_stays_out(room: Newsroom) -> None:
    item = room.only(rss(story(1)))
    with open_streambook(room.config.book_file, room.config.id, room.config.stream) as book:
        act = {"ver": 2, "act": Act.RETRACT, "note": "It was planted.", "content": None, "summary": None}
        gone = Unsigned(item=type(item)(**({f: getattr(item, f) for f in item.__slots__} | act)))
        sign_items([gone], signer=room.signer, book=book, registry=room.registry, now=room.clock.time)
    again = moved(1, pubDate="Wed, 25 Nov 2026 10:00:00 GMT", link=f"{SITE}/other")
    for _ in range(2):
        assert fates(room.run(rss(again)).entries) == [Fate.WITHDRAWN]
    assert len(room.said()) == 2
