"""What goes out follows its format's specification to the letter, whatever an item holds."""

import json
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from feed_pages import HASH, HUB, Desk, render
from lxml import etree

from syndicate.news import Act, Feed, Index, Slice

ATOM = "{http://www.w3.org/2005/Atom}"
SYN = "{urn:syndicate:item:1}"
DC = "{http://purl.org/dc/elements/1.1/}"
DCTERMS = "{http://purl.org/dc/terms/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
THR = "{http://purl.org/syndication/thread/1.0}"
ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
GRAMMAR = etree.RelaxNG(file=Path(__file__).with_name("atom.rng"))
DESK = Desk()
FEEDS = {
    "everything": DESK.hub(*DESK.all()),
    "a withheld item": DESK.hub(DESK.withdrawn(Act.WITHHOLD), slice_=Slice(lang="vi")),
    "empty": DESK.hub(),
    "an agency's own": DESK.agency(DESK.rich(), DESK.bare()),
    "withdrawals with their notices": DESK.told(DESK.withdrawn(Act.RETRACT), DESK.rich(), archived=Index(2)),
    "a page of an archive": DESK.archive(*DESK.all()),
}


def the(found: Any) -> Any:
    assert found is not None
    return found


# --- Atom -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("feed", FEEDS.values(), ids=FEEDS)
def test_atom_is_valid_by_its_grammar(feed: Feed) -> None:
    root = etree.fromstring(render(feed, "atom"))
    assert GRAMMAR.validate(root), GRAMMAR.error_log
    entries = root.findall(f"{ATOM}entry")
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len(entries)
    for each in (root, *entries):
        links = [
            (link.get("rel"), link.get("type"), link.get("hreflang")) for link in each.findall(f"{ATOM}link")
        ]
        assert sum(rel == "alternate" for rel, _, _ in links) == 1
    assert sum(link.get("rel") == "self" for link in root.findall(f"{ATOM}link")) == 1


def test_an_atom_entry_says_all_that_was_signed() -> None:
    item = DESK.rich()
    feed = DESK.hub(item)
    entry = the(etree.fromstring(render(feed, "atom")).find(f"{ATOM}entry"))
    assert entry.get(XML_LANG) == "vi"
    texts = {name: entry.findtext(f"{ATOM}{name}") for name in ("id", "title", "summary", "rights")}
    assert texts == {
        "id": f"urn:syndicate:{item.sub}",
        "title": item.title,
        "summary": item.summary,
        "rights": item.rights,
    }
    assert entry.findtext(f"{ATOM}updated") == item.updated
    assert entry.findtext(f"{ATOM}published") == item.published
    assert [name.text for name in entry.iterfind(f"{ATOM}author/{ATOM}name")] == [
        item.byline,
        "Thông tấn xã Thử nghiệm",
    ]
    assert the(entry.find(f"{ATOM}content")).get("type") == "html"
    assert [each.get("term") for each in entry.iterfind(f"{ATOM}category")] == list(item.categories)
    assert entry.findtext(f"{SYN}note") == item.note
    assert entry.findtext(f"{SYN}credit") == item.credit
    assert dict(the(entry.find(f"{SYN}item")).attrib) == {
        "act": "correct",
        "ver": "2",
        "kind": "story",
        "agency": "vn.demo",
        "urgency": "3",
        "expires": item.expires,
    }
    assert entry.findtext(f"{SYN}jws") == feed.entries[0].token


