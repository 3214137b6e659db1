"""A hub is copied while it runs, lost, and put back: it never says two things about one index."""

import asyncio
from pathlib import Path

import pytest
from hub_folder import Place, hub_at_work
from press import NOON

from syndicate.cli import main
from syndicate.client import Proof, Verdict, verify_token
from syndicate.errors import SettingsError, StorageError
from syndicate.ledger import read_checkpoint, read_policy, read_vkey, write_policy


def run(*words: object) -> int:
    return main(list(map(str, words)))


async def lose(here: Place) -> Path:
    """A hub with one item backed up, another sealed since, and then its disk lost; the back-up."""
    copy = here.folder / "copy"
    async with hub_at_work(here) as served:
        await served.release("one")
        half_written = here.folder / "hub.sqlite3.registry" / ".revocations.json.1-00000000.new"
        half_written.touch()
        assert await asyncio.to_thread(run, "backup", copy, "--db", here.folder / "hub.sqlite3") == 0
        assert [path.name for path in copy.rglob("*") if path.name.endswith(".new")] == []
        await served.release("two")
        assert await served.shown() == 2
    for path in here.folder.glob("hub.sqlite3*"):
        path.rename(here.folder / f"lost-{path.name}")
    return copy


async def test_attack_36_a_restored_hub_seals_nothing_until_the_operator_says_so_in_the_log(
    here: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    copy, database = await lose(here), here.folder / "hub.sqlite3"
    assert await asyncio.to_thread(run, "restore", copy, "--db", database) == 0
    assert await asyncio.to_thread(run, "log", "status", "--db", database) == 1
    assert "restored from a back-up" in capsys.readouterr().out
    async with hub_at_work(here) as served:
        [refused] = await served.submit(here.newsroom.release("three"))
        assert refused["outcome"] == "admitted", "it is kept, without an index"
        assert await served.shown() == 1
        health = await served.get("/health")
        assert (health.status, b"syndicate log unlock" in health.body) == (503, True)
    unlock = (
        "log",
        "unlock",
        "--db",
        database,
        "--reason",
        "The disk was lost.",
        "--yes",
    )
    assert await asyncio.to_thread(run, *unlock) == 0
    assert await asyncio.to_thread(run, *unlock) == 2, "it is not stopped any more"
    async with hub_at_work(here) as served:
        await served.until_sealed(2)
        checkpoint, _ = read_checkpoint((await served.get("/log/checkpoint")).body)
        assert checkpoint.size == 4, "the registry, two items, and the act that let it go on"
        assert (await served.get("/health")).status == 200


async def test_what_another_database_left_behind_is_never_played_over_a_restored_one(
    here: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    copy, database = await lose(here), here.folder / "hub.sqlite3"
    for left in ("hub.sqlite3-wal", "hub.sqlite3-shm", "hub.sqlite3-journal"):
        (here.folder / left).write_bytes(b"left")
        assert await asyncio.to_thread(run, "restore", copy, "--db", database) == 2
        assert left in capsys.readouterr().err
        (here.folder / left).rename(here.folder / "moved away")
    assert not database.exists()
    (here.folder / "other.sqlite3-wal").write_bytes(b"left")
    with pytest.raises(StorageError, match="left of another database"):
        async with hub_at_work(here, database=here.folder / "other.sqlite3"):
            raise AssertionError("it must not begin on it")
    assert await asyncio.to_thread(run, "restore", copy, "--db", database) == 0


async def test_a_restored_database_has_its_name_only_once_it_is_stopped(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, database = await lose(here), here.folder / "hub.sqlite3"
    before = set(here.folder.iterdir())
    with monkeypatch.context() as once:
        once.setattr("syndicate.assembly._backup._stop", _full)
        assert await asyncio.to_thread(run, "restore", copy, "--db", database) == 2
    assert set(here.folder.iterdir()) == before, "nothing half-made stays"
    assert await asyncio.to_thread(run, "restore", copy, "--db", database) == 0


async def _full(_database: Path, _why: str) -> None:
    raise StorageError("no room left on the disk")


async def test_a_log_whose_key_is_lost_goes_on_once_the_states_have_named_a_new_one(here: Place) -> None:
    async with hub_at_work(here) as served:
        [token] = await served.release("one")
        [item] = (await served.json("/v1/items"))["items"]
        proof = (await served.get(item["proof_url"].removeprefix(served.hub.url))).body
        old = served.hub.log_key
    for path in here.folder.glob("hub.sqlite3.log-key*"):
        path.unlink()
    with pytest.raises(SettingsError, match="signed with another key") as told:
        async with hub_at_work(here):
            pass
    named = next(word for word in told.value.hint.split() if word.startswith(f"{old.name}+"))
    raw = write_policy([old, read_vkey(named)], {}, 0)
    here.signed.publish(policy=raw)
    async with hub_at_work(here) as served:
        await served.release("two")
        assert (await served.json("/v1/items"))["items"][1]["verdicts"]["log"] == "yes"
        shown = Proof(raw=proof, policy=read_policy(raw))
        assert verify_token(token, served.hub.registry, now=NOON, proof=shown).log is Verdict.YES


async def test_a_back_up_never_overwrites_and_leaves_nothing_half_made(
    here: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    database = here.folder / "hub.sqlite3"
    assert await asyncio.to_thread(run, "backup", here.folder / "copy", "--db", database) == 2
    assert not (here.folder / "copy").exists()
    async with hub_at_work(here):
        pass
    for expected in (0, 2):
        assert await asyncio.to_thread(run, "backup", here.folder / "copy", "--db", database) == expected
    assert await asyncio.to_thread(run, "restore", here.folder / "copy", "--db", database) == 2
    assert "exists already" in capsys.readouterr().err
    stranger = here.folder / "stranger.sqlite3"
    stranger.write_bytes(b"")
    assert await asyncio.to_thread(run, "backup", here.folder / "other", "--db", stranger) == 2
    assert not (here.folder / "other").exists()
