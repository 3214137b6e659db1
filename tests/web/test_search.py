"""Searching over HTTP: what is found, how it is told, and what is refused."""

import asyncio
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import feedparser
import pytest
from hub_beside import hub_beside
from hub_folder import Served, hub_at_work, place
from raw_client import ask

from syndicate.news import Act, Content
from syndicate.ports import Found, Search
from syndicate.storage._hub import SqliteStorage
from syndicate.web import WebLimits

SUB = "aa.news:"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with hub_beside(tmp_path_factory.mktemp("hub"), "flood") as hub:
        yield hub


@pytest.fixture(scope="module")
def _filled() -> list[str]:
    return []


@pytest.fixture
async def filled(served: Served, _filled: list[str]) -> Served:
    if not _filled:
        room = served.here.newsroom
        texts = {
            "storm": ("vi", "Bão số 5 đổ bộ Biển Đông", "Gió mạnh", "Tàu thuyền <neo> đậu & chờ."),
            "water": ("th", "น้ำท่วมกรุงเทพมหานคร", "ประชาชนอพยพ", "โรงเรียนปิด"),
            "lantern": ("zh-Hans", "示范镇的灯笼节", "学生和长者", "免费入场"),
            "jawi": ("ms-Arab", "بنجير دكوالا", "راكيت", "سكوله"),
        }
        tokens = [
            room.release(name, lang=lang, title=title, summary=summary,
                         content=Content(type="text/plain", body=body))
            for name, (lang, title, summary, body) in texts.items()
        ]  # fmt: skip
        tokens += [
            room.release("gone", title="Bridge collapses", content=Content(type="text/plain", body="A lie.")),
            room.release(
                "gone", ver=2, act=Act.RETRACT, title="Bridge collapses", note="It did not.", content=None
            ),
        ]
        reply = await served.send("\n".join(tokens).encode())
        assert {each["outcome"] for each in json.loads(reply.body)["results"]} == {"admitted"}
        _filled += tokens
    return served


async def seal(served: Served) -> None:
    """The hub runs in a loop of its own: ask until it has shown and indexed everything."""
    for _ in range(2_000):
        told = await served.json("/health")
        if told["unindexed"] == 0 and (await served.json("/v1/items?limit=50"))["last"] >= 6:
            return


async def search(served: Served, query: str, **more: str) -> dict[str, Any]:
    found: dict[str, Any] = await served.json(f"/v1/search?{urlencode({'q': query, **more})}")
    return found


def text(runs: list[dict[str, Any]]) -> str:
    return "".join(run["text"] for run in runs)


def matches(runs: list[dict[str, Any]]) -> list[str]:
    return [run["text"] for run in runs if run["match"]]


async def test_a_hit_says_what_it_is_where_it_stands_and_what_was_found(filled: Served) -> None:
    await seal(filled)
    [hit] = (await search(filled, "tau thuyen neo"))["items"]
    assert (hit["act"], hit["kind"], hit["lang"], hit["agency"]) == ("publish", "story", "vi", "aa.news")
    assert text(hit["title"]) == "Bão số 5 đổ bộ Biển Đông"
    assert matches(hit["excerpt"]) == ["Tàu", "thuyền", "neo"]
    assert (await filled.get(hit["token_url"].removeprefix(filled.hub.url))).status == 200


async def test_what_was_withdrawn_says_so_and_shows_nothing_of_its_old_text(filled: Served) -> None:
    await seal(filled)
    [hit] = (await search(filled, "bridge collapses"))["items"]
    assert (hit["act"], hit["ver"]) == ("retract", 2)
    assert text(hit["title"]).startswith("[WITHDRAWN] ")
    assert text(hit["excerpt"]) == "It did not."
    assert (await search(filled, "a lie"))["items"] == []


async def test_a_query_in_a_body_finds_the_same(filled: Served) -> None:
    await seal(filled)
    for query in ("灯笼", "น้ำท่วม", "بنجير", "South China Sea", '"số 5"'):
        body = urlencode({"q": query, "lang": "vi"} if query == '"số 5"' else {"q": query}).encode()
        reply = await post(filled, body)
        assert reply.status == 200
        assert reply.headers["cache-control"] == "no-store"
        assert len(json.loads(reply.body)["items"]) == 1, query
        assert json.loads(reply.body)["items"] == (await search(filled, query))["items"]


async def post(served: Served, body: bytes, kind: str = "application/x-www-form-urlencoded") -> Any:
    return await ask(served.port, "/v1/search", f"Content-Type: {kind}", method="POST", body=body)


