"""Ways out: what an agency signed reaches its hubs by push, whatever happens on the way."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alerts import seconds_to_the_feed
from hub_folder import Place, Served, held_address, hub_at_work
from patience import until
from raw_client import ask
from raw_server import raw_server, response
from selling import SIGNER, Seller

from syndicate.agency import Pushed, deliver, forget_from
from syndicate.assembly import AgencyOrders, AgencyTold, open_agency
from syndicate.fetch import open_caller
from syndicate.ports import Caller
from syndicate.settings import Address


@pytest.fixture
def seller(tmp_path: Path) -> Seller:
    return Seller(tmp_path)


@contextlib.asynccontextmanager
async def caller_to(*ports: int) -> AsyncIterator[Caller]:
    allow = [("127.0.0.1", port) for port in ports]
    async with open_caller(allow=allow, user_agent="tests") as caller:
        yield caller


async def bring(seller: Seller, *hubs: str, tries: int = 2) -> tuple[list[Pushed], tuple[Pushed, ...]]:
    told: list[Pushed] = []
    async with caller_to(*(int(hub.rpartition(":")[2]) for hub in hubs)) as caller:
        last = await deliver(hubs, opens=seller.opens, caller=caller, tell=told.append, tries=tries)
    return told, last


async def admitted(served: Served) -> list[str]:
    await served.hub.sealer.seal_once()
    return [item["token"] for item in (await served.json("/v1/items?limit=200"))["items"]]


async def test_a_push_brings_everything_once_and_in_order(here: Place, seller: Seller) -> None:
    signed = seller.sign(*(f"n{a}{b}" for a in "abcdefghij" for b in "abcdefghijkl"))
    async with hub_at_work(here) as served:
        told, (last,) = await bring(seller, served.hub.url)
        assert last.done
        assert [each.admitted for each in told if each.sent] == [90, 30]
        assert await admitted(served) == [each.token for each in signed]
        told, (last,) = await bring(seller, served.hub.url)
        assert [each.sent for each in told] == [0]


async def test_several_hubs_are_brought_up_side_by_side_and_a_dead_one_holds_nobody_up(
    here: Place, seller: Seller
) -> None:
    seller.sign("one", "two")
    dead = "http://127.0.0.1:9"
    async with hub_at_work(here) as served:
        _, (first, second) = await bring(seller, served.hub.url, dead)
        assert first.done
        assert not second.done
        assert second.trouble is not None
        assert "not reached" in second.trouble
        assert len(await admitted(served)) == 2


async def test_a_hub_that_was_away_gets_the_rest_later(here: Place, seller: Seller) -> None:
    seller.sign("one")
    with held_address() as address:
        async with hub_at_work(here, listen=address) as served:
            await bring(seller, served.hub.url)
        seller.sign("two")
        _, (last,) = await bring(seller, f"http://{address.host}:{address.port}", tries=1)
        assert not last.done
        async with hub_at_work(here, listen=address) as served:
            told, (last,) = await bring(seller, served.hub.url)
            assert last.done
            assert told[0].sent == 1
            await served.until_sealed(2)


async def test_every_refusal_is_told_with_its_remedy_and_does_not_stop_the_next(
    here: Place, seller: Seller
) -> None:
    here.folders.edit("aa.toml", '"news.aa.example", "*.press', '"*.press')
    here.signed.publish()
    seller.sign("one", "two")
    async with hub_at_work(here) as served:
        told, (last,) = await bring(seller, served.hub.url)
        assert last.done
        assert [(each.seq, each.reason) for each in told[0].objections] == [
            (1, "host-not-listed"),
            (2, "host-not-listed"),
        ]
        assert "have the host listed" in told[0].objections[0].remedy
        forget_from(served.hub.url, 2, opens=seller.opens)
        told, _ = await bring(seller, served.hub.url)
        assert told[0].sent == 1


async def test_what_concerns_the_whole_agency_is_waited_for(here: Place, seller: Seller) -> None:
    seller.now += 1_000  # the signer's clock is a quarter of an hour fast
    seller.sign("one")
    async with hub_at_work(here) as served:
        _, (last,) = await bring(seller, served.hub.url, tries=2)
        assert not last.done
        assert last.reached == 0
        assert last.trouble is not None
        assert last.trouble.startswith("clock-ahead")


async def test_an_answer_that_is_no_hubs_is_no_progress(seller: Seller) -> None:
    seller.sign("one")
    async with raw_server({"/v1/submit": response(b'{"results":[]}')}) as other:
        _, (last,) = await bring(seller, other.url("").rstrip("/"), tries=1)
    assert (last.reached, last.done) == (0, False)
    assert last.trouble is not None


async def test_pushed_alerts_stand_in_the_feed_one_after_another(tmp_path: Path) -> None:
    # How soon is measured by `make bench`: a test on a busy machine must not depend on it.
    assert len(await seconds_to_the_feed(tmp_path, ["alerta", "alertb", "alertc"])) == 3


CMS = """<rss version="2.0"><channel><title>News</title><link>https://news.aa.example/</link>
<item><title>Rain</title><link>https://news.aa.example/rain</link><guid>1</guid>
<description>Much rain.</description></item></channel></rss>"""


async def test_an_agencys_server_signs_serves_and_pushes_until_it_is_left(
    here: Place, seller: Seller
) -> None:
    await asyncio.to_thread(Path(seller.config.feed).write_text, CMS)
    failures: list[Exception] = []
    async with hub_at_work(here) as served:
        served.clock.time = int(time.time())
        orders = AgencyOrders(
            listen=Address("127.0.0.1", 0), cadence_seconds=1, hubs=(served.hub.url,),
            allow=(("127.0.0.1", served.port),),
        )  # fmt: skip
        async with open_agency(seller.config, SIGNER, orders, AgencyTold(failed=failures.append)) as url:
            await served.until_sealed(1)
            port = int(url.rpartition(":")[2])
            whole = await ask(port, "/signed/main.atom")
            assert whole.status == 200
            assert whole.body == (seller.config.folder / "main.atom").read_bytes()
            assert whole.headers["content-type"] == "application/atom+xml; charset=utf-8"
            again = await ask(port, "/main.atom", f"If-None-Match: {whole.headers['etag']}")
            assert again.status == 304
            assert (await ask(port, "/main.archive-1.atom")).status == 200
            for path in ("/", "/../stream.sqlite", "/stream.sqlite", "/signed/", "/.main.atom.new"):
                assert (await ask(port, path)).status == 404
            seller.sign("by-hand")  # another process may sign while it serves
            await served.until_sealed(2)
    assert failures == []


def results(of_each: str) -> bytes:
    return f'{{"results":[{of_each}]}}'.encode()


NO_HUBS: dict[str, bytes] = {
    "a reason that is a list": results('{"outcome":"refused","reason":[]}'),
    "a reason that is an object": results('{"outcome":"refused","reason":{}}'),
    "an outcome that is an object": results('{"outcome":{},"reason":"x"}'),
    "a detail that is a number": results('{"outcome":"refused","reason":"x","detail":7}'),
    "half a character": results('{"outcome":"refused","reason":"\\ud800"}'),
    "infinity": results('{"outcome":"admitted","sub":Infinity}'),
    "a number beyond all": results('{"outcome":"admitted","ver":1e999}'),
    "no object": results("3"),
    "results that are a word": b'{"results":"a"}',
    "depth": b"[" * 200_000,
    "a detail of another kind": b'{"detail":[]}',
}


@pytest.mark.parametrize("said", [pytest.param(said, id=name) for name, said in NO_HUBS.items()])
async def test_a_hub_that_speaks_as_none_is_named_and_another_gets_everything(
    here: Place, seller: Seller, said: bytes
) -> None:
    seller.sign("one")
    async with hub_at_work(here) as served, raw_server({"/v1/submit": response(said)}) as liar:
        bad = liar.url("").rstrip("/")
        _, (refused, last) = await bring(seller, bad, served.hub.url, tries=1)
        assert last.done
        assert (refused.reached, refused.done) == (0, False)
        assert "does not speak as a hub does" in str(refused.trouble)


async def test_a_hub_that_asks_for_years_of_patience_gets_an_hour(seller: Seller) -> None:
    seller.sign("one")
    said = response(results('{"outcome":"refused","reason":"rate-limited"}'), Retry_After="9999999999")
    async with raw_server({"/v1/submit": said}) as hub:
        _, (last,) = await bring(seller, hub.url("").rstrip("/"), tries=1)
    assert last.retry_after_seconds == 3_600


async def test_an_agencys_server_signs_and_pushes_on_beside_a_hub_that_lies(
    here: Place, seller: Seller
) -> None:
    await asyncio.to_thread(Path(seller.config.feed).write_text, CMS)
    failures: list[Exception] = []
    said = response(NO_HUBS["a reason that is a list"])
    async with hub_at_work(here) as served, raw_server({"/v1/submit": said}) as liar:
        served.clock.time = int(time.time())
        orders = AgencyOrders(
            listen=Address("127.0.0.1", 0), cadence_seconds=1,
            hubs=(liar.url("").rstrip("/"), served.hub.url), allow=(liar.place, ("127.0.0.1", served.port)),
        )  # fmt: skip
        async with open_agency(seller.config, SIGNER, orders, AgencyTold(failed=failures.append)):
            await served.until_sealed(1)
            seller.sign("by-hand")
            await served.until_sealed(2)
            await until(lambda: liar.asked)  # the two hubs and the signer wait for one book, in no order
    assert failures == []
