"""Every address of the hub, asked over a real socket of a real hub."""

import json
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hub_folder import Place, hub_at_work, place
from sealed import NOON

from syndicate.errors import StorageError
from syndicate.news import Act, Content, Kind, SeatState, digest_of
from syndicate.web import WebLimits

SELF_PRAISE = re.compile(r"\b(true|truth|verified|verifies|authoritative|authentic|trusted)\b", re.IGNORECASE)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as made:
        yield made


# The feeds.


async def test_every_slice_that_the_registry_knows_is_a_feed_even_when_empty(here: Place) -> None:
    kinds = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
    async with hub_at_work(here) as served:
        plain = ("all", "aa", "bb", "lang/en", "lang/vi", "agency/aa.news", "agency/bb.gov")
        for slice_ in (*plain, "urgency/3", "kind/corrections", "bb/lang/vi/urgency/1/kind/alert"):
            for format_, kind in kinds.items():
                reply = await served.get(f"/feeds/{slice_}.{format_}")
                assert reply.status == 200
                assert f"/feeds/{slice_}.{format_}".encode() in reply.body
                assert reply.headers["content-type"].startswith(kind)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("zz.atom", id="a state that is no member"),
        pytest.param("agency/aa.nobody.atom", id="an agency nobody knows"),
        pytest.param("lang/xx.atom", id="a language nobody writes"),
        pytest.param("topic/04000000.atom", id="a topic nobody used yet"),
        pytest.param("aa/topic/04000000/kind/story.atom", id="nor in a combination"),
        pytest.param("lang/en/aa.atom", id="the parts of a path in another order"),
        pytest.param("all.opml", id="another format"),
        pytest.param("all", id="no format"),
        pytest.param("all.atom/", id="a slash behind"),
        pytest.param("/all.atom", id="a slash before"),
        pytest.param("../feeds/all.atom%00", id="a null"),
        pytest.param("ALL.atom", id="capitals"),
        pytest.param("all.atom.atom", id="two endings"),
        pytest.param("agency/aa.news/main.atom", id="deeper than there are slices"),
        pytest.param("a" * 5_000, id="very long"),
    ],
)
async def test_any_other_feed_is_not_there(here: Place, path: str) -> None:
    async with hub_at_work(here) as served:
        reply = await served.get(f"/feeds/{path}")
        assert reply.status == 404
        assert reply.headers["content-type"] == "application/problem+json"


async def test_the_front_page_is_no_feed_whatever_it_is_kept_as(here: Place) -> None:
    async with hub_at_work(here) as served:
        assert (await served.get("/")).status == 200
        for name in ("", "/", "%2F", "."):
            assert (await served.get(f"/feeds/{name}")).status == 404


async def test_a_language_that_only_an_item_has_gets_its_feed(here: Place) -> None:
    async with hub_at_work(here) as served:
        assert (await served.get("/feeds/lang/tet.atom")).status == 404
        [token] = await served.release("tetun", lang="tet")
        assert token.encode() in (await served.get("/feeds/lang/tet.atom")).body


