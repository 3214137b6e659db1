"""``syndicate hub`` as its operator meets it: a process that starts, stops, or says why it cannot."""

import asyncio
import json
import os
import resource
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hub_folder import Newsroom, Place
from patience import PATIENCE
from raw_client import ask
from registry_files import lay_out
from rehearsed import Rehearsed, rehearsed

from syndicate.ceremony import Rehearsal, Repository
from syndicate.cli import main
from syndicate.news import Content, MemberCode
from syndicate.signing import ephemeral_signer

Refused = Callable[..., str]
COMMAND = "import sys; from syndicate.cli import main; sys.exit(main(sys.argv[1:]))"


def options(here: Place) -> list[str]:
    return ["--listen", "127.0.0.1:0", "--db", str(here.folder / "hub.sqlite3"), *here.signed.options]


def surroundings(*, measured: bool) -> dict[str, str]:
    """A process that lacks room has none for its coverage either, and would complain of it at its end."""
    kept = {name: value for name, value in os.environ.items() if measured or not name.startswith("COVERAGE_")}
    return kept | {"PYTHONPATH": os.pathsep.join(sys.path)}


async def start(*words: str, before: Callable[[], None] | None = None) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        COMMAND,
        "hub",
        *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=surroundings(measured=before is None),
        preexec_fn=before,
    )


@asynccontextmanager
async def running(*words: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    process = await start(*words)
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
        assert line.startswith("The hub is at "), (line, await said(process) if not line else "")
        yield process, urlsplit(line.split()[4]).port or 0
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def said(process: asyncio.subprocess.Process) -> str:
    """What it said on its way out, which has to be without a traceback."""
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert b"Traceback" not in err, err.decode()
    return (out + err).decode()


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    """What the command says that has to refuse, without the second that a process takes to begin."""

    def refuse(*words: str) -> str:
        assert main(["hub", *words]) == 2
        said = capsys.readouterr()
        assert said.err.startswith("syndicate: "), said
        return said.err

    return refuse


@pytest.fixture
def still(tmp_path: Path) -> Place:
    """The surroundings of a hub that does not come to fetch anything."""
    folders = lay_out(tmp_path)
    return Place(tmp_path, folders, Newsroom(), 8_001, rehearsed(folders, tmp_path))


async def fails(*words: str, before: Callable[[], None] | None = None) -> str:
    process = await start(*words, before=before)
    try:
        told = await said(process)
    finally:
        if process.returncode is None:  # it serves, where it had to refuse
            process.kill()
    assert process.returncode == 2, told
    assert told.startswith("syndicate: "), told
    return told


async def test_a_hub_says_at_the_start_how_many_feeds_it_polls(here: Place) -> None:
    async with running(*options(here)) as (process, _port):
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
    assert line.decode() == "Signed feeds that it polls: 1, of agencies: 1. Ctrl-C stops it.\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_hub_serves_and_stops_cleanly_when_told(here: Place, number: signal.Signals) -> None:
    async with running(*options(here)) as (process, port):
        assert (await ask(port, "/health")).status == 200
        # A reader who keeps a connection open holds nothing up.
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        process.send_signal(number)
        assert "Traceback" not in await said(process)
        assert process.returncode == 0
        writer.close()
    with pytest.raises(ConnectionRefusedError):
        await ask(port, "/health")


async def test_sighup_reads_the_registry_again(here: Place) -> None:
    async with running(*options(here)) as (process, port):
        here.folders.edit("aa.toml", 'en = "Aaland News"', 'en = "New Name"')
        here.signed.publish()
        process.send_signal(signal.SIGHUP)
        async with asyncio.timeout(PATIENCE):
            while b"New Name" not in (await ask(port, "/v1/sources")).body:  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.05)


async def test_sigusr1_visits_every_feed_now(here: Place) -> None:
    settings = here.folder / "hub.toml"
    settings.write_text(f'allow = ["127.0.0.1:{here.feed_port}"]\npoll_seconds = 3600\n')
    early = here.newsroom.release("early", iat=int(time.time()) - 60)
    async with running(*options(here), "--config", str(settings)) as (process, port):
        await until_shown(port, early)
        # The feed is due again in a quarter of an hour.
        late = here.newsroom.release("late", iat=int(time.time()) - 60)
        process.send_signal(signal.SIGUSR1)
        await until_shown(port, late)


async def until_shown(port: int, token: str) -> None:
    """Wait for a token in the order, where it is at once; a feed is written again every five seconds."""
    async with asyncio.timeout(PATIENCE):
        while token.encode() not in (await ask(port, "/v1/items")).body:  # noqa: ASYNC110 - seen from outside
            await asyncio.sleep(0.05)


async def test_a_second_hub_on_one_database_is_refused(here: Place) -> None:
    async with running(*options(here)) as (process, port):
        told = await fails(*options(here))
        assert "hub.sqlite3" in told
        assert str(process.pid) in told
        assert (await ask(port, "/health")).status == 200


