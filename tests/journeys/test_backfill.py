"""Nothing is lost: what a line that was cut kept from the hub comes from the agency's archive pages."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from arriving import StoppedClock
from newsroom import STARTED, Newsroom, rss, story
from raw_server import RawServer, raw_server, response

from syndicate.agency import Unsigned, publish, sign_items
from syndicate.fetch import FetchLimits, open_fetcher
from syndicate.journey import Admission, Polled, Poller
from syndicate.journey._backfill import PAGES_A_VISIT
from syndicate.news import Act, AgencyKey, FeedId, KeyId, KeyStatus, Mark, Registry, Slice, UnixTime
from syndicate.ports import Logged, Signer
from syndicate.signing import ephemeral_signer
from syndicate.storage import open_storage, open_streambook
from syndicate.trust import recall
from syndicate.wire import take_out

DAY = 86_400
SUCCESSOR = ephemeral_signer(b"the successor of the demo agency")


@dataclass
class Line:
    """A newsroom whose folder is served, and a hub that polls it; ``hub`` may be opened again."""

    room: Newsroom
    served: RawServer
    path: Path
    clock: StoppedClock

    def serve(self) -> None:
        self.served.answers = {
            f"/{path.name}": response(path.read_bytes(), Content_Type="application/atom+xml")
            for path in self.room.config.folder.iterdir()
        }

    def registry(self) -> Registry:
        own = self.room.registry
        agency = own.agencies[self.room.config.id]
        feed = replace(agency.feeds[0], url=self.served.url("/main.atom"), id=FeedId("vn.demo/main"))
        keys = {
            _key(signer).kid: _key(signer)
            for signer in (Newsroom(Path()).signer, self.room.signer, SUCCESSOR)
        }
        return replace(own, agencies={agency.id: replace(agency, feeds=(feed,))}, keys=dict(own.keys) | keys)

    def poll(self, visits: int = 1) -> tuple[list[Logged], Polled]:
        return asyncio.run(self._poll(visits))

    async def _poll(self, visits: int) -> tuple[list[Logged], Polled]:
        self.serve()
        known = self.registry()
        async with (
            open_storage(self.path / "hub.sqlite") as storage,
            open_fetcher(FetchLimits(), allow=[self.served.place], user_agent="tests") as fetcher,
        ):
            admission = Admission(storage, lambda: known, self.clock)
            poller = Poller(fetcher, storage, admission, lambda: known, self.clock)
            for _ in range(visits):
                polled = await poller.poll(known.agencies[self.room.config.id].feeds[0])
            await storage.seal(self.clock.at, 10_000)
            return list(await storage.page(Slice(), -1, 10_000)), polled


def _key(signer: Signer) -> AgencyKey:
    return AgencyKey(
        kid=KeyId(signer.kid),
        agency=Newsroom(Path()).config.id,
        public=signer.public,
        status=KeyStatus.ACTIVE,
        nbf=UnixTime(0),
        exp=UnixTime(int(STARTED) + 400 * DAY),
    )


def numbers(logged: list[Logged]) -> list[int]:
    return [recall(each.token).seq for each in logged]


def stories(first: int, last: int) -> Iterator[str]:
    for number in range(last, first - 1, -1):
        yield story(number)


class Served:
    """Runs a synchronous test beside a server: the newsroom runs an event loop of its own."""

    def __init__(self, tmp_path: Path) -> None:
        self.tmp_path = tmp_path
        self.loop = asyncio.new_event_loop()

    def __enter__(self) -> Line:
        self.server: Any = raw_server()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        served = asyncio.run_coroutine_threadsafe(self.server.__aenter__(), self.loop).result()
        return Line(Newsroom(self.tmp_path), served, self.tmp_path, StoppedClock(STARTED))

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self.server.__aexit__(None, None, None), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


def test_a_line_cut_for_two_days_across_300_items_and_a_rotation_loses_nothing(tmp_path: Path) -> None:
    with Served(tmp_path) as line:
        line.room.run(rss(*stories(1, 20)))
        before, _ = line.poll()
        assert numbers(before) == list(range(1, 21))
        # The line is cut: the newsroom goes on, and changes its key on the way, as planned.
        line.room.run(rss(*stories(21, 170)))
        line.room.signer = SUCCESSOR
        line.room.run(rss(*stories(171, 320)))
        assert {item.seq for item in line.room.said()} == set(range(1, 321))
        line.clock.at += 2 * DAY
        logged, polled = line.poll()
        assert numbers(logged) == list(range(1, 321))
        assert all(Mark.LATE in each.marks for each in logged[20:])
        assert not any(each.marks & {Mark.GAP, Mark.BACKFILLED} for each in logged)
        assert polled.state.errors == ()


def test_a_cut_longer_than_one_visit_reads_is_filled_over_several(tmp_path: Path) -> None:
    with Served(tmp_path) as line:
        line.room.run(rss(*stories(1, 5)))
        line.poll()
        line.served.asked.clear()
        line.room.run(rss(*stories(6, 705)))
        line.clock.at += 2 * DAY
        once, _ = line.poll()
        assert len(once) < 705
        assert len([path for path in line.served.asked if "archive" in path]) == PAGES_A_VISIT
        line.served.asked.clear()
        everything, polled = line.poll()  # another process: how far it came was kept
        assert sorted(numbers(everything)) == list(range(1, 706))
        assert "/main.archive-23.atom" not in line.served.asked
        line.served.asked.clear()
        line.poll()
        assert line.served.asked == ["/main.atom"]
        assert polled.state.errors == ()


def test_a_version_that_was_replaced_between_two_visits_is_fetched_too(tmp_path: Path) -> None:
    with Served(tmp_path) as line:
        line.room.run(rss(story(1)))
        line.poll()
        line.room.run(rss(story(2)))
        line.room.run(rss(story(3), story(2, description="<p>Bản sửa.</p>")))
        line.room.run(rss(story(3, description="<p>Bản sửa.</p>")))
        logged, _ = line.poll()
        assert sorted(numbers(logged)) == list(range(1, len(line.room.said()) + 1))
        assert any(Mark.BACKFILLED in each.marks for each in logged)


def test_an_archive_at_another_place_is_never_asked(tmp_path: Path) -> None:
    with Served(tmp_path) as line, Served(tmp_path / "other") as other:
        line.room.run(rss(*stories(1, 150)))
        feed = line.room.atom
        body = feed.read_bytes()
        there = other.served.url("/main.archive-5.atom").encode()
        feed.write_bytes(body.replace(b'href="main.archive-5.atom"', b'href="' + there + b'"', 1))
        assert there in feed.read_bytes()
        _, polled = line.poll()
        assert other.served.asked == []
        assert [error.code for error in polled.state.errors] == ["archive-elsewhere"]


def test_a_page_that_answers_with_rubbish_is_told_and_the_feed_goes_on(tmp_path: Path) -> None:
    with Served(tmp_path) as line:
        line.room.run(rss(*stories(1, 150)))
        (line.room.config.folder / "main.archive-2.atom").write_bytes(b"<html>Just a moment...</html>")
        logged, polled = line.poll()
        assert set(range(65, 151)) <= set(numbers(logged))
        assert "wire-unsupported" in {error.code for error in polled.state.errors}
        (line.room.config.folder / "main.archive-2.atom").unlink()
        line.room.run(rss(story(151)))  # the tool sees that it is gone
        everything, _ = line.poll()
        assert sorted(numbers(everything)) == list(range(1, 152))


def test_what_was_refused_is_not_asked_for_again_and_again(tmp_path: Path) -> None:
    with Served(tmp_path) as line:
        line.room.run(rss(*stories(1, 150)))
        page = line.room.config.folder / "main.archive-1.atom"
        token = line.room.said()[3]
        body = page.read_bytes()
        tokens = [one.token for one in take_out(body, "atom").carried]
        assert token.seq == 4
        page.write_bytes(body.replace(tokens[3].encode(), tokens[3][:-20].encode() + b"A" * 20))
        logged, _ = line.poll(visits=2)
        assert 4 not in numbers(logged)
        line.served.asked.clear()
        line.poll(visits=2)
        assert [path for path in line.served.asked if "archive" in path] == []


def test_pages_stay_as_they_are_but_for_what_was_withdrawn(tmp_path: Path) -> None:
    room = Newsroom(tmp_path)
    room.run(rss(*stories(1, 70)))
    folder = room.config.folder
    pages = {n: folder / f"main.archive-{n}.atom" for n in (1, 2, 3)}
    first, second = pages[1].read_bytes(), pages[2].read_bytes()
    room.run(rss(*stories(71, 75)))
    assert (pages[1].read_bytes(), pages[2].read_bytes()) == (first, second)
    withdraw(room, seq=5)
    changed = pages[1].read_bytes()
    assert pages[2].read_bytes() == second
    assert f"[WITHDRAWN] {room.said()[4].title}<".encode() in changed
    assert [one.token for one in take_out(changed, "atom").carried] == [
        one.token for one in take_out(first, "atom").carried
    ]
    assert take_out(pages[3].read_bytes(), "atom").prev_archive == "main.archive-2.atom"
    assert take_out(first, "atom").prev_archive is None
    assert b"http://purl.org/syndication/history/1.0" in first
    assert b"http://purl.org/syndication/history/1.0" not in pages[3].read_bytes()


def withdraw(room: Newsroom, seq: int) -> None:
    item = room.said()[seq - 1]
    with open_streambook(room.config.book_file, room.config.id, room.config.stream) as book:
        taken_back = replace(
            item, ver=item.ver + 1, act=Act.RETRACT, note="Sai.", content=None, summary=None, media=()
        )
        sign_items(
            [Unsigned(item=taken_back)],
            signer=room.signer,
            book=book,
            registry=room.registry,
            now=room.clock.now(),
        )
        publish(room.config, book, room.registry)
