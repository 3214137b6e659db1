import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hub_folder import Place, hub_at_work, place

from syndicate.assembly import RegistryShelf
from syndicate.assembly import _hub as assembly
from syndicate.news import AgencyId, Registry
from syndicate.papers import load_registry


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as made:
        yield made


async def test_what_an_agency_signed_and_served_stands_in_the_unified_feed(here: Place) -> None:
    token = here.newsroom.release("storm")
    async with hub_at_work(here, allow=here.polled) as served:
        await served.hub.poll_now()
        for path in (
            "/feeds/all.atom",
            "/feeds/aa.atom",
            "/feeds/agency/aa.news.json",
            "/feeds/lang/en.json",
        ):
            reply = await served.get(path)
            assert reply.status == 200, path
            assert token.encode() in reply.body, path
        assert b"Story storm" in (await served.get("/")).body


async def test_what_an_agency_pushes_stands_in_the_unified_feed(here: Place) -> None:
    async with hub_at_work(here) as served:
        [token] = await served.release("alarm")
        assert token.encode() in (await served.get("/feeds/all.atom")).body
        assert (await served.submit(token))[0]["outcome"] == "known"


async def test_the_hub_polls_by_itself(here: Place) -> None:
    token = here.newsroom.release("storm")
    async with hub_at_work(here, allow=here.polled) as served:
        await served.until_sealed(1)
        assert token.encode() in (await served.get("/feeds/all.atom")).body


async def test_what_was_admitted_is_there_after_a_restart_in_the_same_order(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release(*"abc")
        before = await served.json("/v1/items")
        feed = (await served.get("/feeds/all.json")).body.replace(served.hub.url.encode(), b"")
    async with hub_at_work(here) as served:
        after = await served.json("/v1/items")
        assert [item["token"] for item in after["items"]] == [item["token"] for item in before["items"]]
        assert (await served.get("/feeds/all.json")).body.replace(served.hub.url.encode(), b"") == feed
        await served.release("d")
        assert [item["index"] for item in (await served.json("/v1/items"))["items"]] == [0, 1, 2, 3]


async def test_what_was_admitted_just_before_the_stop_is_sealed_when_it_stopped(here: Place) -> None:
    async with hub_at_work(here) as served:
        token = here.newsroom.release("last")
        assert (await served.send(token.encode())).status == 200
    async with hub_at_work(here) as served:
        assert await served.hub.storage.size() == 1


# The registry is data, and changes under a running hub.


async def test_an_edited_registry_is_in_use_after_the_next_look(here: Place) -> None:
    async with hub_at_work(here) as served:
        here.folders.edit("aa.toml", 'en = "Aaland News"', 'en = "New Name"')
        await served.hub.shelf.refresh()  # the ticker's own first look may have been quicker
        assert b"New Name" in (await served.get("/v1/sources")).body
        assert not await served.hub.shelf.refresh()


async def test_a_broken_edit_changes_nothing_and_is_said_once(
    here: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async with hub_at_work(here) as served:
        version = served.hub.registry.version
        here.folders.edit("aa.toml", 'id = "aa.radio"', 'id = "zz.radio"')
        for _ in range(3):
            assert not await served.hub.shelf.refresh()
        assert served.hub.registry.version == version
        said = [record for record in caplog.records if record.name == "syndicate.hub"]
        assert len(said) == 1
        assert "aa.toml" in said[0].getMessage()
        await served.release("storm")


async def test_a_key_that_was_just_enrolled_counts_without_a_restart(here: Place) -> None:
    keys = here.folders.path("aa.news.toml")
    enrolled = keys.read_text(encoding="utf-8")
    keys.unlink()
    async with hub_at_work(here) as served:
        token = here.newsroom.release("first")
        assert (await served.submit(token))[0]["reason"] == "key-unknown"
        keys.write_text(enrolled, encoding="utf-8")
        await served.hub.shelf.refresh()
        assert (await served.submit(token))[0]["outcome"] == "admitted"


async def test_of_two_looks_at_the_registry_the_later_one_counts(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = RegistryShelf(here.folders.sources, here.folders.keys)
    looked, hand_over = threading.Event(), threading.Event()

    def load(sources: Path, keys: Path) -> Registry:
        read = load_registry(sources, keys)
        if not looked.is_set():  # a disk that is slow to hand over what was read before the edit
            looked.set()
            hand_over.wait(20)
        return read

    monkeypatch.setattr(assembly, "load_registry", load)
    early = asyncio.create_task(shelf.refresh())
    await asyncio.to_thread(looked.wait, 20)
    here.folders.edit("aa.toml", 'en = "Aaland News"', 'en = "New Name"')
    late = asyncio.create_task(shelf.refresh())
    await asyncio.wait({late}, timeout=0.5)
    hand_over.set()
    await asyncio.gather(early, late)
    assert shelf.current.agencies[AgencyId("aa.news")].names["en"] == "New Name"
