"""A page is small whatever was signed; it says where the rest is, and never cuts a letter or an element."""

import re

import pytest
from hub_folder import Place, hub_at_work
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup, escape

from syndicate.news import Act, Content, Media, check_content
from syndicate.web._pages._room import PAGE_BYTES, body_within, clipped

LONG = {
    "Burmese in paragraphs": Content(type="text/html", body=f"<p>{'လူတိုင်းသည် ' * 20}</p>" * 80),
    "one paragraph without end": Content(type="text/html", body=f"<p>{'word ' * 12_000}</p>"),
    "signs that HTML spells out": Content(type="text/plain", body="'\"<>&" * 9_000),
    "a letter a line": Content(type="text/plain", body="x\n" * 18_000),
    "a list": Content(type="text/html", body=f"<ul>{'<li>one <strong>two</strong></li>' * 1_500}</ul>"),
    "a table of links": Content(
        type="text/html",
        body="<table><tbody>"
        + '<tr><td><a href="https://a.example/">b</a></td></tr>' * 900
        + "</tbody></table>",
    ),
}


@pytest.mark.parametrize("name", LONG)
async def test_attack_a_body_of_the_greatest_length_makes_no_large_page(here: Place, name: str) -> None:
    async with hub_at_work(here) as served:
        other = Content(type="text/plain", body="quite another text " * 2_000)
        await served.release("long", content=other)
        [token] = await served.release("long", ver=2, act=Act.UPDATE, content=LONG[name])
        await served.until_sealed(2)
        item = (await served.json("/v1/items"))["items"][-1]
        reply = await served.get(f"/item/{item['sub']}")
        page = reply.body.decode()
        assert reply.status == 200
        assert len(reply.body) < PAGE_BYTES
        assert f'<a href="/v1/items/{item["sub"]}/2.jws">Signed token</a>' in page
        assert "the beginning of what was signed" in page
        shown = page.partition('<div class="body"')[2].partition('<p class="note">This page shows')[0]
        assert len(shown) > 900
        assert shown.count("<p>") == shown.count("</p>")
        assert len(token) > 40_000


async def test_attack_everything_at_its_greatest_at_once_makes_no_large_page(here: Place) -> None:
    pictures = tuple(
        Media(url=f"https://cdn.example/{n}?{'&' * 400}", type="image/jpeg", alt="&" * 300, credit="'" * 100)
        for n in range(40)
    )
    async with hub_at_work(here) as served:
        said = {
            "title": "&" * 300, "summary": "'" * 2_000, "rights": '"' * 1_000, "credit": "&" * 200,
            "byline": "<" * 200, "media": pictures, "content": Content(type="text/plain", body="ខ្មែរ " * 500),
        }  # fmt: skip
        await served.release("all", **said)
        for ver in range(2, 12):
            await served.release("all", ver=ver, act=Act.CORRECT, note="&" * 1_000, **said)
        await served.until_sealed(11)
        [item] = (await served.json("/v1/items?limit=1"))["items"]
        for path in (f"/item/{item['sub']}", f"/item/{item['sub']}/5"):
            assert len((await served.get(path)).body) < PAGE_BYTES


async def test_what_is_short_is_shown_whole_and_says_nothing_of_a_rest(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("short", content=Content(type="text/html", body="<p>All of it.</p>" * 50))
        await served.until_sealed(1)
        [item] = (await served.json("/v1/items?limit=1"))["items"]
        page = (await served.get(f"/item/{item['sub']}")).body.decode()
        assert page.count("All of it.") == 50
        assert "the beginning of what was signed" not in page


BLOCKS = st.lists(
    st.sampled_from(
        ["<p>a</p>", "<p>b<br>c <em>d</em></p>", "<ul><li>e<ul><li>f</li></ul></li></ul>", "<h2>ជំរាប</h2>",
         "<blockquote><p>g</p></blockquote>", '<figure><img src="https://a.example/" alt="x"></figure>']
    ),
    min_size=1, max_size=30,
)  # fmt: skip


@settings(max_examples=60)
@given(BLOCKS, st.integers(1, 400))
def test_whole_blocks_are_kept_as_far_as_they_fit(blocks: list[str], most: int) -> None:
    body = "".join(blocks)
    kept, cut = body_within(Markup(body), most)
    assert kept is not None
    assert cut == (len(body.encode()) > most)
    if len(blocks[0].encode()) <= most:
        assert body.startswith(str(kept))
        assert len(kept.encode()) <= most
        check_content("text/html", str(kept))
    else:
        assert re.fullmatch(r"<p>[^<]*</p>", str(kept))


@settings(max_examples=60)
@given(st.text(max_size=60), st.integers(0, 60))
def test_a_text_is_cut_between_its_letters_within_its_bytes(text: str, most: int) -> None:
    kept = clipped(text, most)
    if len(str(escape(text)).encode()) <= most:
        assert kept == text
    else:
        assert text.startswith(kept.removesuffix("…"))
        assert len(str(escape(kept.removesuffix("…"))).encode()) <= most
