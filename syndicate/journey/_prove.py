"""Proofs of what stands in the log: made from tiles whenever asked, the same bytes each time."""

from syndicate.ledger import ProofFile, prove_inclusion, tiles_for_inclusion
from syndicate.news import Index
from syndicate.ports import KeptCheckpoint, PublicLog


async def proof_of(log: PublicLog, index: Index) -> tuple[ProofFile, KeptCheckpoint] | None:
    """The proof of a leaf under the first checkpoint with it that enough stand behind; and that checkpoint.

    While there is none, under the first that the log itself signed; None where that is to come.

    Raises:
        StorageError: the log cannot be read.
        LedgerError: its tiles are damaged.
    """
    kept = await log.checkpoint_over(index)
    if kept is None:
        return None
    tiles = await log.tiles(tiles_for_inclusion(index, kept.size))
    return ProofFile(index, prove_inclusion(index, kept.size, tiles), kept.note), kept
