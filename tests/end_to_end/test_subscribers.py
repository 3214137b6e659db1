"""Webhooks, from the operator's command to what a receiver and the public see."""

import asyncio
import base64
import json
import stat
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from delivering import Message, Sink, open_sink
from hub_folder import AGENCY, Place, Served, hub_at_work
from patience import PATIENCE
from raw_server import response
from standardwebhooks import Webhook

from syndicate.assembly import back_up
from syndicate.assembly._admin import admin_socket, ask_hub
from syndicate.cli import main
from syndicate.errors import StorageBusy
from syndicate.news import Act, ItemId
from syndicate.settings import Address
from syndicate.storage import open_storage
from syndicate.trust import recall


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with open_sink() as opened:
        yield opened


@pytest.fixture
async def served(here: Place, sink: Sink) -> AsyncIterator[Served]:
    async with hub_at_work(here, allow=(Address("127.0.0.1", sink.port),)) as hub:
        yield hub


class Command:
    """``syndicate subscribers``, as a person types it."""

    def __init__(self, here: Place, capsys: pytest.CaptureFixture[str]) -> None:
        self._database = here.folder / "hub.sqlite3"
        self._capsys = capsys

    async def __call__(self, *words: str, code: int = 0) -> str:
        assert await asyncio.to_thread(main, ["subscribers", *words, "--db", str(self._database)]) == code
        said = self._capsys.readouterr()
        return said.out + said.err

    async def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(await self(*words, "--json", code=code))


