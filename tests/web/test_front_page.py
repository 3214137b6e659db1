"""The front page, and script in any field of any output (attack 25)."""

import re
from html.parser import HTMLParser

import pytest
from hub_folder import Place, hub_at_work

from syndicate.news import Act, Content

SELF_PRAISE = re.compile(r"\b(true|truth|verified|verifies|authoritative|authentic|trusted)\b", re.IGNORECASE)


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._silent = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._silent = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.text += data


async def test_the_page_shows_what_is_new_and_where_to_subscribe(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("storm", title="Storm makes landfall")
        await served.release("jawi", lang="ms-Arab", title="ريبوت")
        reply = await served.get("/")
        page = Page(reply.body.decode())
        assert "Storm makes landfall" in page.text
        assert "Signed with Aaland News’s key, unaltered since 23 November 2026, 12:00 UTC" in page.text
        headings = [attributes for tag, attributes in page.elements if tag == "h2" and "lang" in attributes]
        assert {"lang": "ms-Arab", "dir": "rtl"} in headings
        assert {"lang": "en", "dir": "ltr"} in headings
        lists = Page((await served.get("/subscribe")).body.decode())
        links = {attributes.get("href") for tag, attributes in lists.elements if tag == "a"}
        assert {
            "/feeds/all.rss",
            "/feeds/aa.atom",
            "/feeds/lang/vi.json",
            "/feeds/agency/bb.gov.atom",
            "/feeds/kind/corrections.rss",
        } <= links


async def test_the_page_is_small_and_needs_no_script_and_nothing_from_elsewhere(here: Place) -> None:
    async with hub_at_work(here) as served:
        for number in range(40):
            await served.release(f"n{'abcdefghij'[number // 10]}{'abcdefghij'[number % 10]}", title="ខ" * 300)
        reply = await served.get("/")
        assert len(reply.body) < 50_000, "titles of the greatest length that may be signed"
        assert len((await served.get("/", "Accept-Encoding: br")).body) < 14_000
        page = Page(reply.body.decode())
        loaded = {tag for tag, _ in page.elements} & {"script", "img", "iframe", "object"}
        assert not loaded
        policy = reply.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "form-action 'self'" in policy
        assert "unsafe" not in policy


async def test_our_own_words_never_vouch_for_what_is_said(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("storm")
        page = Page((await served.get("/")).body.decode())
        assert not SELF_PRAISE.findall(page.text)
        for path in ("/v1/items", "/v1/sources", "/health", "/metrics"):
            words = re.sub(r'"[A-Za-z0-9_.-]{100,}"', "", (await served.get(path)).body.decode())
            assert not SELF_PRAISE.findall(words), path


async def test_a_withdrawn_item_is_said_to_be_withdrawn_on_the_page(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("storm", title="Storm makes landfall")
        await served.release("storm", ver=2, act=Act.RETRACT, note="No storm came.", content=None)
        page = Page((await served.get("/")).body.decode())
        assert "Withdrawn" in page.text
        assert "No storm came." in page.text
        assert page.text.count("Signed with") == 1


SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&#x3c;]]>"


async def test_attack_25_script_in_any_field_stays_text_in_every_output(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release(
            "script",
            title=SCRIPT,
            summary=SCRIPT,
            byline=SCRIPT,
            credit=SCRIPT,
            rights=SCRIPT,
            content=Content(type="text/plain", body=SCRIPT),
        )
        await served.release("script", ver=2, act=Act.CORRECT, note=SCRIPT, title=SCRIPT)
        for path in ("/", "/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json", "/v1/items", "/v1/sources"):
            reply = await served.get(path)
            assert reply.status == 200
            assert reply.headers["x-content-type-options"] == "nosniff"
            assert not reply.headers["content-type"].startswith("text/html") or path == "/"
            if not path.endswith(".json"):  # there it is a JSON string, which no reader takes for markup
                assert b"<script" not in reply.body, path
                assert b"<img src=x" not in reply.body, path
        page = Page((await served.get("/")).body.decode())
        assert SCRIPT in page.text
        assert not [
            1 for tag, attributes in page.elements if tag in {"script", "img"} or "onerror" in attributes
        ]


async def test_attack_25_no_scheme_but_http_becomes_a_link(here: Place) -> None:
    async with hub_at_work(here) as served:
        token = here.newsroom.release("link", url="javascript:alert(1)")
        [result] = await served.submit(token)
        assert (result["outcome"], result["reason"]) == ("refused", "url-invalid")


@pytest.mark.parametrize(
    "path",
    [
        "/<script>alert(1)</script>",
        "/feeds/<script>.atom",
        "/v1/items?lang=<script>",
        "/v1/items/<script>/1.jws",
    ],
)
async def test_attack_25_nothing_of_a_request_is_given_back(here: Place, path: str) -> None:
    async with hub_at_work(here) as served:
        reply = await served.get(path.replace("<", "%3C").replace(">", "%3E"))
        assert reply.status in {400, 404}
        assert b"script" not in reply.body
