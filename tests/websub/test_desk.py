"""The WebSub hub's desk, over real HTTP to real callbacks."""

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from desk_at_work import HUB, TOPIC, Hub, answers
from sealed import NOON

from syndicate.news import Slice
from syndicate.ports import SubscriberKind
from syndicate.websub._asked import Declining


async def test_who_says_yes_is_a_subscriber_from_now_on(hub: Hub) -> None:
    made = await hub.subscribe(secret="s3cret", lease_seconds="3600")
    assert (made.kind, made.callback) == (SubscriberKind.WEBSUB, hub.reader.callback())
    assert (made.slice, made.format, made.secrets) == (Slice(), "atom", ("s3cret",))
    assert (made.lease_until, made.reached) == (NOON + 3_600, 41)
    (question,) = hub.reader.questions()
    assert question.keys() == {"hub.mode", "hub.topic", "hub.challenge", "hub.lease_seconds"}
    assert (question["hub.mode"], question["hub.topic"]) == ("subscribe", TOPIC)
    assert question["hub.lease_seconds"] == "3600"
    assert len(question["hub.challenge"]) >= 43
    assert await hub.storage.subscribers.all() == (made,)


async def test_each_question_has_a_challenge_of_its_own(hub: Hub) -> None:
    await hub.subscribe()
    await hub.subscribe()
    assert len({question["hub.challenge"] for question in hub.reader.questions()}) == 2


async def test_the_callbacks_own_query_is_kept_and_comes_first(hub: Hub) -> None:
    callback = hub.reader.callback("/in?foo=bar&red=fish&hub.mode=mine&a+b=%2F%26")
    made = await hub.subscribe(callback=callback)
    (query,) = hub.reader.asked
    assert query.startswith("foo=bar&red=fish&hub.mode=mine&a+b=")
    assert dict(hub.reader.questions()[0])["a b"] == "/&"
    assert query.count("hub.mode=") == 2
    assert made.callback == callback


@pytest.mark.parametrize(
    ("asked", "given"), [(None, 864_000), ("1", 300), ("300", 300), ("86400", 86_400), ("9" * 18, 2_592_000)]
)
async def test_a_lease_is_clamped_and_told(hub: Hub, asked: str | None, given: int) -> None:
    made = await hub.subscribe(lease_seconds=asked)
    assert made.lease_until == NOON + given
    assert hub.reader.questions()[0]["hub.lease_seconds"] == str(given)


async def test_a_lease_runs_from_the_question_on(hub: Hub) -> None:
    async def later(request: web.BaseRequest) -> web.Response:
        hub.clock.time += 1_000
        return web.Response(text=request.rel_url.query["hub.challenge"])

    hub.reader.on_question = later
    assert (await hub.subscribe(lease_seconds="600")).lease_until == NOON + 600


async def test_who_asks_again_renews_and_keeps_what_was_reached(hub: Hub) -> None:
    first = await hub.subscribe(secret="old")
    first.reached, first.failures, first.next_at = 77, 3, NOON + 9_000.0
    hub.clock.time += 500
    again = await hub.subscribe(lease_seconds="1000")
    assert (again.id, again.reached, again.secrets) == (first.id, 77, ())
    assert (again.lease_until, again.created_at) == (NOON + 1_500, first.created_at)
    assert (again.failures, again.next_at) == (0, 0.0)


async def test_another_topic_is_another_subscription(hub: Hub) -> None:
    await hub.subscribe()
    hub.told.clear()
    await hub.ask(topic=f"{HUB}/feeds/all.rss")
    assert await hub.outcome() == ["subscribed"]
    assert [each.format for each in hub.roster] == ["atom", "rss"]


async def test_who_unsubscribes_is_asked_and_then_forgotten(hub: Hub) -> None:
    await hub.subscribe()
    hub.told.clear()
    assert await hub.ask(mode="unsubscribe") is None
    assert await hub.outcome() == ["unsubscribed"]
    assert list(hub.roster) == []
    assert await hub.storage.subscribers.all() == ()
    assert hub.reader.questions()[-1]["hub.mode"] == "unsubscribe"


async def test_who_never_subscribed_may_unsubscribe(hub: Hub) -> None:
    assert await hub.ask(mode="unsubscribe") is None
    assert await hub.outcome() == ["unsubscribed"]


def altered(change: Callable[[bytes], bytes]) -> Any:
    async def answer(request: web.BaseRequest) -> web.Response:
        return web.Response(body=change(request.rel_url.query["hub.challenge"].encode()))

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(answers(200, b"yes"), id="a wrong challenge"),
        pytest.param(answers(200, b""), id="no challenge"),
        pytest.param(altered(lambda said: said[:-1]), id="the beginning of the challenge"),
        pytest.param(altered(lambda said: said[1:]), id="the end of the challenge"),
        pytest.param(altered(lambda said: said + b"\n"), id="the challenge and a line break"),
        pytest.param(altered(lambda said: b'"' + said + b'"'), id="the challenge in quotes"),
        pytest.param(altered(lambda said: b"<p>" + said + b"</p>"), id="the challenge in a page"),
        pytest.param(altered(bytes.swapcase), id="the challenge in other letters"),
        pytest.param(answers(200, b"\xff\xfe\x00"), id="what is no text"),
        pytest.param(answers(404), id="a 404"),
        pytest.param(answers(410), id="a 410"),
        pytest.param(answers(500), id="a 500"),
        pytest.param(answers(301, Location="/elsewhere"), id="a redirect"),
        pytest.param(answers(307, Location="http://127.0.0.1:1/"), id="a redirect into the house"),
        pytest.param(answers(200, b"x" * 100_000), id="a huge answer"),
    ],
)
async def test_who_does_not_say_yes_stays_what_they_were(hub: Hub, answer: Any) -> None:
    hub.reader.on_question = answer
    assert await hub.ask() is None
    assert await hub.outcome() == ["unconfirmed"]
    assert list(hub.roster) == []
    hub.reader.on_question = None
    before = await hub.subscribe(secret="kept")
    hub.told.clear()
    hub.reader.on_question = answer
    await hub.ask(secret="other")
    await hub.ask(mode="unsubscribe", topic=f"{HUB}/feeds/all.rss")
    await hub.outcome(2)
    hub.told.clear()
    await hub.ask(mode="unsubscribe")
    assert await hub.outcome() == ["unconfirmed"]
    assert hub.only() == before
    assert len(hub.reader.asked) == 5  # no redirect was followed


async def test_a_feed_that_went_away_meanwhile_is_denied_with_the_reason(hub: Hub) -> None:
    async def wait(request: web.BaseRequest) -> web.Response:
        hub.feeds.clear()
        return web.Response(text=request.rel_url.query.get("hub.challenge", ""))

    hub.reader.on_question = wait
    assert await hub.ask(callback=hub.reader.callback("/in?mine=1")) is None
    assert await hub.outcome() == ["denied"]
    await hub.reader.until(lambda: len(hub.reader.asked) == 2)
    denied = hub.reader.questions()[1]
    assert hub.reader.asked[1].startswith("mine=1&hub.mode=denied&")
    assert (denied["hub.mode"], denied["hub.topic"]) == ("denied", TOPIC)
    assert "feed" in denied["hub.reason"]
    assert list(hub.roster) == []


async def test_a_feed_that_is_not_here_is_no_topic(hub: Hub) -> None:
    declined = await hub.ask(topic=f"{HUB}/feeds/vn.atom")
    assert declined is not None
    assert declined.reason is Declining.TOPIC
    assert await hub.ask(mode="unsubscribe", topic=f"{HUB}/feeds/vn.atom") is None
