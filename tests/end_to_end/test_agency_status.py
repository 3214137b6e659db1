"""Knows first: what a hub tells an agency, and nobody else; and what the doctor sees."""

import json
import re
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hub_folder import Place, Served, hub_at_work, place
from raw_client import Reply
from raw_server import raw_server, response
from selling import SIGNER, Seller

from syndicate.agency import HubView, ask_status, concerns, details, doctor
from syndicate.fetch import FetchLimits, open_caller, open_fetcher
from syndicate.news import FederationId
from syndicate.ports import Signer
from syndicate.signing import ephemeral_signer
from syndicate.trust import compose_request

PATH = "/v1/agency/status"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    (tmp_path / "hub").mkdir()
    async with place(tmp_path / "hub") as made:
        yield made


def token(served: Served, signer: Signer = SIGNER, **changes: Any) -> str:
    said: dict[str, Any] = {"hub": served.hub.url, "path": PATH, "time": int(served.clock.now())}
    return compose_request(
        **(said | {"nonce": secrets.token_bytes(16), "kid": signer.kid, "sign": signer.sign} | changes)
    )


async def ask(served: Served, shown: str) -> Reply:
    return await served.get(PATH, f"Authorization: Syndicate {shown}")


async def view(served: Served) -> HubView:
    async with open_caller(allow=[("127.0.0.1", served.port)], user_agent="tests") as caller:
        return await ask_status(served.hub.url, signer=SIGNER, caller=caller, clock=served.clock)


async def test_an_agency_is_told_within_a_cycle_what_the_hub_refused_and_why(here: Place) -> None:
    async with hub_at_work(here) as served:
        (good,) = await served.release("storm")
        wrong = here.newsroom.item(
            "rain", url="https://elsewhere.example/x", aud=FederationId("trial"), lang="en"
        )
        await served.submit(here.newsroom.token(wrong))
        seen = await view(served)
        assert seen.trouble is None
        assert seen.told["agency"] == "aa.news"
        (refusal,) = seen.told["refusals"]
        assert refusal["reason"] == "host-not-listed"
        assert "have the host listed" in refusal["remedy"]
        (stream,) = seen.told["streams"]
        assert (stream["head"], stream["accepted"], stream["missing"], stream["forked"]) == (1, 1, 0, False)
        assert good
        assert any("1 refusals" in each for each in concerns(seen, head=1, stream="main"))


async def test_nobody_else_is_told(here: Place) -> None:
    async with hub_at_work(here) as served:
        assert (await served.get(PATH)).status == 401
        stranger = ephemeral_signer(b"s" * 32)
        for shown in ("", "x", token(served, stranger), token(served, hub="https://other.example")):
            reply = await ask(served, shown)
            assert reply.status == 401, shown
            assert reply.headers["www-authenticate"] == "Syndicate"
            assert json.loads(reply.body)["remedy"]
            assert reply.headers["cache-control"] == "no-store"


async def test_a_request_counts_once_and_not_from_before_the_hub_began(here: Place) -> None:
    async with hub_at_work(here) as served:
        shown = token(served)
        assert (await ask(served, shown)).status == 200
        again = await ask(served, shown)
        assert json.loads(again.body)["reason"] == "request-repeated"
        before = await ask(served, token(served, time=int(served.clock.now()) - 1))
        assert json.loads(before.body)["reason"] == "request-stale"


async def test_gaps_and_a_clock_that_is_off_are_concerns(here: Place) -> None:
    async with hub_at_work(here) as served:
        here.newsroom.release("lost")
        await served.submit(here.newsroom.release("kept"))
        async with open_caller(allow=[("127.0.0.1", served.port)], user_agent="tests") as caller:
            ahead = type(served.clock)(served.clock.time + 100)
            seen = await ask_status(served.hub.url, signer=SIGNER, caller=caller, clock=ahead)
        found = " ".join(concerns(seen, head=5, stream="main"))
        assert "1 numbers of main are missing" in found
        assert "100 seconds ahead" in found
        assert "up to 2, here it ends at 5" in found
        assert "an old copy of the book" in " ".join(concerns(seen, head=1, stream="main"))


@pytest.mark.parametrize(
    ("days", "limit"), [(89, 90), (59, 60), (29, 30), (13, 14), (6, 7), (90, None), (-1, None)]
)
def test_a_key_that_runs_out_is_warned_of_in_steps(days: int, limit: int | None) -> None:
    key = {"kid": "k", "status": "active", "expires": "2027-01-01T00:00:00Z", "seconds_left": days * 86_400}
    told = {"streams": [], "held": {}, "keys": [key], "clock_skew_seconds": 0, "feeds": [], "refusals": []}
    found = concerns(HubView(hub="h", told=told), head=0, stream="main")
    if limit is None:
        assert found == (() if days > 0 else (f"the key k ended on {key['expires']}: rotate",))
    else:
        assert f"fewer than {limit}" in found[0]