async def test_a_busy_port_is_named_and_nothing_is_left_behind(here: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        told = await fails(*options(here), "--listen", where)
    assert f"cannot listen on {where}" in told
    assert "--listen" in told
    assert not (here.folder / "hub.sqlite3").exists()


def test_a_corrupt_database_is_named_and_left_as_it_is(still: Place, refused: Refused) -> None:
    database = still.folder / "hub.sqlite3"
    database.write_bytes(b"this was a database once" * 100)
    before = database.read_bytes()
    assert "hub.sqlite3" in refused(*options(still))
    assert database.read_bytes() == before


def test_another_programs_database_is_left_as_it_is(still: Place, refused: Refused) -> None:
    with sqlite3.connect(still.folder / "hub.sqlite3") as theirs:
        theirs.execute("CREATE TABLE recipes (name)")
    theirs.close()
    assert "hub.sqlite3" in refused(*options(still))


def test_a_folder_that_is_not_there_is_named(still: Place, refused: Refused) -> None:
    assert "nowhere" in refused(*options(still), "--db", str(still.folder / "nowhere" / "hub.sqlite3"))
    assert "nothing" in refused(*options(still), "--registry", str(still.folder / "nothing"))


def test_a_registry_under_another_root_is_refused_before_anything_is_made(
    still: Place, refused: Refused
) -> None:
    other = Rehearsed(still.folders, still.folder / "other")
    people = Rehearsal.begin([MemberCode("aa"), MemberCode("bb")], ephemeral_signer)
    people.publish(still.registry, Repository(other.repository), datetime.now(UTC))
    told = refused(*options(still), "--registry", str(other.repository))
    assert "too few of the people who may sign it did" in told
    assert not (still.folder / "hub.sqlite3").exists()


def test_without_a_registry_or_a_root_the_hub_says_what_it_lacks(still: Place, refused: Refused) -> None:
    assert "no registry is named" in refused("--listen", "127.0.0.1:0", "--root", str(still.signed.root))
    where = ["--registry", str(still.signed.repository)]
    assert "the founding ceremony has not been held" in refused("--listen", "127.0.0.1:0", *where)


def test_a_wrong_setting_is_named(still: Place, refused: Refused) -> None:
    config = still.folder / "hub.toml"
    config.write_text("[feeds]\nwindow_mots = 3\n", encoding="utf-8")
    assert "hub.toml:2, feeds.window_mots" in refused("--config", str(config))
    assert "--listen" in refused("--listen", "8080")


async def test_a_full_disk_at_the_start_is_told_and_the_next_start_goes_well(here: Place) -> None:
    def almost_no_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, 8_192))

    told = await fails(*options(here), before=almost_no_room)
    assert "hub.sqlite3" in told
    async with running(*options(here)) as (_, port):
        assert (await ask(port, "/health")).status == 200


async def test_a_disk_that_fills_up_refuses_what_comes_and_goes_on_serving(here: Place) -> None:
    def little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        # Bytes of one file: the empty database has about half of that.
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_400_000, 2_400_000))

    process = await start(*options(here), before=little_room)
    try:
        assert process.stdout is not None
        port = urlsplit((await process.stdout.readline()).decode().split()[4]).port or 0
        status, taken = 200, 0
        while status == 200:
            text = Content(type="text/plain", body=f"{taken} " * 4_000)
            token = here.newsroom.release(f"story{'abcdefghij'[taken]}", content=text)
            reply = await ask(
                port, "/v1/submit", "Content-Type: text/plain", method="POST", body=token.encode()
            )
            status, taken = reply.status, taken + (reply.status == 200)
        assert (status, taken > 0) == (503, True)
        assert (await ask(port, "/health")).status == 200
        last = json.loads((await ask(port, "/v1/items?limit=200")).body)["last"]
        assert last <= taken  # what was refused is not there; index 0 is the registry's
    finally:
        process.send_signal(signal.SIGTERM)
        await said(process)
    async with running(*options(here)) as (_, port):
        # What was acknowledged is there, and has its index now that there is room.
        async with asyncio.timeout(PATIENCE):
            while json.loads((await ask(port, "/v1/items")).body)["last"] != taken:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("changed", "missing"),
    [("--registry", "neither an address nor a folder"), ("--root", "cannot"), ("--db", "there is no folder")],
)
def test_check_says_what_a_hub_could_not_start_with(
    still: Place, refused: Refused, changed: str, missing: str
) -> None:
    told = refused(*options(still), changed, str(still.folder / "nowhere" / "it"), "--check")
    assert missing in told


async def test_check_shows_every_setting_and_starts_nothing(here: Place) -> None:
    process = await start(*options(here), "--check")
    told = await said(process)
    assert process.returncode == 0
    assert "listen = 127.0.0.1:0" in told
    assert "feeds.window_seconds = 3900" in told
    assert not (here.folder / "hub.sqlite3").exists()
