"""A visitor who reads the whole public log and compares it with what the hub shows."""

from typing import Any

from syndicate.demo._visitor import Visitor
from syndicate.errors import LedgerError
from syndicate.ledger import (
    ENTRIES,
    TILE_WIDTH,
    ActLeaf,
    Checkpoint,
    Edge,
    Tile,
    leaf_hash,
    leaf_of,
    read_checkpoint,
    read_entries,
    read_leaf,
)
from syndicate.news import TokenDigest
from syndicate.trust import recall


def read_log(hub: Visitor) -> tuple[Checkpoint, list[bytes]]:
    """The newest checkpoint and every leaf under it.

    Raises:
        DemoError: the hub does not answer.
        LedgerError: what it answers is no log.
    """
    checkpoint = read_checkpoint(hub.get("/log/checkpoint"))[0]
    leaves: list[bytes] = []
    while len(leaves) < checkpoint.size:
        width = min(TILE_WIDTH, checkpoint.size - len(leaves))
        tile = Tile(ENTRIES, len(leaves) // TILE_WIDTH, width)
        leaves += read_entries(hub.get(f"/log/{tile.path}"), width)
    return checkpoint, leaves


def compare_log(hub: Visitor, items: list[dict[str, Any]]) -> tuple[int | str, str]:
    """How many versions stand in the log at their index, and nothing else but acts; and the root."""
    try:
        checkpoint, leaves = read_log(hub)
        placed = {item["index"]: _leaf(item) for item in items}
        others = [read_leaf(leaf) for index, leaf in enumerate(leaves) if placed.get(index) != leaf]
    except LedgerError as exc:
        return f"broken: {exc}", "no log"
    root = Edge().append(map(leaf_hash, leaves))[0].root
    strange = [other for other in others if not isinstance(other, ActLeaf)]
    agree = "the signed root" if root == checkpoint.root else "another root than the signed one"
    return (f"{len(strange)} leaves of nobody" if strange else len(leaves) - len(others)), agree


def _leaf(item: dict[str, Any]) -> bytes:
    return leaf_of(recall(item["token"]), TokenDigest(item["digest"])).raw
