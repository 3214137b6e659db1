"""A hub is copied while it runs, lost, and put back: it never says two things about one index."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hub_folder import Place, hub_at_work, place

from syndicate.cli import main
from syndicate.ledger import read_checkpoint


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as made:
        yield made


def run(*words: object) -> int:
    return main(list(map(str, words)))


async def lose(here: Place) -> Path:
    """A hub with one item backed up, another sealed since, and then its disk lost; the back-up."""
    copy = here.folder / "copy"
    async with hub_at_work(here) as served:
        await served.release("one")
        assert await asyncio.to_thread(run, "backup", copy, "--db", here.folder / "hub.sqlite3") == 0
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
