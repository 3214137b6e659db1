"""Everything that a CMS may offer besides RSS and Atom: JSON Feed, WordPress posts, a folder of files."""

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from newsroom import SITE, Newsroom, rss, story

from syndicate.agency import CmsFeed, Fate, read_cms, read_source
from syndicate.errors import AgencyError
from syndicate.ports import Fetched, FetchFailed, FetchFault, FetchOutcome, Validators


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


@dataclass(slots=True)
class Site:
    """A WordPress site with as many posts as it is given, as its REST interface gives them."""

    posts: int
    asked: list[str] = field(default_factory=list)

    async def fetch(self, url: str, validators: Validators | None = None) -> FetchOutcome:
        self.asked.append(url)
        page = int(parse_qs(urlsplit(url).query)["page"][0])
        numbers = range(self.posts)[(page - 1) * 100 : page * 100]
        if not numbers:
            return FetchFailed(fault=FetchFault.STATUS, detail="answered 400", status=400)
        return Fetched(
            body=json.dumps([post(n) for n in numbers]).encode(), media_type="application/json", url=url
        )


def post(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "guid": {"rendered": f"{SITE}/?p={number}"},
        "link": f"{SITE}/tin/{number}/",
        "date_gmt": "2026-11-23T01:00:00",
        "modified_gmt": "2026-11-23T02:00:00",
        "title": {"rendered": "H&#224; N&#7897;i"},
        "content": {"rendered": "<p>Nội dung</p>", "protected": False},
        "excerpt": {"rendered": ""},
    } | more


def feed_json(*items: object, **more: object) -> bytes:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items} | more).encode()


def read_site(room: Newsroom, site: Site, address: str, **changes: object) -> CmsFeed:
    room.reconfigure(feed=address, **changes)
    return asyncio.run(read_source(room.config, site))


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        (f"{SITE}/", "wordpress"),
        (f"{SITE}/wp-json", "auto"),
        (f"{SITE}/wp-json/wp/v2/posts", "auto"),
        (f"{SITE}/wp-json/wp/v2/posts?lang=vi", "auto"),
    ],
)
def test_the_posts_of_wordpress_are_asked_for_by_their_last_change(
    room: Newsroom, address: str, kind: str
) -> None:
    site = Site(posts=2)
    assert len(read_site(room, site, address, kind=kind).entries) == 2
    (asked,) = site.asked
    told = parse_qs(urlsplit(asked).query)
    assert urlsplit(asked).path == "/wp-json/wp/v2/posts"
    assert (told["orderby"], told["per_page"], told["page"]) == (["modified"], ["100"], ["1"])
    assert ("lang" in told) is ("lang=" in address)


@pytest.mark.parametrize(
    ("posts", "pages", "read", "asked"),
    [
        pytest.param(250, 3, 250, 3, id="the last page is not full"),
        pytest.param(200, 3, 200, 3, id="the last page is full, and the next does not exist"),
        pytest.param(950, 2, 200, 2, id="no more pages than configured"),
    ],
)
def test_pages_of_posts_are_bounded(room: Newsroom, posts: int, pages: int, read: int, asked: int) -> None:
    site = Site(posts=posts)
    assert len(read_site(room, site, f"{SITE}/wp-json", pages=pages).entries) == read
    assert len(site.asked) == asked


def test_a_post_has_the_id_that_the_sites_feed_has(room: Newsroom) -> None:
    (entry,) = read_cms(json.dumps([post(7)]).encode(), source=f"{SITE}/wp-json/wp/v2/posts")
    assert entry.cms_id == f"{SITE}/?p=7"
    assert (entry.published, entry.updated) == (1_795_395_600.0, 1_795_399_200.0)
    room.run(rss(story(7, guid=f"{SITE}/?p=7", link=f"{SITE}/tin/7/", title="Hà Nội")))
    report = room.run(json.dumps([post(7)]))
    assert [each.ver for each in report.entries] == [2]


