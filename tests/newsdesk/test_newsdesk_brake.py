"""The brake: a hacked CMS (attack 2), the waiting list, panic, and texts that come back."""

from dataclasses import replace
from pathlib import Path

import pytest
from newsdesk_room import SUCCESSOR, DeskRoom, SmallHub
from newsroom import SITE, STARTED, rss, story

from syndicate.agency import Fate, Report
from syndicate.errors import AgencyError
from syndicate.news import Act
from syndicate.newsdesk import Deed, drop_ids, may_release, panic, release_ids, resume, until_when
from syndicate.ports import Why

LIE = "Ngân hàng trung ương đóng cửa tất cả các chi nhánh từ ngày mai"


@pytest.fixture
def room(tmp_path: Path) -> DeskRoom:
    made = DeskRoom(tmp_path)
    made.reconfigure(release_seconds=120, burst_times=10)
    return made


def later(room: DeskRoom, seconds: float, text: str) -> Report:
    room.clock.time += seconds
    return room.run(text)


def fates(report: Report) -> list[str]:
    return [each.fate for each in report.entries]


def test_what_the_cms_publishes_waits_and_is_signed_at_its_release(room: DeskRoom) -> None:
    feed = rss(story(1))
    (entry,) = room.run(feed).entries
    assert (entry.fate, entry.code, room.said()) == (Fate.WAITING, "waiting-delay", [])
    assert fates(later(room, 119, feed)) == [Fate.WAITING]
    assert fates(later(room, 1, feed)) == [Fate.SIGNED]
    assert [item.iat for item in room.said()] == [STARTED + 120]
    assert room.waiting() == ()


def test_no_signature_of_what_waits_is_anywhere_on_the_disk(room: DeskRoom) -> None:
    room.run(rss(story(1)))
    header = b"eyJhbGciOiJFZDI1NTE5"  # how every token begins
    assert [path for path in room.folder.rglob("*") if path.is_file() and header in path.read_bytes()] == []


def test_another_text_under_the_same_id_waits_anew(room: DeskRoom) -> None:
    room.run(rss(story(1)))
    assert fates(later(room, 100, rss(story(1, title=LIE)))) == [Fate.WAITING]
    assert fates(later(room, 100, rss(story(1, title=LIE)))) == [Fate.WAITING]
    assert fates(later(room, 20, rss(story(1, title=LIE)))) == [Fate.SIGNED]
    assert [item.title for item in room.said()] == [LIE]


def test_what_the_cms_took_away_while_it_waited_is_not_signed(room: DeskRoom) -> None:
    room.run(rss(story(2, title=LIE), story(1)))
    later(room, 120, rss(story(1)))
    assert [item.title for item in room.said()] == ["Tin số 1"]
    assert [(each.why, each.due) for each in room.waiting()] == [(Why.GONE, None)]


def test_what_scrolled_out_while_it_waited_is_signed_all_the_same(room: DeskRoom) -> None:
    room.run(rss(story(1)))
    report = later(room, 120, rss(story(3), story(2)))
    assert [item.title for item in room.said()] == ["Tin số 1"]
    assert [each.title for each in report.released] == ["Tin số 1"]


def signed_before(room: DeskRoom, *items: str) -> None:
    room.run(rss(*items))
    later(room, 120, rss(*items))


OLD = "Sat, 24 Oct 2026 09:00:00 GMT"
FOUR = tuple(story(number) for number in (4, 3, 2, 1))


@pytest.mark.parametrize("place", [0, 2, 4], ids=["at the top", "in the middle", "at the foot"])
@pytest.mark.parametrize("meanwhile", [(), (story(5),)], ids=["nothing else came", "another story came"])
def test_a_planted_story_with_an_old_date_that_was_taken_away_in_time_is_not_signed(
    room: DeskRoom, place: int, meanwhile: tuple[str, ...]
) -> None:
    signed_before(room, *FOUR)
    planted = [*FOUR[:place], story(99, title=LIE, pubDate=OLD), *FOUR[place:]]
    later(room, 600, rss(*planted))
    for _ in range(4):
        later(room, 60, rss(*meanwhile, *FOUR))
    assert LIE not in [item.title for item in room.said()]
    assert [(each.item.title, each.why, each.due) for each in room.waiting()] == [(LIE, Why.GONE, None)]


