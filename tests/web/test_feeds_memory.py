"""What the feeds' addresses keep in memory is what the press keeps, however many feeds are asked for."""

import gc
import json
from itertools import product
from pathlib import Path
from string import ascii_lowercase

from aiohttp import web
from living import living
from logging_hub import alone, log_signer
from raw_client import ask, served
from sealed import Hub, Newsroom, federation

from syndicate.journey import Document, LocalWakeup, Press, PressLimits, SubmissionDesk
from syndicate.journey._admit import Admission
from syndicate.news import CORRECTIONS, Kind
from syndicate.storage import open_storage
from syndicate.web import CODINGS
from syndicate.web._feeds import Feeds
from syndicate.web._metrics import Metrics
from syndicate.web._world import World
from syndicate.wire import MEDIA_TYPES, Typesetter


def world_of(hub: Hub, press: Press) -> World:
    admission = Admission(hub.storage, lambda: hub.registry, hub.clock)
    return World(
        storage=hub.storage,
        registry=lambda: hub.registry,
        press=press,
        submission=SubmissionDesk(admission, lambda: hub.registry, hub.clock),
        clock=hub.clock,
        alive=dict,
        policy=lambda: alone(log_signer()),
        log_waits=str,
        metrics=Metrics(),
        base_url="https://hub.example",
        registry_files=Path("none"),
    )


async def test_attack_26_asking_for_every_feed_keeps_no_more_than_fits(tmp_path: Path) -> None:
    room = Newsroom()
    async with open_storage(tmp_path / "hub.sqlite3") as storage:
        hub = Hub(storage=storage, registry=federation(room))
        # A language is whatever an agency signs: whoever holds one key can make as many feeds as items.
        await hub.take(*(room.sign(f"item{n}", lang=f"a{letter}") for n, letter in enumerate("abcdefgh")))
        press = Press(
            storage, lambda: hub.registry, hub.clock, LocalWakeup(), Typesetter(),
            media_types=MEDIA_TYPES, codings=CODINGS, base_url="https://hub.example",
            limits=PressLimits(kept_bytes=1),
        )  # fmt: skip
        feeds = Feeds(world_of(hub, press))

        async def site(request: web.BaseRequest) -> web.Response:
            return await feeds.get(request, request.path.removeprefix("/feeds/"))

        async with served(site) as port:
            for letter in "abcdefgh":
                assert (await ask(port, f"/feeds/lang/a{letter}.atom")).status == 200
        gc.collect()
        assert 1 <= len(living(Document)) <= 2


async def test_attack_26_asking_for_ten_thousand_slices_leaves_no_trace_of_them(tmp_path: Path) -> None:
    room = Newsroom()
    async with open_storage(tmp_path / "hub.sqlite3") as storage:
        hub = Hub(storage=storage, registry=federation(room))
        await hub.take(room.sign("storm"))
        press = Press(
            storage, lambda: hub.registry, hub.clock, LocalWakeup(), Typesetter(),
            media_types=MEDIA_TYPES, codings={}, base_url="https://hub.example",
            limits=PressLimits(kept_most=8),
        )  # fmt: skip
        feeds = Feeds(world_of(hub, press))
        known = [
            f"urgency/{urgency}/kind/{kind}.json" for urgency in range(1, 10) for kind in (*Kind, CORRECTIONS)
        ]
        names = product("pqrst", "pqrst", ascii_lowercase, ascii_lowercase)
        unknown = [f"{a}{b}/lang/{c}{d}/urgency/3/kind/alert.json" for a, b, c, d in names][:10_000]

        async def ask_for_all(request: web.BaseRequest) -> web.Response:
            found = {name: (await feeds.get(request, name)).status for name in (*known, *unknown)}
            return web.json_response([sum(status == 200 for status in found.values()), len(found)])

        async with served(ask_for_all) as port:
            assert json.loads((await ask(port, "/")).body) == [81, 10_081]
        kept = sorted(press._kept)
        assert len(kept) == 8
        assert kept == sorted(known[-8:])
        assert not press._locks
        gc.collect()
        assert 1 <= len(living(Document)) <= 9
        press.close()
