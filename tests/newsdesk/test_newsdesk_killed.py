"""Killed anywhere, or without room on the disk: the stream never forks, and nothing signed is lost."""

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from kept import HandClock, unmeasured
from newsdesk_room import DeskRoom, SmallHub
from newsroom import SITE, STARTED, rss, story
from patience import PATIENCE

from syndicate.agency import load_config
from syndicate.cli import main as command
from syndicate.journey import Admission
from syndicate.news import Act, Admitted, Envelope, Held, Known, Outcome, Refused
from syndicate.signing import open_key
from syndicate.storage import open_storage, open_streambook
from syndicate.trust import recall
from syndicate.wire import take_out

pytestmark = pytest.mark.long
DESK = Path(__file__).with_name("signer_to_kill.py")
# Of each act, which has some hundreds; a night of it: SYNDICATE_KILLS=400
POINTS = int(os.environ.get("SYNDICATE_KILLS", "12"))
STORIES = 6
WORDS = "a few plain words"
NEVER = -1  # a place to die at that no act comes to: so all of them are counted

Order = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def order() -> Iterator[Order]:
    """Have an act done by a process of its own, which may be killed; how it ended."""
    tests = DESK.parent.parent
    paths = os.pathsep.join([str(tests), str(tests.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    with subprocess.Popen(
        [sys.executable, str(DESK)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=unmeasured(PYTHONPATH=paths),
    ) as nursery:  # fmt: skip

        def ask(act: str, folder: Path, **more: int) -> dict[str, Any]:
            assert nursery.stdin is not None
            assert nursery.stdout is not None
            print(json.dumps({"act": act, "folder": str(folder), **more}), file=nursery.stdin, flush=True)
            answer: dict[str, Any] = json.loads(nursery.stdout.readline())
            assert "surprise" not in answer, answer
            return answer

        yield ask
        nursery.stdin.close()  # type: ignore[union-attr]  # it is a pipe
        nursery.wait(PATIENCE)


# What stands before each act.


def stories(*numbers: int) -> str:
    return rss(*(story(number) for number in sorted(numbers, reverse=True)))


def before_sign(room: DeskRoom) -> None:
    room.run(stories(1, 2))
    room.cms(stories(*range(1, STORIES + 1)))


def before_release(room: DeskRoom) -> None:
    room.run(stories(1, 2))
    room.reconfigure(release_seconds=10_000)
    room.run(stories(*range(1, STORIES + 1)))


def before_panic(room: DeskRoom) -> None:
    room.run(stories(*range(1, STORIES + 1)))
    room.reconfigure(release_seconds=10_000)
    room.run(stories(*range(1, STORIES + 3)))


def before_recover(room: DeskRoom) -> None:
    room.run(stories(*range(1, STORIES + 1)))
    (room.folder / "hub.json").write_text(json.dumps(room.tokens()))
    room.config.book_file.unlink()
    shutil.rmtree(room.config.folder)


def before_reissue(room: DeskRoom) -> None:
    room.run(stories(*range(1, STORIES + 1)))


BEFORE = {
    "sign": before_sign,
    "release": before_release,
    "panic": before_panic,
    "recover": before_recover,
    "reissue": before_reissue,
}


# What must stand after it.


def after_sign(room: DeskRoom) -> None:
    assert sorted(item.title for item in room.said()) == [f"Tin số {each}" for each in range(1, STORIES + 1)]


def after_release(room: DeskRoom) -> None:
    after_sign(room)
    assert room.waiting() == ()


def after_panic(room: DeskRoom) -> None:
    newest = {item.sub: item for item in room.said()}
    assert [item.act for item in newest.values()] == [Act.WITHHOLD] * STORIES
    assert len(room.said()) == 2 * STORIES, "one was withheld twice"
    with room.book() as book:
        assert book.jotted("halted")
    assert {each.why for each in room.waiting()} == {"halted"}


def after_recover(room: DeskRoom) -> None:
    assert room.tokens() == json.loads((room.folder / "hub.json").read_text())
    with room.book() as book:
        assert book.head() == (STORIES + 999 + 3_600, None), "a gap, and an hour"


def after_reissue(room: DeskRoom) -> None:
    assert [item.ver for item in room.said()] == [1] * STORIES + [2] * STORIES


AFTER = {
    "sign": after_sign,
    "release": after_release,
    "panic": after_panic,
    "recover": after_recover,
    "reissue": after_reissue,
}


def shown(room: DeskRoom) -> list[str]:
    """The tokens that whoever visits the agency now is shown."""
    with suppress(OSError):
        return [each.token for each in take_out(room.atom.read_bytes(), "atom").carried]
    return []


def in_the_book(room: DeskRoom) -> list[str]:
    return room.tokens() if room.config.book_file.exists() else []


async def troubles_of_a_hub(room: DeskRoom, folder: Path, *visits: Sequence[str]) -> list[Outcome]:
    """What a real hub, with a database of its own, may not let stand of what it met at these visits."""
    async with open_storage(folder / "hub.db") as storage:
        admission = Admission(storage, lambda: room.registry, HandClock(STARTED + 7_200))
        outcomes: list[Outcome] = []
        for tokens in visits:
            outcomes += await admission.admit([Envelope(token=each, source="feed") for each in tokens])
        assert all(isinstance(each, Admitted | Known | Held | Refused) for each in outcomes)
        assert not any(state.forked for state in (await storage.stream_states(room.config.id)).values())
        return [each for each in outcomes if not isinstance(each, Admitted | Known)]


def whoever_looks_on_finds_one_stream(room: DeskRoom, folder: Path, *visits: list[str]) -> None:
    assert asyncio.run(troubles_of_a_hub(room, folder, *(sorted(each, key=_seq) for each in visits))) == []


def _seq(token: str) -> int:
    return recall(token).seq


def copied(folder: Path, name: str) -> DeskRoom:
    """The same room in another folder."""
    into = folder.with_name(name)
    shutil.copytree(folder, into)
    return DeskRoom(into)


def places(act: str, count: int) -> list[int]:
    """Where to die: at the first effect, at the last, and at some between."""
    return sorted({0, count - 1, *random.Random(act).sample(range(count), min(count, POINTS - 2))})


@pytest.mark.parametrize("act", BEFORE)
def test_a_signer_killed_at_any_effect_goes_on_where_it_was(act: str, order: Order, tmp_path: Path) -> None:
    (tmp_path / "before").mkdir()
    before = DeskRoom(tmp_path / "before")
    BEFORE[act](before)
    signed_before = in_the_book(before)
    count = order(act, copied(before.folder, "whole").folder, at=NEVER)["count"]
    assert count > 12
    for at in places(act, count):
        room = copied(before.folder, f"killed-{at}")
        assert order(act, room.folder, at=at) == {"killed": True}
        seen, kept = shown(room), in_the_book(room)
        assert set(seen) <= set(kept), "shown before it was kept"
        assert set(signed_before) <= set(kept)
        again = order(act, room.folder)
        assert "said" not in again or "not on the waiting list" in again["said"], again
        AFTER[act](room)
        assert set(kept) <= set(in_the_book(room)), "what was signed is lost"
        whoever_looks_on_finds_one_stream(room, room.folder, signed_before, seen, kept, in_the_book(room))


def test_a_signer_that_is_killed_anywhere_loses_nothing_and_never_forks(order: Order, tmp_path: Path) -> None:
    room, dice = DeskRoom(tmp_path), random.Random(20_261_123)
    hub = SmallHub(room.registry)
    room.cms(rss(*(story(number, pubDate="") for number in range(200, 0, -1))))
    deaths = 0
    for _ in range(12):
        deaths += order("sign", room.folder, micros=dice.randrange(1, 250_000)) == {"killed": True}
        assert hub.troubles(room.tokens(), STARTED) == []
    assert deaths > 1
    room.sign()
    assert hub.troubles(room.tokens(), STARTED) == []
    assert sorted(item.title for item in room.said()) == sorted(f"Tin số {each}" for each in range(1, 201))


@pytest.mark.parametrize("act", BEFORE)
def test_a_full_disk_is_said_and_the_act_is_done_later(act: str, order: Order, tmp_path: Path) -> None:
    (tmp_path / "before").mkdir()
    before = DeskRoom(tmp_path / "before")
    BEFORE[act](before)
    signed_before = in_the_book(before)
    said = 0
    for room_left in (0, 4_096, 40_000, 70_000, 100_000, 130_000):  # bytes that any one file may have
        room = copied(before.folder, f"full-{room_left}")
        answer = order(act, room.folder, room=room_left)
        if "said" in answer:
            said += 1
            assert answer["hint"], answer
        seen, kept = shown(room), in_the_book(room)
        assert set(seen) | set(signed_before) <= set(kept)
        again = order(act, room.folder)
        assert "said" not in again or "not on the waiting list" in again["said"], again
        AFTER[act](room)
        whoever_looks_on_finds_one_stream(room, room.folder, signed_before, seen, kept, in_the_book(room))
    assert said >= 2


@pytest.mark.parametrize("act", ["sign", "release", "panic", "reissue"])
def test_attack_17_yesterdays_book_signs_nothing_whatever_the_act(
    act: str, order: Order, tmp_path: Path
) -> None:
    (tmp_path / "before").mkdir()
    before = DeskRoom(tmp_path / "before")
    BEFORE[act](before)
    room = copied(before.folder, "restored")
    yesterday = room.config.book_file.read_bytes()
    order(act, room.folder)
    known = in_the_book(room)
    room.config.book_file.write_bytes(yesterday)
    answer = order(act, room.folder)
    assert "old copy" in answer["said"]
    assert "syndicate agency recover" in answer["hint"]
    assert set(in_the_book(room)) <= set(known), "an old copy has signed"
    (room.folder / "hub.json").write_text(json.dumps(known))
    assert "said" not in order("recover", room.folder)
    assert set(known) <= set(in_the_book(room))
    whoever_looks_on_finds_one_stream(room, room.folder, known, in_the_book(room))


@pytest.fixture
def initialised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """What `agency init` made, and one signed story."""
    words = tmp_path / "words"
    words.write_text(WORDS)
    words.chmod(0o600)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setenv("SYNDICATE_PASSPHRASE_FILE", str(words))
    folder = tmp_path / "agency"
    typed("init", "vn.demo", "--dir", folder, "--federation", "demo", "--name", "Demo", "--language",
          "vi", "--domain", "news.demo-vn.example", "--feed", "cms.xml",
          "--base-url", f"{SITE}/signed/")  # fmt: skip
    text = (folder / "agency.toml").read_text()
    (folder / "agency.toml").write_text(text.replace("release_seconds = 120", "release_seconds = 0"))
    (folder / "cms.xml").write_text(stories(1))
    typed("sign", folder / "agency.toml")
    capsys.readouterr()
    return folder


def typed(*words: object) -> None:
    assert command(["agency", *map(str, words)]) == 0


def kid(path: Path) -> str:
    return open_key(path, WORDS.encode()).kid


def rotations(order: Order, folder: Path) -> Iterator[tuple[Path, int, dict[str, Any]]]:
    """A rotation that dies at one place after another, each in a copy of the folder."""
    whole = folder.with_name("whole")
    shutil.copytree(folder, whole)
    count = order("rotate", whole, at=NEVER)["count"]
    assert count > 12
    for at in places("rotate", count):
        into = folder.with_name(f"killed-{at}")
        shutil.copytree(folder, into)
        yield into, at, order("rotate", into, at=at)


def test_a_rotation_killed_anywhere_leaves_a_key_that_signs_and_can_be_run_again(
    order: Order, initialised: Path
) -> None:
    first, successor = (kid(initialised / name) for name in ("in-use.key", "successor.key"))
    for folder, at, answer in rotations(order, initialised):
        assert answer == {"killed": True}
        (folder / "cms.xml").write_text(stories(1, 2))
        in_use = kid(folder / "in-use.key")
        assert in_use in (first, successor), at
        typed("sign", folder / "agency.toml")
        if in_use == first:
            assert "said" not in order("rotate", folder)
        (folder / "cms.xml").write_text(stories(1, 2, 3))
        typed("sign", folder / "agency.toml")
        config = load_config(folder / "agency.toml")
        assert len(config.keys) == 3, "the next successor is enrolled, once"
        assert [key.kid for key in config.keys][:2] == [first, successor]
        with open_streambook(config.book_file, config.id, config.stream) as book:
            signed = book.page(0, 100)
        assert [each.seq for each in signed] == [1, 2, 3]
        assert signed[-1].kid == successor
        assert kid(folder / f"successor-{successor[:8]}.key") == config.keys[2].kid, "the sealed one is lost"
