"""Every output is valid by its format's own schema: items of every kind, in every language of the members."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from feed_pages import HASH, HUB, Desk, render
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from press import NOON

from syndicate.news import (
    Act,
    Alert,
    AlertArea,
    AlertMessage,
    Content,
    Entry,
    Feed,
    Item,
    Kind,
    Media,
    Outline,
    Registry,
    Relation,
    RelationType,
    Slice,
    UnixTime,
)
from syndicate.republish import (
    CAP_INDEX,
    article_of,
    compose_alerts,
    compose_sitemap,
    compose_tombstones,
    in_force,
    light,
    message_of,
    outline,
)
from syndicate.wire import cap, cap_index, news_sitemap, ninjs, opml

HERE = Path(__file__)
TEXTS: dict[str, dict[str, str]] = json.loads(HERE.with_name("udhr.json").read_text(encoding="utf-8"))[
    "texts"
]
NINJS = jsonschema_rs.validator_for(
    json.loads(HERE.with_name("ninjs-3.1.json").read_text()), validate_formats=True
)
CAP = etree.XMLSchema(file=str(HERE.with_name("cap-1.2.xsd")))
GRAMMARS = {
    name: etree.RelaxNG(file=HERE.with_name(f"{name}.rng"))
    for name in ("atom", "news-sitemap", "opml", "tombstones")
}
DESK = Desk()
REGISTRY = DESK.registry
ALERT = Alert(
    event="Bão",
    category="Met",
    urgency="Immediate",
    severity="Extreme",
    certainty="Observed",
    area=(
        AlertArea(desc="Đà Nẵng", polygon="16.0,108.0 16.2,108.0 16.2,108.4 16.0,108.0"),
        AlertArea(desc="Huế"),
    ),
    expires="2026-11-24T00:00:00Z",
    effective="2026-11-23T12:00:00Z",
    onset="2026-11-23T18:00:00Z",
    instruction="Ở trong nhà.",
)


def warning(**changes: Any) -> Item:
    told = {"kind": Kind.ALERT, "alert": ALERT, "urgency": 1, "summary": "Gió giật cấp 12."}
    return DESK.vn.item("warning", **told | changes)


def withdrawal(act: Act, item: Item, ver: int) -> Item:
    return replace(
        item, act=act, ver=ver, note="Sai.", content=None, summary=None, alert=None, iat=UnixTime(NOON + ver)
    )


def of_every_kind() -> Iterator[Item]:
    for kind in Kind:
        yield warning() if kind is Kind.ALERT else DESK.vn.item(f"kind{kind.value}", kind=kind)
    for act in (Act.UPDATE, Act.CORRECT, Act.WITHHOLD, Act.RETRACT):
        item = DESK.vn.item(f"act{act.value}", ver=2, act=act, note="Vì sao")
        yield replace(item, content=None) if item.withdrawn else item


def in_every_language() -> Iterator[Item]:
    letters = "abcdefghijklmn"
    for letter, (lang, told) in zip(letters, TEXTS.items(), strict=True):
        content = Content(type="text/plain", body=told["text"])
        yield DESK.vn.item(f"lang{letter}", lang=lang, title=told["heading"], content=content)


ITEMS = [*DESK.all(), *of_every_kind(), *in_every_language()]
FEED = DESK.told(*ITEMS)


def check_xml(body: bytes, grammar: etree.RelaxNG | etree.XMLSchema) -> etree._Element:
    root = etree.fromstring(body)
    assert grammar.validate(root), grammar.error_log
    return root


def check_json(body: bytes) -> Any:
    told = json.loads(body)
    assert [str(error) for error in NINJS.iter_errors(told)] == []
    return told


def test_feeds_of_every_kind_in_every_language_are_valid() -> None:
    check_xml(render(FEED, "atom"), GRAMMARS["atom"])
    check_json(render(FEED, "ninjs"))
    assert len(etree.fromstring(render(FEED, "rss")).findall("channel/item")) == len(FEED.entries)
    assert len(json.loads(render(FEED, "json"))["items"]) == len(FEED.entries)


# --- ninjs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.sub.partition(":")[2].rstrip("a"))
def test_every_item_is_valid_in_ninjs(item: Item) -> None:
    told = check_json(ninjs(DESK.entry(item)))
    assert told["pubStatus"] == {Act.WITHHOLD: "withheld", Act.RETRACT: "canceled"}.get(item.act, "usable")
    assert (told["version"], told["language"]) == (str(item.ver), item.lang)
    assert ("bodies" in told) == (item.content is not None or item.note is not None)


def test_ninjs_says_all_that_was_signed() -> None:
    item = DESK.rich()
    told = check_json(ninjs(DESK.entry(item)))
    assert (told["by"], told["usageTerms"], told["urgency"]) == (item.byline, item.rights, 3)
    assert (told["edNote"], told["expires"]) == (item.note, item.expires)
    assert [each["name"] for each in told["infoSources"]] == ["Thông tấn xã Thử nghiệm", item.credit]
    assert [each["uri"] for each in told["subjects"]] == [
        f"http://cv.iptc.org/newscodes/mediatopic/{code.removeprefix('medtop:')}" for code in item.categories
    ]
    picture, film, corrected, cited = told["associations"]
    assert (picture["type"], picture["by"], film["type"]) == ("picture", "B", "video")
    assert picture["altIds"] == [{"role": "sha256", "value": HASH}]
    assert (corrected["rel"], corrected["uri"]) == ("corrects", f"urn:syndicate:{item.relations[0].sub}")
    assert (cited["rel"], cited["uri"]) == ("cites", item.relations[1].url)
    assert {each["role"] for each in told["altIds"]} == {"sub", "agency", "act", "kind", "sha256", "token"}


def test_ninjs_says_of_what_is_told_without_its_text_that_this_is_a_part() -> None:
    entry = DESK.entry(DESK.rich())
    assert check_json(ninjs(entry))["representationType"] == "full"
    told = check_json(ninjs(light(entry)))
    assert (told["representationType"], "bodies" in told) == ("partial", False)


def test_the_schema_refuses_what_is_not_its_own() -> None:
    told = json.loads(ninjs(DESK.entry(DESK.rich())))
    assert not NINJS.is_valid(told | {"_syndicate": {}})
    assert not NINJS.is_valid(told | {"headlines": [{"value": "x", "sha256": "y"}]})


# --- Tombstones --------------------------------------------------------------------------------------


def test_tombstones_name_what_was_withdrawn_and_stand_beside_no_entry() -> None:
    items = [DESK.withdrawn(Act.RETRACT), withdrawal(Act.WITHHOLD, warning(), 3)]
    feed = compose_tombstones(Slice(), [DESK.entry(item) for item in items], REGISTRY, base_url=HUB)
    root = check_xml(render(feed, "tombstones"), GRAMMARS["atom"])
    stones = root.findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    for stone, item in zip(stones, items, strict=True):
        assert GRAMMARS["tombstones"].validate(stone), GRAMMARS["tombstones"].error_log
        assert (stone.get("ref"), stone.get("when")) == (f"urn:syndicate:{item.sub}", item.updated)
    assert root.find("{*}entry") is None
    assert root.findtext("{*}id") == f"{HUB}/feeds/all.atom", "they belong to this feed"
    links = [link.get("href") for link in root.findall("{*}link") if link.get("rel") == "self"]
    assert links == [f"{HUB}/feeds/all.tombstones"]


# --- CAP ---------------------------------------------------------------------------------------------


def cap_of(*versions: Item, registry: Registry = REGISTRY) -> etree._Element:
    message = message_of(versions, registry, base_url=HUB)
    assert message is not None
    return check_xml(cap(message), CAP)


def test_an_alert_is_a_cap_message_of_its_signed_claims() -> None:
    item = warning()
    root = cap_of(item)
    told = {etree.QName(each).localname: each.text for each in root.iter() if each.text}
    assert told | {"areaDesc": None, "value": None, "valueName": None} == {
        "identifier": f"urn:syndicate:{item.sub}:1",
        "sender": "urn:syndicate:vn.demo",
        "sent": "2026-11-23T12:00:00-00:00",
        "status": "Actual",
        "msgType": "Alert",
        "scope": "Public",
        "language": "vi",
        "category": "Met",
        "event": "Bão",
        "urgency": "Immediate",
        "severity": "Extreme",
        "certainty": "Observed",
        "effective": "2026-11-23T12:00:00-00:00",
        "onset": "2026-11-23T18:00:00-00:00",
        "expires": "2026-11-24T00:00:00-00:00",
        "senderName": "Thông tấn xã Thử nghiệm",
        "headline": item.title,
        "description": item.summary,
        "instruction": "Ở trong nhà.",
        "web": item.url,
        "polygon": ALERT.area[0].polygon,
        "areaDesc": None,
        "value": None,
        "valueName": None,
    }
    assert [each.text for each in root.iterfind("{*}info/{*}area/{*}areaDesc")] == ["Đà Nẵng", "Huế"]
    assert root.findtext("{*}info/{*}parameter/{*}value") == f"{HUB}/v1/items/{item.sub}/1.jws"


def test_what_follows_an_alert_updates_or_cancels_what_was_said() -> None:
    first = warning()
    second = warning(ver=2, act=Act.CORRECT, note="Gió mạnh hơn.", iat=NOON + 60)
    third = withdrawal(Act.WITHHOLD, first, 3)
    fourth = warning(ver=4, act=Act.UPDATE, note="Dùng lại được.", iat=NOON + 180)
    last = withdrawal(Act.RETRACT, first, 5)
    roots = [cap_of(*(first, second, third, fourth, last)[:count]) for count in range(1, 6)]
    kinds = [root.findtext("{*}msgType") for root in roots]
    assert kinds == ["Alert", "Update", "Cancel", "Update", "Cancel"]
    for number, root in enumerate(roots):
        said = [
            ",".join(root.findtext(f"{{*}}{name}") or "" for name in ("sender", "identifier", "sent"))
            for root in roots[:number]
        ]
        assert (root.findtext("{*}references") or "").split() == said
        assert (root.find("{*}info") is None) == (kinds[number] == "Cancel")
    assert roots[1].findtext("{*}note") == "Gió mạnh hơn."


def test_a_message_refers_to_the_newest_of_many_before_it() -> None:
    versions = [warning(), *(warning(ver=ver, act=Act.UPDATE) for ver in range(2, 60))]
    references = (cap_of(*versions).findtext("{*}references") or "").split()
    assert len(references) == 50
    assert references[-1].split(",")[1].endswith(":58")


def test_what_was_never_an_alert_is_no_message() -> None:
    story, alert = DESK.vn.item("warning"), warning(ver=2, act=Act.UPDATE)
    assert message_of([story], REGISTRY, base_url=HUB) is None
    assert message_of([], REGISTRY, base_url=HUB) is None
    assert message_of([withdrawal(Act.RETRACT, warning(), 2)], REGISTRY, base_url=HUB) is None
    assert message_of([warning(), replace(story, ver=2)], REGISTRY, base_url=HUB) is None
    assert cap_of(story, alert).findtext("{*}msgType") == "Alert"


def test_a_federation_that_rehearses_sends_exercises() -> None:
    rehearsal = replace(REGISTRY, stage="rehearsal", agencies={})
    root = cap_of(warning(), registry=rehearsal)
    assert (root.findtext("{*}status"), root.findtext("{*}note")) == ("Exercise", "Federation of Demos")
    assert root.findtext("{*}info/{*}senderName") == "vn.demo"
    assert cap_of(warning(), registry=replace(REGISTRY, stage="pilot")).findtext("{*}status") == "Actual"


def test_a_plain_body_describes_where_there_is_no_summary_and_html_does_not() -> None:
    plain = warning(summary=None, content=Content(type="text/plain", body="Mưa to."))
    assert cap_of(plain).findtext("{*}info/{*}description") == "Mưa to."
    for item in (warning(summary=None), warning(summary=None, content=None)):
        assert cap_of(item).find("{*}info/{*}description") is None


def test_an_alert_is_in_force_until_it_expires_and_so_is_word_of_its_cancellation() -> None:
    versions = [warning(), withdrawal(Act.RETRACT, warning(), 2)]
    for said in (versions[:1], versions):
        assert in_force(said, "2026-11-23T23:59:59Z")
        assert not in_force(said, "2026-11-24T00:00:00Z")
    assert not in_force([DESK.vn.item()], "2026-11-23T12:00:00Z")


def test_the_index_of_alerts_leads_to_each_message() -> None:
    versions = [warning(), warning(ver=2, act=Act.UPDATE, iat=NOON + 60)]
    messages = tuple(_message(versions[:count]) for count in (2, 1))
    for listed in (messages, ()):
        feed = compose_alerts(listed, REGISTRY, base_url=f"{HUB}/")
        root = etree.fromstring(cap_index(feed, listed))
        links = {link.get("rel"): link.get("href") for link in root.findall("{*}link")}
        assert links["self"] == root.findtext("{*}id") == f"{HUB}/{CAP_INDEX}"
        entries = root.findall("{*}entry")
        assert [entry.findtext("{*}id") for entry in entries] == [each.identifier for each in listed]
        for entry, message in zip(entries, listed, strict=True):
            link = entry.find("{*}link")
            assert link is not None
            told = [link.get(name) for name in ("rel", "type", "href")]
            assert told == ["alternate", "application/cap+xml", f"{message.token_url[:-4]}.cap"]
    assert etree.fromstring(cap_index(compose_alerts(messages, REGISTRY, base_url=HUB), messages)).findtext(
        "{*}updated"
    ) == "2026-11-23T12:01:00Z"  # fmt: skip


def _message(versions: Sequence[Item]) -> AlertMessage:
    message = message_of(versions, REGISTRY, base_url=HUB)
    assert message is not None
    return message


# --- Lists -------------------------------------------------------------------------------------------


def sitemap_of(entries: Sequence[Entry], as_of: float = NOON) -> etree._Element:
    feed = compose_sitemap(entries, REGISTRY, base_url=HUB, as_of=as_of)
    return check_xml(news_sitemap(feed), GRAMMARS["news-sitemap"])


def test_the_news_sitemap_names_every_page_in_its_language() -> None:
    root = sitemap_of([DESK.entry(item) for item in ITEMS])
    told = {
        url.findtext("{*}loc"): (
            url.findtext("{*}news/{*}title"),
            url.findtext("{*}news/{*}publication/{*}language"),
        )
        for url in root
    }
    assert len(told) == len([item for item in ITEMS if not item.withdrawn])
    for item in in_every_language():
        lang = {"zh-Hans": "zh-cn", "ms-Arab": "ms"}.get(item.lang, item.lang)
        assert told[f"{HUB}/item/{item.sub}"] == (item.title, lang)
    assert {each.text for each in root.iter("{*}name")} == {"Federation of Demos"}


def test_the_news_sitemap_forgets_after_two_days_and_holds_a_thousand_pages() -> None:
    entry = DESK.entry(DESK.bare())
    assert len(sitemap_of([entry] * 1_001)) == 1_000
    published = NOON - 60
    assert len(sitemap_of([entry], as_of=published + 2 * 86_400)) == 1
    assert len(sitemap_of([entry], as_of=published + 2 * 86_400 + 1)) == 0


def test_opml_groups_feeds_by_member() -> None:
    told = outline(REGISTRY, [Slice(lang="th")], base_url=f"{HUB}/")
    root = check_xml(opml(REGISTRY.name, told), GRAMMARS["opml"])
    assert root.findtext("head/title") == "Federation of Demos"
    everything, thai, vn, th = root.iterfind("body/outline")
    assert everything.get("xmlUrl") == f"{HUB}/feeds/all.rss"
    assert (thai.get("htmlUrl"), thai.get("language")) == (f"{HUB}/wire/lang/th", "th")
    assert (vn.get("text"), th.get("text")) == ("Việt Nam", "ประเทศไทย")
    assert [each.get("xmlUrl") for each in vn] == [f"{HUB}/feeds/vn.rss", f"{HUB}/feeds/agency/vn.demo.rss"]


# --- Whatever an item holds --------------------------------------------------------------------------

WORDS = st.text(st.characters(), max_size=40)
LINES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40)


def printed(item: Item) -> dict[str, bytes]:
    entry, feed = DESK.entry(item), DESK.told(item)
    message = message_of([item], REGISTRY, base_url=HUB)
    made: dict[str, bytes] = {format_: render(feed, format_) for format_ in ("atom", "rss", "json", "ninjs")}
    made["item.ninjs"] = ninjs(entry)
    made["sitemap"] = news_sitemap(compose_sitemap([entry], REGISTRY, base_url=HUB, as_of=NOON))
    made["article"] = json.dumps(article_of(entry, REGISTRY, base_url=HUB)).encode()
    if item.withdrawn:
        stones = compose_tombstones(Slice(), [entry], REGISTRY, base_url=HUB)
        made["tombstones"] = render(stones, "tombstones")
    if message is not None:
        made["cap"] = cap(message)
        made["cap index"] = cap_index(compose_alerts([message], REGISTRY, base_url=HUB), (message,))
    return made


@st.composite
def items(draw: st.DrawFn) -> Item:
    act = draw(st.sampled_from([Act.PUBLISH, Act.UPDATE, Act.CORRECT, Act.WITHHOLD, Act.RETRACT]))
    kind = draw(st.sampled_from([Kind.STORY, Kind.ALERT]))
    gone = act in (Act.WITHHOLD, Act.RETRACT)
    body = draw(WORDS).encode("utf-8", "replace").decode()
    return DESK.vn.item(
        title=draw(LINES),
        lang=draw(st.sampled_from(sorted(TEXTS))),
        act=act,
        ver=1 if act is Act.PUBLISH else 2,
        kind=kind,
        note=None if act is Act.PUBLISH else draw(LINES),
        byline=draw(st.none() | LINES),
        content=None if gone else Content(type="text/plain", body=body),
        alert=ALERT if kind is Kind.ALERT and not gone else None,
        media=() if gone else (Media(url="https://a.cdn.example/x.mp3", type="audio/mpeg", alt=draw(WORDS)),),
        relations=(Relation(type=RelationType.CITES, url="https://x.example/"),),
    )


@given(item=items())
def test_any_item_is_written_in_every_format_and_twice_the_same(item: Item) -> None:
    made = printed(item)
    assert printed(item) == made
    checks: dict[str, Callable[[bytes], object]] = {
        "atom": lambda body: check_xml(body, GRAMMARS["atom"]),
        "rss": etree.fromstring,
        "json": json.loads,
        "article": json.loads,
        "ninjs": check_json,
        "item.ninjs": check_json,
        "sitemap": lambda body: check_xml(body, GRAMMARS["news-sitemap"]),
        "tombstones": lambda body: check_xml(body, GRAMMARS["atom"]),
        "cap": lambda body: check_xml(body, CAP),
        "cap index": etree.fromstring,
    }
    for name, body_ in made.items():
        checks[name](body_)


def test_what_no_format_can_carry_is_replaced_everywhere() -> None:
    hostile = replace(warning(), title="a\x00b\ud800", summary="\x01")
    message = message_of([hostile], REGISTRY, base_url=HUB)
    assert message is not None
    entry = replace(DESK.entry(warning()), title="a\x00b\ud800", url="javascript:x")
    feed: Feed = compose_sitemap([entry], REGISTRY, base_url=HUB, as_of=NOON)
    said = "a\ufffdb\ufffd".encode()
    assert said in cap(message)
    assert said in cap_index(compose_alerts([message], REGISTRY, base_url=HUB), (message,))
    assert said in ninjs(entry)
    assert said in news_sitemap(feed)
    assert said in opml("x", [Outline(text="a\x00b\ud800")])
    assert b"about:invalid" in cap(replace(message, web="javascript:x"))
