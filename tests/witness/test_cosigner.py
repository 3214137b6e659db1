"""A witness forgets nothing: not in races, not over restarts, not when its disk is full."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from kept import HandClock
from logging_hub import log_signer
from press import NOON

from syndicate.errors import WitnessError
from syndicate.journey import LogSigner
from syndicate.ledger import (
    AddCheckpoint,
    Edge,
    KeyKind,
    NoteKey,
    leaf_hash,
    prove_consistency,
    read_checkpoint,
    read_signatures,
)
from syndicate.signing import ephemeral_signer
from syndicate.witness import Answer, Cosigner, add_log, found_memory, open_memory

LOG = log_signer()
SIGNER = ephemeral_signer(bytes([9]) * 32)
NAME = "witness.example"
KEY = NoteKey(NAME, KeyKind.COSIGNER, SIGNER.public)


class Tree:
    """A log that grows; and what it asks its witness."""

    def __init__(self, name: str = "a") -> None:
        self.edge = Edge()
        self.tiles: dict[object, bytes] = {}
        self._name = name

    def grow(self, leaves: int) -> None:
        size = self.edge.size
        hashes = [leaf_hash(f"{self._name} {size + n}".encode()) for n in range(leaves)]
        self.edge, tiles = self.edge.append(hashes)
        self.tiles |= dict(tiles)

    def ask(self, old: int, signer: LogSigner = LOG) -> bytes:
        proof = prove_consistency(old, self.edge.size, self.tiles) if 0 < old < self.edge.size else ()  # type: ignore[arg-type]
        return AddCheckpoint(old, proof, signer.checkpoint(self.edge, NOON)).raw


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found_memory(tmp_path, [LOG.key.vkey])
    return tmp_path


@contextmanager
def at_work(folder: Path) -> Iterator[Cosigner]:
    with open_memory(folder) as memory:
        yield Cosigner(NAME, SIGNER, memory, HandClock(NOON + 7))


def is_good(answer: Answer, body: bytes) -> bool:
    note = read_checkpoint(read_add(body))[1]
    signed = type(note)(note.text, read_signatures(answer.body.decode())).signed_by([KEY])
    return answer.status == 200 and signed == {KEY: NOON + 7}


def read_add(body: bytes) -> bytes:
    return body.partition(b"\n\n")[2]


async def test_what_grows_is_cosigned_with_the_time(folder: Path) -> None:
    tree = Tree()
    with at_work(folder) as witness:
        for old, more in ((0, 3), (3, 300), (303, 1)):
            tree.grow(more)
            body = tree.ask(old)
            assert is_good(await witness.add_checkpoint(body), body)


async def test_attack_11_a_second_history_is_never_cosigned_not_even_after_a_restart(folder: Path) -> None:
    tree, other = Tree("a"), Tree("b")
    tree.grow(5)
    other.grow(5)
    with at_work(folder) as witness:
        assert (await witness.add_checkpoint(tree.ask(0))).status == 200
    other.grow(2)
    with at_work(folder) as witness:
        assert await witness.add_checkpoint(other.ask(0)) == Answer(409, b"5\n", "text/x.tlog.size")
        assert (await witness.add_checkpoint(other.ask(5))).status == 422
        tree.grow(2)
        assert (await witness.add_checkpoint(tree.ask(5))).status == 200
        assert (await witness.add_checkpoint(other.ask(7))).status == 409, "one size, two roots"


async def test_attack_12_of_many_requests_at_once_one_history_is_cosigned(folder: Path) -> None:
    trees = [Tree(name) for name in "abcdefgh"]
    for tree in trees:
        tree.grow(4)
    with at_work(folder) as witness:
        answers = await asyncio.gather(*(witness.add_checkpoint(tree.ask(0)) for tree in trees))
    assert sorted(answer.status for answer in answers) == [200] + [409] * 7


async def test_attack_12_what_cannot_be_remembered_is_not_cosigned(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = Tree()
    tree.grow(3)

    def fsync(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with at_work(folder) as witness:
        with monkeypatch.context() as full:
            full.setattr(os, "fsync", fsync)
            answer = await witness.add_checkpoint(tree.ask(0))
        assert (answer.status, b"remember" in answer.body) == (503, True)
        assert (await witness.add_checkpoint(tree.ask(0))).status == 200


def test_attack_12_a_witness_that_lost_its_memory_does_not_start(folder: Path) -> None:
    [checkpoint] = folder.glob("*.checkpoint")
    kept = checkpoint.read_bytes()
    checkpoint.unlink()
    with pytest.raises(WitnessError, match="is gone"), open_memory(folder):
        pass
    checkpoint.write_bytes(b"what")
    with pytest.raises(WitnessError, match="is damaged"), open_memory(folder):
        pass
    checkpoint.write_bytes(kept)
    with (
        open_memory(folder),
        pytest.raises(WitnessError, match="another process is the witness"),
        open_memory(folder),
    ):
        pass


async def test_attack_13_a_thief_of_another_logs_key_gets_nothing(folder: Path) -> None:
    tree = Tree()
    tree.grow(3)
    thief = LogSigner(LOG.origin, ephemeral_signer(bytes([250]) * 32))
    stranger = LogSigner("other.example/log", LOG.signer)
    with at_work(folder) as witness:
        assert (await witness.add_checkpoint(tree.ask(0, thief))).status == 403
        assert (await witness.add_checkpoint(tree.ask(0, stranger))).status == 404
        for junk in (b"", b"old 0\n\n", b"\xff" * 100, b"old 0\n\n" + b"x" * 200_000):
            assert (await witness.add_checkpoint(junk)).status == 400


@pytest.mark.parametrize(
    ("logs", "told"),
    [
        ([], "1 to 64 keys"),
        ([LOG.key.vkey, LOG.key.vkey], "each of them once"),
        (["what"], "no log's key"),
        ([KEY.vkey], "the key of a witness"),
    ],
)
def test_logs_that_cannot_be_witnessed_are_refused(tmp_path: Path, logs: list[str], told: str) -> None:
    with pytest.raises(WitnessError, match=told):
        found_memory(tmp_path, logs)
    with pytest.raises(WitnessError, match="is no witness"), open_memory(tmp_path):
        pass


def test_a_witness_is_made_once(folder: Path) -> None:
    with pytest.raises(WitnessError, match="is a witness already"):
        found_memory(folder, [LOG.key.vkey])


async def test_a_log_that_changes_its_key_goes_on_where_it_stood(folder: Path) -> None:
    tree, other = Tree("a"), Tree("b")
    tree.grow(5)
    with at_work(folder) as witness:
        assert (await witness.add_checkpoint(tree.ask(0))).status == 200
    new = LogSigner(LOG.origin, ephemeral_signer(bytes([251]) * 32))
    tree.grow(1)
    other.grow(6)
    with at_work(folder) as witness:
        assert (await witness.add_checkpoint(tree.ask(5, new))).status == 403
    add_log(folder, new.key.vkey)
    with at_work(folder) as witness:
        assert (await witness.add_checkpoint(other.ask(0, new))).status == 409
        assert (await witness.add_checkpoint(tree.ask(5, new))).status == 200
        tree.grow(1)
        assert (await witness.add_checkpoint(tree.ask(6))).status == 200, "old signatures still count"
