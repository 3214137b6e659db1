"""The WebSub hub's desk, over real HTTP to real callbacks."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from patience import PATIENCE, leap
from sealed import NOON, Clock
from websub_reader import Reader, reader_at_work

from syndicate.deliver import Roster
from syndicate.errors import StorageError
from syndicate.fetch import CallLimits, check_callback, open_caller, registrable_domain
from syndicate.news import Slice
from syndicate.ports import Caller, Storage, Subscriber, SubscriberKind, SubscriberState
from syndicate.storage import open_storage
from syndicate.websub._asked import Asked, Declined, Declining, read_asked
from syndicate.websub._desk import SubscriptionDesk
from syndicate.websub._limits import WebSubLimits
from syndicate.websub._subscriptions import Subscriptions

HUB = "https://hub.example"
TOPIC = f"{HUB}/feeds/all.atom"
VISITOR = "192.0.2.7"


class Silent(AbstractResolver):
    """A name server that never answers."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        await asyncio.Event().wait()
        return []

    async def close(self) -> None:
        pass


class Leads(AbstractResolver):
    """Every name leads to one address."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = ResolveResult(
            hostname=host, host=self.address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
        )
        return [found]

    async def close(self) -> None:
        pass


@dataclass
class Hub:
    """A desk at work, with one callback's server beside it."""

    desk: SubscriptionDesk
    subscriptions: Subscriptions
    caller: Caller
    roster: Roster
    storage: Storage
    reader: Reader
    clock: Clock
    ticks: Clock  # the process's own count of seconds
    told: list[str]
    feeds: set[Slice] = field(default_factory=lambda: {Slice()})

    async def ask(self, _visitor: str = VISITOR, /, **changes: str | None) -> Declined | None:
        told: dict[str, str | None] = {
            "hub.mode": "subscribe",
            "hub.topic": TOPIC,
            "hub.callback": self.reader.callback(),
        }
        told |= {f"hub.{name}": value for name, value in changes.items()}
        return await self.desk.take(urlencode({k: v for k, v in told.items() if v}).encode(), _visitor)

    async def outcome(self, many: int = 1) -> list[str]:
        """The words for what became of requests, once there are so many."""
        async with asyncio.timeout(PATIENCE):
            while len(self.told) < many:  # noqa: ASYNC110 - the word is given after the answer came
                await asyncio.sleep(0.001)
        return self.told

    async def subscribe(self, **changes: str | None) -> Subscriber:
        self.told.clear()
        assert await self.ask(**changes) is None
        assert await self.outcome() == ["subscribed"]
        return self.only()

    def only(self) -> Subscriber:
        (subscriber,) = self.roster
        return subscriber


@asynccontextmanager
async def at_work(
    folder: Path,
    *,
    allow: bool = True,
    judged: bool = True,
    seconds: float = PATIENCE,
    resolver: AbstractResolver | None = None,
    **limits: Any,
) -> AsyncIterator[Hub]:
    async with contextlib.AsyncExitStack() as stack:
        reader = await stack.enter_async_context(reader_at_work())
        allowed = [("127.0.0.1", reader.port)] if allow else []
        storage = await stack.enter_async_context(open_storage(folder / "hub.sqlite3"))
        caller = await stack.enter_async_context(
            open_caller(
                allow=allowed,
                user_agent="test",
                limits=CallLimits(total_seconds=seconds, answer_bytes=1_000),
                resolver=resolver,
            )
        )
        roster = Roster(storage, most=10_000)
        await roster.load()
        told: list[str] = []
        clock, feeds = Clock(), {Slice()}

        async def has_feed(slice_: Slice) -> bool:
            return slice_ in feeds

        bounds = WebSubLimits(**limits)
        ticks = Clock()
        subscriptions = Subscriptions(
            roster, clock, has_feed=has_feed, head=lambda: 41, limits=bounds,
            site_of=registrable_domain, ticks=ticks.now,
        )  # fmt: skip
        desk = SubscriptionDesk(
            subscriptions,
            caller,
            clock,
            base_url=HUB,
            judge=partial(check_callback, allow=allowed) if judged else lambda _: None,
            limits=bounds,
            told=lambda word: None if word == "taken" else told.append(word),
        )
        running = asyncio.create_task(desk.run())
        try:
            yield Hub(desk, subscriptions, caller, roster, storage, reader, clock, ticks, told, feeds)
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with at_work(tmp_path) as made:
        yield made