def test_an_edit_to_an_old_post_is_seen(room: Newsroom) -> None:
    room.run(json.dumps([post(1), post(2)]))
    edited = post(
        1, content={"rendered": "<p>Mới</p>", "protected": False}, modified_gmt="2026-11-24T00:00:00"
    )
    report = room.run(json.dumps([edited, post(2)]))
    assert [each.fate for each in report.entries] == [Fate.UPDATED, Fate.UNCHANGED]
    assert room.said()[-1].updated == "2026-11-24T00:00:00Z"


def test_a_post_behind_a_password_is_told_and_not_signed(room: Newsroom) -> None:
    report = room.run(json.dumps([post(1, content={"rendered": "", "protected": True}), post(2)]))
    assert [each.code for each in report.entries] == ["entry-unreadable", None]
    assert "behind a password" in (report.entries[0].detail or "")


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        pytest.param(
            FetchFailed(fault=FetchFault.STATUS, detail="answered 403", status=403), "403", id="forbidden"
        ),
        pytest.param(Fetched(body=b'{"code": "rest_disabled"}', media_type=""), "no list", id="switched off"),
        pytest.param(Fetched(body=b'[{"a": 1}]', media_type=""), "not one of WordPress", id="another list"),
        pytest.param(
            Fetched(body=b"<html><title>Just a moment...</title>", media_type=""),
            "bot wall",
            id="a bot wall",
        ),
    ],
)
def test_a_site_without_posts_is_named(room: Newsroom, outcome: FetchOutcome, says: str) -> None:
    class Closed:
        async def fetch(self, url: str, validators: Validators | None = None) -> FetchOutcome:
            return outcome

    room.reconfigure(feed=f"{SITE}/wp-json")
    with pytest.raises(AgencyError, match=says) as refused:
        asyncio.run(read_source(room.config, Closed()))
    if says == "403":
        assert "bot wall" in refused.value.hint


def test_what_is_configured_must_be_what_is_there(room: Newsroom) -> None:
    room.reconfigure(kind="json")
    with pytest.raises(AgencyError, match=r"is RSS 2\.0, but cms\.kind says 'json'"):
        room.run(rss(story(1)))


def test_an_item_of_a_json_feed_that_cannot_be_read_stops_no_other(room: Newsroom) -> None:
    good = {"id": 1, "url": f"{SITE}/1", "title": "A", "content_text": "x"}
    report = room.run(feed_json("text", None, good, {"title": "without id or address"}).decode())
    assert [each.code for each in report.entries] == [
        "entry-unreadable",
        "entry-unreadable",
        None,
        "entry-without-id",
    ]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(b"[" * 100_000, "no JSON", id="deep"),
        pytest.param(b'{"a": ', "no JSON", id="cut off"),
        pytest.param(b'{"items": []}', "neither a JSON Feed", id="another format"),
        pytest.param(feed_json(*range(2_001)), "more than 2000", id="too many items"),
        pytest.param(b"[1]", "not one of WordPress posts", id="a list of something"),
    ],
)
def test_json_that_is_no_feed_is_said_to_be_none(body: bytes, says: str) -> None:
    with pytest.raises(AgencyError, match=says):
        read_cms(body, source="x")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id", "url", "title", "content_html", "authors", "author", "name", "attachments", "tags",
                    "link", "guid", "rendered", "content", "_embedded", "date_gmt", "date_published",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.lists(JSON, max_size=4))
def test_any_json_is_read_or_refused(items: list[object]) -> None:
    read_cms(feed_json(*items), source=f"{SITE}/feed.json")
    try:
        read_cms(json.dumps(items).encode(), source=f"{SITE}/wp-json")
    except AgencyError as refused:
        assert "WordPress" in str(refused)


def drop(room: Newsroom, **files: str) -> list[str | None]:
    """Put files into the drop folder and sign; why each was skipped, None if it was not."""
    folder = room.folder / "drop"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    room.reconfigure(feed=str(folder))
    return [each.detail for each in room.sign().entries]


def header(**told: str) -> str:
    told = {"title": "Cầu mới", "date": "2026-11-23 10:00", "url": f"{SITE}/cau"} | told
    return "---\n" + "".join(f"{name}: {value}\n" for name, value in told.items() if value) + "---\n"


