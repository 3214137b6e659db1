"""Searching a hub, and a mirror of it, as a person or a program at a terminal does."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hub_folder import Place, Served, hub_at_work, place

from syndicate.assembly import Source, open_mirror
from syndicate.cli import main
from syndicate.client import search
from syndicate.errors import ClientError, FetchError
from syndicate.news import Content


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as made:
        yield made


async def command(*words: str) -> int:
    return await asyncio.to_thread(main, ["search", *words])


async def release(served: Served) -> None:
    body = Content(type="text/plain", body="Tàu thuyền neo đậu ở cảng.")
    await served.release("storm", lang="vi", title="Bão số 5", content=body)
    await served.hub.indexer.catch_up()


async def test_a_person_is_told_what_was_found_and_where(
    here: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async with hub_at_work(here) as served:
        await release(served)
        assert await command(served.hub.url, "tau", "thuyen", "--member", "aa", "--lang", "vi") == 0
        told = capsys.readouterr().out
        assert "Bão số 5" in told
        assert "Tàu thuyền neo đậu ở cảng." in told
        assert f"{served.hub.url}/item/aa.news:storm" in told
        assert await command(served.hub.url, "tau\n  thuyen\t") == 0
        assert "Bão số 5" in capsys.readouterr().out
        assert await command(served.hub.url, "nothingofthekind") == 1
        assert "does not mean" in capsys.readouterr().out


async def test_the_hub_is_named_as_for_a_lookup_or_before_the_words(
    here: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SYNDICATE_HUB", raising=False)
    assert await command("bao") == 2
    assert "--hub https://hub.example" in capsys.readouterr().err
    async with hub_at_work(here) as served:
        await release(served)
        assert await command("--hub", served.hub.url, "bao") == 0
        assert await command("--hub", served.hub.url, "https://somewhere.example") == 1, "these are words"
        monkeypatch.setenv("SYNDICATE_HUB", served.hub.url)
        assert await command("bao") == 0
        assert await command(served.hub.url) == 2
        assert "nothing to look for" in capsys.readouterr().err


async def test_a_program_is_told_in_json_and_goes_on_where_it_was(
    here: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async with hub_at_work(here) as served:
        await release(served)
        await served.release("another", lang="vi", title="Bão số 6")
        assert await command(served.hub.url, "bao", "--limit", "1", "--json") == 0
        first = json.loads(capsys.readouterr().out)
        assert [item["title"] for item in first["items"]] == ["Bão số 6"]
        assert await command(served.hub.url, "bao", "--next", first["next"], "--json") == 0
        then = json.loads(capsys.readouterr().out)
        assert [item["title"] for item in then["items"]] == ["Bão số 5"]
        assert then["next"] is None
        assert await command(served.hub.url, "bao", "--limit", "1") == 0
        assert f"--next {first['next']}" in capsys.readouterr().out


async def test_what_the_hub_refuses_is_said(here: Place, capsys: pytest.CaptureFixture[str]) -> None:
    async with hub_at_work(here) as served:
        assert await command(served.hub.url, "x" * 500) == 2
        assert "at most 400 characters" in capsys.readouterr().err
        with pytest.raises(ClientError, match="neither the registry"):
            await search(served.hub.url, "x", narrowed={"member": "zz"})
        with pytest.raises(FetchError, match="did not answer a search"):
            await search(f"http://127.0.0.1:{here.feed_port}", "x")
        with pytest.raises(FetchError, match="answered 405"):
            await search(f"{served.hub.url}/v1/items?", "x")
    with pytest.raises(FetchError):
        await search("http://127.0.0.1:9", "x")


async def test_a_mirror_is_searched_like_the_hub_itself(here: Place) -> None:
    async with hub_at_work(here) as served:
        await release(served)
        source = Source(where=served.hub.url, keys=(served.hub.log_key,), allow=(("127.0.0.1", served.port),))
        settings = replace(here.settings(database=here.folder / "mirror.sqlite3"), base_url="")
        async with open_mirror(settings, source, seconds=3_600, clock=served.clock) as mirror:
            await mirror.look()
            while await mirror.storage.index(10):
                pass
            ours, theirs = await search(mirror.url, "tau thuyen"), await search(served.hub.url, "tau thuyen")
            assert [hit.index for hit in ours.hits] == [hit.index for hit in theirs.hits] != []
            assert ours.unindexed == 0
