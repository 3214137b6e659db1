"""A copy of the site is what the hub serves, byte for byte, and nothing else is touched."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from exporting import LIVE, MEMORY, UNDO, address_of, export, plain, stands, touched
from hub_folder import Place, Served, hub_at_work, place

from syndicate.errors import ExportError, RegistryError, SettingsError, StorageError
from syndicate.export import Orders
from syndicate.ledger import write_policy
from syndicate.news import Act, Content, Relation, RelationType, TokenDigest, digest_of
from syndicate.web import CopyLimits

TOLD_TWICE = Content(
    type="text/plain",
    body=" ".join(
        f"The {name} of the bridge was looked at on its {name}." for name in "abcdefghijklmnopqrstuvwxyz"
    ),
)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as made:
        yield made


async def test_every_file_is_what_the_hub_serves_there_byte_for_byte(here: Place) -> None:
    async with hub_at_work(here, contact="desk@hub.example") as served:
        await served.release("storm", "flood")
        await served.release("jawi", lang="ms-Arab", title="ريبوت")
        await served.release(*(f"story-{letter}" for letter in "abcdefghijklmnopqrst"))
        folder = here.folder / "copy"
        done = await export(served, folder, contact="desk@hub.example")
        files = stands(folder)
        assert len(files) == done.written > 100
        for name in plain(files):
            reply = await served.get(address_of(name))
            assert (reply.status, reply.body) == (200, (folder / name).read_bytes()), name
        for name in sorted(set(files) - set(plain(files))):
            whole, ending = name[:-3], name[-3:]
            coding = {".gz": "gzip", ".br": "br"}[ending]
            reply = await served.get(address_of(whole), f"Accept-Encoding: {coding}")
            assert reply.headers["content-encoding"] == coding, name
            assert reply.body == (folder / name).read_bytes(), name
            assert UNDO[ending](reply.body) == (folder / whole).read_bytes()


async def test_every_address_that_the_hub_tells_of_has_its_copy_but_those_of_the_moment(here: Place) -> None:
    async with hub_at_work(here, contact="desk@hub.example") as served:
        await served.release("storm")
        folder = here.folder / "copy"
        await export(served, folder, contact="desk@hub.example")
        addresses = [address_of(name) for name in plain(stands(folder))]
        told = (await served.json("/openapi.json"))["paths"]
        missing = {
            path
            for path in told
            if not any(
                each.startswith(path.partition("{")[0]) and each.endswith(path.rpartition("}")[2])
                if "{" in path
                else each == path
                for each in addresses
            )
        }
        no_policy = "/item/{sub}/{version}/evidence.html"  # nobody but the hub vouches for its log
        assert missing == LIVE | {"/v1/items/{sub}/{version}.cap", no_policy}, "there was no alert"


async def test_a_file_has_the_date_that_the_hub_tells(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("storm")
        folder = here.folder / "copy"
        await export(served, folder)
        for name in ("feeds/all.atom", "feeds/all.atom.br", "feeds/all.atom.gz"):
            assert (folder / name).stat().st_mtime == served.clock.time, name


async def test_one_new_item_touches_only_the_files_that_change(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release(*(f"story-{letter}" for letter in "abcdefghijkl"))
        folder = here.folder / "copy"
        await export(served, folder)
        before = stands(folder)
        served.clock.time += 1
        [token] = await served.release("one-more", lang="vi")
        done = await export(served, folder)
        after = stands(folder)
        changed = touched(before, after)
        assert done.written == len(changed)
        assert done.unchanged == len(after) - len(changed)
        item = f"v1/items/{here.newsroom.item('one-more').sub}/1"
        page = f"item/{here.newsroom.item('one-more').sub}"
        slices = {"all", "kind/story", "aa", "lang/vi", "agency/aa.news"}
        stories = {"stories", *(f"stories/{path}" for path in slices - {"all"})}
        formats = ("rss", "atom", "json", "ninjs")
        assert {name.removesuffix(".gz").removesuffix(".br") for name in changed} == {
            *(f"feeds/{path}.{format_}" for path in slices | stories for format_ in formats),
            *(f"wire/{path}.html" for path in slices),
            *(f"{path}.html" for path in stories),
            *(f"{item}.{format_}" for format_ in ("jws", "tlog-proof", "ninjs")),
            *(f"{page}{ending}.html" for ending in ("", "/1")),
            *("index.html", "log.html", "sources.html", "sources/aa.news.html", "sitemap-news.xml"),
            *("log/checkpoint", "log/tile/0/000.p/14", "log/tile/entries/000.p/14"),
        }
        assert (folder / f"{item}.jws").read_text() == token
        share = len(changed) / len(after)
        print(f"files touched after one new item: {len(changed)} of {len(after)}, {share:.3f}")


async def test_when_nothing_happened_nothing_is_touched_not_even_when_all_is_compared(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("storm")
        folder = here.folder / "copy"
        first = await export(served, folder)
        before = stands(folder)
        for orders in (Orders(), Orders(everything=True)):
            done = await export(served, folder, orders)
            assert (done.written, done.removed, done.unchanged) == (0, 0, first.written)
            assert stands(folder) == before


async def test_the_pages_of_an_item_are_written_again_when_more_is_said_of_it(here: Place) -> None:
    async with hub_at_work(here) as served:
        here.signed.publish(policy=write_policy([served.hub.log_key], {}, 0))
        await served.hub.look_again()
        await served.release("storm", "flood", "fire")
        await served.release("first", title="The bridge", content=TOLD_TWICE)
        folder = here.folder / "copy"
        await export(served, folder)
        before = stands(folder)
        storm, flood, fire, first = (
            here.newsroom.item(name).sub for name in ("storm", "flood", "fire", "first")
        )
        served.clock.time += 1
        told = Relation(type=RelationType.CITES, sub=storm)
        await served.release("late", relations=(told,))
        await served.release("second", title="The bridge", content=TOLD_TWICE)
        await served.release("flood", ver=2, act=Act.CORRECT, note="The river was another.")
        await export(served, folder)
        changed = touched(before, stands(folder))
        assert f"item/{first}.html" in changed, "another item tells its story"
        assert {f"item/{storm}.html", f"item/{storm}/1.html", f"item/{flood}/1.html"} <= changed
        assert f"item/{flood}/1/evidence.html" in before.keys() - changed, "it says what it always said"
        assert f"item/{flood}/2/evidence.html" in changed
        assert not any(name.startswith(f"item/{fire}") for name in changed)
        for name in plain(stands(folder)):
            if name.endswith("/evidence.html"):  # it says when it was made
                continue
            assert (await served.get(address_of(name))).body == (folder / name).read_bytes(), name


async def test_of_old_versions_there_is_no_page_and_of_what_the_operator_names_there_are_feeds(
    here: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async with hub_at_work(here) as served:
        await served.release("storm", "flood")
        folder = here.folder / "copy"
        await export(served, folder, export=CopyLimits(item_pages=1, slices=("aa/lang/en", "zz", "all")))
        names = stands(folder)
        flood = here.newsroom.item("flood").sub
        assert {name.split("/")[1].partition(".html")[0] for name in names if name.startswith("item/")} == {
            flood
        }
        assert {"feeds/aa/lang/en.atom.br", "wire/aa/lang/en.html"} <= names.keys()
        assert not any("zz" in name for name in names)
        assert "neither the registry nor the log knows zz" in caplog.text
        done = await export(served, folder, export=CopyLimits(item_pages=0))
        assert done.removed > 0
        assert not (folder / "item").exists()


async def erase(served: Served, token: str) -> None:
    act = {"act": "erase", "at": "2026-11-28T00:00:00Z", "reason": "Order 7", "tokens": [digest_of(token)]}
    digests = [TokenDigest(digest_of(token))]
    await served.hub.storage.write(lambda book: book.erase(digests, json.dumps(act).encode()))


async def test_what_a_law_took_back_is_gone_from_the_copy_and_its_proof_stays(here: Place) -> None:
    async with hub_at_work(here) as served:
        [token, _] = await served.release("storm", "flood")
        folder = here.folder / "copy"
        await export(served, folder)
        item = folder / "v1" / "items" / here.newsroom.item("storm").sub
        assert (item / "1.jws").exists()
        await erase(served, token)
    async with hub_at_work(here) as served:  # `syndicate erase` wants the hub stopped
        await served.hub.sealer.seal_once()
        done = await export(served, folder)
        assert done.removed > 0
        assert not (item / "1.jws").exists()
        assert (item / "1.tlog-proof").exists()
        left = [path for path in folder.rglob("*") if path.is_file() and token.encode() in path.read_bytes()]
        assert left == []


async def test_a_stopped_hub_is_copied_as_well_and_nothing_of_it_is_written(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("storm")
        running = here.folder / "running"
        await export(served, running)
    database = here.folder / "hub.sqlite3"
    before = hashlib.sha256(database.read_bytes()).digest()
    stopped = here.folder / "stopped"
    await export(served, stopped)
    assert hashlib.sha256(database.read_bytes()).digest() == before
    assert plain(stands(stopped)) == plain(stands(running))


async def test_a_copy_is_of_one_moment_whatever_the_hub_writes_meanwhile(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("storm")
        folder = here.folder / "copy"
        hub = sqlite3.connect(here.folder / "hub.sqlite3", isolation_level=None)
        leaves: list[int] = []

        def meanwhile(documents: int, written: int) -> None:
            hub.execute("UPDATE horizon SET visible = visible - 1")  # whatever: it must not be seen
            leaves.append(documents)

        await export(served, folder, Orders(told=meanwhile))
        hub.execute(f"UPDATE horizon SET visible = visible + {len(leaves)}")
        hub.close()
        assert leaves
        size = int((folder / "log" / "checkpoint").read_bytes().split(b"\n")[1])
        assert (folder / "log" / "tile" / "0" / "000.p" / str(size)).exists()
        assert not (folder / "log" / "tile" / "0" / "000.p" / str(size + 1)).exists()


async def test_a_copy_of_another_log_starts_anew(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("storm")
        folder = here.folder / "copy"
        await export(served, folder)
    here.lose_the_database()
    for path in here.folder.glob("hub.sqlite3*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    here.newsroom.tokens.clear()
    async with hub_at_work(here, log_name="other.example/log") as served:
        await served.release("flood")
        await export(served, folder)
        for name in plain(stands(folder)):
            reply = await served.get(address_of(name))
            assert reply.body == (folder / name).read_bytes(), name


async def test_with_other_settings_what_they_change_is_written_and_what_is_final_is_not(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("storm")
        folder = here.folder / "copy"
        await export(served, folder)
        before = stands(folder)
        done = await export(served, folder, contact="desk@hub.example")
        assert {name.partition(".gz")[0].partition(".br")[0] for name in touched(before, stands(folder))} == {
            ".well-known/security.txt",
            ".well-known/trust.txt",
            "trust.txt",
        }
        assert done.removed == 0


# What cannot be done is said, and leaves the copy that is there.


async def test_there_must_be_an_address_where_readers_reach_the_hub(here: Place) -> None:
    async with hub_at_work(here) as served:
        with pytest.raises(SettingsError, match="where readers reach"):
            await export(served, here.folder / "copy", base_url="")


async def test_a_database_that_is_not_there_is_not_made(here: Place) -> None:
    async with hub_at_work(here) as served:
        missing = here.folder / "none.sqlite3"
        cache = here.folder / "hub.sqlite3.registry"
        with pytest.raises(StorageError, match="there is no hub's database"):
            await export(served, here.folder / "copy", database=missing, registry_cache=cache)
        assert not missing.exists()
        with pytest.raises(RegistryError, match="not seen a registry"):
            await export(served, here.folder / "copy", database=missing)


async def test_a_folder_with_other_things_in_it_is_left_alone(here: Place) -> None:
    folder = here.folder / "home"
    folder.mkdir()
    (folder / "letter.txt").write_text("Dear")
    async with hub_at_work(here) as served:
        with pytest.raises(ExportError, match="no export put there"):
            await export(served, folder)
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


async def test_more_documents_than_allowed_are_refused(here: Place) -> None:
    async with hub_at_work(here) as served:
        with pytest.raises(ExportError, match="more than 10 documents"):
            await export(served, here.folder / "copy", Orders(most=10))


async def test_a_damaged_memory_costs_one_look_at_everything(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("storm")
        folder = here.folder / "copy"
        await export(served, folder)
        before = stands(folder)
        (folder / MEMORY).write_text('{"log": "x"')
        done = await export(served, folder)
        assert (done.written, stands(folder)) == (0, before)
