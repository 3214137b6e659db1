import time
import unicodedata

import pytest

from syndicate.agency import convert, read_cms
from syndicate.demo import Newsroom, Story, load_newsrooms
from syndicate.demo._cms import compose_cms_feed
from syndicate.news import Act, check_content, host_of

NEWSROOMS = load_newsrooms()
STORIES = [story for newsroom in NEWSROOMS for story in newsroom.stories]
LANGUAGES = {
    "en", "fil", "id", "km", "lo", "ms", "ms-Arab", "my", "pt", "ta", "tet", "th", "vi", "zh-Hans",
}  # fmt: skip


def named(value: object) -> str:
    return f"{value.agency}/{value.key}/{value.act}" if isinstance(value, Story) else getattr(value, "id", "")


def test_eleven_members_tell_at_least_forty_four_stories_in_all_their_official_languages() -> None:
    assert len({newsroom.member for newsroom in NEWSROOMS}) == 11
    assert len({(story.agency, story.key) for story in STORIES}) >= 44
    assert {story.lang for story in STORIES} == LANGUAGES


@pytest.mark.parametrize("newsroom", NEWSROOMS, ids=named)
def test_no_agency_of_the_demo_could_be_taken_for_a_real_one(newsroom: Newsroom) -> None:
    assert newsroom.id == f"{newsroom.member}.demo"
    assert newsroom.name().startswith("Demo News of ")
    for host in (newsroom.host, newsroom.media_host):
        assert host.endswith(f"{newsroom.member}-demo.example")


@pytest.mark.parametrize("newsroom", NEWSROOMS, ids=named)
def test_every_language_of_an_agency_has_a_story_and_every_story_a_language_of_its_agency(
    newsroom: Newsroom,
) -> None:
    assert {story.lang for story in newsroom.stories} == set(newsroom.languages)
    assert set(newsroom.languages) <= set(newsroom.names)


@pytest.mark.parametrize("story", STORIES, ids=named)
def test_every_story_converts_into_the_content_profile(story: Story) -> None:
    newsroom = next(newsroom for newsroom in NEWSROOMS if newsroom.id == story.agency)
    if story.act in (Act.WITHHOLD, Act.RETRACT):
        assert story.body is None
        assert story.note
        return
    converted = convert(story.body or "", media_hosts=(newsroom.host, newsroom.media_host))
    pictures = check_content("text/html", converted.body)
    assert converted.body.count("<p>") >= 2
    assert {host_of(url) for url in pictures} <= {newsroom.media_host}
    assert (story.body or "").count("<img") == len(pictures)


@pytest.mark.parametrize("newsroom", NEWSROOMS, ids=named)
def test_the_cms_of_every_agency_publishes_what_a_feed_library_reads(newsroom: Newsroom) -> None:
    for lang in newsroom.languages:
        stories = [story for story in newsroom.stories if story.lang == lang and story.desk == "cms"]
        newest = {story.key: story for story in stories}
        body = compose_cms_feed(newsroom, tuple(newest.values()), lang, time.time())
        entries = read_cms(body, source=f"https://{newsroom.host}/feed.xml")
        assert {entry.cms_id.rpartition(":")[2] for entry in entries} == set(newest)
        assert all((entry.published is not None) == newsroom.dates for entry in entries)


def test_the_odd_things_of_real_feeds_are_among_the_stories() -> None:
    titles = [story.title for story in STORIES]
    assert any(title.startswith("World : ") for title in titles)
    assert any("\u200b" in title for title in titles)
    assert any("&amp;" in title for title in titles)
    assert any(title != unicodedata.normalize("NFC", title) for title in titles)
    assert any(ord(character) > 0xFFFF for title in titles for character in title)
    assert {story.act for story in STORIES} == set(Act) - {Act.HEARTBEAT}


@pytest.mark.parametrize("newsroom", NEWSROOMS, ids=named)
def test_a_bulletin_fills_in_its_number_and_the_time(newsroom: Newsroom) -> None:
    for text in (newsroom.bulletin.title, newsroom.bulletin.body or ""):
        filled = text.format_map({"number": 7, "time": "08:15"})
        assert "7" in filled
        assert "08:15" in filled
