"""The newsdesk as pages, as a browser without scripts meets them."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import lxml.html
import pytest
from newsdesk_room import DeskRoom
from newsroom import SITE
from raw_client import Reply, ask, listener

from syndicate.forms import make_forms
from syndicate.news import Act
from syndicate.newsdesk import Deed, panic
from syndicate.ports import Why
from syndicate.web import serve

SECRET = "a-secret-that-no-page-knows"
FORM = "Content-Type: application/x-www-form-urlencoded"
STORY = {"title": "Bão số 6 <đổ bộ>", "url": f"{SITE}/6", "text": "Gió **mạnh** cấp 10."}


@dataclass
class Browser:
    """What a person does: open a page, fill in its form, press its button."""

    room: DeskRoom
    port: int

    async def get(self, path: str = "", *lines: str) -> Reply:
        return await ask(self.port, f"/{SECRET}/{path}", *lines)

    async def post(self, path: str, **fields: str) -> Reply:
        body = urlencode({name.replace("_", "-"): value for name, value in fields.items()}).encode()
        return await ask(self.port, f"/{SECRET}/{path}", FORM, method="POST", body=body)

    async def press(self, page: Reply, **typed: str) -> Reply:
        """Send the page's first form, with what is typed into it."""
        form = tree_of(page).forms[0]
        fields = {name: value or "" for name, value in form.form_values()} | typed
        assert form.method == "POST"
        return await ask(self.port, form.action, FORM, method="POST", body=urlencode(fields).encode())


@pytest.fixture
def room(tmp_path: Path) -> DeskRoom:
    return DeskRoom(tmp_path)


@pytest.fixture
async def browser(room: DeskRoom) -> AsyncIterator[Browser]:
    bound = listener()
    port: int = bound.getsockname()[1]
    site = make_forms(room.desk, room.config, secret=SECRET, hosts={f"127.0.0.1:{port}"})
    async with serve(site, bound):
        yield Browser(room, port)


def tree_of(page: Reply) -> Any:
    """The page as lxml has it, which mypy knows too little of."""
    return lxml.html.fromstring(page.body.decode())


def text_of(page: Reply) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", page.body.decode()))


async def test_an_item_is_shown_before_it_is_signed_and_signed_after_it_was_shown(browser: Browser) -> None:
    form = await browser.get("form/publish")
    preview = await browser.press(form, **STORY)
    assert preview.status == 200
    assert STORY["title"] in text_of(preview)
    assert "<strong>mạnh</strong>" in preview.body.decode()
    assert browser.room.tokens() == []
    done = await browser.press(preview)
    assert "Signed as number 1" in text_of(done)
    assert [(item.title, item.act) for item in browser.room.said()] == [(STORY["title"], Act.PUBLISH)]


@pytest.mark.parametrize(
    ("deed", "fields"),
    [
        (Deed.CORRECT, {"note": "Sai số.", "title": "Bão số 7"}),
        (Deed.WITHHOLD, {"note": "Đang kiểm tra."}),
        (Deed.TRANSLATE, {"title": "Storm 6", "lang": "en", "url": f"{SITE}/en/6", "text": "Wind."}),
    ],
)
async def test_what_stands_is_corrected_withheld_or_translated(
    browser: Browser, deed: Deed, fields: dict[str, str]
) -> None:
    browser.room.publish()
    home = await browser.get()
    [address] = re.findall(rf'href="(/{SECRET}/form/{deed}\?item=[^"]+)"', home.body.decode())
    form = await ask(browser.port, unescape(address))
    done = await browser.press(await browser.press(form, **fields))
    assert "Signed as number 2" in text_of(done)
    assert len(browser.room.tokens()) == 2


async def test_a_correction_begins_with_what_stands_and_leaves_the_text_as_it_is(browser: Browser) -> None:
    browser.room.publish()
    before = browser.room.said()[0]
    form = await browser.get(f"form/correct?item={before.sub}")
    assert before.title in form.body.decode()
    await browser.press(await browser.press(form, note="Sai một chữ.", title="Bão số 8"))
    after = browser.room.said()[-1]
    assert (after.act, after.title, after.content) == (Act.CORRECT, "Bão số 8", before.content)


