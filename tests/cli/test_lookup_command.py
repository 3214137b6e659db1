"""``syndicate lookup`` against a hub over the wire, with and without a root to go by."""

import io
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from hub_beside import beside
from hub_folder import Served, hub_at_work, place

from syndicate.cli import main
from syndicate.news import Content

STORM = (
    "The storm reached the coast in the early morning with winds of 120 kilometres an hour. Four districts "
    "have closed their schools, and 12,400 people were brought to safe places before the bridges were shut."
)
PAGE = "https://news.aa.example/2026/11/the-storm-reached-the-coast"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Served]:
        async with place(tmp_path_factory.mktemp("hub")) as here, hub_at_work(here) as hub:
            await hub.release("storm", url=PAGE, content=Content(type="text/plain", body=STORM))
            await hub.hub.passages.catch_up()
            yield hub

    with beside(opened) as hub:
        yield hub


def run(served: Served, *words: str, trusted: bool = False) -> int:
    hub = ["--hub", served.hub.url]
    settings = served.here.settings()
    root = ["--registry", settings.registry, "--root", str(settings.root)] if trusted else []
    keys = ["--log", served.hub.log_key.vkey] if trusted else []
    return main(["lookup", *words, *hub, *root, *keys])


def test_it_says_who_published_it_and_where_to_look(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(served, STORM[20:90]) == 0
    told = capsys.readouterr().out
    assert "Published by" in told
    assert "/item/aa.news:" in told
    assert "Checked here" not in told
    assert "This is the hub's word" in told


def test_with_a_root_the_token_is_judged_here_and_the_words_are_found_in_it(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(served, STORM[20:90], trusted=True) == 0
    told = capsys.readouterr().out
    assert "Signed with the key of" in told
    assert "stands in it letter by letter" in told
    assert run(served, STORM.replace("120", "210"), "--json", trusted=True) == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["answer"], answer["checked"]["signature"], answer["checked"]["stands"]) == (
        "similar",
        "yes",
        False,
    )


def test_differences_are_told_and_nothing_found_is_worded_as_agreed(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(served, STORM.replace("12,400", "97,400")) == 1
    assert "changed: 97,400   official: 12,400" in capsys.readouterr().out
    assert run(served, "Nobody in any newsroom has ever written a sentence like this one.", trusted=True) == 1
    assert "No official item found; this does not mean that it is false." in capsys.readouterr().out


def test_of_an_address_on_another_host_no_differences_are_announced(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(served, PAGE.replace("news.aa", "news-aa")) == 1
    told = capsys.readouterr().out
    assert "A similar official item was published by" in told
    assert "not on the host of this item" in told
    assert "It differs" not in told


def test_whoever_sits_at_a_terminal_is_told_that_it_waits(
    served: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(STORM.encode()), isatty=lambda: True))
    assert run(served) == 0
    assert "Ctrl-D" in capsys.readouterr().err


def test_the_text_may_come_from_a_file_or_a_pipe(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chat.txt").write_text(STORM)
    assert run(served, "--file", str(tmp_path / "chat.txt")) == 0
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(STORM.encode()), isatty=bool))
    assert run(served, "-") == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        pytest.param(["🌊"], "neither a letter, nor a digit", id="nothing in it"),
        pytest.param([""], "nothing to look for", id="nothing at all"),
        pytest.param(["--file", "/nowhere/chat.txt"], "cannot read", id="no such file"),
        pytest.param(
            ["storm", "--root", "/nowhere/root.json"], "cannot read the root", id="a root that is not there"
        ),
        pytest.param(["storm", "--registry", "/nowhere"], "no root is named", id="a registry and no root"),
    ],
)
def test_what_cannot_be_asked_is_said_in_plain_words(
    served: Served, words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(served, *words) == 2
    assert why in capsys.readouterr().err


def test_without_a_hub_it_says_how_to_name_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lookup", "storm"]) == 2
    assert "no hub is named" in capsys.readouterr().err


def test_what_is_no_hub_is_no_answer(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lookup", "storm", "--hub", f"http://127.0.0.1:{served.here.feed_port}"]) == 2
    assert "gave no answer to a question" in capsys.readouterr().err