def test_without_any_dates_what_was_taken_away_on_the_first_day_is_not_signed(room: DeskRoom) -> None:
    rest = [story(number, pubDate="") for number in (3, 1)]
    room.run(rss(rest[0], story(2, title=LIE, pubDate=""), rest[1]))
    later(room, 120, rss(*rest))
    assert sorted(item.title for item in room.said()) == ["Tin số 1", "Tin số 3"]
    assert [each.why for each in room.waiting()] == [Why.GONE]


def test_stories_that_newer_ones_push_out_of_a_busy_feed_are_all_signed(room: DeskRoom) -> None:
    signed_before(room, *FOUR)
    flow = [story(number) for number in range(20, 4, -1)]
    for newest in range(12, -1, -4):  # four new ones in a feed of four, every minute
        later(room, 60, rss(*flow[newest : newest + 4]))
    later(room, 120, rss(*flow[:4]))
    assert sorted(int(item.title.split()[-1]) for item in room.said()) == [1, 2, 3, 4, *range(5, 21)]
    assert room.waiting() == ()


def test_a_false_edit_that_was_put_right_in_time_is_never_signed(room: DeskRoom) -> None:
    signed_before(room, *FOUR)
    later(room, 600, rss(FOUR[0], story(3, title=LIE), *FOUR[2:]))
    assert [each.item.title for each in room.waiting()] == [LIE]
    assert fates(later(room, 60, rss(*FOUR))) == [Fate.UNCHANGED] * 4
    assert room.waiting() == ()
    later(room, 600, rss(story(9), story(8), FOUR[0]))
    later(room, 600, rss(story(9), story(8), FOUR[0]))
    assert [item.title for item in room.said() if item.ver > 1] == []
    assert len(room.said()) == 6


def test_an_edit_that_comes_again_after_it_was_put_right_waits_anew(room: DeskRoom) -> None:
    signed_before(room, *FOUR)
    edited = rss(FOUR[0], story(3, title="Tin số ba"), *FOUR[2:])
    later(room, 600, edited)
    later(room, 60, rss(*FOUR))
    assert fates(later(room, 100, edited)).count(Fate.WAITING) == 1
    assert fates(later(room, 100, edited)).count(Fate.WAITING) == 1
    assert fates(later(room, 20, edited)).count(Fate.UPDATED) == 1


def test_dropped_is_dropped_and_a_planted_copy_stays_out(room: DeskRoom) -> None:
    room.run(rss(story(1, title=LIE)))
    with room.book() as book:
        drop_ids([book.waiting()[0].id], book)
    assert fates(later(room, 600, rss(story(1, title=LIE)))) == [Fate.WITHDRAWN]
    copy = story(9, title=LIE.upper().replace(" ", "\u200b "), description="<p>Khác hẳn.</p>")
    assert fates(later(room, 600, rss(copy))) == [Fate.WAITING]
    assert [each.why for each in room.waiting()] == [Why.RETURNED]
    later(room, 86_400, rss(copy))
    assert room.said() == []
    with room.desk() as desk:
        release_ids([desk.book.waiting()[0].id], desk)
    assert len(room.said()) == 1


def usual_days(room: DeskRoom) -> list[str]:
    shown: list[str] = []
    for number in range(30):  # one story every four hours, for five days
        shown.insert(0, story(number, pubDate=""))
        later(room, 4 * 3_600 - 130, rss(*shown))
        later(room, 130, rss(*shown))
    assert len(room.said()) == 30
    return shown


def test_far_more_than_usual_holds_everything_until_a_person_looks(room: DeskRoom) -> None:
    shown = usual_days(room)
    flood = [story(number, pubDate="") for number in range(100, 140)]
    assert fates(later(room, 60, rss(*flood, *shown))).count(Fate.WAITING) == 40
    later(room, 86_400, rss(story(200, pubDate=""), *flood, *shown))
    assert len(room.said()) == 30
    assert {each.why for each in room.waiting()} == {Why.BURST}
    with room.desk() as desk:
        release_ids([each.id for each in desk.book.waiting()], desk)
    assert len(room.said()) == 71
    more = rss(story(300, pubDate=""), *shown)
    later(room, 7_200, more)
    later(room, 120, more)
    assert len(room.said()) == 72


