"""What the pages say of items, sources, corrections and the log, asked over a real socket of a real hub."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from html import unescape
from pathlib import Path

import pytest
from hub_beside import beside
from hub_folder import Place, hub_at_work, place
from page_room import BODY, TEXTS, PageRoom, named, page_room
from press import NOON

from syndicate.cli import main
from syndicate.client import Proof, verify_token
from syndicate.news import (
    CORRECTIONS,
    Act,
    Content,
    ItemId,
    KeyStatus,
    Kind,
    Mark,
    Relation,
    RelationType,
    SeatState,
    Slice,
    digest_of,
)
from syndicate.ports import Notable, Told
from syndicate.web import WebLimits
from syndicate.web._pages._words import Words


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageRoom]:
    folder = tmp_path_factory.mktemp("pages")
    with beside(lambda: page_room(folder)) as made:
        yield made


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as made:
        yield made


async def shown(room: PageRoom, path: str) -> str:
    reply = await room.served.get(path)
    assert reply.status == 200, (path, reply.status)
    return reply.body.decode()


def read(page: str) -> str:
    """The words of a page, as one reads them."""
    body = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.DOTALL)
    running = re.sub(r"</?(?:a|bdi|cite|code|del|ins|q|span|strong|time)\b[^>]*>", "", body)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", running)).split())


# The wire.


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


# An item.


async def test_the_badge_says_whose_key_and_since_when_and_opens_the_proof(room: PageRoom) -> None:
    page = await shown(room, f"/item/{room.sub('flood')}")
    words = read(page)
    assert "Signed with Aaland News’s key, unaltered since 23 November 2026, 12:00 UTC" in words
    assert f"Digest of the token {digest_of(room.aa.tokens[29])}" in words
    assert "Leaf 30 of trial.localhost/log" in words
    assert "signed by the log’s operator" in words
    assert f"syndicate prove {room.served.hub.url}/v1/items/{room.sub('flood')}/2.jws" in words


async def test_title_and_body_stand_as_they_were_signed_and_no_picture_loads(room: PageRoom) -> None:
    page = await shown(room, f"/item/{room.sub('flood')}/1")
    before, after = re.split(r"<img[^>]*>", BODY)
    assert f'{before}<span class="picture">A flooded market</span>{after}' in page
    assert "<img" not in page
    assert (
        '<a href="https://cdn.example/rain.jpg" rel="noreferrer" lang="en" dir="ltr">A flooded market</a>'
        in page
    )
    khmer = await shown(room, f"/item/{room.sub('onekm')}")
    assert f'<h1 class="title" lang="km" dir="ltr">{TEXTS["km"]}</h1>' in khmer
    jawi = await shown(room, f"/item/{room.sub('onemsArab')}")
    assert f'<h1 class="title" lang="ms-Arab" dir="rtl">{TEXTS["ms-Arab"]}</h1>' in jawi


async def test_versions_stay_readable_and_what_changed_is_marked(room: PageRoom) -> None:
    page = await shown(room, f"/item/{room.sub('flood')}")
    assert "Aaland News has corrected this item." in read(page)
    assert "“" not in read(page)
    assert f'<a href="/item/{room.sub("flood")}/1">Version 1</a>' in page
    assert "River floods <del>four</del><ins>five</ins> districts" in page
    assert "by <ins>nearly </ins>two metres" in page
    first = read(await shown(room, f"/item/{room.sub('flood')}/1"))
    assert "This is version 1. A newer one stands: version 2." in first
    assert "What changed" not in first


async def test_a_change_in_a_script_without_spaces_is_no_whole_paragraph(room: PageRoom) -> None:
    for lang in ("th", "lo", "km", "my", "zh-Hans"):
        page = await shown(room, f"/item/{room.sub(f'one{lang}')}")
        kept = TEXTS[lang][: len(TEXTS[lang]) // 3]
        assert re.search(rf'<p lang="{lang}" dir="ltr">{re.escape(kept)}[^<]*<del>', page), lang


async def test_a_withdrawn_item_says_so_first_and_of_its_old_text_nothing(room: PageRoom) -> None:
    page = await shown(room, f"/item/{room.sub('gone')}")
    words = read(page)
    assert (
        "Aaland News has withdrawn this item. Do not use it. What Aaland News says of it: No bridge" in words
    )
    assert "Gió mạnh" not in page
    assert "Bridge has fallen" not in page
    first = await shown(room, f"/item/{room.sub('gone')}/1")
    assert '<meta name="robots" content="noindex">' in first
    old = read(first)
    assert "Aaland News has since withdrawn this item. Do not use this version." in old
    held = read(await shown(room, f"/item/{room.sub('held')}"))
    assert "asks that this item not be used for now" in held


async def test_s5_both_sides_of_a_dispute_stand_beside_each_other_on_both_pages(room: PageRoom) -> None:
    for sub in (room.sub("flood"), room.sub("nofloods", room.bb)):
        words = read(await shown(room, f"/item/{sub}"))
        beside_each_other = words.partition("Side by side")[2].partition("In relation to")[0]
        assert "Claim about Aaland News by Government of Beeland" in beside_each_other, "S6"
        assert "Aaland News can answer with a signed item of its own" in beside_each_other
        assert beside_each_other.index("River floods five") < beside_each_other.index("Only two districts")
    assert "Disputed by Only two districts are flooded" in read(
        await shown(room, f"/item/{room.sub('flood')}")
    )


async def test_s6_an_answer_to_a_claim_says_why_its_agency_can_know_and_whose_word_it_is(
    room: PageRoom,
) -> None:
    words = read(await shown(room, f"/item/{room.sub('dam')}"))
    assert "In Aaland News’s own words Not so" in words
    assert "Why Aaland News can know We run the dam" in words
    assert "Nothing is said here about who made the claim." in words


async def test_relations_are_shown_from_both_ends(room: PageRoom) -> None:
    flood = await shown(room, f"/item/{room.sub('flood')}")
    assert "Translations Lũ ở bốn huyện" in read(flood)
    assert f'<a lang="vi" dir="ltr" href="/item/{room.sub("translated")}">' in flood
    assert "A translation of River floods five districts" in read(
        await shown(room, f"/item/{room.sub('translated')}")
    )


async def test_a_relation_to_an_item_that_is_not_here_says_so(here: Place) -> None:
    async with hub_at_work(here) as served:
        other = ItemId("bb.gov:" + "z" * 26)
        relations = (
            Relation(type=RelationType.DERIVES, sub=other),
            Relation(type=RelationType.CITES, url="https://news.aa.example/a"),
        )
        await served.release("one", relations=relations)
        words = read((await served.get(f"/item/{here.newsroom.item('one').sub}")).body.decode())
        assert f"Drawn from {other} an item that is not here" in words
        assert "Cites https://news.aa.example/a" in words


async def test_an_alert_shows_every_word_of_it(room: PageRoom) -> None:
    page = await shown(room, f"/item/{room.sub('warning')}")
    assert (
        "Event Flood Category Met Urgency Immediate Severity Severe Certainty Likely Area East and south"
        in read(page)
    )
    assert f'href="/v1/items/{room.sub("warning")}/1.cap"' in page


async def test_the_article_in_the_page_is_data_that_no_markup_can_leave(here: Place) -> None:
    async with hub_at_work(here) as served:
        hostile = "</script><script>alert(1)</script><!--"
        await served.release("one", title=hostile)
        page = (await served.get(f"/item/{here.newsroom.item('one').sub}")).body.decode()
        scripts = re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)
        assert len(scripts) == 1
        article = json.loads(scripts[0])
        assert (article["@type"], article["headline"]) == ("NewsArticle", hostile)
        assert article["mainEntityOfPage"] == f"{served.hub.url}/item/{here.newsroom.item('one').sub}"


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\x1b"])
async def test_attack_25_nothing_that_turns_the_text_around_it_gets_onto_a_page(
    here: Place, sign: str
) -> None:
    async with hub_at_work(here) as served:
        [result] = await served.submit(here.newsroom.release("one", title=f"Not {sign}gninrut"))
        assert (result["outcome"], result["reason"]) == ("refused", "claim-invalid")
        assert sign.encode() not in (await served.get("/")).body


async def test_the_evidence_is_a_file_that_any_verifier_takes(room: PageRoom, tmp_path: Path) -> None:
    sub = room.sub("flood")
    reply = await room.served.get(f"/item/{sub}/2/evidence.html")
    assert reply.headers["content-disposition"] == f'attachment; filename="{sub.replace(":", "-")}-2.html"'
    assert reply.headers["content-security-policy"].startswith("default-src 'none'; sandbox")
    token = re.search(r'application/jose">\s*(\S+)', reply.body.decode())
    proof = re.search(r'tlog-proof">\n(.*?)</script>', reply.body.decode(), re.DOTALL)
    assert token is not None
    assert proof is not None
    hub = room.served.hub
    judged = verify_token(
        token[1], hub.registry, now=int(room.served.clock.now()),
        proof=Proof(raw=proof[1].encode(), policy=hub.policy.current()),
    )  # fmt: skip
    assert (judged.ok, judged.log) == (True, "yes")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/item/aa.news:aaaaaaaaaaaaaaaaaaaaaaaaaa", id="nobody's item"),
        pytest.param("/item/x", id="no id at all"),
        pytest.param("/item/{flood}/9", id="a version that is not there"),
        pytest.param("/item/{flood}/0", id="no number of a version"),
        pytest.param("/item/{flood}/1/more", id="more behind it"),
        pytest.param("/item/{flood}/evidence.html", id="evidence of no version"),
        pytest.param("/item/{flood}/9/evidence.html", id="evidence of a version that is not there"),
        pytest.param("/wire/zz", id="no member state"),
        pytest.param("/wire/lang/vi/aa", id="parts in another order"),
        pytest.param("/sources/aa.nobody", id="no source"),
    ],
)
async def test_what_is_not_there_is_said_so_by_a_page(room: PageRoom, path: str) -> None:
    reply = await room.served.get(path.format(flood=room.sub("flood")))
    assert (reply.status, reply.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    words = read(reply.body.decode())
    if path.startswith("/item/"):
        assert "No official item found at this address; this does not mean that a claim is false." in words, (
            "S4"
        )


async def test_what_a_law_took_back_is_gone_and_the_page_names_the_act(here: Place) -> None:
    async with hub_at_work(here) as served:
        [first, _] = await served.release("one", title="Nobody may print this"), None
        await served.release("one", ver=2, act=Act.CORRECT, note="Mended.", title="Now it is right")
        act = json.dumps({"act": "erase", "tokens": [digest_of(first[0])]}).encode()
        await served.hub.storage.write(lambda book: book.erase([digest_of(first[0])], act))
        await served.hub.sealer.seal_once()
        sub = here.newsroom.item("one").sub
        for path in (f"/item/{sub}/1", f"/item/{sub}/1/evidence.html"):
            gone = await served.get(path)
            assert gone.status == 410
            named_act = re.search(r'href="(/log/act/[^"]+\.json)"', gone.body.decode())
            assert named_act is not None
            assert (await served.get(named_act[1])).body == act
        page = await served.get(f"/item/{sub}")
        assert page.status == 200
        assert "Its text was taken back by law" in read(page.body.decode())
        for path in (f"/item/{sub}", f"/item/{sub}/1", "/", "/corrections", "/sources/aa.news"):
            assert b"Nobody may print this" not in (await served.get(path)).body, path


async def test_the_page_of_an_item_goes_when_its_only_version_is_taken_back(here: Place) -> None:
    sub = here.newsroom.item("one").sub
    async with hub_at_work(here) as served:
        [token] = await served.release("one", title="Nobody may print this")
        assert (await served.get(f"/item/{sub}")).status == 200
        await served.hub.storage.write(lambda book: book.erase([digest_of(token)], b'{"act":"erase"}'))
        await served.hub.sealer.seal_once()
    async with hub_at_work(here) as served:
        reply = await served.get(f"/item/{sub}")
        assert reply.status == 410
        assert b"Nobody may print this" not in reply.body


# Sources, corrections, log, subscribe.


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


# What holds for all of them.


def everything(room: PageRoom) -> list[str]:
    items = [f"/item/{room.sub(f'one{lang}')}" for lang in TEXTS]
    special = [
        f"/item/{room.sub(name)}" for name in ("flood", "gone", "held", "warning", "dam", "translated")
    ]
    return [
        "/", "/wire", "/wire/lang/km", "/sources", "/sources/aa.news", "/sources/bb.gov", "/corrections",
        "/stories", "/stories/lang/km", "/log", "/lookup", "/subscribe", "/search", "/search?q=flood",
        *items, *special,
        f"/item/{room.sub('flood')}/1", f"/item/{room.sub('nofloods', room.bb)}",
    ]  # fmt: skip


async def test_every_page_is_small_needs_no_script_and_lets_nothing_in(room: PageRoom) -> None:
    for path in everything(room):
        reply = await room.served.get(path)
        assert reply.status == 200, path
        assert len(reply.body) < 50_000, path
        policy = reply.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-"), path
        assert "unsafe" not in policy
        assert reply.headers["referrer-policy"] == "no-referrer"
        page = reply.body.decode()
        assert not re.findall(
            r"<(?:img|iframe|object|embed|video|audio|base)\b|\son[a-z]+=|javascript:", page
        ), path
        assert re.findall(r"<script[^>]*>", page) in ([], ['<script type="application/ld+json">']), path


async def test_every_link_of_ours_leads_somewhere(room: PageRoom) -> None:
    """But to the stream, which does not end, and to what this federation has nothing of."""
    links: set[str] = set()
    for path in everything(room):
        page = (await shown(room, path)).replace(room.served.hub.url, "")
        links |= set(re.findall(r'href="(/[^"#]*)', page))
    assert len(links) > 100
    for link in sorted(links):
        if not link.startswith("/v1/stream"):
            assert (await room.served.get(unescape(link))).status == 200, link


async def test_every_place_in_a_page_that_is_pointed_at_is_there(room: PageRoom) -> None:
    page = await shown(room, "/subscribe")
    for name in re.findall(r'href="(?:/subscribe)?#([a-z]+)"', page):
        assert f'id="{name}"' in page, name


async def test_every_page_is_the_same_bytes_until_something_moves(room: PageRoom) -> None:
    for path in everything(room):
        reply = await room.served.get(path)
        assert (await room.served.get(path, f"If-None-Match: {reply.headers['etag']}")).status == 304, path
        squeezed = await room.served.get(path, "Accept-Encoding: br")
        assert squeezed.headers["content-encoding"] == "br", path
        assert len(squeezed.body) < 12_000, path
        head = await room.served.get(path, method="HEAD")
        assert (head.status, head.body) == (200, b""), path


async def test_a_page_follows_what_it_shows(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("one", kind=Kind.STORY, content=Content(type="text/plain", body="Before."))
        sub = here.newsroom.item("one").sub
        before = [await served.get(path) for path in ("/", f"/item/{sub}", "/corrections", "/log")]
        note = {"act": Act.CORRECT, "note": "Mended."}
        await served.release("one", ver=2, content=Content(type="text/plain", body="After."), **note)
        await served.until_sealed(2)
        after = [await served.get(path) for path in ("/", f"/item/{sub}", "/corrections", "/log")]
        for old, new in zip(before, after, strict=True):
            assert old.headers["etag"] != new.headers["etag"]
        assert "<del>Before</del><ins>After</ins>" in after[1].body.decode()


async def test_more_pages_than_may_be_waited_for_ask_to_come_back(here: Place) -> None:
    async with hub_at_work(here, web=WebLimits(pages_waiting=0)) as served:
        assert (await served.get("/")).status == 200, "what everybody asks for is not held up by the others"
        reply = await served.get("/wire/aa/kind/alert")
        assert (reply.status, reply.headers["retry-after"]) == (503, "5")
        assert "Come back in a few seconds" in read(reply.body.decode())


async def test_pages_are_kept_only_as_far_as_their_bytes_go(here: Place) -> None:
    async with hub_at_work(here, web=WebLimits(pages_bytes=1)) as served:
        for path in ("/", "/log", "/sources", "/"):
            assert (await served.get(path)).status == 200


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