async def test_a_poll_between_two_items_costs_a_304(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("one")
        first = await served.get("/feeds/all.atom", "Accept-Encoding: br")
        again = f"If-None-Match: {first.headers['etag']}"
        assert (await served.get("/feeds/all.atom", "Accept-Encoding: br", again)).status == 304
        served.clock.time += 1
        await served.release("two")
        assert (await served.get("/feeds/all.atom", "Accept-Encoding: br", again)).status == 200


# The cursor.


async def test_the_cursor_gives_everything_once_and_in_order(here: Place) -> None:
    async with hub_at_work(here) as served:
        tokens = await served.release(*"abcdefg")
        seen: list[dict[str, object]] = []
        path = "/v1/items?limit=3"
        while (page := await served.json(path))["items"]:
            seen += page["items"]
            path = page["next"].removeprefix(served.hub.url)
        assert [item["token"] for item in seen] == tokens
        assert [item["index"] for item in seen] == list(range(1, 8)), "0 is the registry's"
        later = await served.release("h")
        assert [item["token"] for item in (await served.json(path))["items"]] == later


async def test_an_item_comes_with_all_that_is_known_of_it(here: Place) -> None:
    async with hub_at_work(here) as served:
        [token] = await served.release("storm")
        [item] = (await served.json("/v1/items"))["items"]
        address = f"/v1/items/{item['sub']}/1.jws"
        assert (await served.json("/v1/items"))["log"] == {
            "checkpoint_url": f"{served.hub.url}/log/checkpoint",
            "quorum": "the operator alone",
        }
        assert item == {
            "index": 1,
            "sub": here.newsroom.item("storm").sub,
            "ver": 1,
            "agency": "aa.news",
            "digest": digest_of(token),
            "received_at": "2026-11-23T12:00:00Z",
            "logged_at": "2026-11-23T12:00:00Z",
            "marks": [],
            "verdicts": {"signature": "yes", "issuer": "yes", "log": "yes"},
            "token_url": served.hub.url + address,
            "proof_url": served.hub.url + address.replace(".jws", ".tlog-proof"),
            "token": token,
        }
        reply = await served.get(address)
        assert reply.body == token.encode()
        assert reply.headers["content-type"] == "application/jose"
        assert "immutable" in reply.headers["cache-control"]
        assert (await served.get(address, f"If-None-Match: {reply.headers['etag']}")).status == 304


async def test_the_cursor_can_be_asked_for_a_slice(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("english", categories=("medtop:04000000",), urgency=2)
        [vietnamese] = await served.release("viet", lang="vi", kind=Kind.NOTICE)
        await served.until_sealed(2)
        for query, count in (
            ("member=aa", 2),
            ("member=bb", 0),
            ("agency=aa.news", 2),
            ("lang=vi", 1),
            ("topic=04000000", 1),
            ("urgency=2", 1),
            ("urgency=1", 0),
            ("kind=notice", 1),
            ("kind=corrections", 0),
            ("member=aa&lang=vi&kind=notice", 1),
            ("agency=aa.news&lang=en&topic=04000000&urgency=9&kind=story", 1),
            ("member=aa&lang=vi&topic=04000000", 0),
            ("topic=16000000", 0),
        ):
            page = await served.json(f"/v1/items?{query}")
            assert len(page["items"]) == count, query
            assert page["next"].endswith(f"&{query}")
        asked = "kind=story&topic=04000000&lang=en"
        page = await served.json(f"/v1/items?{asked}")
        assert page["next"].endswith("&lang=en&topic=04000000&kind=story"), "in the order of a path"
        assert (await served.json("/v1/items?lang=vi"))["items"][0]["token"] == vietnamese


@pytest.mark.parametrize(
    "query",
    [
        "since=1",
        "after=1&after=1",
        "after=x",
        "after=-2",
        "limit=0",
        "limit=1001",
        "limit=99999",
        "member=VN",
        "member=aa&agency=aa.news",
        "topic=4000000",
        "urgency=0",
        "urgency=10",
        "kind=gossip",
        "kind=alert&kind=story",
        "after",
        "&",
        "lang=%3Cscript%3E",
    ],
)
async def test_a_query_that_cannot_be_meant_is_refused_as_a_problem(here: Place, query: str) -> None:
    async with hub_at_work(here) as served:
        reply = await served.get(f"/v1/items?{query}")
        assert reply.status == 400
        assert reply.headers["content-type"] == "application/problem+json"
        told = json.loads(reply.body)
        assert (told["status"], told["title"]) == (400, "Bad Request")
        assert b"<script" not in reply.body


@pytest.mark.parametrize("query", ["member=zz", "agency=aa.nobody", "lang=xx"])
async def test_what_neither_the_registry_nor_the_log_knows_is_not_found(here: Place, query: str) -> None:
    async with hub_at_work(here) as served:
        for path in ("/v1/items", "/v1/stream"):
            reply = await served.get(f"{path}?{query}")
            assert (reply.status, reply.headers["content-type"]) == (404, "application/problem+json")


async def test_a_page_ends_early_rather_than_grow_beyond_its_bytes(here: Place) -> None:
    async with hub_at_work(here, web=WebLimits(page_bytes=2_000)) as served:
        tokens = await served.release(*"abcd")
        first = await served.json("/v1/items")
        assert 0 < len(first["items"]) < 4
        second = await served.json(first["next"].removeprefix(served.hub.url))
        got = [item["token"] for item in first["items"] + second["items"]]
        assert got == tokens[: len(got)]


@pytest.mark.parametrize("path", ["aa.news:nothing/1.jws", "x/0.jws", "aa.news:a/9999999999999999.jws"])
async def test_a_token_that_is_not_here_is_not_found(here: Place, path: str) -> None:
    async with hub_at_work(here) as served:
        assert (await served.get(f"/v1/items/{path}")).status == 404


# The sources.


async def test_the_health_of_every_source_is_public_in_states_and_figures(here: Place) -> None:
    async with hub_at_work(here, allow=here.polled) as served:
        await served.hub.poll_now()  # the visit that a hub begins with is over
        here.newsroom.release("storm")
        await served.hub.poll_now()
        told = await served.json("/v1/sources")
        agency = told["members"]["aa"]["agencies"][0]
        assert (agency["id"], agency["state"], agency["last_received"]) == (
            "aa.news",
            SeatState.ACTIVE,
            "2026-11-23T12:00:00Z",
        )
        assert agency["ownership"]["form"] == "state company"
        [feed] = agency["feeds"]
        assert (feed["condition"], feed["failures_in_a_row"], feed["seconds_since_success"]) == (
            "fresh",
            0,
            0,
        )
        served.clock.time += 3 * 900 + 1
        [feed] = (await served.json("/v1/sources"))["members"]["aa"]["agencies"][0]["feeds"]
        assert feed["condition"] == "stale"


async def test_what_went_wrong_at_a_source_is_told_by_code_and_its_details_are_the_operators(
    here: Place,
) -> None:
    async with hub_at_work(here) as served:
        await served.hub.poll_now()
        reply = await served.get("/v1/sources")
        [feed] = json.loads(reply.body)["members"]["aa"]["agencies"][0]["feeds"]
        assert feed["condition"] == "failing"
        assert [set(error) for error in feed["errors"]] == [{"at", "code"}]
        assert feed["errors"][0]["code"] == "fetch-forbidden-address"


async def test_refusals_are_public_as_counts_by_reason_only(here: Place) -> None:
    async with hub_at_work(here) as served:
        token = here.newsroom.release("storm", title="Nobody should read this")
        forged = token[:-4] + ("AAAA" if not token.endswith("AAAA") else "BBBB")
        [result] = await served.submit(forged)
        assert result["reason"] in {"signature-bad", "base64-not-canonical"}
        for path in ("/v1/sources", "/metrics", "/", "/feeds/all.atom", "/v1/items"):
            body = (await served.get(path)).body
            assert b"Nobody should read this" not in body
            assert forged.encode() not in body
        refused = (await served.json("/v1/sources"))["members"]["aa"]["agencies"][0]["refused"]
        assert sum(refused.values()) == 1


# What the operator watches.


async def test_health_says_that_all_parts_are_at_work(here: Place) -> None:
    async with hub_at_work(here) as served:
        told = await served.json("/health")
        assert told.pop("lookup_behind") in (0, 1), "the registry's leaf may not have been looked at yet"
        assert told.pop("stories_behind") in (0, 1), "likewise"
        parts = ("database", "deliver", "index", "log", "lookup", "sealer", "stories", "ticker")
        assert told == {
            "status": "ok",
            "parts": dict.fromkeys(parts, "ok"),
            "unindexed": 0,
        }


async def test_health_fails_when_the_database_cannot_be_read(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hub_at_work(here) as served:

        async def page(*_: object, **__: object) -> None:
            raise StorageError("gone")

        monkeypatch.setattr(served.hub.storage, "page", page)
        reply = await served.get("/health")
        assert (reply.status, json.loads(reply.body)["parts"]["database"]) == (503, "unreadable")
        assert (await served.get("/v1/items")).status == 503


async def test_the_figures_are_there_for_prometheus(here: Place) -> None:
    async with hub_at_work(here, allow=here.polled) as served:
        await served.hub.poll_now()  # the visit that a hub begins with is over
        await served.release("storm")
        await served.submit("nonsense")
        await served.hub.poll_now()
        await served.get("/feeds/all.rss")
        reply = await served.get("/metrics")
        assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
        lines = reply.body.decode().splitlines()
        assert "syndicate_index_proven_total 2.0" in lines, "an item, and the registry's act"
        assert 'syndicate_submitted_tokens_total{outcome="admitted"} 1.0' in lines
        assert 'syndicate_submitted_tokens_total{outcome="refused"} 1.0' in lines
        assert 'syndicate_refused_tokens_total{agency="",reason="token-malformed"} 1.0' in lines
        assert 'syndicate_feed_failures{feed="aa.news/main"} 0.0' in lines
        assert "syndicate_render_seconds_count 1.0" in lines


async def test_robots_are_told_where_not_to_go(here: Place) -> None:
    async with hub_at_work(here) as served:
        reply = await served.get("/robots.txt")
        assert b"Disallow: /v1/" in reply.body


@pytest.mark.parametrize(
    "path", ["/nothing", "/v2/items", "/feeds", "/v1", "/.env", "//", "/%2e%2e/etc/passwd"]
)
async def test_elsewhere_there_is_nothing(here: Place, path: str) -> None:
    async with hub_at_work(here) as served:
        assert (await served.get(path)).status == 404


@pytest.mark.parametrize("path", ["/", "/v1/items", "/v1/sources", "/health", "/metrics", "/robots.txt"])
async def test_every_address_answers_head_and_options_and_refuses_the_rest(here: Place, path: str) -> None:
    async with hub_at_work(here) as served:
        assert (await served.get(path, method="HEAD")).status == 200
        assert (await served.get(path, method="OPTIONS")).headers["allow"] == "GET, HEAD, OPTIONS"
        assert (await served.get(path, method="DELETE")).status == 405
    # and the one that takes something in:


async def test_the_one_address_that_takes_something_says_so(here: Place) -> None:
    async with hub_at_work(here) as served:
        assert (await served.get("/v1/submit")).headers["allow"] == "OPTIONS, POST"


# The page.


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


async def test_s13_nothing_of_a_reader_is_in_any_log(here: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with hub_at_work(here) as served:
        await served.release("storm")
        reader = ("User-Agent: Reader-of-mine", "Cookie: session=secret", "Referer: https://home.example/")
        for path in ("/", "/feeds/all.atom", "/v1/items?after=-1", "/nothing-for-me", "/v1/items?mine=1"):
            await served.get(path, *reader)
        await served.send(b"my-own-token", *reader)
        own = f"127.0.0.1:{served.port}"
    said = [record.getMessage() for record in caplog.records if record.name != "asyncio"]
    for secret in ("Reader-of-mine", "session=secret", "home.example", "for-me", "mine=1", "my-own-token"):
        assert not [line for line in said if secret in line]
    # Our own address, and that of the agency's feed, may be there; a reader's may not.
    assert not [line for line in said if "127.0.0.1" in line.replace(own, "") and "aa.news/main" not in line]


# Attack 25.

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


def test_noon_is_when_the_clock_of_these_tests_stands() -> None:
    assert NOON == 1_795_435_200
