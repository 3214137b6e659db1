"""An entry is what was signed and what the registry says of its signer, and a feed is its entries."""

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from feed_pages import ATOM_URL, HASH, HUB, RSS_URL, Desk
from hypothesis import given
from hypothesis import strategies as st
from press import local

from syndicate.news import (
    CORRECTIONS,
    Act,
    Agency,
    AgencyId,
    Content,
    Feed,
    Index,
    Item,
    Kind,
    MemberCode,
    Slice,
    StreamName,
    check_content,
    digest_of,
    spelling,
)
from syndicate.republish import compose, compose_agency, entry_of, parse_slice, slice_of, token_address

DESK = Desk()
NOTE = "Sửa: \"10\" < 12 & '15'\nDòng hai"


def agency(**changes: object) -> Agency:
    return replace(DESK.registry.agencies[AgencyId("vn.demo")], **changes)  # type: ignore[arg-type]  # rows of a table


# --- Slices -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "slice_"),
    [
        pytest.param("all", Slice(), id="everything"),
        pytest.param("vn", Slice(member=MemberCode("vn")), id="a member"),
        pytest.param("agency/vn.vna", Slice(agency=AgencyId("vn.vna")), id="an agency"),
        pytest.param("lang/vi", Slice(lang="vi"), id="a language"),
        pytest.param("lang/ms-Arab", Slice(lang="ms-Arab"), id="a language in a script"),
        pytest.param("lang/zh-Hans-SG", Slice(lang="zh-Hans-SG"), id="and in a place"),
        pytest.param("topic/04000000", Slice(topic="04000000"), id="a topic"),
        pytest.param("urgency/3", Slice(urgency=3), id="that urgent or more"),
        pytest.param("kind/alert", Slice(kind="alert"), id="a kind"),
        pytest.param("kind/corrections", Slice(kind="corrections"), id="what was corrected"),
        pytest.param(
            "vn/lang/vi/kind/corrections",
            Slice(member=MemberCode("vn"), lang="vi", kind="corrections"),
            id="a combination",
        ),
        pytest.param(
            "agency/vn.vna/lang/vi/topic/04000000/urgency/9/kind/story",
            Slice(agency=AgencyId("vn.vna"), lang="vi", topic="04000000", urgency=9, kind="story"),
            id="all at once",
        ),
    ],
)
def test_a_slice_is_known_by_its_path_and_back(path: str, slice_: Slice) -> None:
    assert parse_slice(path) == slice_
    assert slice_.path == path


NO_PATHS = """
    ALL v vnm agency/vn agency/vn.vna/x lang/ lang/VI ../vn / vn/ /vn vn//lang/vi all/lang/vi vn/all vn/th
    vn/agency/vn.vna lang/vi/vn kind/alert/lang/vi urgency/3/topic/04000000 lang/vi/lang/en
    kind/story/kind/alert topic/4000000 topic/medtop:04000000 topic/040000000 topic/٠٤٠٠٠٠٠٠
    urgency/0 urgency/10 urgency/ urgency/٣
    kind/ kind/Alert kind/heartbeat kind/correct
"""


@pytest.mark.parametrize(
    "path", ["", "vn\n", "lang/vi\n", "vn /kind/alert", "vn/lang/vi" * 10_000, *NO_PATHS.split()]
)
def test_what_names_no_slice_is_none(path: str) -> None:
    assert parse_slice(path) is None


SEGMENTS = (
    "all",
    "vn",
    "agency",
    "vn.vna",
    "lang",
    "vi",
    "topic",
    "04000000",
    "urgency",
    "3",
    "kind",
    "alert",
    "",
)
SLICES = st.builds(
    lambda whose, **more: Slice(**whose, **more),
    st.sampled_from([{}, {"member": "vn"}, {"member": "th"}, {"agency": "vn.vna"}, {"agency": "la.kpl"}]),
    lang=st.none() | st.from_regex(spelling.LANGUAGE, fullmatch=True, alphabet=st.characters(codec="ascii")),
    topic=st.none() | st.from_regex("[0-9]{8}", fullmatch=True, alphabet=st.characters(codec="ascii")),
    urgency=st.none() | st.integers(1, 9),
    kind=st.none() | st.sampled_from([*Kind, CORRECTIONS]),
)


