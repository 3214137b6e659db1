"""Another implementation of the same formats (tlog-scales, Apache-2.0, not ours) agrees, byte for byte."""

from pathlib import Path

import pytest
from logroom import OPERATOR, WITNESSES, MemoryLog, leaf
from press import NOON
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import PlainEd25519Signer, Vkey
from tlog_scales.tlog import Checkpoint, ConsistencyProof, InclusionProof
from tlog_scales.writer import TilesWriter

from syndicate.ledger import check_consistency, check_inclusion, leaf_hash, read_checkpoint

SIZES = [1, 2, 255, 256, 257, 700, 1_000]


def theirs(folder: Path, sizes: list[int]) -> dict[str, bytes]:
    """All files that their writer leaves when a log grows through these sizes."""
    writer = TilesWriter.create(folder, OPERATOR.name)
    signer = PlainEd25519Signer(OPERATOR.name, bytes([OPERATOR.seed]) * 32)
    for size in sizes:
        for number in range(writer.size, size):
            writer.add_leaf(leaf(number))
        writer.commit([signer], gc=False)
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def ours(sizes: list[int]) -> MemoryLog:
    log = MemoryLog()
    for size in sizes:
        log.seal([leaf(number) for number in range(log.edge.size, size)])
    return log


def test_both_write_the_same_tiles_bundles_and_checkpoint(tmp_path: Path) -> None:
    log, written = ours(SIZES), theirs(tmp_path / "log", SIZES)
    assert written.pop("checkpoint") == log.signed()
    assert written == {tile.path: told for tile, told in log.files.items()}


def test_both_make_the_same_proofs_from_the_same_tiles(tmp_path: Path) -> None:
    log = ours(SIZES)
    for tile, told in log.files.items():
        file = tmp_path / tile.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(told)
    reader = TilesReader(LocalBackend(tmp_path))
    reader.set_size(1_000)
    assert reader.calculate_root_hash() == log.edge.root
    for index in (0, 1, 255, 256, 511, 767, 768, 998, 999):
        assert tuple(reader.get_inclusion_proof(index, 1_000).node_hashes) == log.proof(index, b"").hashes
        assert reader.get_entry(index) == leaf(index)
    for old in (1, 2, 255, 256, 257, 512, 700, 999, 1_000):
        assert tuple(reader.get_consistency_proof(old, 1_000).node_hashes) == log.consistency(old)


@pytest.mark.parametrize("size", range(1, 40))
def test_each_accepts_the_others_proofs(size: int) -> None:
    log = ours([size])
    for index in range(size):
        proof = log.proof(index, b"").hashes
        InclusionProof(index, size, list(proof)).check(leaf_hash(leaf(index)), log.edge.root)
        check_inclusion(leaf_hash(leaf(index)), index, size, proof, log.edge.root)
    for old in range(1, size + 1):
        before, proof = ours([old]).edge.root, log.consistency(old)
        ConsistencyProof(old, size, list(proof)).check(before, log.edge.root)
        check_consistency(old, size, proof, before, log.edge.root)


def test_they_verify_our_checkpoint_and_its_cosignatures() -> None:
    raw = ours([9]).cosigned(dict.fromkeys(range(5), NOON))
    checkpoint = Checkpoint.from_text(raw.decode())
    for key in (OPERATOR.key, OPERATOR.key.as_cosigner(), *(each.key for each in WITNESSES)):
        vkey = Vkey.from_string(key.vkey)
        assert vkey.key_id.to_bytes(4, "big") == Vkey(
            vkey.name, None, vkey.sig_type, vkey.pubkey
        ).key_id.to_bytes(4, "big")
        checkpoint.verify(vkey)


def test_we_verify_their_checkpoint(tmp_path: Path) -> None:
    raw = theirs(tmp_path / "log", [5])["checkpoint"]
    checkpoint, note = read_checkpoint(raw)
    assert note.signed_by([OPERATOR.key]) == {OPERATOR.key: None}
    assert checkpoint == ours([5]).checkpoint()
