"""A whole public log in memory, and the tree once more, as RFC 6962 says it: by recursion, slow and plain."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from press import NOON

from syndicate.ledger import (
    ENTRIES,
    TILE_WIDTH,
    Checkpoint,
    Edge,
    KeyKind,
    NoteKey,
    NoteSignature,
    Policy,
    ProofFile,
    Tile,
    compose_note,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    read_policy,
    sign_note,
    write_entries,
    write_policy,
)
from syndicate.news import UnixTime
from syndicate.ports import Signer
from syndicate.signing import ephemeral_signer


def leaf(number: int) -> bytes:
    return f"leaf {number}\n".encode()


def mth(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if len(leaves) == 0:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """PROOF (``whole``) and SUBPROOF of RFC 6962, section 2.1.2."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole=whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), mth(leaves[:k])]


def split(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k


@dataclass
class Party:
    """Somebody with a name and a key of one kind."""

    name: str
    seed: int
    kind: KeyKind = KeyKind.COSIGNER
    signer: Signer = field(init=False)

    def __post_init__(self) -> None:
        self.signer = ephemeral_signer(bytes([self.seed]) * 32)

    @property
    def key(self) -> NoteKey:
        return NoteKey(self.name, self.kind, self.signer.public)

    def signs(self, text: bytes, at: int | None = None) -> NoteSignature:
        return sign_note(text, self.key, self.signer.sign, at=None if at is None else UnixTime(at))


OPERATOR = Party("log.demo.example", 40, KeyKind.LOG)
WITNESSES = [Party(f"witness{number}.example", 50 + number) for number in range(5)]


def policy(least: int, *parties: Party, logs: Sequence[Party] = (OPERATOR,)) -> Policy:
    return read_policy(
        write_policy(
            [each.key for each in logs], {each.name: each.key for each in parties or WITNESSES}, least
        )
    )


class MemoryLog:
    """Files in a dictionary; leaves are sealed in windows."""

    def __init__(self) -> None:
        self.edge = Edge()
        self.files: dict[Tile, bytes] = {}
        self.leaves: list[bytes] = []

    def seal(self, leaves: Sequence[bytes]) -> None:
        begun = len(self.leaves) // TILE_WIDTH * TILE_WIDTH
        self.leaves += leaves
        self.edge, tiles = self.edge.append(map(leaf_hash, leaves))
        for at in range(begun, len(self.leaves), TILE_WIDTH) if leaves else ():
            part = self.leaves[at : at + TILE_WIDTH]
            self._write(Tile(ENTRIES, at // TILE_WIDTH, len(part)), write_entries(part))
        for tile, told in tiles:
            self._write(tile, told)

    def _write(self, tile: Tile, told: bytes) -> None:
        assert tile not in self.files, "no file is ever written twice"
        self.files[tile] = told

    def grow(self, count: int, window: int = TILE_WIDTH) -> "MemoryLog":
        end = self.edge.size + count
        for at in range(self.edge.size, end, window):
            self.seal([leaf(number) for number in range(at, min(at + window, end))])
        return self

    def checkpoint(self) -> Checkpoint:
        return Checkpoint(OPERATOR.name, self.edge.size, self.edge.root)

    def signed(self, *cosignatures: NoteSignature) -> bytes:
        text = self.checkpoint().text
        return compose_note(text, [OPERATOR.signs(text), *cosignatures])

    def cosigned(self, times: dict[int, int], *, operator_at: int | None = NOON) -> bytes:
        """Signed by the operator, and by the witnesses with these numbers at these times."""
        text = self.checkpoint().text
        lines = [WITNESSES[number].signs(text, at) for number, at in times.items()]
        if operator_at is not None:
            lines.insert(
                0, sign_note(text, OPERATOR.key.as_cosigner(), OPERATOR.signer.sign, at=UnixTime(operator_at))
            )
        return self.signed(*lines)

    def proof(self, index: int, checkpoint: bytes) -> ProofFile:
        return ProofFile(index, prove_inclusion(index, self.edge.size, self.files), checkpoint)

    def consistency(self, old: int) -> tuple[bytes, ...]:
        return prove_consistency(old, self.edge.size, self.files)
