"""The Merkle tree of RFC 6962 and RFC 9162: its hashes, and the two proofs as a stranger checks them.

Sizes are strict here: there is no proof that something stands in an empty tree, nor that anything extends
one. Whoever meets a size of 0 (a witness that never saw this log) says so himself.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from syndicate.errors import LedgerError
from syndicate.news import Reason

HASH_BYTES: Final = 32
SIZE_MOST: Final = 2**63 - 1  # leaves of one log
PROOF_HASHES: Final = 63  # a tree of SIZE_MOST leaves is so many levels high
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()

_sha256 = hashlib.sha256


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf, which no inner node can have: SHA-256(0x00 ‖ leaf)."""
    return _sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours: SHA-256(0x01 ‖ left ‖ right)."""
    return _sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: bytes) -> bytes:
    """The root over 1, 2, 4 … 256 hashes, joined, of one level."""
    while len(hashes) > HASH_BYTES:
        hashes = b"".join(
            _sha256(b"\x01" + hashes[at : at + 2 * HASH_BYTES]).digest()
            for at in range(0, len(hashes), 2 * HASH_BYTES)
        )
    return hashes


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Refuse a proof that does not lead from the leaf's hash at ``index`` to the root of ``size`` leaves.

    Raises:
        LedgerError: ``log-not-included`` (RFC 9162, section 2.1.3.2).
    """
    if not 0 <= index < size <= SIZE_MOST or not _are_hashes(leaf, root, *proof):
        raise _not_included("the index lies outside the tree, or a hash is not one")
    node, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise _not_included("the proof is too long")
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            node, last = _up_to_a_right_child(node, last)
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    if last != 0 or found != root:
        raise _not_included("the proof does not lead to the root")


def check_consistency(
    old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Refuse a proof that does not show the tree of ``new_size`` leaves to begin with that of ``old_size``.

    Raises:
        LedgerError: ``log-inconsistent`` (RFC 9162, section 2.1.4.2).
    """
    if not 0 < old_size <= new_size <= SIZE_MOST or not _are_hashes(old_root, new_root, *proof):
        raise _inconsistent("no tree of these sizes can be compared, or a hash is not one")
    if old_size == new_size:
        if proof or old_root != new_root:
            raise _inconsistent("two trees of one size with different roots, or a proof that none needs")
        return
    # A left tree of 2^n leaves is a node of the new one: its own root begins the proof.
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not path:
        raise _inconsistent("the proof is too short")
    if _both_roots(old_size - 1, new_size - 1, path) != (old_root, new_root):
        raise _inconsistent("the proof does not lead to both roots")


def _both_roots(node: int, last: int, path: list[bytes]) -> tuple[bytes, bytes]:
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise _inconsistent("the proof is too long")
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            node, last = _up_to_a_right_child(node, last)
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise _inconsistent("the proof is too short")
    return old, new


def _up_to_a_right_child(node: int, last: int) -> tuple[int, int]:
    """Past the levels on which the right edge has no sibling."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _are_hashes(*hashes: bytes) -> bool:
    return len(hashes) <= PROOF_HASHES + 2 and all(len(each) == HASH_BYTES for each in hashes)


def _not_included(why: str) -> LedgerError:
    return LedgerError(why, code=Reason.LOG_NOT_INCLUDED)


def _inconsistent(why: str) -> LedgerError:
    return LedgerError(why, code=Reason.LOG_INCONSISTENT)
