"""C2SP tlog-checkpoint: what a log says of itself, in three lines that it signs."""

from dataclasses import dataclass
from typing import Final

from syndicate.errors import LedgerError
from syndicate.ledger._note import Note, read_note
from syndicate.ledger._tree import EMPTY_ROOT, HASH_BYTES, SIZE_MOST
from syndicate.ledger._words import base64, lines_of, read_hash, read_number, read_text

ORIGIN_CHARACTERS: Final = 255
_TEXT_BYTES: Final = 16_384


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log named ``origin`` has ``size`` leaves, and this is the root over them."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()  # carried, never understood

    def __post_init__(self) -> None:
        if not all((self.origin, *self.extensions)) or "\n" in "".join((self.origin, *self.extensions)):
            raise LedgerError("a checkpoint's lines are not empty")
        if len(self.origin) > ORIGIN_CHARACTERS:
            raise LedgerError(f"a log's name has at most {ORIGIN_CHARACTERS} characters")
        if not 0 <= self.size <= SIZE_MOST or len(self.root) != HASH_BYTES:
            raise LedgerError("not the size and the root of a log")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise LedgerError("an empty log has one root only")

    @property
    def text(self) -> bytes:
        """The text that is signed: ended lines."""
        lines = (self.origin, str(self.size), base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines).encode()


def read_checkpoint_text(text: bytes) -> Checkpoint:
    """The checkpoint that a note's text says.

    Raises:
        LedgerError: it says none, or not in the one spelling there is.
    """
    lines = lines_of(read_text(text, _TEXT_BYTES))
    if len(lines) < 3:
        raise LedgerError("a checkpoint has at least three lines")
    origin, size, root, *extensions = lines
    return Checkpoint(origin, read_number(size), read_hash(root), tuple(extensions))


def read_checkpoint(raw: bytes) -> tuple[Checkpoint, Note]:
    """A signed checkpoint and its note: nothing is vouched for before ``Note.signed_by`` has named somebody.

    Raises:
        LedgerError: it is none.
    """
    note = read_note(raw)
    return read_checkpoint_text(note.text), note