async def test_pages_are_read_by_their_next(filled: Served) -> None:
    await seal(filled)
    whole = [hit["sub"] for hit in (await search(filled, "aa.news OR 5"))["items"]]
    assert whole == []
    seen: list[str] = []
    turn: dict[str, str] = {}
    while True:
        page = await search(filled, "Story", limit="1", **turn)
        seen += [hit["sub"] for hit in page["items"]]
        if page["next"] is None:
            break
        turn = {"next": page["next"]}
    assert len(seen) == len(set(seen)) == 1


async def test_filters_are_those_of_slices_and_days(filled: Served) -> None:
    await seal(filled)
    assert len((await search(filled, "bão", member="aa", lang="vi", kind="story"))["items"]) == 1
    assert (await search(filled, "bão", lang="th"))["items"] == []
    assert len((await search(filled, "bão", since="2026-11-23", until="2026-11-23"))["items"]) == 1
    assert (await search(filled, "bão", since="2026-11-24"))["items"] == []
    assert (await search(filled, "bão", until="2026-02-31"))["items"] == []
    assert (await filled.get("/v1/search?q=x&member=zz")).status == 404


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        pytest.param("x" * 2_000, "query-too-long", id="long"),
        pytest.param('"a b" ' * 300, "query-too-long", id="hundreds of phrases"),
        pytest.param(" ".join(f"w{n}" for n in range(40)), "query-too-many-words", id="many words"),
    ],
)
async def test_what_is_too_much_is_refused_with_a_stable_reason(
    served: Served, query: str, reason: str
) -> None:
    reply = await served.get(f"/v1/search?{urlencode({'q': query})}")
    assert (reply.status, reply.headers["content-type"]) == (400, "application/problem+json")
    assert json.loads(reply.body)["reason"] == reason
    assert query not in reply.body.decode()
    assert json.loads((await post(served, urlencode({"q": query}).encode())).body)["reason"] == reason


async def test_ten_kilobytes_are_refused_either_way(served: Served) -> None:
    assert (await served.get("/v1/search?q=" + "x" * 10_000)).status == 414
    assert json.loads((await post(served, b"q=" + b"x" * 10_000)).body)["reason"] == "query-too-long"
    assert (await post(served, b"q=" + b"x" * 20_000)).status == 413


@pytest.mark.parametrize(
    "query",
    ["!?", "*", '"', '""', "📚", "\u202e", "a* OR b", '" OR title : "', "NEAR(a b, 3)", "{title} : x",
     "ก" * 400, "\u202egnihton\u202c", "-flood", "flood NOT flood", "(((((", "'; DROP TABLE version; --"],
)  # fmt: skip
async def test_what_others_would_stumble_over_finds_something_or_nothing(served: Served, query: str) -> None:
    found = await search(served, query)
    assert set(found) == {"items", "next", "unindexed"}
    assert (await served.get(f"/search?{urlencode({'q': query})}")).status == 200
    assert (await served.get(f"/feeds/search.atom?{urlencode({'q': query})}")).status == 200


@pytest.mark.parametrize(
    "asked",
    ["", "q=", "q", "q=a&q=b", "q=a&x=1", "q=%00", "q=%0a", "q=%ff", "q=a&limit=101", "q=a&limit=0",
     "q=a&next=1.2.3",     "q=a&since=2026-13-01", "q=a&member=aa&agency=aa.news"],
)  # fmt: skip
async def test_parameters_are_read_strictly(served: Served, asked: str) -> None:
    assert (await served.get(f"/v1/search?{asked}")).status == 400
    if asked:
        assert (await post(served, asked.encode())).status == 400


async def test_a_body_is_a_form_in_ascii(served: Served) -> None:
    assert (await post(served, b'{"q":"x"}', "application/json")).status == 415
    assert (await post(served, "q=bão".encode())).status == 400
    assert (await served.get("/v1/search?q=a", method="POST")).status in {400, 411}


@pytest.mark.parametrize("format_", ["rss", "atom", "json"])
async def test_a_query_has_a_feed_in_every_format(filled: Served, format_: str) -> None:
    await seal(filled)
    asked = f"q={quote('bao so 5')}&lang=vi"
    reply = await filled.get(f"/feeds/search.{format_}?{asked}")
    assert reply.status == 200
    if format_ == "json":
        told = json.loads(reply.body)
        assert [item["title"] for item in told["items"]] == ["Bão số 5 đổ bộ Biển Đông"]
        assert told["feed_url"] == f"{filled.hub.url}/feeds/search.json?q=bao+so+5&lang=vi"
        assert "hubs" not in told
    else:
        parsed = feedparser.parse(reply.body)
        assert not parsed.bozo
        assert [entry.title for entry in parsed.entries] == ["Bão số 5 đổ bộ Biển Đông"]
        assert "bao so 5" in parsed.feed.title
    again = await filled.get(f"/feeds/search.{format_}?{asked}", f"If-None-Match: {reply.headers['etag']}")
    assert again.status == 304
    assert (await filled.get(f"/feeds/search.{format_}")).status == 400
    assert (await filled.get(f"/feeds/search.{format_}?q=x&lang=xx")).status == 404