async def test_a_withheld_item_is_lifted(browser: Browser) -> None:
    browser.room.publish()
    sub = browser.room.said()[0].sub
    browser.room.act(Deed.WITHHOLD, sub, note="Đang kiểm tra.")
    home = (await browser.get()).body.decode()
    assert f"form/lift?item={sub.replace(':', '%3A')}" in home
    assert f"form/withhold?item={sub.replace(':', '%3A')}" not in home
    form = await browser.get(f"form/lift?item={sub}")
    await browser.press(await browser.press(form, note="Đã kiểm tra."))
    assert browser.room.said()[-1].act is Act.UPDATE


async def test_a_retraction_asks_for_a_word_and_signs_nothing_without_it(browser: Browser) -> None:
    browser.room.publish()
    sub = browser.room.said()[0].sub
    preview = await browser.press(await browser.get(f"form/retract?item={sub}"), note="Sai hoàn toàn.")
    for wrong in ("", "yes", sub):
        again = await browser.press(preview, word=wrong)
        assert again.status == 422
        assert "nothing was signed" in text_of(again)
    assert len(browser.room.tokens()) == 1
    done = await browser.press(preview, word=sub[-6:])
    assert "Signed as number 2" in text_of(done)
    assert browser.room.said()[-1].act is Act.RETRACT
    assert f"item={sub}" not in (await browser.get()).body.decode()


async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(browser: Browser) -> None:
    form = await browser.get("form/publish")
    again = await browser.press(form, title="Chỉ có tiêu đề", text="Giữ nguyên.")
    assert again.status == 422
    page = tree_of(again)
    [field] = page.xpath("//input[@name='url']")
    assert field.get("aria-invalid") == "true"
    [fault] = page.xpath("//*[@id='e-url']")
    assert "'url' is missing" in fault.text_content()
    assert page.xpath("//input[@name='title']")[0].get("value") == "Chỉ có tiêu đề"
    assert "Giữ nguyên." in page.xpath("//textarea[@name='text']")[0].text
    assert browser.room.tokens() == []


async def test_a_host_that_is_not_the_agencys_is_refused_as_hubs_would(browser: Browser) -> None:
    form = await browser.get("form/publish")
    again = await browser.press(form, **{**STORY, "url": "https://elsewhere.example/6"})
    assert again.status == 422
    assert "hubs would refuse it" in text_of(again)


async def test_an_alert_waits_for_the_second_person_whom_no_page_replaces(browser: Browser) -> None:
    fields = {
        "title": "Cảnh báo lũ", "url": f"{SITE}/lu", "event": "flood", "alert-category": "Met",
        "alert-urgency": "Expected", "severity": "Severe", "certainty": "Likely", "area": "Hạ lưu\nVen biển",
        "expires": "2027-01-01T00:00:00Z",
    }  # fmt: skip
    done = await browser.press(await browser.press(await browser.get("form/alert"), **fields))
    assert "It waits, unsigned, until the second person releases it" in text_of(done)
    [waiting] = browser.room.waiting()
    assert waiting.why is Why.SECOND
    assert waiting.item.alert is not None
    assert [area.desc for area in waiting.item.alert.area] == ["Hạ lưu", "Ven biển"]
    home = await browser.get()
    assert f"release/{waiting.id}" not in home.body.decode()
    refused = await browser.post(f"release/{waiting.id}")
    assert refused.status == 400
    assert browser.room.tokens() == []


async def test_what_waits_is_dropped(browser: Browser) -> None:
    browser.room.act(Deed.PUBLISH, title="Chờ", url=f"{SITE}/9", not_before=browser.room.clock.time + 600)
    [waiting] = browser.room.waiting()
    assert (await browser.post(f"drop/{waiting.id}")).status == 200
    assert browser.room.waiting() == ()


