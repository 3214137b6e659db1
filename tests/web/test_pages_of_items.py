"""The page of an item: whose key, every version, both sides of a dispute, and what was taken back."""

import json
import re
from pathlib import Path

import pytest
from hub_folder import Place, hub_at_work
from page_room import BODY, TEXTS, PageRoom
from read_pages import read, shown

from syndicate.client import Proof, verify_token
from syndicate.news import Act, ItemId, Relation, RelationType, digest_of


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