def test_atom_links_lead_to_the_story_its_token_its_media_and_what_it_refers_to() -> None:
    item = DESK.rich()
    entry = the(etree.fromstring(render(DESK.hub(item), "atom")).find(f"{ATOM}entry"))
    links = [dict(the(link).attrib) for link in entry.findall(f"{ATOM}link")]
    assert {"rel": "alternate", "type": "text/html", "hreflang": "vi", "href": item.url} in links
    assert {
        "rel": "urn:syndicate:rel:token",
        "type": "application/jose",
        "href": f"{HUB}/v1/items/{item.sub}/2.jws",
    } in links
    first, second = item.media
    enclosures = [link for link in links if link["rel"] == "enclosure"]
    assert enclosures == [
        {
            "rel": "enclosure",
            "type": "image/jpeg",
            "href": first.url,
            "title": "Bão",
            "length": "1234",
            f"{SYN}sha256": HASH,
            f"{SYN}credit": "B",
        },
        {"rel": "enclosure", "type": "video/mp4", "href": second.url},
    ]
    related = {"rel": "related", "href": item.relations[1].url, f"{SYN}rel": "cites"}
    assert related in links
    assert dict(the(entry.find(f"{THR}in-reply-to")).attrib) == {
        "ref": f"urn:syndicate:{item.relations[0].sub}",
        f"{SYN}rel": "corrects",
        f"{SYN}sha256": HASH,
    }
    source = the(entry.find(f"{ATOM}source"))
    assert source.findtext(f"{ATOM}id") == "https://news.vn-demo.example/signed.atom"
    assert source.findtext(f"{ATOM}title") == "Thông tấn xã Thử nghiệm"
    assert source.findtext(f"{ATOM}updated") == item.updated


