"""A feed says what was signed, in every field, or the report names the field."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from feed_pages import ATOM_URL, HUB, NOW, Desk, atom_around, json_around, render
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from press import DAY, NOON

from syndicate.client import FeedReport, verify_feed
from syndicate.news import Act, Feed, Index, Reason, Slice
from syndicate.republish import compose_agency, entry_of
from syndicate.wire import Difference

DESK = Desk()
REGISTRY = DESK.registry
HUB_FEED = DESK.hub(*DESK.all())
SMALL = DESK.hub(DESK.rich(), slice_=Slice(lang="vi"))
OWN_FEED = DESK.agency(DESK.rich(), DESK.bare())


def check(body: bytes, format_: str = "atom", **how: object) -> FeedReport:
    return verify_feed(body, format_, REGISTRY, now=NOW, **how)  # type: ignore[arg-type]  # url and tokens


def fields(report: FeedReport) -> set[tuple[int | None, str, str]]:
    return {(each.place, each.field, each.what) for each in report.found}


def changed(feed: Feed, old: str, new: str, format_: str = "atom") -> FeedReport:
    body = render(feed, format_).decode()
    assert old in body
    return check(body.replace(old, new, 1).encode(), format_)


# --- What is as it was signed -------------------------------------------------------------------------


@pytest.mark.parametrize("format_", ["atom", "json"])
@pytest.mark.parametrize("path", ["all", "vn", "lang/vi", "agency/vn.demo"])
def test_an_honest_hubs_feed_is_found_so(format_: str, path: str) -> None:
    slices = {"all": Slice(), "vn": Slice(member=DESK.rich().member), "lang/vi": Slice(lang="vi")}
    slice_ = slices.get(path, Slice(agency=DESK.vn.id))
    items = [item for item in DESK.all() if path == "all" or item.iss == DESK.vn.id]
    report = check(render(DESK.hub(*items, slice_=slice_), format_), format_)
    assert (report.ok, report.compared, report.found) == (True, True, ())
    assert report.edition == f"hub feed {path}"
    assert [entry.ok for entry in report.entries] == [True] * len(items)
    assert report.unproven


@pytest.mark.parametrize("format_", ["atom", "json", "rss"])
def test_a_notice_of_a_withdrawal_is_derived_from_its_token_like_the_entry_it_is_about(format_: str) -> None:
    feed = DESK.told(DESK.rich(), DESK.withdrawn(Act.RETRACT), DESK.bare(), archived=Index(2))
    tokens = [entry.token for entry in feed.entries]
    report = check(render(feed, format_), format_, tokens=tokens)
    assert (report.ok, report.found, len(report.entries)) == (True, (), 4)
    twice = replace(feed, entries=(feed.entries[1], *feed.entries[1:]))
    report = check(render(twice, format_), format_, tokens=tokens)
    assert fields(report) == {(1, "id", "repeated")}


def test_a_notice_that_nobody_withdrew_for_is_a_difference() -> None:
    rich = DESK.rich()
    report = changed(
        DESK.told(rich), f">urn:syndicate:{rich.sub}<", f">urn:syndicate:{rich.sub}:withdrawal:2<"
    )
    assert fields(report) == {(0, "id", "differs")}
    gone = DESK.withdrawn(Act.WITHHOLD)
    report = changed(DESK.told(gone), f"{HUB}/item/", "https://elsewhere.example/item/")
    assert fields(report) == {(0, "link[rel=alternate]", "differs")}


@pytest.mark.parametrize("format_", ["atom", "json"])
def test_a_page_of_an_archive_is_proofread_and_may_hold_two_versions_of_an_item(format_: str) -> None:
    first = replace(DESK.rich(), ver=1, act=Act.PUBLISH, note=None)
    items = (DESK.rich(), DESK.withdrawn(Act.RETRACT), first)
    for before in (99, None):
        body = render(DESK.archive(*items, before=before), format_)
        report = check(body, format_, url=f"{HUB}/feeds/all/archive/199.{format_}")
        assert (report.ok, report.found, report.edition) == (True, (), "hub feed all, archive page 199")
    report = check(render(DESK.archive(first, first), format_), format_)
    assert fields(report) == {(1, "id", "repeated")}


def test_a_feed_that_leads_to_another_archive_than_its_own_is_a_difference() -> None:
    feed = DESK.told(DESK.rich(), archived=Index(99))
    for elsewhere in (f"{HUB}/feeds/vn/archive/99", "https://x.example/feeds/all/archive/99"):
        report = changed(feed, f"{HUB}/feeds/all/archive/99", elsewhere)
        assert fields(report) == {(None, "link[rel=prev-archive]", "unsigned")}


def test_an_honest_agencys_own_feed_is_found_so() -> None:
    report = check(render(OWN_FEED, "atom"), url=ATOM_URL)
    assert (report.ok, report.edition, report.found) == (True, "signed feed of vn.demo", ())


def test_an_agencys_tool_need_not_know_all_that_the_registry_knows() -> None:
    agency = REGISTRY.agencies[DESK.vn.id]
    (feed,) = agency.feeds
    knows_more = replace(agency, languages=("vi", "en"), feeds=(replace(feed, lang="vi"),))
    registry = replace(REGISTRY, agencies={**REGISTRY.agencies, agency.id: knows_more})
    own = replace(agency, names={"vi": agency.name("vi")}, languages=("vi",), feeds=(feed,), home=None)
    alone = replace(REGISTRY, agencies={own.id: own})
    entry = entry_of(DESK.rich(), DESK.vn.token(DESK.rich()), alone, token_url=ATOM_URL)
    body = render(compose_agency(own, [entry], atom_url=ATOM_URL, rss_url=None), "atom")
    report = verify_feed(body, "atom", registry, now=NOW, url=ATOM_URL)
    assert (report.ok, report.found) == (True, ())


def test_a_body_beside_its_token_in_an_agencys_feed_is_unsigned_text() -> None:
    whole = DESK.entry(DESK.rich(), token_url=ATOM_URL)
    report = check(render(replace(OWN_FEED, entries=(whole, *OWN_FEED.entries[1:])), "atom"))
    assert fields(report) == {(0, "content", "unsigned")}


def test_an_empty_feed_is_checked_too() -> None:
    for format_ in ("atom", "json"):
        assert check(render(DESK.hub(), format_), format_).ok


@pytest.mark.parametrize("format_", ["atom", "json"])
def test_a_feed_names_the_hub_that_pushes_it_or_none_and_never_another(format_: str) -> None:
    assert check(render(DESK.hub(DESK.rich(), pushes=False), format_), format_).ok
    elsewhere = render(SMALL, format_).replace(f"{HUB}/websub".encode(), b"https://hub.example/")
    field = {"atom": "link[rel=hub]", "json": "hubs"}[format_]
    assert fields(check(elsewhere, format_)) == {(None, field, "differs")}
    second = render(SMALL, "atom").replace(
        b"<syn:window", b'<link rel="hub" href="https://hub.example/"/><syn:window'
    )
    assert fields(check(second)) == {(None, "link[rel=hub]", "unsigned")}


def test_spelling_that_no_parser_sees_is_no_difference() -> None:
    body = render(HUB_FEED, "atom").decode()
    spaced = body.replace("</entry><entry", "</entry>\n  <entry").replace("><syn:", ">\n<syn:")
    respelled = spaced.replace("syn:", "s:").replace("xmlns:syn", "xmlns:s")
    assert check(respelled.encode()).ok
    told = json.loads(render(HUB_FEED, "json"))
    assert check(json.dumps(told, indent=2).encode(), "json").ok


def test_light_rss_cannot_be_checked_alone_and_says_so() -> None:
    body = render(HUB_FEED, "rss")
    report = check(body, "rss")
    assert (report.ok, report.compared, report.reason) == (False, False, None)
    assert "RSS" in (report.detail or "")
    tokens = [entry.token for entry in HUB_FEED.entries]
    assert check(body, "rss", tokens=[*tokens, "é"]).ok
    assert not check(body, "rss", tokens=tokens[1:]).ok
    altered = body.replace("Gió".encode(), b"Gio")
    assert (0, "content:encoded", "differs") in fields(check(altered, "rss", tokens=tokens))


# --- Attack 5: a hub or a cache alters text ------------------------------------------------------------

_ATOM_SPANS = re.compile(rb'<!\[CDATA\[(.*?)\]\]>|"([^"]*)"|>([^<]+)<', re.DOTALL)
_JSON_SPANS = re.compile(rb'[:,\[]"((?:[^"\\]|\\.)*)"|:([0-9]+)')


def positions(body: bytes, spans: re.Pattern[bytes]) -> list[int]:
    """Where the bytes of visible texts and attributes stand; of tokens every fortieth."""
    begin = body.index(b"\n") if body.startswith(b"<?xml") else 0
    found: list[int] = []
    for match in spans.finditer(body, begin):
        group = next(n for n, text in enumerate(match.groups(), 1) if text is not None)
        step = 40 if match[group].startswith(b"eyJ") else 1
        found += range(*match.span(group), step)
    return found


def flipped(body: bytes, at: int, mask: int = 1) -> bytes:
    return body[:at] + bytes([body[at] ^ mask]) + body[at + 1 :]


@pytest.mark.parametrize(
    ("body", "format_", "spans"),
    [
        pytest.param(render(SMALL, "atom"), "atom", _ATOM_SPANS, id="a hub's Atom"),
        pytest.param(render(SMALL, "json"), "json", _JSON_SPANS, id="a hub's JSON Feed"),
        pytest.param(
            render(DESK.agency(DESK.rich()), "atom"), "atom", _ATOM_SPANS, id="an agency's own Atom"
        ),
    ],
)
def test_attack_5_no_byte_of_any_visible_field_can_be_flipped_unseen(
    body: bytes, format_: str, spans: re.Pattern[bytes]
) -> None:
    assert check(body, format_).ok
    places = positions(body, spans)
    assert len(places) > 1_300
    unseen = [at for at in places if check(flipped(body, at), format_).ok]
    # The window's first index is the log's to prove; the report says that it is unproven.
    first = [body.index(sign) + len(sign) for sign in (b'first="', b'"first":') if sign in body]
    assert unseen == first


def visible(body: bytes) -> list[object] | None:
    """An independent reading: every name, text and attribute in document order."""
    try:
        root = etree.fromstring(body)
    except etree.XMLSyntaxError:
        return None
    for window in root.iter("{urn:syndicate:item:1}window"):
        window.set("first", "")
    return [(str(each.tag), each.text, each.tail, sorted(each.attrib.items())) for each in root.iter()]


BODY = render(HUB_FEED, "atom")
SEEN = visible(BODY)


@given(at=st.integers(0, len(BODY) - 1), mask=st.integers(1, 255))
def test_attack_5_what_is_not_found_shows_nothing_else(at: int, mask: int) -> None:
    altered = flipped(BODY, at, mask)
    assert not check(altered).ok or visible(altered) == SEEN


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        pytest.param("Bão số 5 &amp;", "Bão số 6 &amp;", (0, "title", "differs"), id="the title"),
        pytest.param(' xml:lang="vi"', ' xml:lang="th"', (0, "@xml:lang", "differs"), id="the language"),
        pytest.param(' xml:lang="vi"', "", (0, "@xml:lang", "missing"), id="no language"),
        pytest.param(
            "<content ", '<content src="https://x.example/" ', (0, "content", "differs"), id="a source"
        ),
        pytest.param(
            "<entry ",
            '<entry xml:base="https://x.example/" ',
            (0, "@xml:base", "unsigned"),
            id="another base",
        ),
        pytest.param("<summary>", "<summary><!-- -->", (0, "summary", "differs"), id="a comment in a text"),
        pytest.param(
            "<summary>",
            "<content>Other</content><summary>",
            (0, "content", "unsigned"),
            id="a second body",
        ),
        pytest.param("</entry>", "Other</entry>", (0, "text", "unsigned"), id="text between the fields"),
        pytest.param('"vi"><id>', '"vi">Other<id>', (0, "text", "unsigned"), id="text before the fields"),
        pytest.param("</entry>", "<b/>Other</entry>", (0, "text", "unsigned"), id="text after a field"),
        pytest.param(
            "<entry ", "<link rel='hub' href='x:'/><entry ", (None, "link[rel=hub]", "unsigned"), id="a link"
        ),
        pytest.param(
            "<title>Federation", "<title>The Federation", (None, "title", "differs"), id="the feed's"
        ),
        pytest.param(
            "<feed ",
            "<?xml-stylesheet href='x'?><feed ",
            (None, "#instruction", "unsigned"),
            id="a style sheet",
        ),
        pytest.param("</feed>", "</feed><!-- cached -->", (None, "#comment", "unsigned"), id="a comment"),
        pytest.param("</feed>", "Other</feed>", (None, "text", "unsigned"), id="text in the feed"),
        pytest.param(
            "<syn:note>", "<x xmlns='urn:x'/><syn:note>", (0, "{urn:x}x", "unsigned"), id="a foreign element"
        ),
    ],
)
def test_attack_5_what_was_changed_is_named(old: str, new: str, found: tuple[int | None, str, str]) -> None:
    report = changed(HUB_FEED, old, new)
    assert not report.ok
    assert found in fields(report)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(lambda t: t["items"][0].update(title="x"), (0, "title", "differs"), id="a title"),
        pytest.param(lambda t: t["items"][0].update(image="x"), (0, "image", "unsigned"), id="a picture"),
        pytest.param(lambda t: t["items"][0].pop("summary"), (0, "summary", "missing"), id="no summary"),
        pytest.param(
            lambda t: t["items"][0]["_syndicate"].update(ver=2.0),
            (0, "_syndicate.ver", "differs"),
            id="a kind",
        ),
        pytest.param(
            lambda t: t.update({"_syndicate.updated": t["_syndicate"].pop("updated")}),
            (None, "_syndicate.updated", "missing"),
            id="a name with a dot",
        ),
        pytest.param(
            lambda t: t.update(favicon="x"), (None, "favicon", "unsigned"), id="an icon of the feed"
        ),
        pytest.param(
            lambda t: t["items"][0]["attachments"].append({"url": "x"}),
            (0, "attachments", "differs"),
            id="an attachment",
        ),
    ],
)
def test_attack_5_what_was_changed_in_json_is_named(
    change: Callable[[dict[str, object]], object], found: tuple[int | None, str, str]
) -> None:
    told = json.loads(render(HUB_FEED, "json"))
    change(told)
    report = check(json.dumps(told).encode(), "json")
    assert not report.ok
    assert found in fields(report)


# --- Attacks 4, 7, 10, 35, 38 --------------------------------------------------------------------------


def test_attack_7_an_injected_unsigned_item_is_found() -> None:
    entry = '<entry xml:lang="vi"><id>urn:x</id><title>Tin giả</title></entry>'
    report = changed(HUB_FEED, "<entry ", f"{entry}<entry ")
    assert [entry.token is None for entry in report.entries] == [True] + [False] * 4
    assert not report.ok
    assert [entry.ok for entry in report.entries] == [False] + [True] * 4


def test_attack_7_a_true_token_under_another_items_text_is_found() -> None:
    rich, plain = HUB_FEED.entries[0].token, HUB_FEED.entries[1].token
    body = render(HUB_FEED, "atom").decode().replace(rich, "@").replace(plain, rich).replace("@", plain)
    assert {(0, "title", "differs"), (1, "title", "differs")} <= fields(check(body.encode()))


def test_an_item_stands_only_where_it_belongs_and_once() -> None:
    vi_only = DESK.hub(DESK.rich(), DESK.plain(), slice_=Slice(lang="vi"))
    assert (1, "entry", "elsewhere") in fields(check(render(vi_only, "atom")))
    (theirs,) = DESK.agency(DESK.plain()).entries
    foreign = replace(OWN_FEED, entries=(*OWN_FEED.entries, theirs))
    assert fields(check(render(foreign, "atom"))) == {(2, "entry", "elsewhere")}
    old = DESK.hub(DESK.withdrawn(Act.RETRACT), DESK.vn.item("gone"))
    assert fields(check(render(old, "atom"))) == {(1, "id", "repeated")}


def test_attack_35_an_altered_copy_on_a_look_alike_host_is_no_edition_of_ours() -> None:
    body = (
        render(OWN_FEED, "atom")
        .decode()
        .replace("news.vn-demo.example/signed", "news.vn-derno.example/signed")
    )
    report = check(body.encode())
    assert (report.ok, report.compared, report.edition) == (False, False, None)
    assert "self link" in (report.detail or "")
    assert all(entry.token and entry.token.ok for entry in report.entries)


def test_a_whole_feed_moved_to_another_hub_is_told_by_where_it_was_asked_for() -> None:
    moved = render(HUB_FEED, "atom").decode().replace(HUB, "https://mirror.example")
    assert check(moved.encode()).ok
    report = check(moved.encode(), url=f"{HUB}/feeds/all.atom")
    assert report.found == (Difference(place=None, field="link[rel=self]", what="differs"),)


def test_attack_7_a_forged_entry_is_told_with_its_reason_and_the_others_stay_good() -> None:
    token = HUB_FEED.entries[1].token
    forged = token[:-30] + ("A" if token[-30] != "A" else "B") + token[-29:]
    report = check(render(HUB_FEED, "atom").replace(token.encode(), forged.encode()))
    assert [entry.ok for entry in report.entries] == [True, False, True, True]
    bad = report.entries[1].token
    assert bad is not None
    assert bad.reasons == (Reason.SIGNATURE_BAD,)


def test_old_items_are_compared_even_when_their_key_has_ended() -> None:
    later = NOON + 400 * DAY
    report = verify_feed(render(HUB_FEED, "atom"), "atom", REGISTRY, now=later)
    assert (report.ok, report.compared, report.found) == (False, True, ())
    altered = render(HUB_FEED, "atom").replace("Bão số 5".encode(), "Bão số 6".encode())
    assert (0, "title", "differs") in fields(verify_feed(altered, "atom", REGISTRY, now=later))


@pytest.mark.parametrize(
    ("body", "format_", "code"),
    [
        pytest.param(b"", "atom", "wire-malformed", id="nothing"),
        pytest.param(b"<!DOCTYPE a>", "rss", "wire-doctype", id="a DOCTYPE"),
        pytest.param(b"<rss/>", "rss", "wire-unsupported", id="RSS without a channel"),
        pytest.param(b"<html/>", "rss", "wire-unsupported", id="a page"),
        pytest.param(b"{}", "json", "wire-unsupported", id="some JSON"),
        pytest.param(b"{}", "ninjs", "wire-unsupported", id="another format"),
    ],
)
def test_what_is_no_feed_is_a_report_with_a_reason(body: bytes, format_: str, code: str) -> None:
    report = check(body, format_)
    assert (report.ok, report.reason) == (False, code)
    assert report.detail
    assert json.loads(json.dumps(report.as_json()))["reason"] == code


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(atom_around(), id="no self link"),
        pytest.param(
            atom_around(head="<link rel='self' href='https://h.example/feeds/%.atom'/>"), id="no slice"
        ),
        pytest.param(atom_around(head="<link rel='self' href='/feeds/all.atom'/>"), id="no base"),
    ],
)
def test_a_feed_that_does_not_say_what_it_is_cannot_be_compared(body: bytes) -> None:
    assert not check(body).compared


@pytest.mark.parametrize("window", [7, {"first": "3"}, {"first": True}, {"first": -1, "last": 10**20}])
def test_a_strange_window_is_a_difference_and_no_crash(window: object) -> None:
    body = json_around([], feed_url=f"{HUB}/feeds/all.json", _syndicate={"window": window})
    assert not check(body, "json").ok
    for written in ("007", "３", "-1", "9" * 20, ""):
        assert not changed(HUB_FEED, 'first="3"', f'first="{written}"').ok


def test_a_report_is_plain_values_for_whoever_prints_it() -> None:
    report = changed(HUB_FEED, "Bão số 5 &amp;", "Bão số 6 &amp;")
    told = json.loads(json.dumps(report.as_json()))
    assert told["ok"] is False
    assert told["entries"][0]["differences"] == [{"place": 0, "field": "title", "what": "differs"}]
    assert told["entries"][1]["token"]["agency"] == "th.demo"
