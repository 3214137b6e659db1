"""Stolen keys, dead laptops, old back-ups, wrong clocks, full disks and killed signers."""

import asyncio
import json
import resource
import shutil
import signal
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from newsdesk_room import SUCCESSOR, DeskRoom, SmallHub
from newsroom import STARTED, rss, story

from syndicate.agency import Fate, Unsigned, sign_items
from syndicate.errors import AgencyError, StorageError
from syndicate.news import Act, Held, Known, Reason, Refused
from syndicate.newsdesk import Deed, Recovered, fetch_own, panic, recover, reissue
from syndicate.ports import Fetched, FetchFailed, FetchFault, FetchOutcome, Signer, Validators
from syndicate.trust import Placed


@pytest.fixture
def room(tmp_path: Path) -> DeskRoom:
    return DeskRoom(tmp_path)


def stories(*numbers: int) -> str:
    return rss(*(story(number) for number in sorted(numbers, reverse=True)))


def recovered(room: DeskRoom, tokens: list[str], signer: Signer | None = None) -> Recovered:
    with room.desk(signer) as desk:
        return recover(tokens, desk)


def test_attack_17_a_restored_backup_does_not_sign_and_recovers_to_a_gap(room: DeskRoom) -> None:
    hub = SmallHub(room.registry)
    room.run(stories(1, 2))
    yesterday = room.config.book_file.read_bytes()
    room.run(stories(1, 2, 3, 4))
    hub.take(room.tokens(), STARTED)
    room.config.book_file.write_bytes(yesterday)
    with pytest.raises(AgencyError, match="old copy") as refused:
        room.run(stories(1, 2, 3, 4, 5))
    assert "syndicate agency recover" in refused.value.hint
    with pytest.raises(AgencyError, match="old copy"):
        room.act(Deed.RETRACT, "cms-1", note="x")
    found = recovered(room, hub.log)
    assert (found.new, found.highest, found.next, found.forked) == (2, 4, 1_004, False)
    report = room.run(stories(1, 2, 3, 4, 5))
    assert [each.fate for each in report.entries] == [Fate.SIGNED] + [Fate.UNCHANGED] * 4
    assert hub.troubles(room.tokens(), STARTED) == []
    assert (hub.stream.seq, hub.stream.forked) == (1_004, False)


def test_attack_17_when_it_was_signed_from_unnoticed_the_hub_holds_and_the_successor_goes_on(
    room: DeskRoom,
) -> None:
    hub = SmallHub(room.registry)
    room.run(stories(1, 2))
    yesterday = room.config.book_file.read_bytes()
    room.run(stories(1, 2, 3))
    hub.take(room.tokens(), STARTED)
    room.config.book_file.write_bytes(yesterday)
    room.atom.unlink()  # nothing here knows better, and a person is wrong
    room.cms(stories(1, 2, 4))
    room.sign(book_is_newest=True)
    (held,) = hub.troubles(room.tokens(), STARTED)
    assert isinstance(held, Held)
    assert held.reason is Reason.STREAM_FORKED
    with pytest.raises(AgencyError, match="stream is forked"):
        recovered(room, hub.log)
    hub.stream = replace(hub.stream, forked=True)
    found = recovered(room, hub.log, SUCCESSOR)
    assert (found.forked, found.takes_floor, found.next) == (True, True, 1_003)
    room.signer = SUCCESSOR
    room.run(stories(1, 2, 3, 4, 5))
    fresh = [item for item in room.said() if item.seq > 3]
    assert [(item.title, item.ver) for item in fresh] == [("Tin số 4", 11), ("Tin số 5", 11)]
    assert hub.troubles(room.tokens(), STARTED) == []
    assert not hub.stream.forked
    assert room.waiting() == ()


def test_attack_16_a_version_is_never_signed_twice(room: DeskRoom) -> None:
    room.run(stories(1))
    again = room.said()[0]
    with room.desk() as desk, pytest.raises(StorageError, match="signed already"):
        sign_items(
            [Unsigned(item=again)], signer=desk.signer, book=desk.book, registry=desk.registry, now=STARTED
        )
    assert len(room.tokens()) == 1


def test_attack_1_a_stolen_key_is_succeeded_and_what_hubs_refused_is_signed_again(room: DeskRoom) -> None:
    hub = SmallHub(room.registry)
    room.run(stories(1))
    hub.take(room.tokens(), STARTED)
    stolen = room.signer
    room.clock.time = revoked = STARTED + 3_600
    room.run(stories(1, 2))  # signed by the agency, after the revocation that it did not know of
    room.clock.time += 3_600
    room.signer = SUCCESSOR
    with room.desk() as desk:
        (_again,) = reissue(desk, since=revoked)
        assert reissue(desk, since=revoked) == ()
    room.run(stories(1, 2, 3))
    late = hub.take([room.tokens()[0], *room.tokens()[2:]], room.clock.time)
    assert [type(each) for each in late] == [Known, Placed, Placed]
    assert [(item.act, item.ver) for item in room.said()][2] == (Act.UPDATE, 2)
    (room.folder / "thief").mkdir()
    thief = DeskRoom(room.folder / "thief")
    thief.signer = stolen
    thief.clock.time = STARTED - 86_400  # back-dated
    thief.run(stories(66))
    (answer,) = hub.take(thief.tokens(), room.clock.time)
    assert isinstance(answer, Refused | Held)


