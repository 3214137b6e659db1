"""The typesetter: the same feed gives the same bytes, type is set once, and whatever is set is inert."""

import json
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from feed_pages import HASH, SCRIPT, Desk, render
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from syndicate.errors import WireError
from syndicate.news import Act, Entry, Feed, ItemId, Media, Relation, RelationType, TokenDigest
from syndicate.wire import MEDIA_TYPES, Typesetter, proofread

FORMATS = ("atom", "rss", "json", "ninjs")
DESK = Desk()
ENTRY = DESK.entry(DESK.rich())
FEED = DESK.hub(*DESK.all())


def feed_of(*entries: Entry) -> Feed:
    return replace(DESK.hub(DESK.plain()), entries=entries)


@pytest.mark.parametrize("format_", FORMATS)
def test_two_renderings_give_the_same_bytes_cold_and_warm(format_: str) -> None:
    one = Typesetter()
    assert (
        one.render(FEED, format_)
        == one.render(FEED, format_)
        == Typesetter(cache_bytes=0).render(FEED, format_)
    )


def test_another_process_at_another_time_gives_the_same_bytes() -> None:
    script = (
        "import sys; from feed_pages import Desk, render; desk = Desk();"
        "sys.stdout.buffer.write(render(desk.hub(*desk.all()), 'atom'))"
    )
    path = [entry for entry in sys.path if entry]
    made = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": ":".join(path), "PYTHONHASHSEED": "7", "TZ": "Asia/Jakarta", "LC_ALL": "C"},
        capture_output=True,
        check=True,
    )
    assert made.stdout == render(FEED, "atom")


@pytest.mark.parametrize("format_", FORMATS)
def test_what_is_set_once_stands_until_the_registry_says_otherwise(format_: str) -> None:
    setter = Typesetter()
    setter.render(feed_of(ENTRY), format_)
    renamed = replace(ENTRY, agency_name="Another name", credit="Another credit")
    moved = replace(ENTRY, token_url="https://mirror.example/v1/x.jws")
    for entry in (renamed, moved):
        assert setter.render(feed_of(entry), format_) == Typesetter().render(feed_of(entry), format_)


def test_no_more_type_is_kept_than_there_is_room_for() -> None:
    setter = Typesetter(cache_bytes=20_000)
    for format_ in FORMATS * 2:
        setter.render(FEED, format_)
        assert 0 < setter.kept_bytes <= 20_000
    none = Typesetter(cache_bytes=0)
    none.render(FEED, "atom")
    assert none.kept_bytes == 0


def test_there_is_no_other_format() -> None:
    with pytest.raises(WireError) as caught:
        Typesetter().render(FEED, "rdf")
    assert caught.value.code == "wire-unsupported"
    with pytest.raises(WireError) as caught:
        proofread(b"", b"", "ninjs", ())
    assert caught.value.code == "wire-unsupported"
    assert set(MEDIA_TYPES) == {*FORMATS, "tombstones"}


def test_a_feed_that_stands_nowhere_yet_has_no_self_link() -> None:
    nowhere = replace(FEED, self_urls=())
    for format_ in FORMATS:
        assert b"/feeds/all." + format_.encode() not in render(nowhere, format_).replace(
            FEED.id.encode(), b""
        )


# --- Attack 25: script in any field, any output -------------------------------------------------------


