"""Whatever bytes come: an answer or a LedgerError, never anything else."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logroom import OPERATOR, WITNESSES, MemoryLog, leaf, policy
from press import NOON, PressRoom

from syndicate.errors import LedgerError
from syndicate.ledger import (
    AddCheckpoint,
    judge,
    leaf_of,
    read_add_checkpoint,
    read_checkpoint,
    read_conflict,
    read_entries,
    read_leaf,
    read_note,
    read_policy,
    read_proof,
    read_tile_path,
    read_vkey,
    verify_proof,
    write_conflict,
    write_entries,
    write_policy,
)
from syndicate.news import digest_of

LOG = MemoryLog().grow(9)
CHECKPOINT = LOG.cosigned({0: NOON, 1: NOON + 1})
PROOF = LOG.proof(3, CHECKPOINT).raw
POLICY = write_policy([OPERATOR.key], {each.name: each.key for each in WITNESSES}, 2)
KNOWN = policy(2)
ROOM = PressRoom()
REQUEST = AddCheckpoint(5, LOG.consistency(5), CHECKPOINT)


def text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda raw: read(raw.decode("utf-8", "replace"))


READERS: dict[str, tuple[bytes, Callable[[bytes], object]]] = {
    "a note": (CHECKPOINT, read_note),
    "a checkpoint": (CHECKPOINT, read_checkpoint),
    "a proof file": (PROOF, read_proof),
    "a proof": (PROOF, lambda raw: verify_proof(raw, leaf(3), KNOWN)),
    "a policy": (POLICY, read_policy),
    "a request to a witness": (REQUEST.raw, lambda raw: judge(read_add_checkpoint(raw), OPERATOR.key, None)),
    "a conflict": (write_conflict(12), read_conflict),
    "a leaf": (leaf_of(ROOM.item(), digest_of(ROOM.token(ROOM.item()))).raw, read_leaf),
    "an entry bundle": (write_entries([b"a", b"bc"]), lambda raw: read_entries(raw, 2)),
    "a tile's path": (b"tile/0/x001/x234/067.p/12", text(read_tile_path)),
    "a key": (OPERATOR.key.vkey.encode(), text(read_vkey)),
}


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
def test_honest_bytes_with_something_cut_out_and_put_in(name: str, data: st.DataObject) -> None:
    honest, read = READERS[name]
    at, out = data.draw(st.integers(0, len(honest))), data.draw(st.integers(0, 40))
    put = data.draw(
        st.binary(max_size=8) | st.sampled_from([b"\n", b"\n\n", b"\xe2\x80\x94 ", b"0", b" ", b"="])
    )
    answers(read, honest[:at] + put + honest[at + out :])


@pytest.mark.parametrize("name", READERS)
@given(raw=st.binary(max_size=200))
def test_any_bytes_at_all(name: str, raw: bytes) -> None:
    answers(READERS[name][1], raw)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    "unit",
    [b"\n", b"a", b"\n\n", b"\xe2\x80\x94 a AAAAAAA=\n", b"group a any a\n", b"x000/", b"A" * 44 + b"\n"],
)
def test_two_million_bytes_of_one_kind_cost_little(name: str, unit: bytes) -> None:
    honest, read = READERS[name]
    flood = unit * (2_000_000 // len(unit))
    answers(read, flood)
    answers(read, honest + flood)


def answers(read: Callable[[bytes], object], raw: bytes) -> None:
    try:
        assert read(raw) is not None
    except LedgerError as refusal:
        assert refusal.code.startswith("log-")
        assert len(str(refusal)) < 200