def test_a_rotation_goes_on_where_the_stream_was(room: DeskRoom) -> None:
    hub = SmallHub(room.registry)
    room.run(stories(1))
    room.signer = SUCCESSOR
    room.run(stories(1, 2))
    assert hub.troubles(room.tokens(), STARTED) == []
    assert [item.seq for item in room.said()] == [1, 2]
    assert room.said()[1].prev is not None


def test_a_dead_laptop_is_recovered_from_the_hub_and_nothing_is_announced_twice(room: DeskRoom) -> None:
    hub = SmallHub(room.registry)
    room.run(stories(1, 2))
    room.act(Deed.CORRECT, "cms-1", note="Sai.", title="Đúng")
    hub.take(room.tokens(), STARTED)
    room.config.book_file.unlink()
    room.atom.unlink()
    forged = hub.log[0][:-8] + "AAAAAAAA"
    found = recovered(room, [*hub.log, forged])
    assert (found.found, found.new, found.believed_not, found.next) == (3, 3, 1, 1_003)
    assert [each.fate for each in room.run(stories(1, 2)).entries] == [Fate.UNCHANGED] * 2
    room.run(stories(1, 2, 3))
    assert hub.troubles(room.tokens(), STARTED) == []


def test_a_new_laptop_with_the_successor_takes_the_floor(room: DeskRoom) -> None:
    hub = SmallHub(room.registry)
    room.run(stories(1, 2, 3))
    hub.take(room.tokens()[:2], STARTED)  # the third never left the old laptop
    room.config.book_file.unlink()
    room.atom.unlink()
    assert recovered(room, hub.log, SUCCESSOR).takes_floor
    room.signer = SUCCESSOR
    room.run(stories(1, 2, 3))
    assert room.said()[-1].prev is None
    assert hub.troubles(room.tokens(), STARTED) == []
    assert hub.items[room.said()[-1].sub].highest == 11, "the lost one may yet turn up as version 1"


def lose(room: DeskRoom) -> None:
    """The book and what was shown are gone; the key and the configuration are left."""
    room.config.book_file.unlink()
    shutil.rmtree(room.config.folder)
    room.clock.time += 60


def test_a_hub_that_hides_makes_nobody_sign_a_number_or_a_version_twice(room: DeskRoom) -> None:
    honest = SmallHub(room.registry)
    room.run(stories(1))
    shown_by_the_liar = room.tokens()
    room.clock.time += 60
    room.run(rss(story(2), story(1, title="Lần một")))
    honest.take(room.tokens(), room.clock.time)
    subs = {item.sub for item in room.said()}
    for title in ("Lần hai", "Lần ba", "Lần bốn"):
        lose(room)
        assert recovered(room, shown_by_the_liar).step > 10
        room.clock.time += 1
        room.run(rss(story(3, title=f"Mới, {title}", guid=title, pubDate=""), story(2, title=f"2, {title}"),
                     story(1, title=title)))  # fmt: skip
        assert honest.troubles(room.tokens(), room.clock.time) == []
        assert not honest.stream.forked
        stands = {item.sub: item for item in room.said()}
        assert {honest.items[sub].highest for sub in subs} == {stands[sub].ver for sub in subs}, title
        (new,) = (item for item in stands.values() if item.sub not in subs)
        assert (new.act, new.ver) == (Act.PUBLISH, 1), "what is younger than the recovery begins as ever"


def test_what_persons_do_after_a_recovery_is_a_version_that_nobody_signed_before(room: DeskRoom) -> None:
    honest = SmallHub(room.registry)
    room.run(stories(1, 2))
    shown_by_the_liar = room.tokens()
    for number in (1, 2):
        room.act(Deed.CORRECT, f"cms-{number}", note="Sai.", title=f"Đúng {number}")
    honest.take(room.tokens(), STARTED)
    lose(room)
    recovered(room, shown_by_the_liar)
    url = room.said()[0].url
    room.act(Deed.CORRECT, url, note="Sai nữa.", title="Đúng hơn")
    room.act(Deed.CORRECT, url, note="Sai lần nữa.", title="Đúng nhất")
    with room.desk() as desk:
        panic(desk, since=STARTED - 1)
    assert honest.troubles(room.tokens(), room.clock.time) == []
    assert {state.act for state in honest.items.values()} == {Act.WITHHOLD}
    versions = [item.ver for item in room.said() if item.url == url]
    assert [after - before for before, after in pairwise(versions[1:])] == [1, 1]