async def test_there_is_no_feed_of_a_query_in_another_format(served: Served) -> None:
    assert (await served.get("/feeds/search.ninjs?q=x")).status == 404


async def test_the_page_shows_what_was_found_marked_and_escaped(filled: Served) -> None:
    await seal(filled)
    page = (await filled.get(f"/search?q={quote('neo đậu')}")).body.decode()
    assert "&lt;<mark>neo</mark>&gt; <mark>đậu</mark> &amp; chờ." in page
    assert "<script" not in page
    assert 'value="neo đậu"' in page
    assert "/feeds/search.atom?q=neo+%C4%91%E1%BA%ADu" in page


async def test_the_page_says_that_nothing_found_means_nothing(filled: Served) -> None:
    page = (await filled.get("/search?q=nothingofthekind")).body.decode()
    assert "No official item was found. That does not mean that" in page
    assert "No official item" not in (await filled.get("/search")).body.decode()


async def test_the_page_says_what_is_too_much(served: Served) -> None:
    long = (await served.get("/search?q=" + "x" * 1_000)).body.decode()
    assert "A query has at most 400 characters." in long
    assert "x" * 401 not in long
    many = (await served.get("/search?q=" + "+".join(f"w{n}" for n in range(30)))).body.decode()
    assert "too many words" in many
    assert "neither a letter nor a digit" in (await served.get("/search?q=%21")).body.decode()


async def test_the_page_leads_on_and_is_narrowed(filled: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    await seal(filled)
    monkeypatch.setattr("syndicate.web._pages._search._ROWS", 1)
    first = (
        await filled.get("/search?q=%E0%B8%99%E0%B9%89%E0%B8%B3&lang=th&agency=aa.news&member=aa")
    ).body.decode()
    assert first.count("<mark>") == 1
    assert 'rel="next"' not in first


async def test_no_query_is_ever_logged(filled: Served, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for path in ("/v1/search", "/search", "/feeds/search.atom"):
        await filled.get(f"{path}?q=somethingprivate")
    await post(filled, b"q=somethingprivate")
    assert "somethingprivate" not in caplog.text
    assert not any(b"somethingprivate" in each for each in files(filled.here.folder))


def files(folder: Path) -> Iterator[bytes]:
    """All that the hub keeps."""
    yield from (path.read_bytes() for path in folder.glob("hub.sqlite3*") if path.is_file())


async def test_when_too_many_search_one_is_asked_to_come_back(
    filled: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate.web._search._OPEN", 0)
    for path in ("/v1/search", "/search", "/feeds/search.atom"):
        reply = await filled.get(f"{path}?q=another")
        assert (reply.status, "retry-after" in reply.headers) == (503, True), path


async def test_attack_who_searches_without_end_takes_no_place_from_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate.web._search._OPEN_TO_ONE", 1)
    real, go_on, begun = SqliteStorage.search, asyncio.Event(), asyncio.Event()

    async def waits(self: SqliteStorage, asked: Search) -> Found:
        begun.set()
        await go_on.wait()
        return await real(self, asked)

    monkeypatch.setattr(SqliteStorage, "search", waits)
    limits = WebLimits(proxies=("127.0.0.1",))
    async with place(tmp_path) as here, hub_at_work(here, web=limits) as served:
        one, other = "X-Forwarded-For: 203.0.113.1", "X-Forwarded-For: 203.0.113.2"
        first = asyncio.create_task(served.get("/v1/search?q=storm", one))
        await begun.wait()
        for path in ("/v1/search?q=flood", "/search?q=flood", "/feeds/search.atom?q=flood"):
            assert (await served.get(path, one)).status == 503, path
        begun.clear()
        second = asyncio.create_task(served.get("/v1/search?q=storm", other))
        await begun.wait()
        go_on.set()
        assert [(await each).status for each in (first, second)] == [200, 200]
        assert (await served.get("/v1/search?q=flood", one)).status == 200


async def test_health_and_metrics_say_how_far_the_index_is_behind(filled: Served) -> None:
    await seal(filled)
    told = await filled.json("/health")
    assert (told["unindexed"], told["parts"]["index"]) == (0, "ok")
    assert b"syndicate_unindexed 0.0" in (await filled.get("/metrics")).body
