"""One bad entry never stops another, whatever it is: halves of characters, and bugs of this very program."""

import json
from pathlib import Path
from typing import Any

import pytest
from newsroom import SITE, Newsroom, rss, story

from syndicate.agency import Asked, _draft, _preview, _read_json, _sign, judge, preview, read_cms
from syndicate.agency._entry import CmsFeed
from syndicate.signing import ephemeral_signer

HALF = "\ud800"
GOOD = {"id": "good", "url": f"{SITE}/good", "title": "Tốt", "content_text": "Nội dung."}


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def json_feed(*items: object) -> str:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Tin", "items": items})


def codes(room: Newsroom, text: str) -> list[str | None]:
    return [each.code for each in room.run(text).entries]


def bad(**told: object) -> dict[str, object]:
    return GOOD | {"id": "bad", "url": f"{SITE}/bad", "title": "Xấu"} | told


@pytest.mark.parametrize(
    ("item", "code"),
    [
        pytest.param(bad(id=f"2{HALF}"), "entry-unreadable", id="an id"),
        pytest.param(bad(url=f"{SITE}/{HALF}"), "entry-unreadable", id="an address"),
        pytest.param(bad(id="", url=f"{SITE}/{HALF}"), "entry-unreadable", id="an address that is the id"),
        pytest.param(bad(date_published=f"x{HALF}"), None, id="a date"),
        pytest.param(bad(title=f"Xấu{HALF}"), None, id="a title"),
        pytest.param(bad(title=HALF, content_text=""), "entry-without-text", id="a title of nothing else"),
        pytest.param(bad(summary=HALF, content_text=f"a{HALF}b"), None, id="a text"),
        pytest.param(bad(authors=[{"name": HALF}], tags=[HALF], image=HALF), None, id="a byline"),
    ],
)
def test_half_a_character_stops_no_other_entry(
    room: Newsroom, item: dict[str, object], code: str | None
) -> None:
    text = json_feed(item, GOOD)
    assert codes(room, text) == [code, None]
    assert "Tốt" in [said.title for said in room.said()]
    told = seen(room, text)
    assert [each.code for each in told.entries] == [code, None]
    "".join([each.dated + each.title for each in told.entries]).encode()  # it can be printed


def test_half_a_character_stops_no_other_post_of_wordpress(room: Newsroom) -> None:
    good = {"guid": {"rendered": "g"}, "link": f"{SITE}/g", "title": {"rendered": "Tốt"}}
    posts = [good | {"guid": {"rendered": f"b{HALF}"}}, good | {"date_gmt": f"2026{HALF}"}]
    assert codes(room, json.dumps(posts)) == ["entry-unreadable", None]


def test_half_a_character_in_xml_stops_no_other_entry(room: Newsroom) -> None:
    broken = rss(story(1, guid="HALF"), story(2)).replace("HALF", "a&#xD800;&nbsp;")
    report = room.run(broken)
    assert "Tin số 2" in [item.title for item in room.said()]
    assert len(report.entries) == 2


def test_half_a_character_in_a_files_name_stops_no_other_file(room: Newsroom) -> None:
    folder = room.folder / "drop"
    folder.mkdir()
    text = f"---\ntitle: Tin\ndate: 2026-11-23 10:00\nurl: {SITE}/a\n---\nA\n"
    for name in (b"\xff.md", b"a.md"):
        Path(str(folder), name.decode("utf-8", "surrogateescape")).write_text(text, encoding="utf-8")
    room.reconfigure(feed=str(folder))
    assert sorted(str(each.code) for each in room.sign().entries) == ["None", "entry-unreadable"]


def seen(room: Newsroom, text: str) -> Any:
    entries = read_cms(text.encode(), source="x")
    feed = CmsFeed(source="x", format="JSON Feed", entries=entries)
    asked = Asked(source="x", language="vi", domains=room.config.domains)
    return preview(asked, feed, signer=ephemeral_signer(), now=room.clock.time)


class Bug(RuntimeError):
    """Something that nobody thought of."""


def failing(real: Any) -> Any:
    """``real``, with a bug that shows for the bad entry alone."""

    def fails(*args: Any, **kwargs: Any) -> Any:
        if "Xấu" in repr(args):
            raise Bug("it says \x1b[2J")
        return real(*args, **kwargs)

    return fails


@pytest.mark.parametrize(
    ("place", "code"),
    [
        pytest.param((_read_json, "_enclosures"), "entry-unreadable", id="while it is read"),
        pytest.param((_draft, "_titled"), "entry-failed", id="while it is converted"),
        pytest.param((_sign, "compose"), "entry-failed", id="while it is composed"),
    ],
)
def test_a_bug_is_told_of_its_entry_and_logged_and_stops_no_other(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, surprises: list[str], place: tuple[Any, str], code: str
) -> None:  # fmt: skip
    where, name = place
    monkeypatch.setattr(where, name, failing(getattr(where, name)))
    assert codes(room, json_feed(bad(), GOOD)) == [code, None]
    assert [item.title for item in room.said()] == ["Tốt"]
    (said,) = surprises
    assert "Bug" in said
    assert "in fails" in said, "where it happened"
    assert "\x1b" not in said
    surprises.clear()


def test_a_bug_in_a_preview_is_told_of_its_entry(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, surprises: list[str]
) -> None:
    monkeypatch.setattr(_preview, "judge", failing(judge))
    told = seen(room, json_feed(bad(), GOOD))
    assert [each.code for each in told.entries] == ["entry-failed", None]
    assert len(surprises) == 1
    surprises.clear()