def test_whoever_empties_the_shown_folder_keeps_no_panic_from_withholding(room: DeskRoom) -> None:
    room.run(stories(1, 2))
    shutil.rmtree(room.config.folder)
    with room.desk() as desk:
        panic(desk, since=STARTED - 1)
    assert [item.act for item in room.said()] == [Act.PUBLISH] * 2 + [Act.WITHHOLD] * 2


def test_recovering_twice_changes_nothing(room: DeskRoom) -> None:
    room.run(stories(1))
    tokens = room.tokens()
    assert recovered(room, tokens).next == recovered(room, tokens).next == 1_001


def test_nothing_found_is_said(room: DeskRoom) -> None:
    with pytest.raises(AgencyError, match="nothing to recover"):
        recovered(room, [])


class HubAddress:
    """A hub's /v1/items, two tokens a page."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    async def fetch(self, url: str, validators: Validators | None = None) -> FetchOutcome:
        asked = parse_qs(urlsplit(url).query)
        after = int(asked["after"][0])
        assert asked["agency"] == ["vn.demo"]
        page = self.log[after + 1 : after + 3]
        told = {"items": [{"token": each} for each in page], "last": after + len(page)}
        return Fetched(body=json.dumps(told).encode(), media_type="application/json")


class Broken:
    """A hub that answers something else."""

    def __init__(self, answer: FetchOutcome) -> None:
        self.answer = answer

    async def fetch(self, url: str, validators: Validators | None = None) -> FetchOutcome:
        return self.answer


def test_a_hub_is_read_page_by_page_to_its_end(room: DeskRoom) -> None:
    log = [f"t{number}" for number in range(5)]
    assert asyncio.run(fetch_own("http://hub.example/", room.config, HubAddress(log))) == tuple(log)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(FetchFailed(fault=FetchFault.TIMEOUT, detail="no answer"), id="silent"),
        pytest.param(Fetched(body=b"<html>", media_type="text/html"), id="a web page"),
        pytest.param(
            Fetched(body=b'{"items": [1], "last": 0}', media_type="application/json"), id="another shape"
        ),
    ],
)
def test_a_hub_that_is_none_is_named(room: DeskRoom, answer: FetchOutcome) -> None:
    with pytest.raises(AgencyError, match=r"hub\.example"):
        asyncio.run(fetch_own("http://hub.example", room.config, Broken(answer)))


# The clock.


@pytest.mark.parametrize("off", [600, 365 * 86_400], ids=["ten minutes", "a year"])
def test_a_clock_that_went_back_signs_nothing_and_says_so(room: DeskRoom, off: int) -> None:
    room.run(stories(1))
    room.clock.time -= off
    with pytest.raises(AgencyError, match="clock says") as refused:
        room.run(stories(1, 2))
    assert "Set the clock" in refused.value.hint


def test_a_clock_a_year_ahead_is_asked_about_and_ten_minutes_heal_by_themselves(room: DeskRoom) -> None:
    hub = SmallHub(room.registry)
    room.run(stories(1))
    room.clock.time += 365 * 86_400
    with pytest.raises(AgencyError, match="the run before this was"):
        room.run(stories(1, 2))
    room.clock.time = STARTED + 600
    room.run(stories(1, 2))
    (refused,) = hub.troubles(room.tokens(), STARTED)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.CLOCK_AHEAD
    assert hub.troubles(room.tokens(), STARTED + 400) == []


def test_what_a_wrong_clock_signed_is_signed_again_by_the_right_one(room: DeskRoom) -> None:
    room.clock.time = STARTED + 300 * 86_400
    room.run(stories(1))
    room.clock.time = STARTED
    with pytest.raises(AgencyError, match="number 1 was signed at"):
        room.run(stories(1))
    with room.desk() as desk:
        reissue(desk, since=STARTED)
    room.run(stories(1, 2))
    hub = SmallHub(room.registry)
    assert [each.reason for each in hub.troubles(room.tokens(), STARTED)] == [Reason.CLOCK_AHEAD]
    assert [item.ver for item in room.said()] == [1, 2, 1]


# The power and the disk.


def test_a_full_disk_signs_nothing_that_is_lost_and_says_so(room: DeskRoom) -> None:
    room.run(stories(1))
    before = room.tokens()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    room.cms(rss(*(story(number, description="<p>" + "chữ " * 8_000) for number in range(30))))
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room.config.book_file.stat().st_size + 20_000, hard))
        with pytest.raises((StorageError, AgencyError)) as full:
            room.sign()
        assert full.value.hint
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)
    assert room.tokens()[: len(before)] == before
    room.sign()
    assert SmallHub(room.registry).troubles(room.tokens(), STARTED) == []
    assert len(room.said()) == 31