def test_a_markdown_file_is_an_item(room: Newsroom) -> None:
    text = header(lang="en", byline="Lan", summary="In short", category="medtop:20000002", id="b-1")
    assert drop(room, a=f"{text}# A bridge\n\nIt is *open*.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n") == [None]
    (item,) = room.said()
    assert (item.title, item.lang, item.byline, item.summary) == ("Cầu mới", "en", "Lan", "In short")
    assert (item.published, item.url) == ("2026-11-23T03:00:00Z", f"{SITE}/cau")
    assert item.categories == ("medtop:20000002",)
    assert item.content is not None
    assert item.content.body == (
        "<h2>A bridge</h2><p>It is <em>open</em>.</p><table><thead><tr><th>a</th><th>b</th></tr></thead>"
        "<tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("no header", "does not begin with a header", id="no header"),
        pytest.param("---\ntitle: a\n", "does not begin with a header", id="a header without an end"),
        pytest.param(header(colour="red"), "line 5 of the header is none of", id="a name nobody knows"),
        pytest.param(header(title="x\ntitle: y"), "says title a second time", id="a name twice"),
        pytest.param(header(lang="English"), "is no language code", id="a language in words"),
        pytest.param(header(date="tomorrow"), "its date 'tomorrow' cannot be read", id="an unreadable date"),
        pytest.param(header(date="9999-12-31T23:59:59-14:00"), "cannot be read", id="the calendar's end"),
        pytest.param(header(url=""), "is no plain http", id="no address"),
        pytest.param(header(url="https://elsewhere.example/"), "not listed", id="another's address"),
        pytest.param(header() + "x" * 500_001, "more than 500000", id="too long"),
        pytest.param(header(date="2026-11-26 10:00"), "its date is 2026-11-26T03:00:00Z", id="an embargo"),
    ],
)
def test_a_file_that_cannot_be_signed_is_told_and_the_others_are_signed(
    room: Newsroom, text: str, says: str
) -> None:
    first, second = drop(room, a=text, b=header())
    assert says in (first or "")
    assert second is None


def test_a_file_under_embargo_is_signed_when_its_time_has_come(room: Newsroom) -> None:
    drop(room, a=header(date="2026-11-25 18:00"))
    assert room.said() == []
    room.clock.time += 3_600
    assert drop(room) == [None]
    assert room.said()[0].published == "2026-11-25T11:00:00Z"


def test_files_that_are_hidden_or_not_in_utf_8_or_being_written_are_no_items(room: Newsroom) -> None:
    folder = room.folder / "drop"
    folder.mkdir()
    (folder / ".hidden.md").write_text(header())
    (folder / "a.md~").write_text(header())
    (folder / "b.md").write_bytes(header().encode("utf-16"))
    (details,) = drop(room)
    assert "is not in UTF-8" in (details or "")


def test_a_folder_that_is_not_there_is_named(room: Newsroom) -> None:
    room.reconfigure(feed=str(room.folder / "nowhere"), kind="folder")
    with pytest.raises(AgencyError, match="cannot read the folder"):
        room.sign()


def test_a_page_that_names_its_feeds_says_where_they_are() -> None:
    page = b"<!doctype html><title>News</title><link rel=alternate type='application/rss+xml' href='/en/rss'>"
    with pytest.raises(AgencyError, match="gave a web page") as refused:
        read_cms(page, source=f"{SITE}/")
    assert refused.value.hint == f"The page names these feeds: {SITE}/en/rss"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Enable JavaScript and cookies to continue",
        "<p>Checking your browser before accessing the site. Ray ID: 1</p>",
    ],
)
def test_a_challenge_page_among_the_stories_is_never_signed(room: Newsroom, text: str) -> None:
    report = room.run(rss(story(1, title="Just a moment...", description=text), story(2)))
    assert [each.code for each in report.entries] == ["entry-challenge", None]
    assert len(room.said()) == 1


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("<!-- a -->" * 15_000, id="comments and no page"),
        pytest.param("<html>" + "<link " * 30_000, id="links that never end"),
        pytest.param("<html>" + "<title " * 30_000, id="titles that never end"),
    ],
)
def test_attack_26_pages_that_trap_patterns_are_named_all_the_same(page: str) -> None:
    with pytest.raises(AgencyError):
        read_cms(page.encode(), source="x")