class _Live(HTMLParser):
    """Notes everything in HTML that could run, load or lead elsewhere than by http(s)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.live: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        allowed = {
            "p",
            "br",
            "strong",
            "em",
            "a",
            "img",
            "figure",
            "figcaption",
            "ul",
            "ol",
            "li",
            "blockquote",
        }
        if tag not in allowed:
            self.live.append(tag)
        for name, value in attrs:
            if name not in ("href", "src", "alt") or (name != "alt" and not (value or "").startswith("http")):
                self.live.append(f"{name}={value}")


HOSTILE = replace(
    ENTRY,
    id=SCRIPT,
    sub=ItemId(SCRIPT),
    lang="vi",
    title=SCRIPT,
    url="javascript:alert(1)",
    agency_name=SCRIPT,
    digest=TokenDigest(SCRIPT),
    token=SCRIPT,
    token_url='javascript:"><script>',
    source_url="data:text/html,<script>",
    summary=f"]]>{SCRIPT}",
    note=SCRIPT,
    byline=SCRIPT,
    credit=SCRIPT,
    rights=SCRIPT,
    expires="2026-12-01T00:00:00Z",
    categories=(SCRIPT,),
    media=(
        Media(url="javascript:alert(1)", type=SCRIPT, alt=SCRIPT),
        Media(url='https://a.example/"><script>', type="image/png", alt=SCRIPT, credit=SCRIPT, length=3),
    ),
    relations=(
        Relation(type=RelationType.CITES, url="javascript:alert(1)"),
        Relation(type=RelationType.CITES, sub=ItemId(SCRIPT), sha256=HASH),
    ),
)
HTML = "<p onclick='x()'>]]></p><script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(replace(HOSTILE, html=HTML, text=None), id="HTML outside the profile"),
        pytest.param(replace(HOSTILE, html=None, text=HTML), id="text"),
        pytest.param(
            replace(HOSTILE, html='<p><a href="javascript:x()">x</a></p>', text=None), id="a live link"
        ),
    ],
)
def test_attack_25_script_in_any_field_is_inert_in_every_format(entry: Entry) -> None:
    feed = replace(feed_of(entry), title=SCRIPT, description=SCRIPT, author=SCRIPT)
    atom = etree.fromstring(render(feed, "atom"))
    rss = etree.fromstring(render(feed, "rss"))
    told = json.loads(render(feed, "json"))
    for root in (atom, rss):
        assert not [each for each in root.iter() if str(each.tag).lower().endswith("script")]
        for each in root.iter():
            for name, value in each.attrib.items():
                if str(name) in ("href", "url"):
                    assert str(value).startswith(("http://", "https://", "about:invalid"))
    for shown in _read_as_html(atom, rss, told):
        assert _Live(shown).live == []
    assert b"<script" not in render(feed, "json")
    assert "javascript:" not in json.dumps([item["url"] for item in told["items"]])


def _read_as_html(
    atom: etree._Element, rss: etree._Element, told: dict[str, list[dict[str, str]]]
) -> list[str]:
    """Every text that some reader takes for HTML."""
    typed = [each.text or "" for each in atom.iter() if each.get("type") == "html"]
    taken = [
        each.text or "" for item in rss.iter("item") for each in item if each.tag in ("title", "description")
    ]
    bodies = [each.text or "" for each in rss.iter("{http://purl.org/rss/1.0/modules/content/}encoded")]
    return typed + taken + bodies + [item.get("content_html", "") for item in told["items"]]


def test_a_body_within_the_profile_passes_untouched_however_it_must_be_written() -> None:
    entry = replace(ENTRY, html="<p>]]&gt; &amp; ]] <em>x</em></p>", text=None)
    odd = replace(ENTRY, html="<p>x</p>]]>", text=None)
    for each, shown in ((entry, entry.html), (odd, odd.html)):
        root = etree.fromstring(render(feed_of(each), "atom"))
        assert root.findtext("{*}entry/{*}content") == shown


@given(text=st.text(st.characters(), max_size=30))
def test_no_character_is_the_writers_death(text: str) -> None:
    entry = replace(
        ENTRY, title=text, note=text, summary=text, text=text, html=None, byline=text, categories=(text,)
    )
    for format_ in FORMATS:
        body = render(replace(feed_of(entry), title=text or "x"), format_)
        body.decode()
        _ = json.loads(body) if format_ in ("json", "ninjs") else etree.fromstring(body)


def test_control_characters_and_half_pairs_are_replaced_not_dropped() -> None:
    entry = replace(ENTRY, title="a\x00b\ud800c\ufffed")
    for format_ in FORMATS:
        assert "a\ufffdb\ufffdc\ufffdd".encode() in render(feed_of(entry), format_)


def test_withheld_and_retracted_end_and_others_go_on() -> None:
    entries = {act: replace(ENTRY, act=act, expires=None) for act in (Act.UPDATE, Act.WITHHOLD, Act.RETRACT)}
    ended = {
        act: b"dcterms:valid" in render(feed_of(entry), "rss").partition(b"<item>")[2]
        for act, entry in entries.items()
    }
    assert ended == {Act.UPDATE: False, Act.WITHHOLD: True, Act.RETRACT: True}
