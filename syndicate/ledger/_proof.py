"""C2SP tlog-proof: one file that shows, off-line and for ever, that a leaf stood in a log, and since when.

Before a leaf counts as logged (step 13 of docs/protocol.md):
(a) the file is a proof, and its checkpoint a checkpoint;
(b) the policy knows the log of that name;
(c) the log signed it, and no line in the name of a known key is false;
(d) the hashes lead from the leaf, recomputed from the token and not taken from the file, to the root;
(e) the witnesses that cosigned are a quorum.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from syndicate.errors import LedgerError
from syndicate.ledger._checkpoint import Checkpoint, read_checkpoint
from syndicate.ledger._note import NOTE_BYTES, Note, NoteKey
from syndicate.ledger._policy import Policy
from syndicate.ledger._tree import PROOF_HASHES, check_inclusion, leaf_hash
from syndicate.ledger._words import base64, read_hash, read_number, read_text, unbase64
from syndicate.news import Index, Reason, UnixTime

EXTRA_BYTES: Final = 4_096
PROOF_BYTES: Final = NOTE_BYTES + 16_384
_HEADER: Final = "c2sp.org/tlog-proof@v1"
_EXTRA: Final = "extra "
_INDEX: Final = "index "


@dataclass(frozen=True, slots=True)
class ProofFile:
    """A proof as it travels. ``extra`` is vouched for by nobody."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes  # a signed note
    extra: bytes = b""

    @property
    def raw(self) -> bytes:
        """The file."""
        extra = [f"{_EXTRA}{base64(self.extra)}"] if self.extra else []
        lines = [_HEADER, *extra, f"{_INDEX}{self.index}", *(base64(each) for each in self.hashes), "", ""]
        return "\n".join(lines).encode() + self.checkpoint


def read_proof(raw: bytes) -> ProofFile:
    """The proof that a file holds; its checkpoint is not looked at yet.

    Raises:
        LedgerError: it holds none.
    """
    head, blank, checkpoint = read_text(raw, PROOF_BYTES).partition("\n\n")
    lines = head.split("\n")
    if not blank or lines.pop(0) != _HEADER:
        raise LedgerError("not a proof of this kind and version")
    extra = _read_extra(lines.pop(0)) if lines and lines[0].startswith(_EXTRA) else b""
    if not lines or not lines[0].startswith(_INDEX) or len(lines) - 1 > PROOF_HASHES:
        raise LedgerError(f"not an index and at most {PROOF_HASHES} hashes")
    index = read_number(lines[0].removeprefix(_INDEX))
    return ProofFile(index, tuple(read_hash(line) for line in lines[1:]), checkpoint.encode(), extra)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """Who stands behind a leaf's place in the log."""

    index: Index
    checkpoint: Checkpoint
    witnesses: Mapping[str, UnixTime]  # the policy's names of those who cosigned, and when
    operator_at: UnixTime | None  # when the log itself says that it was so


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """The leaf stands in the log, and stood there at ``at``: by then a quorum of witnesses had cosigned.

    With a quorum of none (``operator_only``) nobody else vouches: ``at`` is the operator's word, if given.
    """

    by: Cosigned
    at: UnixTime | None
    operator_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """The leaf stands in what the operator signed; too few witnesses have cosigned that so far."""

    by: Cosigned
    reason: Reason = Reason.LOG_QUORUM_SHORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproven:
    """The file does not prove the leaf."""

    reason: Reason
    detail: str


def verify_proof(raw: bytes, leaf: bytes, policy: Policy) -> Proven | Pending | Unproven:
    """Judge a proof file for exactly this leaf. Never raises for anything the file holds."""
    try:
        return _judge(read_proof(raw), leaf, policy)
    except LedgerError as exc:
        return Unproven(reason=Reason(exc.code), detail=str(exc))


def _judge(proof: ProofFile, leaf: bytes, policy: Policy) -> Proven | Pending:
    # (a) a checkpoint
    checkpoint, note = read_checkpoint(proof.checkpoint)
    # (b) of a log that counts
    logs = policy.log_named(checkpoint.origin)
    if not logs:
        raise LedgerError("the policy names no log of this name", code=Reason.LOG_ORIGIN_UNKNOWN)
    # (c) that signed it
    signed = _signers(note, logs, policy)
    # (d) with this leaf in it
    check_inclusion(leaf_hash(leaf), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    # (e) before enough witnesses
    times = {name: signed[key] for name, key in policy.witnesses.items() if key in signed}
    operators = [signed[key.as_cosigner()] for key in logs if key.as_cosigner() in signed]
    told = Cosigned(
        index=Index(proof.index),
        checkpoint=checkpoint,
        witnesses=times,
        operator_at=min(operators, default=None),
    )
    return _dated(told, policy)


def _signers(note: Note, logs: tuple[NoteKey, ...], policy: Policy) -> dict[NoteKey, UnixTime]:
    """Who cosigned when; refused unless one of the log's own keys signed."""
    signed = note.signed_by([*logs, *(key.as_cosigner() for key in logs), *policy.witnesses.values()])
    if not any(key in signed for key in logs):
        raise LedgerError("the log did not sign this checkpoint", code=Reason.LOG_SIGNATURE_BAD)
    return {key: when for key, when in signed.items() if when is not None}


def _dated(told: Cosigned, policy: Policy) -> Proven | Pending:
    """As of the moment at which the witnesses that had cosigned by then were a quorum.

    So neither a wrong clock nor a bribed witness back-dates a leaf: that takes a whole quorum.
    """
    if policy.quorum is None:
        return Proven(by=told, at=told.operator_at, operator_only=True)
    so_far = []
    for name, when in sorted(told.witnesses.items(), key=lambda each: each[1]):
        so_far.append(policy.witnesses[name])
        if policy.satisfied_by(so_far):
            return Proven(by=told, at=when, operator_only=False)
    return Pending(by=told)


def _read_extra(line: str) -> bytes:
    extra = unbase64(line.removeprefix(_EXTRA))
    if not 1 <= len(extra) <= EXTRA_BYTES:
        raise LedgerError(f"extra data has 1 to {EXTRA_BYTES} bytes")
    return extra