# --- What the Recommendation asks for ------------------------------------------------------------------


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


def answers(status: int, body: bytes | None = None, **headers: str) -> Any:
    async def answer(request: web.BaseRequest) -> web.Response:
        said = request.rel_url.query["hub.challenge"].encode() if body is None else body
        return web.Response(status=status, body=said, headers=headers)

    return answer


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


# --- Hostile callbacks, and who asks in their name -------------------------------------------------------


async def test_attack_a_slow_callback_is_given_up_and_holds_nobody_else(tmp_path: Path) -> None:
    async with at_work(tmp_path, seconds=1_000.0) as hub:
        asked, asleep = asyncio.Event(), asyncio.Event()

        async def sleep(request: web.BaseRequest) -> web.Response:
            if request.path == "/slow":
                asked.set()
                await asleep.wait()
            return web.Response(text=request.rel_url.query["hub.challenge"])

        hub.reader.on_question = sleep
        await hub.ask(callback=hub.reader.callback("/slow"))
        await hub.ask()
        assert await hub.outcome() == ["subscribed"]
        await asked.wait()
        leap(1_000.0)
        assert await hub.outcome(2) == ["subscribed", "unconfirmed"]
        asleep.set()


INSIDE = [
    *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "017700000001", "0.0.0.0", "localhost", "localhost."),
    *("10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"),
    *("[fe80::1]", "[fc00::1]"),
]


async def test_attack_a_callback_inside_the_house_is_declined(tmp_path: Path) -> None:
    async with at_work(tmp_path, allow=False) as hub:
        for host in INSIDE:
            declined = await hub.ask(callback=f"http://{host}/in")
            assert declined is not None, host
            assert declined.reason is Declining.CALLBACK


async def test_attack_a_callback_inside_the_house_would_never_be_dialled(tmp_path: Path) -> None:
    async with at_work(tmp_path, allow=False, judged=False) as hub:
        for host in INSIDE:
            assert await hub.ask(callback=hub.reader.callback(host=host)) is None, host
        assert set(await hub.outcome(len(INSIDE))) == {"unconfirmed"}
        assert hub.reader.asked == []
        assert list(hub.roster) == []


async def test_attack_a_name_that_leads_into_the_house_is_never_dialled(tmp_path: Path) -> None:
    async with at_work(tmp_path, allow=False, resolver=Leads("127.0.0.1")) as hub:
        assert await hub.ask(callback="http://reader.example/in") is None
        assert await hub.outcome() == ["unconfirmed"]
        assert hub.reader.asked == []


@pytest.mark.parametrize(
    "callback",
    [
        pytest.param("ftp://desk.example/", id="no web address"),
        pytest.param("/in", id="half an address"),
        pytest.param("https:///in", id="no host"),
        pytest.param("https://a:b@desk.example/", id="a password"),
        pytest.param("https://desk.example:8443/", id="another port"),
        pytest.param("https://desk.example:0/", id="port 0"),
        pytest.param("https://desk.example:99999/", id="no port"),
        pytest.param("https://[::1/", id="half a bracket"),
        pytest.param("https://router/", id="a name of the house"),
    ],
)
async def test_what_could_never_be_called_back_is_declined_at_once(hub: Hub, callback: str) -> None:
    declined = await hub.ask(callback=callback)
    assert declined is not None
    assert declined.reason is Declining.CALLBACK
    assert declined.detail.startswith("hub.callback: ")


