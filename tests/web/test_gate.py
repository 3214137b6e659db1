"""Who asks too often is told when to come back; a newsroom behind one address is not who asks too often."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass

import pytest
from hub_folder import Place, hub_at_work
from living import living
from raw_client import Reply

from syndicate.errors import SettingsError
from syndicate.settings import read_settings
from syndicate.web import WebLimits
from syndicate.web._gate import Gate
from syndicate.web._readers import network_of

TIGHT = WebLimits(burst=3, per_second=0.01)
FEED = "/feeds/all.atom"


@dataclass
class Seconds:
    """A clock that only a test moves."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


async def test_500_newsroom_readers_behind_one_address_are_served(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("storm")

        async def read(*lines: str) -> list[Reply]:
            return await asyncio.gather(*(served.get(FEED, *lines) for _ in range(500)))

        first = await read()
        assert {reply.status for reply in first} == {200}
        await served.release("flood")
        assert Counter(
            reply.status for reply in await read(f"If-None-Match: {first[0].headers['etag']}")
        ) == {200: 500}


async def test_what_a_304_answers_is_never_too_often(here: Place) -> None:
    async with hub_at_work(here, web=TIGHT) as served:
        tag = (await served.get(FEED)).headers["etag"]
        date = (await served.get("/feeds/aa.atom")).headers.get("last-modified")
        assert date is None, "an empty feed has no date"
        for _ in range(8):
            assert (await served.get(FEED, f"If-None-Match: {tag}")).status == 304
        assert [(await served.get(FEED)).status for _ in range(3)] == [200, 200, 429]
        assert (await served.get(FEED, f"If-None-Match: {tag}")).status == 304
        assert (await served.get(FEED, 'If-None-Match: "stale"')).status == 429, (
            "a 304 cannot answer this one"
        )


async def test_what_no_304_can_answer_is_counted_whatever_it_says(here: Place) -> None:
    async with hub_at_work(here, web=TIGHT) as served:
        asked = [await served.get("/v1/submit", "If-None-Match: *", method="POST") for _ in range(4)]
        assert [reply.status for reply in asked][-1] == 429
        assert 429 not in [reply.status for reply in asked[:3]]


async def test_who_asks_too_often_is_told_when_to_come_back(here: Place) -> None:
    async with hub_at_work(here, web=TIGHT) as served:
        for _ in range(3):
            assert (await served.get(FEED)).status == 200
        refused = await served.get(FEED)
        assert (refused.status, refused.headers["retry-after"]) == (429, "100")
        assert refused.headers["cache-control"] == "no-store"
        assert refused.headers["access-control-allow-origin"] == "*"
        assert "ETag" in json.loads(refused.body)["detail"]
        assert (await served.get(FEED, method="HEAD")).status == 429
        assert (await served.get("/feeds/all.rss")).status == 200, "other paths are counted by themselves"


async def test_s13_what_was_counted_names_nobody_and_is_in_no_log(
    here: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    earlier = {id(each): each for each in living(Gate)}  # of tests before this one
    async with hub_at_work(here, web=WebLimits(burst=1, proxies=("127.0.0.1",))) as served:
        for _ in range(2):
            await served.get(FEED, "X-Forwarded-For: 203.0.113.77")
        gates = [each for each in living(Gate) if id(each) not in earlier]
        [gate] = [each for each in gates if len(each)]
        assert {(type(pair), type(due)) for pair, due in gate._due.items()} == {(int, float)}
    assert "203.0.113.77" not in caplog.text


async def test_behind_a_proxy_readers_are_who_the_proxy_says(here: Place) -> None:
    limits = WebLimits(burst=1, per_second=0.01, proxies=("127.0.0.1", "10.0.0.0/8"))

    async with hub_at_work(here, web=limits) as served:

        async def asked(*forwarded: str) -> int:
            return (await served.get(FEED, *(f"X-Forwarded-For: {each}" for each in forwarded))).status

        assert [await asked("203.0.113.1"), await asked("203.0.113.1")] == [200, 429]
        assert await asked("203.0.113.2") == 200
        assert await asked("6.6.6.6, 203.0.113.2") == 429, (
            "what a reader writes before the proxy's word is nothing"
        )
        assert await asked("203.0.113.2, 10.1.2.3") == 429, "a proxy behind a proxy"
        assert await asked("203.0.113.2", "10.1.2.3") == 429, "in two lines"
        assert [await asked("2001:db8::1"), await asked("[2001:db8::ffff]")] == [200, 429]
        assert [await asked("nonsense"), await asked("")] == [200, 429], "then it is the proxy itself"
        assert await asked("10.1.2.3") == 200, "nothing but proxies: the farthest of them"


async def test_without_a_proxy_of_ours_nobody_is_believed(here: Place) -> None:
    async with hub_at_work(here, web=WebLimits(burst=1, per_second=0.01)) as served:
        assert (await served.get(FEED, "X-Forwarded-For: 203.0.113.1")).status == 200
        assert (await served.get(FEED, "X-Forwarded-For: 203.0.113.2")).status == 429


async def test_a_burst_comes_back_as_time_passes() -> None:
    clock = Seconds()
    gate = Gate(burst=2, per_second=0.5, most=10, now=clock)
    assert [gate.wait(b"a", "/"), gate.wait(b"a", "/"), gate.wait(b"a", "/")] == [0, 0, 2]
    clock.now += 1.5
    assert gate.wait(b"a", "/") == 1
    clock.now += 0.5
    assert [gate.wait(b"a", "/"), gate.wait(b"a", "/")] == [0, 2]
    clock.now += 1_000
    assert [gate.wait(b"a", "/"), gate.wait(b"a", "/"), gate.wait(b"a", "/")] == [0, 0, 2]


async def test_ten_thousand_addresses_take_no_more_memory_than_is_allowed() -> None:
    gate = Gate(burst=1, per_second=0.01, most=100)
    for number in range(10_000):
        assert gate.wait(number.to_bytes(4, "big"), "/") == 0
    assert len(gate) == 100
    assert gate.wait((9_999).to_bytes(4, "big"), "/") > 0
    assert gate.wait((1).to_bytes(4, "big"), "/") == 0, "forgotten: nobody is refused for want of room"


async def test_a_pair_is_forgotten_as_soon_as_its_burst_is_whole_again() -> None:
    clock = Seconds()
    gate = Gate(burst=2, per_second=1.0, most=10, now=clock)
    gate.wait(b"early", "/")
    clock.now += 1.5
    gate.wait(b"late", "/")
    gate._sweep()
    assert len(gate) == 1
    clock.now += 1.5
    gate._sweep()
    assert len(gate) == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", bytes([203, 0, 113, 7])),
        ("::ffff:203.0.113.7", bytes([203, 0, 113, 7])),
        ("2001:db8:1:2:3:4:5:6", bytes.fromhex("20010db800010002")),
        ("fe80::1%eth0", bytes.fromhex("fe80000000000000")),
        ("", b""),
        ("256.1.1.1", b""),
        ("::zz", b""),
        ("\x00:", b""),
        ("١:", b""),
    ],
)
def test_a_reader_is_an_ipv4_address_or_an_ipv6_network(address: str, network: bytes) -> None:
    assert network_of(address) == network


def test_a_proxy_that_is_no_address_stops_the_hub() -> None:
    told = read_settings(None, {}, {"web.proxies": "10.0.0.0/8, ::1"})
    assert told.web.proxies == ("10.0.0.0/8", "::1")
    with pytest.raises(SettingsError, match="must be addresses or networks"):
        read_settings(None, {}, {"web.proxies": "proxy.example"})