@given(slice_=SLICES)
def test_every_slice_has_one_path_and_one_query_and_they_name_nothing_else(slice_: Slice) -> None:
    assert parse_slice(slice_.path) == slice_
    assert slice_of(dict(parse_qsl(slice_.query, strict_parsing=bool(slice_.query)))) == slice_


@given(path=st.text(max_size=40) | st.lists(st.sampled_from(SEGMENTS), max_size=8).map("/".join))
def test_no_path_is_a_slice_by_two_names(path: str) -> None:
    found = parse_slice(path)
    assert found is None or found.path == path


# --- Entries ----------------------------------------------------------------------------------------


def test_an_entry_says_what_was_signed_under_the_name_its_language_gives_the_agency() -> None:
    item = DESK.rich()
    token = DESK.vn.token(item)
    entry = entry_of(item, token, DESK.registry, token_url="https://hub.example/t")
    signed = ("sub", "ver", "act", "kind", "lang", "title", "url", "published", "updated", "summary", "note")
    for name in (
        *signed,
        "byline",
        "credit",
        "rights",
        "urgency",
        "categories",
        "media",
        "relations",
        "expires",
    ):
        assert getattr(entry, name) == getattr(item, name)
    assert entry.id == f"urn:syndicate:{item.sub}"
    assert (entry.token, entry.digest) == (token, digest_of(token))
    assert entry.token_url == "https://hub.example/t"
    assert entry.source_url == ATOM_URL
    assert entry.agency_name == "Thông tấn xã Thử nghiệm"
    assert entry == entry_of(item, token, DESK.registry, token_url="https://hub.example/t")


@pytest.mark.parametrize(
    ("lang", "name"),
    [
        pytest.param("vi", "Thông tấn xã Thử nghiệm", id="its own language"),
        pytest.param("vi-Hani", "Thông tấn xã Thử nghiệm", id="its language in another script"),
        pytest.param("km", "Demo News Agency", id="the registry's first, when it has none for it"),
    ],
)
def test_an_agency_is_named_in_the_items_language(lang: str, name: str) -> None:
    assert DESK.entry(DESK.vn.item(lang=lang)).agency_name == name


def test_the_registrys_terms_and_credit_stand_in_where_an_item_names_none() -> None:
    entry = DESK.entry(DESK.bare())
    assert (entry.rights, entry.credit) == ("Có thể dẫn lại khi ghi nguồn.", "TTXTN")


def test_an_item_of_an_agency_that_left_still_has_its_name_and_place() -> None:
    item = DESK.vn.item()
    gone = replace(DESK.registry, agencies={})
    entry = entry_of(item, DESK.vn.token(item), gone, token_url="https://hub.example/t")
    assert (entry.agency_name, entry.source_url, entry.rights, entry.credit) == (
        "vn.demo",
        item.url,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        pytest.param({}, ATOM_URL, id="the signed feed of its stream"),
        pytest.param({"feeds": ()}, "https://news.vn-demo.example/", id="the agency's site"),
        pytest.param({"feeds": (), "home": None}, "https://news.vn-demo.example/", id="its first domain"),
        pytest.param(
            {"feeds": (), "home": None, "domains": ("*.a.example",)}, "https://a.example/", id="below it"
        ),
        pytest.param(
            {"feeds": (), "home": None, "domains": ()}, "urn:syndicate:vn.demo", id="nothing but its id"
        ),
    ],
)
def test_the_source_is_where_the_agency_speaks(changes: dict[str, object], url: str) -> None:
    item = DESK.vn.item()
    known = replace(DESK.registry, agencies={item.iss: agency(**changes)})
    assert entry_of(item, DESK.vn.token(item), known, token_url="https://hub.example/t").source_url == url


