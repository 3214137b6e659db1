"""Hostile callbacks, and who asks in their name: none leads inside, none holds up or shuts out another."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from desk_at_work import HUB, Hub, Leads, answers, at_work
from patience import PATIENCE, leap

from syndicate.errors import StorageError
from syndicate.websub._asked import Declining
from syndicate.websub._desk import SubscriptionDesk
from syndicate.websub._limits import WebSubLimits


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
