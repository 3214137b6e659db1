"""WebSub end to end: a hub at work, and subscribers on loopback who get what an agency publishes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import feedparser
import pytest
from hub_folder import Place, Served, held_address, hub_at_work
from raw_client import Reply, ask, exchange
from websub_reader import Reader, Sent, reader_at_work

from syndicate.assembly import give_order
from syndicate.client import verify_feed
from syndicate.deliver import DeliverLimits
from syndicate.journey import PressLimits
from syndicate.news import Act, Slice
from syndicate.ports import Subscriber
from syndicate.settings import Address
from syndicate.web import WebLimits
from syndicate.websub import WebSubLimits

# So that what failed is tried again before a test has to wait for it.
QUICK = DeliverLimits(ladder_seconds=(0.01,), breaker_seconds=0.01, breaker_most_seconds=0.01)
FORM = "Content-Type: application/x-www-form-urlencoded"


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with reader_at_work() as made:
        yield made


def dialled(reader: Reader) -> dict[str, Any]:
    return {"allow": (Address("127.0.0.1", reader.port),)}


async def post(served: Served, *lines: str, kind: str = FORM, **told: str) -> Reply:
    body = urlencode({f"hub.{name}": value for name, value in told.items()}).encode()
    return await ask(served.port, "/websub", kind, *lines, method="POST", body=body)


async def subscribe(served: Served, reader: Reader, path: str = "/feeds/all.atom", **told: str) -> None:
    """Subscribe, and wait until that is kept."""
    asked = {"mode": "subscribe", "topic": served.hub.url + path, "callback": reader.callback()} | told
    before = await kept(served)
    reply = await post(served, **asked)
    assert reply.status == 202, reply
    while await kept(served) == before:  # its questions come first
        await reader.until(lambda: bool(reader.asked))


async def kept(served: Served) -> tuple[Subscriber, ...]:
    return await served.hub.storage.subscribers.all()


def titles(sent: Sent) -> list[str]:
    read = feedparser.parse(BytesIO(sent.body))
    assert not read.bozo, read.bozo_exception
    return [entry.title for entry in read.entries]


@pytest.mark.parametrize("format_", ["atom", "rss"])
async def test_what_is_published_corrected_and_withdrawn_arrives_in_order_and_signed(
    here: Place, reader: Reader, format_: str
) -> None:
    async with hub_at_work(here, **dialled(reader)) as served:
        await served.release("before")
        await subscribe(served, reader, f"/feeds/agency/aa.news.{format_}", secret="only we two know")
        await served.release("storm")
        await reader.until(lambda: len(reader.sent) == 1)
        await served.release("storm", ver=2, act=Act.CORRECT, title="Storm, smaller", note="Not so large.")
        await reader.until(lambda: len(reader.sent) == 2)
        await served.release("storm", ver=3, act=Act.RETRACT, title="Storm", note="No.", content=None)
        await reader.until(lambda: len(reader.sent) == 3)
        assert [titles(each) for each in reader.sent] == [
            ["Story storm"],
            ["Storm, smaller"],
            ["[WITHDRAWN] Storm"] * 2,  # in its place, and as a notice of its own
        ]
        topic = f"{served.hub.url}/feeds/agency/aa.news.{format_}"
        whole = await served.get(f"/feeds/agency/aa.news.{format_}")
        for sent in reader.sent:
            assert sent.is_signed_with("only we two know")
            assert sent.headers["content-type"] == whole.headers["content-type"]
            assert sent.headers["link"] == f'<{served.hub.url}/websub>; rel="hub", <{topic}>; rel="self"'
            assert sent.headers["link"] == whole.headers["link"]


async def test_a_json_feed_arrives_whole_and_unsigned_where_no_secret_was_given(
    here: Place, reader: Reader
) -> None:
    async with hub_at_work(here, **dialled(reader)) as served:
        [before] = await served.release("before")
        await subscribe(served, reader, "/feeds/aa.json")
        [token] = await served.release("storm")
        await reader.until(lambda: len(reader.sent) == 1)
        (sent,) = reader.sent
        assert "x-hub-signature" not in sent.headers
        assert sent.body == (await served.get("/feeds/aa.json")).body
        assert before.encode() in sent.body
        assert token.encode() in sent.body


async def test_a_json_feed_that_may_not_be_made_again_yet_comes_a_little_later(
    here: Place, reader: Reader
) -> None:
    async with hub_at_work(here, **dialled(reader), feeds=PressLimits(rebuild_seconds=0.2)) as served:
        await subscribe(served, reader, "/feeds/aa.json")
        await served.release("a")
        await reader.until(lambda: len(reader.sent) == 1)
        [token] = await served.release("b")
        await reader.until(lambda: len(reader.sent) == 2)
        assert token.encode() in reader.sent[1].body


async def test_what_arrives_can_be_checked_like_the_feed_itself(here: Place, reader: Reader) -> None:
    async with hub_at_work(here, **dialled(reader)) as served:
        await subscribe(served, reader)
        await served.release("storm")
        await reader.until(lambda: len(reader.sent) == 1)
        now = int(served.clock.now())
        report = verify_feed(reader.sent[0].body, "atom", served.hub.registry, now=now)
        assert (report.ok, len(report.entries)) == (True, 1)


async def test_the_callbacks_query_comes_along_with_what_is_sent(here: Place, reader: Reader) -> None:
    async with hub_at_work(here, **dialled(reader)) as served:
        await subscribe(served, reader, callback=reader.callback("/in?id=7&hub.mode=mine"))
        await served.release("storm")
        await reader.until(lambda: len(reader.sent) == 1)
        assert reader.sent[0].path.endswith("/in?id=7&hub.mode=mine")


async def test_what_failed_is_sent_again_and_a_redirect_is_a_failure(here: Place, reader: Reader) -> None:
    async with hub_at_work(here, **dialled(reader), deliver=QUICK) as served:
        await subscribe(served, reader)
        reader.statuses = [500, 301, 404]
        await served.release("storm")
        await reader.until(lambda: len(reader.sent) == 1)
        assert titles(reader.sent[0]) == ["Story storm"]
        assert reader.statuses == []


async def test_whatever_a_callback_says_beside_its_status_does_not_matter(
    here: Place, reader: Reader
) -> None:
    reader.says = b"x" * 1_000_000
    async with hub_at_work(here, **dialled(reader)) as served:
        await subscribe(served, reader)
        await served.release("a")
        await reader.until(lambda: len(reader.sent) == 1)
        await served.release("b")
        await reader.until(lambda: len(reader.sent) == 2)
        assert [titles(each) for each in reader.sent] == [["Story a"], ["Story b"]]


async def test_who_fails_often_is_tried_until_the_lease_is_over(here: Place, reader: Reader) -> None:
    reader.statuses = [500] * 40
    async with hub_at_work(here, **dialled(reader), deliver=QUICK) as served:
        await subscribe(served, reader)
        await served.release("storm")
        await reader.until(lambda: len(reader.sent) == 1)
        assert titles(reader.sent[0]) == ["Story storm"]


async def test_what_a_law_took_back_before_it_was_sent_is_not_sent(here: Place, reader: Reader) -> None:
    async with hub_at_work(here, **dialled(reader)) as served:
        await subscribe(served, reader)
        [subscriber] = await kept(served)
        settings, storage = here.settings(), served.hub.storage
        await give_order(settings, {"do": "pause", "id": subscriber.id})
        await served.release("private")
        [logged] = await storage.page(Slice(), -1, 9)
        await storage.write(lambda book: book.erase([logged.digest], b"by law"))
        await give_order(settings, {"do": "resume", "id": subscriber.id})
        await served.release("storm")
        await reader.until(lambda: len(reader.sent) == 1)
        assert titles(reader.sent[0]) == ["Story storm"]


async def test_who_answers_410_is_sent_nothing_more(here: Place, reader: Reader) -> None:
    async with hub_at_work(here, **dialled(reader), deliver=QUICK) as served:
        await subscribe(served, reader)
        await subscribe(served, reader, callback=reader.callback("/other"))
        reader.statuses = [410]
        await served.release("storm")
        await reader.until(lambda: len(reader.sent) == 1)
        await served.release("rain")
        await reader.until(lambda: len(reader.sent) == 2)
        assert len({each.path for each in reader.sent}) == 1


async def test_what_came_while_the_hub_was_down_comes_when_it_is_back(here: Place, reader: Reader) -> None:
    with held_address() as address:
        async with hub_at_work(here, **dialled(reader), listen=address) as served:
            await subscribe(served, reader, lease_seconds="864000")
            await served.hub.sealer.seal_once()
        async with hub_at_work(here, **dialled(reader), listen=address) as served:
            await served.release("storm")
            await reader.until(lambda: len(reader.sent) == 1)
        reader.sent.clear()
        async with hub_at_work(here, listen=address) as served:  # it may not dial the reader, and so fails
            await served.release("rain")
            (row,) = await kept(served)
        async with hub_at_work(here, **dialled(reader), listen=address, deliver=QUICK) as served:
            await reader.until(lambda: len(reader.sent) == 1)
            assert titles(reader.sent[0]) == ["Story rain"]
            assert row.lease_until is not None


async def test_nothing_is_sent_once_the_lease_is_over_and_all_of_it_after_a_renewal(
    here: Place, reader: Reader
) -> None:
    async with hub_at_work(here, **dialled(reader)) as served:
        await subscribe(served, reader, lease_seconds="600")
        await subscribe(served, reader, callback=reader.callback("/longer"))
        served.clock.time += 600
        await served.release("storm")
        await reader.until(lambda: len(reader.sent) == 1)
        assert reader.sent[0].path.endswith("/longer")
        await subscribe(served, reader)
        await reader.until(lambda: len(reader.sent) == 2)
        assert titles(reader.sent[1]) == ["Story storm"]


# --- The endpoint ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "status", "reason"),
    [
        pytest.param({"mode": "publish"}, 400, "websub-malformed", id="a ping"),
        pytest.param({"topic": "https://elsewhere.example/feed"}, 404, "websub-topic", id="another's feed"),
        pytest.param({"topic": "/feeds/zz.atom"}, 404, "websub-topic", id="a state that is no member"),
        pytest.param({"callback": "http://10.0.0.1/"}, 400, "websub-callback", id="a private address"),
    ],
)
async def test_what_cannot_be_done_is_said_as_a_problem_with_its_reason(
    here: Place, told: dict[str, str], status: int, reason: str
) -> None:
    async with hub_at_work(here) as served:
        topic = told.get("topic", "/feeds/all.atom")
        asked = {"mode": "subscribe", "callback": "https://desk.example/"} | told
        asked["topic"] = topic if topic.startswith("https:") else served.hub.url + topic
        reply = await post(served, **asked)
        assert (reply.status, reply.headers["content-type"]) == (status, "application/problem+json")
        assert f'"reason":"{reason}"'.encode() in reply.body


@pytest.mark.parametrize(
    ("kind", "lines", "body", "status"),
    [
        pytest.param("Content-Type: application/json", (), b"{}", 415, id="JSON"),
        pytest.param("X-Nothing: y", (), b"hub.mode=subscribe", 415, id="no type"),
        pytest.param(f"{FORM}; charset=latin-1", (), b"hub.mode=subscribe", 415, id="another charset"),
        pytest.param(FORM, ("Content-Encoding: gzip",), b"hub.mode=subscribe", 415, id="a coding"),
        pytest.param(FORM, (), b"a" * 8_001, 413, id="too large"),
        pytest.param(f"{FORM}; charset=UTF-8", (), b"hub.mode=subscribe", 400, id="too little"),
    ],
)
async def test_what_is_no_such_form_is_refused(
    here: Place, kind: str, lines: tuple[str, ...], body: bytes, status: int
) -> None:
    async with hub_at_work(here) as served:
        reply = await ask(served.port, "/websub", kind, *lines, method="POST", body=body)
        assert reply.status == status
        assert reply.headers["content-type"] == "application/problem+json"


async def test_a_form_that_never_comes_ends_and_holds_nobody_up(here: Place, reader: Reader) -> None:
    async with hub_at_work(here, **dialled(reader), websub=WebSubLimits(body_seconds=0.2)) as served:
        head = f"POST /websub HTTP/1.1\r\nHost: x\r\n{FORM}\r\nContent-Length: 900\r\n\r\nx".encode()
        slow = asyncio.create_task(exchange(served.port, head))
        await subscribe(served, reader)
        assert (await slow).status == 408


async def test_no_more_forms_come_at_a_time_than_there_is_room_for(here: Place) -> None:
    head = f"POST /websub HTTP/1.1\r\nHost: x\r\n{FORM}\r\nContent-Length: 900\r\n\r\nx".encode()
    often: dict[str, Any] = {
        "websub": WebSubLimits(requests_per_minute=1_000_000),
        "web": WebLimits(burst=1_000_000),
    }
    async with hub_at_work(here, **often) as served:
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(256):
                _, writer = await asyncio.open_connection("127.0.0.1", served.port)
                stack.callback(writer.close)
                writer.write(head)
                await writer.drain()
            reply = await post(served, mode="subscribe")
            while reply.status != 503:  # until all of them have been looked at
                reply = await post(served, mode="subscribe")
        assert int(reply.headers["retry-after"]) >= 1


async def test_who_only_looks_is_told_what_may_be_done(here: Place) -> None:
    async with hub_at_work(here) as served:
        reply = await served.get("/websub")
        assert (reply.status, reply.headers["allow"]) == (405, "OPTIONS, POST")


async def test_every_feed_says_where_to_subscribe_and_the_alerts_that_wait_do_not(here: Place) -> None:
    async with hub_at_work(here) as served:
        for format_ in ("atom", "rss", "json"):
            reply = await served.get(f"/feeds/aa.{format_}")
            links = f'<{served.hub.url}/websub>; rel="hub", <{served.hub.url}/feeds/aa.{format_}>; rel="self"'
            assert reply.headers["link"] == links
            assert f"{served.hub.url}/websub".encode() in reply.body
            waiting = await served.get(f"/feeds/pending-alerts.{format_}")
            assert "hub" not in waiting.headers["link"]
            assert b"/websub" not in waiting.body


async def test_attack_ten_thousand_requests_from_one_host_are_told_to_wait_and_others_are_served(
    here: Place, reader: Reader
) -> None:
    limits = WebSubLimits(requests_per_minute=20)
    async with hub_at_work(here, **dialled(reader), websub=limits) as served:
        asked = {"mode": "subscribe", "topic": f"{served.hub.url}/feeds/all.atom"}
        replies = [await post(served, **asked, callback=f"http://{n}.desk.example/") for n in range(60)]
        assert [reply.status for reply in replies] == [202] * 20 + [429] * 40
        assert all(int(reply.headers["retry-after"]) >= 1 for reply in replies[20:])
        assert b'"reason":"websub-too-many"' in replies[-1].body
        assert (await served.get("/feeds/all.atom")).status == 200
        await served.release("storm")


async def test_the_operator_sees_the_site_of_a_callback_and_nothing_secret(
    here: Place, reader: Reader
) -> None:
    async with hub_at_work(here, **dialled(reader)) as served:
        await subscribe(served, reader, callback=reader.callback("/private-path"), secret="private-secret")
        told: dict[str, Any] = await give_order(here.settings(), {"do": "list"})
        assert "private" not in str(told)
        [shown] = told["subscribers"]
        assert (shown["kind"], shown["format"]) == ("websub", "atom")
        assert shown["callback"] == f"http://127.0.0.1:{reader.port}"


async def test_what_was_asked_and_sent_is_counted_without_a_word_on_whom(here: Place, reader: Reader) -> None:
    async with hub_at_work(here, **dialled(reader)) as served:
        await subscribe(served, reader, callback=reader.callback("/private-path"), secret="private-secret")
        await served.release("storm")
        await reader.until(lambda: len(reader.sent) == 1)
        for path in ("/metrics", "/health", "/v1/deliveries", "/", "/feeds/all.atom", "/v1/sources"):
            body = (await served.get(path)).body
            assert b"private" not in body
            assert str(reader.port).encode() not in body
        metrics = (await served.get("/metrics")).body.decode()
        assert 'syndicate_websub_requests_total{outcome="taken"} 1.0' in metrics
        assert 'syndicate_websub_requests_total{outcome="subscribed"} 1.0' in metrics
