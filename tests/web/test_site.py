"""Every address of the hub, asked over a real socket of a real hub."""

import json

import pytest
from hub_folder import Place, hub_at_work
from sealed import NOON

from syndicate.errors import StorageError
from syndicate.news import SeatState

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


def test_noon_is_when_the_clock_of_these_tests_stands() -> None:
    assert NOON == 1_795_435_200
