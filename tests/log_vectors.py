"""The public vectors of the log: a small log, its checkpoint, cosignatures and proofs, and what is refused.

Keys are fixed seeds and Ed25519 is deterministic, so the bytes are the same every time.
"""
# ruff: noqa: E501 - signatures and rows stand on one line

import hashlib
from dataclasses import replace
from typing import Any

from logroom import OPERATOR, WITNESSES, MemoryLog, Party
from press import NOON, PressRoom

from syndicate.ledger import (
    ActLeaf,
    AddCheckpoint,
    ProofFile,
    compose_note,
    leaf_of,
    write_policy,
)
from syndicate.news import b64url, digest_of

QUORUM = 3
TIMES = {0: NOON + 9, 1: NOON + 4, 2: NOON + 7, 3: NOON + 8}


def log_as_json(room: PressRoom) -> dict[str, Any]:
    """Everything that an implementation of docs/protocol.md, "The public log", is tried with."""
    tokens = [room.token(room.item(name)) for name in ("storm", "market", "harvest", "school", "river")]
    leaves = [leaf_of(room.item(name), digest_of(told)).raw for name, told in zip(
        ("storm", "market", "harvest", "school", "river"), tokens, strict=True)]  # fmt: skip
    act = ActLeaf(digest=b64url(hashlib.sha256(b"an act of the operator\n").digest())).raw
    log = MemoryLog()
    log.seal([*leaves[:3], act])
    old = log.checkpoint()
    log.seal(leaves[3:])
    policy = write_policy([OPERATOR.key], {each.name: each.key for each in WITNESSES}, QUORUM)
    alone = write_policy([OPERATOR.key], {}, 0)
    return {
        "keys": {each.name: each.key.vkey for each in (OPERATOR, *WITNESSES)},
        "policy": policy.decode(),
        "policy_operator_only": alone.decode(),
        "tokens": tokens,
        "leaves": [leaf.decode() for leaf in log.leaves],
        "files": {tile.path: told.hex() for tile, told in log.files.items()},
        "checkpoint_text": log.checkpoint().text.decode(),
        "checkpoint": log.cosigned(TIMES).decode(),
        "add_checkpoint": AddCheckpoint(old.size, log.consistency(old.size), log.signed()).raw.decode(),
        "proofs": [
            {"name": name, "policy": told.decode(), "leaf": log.leaves[file.index].decode(),
             "proof": file.raw.decode(), "verdict": verdict, "at": at}
            for name, told, file, verdict, at in _proofs(log, policy, alone)
        ],
        "refused": [
            {"name": name, "policy": policy.decode(), "leaf": leaf.decode(), "proof": file.raw.decode(),
             "reason": reason}
            for name, leaf, file, reason in _refused(log)
        ],
    }  # fmt: skip


def _proofs(
    log: MemoryLog, policy: bytes, alone: bytes
) -> list[tuple[str, bytes, ProofFile, str, int | None]]:
    quorum = log.cosigned(TIMES)
    short = log.cosigned({0: NOON + 9, 1: NOON + 4})
    return [
        *(
            (f"a quorum for leaf {at}", policy, log.proof(at, quorum), "proven", NOON + 8)
            for at in range(log.edge.size)
        ),
        ("extra data", policy, replace(log.proof(0, quorum), extra=b"anything"), "proven", NOON + 8),
        ("two of three witnesses so far", policy, log.proof(0, short), "pending", None),
        ("the operator alone", alone, log.proof(0, log.cosigned({})), "proven", NOON),
        ("the operator alone, without a time", alone, log.proof(0, log.signed()), "proven", None),
    ]


def _refused(log: MemoryLog) -> list[tuple[str, bytes, ProofFile, str]]:
    quorum = log.cosigned(TIMES)
    good, leaf, text = log.proof(0, quorum), log.leaves[0], log.checkpoint().text
    other = Party("other.example", OPERATOR.seed, OPERATOR.kind)
    foreign = text.replace(OPERATOR.name.encode(), other.name.encode())
    witnesses = [each.signs(text, NOON) for each in WITNESSES]
    thief = Party(OPERATOR.name, 99, OPERATOR.kind)
    false_line = replace(witnesses[0], raw=(NOON - 1).to_bytes(8, "big") + witnesses[0].raw[8:])
    return [
        ("another leaf", log.leaves[1], good, "log-not-included"),
        ("another place", leaf, replace(good, index=1), "log-not-included"),
        ("a place outside", leaf, replace(good, index=log.edge.size), "log-not-included"),
        ("a hash too few", leaf, replace(good, hashes=good.hashes[:-1]), "log-not-included"),
        ("another log", leaf, replace(good, checkpoint=compose_note(foreign, [other.signs(foreign)])), "log-origin-unknown"),
        ("witnesses but no log", leaf, replace(good, checkpoint=compose_note(text, witnesses)), "log-signature-bad"),
        ("another key in the log's name", leaf, replace(good, checkpoint=compose_note(text, [thief.signs(text)])), "log-signature-bad"),
        ("a cosignature with its time moved", leaf, replace(good, checkpoint=compose_note(text, [OPERATOR.signs(text), false_line])), "log-signature-bad"),
        ("a size with a leading zero", leaf, replace(good, checkpoint=quorum.replace(b"\n6\n", b"\n06\n")), "log-malformed"),
        ("a root of 31 bytes", leaf, replace(good, checkpoint=_short_root(quorum)), "log-malformed"),
    ]  # fmt: skip


def _short_root(checkpoint: bytes) -> bytes:
    origin, size, _, rest = checkpoint.split(b"\n", 3)
    return b"\n".join([origin, size, b"A" * 40 + b"AA==", rest])
