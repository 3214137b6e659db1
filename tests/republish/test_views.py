"""Stories by their addresses: the grammar of slices, with one word before it."""

import pytest
from press import PressRoom, registry

from syndicate.news import Slice
from syndicate.republish import compose, compose_stories, parse_slice, parse_view, view_path

BASE = "https://hub.example"


@pytest.mark.parametrize("path", ["all", "vn", "agency/vn.vna/lang/vi", "lang/vi/urgency/3/kind/alert"])
def test_every_slice_has_its_stories_and_one_address_for_them(path: str) -> None:
    slice_ = parse_slice(path)
    assert slice_ is not None
    assert parse_view(path) == (slice_, False)
    stories = view_path(slice_, stories=True)
    assert stories == ("stories" if path == "all" else f"stories/{path}")
    assert parse_view(stories) == (slice_, True)
    assert view_path(slice_, stories=False) == path


@pytest.mark.parametrize("path", ["stories/all", "storiesx", "stories/stories", "stories/nope/x", ""])
def test_nothing_else_is_a_view(path: str) -> None:
    assert parse_view(path) is None


def test_a_feed_of_stories_is_not_pushed_and_has_no_archive() -> None:
    known = registry(PressRoom())
    plain = compose(
        Slice(lang="vi"),
        (),
        known,
        base_url=BASE,
        first_index=None,
        last_index=None,
        archived=None,
        pushes=True,
    )
    feed = compose_stories(plain, Slice(lang="vi"), known, base_url=BASE)
    assert dict(feed.self_urls)["atom"] == feed.id == f"{BASE}/feeds/stories/lang/vi.atom"
    assert feed.title == "Demo · stories · vi"
    assert feed.hub_url is feed.prev_archive is feed.next_url is None
    assert feed.continue_url == plain.continue_url
