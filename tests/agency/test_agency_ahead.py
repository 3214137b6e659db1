"""A hacked CMS keeps nobody from the book: what it shows is read while the book is closed, for a while."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from newsroom import CutLine, Newsroom, rss, story

from syndicate.agency import Report, _draft, _sign, _source, ask_to_halt, look_ahead, sign_items, sign_once
from syndicate.errors import AgencyError
from syndicate.ports import StreamBook
from syndicate.storage import open_streambook


class Door:
    """Opens the room's book, and knows whether it is open."""

    def __init__(self, room: Newsroom) -> None:
        self.room, self.is_open, self.times = room, False, 0

    @contextmanager
    def opens(self) -> Iterator[StreamBook]:
        config = self.room.config
        with open_streambook(config.book_file, config.id, config.stream) as book:
            self.is_open, self.times = True, self.times + 1
            yield book
        self.is_open = False


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def run(room: Newsroom, door: Door, clock: Any = None) -> Report:
    """One run, as the command and the server do it."""

    async def both() -> Report:
        at = clock or room.clock
        ahead = await look_ahead(room.config, None, opens=door.opens, clock=at)
        with door.opens() as book:
            return await sign_once(
                room.config, signer=room.signer, book=book, fetcher=CutLine(), clock=room.clock, ahead=ahead
            )

    return asyncio.run(both())


def watched(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, door: Door) -> list[bool]:
    """Whether the book was open, each time that this was done."""
    real, seen = getattr(where, name), []

    def watch(*args: Any, **kwargs: Any) -> Any:
        seen.append(door.is_open)
        return real(*args, **kwargs)

    monkeypatch.setattr(where, name, watch)
    return seen


def test_the_cms_is_read_and_converted_while_the_book_is_closed(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = Door(room)
    read = watched(monkeypatch, _source, "read_syndicated", door)
    converted = watched(monkeypatch, _draft, "convert", door)
    room.cms(rss(story(1), story(2)))
    assert run(room, door).head == 2
    room.cms(rss(story(1), story(2, title="Đổi")))
    assert run(room, door).head == 3
    assert read == [False, False]
    assert converted == [False] * 3


def test_what_is_as_it_was_is_not_read_again(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door(room)
    room.cms(rss(story(1)))
    run(room, door)
    read = watched(monkeypatch, _source, "read_syndicated", door)
    assert [each.fate for each in run(room, door).entries] == ["unchanged"]
    assert read == []


def test_what_was_as_it_was_and_is_not_any_more_is_read_after_all(room: Newsroom) -> None:
    door = Door(room)
    room.cms(rss(story(1)))
    run(room, door)
    ahead = asyncio.run(look_ahead(room.config, None, opens=door.opens, clock=room.clock))
    assert not ahead.was_read
    with door.opens() as book:
        book.jot("as-before", None)  # as another run leaves it
        told = asyncio.run(
            sign_once(room.config, signer=room.signer, book=book, fetcher=None, clock=room.clock, ahead=ahead)
        )
    assert [each.fate for each in told.entries] == ["unchanged"]


def test_a_feed_that_cannot_be_read_is_told_when_it_is_signed(room: Newsroom) -> None:
    room.cms("<a>" * 400_000)
    with pytest.raises(AgencyError, match="it was not read"):
        run(room, Door(room))


class Slow:
    """A clock on a machine that needs half a minute for an entry."""

    def __init__(self, time: float) -> None:
        self.time = time

    def now(self) -> float:
        self.time += 30
        return self.time


def test_entries_that_take_too_long_wait_for_the_next_run_and_are_not_taken_for_gone(room: Newsroom) -> None:
    room.reconfigure(release_seconds=600)
    text = rss(*(story(number) for number in range(6)))
    room.cms(text)
    door = Door(room)
    run(room, door)
    told = run(room, door, Slow(room.clock.time))
    assert [each.code for each in told.entries] == ["waiting-delay"] * 2 + ["entry-not-reached"] * 4
    with door.opens() as book:
        assert {each.why for each in book.waiting()} == {"delay"}
    room.clock.time += 700
    assert run(room, door).head == 6


def test_a_halt_needs_no_book_and_stops_a_signer_under_way(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:

    def sign_meanwhile(*args: Any, **kwargs: Any) -> Any:
        ask_to_halt(room.config, "by hand")
        return sign_items(*args, **kwargs)

    monkeypatch.setattr(_sign, "sign_items", sign_meanwhile)
    with pytest.raises(AgencyError, match="signing is halted: by hand"):
        room.run(rss(*(story(number) for number in range(150))))
    assert len(room.said()) == 100
    monkeypatch.undo()
    with pytest.raises(AgencyError, match="signing is halted: by hand"):
        room.sign()
    assert len(room.said()) == 100


def test_a_halt_that_cannot_be_written_is_said(room: Newsroom) -> None:
    room.reconfigure(book_file=room.folder / "nowhere" / "stream.sqlite")
    with pytest.raises(AgencyError, match="may not be halted"):
        ask_to_halt(room.config, "x")