@pytest.fixture
def command(here: Place, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(here, capsys)


async def test_a_running_hub_takes_a_subscriber_and_tells_it_of_what_comes(
    served: Served, sink: Sink, command: Command
) -> None:
    await served.release("before")
    added = await command.json("add", sink.url(), "--slice", "aa/lang/en", "--lang", "th")
    await served.release("after")
    await sink.until_told(1)
    (message,) = sink.messages
    assert message.told["data"]["title"] == "Story after"
    Webhook(added["secret"])  # the official library reads it
    assert added["public_keys"][0].startswith("whpk_")
    listed = await command.json("list")
    assert [each["id"] for each in listed["subscribers"]] == [added["id"]]
    assert added["secret"] not in json.dumps(listed)


async def test_the_operator_pauses_resumes_rotates_and_removes(
    served: Served, sink: Sink, command: Command
) -> None:
    added = await command.json("add", sink.url(), "--from", "begin")
    assert "paused" in await command("pause", added["id"], "--reason", "they asked")
    await served.release("a")
    rotated = await command.json("rotate", added["id"])
    assert rotated["secrets"] == 2
    assert rotated["secret"] != added["secret"]
    assert "active" in await command("resume", added["id"])
    await sink.until_told(1)
    assert len(sink.messages[0].headers["webhook-signature"].split(" ")) == 3
    assert (await command.json("rotate", added["id"], "--drop"))["secrets"] == 1
    assert "is forgotten" in await command("remove", added["id"])
    assert "0 subscribers." in await command("list")


async def test_the_hubs_own_key_changes_with_two_signatures_meanwhile(
    here: Place, sink: Sink, command: Command
) -> None:
    database = here.folder / "hub.sqlite3"
    async with hub_at_work(here, allow=(Address("127.0.0.1", sink.port),)) as served:
        added = await command.json("add", sink.url())
        [old] = (await command.json("keys"))["public_keys"]
        assert added["public_keys"] == [old]
        assert "it has to stay" in await command("keys", "--drop", code=2)
        new, before = (await command.json("keys", "--new"))["public_keys"]
        assert before == old != new
        assert "two keys sign already" in await command("keys", "--new", code=2)
        await served.release("a")
        await sink.until_told(1)
        assert "signs as well" in await command("keys")
    back_up(database, here.folder / "copy")
    assert len([*(here.folder / "copy").glob("hub.sqlite3.webhook-key*")]) == 4, "two keys, two passphrases"
    async with hub_at_work(here, allow=(Address("127.0.0.1", sink.port),)) as served:
        assert (await command.json("keys"))["public_keys"] == [new, old]
        assert (await command.json("keys", "--drop"))["public_keys"] == [new]
        await served.release("b")
        await sink.until_told(2)
    while_both, afterwards = (message.headers["webhook-signature"] for message in sink.messages)
    assert [each.partition(",")[0] for each in while_both.split(" ")] == ["v1", "v1a", "v1a"]
    assert [each.partition(",")[0] for each in afterwards.split(" ")] == ["v1", "v1a"]
    first, second = sink.messages
    assert (signs(old, first), signs(new, first)) == (True, True)
    assert (signs(old, second), signs(new, second)) == (False, True)
    assert (await command.json("keys"))["public_keys"] == [new], "no hub runs, and it is read from the disk"


def signs(public: str, message: Message) -> bool:
    """Whether this key made one of the message's signatures."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public.removeprefix("whpk_")))
    sent = f"{message.headers['webhook-id']}.{message.headers['webhook-timestamp']}.".encode()
    for each in message.headers["webhook-signature"].split(" "):
        version, _, signature = each.partition(",")
        with suppress(InvalidSignature):
            if version == "v1a":
                key.verify(base64.b64decode(signature), sent + message.body)
                return True
    return False


async def test_a_test_message_says_what_was_answered(served: Served, sink: Sink, command: Command) -> None:
    sink.answers["/bad"] = [response(status="503 Service Unavailable")]
    good = await command.json("add", sink.url())
    bad = await command.json("add", sink.url("/bad"))
    assert "acknowledged the test: it answered 200" in await command("test", good["id"])
    assert "did not acknowledge the test: it answered 503" in await command("test", bad["id"], code=1)
    assert sink.messages[0].told["type"] == "test"
    assert (await command.json("test", bad["id"], code=1))["status"] == 503


async def test_without_a_hub_it_is_written_into_the_database(
    here: Place, sink: Sink, command: Command
) -> None:
    async with hub_at_work(here):
        pass
    added = await command.json("add", "https://desk.example/hook")
    assert "shown this once" in await command("rotate", added["id"])
    said = await command("test", added["id"], code=2)
    assert "only a running hub sends messages" in said
    async with hub_at_work(here) as served:
        assert [each.id for each in await served.hub.storage.subscribers.all()] == [added["id"]]


async def test_without_a_hub_its_settings_file_says_where_what_and_how_many(
    here: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async with hub_at_work(here):
        pass
    config = here.folder / "hub.toml"
    config.write_text(
        'database = "hub.sqlite3"\nallow = ["127.0.0.1:9"]\n\n[deliver]\nsubscribers_most = 1\n'
    )

    async def said(*words: str, code: int) -> str:
        told = ["subscribers", *words, "--config", str(config)]
        assert await asyncio.to_thread(main, told) == code
        return "".join(capsys.readouterr())

    assert "acknowledged up to" in await said("add", "http://127.0.0.1:9/hook", code=0)
    assert "1 subscribers" in await said("list", code=0)
    full = await said("add", "https://desk.example/hook", code=2)
    assert "there are 1 subscribers, and no room for more" in full
    assert "another" in await said("list", "--db", str(here.folder / "another"), code=2)


async def test_there_is_never_a_second_writer(here: Place, command: Command) -> None:
    async with hub_at_work(here):
        pass
    async with open_storage(here.folder / "hub.sqlite3"):  # by somebody who takes no orders
        assert "is written by another process" in await command("list", code=2)
    with pytest.raises(StorageBusy):
        async with open_storage(here.folder / "hub.sqlite3"), open_storage(here.folder / "hub.sqlite3"):
            pass


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["http://127.0.0.1:1/"], "port 1", id="a port nobody listed"),
        pytest.param(["https://10.0.0.1/"], "a private address", id="a private address"),
        pytest.param(["https://2130706433/"], "no dotted name", id="a number for a host"),
        pytest.param(["https://u:p@desk.example/"], "a user name or password", id="a user"),
        pytest.param(["https://desk.example/#x"], "a fragment", id="a fragment"),
        pytest.param(["ftp://desk.example/"], "only http and https", id="another scheme"),
        pytest.param(["https://desk.example/" + "a" * 2_000], "at most 2,000", id="too long"),
        pytest.param(["https://desk.example/", "--slice", "moon/lang"], "no slice", id="no slice"),
        pytest.param(["https://desk.example/", "--lang", "tlh"], "no words of ours", id="no language"),
        pytest.param(["https://desk.example/", "--from", "noon"], "no place in the log", id="no place"),
        pytest.param(["https://desk.example/\x1b[2J"], "cannot be shown", id="what a terminal would obey"),
    ],
)
async def test_what_cannot_be_told_is_refused_with_what_to_do(
    served: Served, command: Command, words: list[str], said: str
) -> None:
    told = await command("add", *words, code=2)
    assert said in told
    assert len(told.strip().splitlines()) == 2  # what is wrong, and what to do
    assert (await command.json("list"))["subscribers"] == []


async def test_one_address_is_told_of_one_slice_once(served: Served, command: Command) -> None:
    await command("add", "https://desk.example/")
    assert "already" in await command("add", "https://desk.example/", code=2)
    await command("add", "https://desk.example/", "--slice", "kind/alert")


@pytest.mark.parametrize("verb", ["pause", "resume", "remove", "rotate", "test"])
async def test_who_is_not_there_cannot_be_changed(served: Served, command: Command, verb: str) -> None:
    assert "there is no" in await command(verb, "bm9ib2R5", code=2)


async def test_no_hub_database_is_named(command: Command, tmp_path: Path) -> None:
    assert "there is no hub's database" in await command("list", code=2)


async def test_only_the_hubs_own_user_can_give_orders(served: Served, here: Place) -> None:
    path = admin_socket(here.folder / "hub.sqlite3")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "line", [b"\n", b"[1]\n", b"no json\n", b'{"do": 7}\n', b'{"do": "add", "slice": 5}\n']
)
async def test_what_is_no_order_is_told_so_and_the_hub_goes_on(
    served: Served, here: Place, line: bytes
) -> None:
    path = admin_socket(here.folder / "hub.sqlite3")
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(line)
    assert "error" in json.loads(await reader.readline())
    writer.close()
    assert (await served.get("/health")).status == 200


async def test_a_socket_left_by_a_crash_is_nobody_and_is_replaced(here: Place) -> None:
    database = here.folder / "hub.sqlite3"
    async with hub_at_work(here):
        admin_socket(database).rename(here.folder / "left")
        (here.folder / "left").rename(admin_socket(database))
    admin_socket(database).touch()
    assert await ask_hub(database, {"do": "list"}) is None
    async with hub_at_work(here):
        assert await ask_hub(database, {"do": "list"}) == {"subscribers": []}
    assert not admin_socket(database).exists()


async def test_the_public_sees_when_how_many_were_told_and_nobody_sees_whom(
    served: Served, sink: Sink, command: Command
) -> None:
    for path in ("/one", "/two"):
        await command("add", sink.url(path))
    (token,) = await served.release("storm")
    item = recall(token)
    await served.release("storm", ver=2, act=Act.CORRECT, note="the date was wrong")
    for path in ("/one", "/two"):
        await sink.until_told(2, path)
    async with asyncio.timeout(PATIENCE):
        while not (figures := await served.json("/v1/deliveries"))["deliveries"]:  # noqa: ASYNC110 - written soon
            await asyncio.sleep(0.01)
        while figures["deliveries"][0]["acknowledged"] < 2:
            figures = await served.json("/v1/deliveries")
    (figure,) = figures["deliveries"]
    assert (figure["sub"], figure["ver"], figure["what"]) == (item.sub, 2, "correct")
    assert (figure["notified"], figure["acknowledged"]) == (2, 2)
    assert set(figure) == {
        *("index", "sub", "ver", "what", "notified_at", "notified", "acknowledged", "acknowledged_at")
    }
    assert figures["last"] == figure["index"]
    assert (await served.json(f"/v1/deliveries?after={figure['index']}"))["deliveries"] == []
    public = (await served.get("/v1/deliveries")).body + (await served.get("/metrics")).body
    for secret in (str(sink.port).encode(), b"/one", b"/two"):
        assert secret not in public
    assert ItemId(item.sub).startswith(AGENCY)


@pytest.mark.parametrize(
    "query", ["after=x", "after=1&after=2", "limit=0", "limit=9999", "subscriber=a", "after=-2", "callback="]
)
async def test_the_figures_take_no_question_but_how_far(served: Served, query: str) -> None:
    assert (await served.get(f"/v1/deliveries?{query}")).status == 400


async def test_health_and_metrics_know_of_delivery(served: Served, sink: Sink, command: Command) -> None:
    await command("add", sink.url())
    assert (await served.json("/health"))["parts"]["deliver"] == "ok"
    metrics = (await served.get("/metrics")).body.decode()
    assert 'syndicate_subscribers{state="active"} 1.0' in metrics
    assert 'syndicate_deliveries_total{outcome="acknowledged"} 0.0' in metrics
