"""C2SP tlog-witness: what a log asks a witness, what the witness answers, and how it decides.

Deciding does nothing: whoever serves the answer keeps the new checkpoint first, and in one step with the
comparison that ``judge`` made, or two requests at once could take the log back (attack 12).
"""

from dataclasses import dataclass
from typing import Final

from syndicate.errors import LedgerError
from syndicate.ledger._checkpoint import Checkpoint, read_checkpoint
from syndicate.ledger._note import NOTE_BYTES, NoteKey
from syndicate.ledger._tree import PROOF_HASHES, check_consistency
from syndicate.ledger._words import base64, lines_of, read_hash, read_number, read_text
from syndicate.news import Reason

SIZE_TYPE: Final = "text/x.tlog.size"  # the media type of a conflict's body
REQUEST_BYTES: Final = NOTE_BYTES + 4_096
CONFLICT_BYTES: Final = 32
_OLD: Final = "old "


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A log asks for a cosignature: it extends what the witness saw last, and this shows it."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: bytes  # a signed note

    @property
    def raw(self) -> bytes:
        """The body of the request."""
        lines = (f"{_OLD}{self.old_size}", *(base64(each) for each in self.proof), "", "")
        return "\n".join(lines).encode() + self.checkpoint


def read_add_checkpoint(raw: bytes) -> AddCheckpoint:
    """The request that a body holds; its checkpoint is not looked at yet.

    Raises:
        LedgerError: it holds none.
    """
    head, blank, checkpoint = read_text(raw, REQUEST_BYTES).partition("\n\n")
    old, *proof = head.split("\n")
    if not blank or not old.startswith(_OLD) or len(proof) > PROOF_HASHES:
        raise LedgerError(f"not an old size, at most {PROOF_HASHES} hashes, an empty line and a checkpoint")
    hashes = tuple(read_hash(line) for line in proof)
    return AddCheckpoint(read_number(old.removeprefix(_OLD)), hashes, checkpoint.encode())


def write_conflict(size: int) -> bytes:
    """The body that tells a log how many leaves the witness saw last."""
    return f"{size}\n".encode()


def read_conflict(raw: bytes) -> int:
    """The size that a witness saw last.

    Raises:
        LedgerError: the body does not say one.
    """
    lines = lines_of(read_text(raw, CONFLICT_BYTES))
    if len(lines) != 1:
        raise LedgerError("a conflict's body is one number")
    return read_number(lines[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class NotWitnessed:
    """No cosignature: the HTTP status and body that say so, and why."""

    status: int
    reason: Reason | None  # None: nothing is wrong, the log only has to prove from another size
    detail: str
    body: bytes = b""


def judge(asked: AddCheckpoint, log: NoteKey, latest: Checkpoint | None) -> Checkpoint | NotWitnessed:
    """The checkpoint to keep and then to cosign, or why not; ``latest`` is what was cosigned for ``log``.

    Steps in the order of C2SP tlog-witness: (1) it is a checkpoint of this log; (2) signed with its key;
    (3) it is no smaller than the old size; (4) the old size is what was seen last; (5) it extends that.
    """
    try:
        new, note = read_checkpoint(asked.checkpoint)
        # (1) this log
        if new.origin != log.name:
            return _refused(404, Reason.LOG_ORIGIN_UNKNOWN, "a log that this witness does not know")
        # (2) its key
        if log not in note.signed_by([log]):
            return _refused(403, Reason.LOG_SIGNATURE_BAD, "not signed with the key of this log")
    except LedgerError as exc:
        return _refused(403 if exc.code == Reason.LOG_SIGNATURE_BAD else 400, Reason(exc.code), str(exc))
    # (3) forwards
    if asked.old_size > new.size:
        return _refused(400, Reason.LOG_MALFORMED, "the old size is larger than the checkpoint's")
    # (4) from where this witness stands
    seen = 0 if latest is None else latest.size
    if asked.old_size != seen:
        why = "another size was seen last"
        return NotWitnessed(status=409, reason=None, detail=why, body=write_conflict(seen))
    # (5) and nothing but forwards
    return _extended(asked, new, latest)


def _extended(asked: AddCheckpoint, new: Checkpoint, latest: Checkpoint | None) -> Checkpoint | NotWitnessed:
    if latest is None or latest.size == 0:  # every tree extends the empty one, and no proof says so
        return _refused(422, Reason.LOG_INCONSISTENT, "a proof from an empty log") if asked.proof else new
    if latest.size == new.size and latest.root != new.root:
        why = "two trees of one size with different roots"
        body = write_conflict(new.size)
        return NotWitnessed(status=409, reason=Reason.LOG_INCONSISTENT, detail=why, body=body)
    try:
        check_consistency(latest.size, new.size, asked.proof, latest.root, new.root)
    except LedgerError as exc:
        return _refused(422, Reason.LOG_INCONSISTENT, str(exc))
    return new


def _refused(status: int, reason: Reason, why: str) -> NotWitnessed:
    return NotWitnessed(status=status, reason=reason, detail=why)
