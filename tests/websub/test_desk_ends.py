"""How subscriptions end, and whose places they take until then."""

from pathlib import Path
from urllib.parse import urlencode

from desk_at_work import HUB, TOPIC, Hub, Leads, Silent, at_work

from syndicate.news import Slice
from syndicate.ports import Subscriber, SubscriberKind, SubscriberState
from syndicate.websub._asked import Asked, Declining, read_asked


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
