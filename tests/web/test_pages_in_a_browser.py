"""The pages in a real browser: what axe finds, what is loaded, what hostile text does to them."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from browser import PROGRAM, Browser, open_browser
from get_readers import axe
from hub_folder import Served
from page_room import TEXTS, PageRoom, page_room

from syndicate.news import Content

ZALGO = "Z" + "\u0336\u0315\u034f\u0489" * 60 + "algo"
HOSTILE = {
    "markup": "</title></style></script><script>document.title='taken'</script><img src=x onerror=alert(1)>",
    "marks": ZALGO,
    "long": "w" * 500,
    "hebrew": "\u200f\u05d0\u05d1\u05d2 (1) \u200f</a>",
    "entities": "&lt;b&gt; &#x3c;script&#x3e; %3Cscript%3E {{ 7 * 7 }} {% raw %}",
}
OTHER_SCRIPTS = "[...document.querySelectorAll('script')].some(each => each.type !== 'application/ld+json')"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def the_pages(room: PageRoom) -> list[str]:
    """One of each kind, and an item in each script."""
    items = [
        f"/item/{room.sub(f'one{lang}')}"
        for lang in ("km", "lo", "my", "th", "ta", "vi", "zh-Hans", "ms-Arab")
    ]
    special = [f"/item/{room.sub(name)}" for name in ("flood", "gone", "warning", "dam")]
    return [
        "/", "/wire/lang/km", "/wire/kind/alert", "/stories", "/corrections", "/sources", "/sources/aa.news",
        "/log", "/subscribe", "/lookup", "/search", "/search?q=flood",
        "/search?q=%E0%B8%A1%E0%B8%99%E0%B8%B8",
        "/search?q=zzz", "/item/nothing", f"/item/{room.sub('flood')}/1", *items, *special,
    ]  # fmt: skip


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[PageRoom]:
    async with page_room(tmp_path) as made:
        yield made


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    async with open_browser(tmp_path / "profile") as opened:
        yield opened


async def hostile(served: Served) -> list[str]:
    """An item of each kind of hostile text, and the addresses of their pages."""
    body = Content(type="text/plain", body="\n".join(HOSTILE.values()))
    for name, text in HOSTILE.items():
        await served.release(name, title=text[:300], summary=text, byline=text[:200], content=body, lang="en")
    return [f"/item/{served.here.newsroom.item(name).sub}" for name in HOSTILE]


SCRIPT = axe()
if PROGRAM is not None and SCRIPT is not None:  # `.ci/run` brings both; elsewhere these are not there
    AXE = SCRIPT.read_text(encoding="utf-8")

    @pytest.mark.long
    async def test_axe_finds_nothing_on_any_page_in_any_script_light_and_dark(
        room: PageRoom, browser: Browser
    ) -> None:
        for path in the_pages(room):
            await browser.open(room.served.hub.url + path)
            for dark in (False, True):
                await browser.colours(dark=dark)
                assert await browser.axe(AXE) == [], (path, dark)

    async def test_no_page_loads_anything_runs_a_script_or_is_wider_than_a_telephone(
        room: PageRoom, browser: Browser
    ) -> None:
        for path in the_pages(room):
            await browser.open(room.served.hub.url + path, width=320)
            assert await browser.evaluate("performance.getEntriesByType('resource').length") == 0, path
            assert await browser.evaluate(OTHER_SCRIPTS) is False, path
            assert await browser.evaluate(WIDER) <= 0, path
        assert [each for each in browser.complaints if "404" not in each] == []

    async def test_attack_25_hostile_text_breaks_no_page(room: PageRoom, browser: Browser) -> None:
        for path in ["/", *await hostile(room.served)]:
            # With scripts on: the policy has to hold, not the reader's caution.
            await browser.open(room.served.hub.url + path, width=320, scripts=True)
            assert "taken" not in await browser.evaluate("document.title.split(' · ')[1]"), path
            assert await browser.evaluate("document.images.length") == 0, path
            assert await browser.evaluate(OTHER_SCRIPTS) is False, path
            assert await browser.evaluate(WIDER) <= 0, path
            assert await browser.evaluate("document.querySelectorAll('footer').length") == 1, path
            assert await browser.axe(AXE) == [], path
        assert browser.complaints == [], "the article in the page is data: the policy has nothing to stop"

    async def test_every_word_of_every_script_is_on_the_wire_without_a_script(
        room: PageRoom, browser: Browser
    ) -> None:
        await browser.open(room.served.hub.url + "/")
        text = await browser.evaluate("document.body.innerText")
        assert [lang for lang, each in TEXTS.items() if each not in text] == []
        heights = await browser.evaluate(
            "Object.fromEntries([...document.querySelectorAll('.items h2')]"
            ".map(each => [each, getComputedStyle(each)])"
            ".map(([each, style]) => [each.lang, parseFloat(style.lineHeight) / parseFloat(style.fontSize)]))"
        )
        assert all(heights[lang] >= 1.7 for lang in ("km", "my", "lo", "th")), json.dumps(heights)

    async def test_the_filter_is_a_form_that_the_policy_lets_through(
        room: PageRoom, browser: Browser
    ) -> None:
        await browser.open(room.served.hub.url + "/wire/lang/km", scripts=True)
        await browser.follow(
            "document.querySelector('#f-lang').value = 'vi', document.forms[0].requestSubmit()"
        )
        assert await browser.evaluate("location.pathname") == "/wire/lang/vi"
        assert browser.complaints == []
