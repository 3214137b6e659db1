"""What the pages say of items, sources, corrections and the log, asked over a real socket of a real hub."""

import re
from html import unescape

import pytest
from hub_folder import Place, hub_at_work
from page_room import TEXTS, PageRoom, named
from press import NOON
from read_pages import read, shown

from syndicate.cli import main
from syndicate.news import CORRECTIONS, Act, KeyStatus, Kind, Mark, RelationType, SeatState, Slice
from syndicate.ports import Notable, Told
from syndicate.web import WebLimits
from syndicate.web._pages._words import Words


async def test_a_view_has_its_own_subscriptions(room: PageRoom) -> None:
    page = await shown(room, "/wire/aa/lang/vi")
    for way in (
        "/feeds/aa/lang/vi.rss",
        "/feeds/aa/lang/vi.atom",
        "/feeds/aa/lang/vi.json",
        "/feeds/aa/lang/vi.ninjs",
        "/feeds.opml",
        "/v1/items?member=aa&amp;lang=vi",
        "/v1/stream?member=aa&amp;lang=vi",
        "/subscribe#websub",
        "/subscribe#webhooks",
    ):
        assert f'<li><a href="{way}">' in page, way
    assert (
        '<link rel="alternate" type="application/atom+xml" title="Aaland · Tiếng Việt, Atom" '
        'href="/feeds/aa/lang/vi.atom">' in page
    )
    assert TEXTS["vi"] in page
    assert TEXTS["km"] not in page


@pytest.mark.parametrize(
    ("query", "path"),
    [
        pytest.param(
            "member=aa&agency=&lang=vi&topic=&urgency=&kind=", "/wire/aa/lang/vi", id="as a form says it"
        ),
        pytest.param("lang=vi&member=aa", "/wire/aa/lang/vi", id="in any order"),
        pytest.param("member=aa&agency=aa.news", "/wire/agency/aa.news", id="an agency of the state"),
        pytest.param("kind=corrections&urgency=3", "/wire/urgency/3/kind/corrections", id="urgency and kind"),
        pytest.param("topic=03000000&fbclid=x", "/wire/topic/03000000", id="with what others hang on"),
    ],
)
async def test_the_filter_leads_to_the_one_address_of_a_slice(room: PageRoom, query: str, path: str) -> None:
    reply = await room.served.get(f"/wire?{query}")
    assert (reply.status, reply.headers["location"]) == (303, path)
    assert (await room.served.get(path)).status == 200


