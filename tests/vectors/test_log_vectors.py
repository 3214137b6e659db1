"""The log's vectors, judged by us: from the files alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from syndicate.ledger import (
    Pending,
    Proven,
    Unproven,
    check_consistency,
    edge_from,
    edge_tiles,
    read_add_checkpoint,
    read_checkpoint,
    read_entries,
    read_leaf,
    read_policy,
    read_tile_path,
    verify_proof,
)
from syndicate.news import digest_of

TOLD: dict[str, Any] = json.loads((Path(__file__).parent / "log.json").read_text(encoding="utf-8"))
LEAVES = [leaf.encode() for leaf in TOLD["leaves"]]


def named(row: dict[str, Any]) -> str:
    return str(row["name"])


@pytest.mark.parametrize("row", TOLD["proofs"], ids=named)
def test_a_proof_gets_its_verdict_and_its_time(row: dict[str, Any]) -> None:
    outcome = verify_proof(row["proof"].encode(), row["leaf"].encode(), read_policy(row["policy"].encode()))
    assert isinstance(outcome, {"proven": Proven, "pending": Pending}[row["verdict"]])
    assert getattr(outcome, "at", None) == row["at"]


@pytest.mark.parametrize("row", TOLD["refused"], ids=named)
def test_a_false_proof_is_refused_with_its_reason(row: dict[str, Any]) -> None:
    outcome = verify_proof(row["proof"].encode(), row["leaf"].encode(), read_policy(row["policy"].encode()))
    assert isinstance(outcome, Unproven)
    assert outcome.reason == row["reason"]


def test_the_files_hold_the_tree_that_was_signed() -> None:
    checkpoint, _ = read_checkpoint(TOLD["checkpoint"].encode())
    files = {read_tile_path(path): bytes.fromhex(told) for path, told in TOLD["files"].items()}
    edge = edge_from(checkpoint.size, [files[tile] for tile in edge_tiles(checkpoint.size)])
    assert (edge.root, checkpoint.text.decode()) == (checkpoint.root, TOLD["checkpoint_text"])
    bundle = bytes.fromhex(TOLD["files"][f"tile/entries/000.p/{checkpoint.size}"])
    assert list(read_entries(bundle, checkpoint.size)) == LEAVES


def test_each_token_has_its_leaf() -> None:
    digests = {read_leaf(leaf).digest for leaf in LEAVES}
    assert {digest_of(token) for token in TOLD["tokens"]} < digests


def test_the_request_to_a_witness_proves_what_it_says() -> None:
    asked = read_add_checkpoint(TOLD["add_checkpoint"].encode())
    new, _ = read_checkpoint(asked.checkpoint)
    files = {read_tile_path(path): bytes.fromhex(told) for path, told in TOLD["files"].items()}
    old = edge_from(asked.old_size, [files[tile] for tile in edge_tiles(asked.old_size)])
    check_consistency(asked.old_size, new.size, asked.proof, old.root, new.root)
