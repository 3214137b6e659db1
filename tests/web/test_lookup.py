"""POST /v1/lookup and the page /lookup: what may be asked, what is answered, and that nothing of it stays."""

import json
import logging
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hub_folder import Place, Served, hub_at_work
from raw_client import Reply, ask

from syndicate.errors import StorageError
from syndicate.journey import LookupLimits
from syndicate.news import Act, Content
from syndicate.storage import _hub

PLAIN = "Content-Type: text/plain; charset=utf-8"
FORM = "Content-Type: application/x-www-form-urlencoded"
STORM = (
    "The storm reached the coast in the early morning with winds of 120 kilometres an hour. Four districts "
    "have closed their schools, and 12,400 people were brought to safe places before the bridges were shut."
)


async def post(served: Served, text: str | bytes, *lines: str, kind: str = PLAIN) -> Reply:
    body = text.encode() if isinstance(text, str) else text
    return await ask(served.port, "/v1/lookup", kind, *lines, method="POST", body=body)


async def send(served: Served, text: str) -> Reply:
    return await ask(
        served.port, "/lookup", FORM, method="POST", body=urlencode({"text": text}).encode("ascii")
    )


async def told(served: Served, text: str) -> Any:
    reply = await post(served, text)
    assert reply.status == 200, reply
    return json.loads(reply.body)


async def shows(served: Served, name: str = "storm", **changes: Any) -> None:
    await served.release(name, **{"content": Content(type="text/plain", body=STORM)} | changes)
    await served.hub.passages.catch_up()


async def test_the_answer_says_who_when_and_how_to_check_it(here: Place) -> None:
    async with hub_at_work(here) as served:
        await shows(served)
        answer = await told(served, STORM[30:100])
        item = answer["item"]
        assert (answer["answer"], answer["by"], answer["later"]) == ("published", "passage", [])
        assert (item["agency"], item["title"], item["ver"]) == ("aa.news", "Story storm", 1)
        for name in ("page_url", "token_url", "proof_url"):
            path = item[name].removeprefix(served.hub.url)
            reply = await served.get(path)
            assert reply.status == 200, path
        token = await served.get(item["token_url"].removeprefix(served.hub.url))
        assert token.body.decode() == here.newsroom.tokens[0]


async def test_each_of_the_four_answers_has_its_sentence(here: Place) -> None:
    async with hub_at_work(here) as served:
        await shows(served)
        altered = STORM.replace("12,400", "97,400")
        answers = {
            "published": STORM,
            "similar": altered,
            "not-found": "The minister of fisheries says that all nets are free from Monday on, for all.",
        }
        for answer, text in answers.items():
            assert (await told(served, text))["answer"] == answer
        runs = (await told(served, altered))["differences"]
        assert [(run["asked"], run["official"]) for run in runs if run["number"]] == [("97,400", "12,400")]
        nothing = await told(served, answers["not-found"])
        assert nothing["says"] == "No official item found; this does not mean that it is false."
        assert nothing["item"] is nothing["stands"] is None
        newsroom = here.newsroom
        await served.submit(
            newsroom.release("storm", ver=2, act=Act.RETRACT, note="There was no storm.", content=None)
        )
        await served.hub.passages.catch_up()
        gone = await told(served, STORM)
        assert gone["answer"] == "amended"
        assert [(each["act"], each["note"]) for each in gone["later"]] == [("retract", "There was no storm.")]
        assert gone["stands"].endswith("/2")


async def test_the_page_asks_without_a_script_and_shows_the_answer(here: Place) -> None:
    async with hub_at_work(here) as served:
        await shows(served)
        form = (await served.get("/lookup")).body.decode()
        assert '<form method="post" action="/lookup" accept-charset="utf-8"' in form
        assert "<script" not in form
        page = await send(served, STORM)
        assert (page.status, page.headers["cache-control"]) == (200, "no-store")
        assert "form-action 'self'" in page.headers["content-security-policy"]
        body = unescape(page.body.decode())
        assert "Published by" in body
        assert "Signed with" in body
        assert "/v1/items/" in body
        similar = unescape((await send(served, STORM.replace("12,400", "97,400"))).body.decode())
        assert "<strong><del>12,400</del> <ins>97,400</ins></strong>" in similar
        nothing = unescape(
            (await send(served, "Nobody ever said these words in any newsroom at all.")).body.decode()
        )
        assert "No official item found; this does not mean that it is false." in nothing