def test_a_stream_without_a_feed_of_its_own_leads_to_the_agencys_site() -> None:
    item = DESK.vn.item(stream=StreamName("alerts"))
    assert DESK.entry(item).source_url == "https://news.vn-demo.example/"


@pytest.mark.parametrize(("act", "label"), [(Act.RETRACT, "[WITHDRAWN] "), (Act.WITHHOLD, "[WITHHELD] ")])
def test_a_withdrawn_item_keeps_its_place_and_shows_the_note_alone(act: Act, label: str) -> None:
    whole = replace(DESK.rich(), act=act)  # even if it could be signed with them, it shows no old words
    entry = DESK.entry(whole)
    assert entry.title == label + whole.title
    assert (entry.text, entry.html, entry.summary, entry.media) == (whole.note, None, None, ())
    assert entry.id == DESK.entry(DESK.rich()).id


@pytest.mark.parametrize("act", [Act.CORRECT, Act.UPDATE])
def test_a_note_stands_before_the_text_and_stays_inert(act: Act) -> None:
    html = DESK.entry(replace(DESK.rich(), act=act, note=NOTE)).html or ""
    assert html.startswith(
        "<p><strong>Sửa: &quot;10&quot; &lt; 12 &amp; &#39;15&#39;<br>Dòng hai</strong></p><p>Gió"
    )
    assert check_content("text/html", html)
    text = DESK.entry(replace(DESK.plain(), act=act, ver=2, seq=2, prev=HASH, note=NOTE)).text
    assert text == f"{NOTE}\n\nน้ำ\nท่วม"


@pytest.mark.parametrize(
    ("item", "text", "html"),
    [
        pytest.param(DESK.plain(), "น้ำ\nท่วม", None, id="plain text"),
        pytest.param(DESK.vn.item(), None, "<p>Gió mạnh cấp 10.</p>", id="HTML"),
        pytest.param(DESK.bare(), None, None, id="no body"),
        pytest.param(
            DESK.vn.item(
                content=Content(type="text/html", url="https://news.vn-demo.example/b", sha256=HASH, length=9)
            ),
            None,
            None,
            id="a body elsewhere",
        ),
        pytest.param(replace(DESK.bare(), act=Act.UPDATE, note="N"), "N", None, id="nothing but a note"),
    ],
)
def test_a_body_is_shown_as_it_was_signed(item: Item, text: str | None, html: str | None) -> None:
    entry = DESK.entry(item)
    assert (entry.text, entry.html) == (text, html)


def test_a_token_has_one_address_at_a_hub() -> None:
    wanted = f"https://hub.example/v1/items/vn.demo:{local('storm')}/1.jws"
    assert token_address("https://hub.example/", DESK.vn.item()) == wanted
    assert token_address("https://hub.example", DESK.vn.item()) == wanted


# --- Feeds ------------------------------------------------------------------------------------------


def slice_feed(path: str, *items: Item) -> Feed:
    return DESK.hub(*items, slice_=parse_slice(path))


