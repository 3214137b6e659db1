"""The ledger room: the public log's arithmetic and its files. No clock, disk, socket or private key.

The log is append-only, and anybody can check that it is: RFC 6962 hashing, the C2SP formats (tlog-tiles,
signed-note, tlog-checkpoint, tlog-cosignature, tlog-witness, tlog-policy, tlog-proof), byte for byte as
docs/protocol.md, "The public log", writes them down.

- **Whoever seals** brings an ``Edge`` (``edge_from`` the partial tiles that ``edge_tiles`` names), what was
  accepted (``leaf_of``, ``leaf_hash``) and something that signs. Leaves with tiles and entry bundles to write
  (``Edge.append``, ``write_entries``), then with a signed ``Checkpoint`` (``sign_note``, ``compose_note``).
- **Whoever serves** asks ``read_tile_path`` for the tile behind an address, and makes proofs from tiles:
  ``tiles_for_inclusion`` says which to fetch, ``prove_inclusion`` needs no more; likewise for consistency.
- **Whoever witnesses** lets ``judge`` decide about an ``AddCheckpoint`` and the checkpoint it saw last.
- **Whoever reads** brings a proof file, the leaf recomputed from the token, and a ``Policy``:
  ``verify_proof`` answers ``Proven`` (with the time that the witnesses give it), ``Pending`` or ``Unproven``.
  A monitor takes ``read_entries``, ``read_leaf``, ``check_consistency`` and ``Edge`` besides.

Whatever is not what it claims to be raises ``LedgerError`` with a ``log-…`` code. This door is wide because
it is eight small formats that are useless without each other; behind it each has a file of its own.
"""

from syndicate.ledger._checkpoint import Checkpoint, read_checkpoint, read_checkpoint_text
from syndicate.ledger._leaf import LEAF_BYTES, ActLeaf, ItemLeaf, leaf_of, read_leaf
from syndicate.ledger._note import (
    KeyKind,
    Note,
    NoteKey,
    NoteSignature,
    compose_note,
    read_note,
    read_signatures,
    read_vkey,
    sign_note,
)
from syndicate.ledger._policy import Policy, quorum_size, read_policy, write_policy
from syndicate.ledger._proof import Pending, ProofFile, Proven, Unproven, read_proof, verify_proof
from syndicate.ledger._prove import (
    prove_consistency,
    prove_inclusion,
    tiles_for_consistency,
    tiles_for_inclusion,
)
from syndicate.ledger._tiles import (
    BUNDLE_BYTES,
    ENTRIES,
    TILE_WIDTH,
    Edge,
    Tile,
    edge_from,
    edge_tiles,
    read_entries,
    read_tile_path,
    write_entries,
)
from syndicate.ledger._tree import (
    EMPTY_ROOT,
    HASH_BYTES,
    check_consistency,
    check_inclusion,
    leaf_hash,
    node_hash,
)
from syndicate.ledger._witness import (
    REQUEST_BYTES,
    SIZE_TYPE,
    AddCheckpoint,
    NotWitnessed,
    judge,
    read_add_checkpoint,
    read_conflict,
    write_conflict,
)

__all__ = [
    "BUNDLE_BYTES",
    "EMPTY_ROOT",
    "ENTRIES",
    "HASH_BYTES",
    "LEAF_BYTES",
    "REQUEST_BYTES",
    "SIZE_TYPE",
    "TILE_WIDTH",
    "ActLeaf",
    "AddCheckpoint",
    "Checkpoint",
    "Edge",
    "ItemLeaf",
    "KeyKind",
    "NotWitnessed",
    "Note",
    "NoteKey",
    "NoteSignature",
    "Pending",
    "Policy",
    "ProofFile",
    "Proven",
    "Tile",
    "Unproven",
    "check_consistency",
    "check_inclusion",
    "compose_note",
    "edge_from",
    "edge_tiles",
    "judge",
    "leaf_hash",
    "leaf_of",
    "node_hash",
    "prove_consistency",
    "prove_inclusion",
    "quorum_size",
    "read_add_checkpoint",
    "read_checkpoint",
    "read_checkpoint_text",
    "read_conflict",
    "read_entries",
    "read_leaf",
    "read_note",
    "read_policy",
    "read_proof",
    "read_signatures",
    "read_tile_path",
    "read_vkey",
    "sign_note",
    "tiles_for_consistency",
    "tiles_for_inclusion",
    "verify_proof",
    "write_conflict",
    "write_entries",
    "write_policy",
]