async def test_of_an_address_on_another_host_no_marked_differences_are_announced(here: Place) -> None:
    path = "/2026/11/the-storm-reached-the-coast"
    async with hub_at_work(here) as served:
        await shows(served, url=f"https://news.aa.example{path}")
        page = unescape((await send(served, f"https://news-aa.example{path}")).body.decode())
        assert "it has this address on another host" in page
        assert "is not on the host of this item" in page
        assert "differences are marked" not in page
        assert "news-aa" not in page
        assert "on another host" in (await told(served, f"https://news-aa.example{path}"))["says"]


async def test_what_is_pasted_cannot_leave_its_place_in_the_page(here: Place) -> None:
    async with hub_at_work(here) as served:
        await shows(served)
        page = (
            await send(served, f"<script>alert(1)</script>\u202e {STORM.replace('coast', '<b>coast</b>')}")
        ).body
        assert b"<script" not in page
        assert b"<b>" not in page
        assert "\u202e".encode() not in page


async def test_what_cannot_be_answered_is_said_by_the_page_itself(here: Place) -> None:
    async with hub_at_work(here, lookup=LookupLimits(text_bytes=500, per_minute=2)) as served:
        empty, long, often = (
            await send(served, "🌊🌊"),
            await send(served, "x" * 501),
            await send(served, STORM),
        )
        assert (empty.status, long.status, often.status) == (400, 413, 429)
        assert "neither a letter, nor a digit" in empty.body.decode()
        assert "too long" in long.body.decode()
        assert int(often.headers["retry-after"]) > 0
        assert all(reply.headers["content-type"].startswith("text/html") for reply in (empty, long, often))


@pytest.mark.parametrize(
    ("body", "kind", "lines", "status"),
    [
        pytest.param(b"x", "Content-Type: application/json", (), 415, id="JSON"),
        pytest.param(b"x", "X-Nothing: y", (), 415, id="no type"),
        pytest.param(b"x", "Content-Type: text/plain; charset=tis-620", (), 415, id="another charset"),
        pytest.param(b"x", PLAIN, ("Content-Encoding: gzip",), 415, id="a coding"),
        pytest.param(b"x" * 2_001, PLAIN, (), 413, id="too large"),
        pytest.param(b"\n \n", PLAIN, (), 400, id="nothing in it"),
        pytest.param("🌊🌊🌊".encode(), PLAIN, (), 400, id="emoji only"),
        pytest.param(b"\xff\xfe", PLAIN, (), 400, id="no UTF-8"),
    ],
)
async def test_what_is_no_question_is_refused_as_a_problem(
    here: Place, body: bytes, kind: str, lines: tuple[str, ...], status: int
) -> None:
    async with hub_at_work(here, lookup=LookupLimits(text_bytes=2_000)) as served:
        reply = await post(served, body, *lines, kind=kind)
        assert reply.status == status, reply
        assert reply.headers["content-type"] == "application/problem+json"


async def test_a_question_is_never_taken_from_an_address(here: Place) -> None:
    async with hub_at_work(here) as served:
        assert (await served.get("/v1/lookup")).status == 405
        assert (await served.get("/v1/lookup?text=storm", method="POST")).status in (400, 415)
        page = await served.get("/lookup?text=StormStorm")
        assert (page.status, b"StormStorm" in page.body) == (200, False)


async def test_who_asks_too_often_is_asked_to_wait_whichever_way_they_ask(here: Place) -> None:
    async with hub_at_work(here, lookup=LookupLimits(per_minute=3)) as served:
        replies = [await post(served, STORM), await send(served, STORM), await post(served, STORM)]
        assert [reply.status for reply in replies] == [200, 200, 200]
        late = await post(served, STORM)
        assert (late.status, int(late.headers["retry-after"]) > 0) == (429, True)