@pytest.mark.parametrize(
    ("path", "title", "description", "author", "lang"),
    [
        pytest.param(
            "all", "Federation of Demos", "Việt Nam · ประเทศไทย", "Federation of Demos", None, id="all"
        ),
        pytest.param(
            "vn",
            "Federation of Demos · Việt Nam",
            "Demo News Agency",
            "Federation of Demos",
            "vi",
            id="a member",
        ),
        pytest.param(
            "th",
            "Federation of Demos · ประเทศไทย",
            "สำนักข่าวทดสอบ",
            "Federation of Demos",
            None,
            id="two languages",
        ),
        pytest.param(
            "kh", "Federation of Demos · kh", "Federation of Demos", "Federation of Demos", None, id="unknown"
        ),
        pytest.param(
            "lang/th",
            "Federation of Demos · th",
            "สำนักข่าวทดสอบ",
            "Federation of Demos",
            "th",
            id="a language",
        ),
        pytest.param("agency/th.demo", "สำนักข่าวทดสอบ", "สำนักข่าวทดสอบ", "สำนักข่าวทดสอบ", None, id="an agency"),
        pytest.param(
            "agency/th.gone", "th.gone", "Federation of Demos", "th.gone", None, id="an agency unknown"
        ),
        pytest.param(
            "vn/lang/vi/topic/04000000/urgency/3/kind/alert",
            "Federation of Demos · Việt Nam · vi · 04000000 · ≤3 · alert",
            "Demo News Agency",
            "Federation of Demos",
            "vi",
            id="a combination",
        ),
        pytest.param(
            "agency/th.demo/kind/corrections",
            "สำนักข่าวทดสอบ · corrections",
            "สำนักข่าวทดสอบ",
            "สำนักข่าวทดสอบ",
            None,
            id="an agency's corrections",
        ),
        pytest.param(
            "topic/04000000",
            "Federation of Demos · 04000000",
            "Việt Nam · ประเทศไทย",
            "Federation of Demos",
            None,
            id="a topic of all",
        ),
    ],
)
def test_a_slice_is_named_in_the_registrys_own_words(
    path: str, title: str, description: str, author: str, lang: str | None
) -> None:
    feed = slice_feed(path)
    assert (feed.title, feed.description, feed.author, feed.lang) == (title, description, author, lang)
    assert feed.id == f"{HUB}/feeds/{path}.atom"
    assert dict(feed.self_urls) == {
        name: f"{HUB}/feeds/{path}.{name}" for name in ("atom", "rss", "json", "ninjs")
    }
    assert feed.home_url == f"{HUB}/"


def test_a_federation_without_members_has_its_own_name() -> None:
    nobody = replace(DESK.registry, members={}, agencies={})
    feed = compose(Slice(), (), nobody, base_url=HUB, first_index=None, last_index=None)
    assert (feed.description, feed.updated) == ("Federation of Demos", "1970-01-01T00:00:00Z")


def test_a_feed_is_as_new_as_its_newest_entry_and_an_empty_one_as_its_first_agency() -> None:
    assert slice_feed("all", *DESK.all()).updated == "2026-11-23T12:00:30Z"
    assert slice_feed("all").updated == "2026-08-15T12:00:00Z"


def test_a_slices_feed_goes_on_with_the_slice() -> None:
    feed = slice_feed("vn/lang/vi/kind/story", *DESK.all())
    assert feed.continue_url == f"{HUB}/v1/items?after=7&member=vn&lang=vi&kind=story"


def test_a_feed_tells_its_window_and_where_to_go_on() -> None:
    feed = slice_feed("all", *DESK.all())
    assert (feed.first_index, feed.last_index) == (Index(3), Index(7))
    assert feed.continue_url == f"{HUB}/v1/items?after=7"
    empty = slice_feed("all")
    assert (empty.first_index, empty.last_index) == (None, None)
    assert empty.continue_url == f"{HUB}/v1/items?after=-1"


def test_an_agencys_own_feed_is_in_its_own_name() -> None:
    feed = DESK.agency(DESK.rich())
    assert feed.id == ATOM_URL
    assert (feed.title, feed.author, feed.lang) == ("Demo News Agency", "Demo News Agency", "vi")
    assert feed.description == "Demo News Agency · Thông tấn xã Thử nghiệm"
    assert feed.home_url == "https://news.vn-demo.example/"
    assert feed.self_urls == (("atom", ATOM_URL), ("rss", RSS_URL))
    assert (feed.last_index, feed.continue_url) == (None, None)
    assert feed.entries[0].token_url == ATOM_URL
    alone = compose_agency(agency(), (), atom_url=ATOM_URL, rss_url=None)
    assert alone.self_urls == (("atom", ATOM_URL),)
    assert alone.updated == "2026-08-15T12:00:00Z"
