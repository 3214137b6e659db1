"""What a subscriber's secret never stands in: a log, an error, a list, a file that others can read."""

import stat
import traceback
from dataclasses import replace
from pathlib import Path

import pytest
from delivering import AT_ONCE, at, delivering, open_sink, subscriber
from press import PressRoom
from raw_server import response

from syndicate.assembly._webhook_keys import WebhookKeys
from syndicate.deliver._orders import Orders
from syndicate.errors import StorageError
from syndicate.ports import Storage, SubscriberState
from syndicate.storage import copy_database

SECRET = "whsec_" + "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0"


async def test_attack_an_error_of_the_database_repeats_no_secret_however_it_is_printed(
    storage: Storage,
) -> None:
    await storage.subscribers.put(subscriber("https://desk.example/hook", "b25l", secrets=(SECRET,)))
    with pytest.raises(StorageError) as refused:
        await storage.subscribers.put(subscriber("https://desk.example/hook", "dHdv", secrets=(SECRET,)))
    said = "".join(traceback.format_exception(refused.value))
    assert "UNIQUE constraint" in said, "that is told"
    assert "whsec" not in said


async def test_a_database_and_its_copy_are_their_own_users_alone(storage: Storage, tmp_path: Path) -> None:
    await storage.subscribers.put(subscriber("https://desk.example/hook", secrets=(SECRET,)))
    copy_database(tmp_path / "hub.db", tmp_path / "copy.db")
    for name in ("hub.db", "hub.db-wal", "hub.db-shm", "copy.db"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600, name


async def test_attack_nothing_that_befalls_a_callback_puts_its_secret_or_signature_into_a_log_or_a_list(
    storage: Storage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    caplog.set_level(0)
    async with open_sink(
        hook=[response(status="500 Echo", X_Echo=SECRET), response(SECRET.encode() * 500)]
    ) as sink:
        limits, room = replace(AT_ONCE, failures_most=3), PressRoom("vn.demo")
        async with delivering(storage, room, allow=[("127.0.0.1", sink.port)], limits=limits) as delivery:
            await delivery.roster.add(subscriber(sink.url(), "YmFk", secrets=(SECRET,)))
            await delivery.publish("a")
            await delivery.until("YmFk", at(SubscriberState.PAUSED))
            orders = Orders(
                delivery.roster,
                storage,
                delivery.clock,
                judge=lambda _: None,
                keys=lambda: WebhookKeys(tmp_path / "hub.db"),
            )
            listed = str(await orders.obey({"do": "list"}))
            monkeypatch.setattr(delivery.deliverer, "_note", lambda *_: 1 / 0)
            await delivery.roster.change("YmFk", state=SubscriberState.ACTIVE, failures=0)
            await sink.until(lambda: "ZeroDivisionError" in caplog.text)
        assert "v1," in sink.messages[0].headers["webhook-signature"]
    for said in (caplog.text, listed, str(delivery.roster.get("YmFk"))):
        assert "whsec" not in said
        assert sink.messages[0].headers["webhook-signature"].split(",")[1][:20] not in said