def test_a_hub_of_another_version_is_no_crash() -> None:
    assert concerns(HubView(hub="h", told={"streams": 3}), head=0, stream="main")


async def test_the_doctor_sees_what_is_well_and_what_is_not(here: Place, tmp_path: Path) -> None:
    seller = Seller(tmp_path)
    assert doctor.look_at_folder(seller.config).health is doctor.Health.ILL
    seller.sign("one")
    assert doctor.look_at_folder(seller.config).health is doctor.Health.WELL
    key = tmp_path / "a.key"
    key.write_text("x")
    key.chmod(0o640)
    assert "chmod 600" in str(doctor.look_at_key_file(key).remedy)
    key.chmod(0o600)
    assert doctor.look_at_key_file(key).health is doctor.Health.WELL
    body = (seller.config.folder / "main.atom").read_bytes()
    async with (
        hub_at_work(here) as served,
        raw_server({"/main.atom": response(body)}) as shown,
        open_caller(allow=[("127.0.0.1", served.port), shown.place], user_agent="tests") as caller,
        open_fetcher(FetchLimits(), user_agent="tests") as fetcher,
    ):
        well, clock = await doctor.look_at_hub(served.hub.url, caller, Wall())
        assert (well.health, clock.health) == (doctor.Health.WELL, doctor.Health.WELL)
        began = time.monotonic()
        _, clock = await doctor.look_at_hub(served.hub.url, caller, Wall(600))
        told = re.search(r"(\d+) seconds ahead", clock.said)
        assert told is not None, clock.said
        # HTTP's Date has whole seconds, and the answer may have been long on its way.
        assert 600 <= int(told[1]) <= 602 + time.monotonic() - began
        (dead,) = await doctor.look_at_hub("http://127.0.0.1:9", caller, Wall())
        assert dead.health is doctor.Health.ILL
        seller.config = _at(seller, shown.url("/"))
        assert (await doctor.look_at_served(seller.config, caller)).health is doctor.Health.WELL
        shown.answers["/main.atom"] = response(body + b" ")
        assert "other bytes" in (await doctor.look_at_served(seller.config, caller)).said
        assert (await doctor.look_at_cms(seller.config, fetcher)).health is doctor.Health.ILL


class Wall:
    def __init__(self, off: float = 0.0) -> None:
        self.off = off

    def now(self) -> float:
        return time.time() + self.off


def _at(seller: Seller, base_url: str) -> Any:
    return replace(seller.config, base_url=base_url)


STREAM = {"stream": "main", "head": 0, "forked": False, "missing": 0}
KEY = {"kid": "k", "status": "active", "expires": "x", "seconds_left": 0}
BASE: dict[str, Any] = {
    "streams": [], "held": {}, "keys": [], "clock_skew_seconds": 0, "feeds": [], "refusals": [],
}  # fmt: skip
BEYOND = float("inf")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"clock_skew_seconds": BEYOND}, id="skew"),
        pytest.param({"clock_skew_seconds": float("nan")}, id="skew that is no number"),
        pytest.param({"streams": [STREAM | {"head": BEYOND}]}, id="head"),
        pytest.param({"streams": [STREAM | {"head": 10**300}]}, id="head of 300 digits"),
        pytest.param({"held": {"a": BEYOND}}, id="held"),
        pytest.param({"held": {"\ud800": 1}}, id="half a character"),
        pytest.param({"keys": [KEY | {"seconds_left": BEYOND}]}, id="seconds left"),
        pytest.param({"refusals": {"a": 1}}, id="refusals that are no list"),
        pytest.param({"refusals": [None]}, id="refusals that are nothing"),
        pytest.param({"refusals": [{}] * 1_001}, id="refusals without end"),
    ],
)
async def test_a_status_that_no_hub_gives_is_told_of_in_words(change: dict[str, Any]) -> None:
    body = json.dumps(BASE | change).encode()
    async with (
        raw_server({PATH: response(body)}) as liar,
        open_caller(allow=[liar.place], user_agent="tests") as caller,
    ):
        seen = await ask_status(liar.url("").rstrip("/"), signer=SIGNER, caller=caller, clock=Wall())
    assert "does not speak as a hub does" in " ".join(concerns(seen, head=0, stream="main"))
    json.dumps(seen.told, ensure_ascii=False).encode()
    details(seen)