async def test_attack_a_callback_is_asked_once_at_a_time_however_often_it_is_named(hub: Hub) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()
    together = most = 0

    async def slowly(request: web.BaseRequest) -> web.Response:
        nonlocal together, most
        together += 1
        most = max(most, together)
        asked.set()
        await go_on.wait()
        together -= 1
        return web.Response(text=request.rel_url.query["hub.challenge"])

    hub.reader.on_question = slowly
    await hub.ask(secret="first")
    await asked.wait()
    for number in range(50):
        assert await hub.ask(secret=f"{number}") is None
    go_on.set()
    # The one that was under way, and the last that came meanwhile: 51 requests, two questions.
    assert await hub.outcome(2) == ["subscribed", "subscribed"]
    assert (len(hub.reader.asked), most) == (2, 1)
    assert hub.only().secrets == ("49",)


async def test_attack_what_waits_is_bounded_for_a_visitor_a_site_and_all(tmp_path: Path) -> None:
    limits: dict[str, Any] = {"waiting_most": 6, "waiting_per_visitor": 4, "waiting_per_site": 2}
    async with at_work(tmp_path, **limits) as hub:
        go_on = asyncio.Event()

        async def wait(request: web.BaseRequest) -> web.Response:
            await go_on.wait()
            return web.Response(text=request.rel_url.query["hub.challenge"])

        hub.reader.on_question = wait

        async def ask(number: int, site: str, visitor: str) -> bool:
            declined = await hub.ask(visitor, callback=f"http://{number}.{site}.example/")
            assert declined is None or (declined.reason, declined.retry_after) == (Declining.TOO_MANY, 30)
            return declined is None

        assert [await ask(number, "a", "192.0.2.1") for number in range(3)] == [True, True, False]
        assert [await ask(number, "b", "192.0.2.1") for number in range(2)] == [True, True]
        assert not await ask(0, "c", "192.0.2.1")
        assert await ask(0, "c", "192.0.2.2")
        assert not await ask(3, "a", "192.0.2.2")
        go_on.set()


async def test_who_renews_is_not_kept_out_by_strangers_who_name_the_same_site(tmp_path: Path) -> None:
    async with at_work(tmp_path, waiting_per_site=1) as hub:
        await hub.subscribe()
        go_on = asyncio.Event()

        async def wait(request: web.BaseRequest) -> web.Response:
            if request.path != "/in":
                await go_on.wait()
            return web.Response(text=request.rel_url.query["hub.challenge"])

        hub.reader.on_question = wait
        assert await hub.ask("192.0.2.8", callback=hub.reader.callback("/stranger")) is None
        assert await hub.ask("192.0.2.9", callback=hub.reader.callback("/another")) is not None
        hub.told.clear()
        assert await hub.ask() is None
        assert await hub.outcome() == ["subscribed"]
        go_on.set()


async def test_when_all_places_are_taken_that_is_said_and_who_renews_still_may(tmp_path: Path) -> None:
    async with at_work(tmp_path, subscriptions_most=1) as hub:
        await hub.subscribe()
        declined = await hub.ask(callback=hub.reader.callback("/other"))
        assert declined is not None
        assert (declined.reason, declined.retry_after) == (Declining.FULL, 3_600)
        assert "poll" in declined.detail
        await hub.subscribe(lease_seconds="700")
        assert len(list(hub.roster)) == 1


async def test_who_comes_when_the_last_place_is_gone_is_denied(tmp_path: Path) -> None:
    async with at_work(tmp_path, subscriptions_most=1) as hub:
        first = asyncio.Event()

        async def one_after_the_other(request: web.BaseRequest) -> web.Response:
            if request.path == "/second":
                await first.wait()
            return web.Response(text=request.rel_url.query.get("hub.challenge", ""))

        hub.reader.on_question = one_after_the_other
        await hub.ask(callback=hub.reader.callback("/second"))
        await hub.ask()
        await hub.outcome()
        first.set()
        assert await hub.outcome(2) == ["subscribed", "denied"]
        await hub.reader.until(lambda: len(hub.reader.asked) == 3)
        assert hub.reader.questions()[-1]["hub.mode"] == "denied"