async def test_the_answer_points_to_the_services_that_member_states_name(here: Place) -> None:
    service = '[[service]]\nnames = {{ en = "{name}" }}\nurl = "https://{host}/"\n'
    confirmed = 'evidence = { source = "a decree", confirmed = true }\n\n[[agency]]'
    doubted = 'evidence = { source = "a rumour", confirmed = false }\n\n'
    facts, doubts = (
        service.format(name="Facts of Aland", host="facts.aa.example"),
        service.format(name="No", host="no.example"),
    )
    written = here.folders.path("aa.toml").read_text(encoding="utf-8")
    here.folders.write("aa.toml", written.replace("[[agency]]", doubts + doubted + facts + confirmed, 1))
    here.signed.publish()
    async with hub_at_work(here) as served:
        await shows(served)
        answer = await told(served, "Nobody in any newsroom has ever written such a sentence as this.")
        assert [(each["member"], each["name"], each["url"]) for each in answer["services"]] == [
            ("aa", "Facts of Aland", "https://facts.aa.example/")
        ]
        assert b"Facts of Aland" in (await send(served, STORM)).body


async def test_how_far_behind_a_lookup_is_shows_in_health_and_metrics(here: Place) -> None:
    async with hub_at_work(here) as served:
        await shows(served)
        health = await served.json("/health")
        assert (health["lookup_behind"], health["parts"]["lookup"]) == (0, "ok")
        assert b"syndicate_lookup_behind 0.0" in (await served.get("/metrics")).body


SECRET = "Zanzibar-Quokka pelikan seventeen"
SECRETS = (SECRET, "Quokka", "quokka", "pelikan", "zanzibarquokka")
WHOLE = f"{SECRET} {STORM} https://copy.invalid/pelikan-quokka-{17:012}"


def traces(folder: Path, log: str, *replies: Reply) -> list[str]:
    """Every place outside of the answer where a piece of the secret stands."""
    places = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    places |= {"the log": log.encode()}
    places |= {f"reply {number}": reply.body for number, reply in enumerate(replies)}
    places |= {f"head {number}": str(reply.headers).encode() for number, reply in enumerate(replies)}
    return [f"{each} in {name}" for name, raw in places.items() for each in SECRETS if each.encode() in raw]


async def test_s17_a_pasted_text_is_in_no_log_no_file_and_no_error(
    here: Place, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("sqlalchemy.engine", "aiohttp.access", "aiohttp.server", "asyncio", "syndicate"):
        caplog.set_level(logging.DEBUG, logger=name)
    limits = LookupLimits(text_bytes=3_000)
    async with hub_at_work(here, lookup=limits) as served:
        await shows(served)
        found = await post(served, WHOLE)
        assert json.loads(found.body)["answer"] == "similar"
        assert "copy.invalid" not in found.body.decode(), "S3: a third party's address is repeated to nobody"
        assert (await send(served, WHOLE)).status == 200
        refused = [
            await post(served, WHOLE, kind="Content-Type: application/json"),
            await post(served, WHOLE * 40),
            await post(served, WHOLE.encode("utf-16")),
            await post(served, WHOLE.encode() + b"\xff"),
            await ask(served.port, "/lookup", FORM, method="POST", body=f"text={SECRET}%FF".encode()),
            await ask(served.port, "/lookup", FORM, method="POST", body=f"note={SECRET}".encode()),
            await post(served, WHOLE, "Content-Encoding: gzip"),
        ]
        assert {reply.status for reply in refused} <= {400, 413, 415}

        async def fails(*_: object, **__: object) -> None:
            raise StorageError("the disk is gone")

        async def breaks(*_: object, **__: object) -> None:
            raise RuntimeError("a bug")

        for failing in (fails, breaks):
            monkeypatch.setattr(_hub.SqliteStorage, "these", failing)
            refused += [await post(served, WHOLE), await send(served, WHOLE)]
        assert {reply.status for reply in refused[-4:]} == {500, 503}
        monkeypatch.undo()
        refused += [await served.get("/metrics"), await served.get("/health"), await served.get("/lookup")]
        await served.hub.storage.write(lambda _: None)
    assert "a bug while answering /v1/lookup" in caplog.text
    assert traces(tmp_path, caplog.text, *refused) == []
