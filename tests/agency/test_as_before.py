"""A CMS that offers the same bytes again is not read again, and nothing that is to be done is missed."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from newsdesk_room import DeskRoom
from newsroom import as_clock, rss, story

from syndicate.agency import Fate, Report, sign_once
from syndicate.newsdesk import Deed

MOMENT = "<lastBuildDate>Wed, 25 Nov 2026 10:{:02d}:00 GMT</lastBuildDate>"


@pytest.fixture
def room(tmp_path: Path) -> DeskRoom:
    return DeskRoom(tmp_path)


def look(room: DeskRoom) -> tuple[Report, bool]:
    """One run, and whether the CMS's entries were read."""
    steps: list[int] = []
    with room.book() as book:
        report = asyncio.run(
            sign_once(
                room.config,
                signer=room.signer,
                book=book,
                fetcher=None,
                clock=as_clock(room.clock),
                progress=lambda done, _all: steps.append(done),
            )
        )
    return report, bool(steps)


def fates(report: Report) -> list[Fate]:
    return [each.fate for each in report.entries]


def test_the_same_bytes_are_not_read_again_and_told_of_all_the_same(room: DeskRoom) -> None:
    room.cms(rss(story(2), story(1)))
    first, read = look(room)
    assert (fates(first), read) == ([Fate.SIGNED] * 2, True)
    second, read = look(room)
    assert (fates(second), read) == ([Fate.UNCHANGED] * 2, False)
    assert [replace(each, fate=Fate.SIGNED) for each in second.entries] == list(first.entries)
    assert (second.head, second.shown, second.source) == (first.head, first.shown, first.source)


def test_the_time_in_the_feeds_head_does_not_count(room: DeskRoom) -> None:
    room.cms(rss(story(1), head=MOMENT.format(1)))
    look(room)
    room.cms(rss(story(1), head=MOMENT.format(2)))
    assert look(room)[1] is False


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param((story(1, title="Tin đã sửa"),), [Fate.UPDATED], id="a title"),
        pytest.param((story(1, more="<lastBuildDate>now</lastBuildDate>"),), [Fate.UNCHANGED], id="inside"),
        pytest.param((story(1), story(2)), [Fate.UNCHANGED, Fate.SIGNED], id="one more"),
        pytest.param((), [], id="none left"),
    ],
)
def test_whatever_else_changes_is_read(room: DeskRoom, changed: tuple[str, ...], found: list[Fate]) -> None:
    room.cms(rss(story(1), head=MOMENT.format(1)))
    look(room)
    room.cms(rss(*changed, head=MOMENT.format(1)))
    report, read = look(room)
    assert (fates(report), read) == (found, bool(changed))


def test_a_feed_that_returns_to_what_it_was_is_read(room: DeskRoom) -> None:
    old, new = rss(story(1)), rss(story(1, title="Tin đã sửa"))
    for text in (old, new, old):
        room.cms(text)
        assert look(room)[1] is True
    assert [item.title for item in room.said()] == ["Tin số 1", "Tin đã sửa", "Tin số 1"]


def test_what_a_person_did_meanwhile_is_seen(room: DeskRoom) -> None:
    room.cms(rss(story(2), story(1)))
    look(room)
    room.act(Deed.WITHHOLD, str(room.said()[0].sub), note="Đang kiểm tra lại.")
    report, read = look(room)
    assert (fates(report), read) == ([Fate.UNCHANGED, Fate.WITHDRAWN], True)
    report, read = look(room)
    assert (fates(report), read) == ([Fate.UNCHANGED, Fate.WITHDRAWN], False)


def test_another_configuration_reads_again(room: DeskRoom) -> None:
    room.cms(rss(story(1)))
    look(room)
    room.config = replace(room.config, domains=("other.example",))
    assert look(room)[1] is True


def test_what_waits_or_was_skipped_is_looked_at_every_time(room: DeskRoom) -> None:
    room.config = replace(room.config, release_seconds=120)
    room.cms(rss(story(1)))
    assert fates(look(room)[0]) == [Fate.WAITING]
    room.clock.time += 60
    assert look(room)[1] is True
    room.clock.time += 61
    assert fates(look(room)[0]) == [Fate.SIGNED]
    room.cms(rss(story(1), story(2, link="", guid="")))
    for _ in range(2):
        report, read = look(room)
        assert (fates(report), read) == ([Fate.UNCHANGED, Fate.SKIPPED], True)


def test_a_file_that_is_gone_is_written_again_all_the_same(room: DeskRoom) -> None:
    room.cms(rss(story(1)))
    look(room)
    before = room.rss.read_bytes()
    room.rss.unlink()
    assert look(room)[1] is False
    assert room.rss.read_bytes() == before