def test_a_withdrawal_stands_in_place_and_as_an_item_of_its_own() -> None:
    item = DESK.withdrawn(Act.RETRACT)
    feed = DESK.told(item)
    root = etree.fromstring(render(feed, "atom"))
    notice, replaced = root.findall(f"{ATOM}entry")
    assert replaced.findtext(f"{ATOM}id") == f"urn:syndicate:{item.sub}"
    assert notice.findtext(f"{ATOM}id") == f"urn:syndicate:{item.sub}:withdrawal:2"
    assert dict(the(notice.find(f"{THR}in-reply-to")).attrib) == {"ref": f"urn:syndicate:{item.sub}"}
    assert the(notice.find(f"{SYN}item")).get("about") == f"urn:syndicate:{item.sub}"
    assert notice.findtext(f"{ATOM}published") == notice.findtext(f"{ATOM}updated") == item.updated
    assert replaced.findtext(f"{ATOM}published") == item.published
    pages = [link.get("href") for link in notice.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
    assert pages == [f"{HUB}/item/{item.sub}/2"]
    assert replaced.findtext(f"{DCTERMS}modified") == item.updated
    assert replaced.findtext(f"{DCTERMS}valid") == (
        f"start={item.published};end={item.updated};scheme=W3C-DTF"
    )
    assert notice.find(f"{DCTERMS}valid") is None
    for entry in (notice, replaced):
        assert entry.findtext(f"{ATOM}title") == f"[WITHDRAWN] {item.title}"
        assert entry.findtext(f"{ATOM}content") == item.note
        assert entry.findtext(f"{SYN}jws") == feed.entries[0].token
    first, second = etree.fromstring(render(feed, "rss")).iterfind("channel/item")
    assert (first.findtext("guid"), second.findtext("guid")) == (feed.entries[0].id, feed.entries[1].id)
    assert first.find(f"{DCTERMS}valid") is None
    told, _ = json.loads(render(feed, "json"))["items"]
    assert told["_syndicate"]["about"] == f"urn:syndicate:{item.sub}"


def test_a_feed_leads_to_its_archive_and_a_page_of_it_to_the_page_before_and_back() -> None:
    feed = DESK.told(DESK.rich(), archived=Index(99))
    links = {link.get("rel"): link.get("href") for link in etree.fromstring(render(feed, "atom"))}
    assert links["prev-archive"] == f"{HUB}/feeds/all/archive/99.atom"
    assert "current" not in links
    assert json.loads(render(feed, "json"))["next_url"] == f"{HUB}/feeds/all/archive/99.json"
    page = etree.fromstring(render(DESK.archive(DESK.rich()), "atom"))
    links = {link.get("rel"): link.get("href") for link in page.findall(f"{ATOM}link")}
    assert links["prev-archive"] == f"{HUB}/feeds/all/archive/99.atom"
    assert links["self"] == f"{HUB}/feeds/all/archive/199.atom"
    assert links["current"] == f"{HUB}/feeds/all.atom" == page.findtext(f"{ATOM}id")
    assert page.find("{http://purl.org/syndication/history/1.0}archive") is not None
    first = render(DESK.archive(DESK.rich(), before=None), "atom") + render(
        DESK.archive(DESK.rich(), before=None), "json"
    )
    assert b"prev-archive" not in first
    assert b"next_url" not in first


# --- RSS --------------------------------------------------------------------------------------------

ONCE = {"title", "link", "description", "guid", "pubDate", "enclosure", "source", "comments", "author"}
ITEM = ONCE | {"category"}
CHANNEL = {"title", "link", "description", "language", "lastBuildDate", "ttl", "docs", "generator"}
DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000")


def check_rss(body: bytes) -> None:
    """The rules of the RSS 2.0 specification and of the RSS Advisory Board's profile."""
    root = etree.fromstring(body)
    assert (root.tag, root.items(), len(root)) == ("rss", [("version", "2.0")], 1)
    channel = root[0]
    plain = [child.tag for child in channel if "{" not in str(child.tag)]
    assert set(plain) <= CHANNEL | {"item", "image"}
    assert all(plain.count(name) == 1 for name in CHANNEL)
    for image in channel.findall("image"):
        told = [(str(child.tag), child.text) for child in image]
        assert told == [
            ("url", f"{HUB}/icon.png"),
            ("title", channel.findtext("title")),
            ("link", channel.findtext("link")),
        ]
    to_self, *to_hub = channel.findall(f"{ATOM}link")
    assert (to_self.get("rel"), to_self.get("type")) == ("self", "application/rss+xml")
    assert all((link.get("rel"), link.get("href")) == ("hub", f"{HUB}/websub") for link in to_hub)
    assert DATE.fullmatch(channel.findtext("lastBuildDate") or "")
    assert (channel.findtext("link") or "").startswith("http")
    guids = [check_item(item) for item in channel.findall("item")]
    assert len(set(guids)) == len(guids)


def check_item(item: etree._Element) -> str:
    plain = [str(child.tag) for child in item if "{" not in str(child.tag)]
    assert set(plain) <= ITEM
    assert all(plain.count(name) <= 1 for name in ONCE)
    assert {"title", "link", "guid", "pubDate", "source"} <= set(plain)
    assert all(child.text is None or child.text.strip() for child in item)
    when = item.findtext("pubDate") or ""
    assert DATE.fullmatch(when)
    assert parsedate_to_datetime(when).strftime("%a, %d %b %Y %H:%M:%S %z") == when
    assert the(item.find("guid")).get("isPermaLink") == "false"
    for enclosure in item.findall("enclosure"):
        assert set(enclosure.attrib) == {"url", "length", "type"}
        assert int(str(enclosure.get("length"))) >= 0
    assert set(the(item.find("source")).attrib) == {"url"}
    return item.findtext("guid") or ""


@pytest.mark.parametrize("name", [name for name, feed in FEEDS.items() if not feed.archived])
def test_rss_is_valid_by_the_boards_profile(name: str) -> None:
    check_rss(render(FEEDS[name], "rss"))


def test_an_rss_item_says_all_that_was_signed_and_names_its_token() -> None:
    signed = DESK.rich()
    feed = DESK.hub(signed)
    item = the(etree.fromstring(render(feed, "rss")).find("channel/item"))
    assert item.findtext("link") == signed.url
    assert item.findtext("description") == "<p>Tóm tắt: gió &lt; cấp 11 &amp; mưa.</p>"
    assert [each.text for each in item.findall(f"{DC}creator")] == [signed.byline, "Thông tấn xã Thử nghiệm"]
    assert item.findtext(f"{DC}language") == "vi"
    assert item.findtext(f"{DC}rights") == signed.rights
    assert item.findtext(f"{DCTERMS}modified") == signed.updated
    assert item.findtext(f"{DCTERMS}valid") == (
        "start=2026-11-23T11:59:00Z;end=2026-12-01T00:00:00Z;scheme=W3C-DTF"
    )
    assert [each.get("domain") for each in item.findall("category")] == [
        "http://cv.iptc.org/newscodes/mediatopic/"
    ] * 2
    assert the(item.find("source")).get("url") == "https://news.vn-demo.example/signed.atom"
    first, second = item.findall(f"{MEDIA}content")
    assert dict(the(item.find("enclosure")).attrib) == {
        "url": first.get("url"),
        "length": "1234",
        "type": "image/jpeg",
    }
    assert (first.get("medium"), second.get("medium")) == ("image", "video")
    assert first.findtext(f"{MEDIA}title") == "Bão"
    assert (item.findtext(ENCODED) or "").startswith(
        "<p><strong>Gió cấp 10, không phải cấp 12 &amp; &quot;15&quot;."
    )
    assert dict(the(item.find(f"{SYN}token")).attrib) == {
        "sha256": feed.entries[0].digest,
        "href": feed.entries[0].token_url,
    }


def test_an_rss_title_reads_the_same_as_text_and_as_html_and_is_written_as_the_profile_asks() -> None:
    body = render(DESK.hub(DESK.rich()), "rss").decode()
    assert '<title>Bão số 5 &#x26; "mắt bão" &#x26;lt; đất liền</title>' in body


def test_a_withdrawn_item_ends_its_validity_and_its_old_body() -> None:
    item = the(etree.fromstring(render(DESK.hub(DESK.withdrawn(Act.RETRACT)), "rss")).find("channel/item"))
    assert (item.findtext("title") or "").startswith("[WITHDRAWN] ")
    assert item.findtext(ENCODED) == "<p>Tin sai ngày.</p>"
    assert "end=2026-11-23T12:00:30Z" in (item.findtext(f"{DCTERMS}valid") or "")


def test_plain_text_keeps_its_paragraphs_and_lines_in_rss() -> None:
    item = the(etree.fromstring(render(DESK.hub(DESK.plain()), "rss")).find("channel/item"))
    assert item.findtext(ENCODED) == "<p>น้ำ<br>ท่วม</p>"


def test_past_the_newest_two_hundred_rss_tells_items_without_their_bodies() -> None:
    letters = "abcdefghij"
    items = [DESK.vn.item("x" + "".join(letters[int(d)] for d in f"{n:03d}")) for n in range(203)]
    root = etree.fromstring(render(DESK.hub(*items), "rss"))
    bodies = [item.find(ENCODED) is not None for item in root.iterfind("channel/item")]
    assert bodies == [True] * 200 + [False] * 3


@pytest.mark.parametrize("pushes", [True, False])
def test_a_feed_says_where_to_subscribe_to_it_if_it_is_pushed(pushes: bool) -> None:
    feed = DESK.hub(pushes=pushes)
    addresses = [f"{HUB}/websub"] if pushes else []
    for format_ in ("atom", "rss"):
        root = etree.fromstring(render(feed, format_))
        links = [link for link in root.iter(f"{ATOM}link") if link.get("rel") == "hub"]
        assert [link.get("href") for link in links] == addresses
    hubs = [{"type": "WebSub", "url": address} for address in addresses]
    assert json.loads(render(feed, "json")).get("hubs", []) == hubs


# --- JSON Feed --------------------------------------------------------------------------------------

HEAD = {"version", "title", "home_page_url", "feed_url", "description", "language", "authors"} | {
    "next_url",
    "icon",
    "hubs",
    "items",
}
FIELDS = {
    "id": str,
    "url": str,
    "title": str,
    "content_html": str,
    "content_text": str,
    "summary": str,
    "date_published": str,
    "date_modified": str,
    "authors": list,
    "tags": list,
    "language": str,
    "attachments": list,
    "_syndicate": dict,
}


@pytest.mark.parametrize("feed", FEEDS.values(), ids=FEEDS)
def test_json_is_valid_by_json_feed_1_1(feed: Feed) -> None:
    told = json.loads(render(feed, "json"))
    assert set(told) <= HEAD | {"_syndicate"}
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    for item in told["items"]:
        assert all(isinstance(value, FIELDS[name]) for name, value in item.items())
        assert ("content_html" in item) != ("content_text" in item)
        assert all(datetime.fromisoformat(item[name]) for name in ("date_published", "date_modified"))
        assert all({"url", "mime_type"} <= set(each) for each in item.get("attachments", []))
        assert all(set(each) <= {"name", "url", "avatar"} for each in item["authors"])
    ids = [item["id"] for item in told["items"]]
    assert len(set(ids)) == len(ids)


def test_a_json_item_says_all_that_was_signed() -> None:
    signed = DESK.rich()
    feed = DESK.hub(signed)
    (item,) = json.loads(render(feed, "json"))["items"]
    entry = feed.entries[0]
    assert item["content_html"] == entry.html
    assert (item["title"], item["summary"], item["url"]) == (signed.title, signed.summary, signed.url)
    assert item["tags"] == list(signed.categories)
    assert item["attachments"] == [
        {
            "url": signed.media[0].url,
            "mime_type": "image/jpeg",
            "title": "Bão",
            "size_in_bytes": 1_234,
            "_syndicate": {"sha256": HASH, "credit": "B"},
        },
        {"url": signed.media[1].url, "mime_type": "video/mp4"},
    ]
    assert item["_syndicate"] == {
        "jws": entry.token,
        "sha256": entry.digest,
        "token_url": entry.token_url,
        "agency": "vn.demo",
        "agency_name": "Thông tấn xã Thử nghiệm",
        "source_url": entry.source_url,
        "act": "correct",
        "ver": 2,
        "kind": "story",
        "note": signed.note,
        "credit": signed.credit,
        "rights": signed.rights,
        "urgency": 3,
        "expires": signed.expires,
        "rel": [
            {"type": "corrects", "id": f"urn:syndicate:{signed.relations[0].sub}", "sha256": HASH},
            {"type": "cites", "url": signed.relations[1].url},
        ],
    }


def test_an_item_without_a_body_shows_its_summary_or_its_title_in_json() -> None:
    short = DESK.vn.item("short", content=None, summary="Tóm tắt")
    items = json.loads(render(DESK.hub(short, DESK.bare()), "json"))["items"]
    assert [item["content_text"] for item in items] == ["Tóm tắt", DESK.bare().title]


# --- All of them ------------------------------------------------------------------------------------


def test_a_feed_states_its_window_and_where_to_go_on() -> None:
    feed = DESK.hub(DESK.rich(), DESK.plain())
    wanted = {"first": "3", "last": "5", "continue": f"{HUB}/v1/items?after=5"}
    atom = etree.fromstring(render(feed, "atom"))
    rss = etree.fromstring(render(feed, "rss"))
    assert dict(the(atom.find(f"{SYN}window")).attrib) == wanted
    assert dict(the(rss.find(f"channel/{SYN}window")).attrib) == wanted
    told = json.loads(render(feed, "json"))["_syndicate"]["window"]
    assert told == {"first": 3, "last": 5, "continue": f"{HUB}/v1/items?after=5"}


def test_an_agencys_own_feed_has_no_window() -> None:
    feed = DESK.agency(DESK.rich())
    assert b"syn:window" not in render(feed, "atom") + render(feed, "rss")
    assert "window" not in json.loads(render(feed, "json"))["_syndicate"]


def test_a_feed_of_many_languages_claims_none_of_them() -> None:
    feed = DESK.hub(DESK.rich())
    assert etree.fromstring(render(feed, "atom")).get(XML_LANG) is None
    assert etree.fromstring(render(feed, "rss")).findtext("channel/language") == "mul"
    assert "language" not in json.loads(render(feed, "json"))
    thai = DESK.hub(DESK.plain(), slice_=Slice(lang="th"))
    assert etree.fromstring(render(thai, "atom")).get(XML_LANG) == "th"
    assert etree.fromstring(render(thai, "rss")).findtext("channel/language") == "th"
    assert json.loads(render(thai, "json"))["language"] == "th"