@pytest.mark.parametrize(
    "query", ["member=AA", "member=bb&agency=aa.news", "topic=3", "kind=gossip", "lang=%3Cb%3E"]
)
async def test_a_filter_that_names_nothing_is_said_to_by_a_page(room: PageRoom, query: str) -> None:
    reply = await room.served.get(f"/wire?{query}")
    assert (reply.status, reply.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no such view" in read(reply.body.decode())


async def test_the_filter_shows_what_is_asked_for(room: PageRoom) -> None:
    page = await shown(room, "/wire/lang/km") + await shown(room, "/wire/topic/20000151")
    assert '<option value="km" lang="km" selected>ភាសាខ្មែរ</option>' in page
    assert '<option value="20000151" selected>Topic 20000151</option>' in page


async def test_nothing_is_left_out_from_page_to_page(here: Place) -> None:
    async with hub_at_work(here, web=WebLimits(front_items=3)) as served:
        await served.release(*"abcdefgh")
        seen: list[str] = []
        path = "/"
        while path:
            page = (await served.get(path)).body.decode()
            seen += re.findall(r'<h2 [^>]*><a href="/item/[^"]+">Story (.)</a>', page)
            older = re.search(r'href="(/\?before=[0-9]+)" rel="next"', page)
            path = older[1] if older else ""
        assert seen == list("hgfedcba")
        assert "There is nothing older here" in (await served.get("/?before=0")).body.decode()
        assert (await served.get("/?before=99999999&utm=x")).body == (await served.get("/")).body


async def test_s11_a_source_shows_keys_seat_owner_health_and_what_was_refused(room: PageRoom) -> None:
    words = read(await shown(room, "/sources/aa.news"))
    for said in (
        "Seat active invited since 1 January 2026, 00:00 UTC active since",
        "Formerly Ministry of Posts, until 2024-10",
        "Legal form state company Funding not told Who appoints the editor not told",
        "in use 1 January 2026, 00:00 UTC to 5 February 2027",
        "Nothing was refused in its name.",
        "aa.news/main",
    ):
        assert said in words, said
    listed = read(await shown(room, "/sources"))
    assert "Government of Beeland bb.gov" in listed
    assert "contested" in listed, "S10"


async def test_s9_corrections_are_listed_newest_first_and_counted(room: PageRoom) -> None:
    page = await shown(room, "/corrections")
    titles = re.findall(r'<h2 lang="en"[^>]*><a [^>]*>([^<]+)</a>', page)
    assert titles == ["Minister", "Bridge", "River floods five districts"]
    row = re.search(
        r'kind/corrections"><bdi[^>]*>Aaland News</bdi></a></th><td>(\d+)</td><td>(\d+)</td>', page
    )
    assert row is not None
    assert row.groups() == ("3", "1")
    assert "Government of Beeland" not in read(page)


async def test_a_correction_says_how_many_were_told_of_it_and_nothing_of_whom(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("one")
        await served.release("one", ver=2, act=Act.CORRECT, note="Mended.")
        await served.until_sealed(2)
        [(index, _)] = [(one.index, one.ver) for one in await served.hub.storage.page(Slice(), 1, 9)]
        told = [
            Told(index=index, what=Notable.CORRECT, at=NOON + 9, first=True, acknowledged=each)
            for each in (True, True, False)
        ]
        await served.hub.storage.subscribers.record([], told)
        words = read((await served.get("/corrections")).body.decode())
        assert "Sent to subscribers from 23 November 2026, 12:00 UTC: to 3, acknowledged by 2" in words


async def test_the_page_of_the_log_shows_its_checkpoint(room: PageRoom) -> None:
    page = await shown(room, "/log")
    checkpoint = (await room.served.get("/log/checkpoint")).body.decode()
    assert checkpoint in unescape(page)
    size = f"{room.served.hub.storage.log.visible}"
    assert f"Entries shown {size} Of them with enough signatures {size}" in read(page)


async def test_the_limits_on_the_page_are_those_in_force(here: Place) -> None:
    async with hub_at_work(here, web=WebLimits(page_items=77, page_bytes=123_456)) as served:
        words = read((await served.get("/subscribe")).body.decode())
        assert "Items in one answer of the cursor API 77" in words
        assert "Bytes of tokens in one answer 123,456" in words
        assert "at least 24 months" in words


@pytest.mark.parametrize("path", ["/subscribe", "/log", "/item/{flood}"])
async def test_every_command_to_copy_exists(
    room: PageRoom, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    page = await shown(room, path.format(flood=room.sub("flood")))
    examples = unescape("\n".join(re.findall(r"<pre[^>]*><code>(.*?)</code>", page, re.DOTALL)))
    commands = re.findall(r"^syndicate (.+)$", examples, re.MULTILINE)
    assert commands
    for command in commands:
        noun, *words = command.split()
        verb = words[:1] if noun == "subscribers" else []
        with pytest.raises(SystemExit) as ended:
            main([noun, *verb, "--help"])
        assert ended.value.code == 0, command
        told = capsys.readouterr().out
        assert [word for word in words if word.startswith("--") and word not in told] == [], command


def test_the_catalogue_has_a_word_for_whatever_can_be_shown() -> None:
    words = Words("en")
    needed = [f"act.{act}" for act in Act if act is not Act.HEARTBEAT]
    needed += [f"kind.{kind}" for kind in (*Kind, CORRECTIONS)]
    needed += [f"badge.{mark}" for mark in set(Mark) - {Mark.KEY_REVOKED, Mark.LOG_PENDING}]
    needed += [f"seat.{state}" for state in SeatState]
    needed += [f"proof.key_{status}" for status in (*KeyStatus, "unknown")]
    ways = (f"{way}_{type_}" for way in ("in", "out") for type_ in RelationType)
    needed += [f"relation.{way}" for way in ways]
    needed += [f"condition.{each}" for each in ("waiting", "fresh", "failing", "stale", "unpolled")]
    assert [key for key in needed if not words.knows(key)] == []


def test_the_rooms_names_are_what_ids_may_hold() -> None:
    assert named("oneZh-Hans") == "onezhhans"