def test_an_ordinary_busy_hour_and_the_first_run_are_no_burst(room: DeskRoom) -> None:
    first = rss(*(story(number) for number in range(300)))
    room.run(first)
    later(room, 120, first)
    assert len(room.said()) == 300
    busy = rss(*(story(number, pubDate="") for number in range(400, 409)))
    later(room, 5 * 86_400, busy)
    later(room, 120, busy)
    assert len(room.said()) == 309


def test_attack_2_a_hacked_cms_is_stopped_and_undone_by_panic(room: DeskRoom) -> None:
    honest = rss(story(1))
    room.run(honest)
    later(room, 120, honest)
    attacked = room.clock.time + 1
    hacked = rss(story(2, title=LIE), story(1, description=f"<p>{LIE} nghe nói là như vậy.</p>"))
    later(room, 60, hacked)
    later(room, 120, hacked)
    assert len(room.said()) == 3
    waiting = rss(story(3, title="Một tin khác đang chờ"), story(2, title=LIE), story(1))
    later(room, 10, waiting)
    with room.desk() as desk:
        answers = panic(desk, since=attacked)
        assert len(answers) == 2
        assert panic(desk, since=attacked) == ()
    hub = SmallHub(room.registry)
    assert hub.troubles(room.tokens(), room.clock.time) == []
    assert {state.act for state in hub.items.values()} == {Act.WITHHOLD}
    with pytest.raises(AgencyError, match="signing is halted"):
        later(room, 60, waiting)
    with pytest.raises(AgencyError, match="signing is halted"):
        room.act(Deed.PUBLISH, title="x", url="https://news.demo-vn.example/x")
    with room.book() as book:
        assert "panic" in resume(book)
    later(room, 60, rss(story(7, title=LIE)))
    later(room, 86_400, rss(story(7, title=LIE)))
    assert len(room.said()) == 5  # nothing more went out: the copy waits for a person
    assert {each.why for each in room.waiting()} == {Why.HALTED, Why.RETURNED}
    room.act(Deed.LIFT, "cms-1", note="Đã kiểm tra.")


def test_an_embargo_outlives_a_panic_and_then_waits_for_a_person(room: DeskRoom) -> None:
    opens = STARTED + 3_600
    room.act(Deed.PUBLISH, title="Sau lệnh cấm", url=f"{SITE}/e", not_before=opens)
    for _ in range(2):
        with room.desk() as desk:
            panic(desk, since=STARTED)
    with room.book() as book:
        resume(book)
    (waiting,) = room.waiting()
    assert (waiting.why, waiting.due) == (Why.HALTED, opens)
    assert until_when(waiting) == "until 2026-11-25T11:26:40Z, then until a person releases it"
    with room.desk() as desk:
        assert not may_release(waiting, desk.now)
        with pytest.raises(AgencyError, match="under embargo until 2026-11-25T11:26:40Z"):
            release_ids([waiting.id], desk)
    later(room, 3_600, rss())
    assert room.said() == []
    with room.desk() as desk:
        assert may_release(waiting, desk.now)
        release_ids([waiting.id], desk)
    assert [item.iat for item in room.said()] == [opens]


def test_the_sealed_successor_may_panic_in_place_of_a_key_that_is_lost(room: DeskRoom) -> None:
    room.reconfigure(release_seconds=0)
    room.run(rss(story(1, title=LIE)))
    with room.desk(SUCCESSOR) as desk:
        panic(desk, since=STARTED)
    hub = SmallHub(room.registry)
    assert hub.troubles(room.tokens(), STARTED) == []
    assert hub.stream.kids == (room.signer.kid, SUCCESSOR.kid)


def test_a_waiting_change_of_a_retracted_item_is_never_signed(room: DeskRoom) -> None:
    room.run(rss(story(1)))
    later(room, 120, rss(story(1)))
    later(room, 1, rss(story(1, title="Khác")))
    room.act(Deed.RETRACT, "cms-1", note="Sai.")
    with room.desk() as desk:
        desk.book.hold([replace(each, due=None) for each in desk.book.waiting()])
        ((_, answer),) = release_ids([desk.book.waiting()[0].id], desk)
    assert "took it back" in getattr(answer, "detail", "")
    assert room.said()[-1].act is Act.RETRACT
