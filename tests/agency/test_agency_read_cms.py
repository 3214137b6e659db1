"""What is read from a CMS's own feed, whatever its format and habits."""

import time

import feedparser
import pytest
from newsroom import SITE, rss, story

from syndicate.agency import _entry as cms
from syndicate.agency import _read_xml as reading
from syndicate.agency import _source as source
from syndicate.agency import read_cms
from syndicate.errors import AgencyError

ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"
 xml:base="https://news.demo-vn.example/">
<title>Wire</title><id>urn:x</id><updated>2026-11-23T08:00:00Z</updated>
<entry><id>tag:demo,2026:1</id><title type="text">Use of &lt;b&gt;</title><link href="tin/1"/>
<link rel="enclosure"
 type="image/jpeg" href="https://pictures.demo-vn.example/1.jpg"/>
<updated>2026-11-23T09:00:00+07:00</updated>
<published>2026-11-23T08:30:00+07:00</published>
<author><name>Lan</name></author><author><name>Minh</name></author>
<summary>Short</summary><content type="xhtml">
<div xmlns="http://www.w3.org/1999/xhtml"><p>Long &amp; whole</p></div></content>
</entry></feed>"""


def _never(*_: object, **__: object) -> None:
    pytest.fail("what is refused was read")


def only(text: str) -> cms.CmsEntry:
    (entry,) = read_cms(text.encode(), source=f"{SITE}/rss")
    return entry


def test_an_atom_entry_is_read_as_it_stands() -> None:
    entry = only(ATOM)
    assert entry.cms_id == "tag:demo,2026:1"
    assert entry.url == f"{SITE}/tin/1"
    assert entry.title == cms.Words(value="Use of <b>", is_html=False)
    assert entry.summary == cms.Words(value="Short", is_html=False)
    assert entry.body == cms.Words(value="<p>Long &amp; whole</p>", is_html=True)
    assert entry.byline == "Lan, Minh"
    assert (entry.published, entry.updated) == (1_795_397_400.0, 1_795_399_200.0)
    assert entry.enclosures == (
        cms.Enclosure(url="https://pictures.demo-vn.example/1.jpg", type="image/jpeg"),
    )


def test_an_rss_description_is_the_text_when_there_is_no_other() -> None:
    entry = only(rss(story(1, description="<p>All of it</p>")))
    assert entry.body == cms.Words(value="<p>All of it</p>", is_html=True)
    assert entry.summary is None


def test_an_rss_description_beside_the_whole_text_is_its_summary() -> None:
    entry = only(
        rss(
            story(
                1, description="In short", more="<content:encoded><![CDATA[<p>Long</p>]]></content:encoded>"
            )
        )
    )
    assert entry.summary == cms.Words(value="In short", is_html=False)
    assert entry.body == cms.Words(value="<p>Long</p>", is_html=True)


@pytest.mark.parametrize("last", [True, False], ids=["after the text", "before the text"])
def test_a_picture_caption_is_not_taken_for_the_text(last: bool) -> None:
    picture = (
        '<media:content url="https://pictures.demo-vn.example/1.jpg" type="image/jpeg">'
        "<media:title>T</media:title>"
        '<media:description type="plain"><![CDATA[A <b>gate</b>]]></media:description>'
        "</media:content><media:text/>"
    )
    item = story(1, more=picture) if last else story(1).replace("<item>", f"<item>{picture}")
    entry = only(rss(item))
    assert entry.body == cms.Words(value="<p>Nội dung bản tin số 1.</p>", is_html=True)
    assert entry.title == cms.Words(value="Tin số 1", is_html=False)
    assert [each.url for each in entry.enclosures] == ["https://pictures.demo-vn.example/1.jpg"]


def test_a_description_with_line_breaks_only_is_html_all_the_same() -> None:
    assert only(rss(story(1, description="one<br>two"))).body == cms.Words(value="one<br>two", is_html=True)


def test_a_description_that_compares_numbers_is_plain() -> None:
    assert only(rss(story(1, description="3 < 5 & 7 > 6"))).body == cms.Words(
        value="3 < 5 & 7 > 6", is_html=False
    )


def test_without_an_id_the_address_names_the_entry_without_its_trackers() -> None:
    assert only(rss(story(1, guid="", link=f"{SITE}/tin/1?utm_source=x"))).cms_id == f"{SITE}/tin/1"


def test_a_mail_address_is_nobodys_byline() -> None:
    assert only(rss(story(1, author="desk@demo-vn.example"))).byline == ""
    assert only(rss(story(1, author="desk@demo-vn.example (Lan Anh)"))).byline == "Lan Anh"
    assert only(rss(story(1, more="<dc:creator>Lan Anh</dc:creator>"))).byline == "Lan Anh"


def test_a_feed_in_another_encoding_is_read() -> None:
    text = (
        rss(story(1, title="Café"))
        .replace("UTF-8", "ISO-8859-1")
        .replace("ội", "oi")
        .replace("ả", "a")
        .replace("ố", "o")
    )
    (entry,) = read_cms(text.encode("iso-8859-1"), source="x")
    assert entry.title == cms.Words(value="Café", is_html=False)


def test_a_feed_that_breaks_off_gives_what_it_had() -> None:
    entries = read_cms(rss(story(1), story(2)).encode()[:-60], source="x")
    assert entries[0].cms_id == "cms-1"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(b"", "it is empty", id="nothing"),
        pytest.param(b"<html><title>Just a moment...</title></html>", "Just a moment", id="a challenge page"),
        pytest.param(b'{"version": "https://jsonfeed.org/version/1.1"}', "neither a JSON Feed", id="JSON"),
        pytest.param(b"/etc/passwd", "neither RSS nor Atom", id="the name of a file"),
        pytest.param(b"http://127.0.0.1/", "neither RSS nor Atom", id="an address"),
        pytest.param(bytes(range(256)) * 9, "neither RSS nor Atom", id="noise"),
    ],
)
def test_what_is_no_feed_is_said_to_be_none(body: bytes, says: str) -> None:
    with pytest.raises(AgencyError, match=says):
        read_cms(body, source="the CMS")


def test_an_empty_feed_has_no_entries() -> None:
    assert read_cms(rss().encode(), source="x") == ()


@pytest.mark.parametrize(
    "subset",
    [
        '<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;">',
        f'<!ENTITY a "{"ha" * 500}">',
        '<!ENTITY % p SYSTEM "file:///etc/passwd">',
        "<!ENTITY a SYSTEM 'file:///etc/passwd'>",
    ],
    ids=["entities of entities", "a long entity", "a parameter entity", "a file as an entity"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_attack_24_an_entity_bomb_is_not_read(subset: str, encoding: str) -> None:
    text = rss(story(1)).replace("?>", f"?><!DOCTYPE rss [{subset}]>", 1).replace("UTF-8", encoding)
    with pytest.raises(AgencyError, match="declares entities"):
        read_cms(text.encode(encoding), source="x")


@pytest.mark.parametrize("half", ["&#xD800;", "&#x00dfff;", "&#56000;", "&#055296;"])
def test_attack_24_half_a_character_in_a_broken_feed_stops_nothing_of_it(half: str) -> None:
    broken = rss(story(1, guid="", more=f"<guid>a{half}b</guid><br>"), story(2))
    assert [each.cms_id for each in read_cms(broken.encode(), source="x")] == ["a\ufffdb", "cms-2"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<a>" * 3_000_000, id="elements that never end"),
        pytest.param(b"<" * 9_000_000, id="beginnings of nothing"),
        pytest.param(b"<a/>" * 2_000_000, id="elements"),
        pytest.param(b"<![CDATA[" * 1_000_000, id="sections that never end"),
        pytest.param(b"<![CDATA[]]>" * 1_000_000, id="sections"),
        pytest.param(b"<!--" * 2_000_000, id="comments that never end"),
        pytest.param(b"<title" + b' a="b"' * 1_500_000 + b">", id="attributes"),
        pytest.param((b"<a" + b" a='b'" * 900 + b"/>") * 1_000, id="tags with attributes"),
        pytest.param(b"<title" + b" a='>'" * 1_500_000, id="attributes that never end"),
        pytest.param(b"<title x='>" + b"a=" * 5_000_000, id="an attribute that never ends"),
        pytest.param(b"<r:item>" * 1_400_000, id="entries with a prefix"),
        pytest.param(b"<r:item a='b'/>" * 700_000, id="empty entries with a prefix"),
        pytest.param(b"<d>" * 1_100, id="depth"),
        pytest.param(b"&a;" * 4_000_000, id="references"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_attack_26_more_markup_than_any_feed_has_is_refused_before_it_is_read(
    body: bytes, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedparser, "parse", _never)
    head = f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel>'
    text = (head.encode() + body)[: source.CMS_BYTES // 2 - 1]
    with pytest.raises(AgencyError, match="it was not read"):
        read_cms(text if encoding == "utf-8" else text.decode().encode(encoding), source="x")


def test_a_feed_of_many_whole_articles_is_read() -> None:
    article = "<p class='a'>Đoạn <b>văn</b> &amp; <a href='/x?a=1&amp;b=2'>liên kết</a></p>" * 50
    written = [f"<content:encoded><![CDATA[{article}]]></content:encoded>", ""]
    stories = [story(n, description=article, more=written[n % 2]) for n in range(200)]
    assert len(read_cms(rss(*stories).encode(), source="x")) == 200


def test_attack_26_texts_that_trap_patterns_take_no_time() -> None:
    began = time.process_time()  # a pattern that is caught would take days, so any machine may take its time
    read_cms((rss(story(1)) + "<media:title " * 50_000).encode(), source="x")
    long = reading._byline({"author": "a" * 1_000_000})
    assert long == "a" * 1_000
    assert time.process_time() - began < 60


def test_entities_for_single_characters_are_an_old_habit_and_read() -> None:
    text = rss(story(1)).replace("?>", '?><!DOCTYPE rss [<!ENTITY nbsp "&#160;">]>', 1)
    assert only(text).cms_id == "cms-1"


def test_a_feed_beyond_the_limits_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "CMS_BYTES", 100)
    with pytest.raises(AgencyError, match="more than 100 bytes"):
        read_cms(rss(story(1)).encode(), source="x")
    monkeypatch.undo()
    monkeypatch.setattr(reading, "MOST_ENTRIES", 1)
    with pytest.raises(AgencyError, match="has 2 entries"):
        read_cms(rss(story(1), story(2)).encode(), source="x")


def test_attack_26_half_a_million_entries_are_refused_before_they_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feedparser, "parse", _never)
    with pytest.raises(AgencyError, match="has far more than 2000 entries"):
        read_cms(rss("<item></item>" * 500_000).encode(), source="x")