@pytest.mark.parametrize("number", ["x", "0", "999", "1" * 40, "../1"])
async def test_a_place_that_is_not_on_the_list_changes_nothing(browser: Browser, number: str) -> None:
    assert (await browser.post(f"release/{number}")).status in (400, 404)


@pytest.mark.parametrize(
    "path", ["/", "/form/publish", "/other-secret/", f"/{SECRET[:-1]}/", f"/{SECRET}x/form/publish", "//"]
)
async def test_without_the_secret_there_is_nothing(browser: Browser, path: str) -> None:
    for method in ("GET", "POST"):
        reply = await ask(browser.port, path, FORM, method=method, body=b"a=b" if method == "POST" else b"")
        assert (reply.status, reply.body) == (404, b"There is nothing here.\n")


async def test_another_name_for_this_machine_is_not_answered(browser: Browser) -> None:
    """A page whose name was made to point here (DNS rebinding) asks under its own name."""
    reader, writer = await asyncio.open_connection("127.0.0.1", browser.port)
    asked = f"GET /{SECRET}/ HTTP/1.1\r\nHost: evil.example:{browser.port}\r\nConnection: close\r\n\r\n"
    writer.write(asked.encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 404")


async def test_a_page_gives_its_address_to_nobody_and_runs_nothing(browser: Browser) -> None:
    browser.room.publish("<script>alert(1)</script>")
    page = await browser.get()
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert b"<script" not in page.body
    assert "set-cookie" not in page.headers


@pytest.mark.parametrize(
    "body",
    [b"\xff", b"title", b"&".join([b"a=b"] * 101), b"title=" + b"x" * 1_000_001],
    ids=["not ASCII", "no form", "too many fields", "too long"],
)
async def test_a_form_that_is_none_is_refused(browser: Browser, body: bytes) -> None:
    reply = await ask(browser.port, f"/{SECRET}/preview/publish", FORM, method="POST", body=body)
    assert reply.status == 400
    assert browser.room.tokens() == []


@pytest.mark.parametrize("page", ["", "form/publish", "form/alert", "form/rebut"])
async def test_every_field_has_its_label_and_every_page_its_language(browser: Browser, page: str) -> None:
    browser.room.publish()
    tree = tree_of(await browser.get(page))
    assert tree.get("lang") == "en"
    labels = {label.get("for") for label in tree.xpath("//label")}
    fields = tree.xpath("//input[not(@type='hidden')] | //textarea")
    assert {field.get("id") for field in fields} <= labels
    for field in fields:
        for named in field.get("aria-describedby", "").split():
            assert tree.xpath(f"//*[@id='{named}']"), named
    for title in tree.xpath("//strong"):
        assert title.get("lang") == "vi"


async def test_a_page_that_there_is_not_and_a_method_that_does_not_fit(browser: Browser) -> None:
    assert (await browser.get("form/burn")).status == 404
    assert (await browser.get("preview/publish")).status == 405
    assert (await browser.get("release/1")).status == 404
    assert (await ask(browser.port, f"/{SECRET}/", method="DELETE")).status == 405


async def test_all_of_an_alert_is_shown_and_that_a_second_person_releases_it(browser: Browser) -> None:
    said = {
        "title": "Lũ", "url": f"{SITE}/lu", "event": "Lũ lớn", "alert-category": "Met",
        "alert-urgency": "Immediate", "severity": "Severe", "certainty": "Observed", "area": "Hạ lưu",
        "instruction": "Lên chỗ cao.", "expires": "2099-11-25T10:00:00Z",
    }  # fmt: skip
    seen = text_of(await browser.press(await browser.get("form/alert"), **said))
    for each in [*said.values(), "A second person has to release this"]:
        assert each in seen, each


async def test_what_an_embargo_holds_through_a_panic_has_no_button_to_sign_it(browser: Browser) -> None:
    browser.room.act(Deed.PUBLISH, title="Sau", url=f"{SITE}/e", not_before=browser.room.clock.time + 60)
    with browser.room.desk() as desk:
        panic(desk, since=0)
    page = await browser.get()
    assert "then until a person releases it" in text_of(page)
    assert "Sign it now" not in text_of(page)