async def test_nothing_is_remembered_of_who_asked_once_they_were_answered(hub: Hub) -> None:
    await hub.subscribe()
    async with asyncio.timeout(PATIENCE):
        while hub.desk._waiting or len(hub.desk._turns):  # noqa: ASYNC110 - the word is given before
            await asyncio.sleep(0)


async def test_neither_callback_nor_secret_is_ever_logged(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    await hub.subscribe(secret="s3cret", callback=hub.reader.callback("/very-private"))
    hub.reader.on_question = answers(500)
    hub.told.clear()
    await hub.ask(callback=hub.reader.callback("/very-private"))
    await hub.outcome()
    said = caplog.text
    assert "very-private" not in said
    assert "s3cret" not in said


async def test_what_cannot_be_kept_is_said_and_stops_nobody(
    hub: Hub, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(hub.roster, "add", fail)
    await hub.ask()
    assert await hub.outcome() == ["failed"]
    assert "a bug" in caplog.text
    monkeypatch.undo()
    await hub.subscribe()


async def test_what_the_disk_does_not_take_is_said_and_stops_nobody(
    hub: Hub, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await hub.subscribe(lease_seconds="300")

    async def fail(*_: object, **__: object) -> None:
        raise StorageError("the disk is full")

    for name in ("add", "change", "remove"):
        monkeypatch.setattr(hub.roster, name, fail)
    hub.told.clear()
    await hub.ask(lease_seconds="900")
    await hub.outcome(1)
    await hub.ask(mode="unsubscribe")
    assert await hub.outcome(2) == ["failed", "failed"]
    assert hub.only() == before
    hub.clock.time += 1e6
    for _ in range(2):
        await hub.desk._sweep()
        hub.ticks.time += 86_400
    assert caplog.text.count("the disk is full") == 3
    monkeypatch.undo()
    await hub.subscribe()


async def test_what_came_before_the_desk_opened_is_seen_to_when_it_opens(hub: Hub) -> None:
    early = SubscriptionDesk(
        hub.subscriptions,
        hub.caller,
        hub.clock,
        base_url=HUB,
        judge=lambda _: None,
        limits=WebSubLimits(),
        told=lambda word: None if word == "taken" else hub.told.append(word),
    )
    hub.desk, running = early, hub.desk
    assert await hub.ask() is None
    task = asyncio.create_task(early.run())
    assert await hub.outcome() == ["subscribed"]
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    hub.desk = running


# --- How subscriptions end ------------------------------------------------------------------------------


async def test_a_subscription_whose_lease_is_over_is_forgotten_a_day_later(hub: Hub) -> None:
    await hub.subscribe(lease_seconds="600")
    hub.clock.time += 600
    await hub.subscriptions.sweep()
    hub.ticks.time += 86_400 - 1
    await hub.subscriptions.sweep()
    assert len(list(hub.roster)) == 1
    hub.ticks.time += 1
    await hub.subscriptions.sweep()
    assert list(hub.roster) == []
    assert await hub.storage.subscribers.all() == ()


async def test_attack_a_clock_that_jumps_a_year_ahead_and_back_ends_no_subscription(hub: Hub) -> None:
    before = await hub.subscribe(lease_seconds="600")
    for jump in (31e6, -62e6, 31e6, 31e6):  # each for some hours
        hub.clock.time += jump
        for _ in range(3):
            await hub.subscriptions.sweep()
            hub.ticks.time += 7 * 3_600
    hub.clock.time -= 31e6
    await hub.subscriptions.sweep()
    assert hub.only() == before
    renewed = await hub.subscribe(lease_seconds="600")
    assert renewed.lease_until == int(hub.clock.time) + 600


async def test_however_many_are_over_there_is_room_for_who_comes(tmp_path: Path) -> None:
    async with at_work(tmp_path, subscriptions_most=2) as hub:
        for round_ in range(4):
            for path in ("/a", "/b"):
                hub.told.clear()
                assert await hub.ask(callback=hub.reader.callback(f"{path}{round_}")) is None
                assert await hub.outcome() == ["subscribed"]
            hub.clock.time += 1e6
        assert len(list(hub.roster)) == 4, "as many again as are served"


async def test_attack_one_site_does_not_take_the_places_of_all(tmp_path: Path) -> None:
    leads = Leads("127.0.0.1")
    async with at_work(tmp_path, subscriptions_per_site=3, judged=False, resolver=leads) as hub:
        for number in range(3):
            hub.told.clear()
            callback = f"http://{number}.greedy.example:{hub.reader.port}/in"
            assert await hub.ask(callback=callback) is None
            assert await hub.outcome() == ["subscribed"]
        refused = await hub.ask(callback=f"http://another.greedy.example:{hub.reader.port}/in")
        assert refused is not None
        assert (refused.reason, refused.retry_after) == (Declining.FULL, 3_600)
        assert "at one site" in refused.detail
        hub.told.clear()
        assert await hub.ask(callback=f"http://0.greedy.example:{hub.reader.port}/in") is None, "a renewal"
        assert await hub.ask(callback=f"http://modest.example:{hub.reader.port}/in") is None
        assert await hub.outcome(2) == ["subscribed", "subscribed"]
        await hub.subscriptions.end(asked_of(hub, "http://1.greedy.example:{}/in"))
        assert await hub.ask(callback=f"http://another.greedy.example:{hub.reader.port}/in") is None


def asked_of(hub: Hub, callback: str) -> Asked:
    form = {"hub.mode": "unsubscribe", "hub.topic": TOPIC, "hub.callback": callback.format(hub.reader.port)}
    asked = read_asked(urlencode(form).encode(), HUB)
    assert isinstance(asked, Asked)
    return asked


async def test_attack_requests_without_end_of_one_visitor_cost_its_share_and_keep_nobody_out(
    tmp_path: Path,
) -> None:
    async with at_work(tmp_path, judged=False, resolver=Silent()) as hub:
        taken = 0
        for number in range(2_000):  # a minute's worth thrice: what is beyond 600 never comes to the desk
            callback = f"http://{number}.site{number % 500}.example/in"
            taken += await hub.ask("192.0.2.66", callback=callback) is None
        assert taken == hub.desk.limits.waiting_per_visitor
        assert (len(hub.desk._waiting), len(hub.desk._turns)) == (taken, taken + 1)
        hub.told.clear()
        assert await hub.ask("192.0.2.67") is None
        assert await hub.outcome() == ["subscribed"]


async def test_a_webhook_is_never_swept(hub: Hub) -> None:
    hook = Subscriber(id="aG9vaw", kind=SubscriberKind.WEBHOOK, callback="https://d.example/", slice=Slice())
    await hub.roster.add(hook)
    hub.clock.time += 1e9
    await hub.subscriptions.sweep()
    assert hub.only() == hook


async def test_a_subscription_whose_lease_is_over_takes_nobodys_place(tmp_path: Path) -> None:
    async with at_work(tmp_path, subscriptions_most=1) as hub:
        await hub.subscribe(lease_seconds="600")
        assert await hub.ask(callback=hub.reader.callback("/other")) is not None
        hub.clock.time += 600
        assert await hub.ask(callback=hub.reader.callback("/other")) is None
        assert await hub.outcome(3) == ["subscribed", "full", "subscribed"]


async def test_who_was_gone_begins_anew_and_who_is_paused_stays_so(hub: Hub) -> None:
    first = await hub.subscribe()
    first.reached, first.state, first.reason = 7, SubscriberState.ENDED, "answered 410"
    again = await hub.subscribe()
    assert (again.state, again.reached, again.reason) == (SubscriberState.ACTIVE, 41, "")
    await hub.roster.change(first.id, state=SubscriberState.PAUSED, reason="by the operator", reached=9)
    paused = await hub.subscribe()
    assert (paused.state, paused.reached, paused.reason) == (SubscriberState.PAUSED, 9, "by the operator")
