"""Every example on /subscribe, taken from the page and done as it stands there."""

import asyncio
import json
import re
import shlex
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from delivering import Sink, open_sink
from hub_folder import Served, hub_at_work, place
from raw_client import Reply, ask

from syndicate.cli import main
from syndicate.ledger import write_policy
from syndicate.settings import Address

SYNDICATE = str(Path(sys.executable).with_name("syndicate"))
TOPIC = "04000000"


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with open_sink() as opened:
        yield opened


@pytest.fixture
async def served(tmp_path: Path, sink: Sink) -> AsyncIterator[Served]:
    async with (
        place(tmp_path) as here,
        hub_at_work(here, allow=(Address("127.0.0.1", sink.port),)) as hub,
    ):
        here.signed.publish(policy=write_policy([hub.hub.log_key], {}, 0))
        await hub.hub.look_again()
        await hub.release("storm", categories=(f"medtop:{TOPIC}",))
        yield hub


async def examples(served: Served) -> list[str]:
    page = (await served.get("/subscribe")).body.decode()
    return [unescape(each) for each in re.findall(r"<pre[^>]*><code>(.*?)</code>", page, re.DOTALL)]


async def commands(served: Served, name: str) -> list[list[str]]:
    """The lines on the page that begin with a command, in words."""
    lines = "\n".join(await examples(served)).replace("\\\n", " ").splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith(f"{name} ")]


async def test_every_address_leads_to_a_feed_a_page_or_items(served: Served) -> None:
    url = served.hub.url
    addresses = [one for each in await examples(served) if each.startswith(url) for one in each.split()]
    assert f"{url}/feeds/topic/{TOPIC}.json" in addresses, "a topic that there is"
    assert f"{url}/feeds/stories.atom" in addresses
    for address in addresses:
        assert (await served.get(address.removeprefix(url))).status == 200, address


async def curl(served: Served, words: Sequence[str]) -> Reply | bytes:
    """What curl is answered; of what does not end (``-N``) the first line."""
    path, fields, form = "", list[str](), list[tuple[str, str]]()
    rest = iter(words)
    for word in rest:
        match word:
            case "-H":
                fields.append(next(rest))
            case "-d":
                name, _, value = next(rest).partition("=")
                form.append((name, value))
            case "-N":
                pass
            case address:
                path = address.removeprefix(served.hub.url)
    if "-N" in words:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write("\r\n".join([f"GET {path} HTTP/1.1", "Host: localhost", *fields, "", ""]).encode())
        first = await reader.readline()
        writer.close()
        return first
    if form:
        kind = "Content-Type: application/x-www-form-urlencoded"
        return await ask(served.port, path, kind, method="POST", body=urlencode(form).encode())
    return await served.get(path, *fields)


async def test_every_curl_is_answered_as_it_should_be(served: Served) -> None:
    called = await commands(served, "curl")
    assert len(called) == 8
    for words in called:
        answer = await curl(served, words)
        if isinstance(answer, bytes):
            assert answer == b"HTTP/1.1 200 OK\r\n", words
        else:
            assert answer.status == (202 if "-d" in words else 200), (words, answer.body)


@asynccontextmanager
async def running(folder: Path, *words: str) -> AsyncIterator[asyncio.StreamReader]:
    """What a program says that runs until it is left."""
    process = await asyncio.create_subprocess_exec(*words, cwd=folder, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.kill()
        await process.wait()


async def test_the_client_prints_what_is_shown_as_a_program_and_as_a_command(
    served: Served, tmp_path: Path
) -> None:
    (tmp_path / "root.json").write_bytes(served.here.signed.root.read_bytes())
    [program] = [each for each in await examples(served) if "import follow" in each]
    program = program.replace("one.item.title)", "one.item.title, flush=True)")  # not a terminal here
    async with running(tmp_path, sys.executable, "-c", program) as told:
        async with asyncio.timeout(60):
            assert (await told.readline()).decode().split(" ", 1)[1] == "aa.news Story storm\n"
    (tmp_path / "cursor.json").unlink(missing_ok=True)
    [follow] = [words for words in await commands(served, "syndicate") if words[0] == "follow"]
    async with running(tmp_path, SYNDICATE, *follow) as told:
        async with asyncio.timeout(60):
            assert b"Story storm" in await told.readline()


async def test_a_webhook_is_set_up_tried_and_checked_as_the_page_says(
    served: Served, sink: Sink, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served.clock.time = int(time.time())  # the library has no other clock

    async def run(words: Sequence[str], **changes: str) -> str:
        database = str(served.here.folder / "hub.sqlite3")
        known = {"syndicate.sqlite3": database, "https://reader.example/hook": sink.url(), **changes}
        assert await asyncio.to_thread(main, [known.get(word, word) for word in words]) == 0
        return capsys.readouterr().out

    add, test = [words for words in await commands(served, "syndicate") if words[0] == "subscribers"]
    said = await run(add)
    await run(test, ID=said.split()[0])
    await served.release("flood")
    await sink.until(lambda: len(sink.messages) == 2)
    [check] = [each for each in await examples(served) if "standardwebhooks" in each]
    check = check.replace("whsec_...", re.findall(r"whsec_\S+", said)[0])
    for message in sink.messages:
        exec(check, {"body": message.body, "headers": message.headers})
    assert capsys.readouterr().out == "test None\nitem.published Aaland News: Story flood\n"


async def test_the_site_is_written_as_files(served: Served, tmp_path: Path) -> None:
    here, copy = served.here, tmp_path / "copy"
    config = tmp_path / "hub.toml"
    told = {"database": here.folder / "hub.sqlite3", "root": here.signed.root, "base_url": served.hub.url}
    lines = [f"{name} = {json.dumps(str(value))}" for name, value in told.items()]
    config.write_text("\n".join([*lines, "[feeds]", "rebuild_seconds = 0"]))  # as the hub of this test
    [export] = [words for words in await commands(served, "syndicate") if words[0] == "export"]
    known = {"/srv/syndicate": str(copy), "hub.toml": str(config)}
    assert await asyncio.to_thread(main, [known.get(word, word) for word in export]) == 0
    assert (copy / "subscribe.html").read_bytes() == (await served.get("/subscribe")).body
