"""Odd but honest feeds, as official agencies publish them: signed, and signed as published."""

import unicodedata
from pathlib import Path

import pytest
from newsroom import SITE, Newsroom, rss, story


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def test_an_entry_without_a_date_gets_the_time_it_was_first_seen_and_keeps_it(room: Newsroom) -> None:
    room.run(rss(story(1, pubDate="")))
    room.clock.time += 7_200
    room.run(rss(story(1, pubDate="", title="Đổi")))
    first, second = room.said()
    assert first.published == second.published == "2026-11-25T10:26:40Z"
    assert (first.updated, second.updated) == ("2026-11-25T10:26:40Z", "2026-11-25T12:26:40Z")


@pytest.mark.parametrize(
    "date",
    [
        pytest.param("Wed, 25 Nov 2027 10:00:00 +0700", id="next year"),
        pytest.param("Wed, 25 Nov 2026 17:26:40 GMT", id="local time that claims to be Greenwich's"),
    ],
)
def test_a_date_that_cannot_be_is_not_signed(room: Newsroom, date: str) -> None:
    report = room.run(rss(story(1, pubDate=date)))
    assert room.said()[0].published == "2026-11-25T10:26:40Z"
    assert "cannot be: the time it was first seen stands instead" in report.entries[0].notes[0]


@pytest.mark.parametrize("date", ["23 Nov 2026 10:00 QQT", "๓๑ ก.พ. ๒๕๖๙", "0000-00-00T00:00:00Z", "soon"])
def test_a_date_that_nobody_can_read_is_like_none(room: Newsroom, date: str) -> None:
    assert room.only(rss(story(1, pubDate=date))).published == "2026-11-25T10:26:40Z"


@pytest.mark.parametrize("date", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_one_date_at_the_edge_of_the_calendar_stops_no_other_entry(room: Newsroom, date: str) -> None:
    room.run(rss(story(2), story(1, pubDate=date, more=f"<updated>{date}</updated>")))
    assert {item.title: item.published for item in room.said()} == {
        "Tin số 1": "2026-11-25T10:26:40Z",
        "Tin số 2": "2026-11-23T02:00:00Z",
    }


@pytest.mark.parametrize(
    ("title", "signed"),
    [
        pytest.param(
            "Hà Nội &amp; Huế &#8211; <b>mới</b>", "Hà Nội & Huế \u2013 mới", id="entities and tags"
        ),
        pytest.param("  hai \n dòng ", "hai dòng", id="two lines"),
        pytest.param("a\u202eb\u0085c\u2066d", "ab\u2026cd", id="direction characters"),
        pytest.param(
            "World : Storm nears coast", "World : Storm nears coast", id="a category as prefix stays"
        ),
        pytest.param("3 < 5 > 2", "3 < 5 > 2", id="signs of comparison"),
    ],
)
def test_a_title_is_plain_words(room: Newsroom, title: str, signed: str) -> None:
    assert room.only(rss(story(1, title=title))).title == signed


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(unicodedata.normalize("NFD", "Thủ tướng phát biểu"), id="decomposed Vietnamese"),
        pytest.param("ສະ\u200bບາຍ\u200bດີ", id="Lao with zero-width spaces"),
        pytest.param("เชียงใหม่ ๒๓ พฤศจิกายน ๒๕๖๙", id="Thai digits and a Buddhist year"),
        pytest.param("နေပြည်တော်၊ နိုဝင်ဘာ ၂၃", id="Burmese"),
        pytest.param("کوالا لمڤور", id="Jawi"),
        pytest.param("क\u200dष", id="a joiner"),
    ],
)
def test_text_is_signed_as_published(room: Newsroom, text: str) -> None:
    item = room.only(rss(story(1, title=text, description=f"<p>{text}</p>")))
    assert item.title == text
    assert item.content is not None
    assert item.content.body == f"<p>{text}</p>"


def test_control_characters_in_the_feed_do_not_stop_it(room: Newsroom) -> None:
    item = room.only(rss(story(1, title="Tin\x0b \x02mới", description="<p>a\x1fb</p>")))
    assert item.title == "Tin mới"
    assert item.content is not None
    assert item.content.body == "<p>ab</p>"


