"""What a person is told of a CMS before any key exists."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from newsroom import SITE, STARTED, rss, story

from syndicate.agency import Asked, CmsFeed, Preview, preview
from syndicate.agency import _source as source
from syndicate.agency._dates import DateReader
from syndicate.cli import main
from syndicate.signing import ephemeral_signer

LAO = "ລັດຖະບານເປີດຂົວໃໝ່ໃນມື້ນີ້"


def look(text: str, **asked: object) -> Preview:
    usual = Asked(
        source=f"{SITE}/rss", language="vi", zone="Asia/Ho_Chi_Minh", domains=("news.demo-vn.example",)
    )
    told = replace(usual, **asked)  # type: ignore[arg-type]  # names are checked at run time
    return preview(told, read(text, told), signer=ephemeral_signer(), now=STARTED)


def read(text: str, asked: Asked) -> CmsFeed:
    zone = asked.zone or "UTC"
    return source._read_bytes(text.encode(), asked.source, DateReader(zone=zone, local=asked.local_dates))


def codes(seen: Preview) -> set[str]:
    return {finding.code for finding in seen.findings}


def test_a_sound_feed_needs_no_change() -> None:
    seen = look(rss(story(1), story(30)))
    assert (seen.is_fit, seen.fit(), seen.findings) == (True, 2, ())
    assert [entry.published for entry in seen.entries] == ["2026-11-23T01:00:00Z", "2026-11-23T06:00:00Z"]
    assert seen.format == "RSS 2.0"


@pytest.mark.parametrize(
    ("text", "code", "grave"),
    [
        pytest.param(rss(), "no-entries", True, id="an empty feed"),
        pytest.param(rss(story(1, link="https://elsewhere.example/1")), "host-not-listed", True, id="a host"),
        pytest.param(rss(story(1), story(1)), "entry-repeated", True, id="an id twice"),
        pytest.param(rss(story(1, title="Just a moment...")), "stale", False, id="no challenge in a story"),
        pytest.param(
            rss(story(1, title="Just a moment...", description="")), "entry-challenge", True, id="a challenge"
        ),
        pytest.param(rss(story(1, pubDate="")), "date-missing", False, id="no date"),
        pytest.param(rss(story(1, pubDate="soon")), "date-unreadable", False, id="an unreadable date"),
        pytest.param(rss(story(1, pubDate="2026-11-23 10:00")), "date-without-zone", False, id="no zone"),
        pytest.param(rss(story(1, pubDate="03/04/2026 10:00")), "date-ambiguous", False, id="day or month"),
        pytest.param(
            rss(story(1, pubDate="Wed, 25 Nov 2026 17:20:00 GMT")), "date-ahead", True, id="local called GMT"
        ),
        pytest.param(
            rss(story(1, pubDate="Wed, 25 Nov 2027 17:20:00 GMT")), "date-ahead", False, id="far ahead"
        ),
        pytest.param(rss(story(1, pubDate="Wed, 23 Nov 2016 10:00:00 GMT")), "stale", True, id="stale"),
        pytest.param(rss(story(1, title=LAO)), "script-differs", True, id="another script"),
        pytest.param(rss(story(1), head="<language>en-us</language>"), "language-differs", False, id="claim"),
        pytest.param(
            rss(story(1, description="<p>a</p><img src='https://cdn.example/1.png'>")),
            "media-host-not-listed",
            False,
            id="pictures elsewhere",
        ),
        pytest.param(
            rss(story(1, description="<p>a <s>b</s></p>")), "changed", False, id="words that are left out"
        ),
        pytest.param(rss(story(1, description="")), "no-text", False, id="no text"),
        pytest.param(
            rss(*(story(n, title=f"World : Tin {n}") for n in range(4))), "title-prefix", False, id="prefixes"
        ),
        pytest.param(rss(*map(story, range(10))), "small-window", False, id="a window of ten"),
    ],
)
def test_what_is_odd_is_found(text: str, code: str, grave: bool) -> None:
    seen = look(text)
    found = [finding for finding in seen.findings if finding.code == code]
    if code == "stale" and not grave:
        assert found == []
        return
    assert [finding.grave for finding in found] == [grave]
    assert found[0].advice
    assert seen.is_fit is not any(finding.grave for finding in seen.findings)


def test_local_dates_are_read_as_advised() -> None:
    seen = look(rss(story(1, pubDate="Wed, 25 Nov 2026 17:20:00 GMT")), local_dates=True)
    assert seen.entries[0].published == "2026-11-25T10:20:00Z"
    assert "date-ahead" not in codes(seen)


def test_what_nobody_said_is_taken_from_the_feed_and_told() -> None:
    text = rss(story(1), head="<language>vi-VN</language>")
    seen = look(text, language="", zone="", domains=())
    assert (seen.language, seen.zone, seen.domains) == ("vi", "UTC", ("news.demo-vn.example",))
    assert codes(seen) == {"language-assumed", "zone-assumed", "domains-assumed"}
    assert seen.is_fit
    assert not look(rss(story(1)), language="").is_fit


def test_what_hubs_would_refuse_is_told_before_there_is_a_key() -> None:
    seen = look(rss(story(1, description=f"<p>{'dài ' * 30_000}</p>"), story(2)))
    assert [entry.code for entry in seen.entries] == ["token-too-large", None]
    assert seen.fit() == 1
    assert not seen.is_fit


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    def run(text: str, *options: str) -> tuple[int, str, str]:
        path = tmp_path / "cms.xml"
        path.write_text(text, encoding="utf-8")
        code = main(["agency", "preview", str(path), *options])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_the_command_shows_a_table_and_what_to_change(run: Callable[..., tuple[int, str, str]]) -> None:
    text = rss(*map(story, range(1, 17)), story(17, link="https://elsewhere.example/"))
    code, told, _ = run(
        text, "--lang", "vi", "--zone", "Asia/Ho_Chi_Minh", "--domains", "news.demo-vn.example"
    )
    assert code == 1
    assert "16 of 17 would be signed. Nothing was signed or kept now." in told
    assert "2026-11-23T01:00:00Z  Tin số 1 " in told
    assert "... and 2 more (--all shows each)" in told
    assert "To change before signing:\n- 1 entry: would not be signed" in told
    assert "Change what stands above" in told


def test_the_command_says_when_nothing_has_to_be_changed(run: Callable[..., tuple[int, str, str]]) -> None:
    code, told, _ = run(rss(story(1, pubDate="")), "--lang", "vi")
    assert code == 0
    assert "Nothing has to be changed." in told


def test_the_command_speaks_json(run: Callable[..., tuple[int, str, str]]) -> None:
    code, told, _ = run(rss(story(1, pubDate="")), "--lang", "vi", "--json")
    seen = json.loads(told)
    assert (code, seen["fit"], seen["is_fit"], seen["format"]) == (0, 1, True, "RSS 2.0")
    assert seen["entries"][0]["title"] == "Tin số 1"
    assert {finding["code"] for finding in seen["findings"]} >= {"date-missing", "zone-assumed"}


def test_what_cannot_be_read_ends_with_2_and_says_why(run: Callable[..., tuple[int, str, str]]) -> None:
    code, told, why = run("<html><title>Just a moment...</title></html>")
    assert (code, told) == (2, "")
    assert "a bot wall's challenge page ('Just a moment...')" in why


def test_a_folder_is_previewed_like_a_feed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header = f"---\ntitle: Cầu\ndate: 2020-01-01 10:00\nurl: {SITE}/1\n---\n"
    (tmp_path / "a.md").write_text(header, encoding="utf-8")
    assert main(["agency", "preview", str(tmp_path), "--lang", "vi", "--zone", "Asia/Dili"]) == 1
    told = capsys.readouterr().out
    assert "Markdown files, 1 entry" in told
    assert "2020-01-01T01:00:00Z  Cầu" in told
    assert "is this feed still fed?" in told
