"""A mirror over the wire, and the way back from it; and a text that a law takes back, here and there."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hub_folder import Place, Served, hub_at_work, place
from page_room import OtherRoom, _enrol_the_other
from press import NOON
from raw_client import Reply, ask
from telling import JOINT, body

from syndicate.assembly import Mirror, Source, _mirror, open_mirror, rule_relation
from syndicate.cli import main
from syndicate.client import LogReader, Proof, Verdict, Watched, open_log, verify_token, watch
from syndicate.errors import DeliverError, FetchError, ForkedLog, StorageError
from syndicate.ledger import Policy
from syndicate.news import ItemId, digest_of
from syndicate.settings import Address
from syndicate.trust import recall


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as made:
        yield made


def run(*words: object) -> int:
    return main(list(map(str, words)))


async def command(*words: object) -> int:
    return await asyncio.to_thread(run, *words)


def source(served: Served) -> Source:
    return Source(where=served.hub.url, keys=(served.hub.log_key,), allow=(("127.0.0.1", served.port),))


def trusting(here: Place, served: Served) -> list[object]:
    return [
        "--registry",
        here.signed.repository,
        "--root",
        here.signed.root,
        "--log",
        served.hub.log_key.vkey,
    ]


class Served2:
    """A mirror at work, asked over the wire."""

    def __init__(self, mirror: Mirror) -> None:
        self.mirror = mirror

    async def get(self, path: str, method: str = "GET") -> Reply:
        return await ask(urlsplit(self.mirror.url).port or 0, path, method=method)


@asynccontextmanager
async def mirror_at_work(served: Served, **changes: Any) -> AsyncIterator[Served2]:
    settings = served.here.settings(database=served.here.folder / "mirror.sqlite3", **changes)
    settings = replace(settings, base_url="")
    async with open_mirror(settings, source(served), seconds=3_600, clock=served.clock) as mirror:
        yield Served2(mirror)


async def test_a_mirror_serves_the_log_the_tokens_the_proofs_and_the_feeds(here: Place) -> None:
    async with hub_at_work(here) as served:
        [token, _] = await served.release("one", "two")
        item = recall(token)
        async with mirror_at_work(served) as mirror:
            assert await mirror.mirror.look() == 3
            for path in ("/log/checkpoint", "/log/tile/0/000.p/3", "/log/tile/entries/000.p/3",
                         f"/v1/items/{item.sub}/1.jws", f"/v1/items/{item.sub}/1.tlog-proof"):  # fmt: skip
                theirs, ours = await served.get(path), await mirror.get(path)
                assert (ours.status, ours.body) == (200, theirs.body), path
            report = verify_token(
                token, served.hub.registry, now=NOON,
                proof=Proof(
                    raw=(await mirror.get(f"/v1/items/{item.sub}/1.tlog-proof")).body,
                    policy=Policy(logs=(served.hub.log_key,)),
                ),
            )  # fmt: skip
            assert (report.ok, report.log) == (True, Verdict.YES)
            assert b"Story one" in (await mirror.get("/feeds/all.atom")).body
            assert (await mirror.get("/v1/submit", "POST")).status == 405, "it takes nothing"
            for page in ("/subscribe", "/"):
                words = (await mirror.get(page)).body
                assert b"websub" not in words.lower(), "it sends nothing by itself, and offers no such thing"
                assert b"/v1/stream" in words
            await served.release("three")
            assert await mirror.mirror.look() == 1
            assert b"Story three" in (await mirror.get("/feeds/all.atom")).body


async def stories(served: Served) -> bytes:
    await served.hub.sealer.seal_once()
    await served.hub.gatherer.catch_up()
    served.clock.time += 6
    return without_hosts((await served.get("/feeds/stories.json")).body, served.hub.url)


async def mirrored(served: Served, mirror: Served2) -> bytes:
    await mirror.mirror.look()
    for _ in range(10_000):
        if json.loads((await mirror.get("/health")).body)["stories_behind"] == 0:
            break
        await asyncio.sleep(0.005)
    served.clock.time += 6
    return without_hosts((await mirror.get("/feeds/stories.json")).body, mirror.mirror.url)


def without_hosts(document: bytes, url: str) -> bytes:
    return document.replace(url.encode(), b"")


async def test_a_mirror_follows_the_operators_word_and_takes_none_itself(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_mirror, "_INDEX_SECONDS", 0.02)
    database = here.folder / "hub.sqlite3"
    _enrol_the_other(here)
    async with hub_at_work(here) as served:
        subs: list[ItemId] = []
        for each in (here.newsroom, OtherRoom()):
            await served.submit(each.release("joint", title=f"Beaches ({each.id})", content=body(JOINT)))
            subs.append(each.item("joint").sub)
        async with mirror_at_work(served) as mirror:
            for verdict, many in (("", 1), ("reject", 2), ("confirm", 1)):
                if verdict:
                    await rule_relation(database, verdict, subs[0], subs[1], "a test")
                ours = await stories(served)
                assert len(json.loads(ours)["items"]) == many
                assert await mirrored(served, mirror) == ours, verdict
            with pytest.raises((DeliverError, StorageError), match="another process"):
                await rule_relation(here.folder / "mirror.sqlite3", "reject", subs[0], subs[1], "not its own")
        with pytest.raises(StorageError, match="a mirror's"):
            await rule_relation(here.folder / "mirror.sqlite3", "reject", subs[0], subs[1], "not its own")


async def test_a_mirror_that_is_shown_two_histories_says_so_and_keeps_the_evidence(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("one")
        async with mirror_at_work(served) as mirror:
            await mirror.mirror.look()
    here.lose_the_database()
    async with hub_at_work(here) as served:
        await served.release("another", "story")
        async with mirror_at_work(served) as mirror:
            await mirror.mirror.look_again()
            health = await mirror.get("/health")
            assert (health.status, b"two histories" in health.body) == (503, True)
            notes = [path.read_bytes() for path in (here.folder / "mirror.sqlite3.evidence").iterdir()]
            assert len(set(notes)) == 2
            with pytest.raises(ForkedLog):
                await mirror.mirror.look()
            assert b"Story one" in (await mirror.get("/feeds/all.atom")).body, "what it had stays"


async def test_the_command_takes_over_once_and_says_what_stopped_it(
    here: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    database = here.folder / "copy.sqlite3"
    async with hub_at_work(here) as served:
        await served.release("one", "two")
        words = ["mirror", served.hub.url, "--once", "--db", database, *trusting(here, served)]
        assert await command(*words) == 0
        assert "3 leaves, 3 of them new" in capsys.readouterr().out
        assert await command(*words) == 0
        assert "3 leaves, 0 of them new" in capsys.readouterr().out
        assert await command(*words[:-2]) == 2
        assert "no log is named" in capsys.readouterr().err
        assert await command("mirror", here.folder, *words[2:]) == 2
        assert "is no address" in capsys.readouterr().err


async def lose_the_disk(here: Place, served: Served) -> None:
    """Everything of the hub but the key of its log, which a careful operator kept elsewhere."""
    for path in here.folder.glob("hub.sqlite3*"):
        if ".log-key" not in path.name:
            path.rename(here.folder / f"lost-{path.name}")


async def test_a_hub_whose_disk_is_lost_comes_back_from_a_mirror_and_goes_on_with_the_same_log(
    here: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async with hub_at_work(here) as served:
        await served.release("one", "two")
        before = await _watch(served, Watched())
        edge = served.hub.storage.log.edge
        async with mirror_at_work(served) as mirror:
            await mirror.mirror.look()
            await lose_the_disk(here, served)
            restore = ["restore", "--from", mirror.mirror.url, "--db", here.folder / "hub.sqlite3",
                       *trusting(here, served)]  # fmt: skip
            assert await command(*restore) == 0
            assert "3 leaves, each checked" in capsys.readouterr().out
            assert await command(*restore) == 2
            assert "is a hub's database already" in capsys.readouterr().err
    async with hub_at_work(here) as served:
        assert served.hub.storage.log.edge == edge
        [kept] = await served.submit(here.newsroom.release("three"))
        assert (kept["outcome"], await served.shown()) == ("admitted", 2)
        assert b"restored from" in (await served.get("/health")).body
        [again] = await served.submit(here.newsroom.tokens[0])
        assert again["outcome"] == "known"
    assert await command("log", "unlock", "--db", here.folder / "hub.sqlite3", "--reason", "All is here.",
                         "--yes") == 0  # fmt: skip
    async with hub_at_work(here) as served:
        await served.until_sealed(3)
        after = await _watch(served, before)
        assert after.edge.size == 5, "one log, as whoever watched it from the beginning sees it"


async def _watch(served: Served, before: Watched) -> Watched:
    async with open_log(served.hub.url, allow=[("127.0.0.1", served.port)], user_agent="test") as get:
        reader = LogReader(get, Policy(logs=(served.hub.log_key,)))
        look = await watch(reader, before, now=NOON)
    assert look.alarms == ()
    return look.watched


async def test_attack_36_an_old_copy_seals_nothing_while_a_mirror_proves_that_it_is_old(here: Place) -> None:
    copy, database = here.folder / "copy", here.folder / "hub.sqlite3"
    async with hub_at_work(here) as served:
        await served.release("one")
        assert await command("backup", copy, "--db", database) == 0
        await served.release("two")
        async with mirror_at_work(served) as mirror:
            await mirror.mirror.look()
            port = urlsplit(mirror.mirror.url).port or 0
            for path in here.folder.glob("hub.sqlite3*"):
                path.rename(here.folder / f"lost-{path.name}")
            assert await command("restore", copy, "--db", database) == 0
            unlock = ("log", "unlock", "--db", database, "--reason", "I think all is here.", "--yes")
            assert await command(*unlock) == 0, "even if the operator says otherwise"
            allow = (Address("127.0.0.1", port),)
            async with hub_at_work(here, mirrors=(mirror.mirror.url,), allow=allow) as restored:
                await restored.submit(here.newsroom.release("three"))
                assert await restored.shown() == 1
                health = await restored.get("/health")
                assert health.status == 503
                told = json.loads(health.body)["parts"]["log"]
                assert "this database has 2 leaves" in told
                assert f"syndicate restore --from {mirror.mirror.url}" in told
    async with hub_at_work(here, mirrors=("http://127.0.0.1:9",)) as alone:
        await alone.until_sealed(2)


async def test_a_restore_that_was_cut_short_is_run_again(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hub_at_work(here) as served:
        await served.release("one")
        database = here.folder / "back.sqlite3"
        words = ["restore", "--from", served.hub.url, "--db", database, *trusting(here, served)]
        with monkeypatch.context() as once:
            once.setattr(Mirror, "look", _cut)
            assert await command(*words) == 2
        assert await command("log", "status", "--db", database) == 1
        unlock = ("log", "unlock", "--db", database, "--reason", "Now.", "--yes")
        assert await command(*unlock) == 2, "half a log is no log"
        assert await command(*words) == 0
        assert await command(*unlock) == 0
        assert await command("restore", "--db", database) == 2
        assert await command("restore", here.folder, *words[1:]) == 2


async def test_a_hub_on_a_mirrors_database_seals_nothing_by_itself(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("one")
        async with mirror_at_work(served) as mirror:
            await mirror.mirror.look()
    (here.folder / "mirror.sqlite3").replace(here.folder / "hub.sqlite3")
    async with hub_at_work(here) as served:
        await served.submit(here.newsroom.release("two"))
        assert await served.shown() == 1
        assert b"a mirror's copy of somebody's log" in (await served.get("/health")).body


async def test_a_key_that_has_signed_does_not_begin_again_on_an_empty_disk(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("one")
    (here.folder / "hub.sqlite3").unlink()
    async with hub_at_work(here) as served:
        await served.submit(here.newsroom.release("two"))
        assert await served.shown() == 0
        assert b"is it the right file?" in (await served.get("/health")).body
    reason = ("--reason", "A trial, begun again.", "--yes")
    assert await command("log", "unlock", "--db", here.folder / "hub.sqlite3", *reason) == 0
    async with hub_at_work(here) as served:
        await served.until_sealed(1)


async def _cut(_mirror: Mirror, _told: object) -> int:
    raise FetchError("the line was cut")


async def test_attack_33_a_text_that_a_law_takes_back_is_gone_and_its_leaf_proves_that_it_was_there(
    here: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    database, secret = here.folder / "hub.sqlite3", "Nobody may print this name"
    async with hub_at_work(here) as served:
        [token] = await served.release("one", title=secret)
        await served.release("two")
        item, digest = recall(token), digest_of(token)
        address = f"/v1/items/{item.sub}/1"
        proof = (await served.get(f"{address}.tlog-proof")).body
        before = await _watch(served, Watched())
        async with mirror_at_work(served) as mirror:
            await mirror.mirror.look()
    erase = ["erase", item.sub, "--reason", "Order 7 of the court", "--db", database]
    assert await command(*erase) == 2, "nobody is there to confirm it"
    assert await command(*erase, "--yes") == 0
    assert "Gone: 1" in capsys.readouterr().out
    assert await command(*erase, "--yes") == 2
    assert await command(*erase, "--ver", 9, "--yes") == 2
    assert await command(*erase, "--ver", 0, "--yes") == 2
    for reason in ("", "  ", "two\nlines", "x" * 501, "\udcff"):
        assert await command("erase", item.sub, "--reason", reason, "--db", database, "--yes") == 2
    left = b"".join(path.read_bytes() for path in here.folder.glob("hub.sqlite3*") if path.is_file())
    assert token.split(".")[1].encode() not in left, "not even in the free pages"
    async with hub_at_work(here) as served:
        await served.hub.sealer.seal_once()
        gone = await served.get(f"{address}.jws")
        assert gone.status == 410
        act = json.loads(gone.body)["detail"].rsplit("/", 1)[1]
        said = json.loads((await served.get(f"/log/act/{act}")).body)
        assert (said["act"], said["reason"], said["tokens"]) == ("erase", "Order 7 of the court", [digest])
        assert secret.encode() not in (await served.get("/feeds/all.json")).body
        assert [each["title"] for each in _titles(await served.json("/v1/items"))] == ["Story two"]
        again = (await served.get(f"{address}.tlog-proof")).body
        assert again == proof, "who has the token can still prove it"
        [known] = await served.submit(token)
        assert known["outcome"] == "known", "it does not come back by itself"
        assert (await _watch(served, before)).edge.size == 4
        kept = b"".join(path.read_bytes() for path in here.folder.glob("mirror.sqlite3*") if path.is_file())
        assert token.split(".")[1].encode() in kept, "a mirror that has not looked holds it yet"
        async with mirror_at_work(served) as mirror:
            await mirror.mirror.look()
            assert (await mirror.get(f"{address}.jws")).status == 410
            assert secret.encode() not in (await mirror.get("/feeds/all.json")).body
        (here.folder / "mirror.sqlite3").unlink()
        async with mirror_at_work(served) as mirror:
            await mirror.mirror.look()
            assert mirror.mirror.storage.log.edge == served.hub.storage.log.edge
            assert (await mirror.get(f"{address}.jws")).status == 410
            assert (await mirror.get(f"{address}.tlog-proof")).body == proof, "and when it was public"
            [state] = (await mirror.mirror.storage.write(lambda book: book.items([item.sub]))).values()
            assert state.highest == 1


def _titles(page: dict[str, Any]) -> list[dict[str, str]]:
    return [{"title": recall(each["token"]).title or ""} for each in page["items"]]