def test_relative_addresses_become_absolute(room: Newsroom) -> None:
    text = "<p><a href='../b'>b</a><img src='//pictures.demo-vn.example/x.png' alt='X'></p>"
    item = room.only(rss(story(1, link="/tin/a/1", description=text)))
    assert item.url == f"{SITE}/tin/a/1"
    assert item.content is not None
    assert f'<a href="{SITE}/tin/b">b</a>' in (item.content.body or "")
    assert [(medium.url, medium.type, medium.alt) for medium in item.media] == [
        ("https://pictures.demo-vn.example/x.png", "image/png", "X")
    ]


def test_an_address_in_native_letters_becomes_ascii(room: Newsroom) -> None:
    room.reconfigure(domains=("xn--vit-5kz.vn",))
    item = room.only(rss(story(1, link="https://việt.vn/tin-tức/1?q=đ&utm_source=rss")))
    assert item.url == "https://xn--vit-5kz.vn/tin-t%E1%BB%A9c/1?q=%C4%91"


def test_an_entry_without_a_title_is_known_by_its_first_words(room: Newsroom) -> None:
    report = room.run(rss(story(1, title="", description=f"<p>{'Một hai ba ' * 30}</p>")))
    (item,) = room.said()
    assert item.title.startswith("Một hai ba")
    assert item.title.endswith("…")
    assert len(item.title) <= 100
    assert report.entries[0].notes == ("it has no title: the beginning of the text stands in for it",)


def test_a_title_beyond_the_limit_is_shortened_with_a_note(room: Newsroom) -> None:
    report = room.run(rss(story(1, title="từ " * 200)))
    assert len(room.said()[0].title) <= 300
    assert report.entries[0].notes == ("the title was shortened to 300 characters",)


def test_a_title_alone_is_an_item(room: Newsroom) -> None:
    item = room.only(rss(story(1, description="")))
    assert (item.content, item.summary) == (None, None)


def test_a_summary_that_only_repeats_the_text_is_left_out(room: Newsroom) -> None:
    whole = "<content:encoded>&lt;p&gt;Như nhau&lt;/p&gt;</content:encoded>"
    assert room.only(rss(story(1, description="Như nhau", more=whole))).summary is None


def test_a_summary_of_its_own_is_signed(room: Newsroom) -> None:
    whole = "<content:encoded>&lt;p&gt;Toàn văn&lt;/p&gt;</content:encoded>"
    assert room.only(rss(story(1, description="Tóm <b>tắt</b>", more=whole))).summary == "Tóm tắt"


def test_blank_lines_of_a_plain_text_are_paragraphs(room: Newsroom) -> None:
    item = room.only(rss(story(1, description="Một\nhai\n\nBa")))
    assert item.content is not None
    assert item.content.body == "<p>Một hai</p><p>Ba</p>"


def test_a_file_of_unknown_kind_is_left_out_and_one_from_elsewhere_is_noted(room: Newsroom) -> None:
    files = (
        '<enclosure url="https://pictures.demo-vn.example/clip" length="1"/>'
        '<enclosure url="https://cdn.example/a.mp3" type="audio/mpeg"/>'
        '<media:content url="https://pictures.demo-vn.example/film.mp4"/>'
    )
    report = room.run(rss(story(1, more=files)))
    assert [(medium.url[-8:], medium.type) for medium in room.said()[0].media] == [("film.mp4", "video/mp4")]
    assert report.entries[0].notes == ("a file on cdn.example was left out: that host is not in media_hosts",)


@pytest.mark.parametrize(
    "nothing", ["\u200b\u2060\ufeff", "\u3164\u115f", "\u2800", "\u0301\ufe0f", "\u00ad \u200d"]
)
def test_where_there_is_nothing_to_see_there_is_nothing_to_sign(room: Newsroom, nothing: str) -> None:
    unseen = story(1, title=nothing, description=f"<p>{nothing}</p>")
    report = room.run(rss(unseen, story(2, title=nothing), story(3, title="…", description=nothing)))
    assert [each.code for each in report.entries] == ["entry-without-text", None, None]
    assert [item.title for item in room.said()] == ["Nội dung bản tin số 2.", "…"]
