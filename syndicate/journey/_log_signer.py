"""What signs in the log's name: every checkpoint twice, plainly and with the time."""

from dataclasses import dataclass

from syndicate.ledger import Checkpoint, Edge, KeyKind, NoteKey, compose_note, sign_note
from syndicate.news import UnixTime
from syndicate.ports import Signer


@dataclass(frozen=True, slots=True)
class LogSigner:
    """The log named ``origin`` and its key."""

    origin: str
    signer: Signer

    @property
    def key(self) -> NoteKey:
        """The log's key as policies name it. Raises LedgerError: a log cannot be called so."""
        return NoteKey(self.origin, KeyKind.LOG, self.signer.public)

    def checkpoint(self, edge: Edge, at: int) -> bytes:
        """A signed checkpoint of this edge, with the hub's own timestamped cosignature.

        Raises:
            LedgerError: there is no such name or time.
        """
        text = Checkpoint(self.origin, edge.size, edge.root).text
        own = sign_note(text, self.key, self.signer.sign)
        timed = sign_note(text, self.key.as_cosigner(), self.signer.sign, at=UnixTime(at))
        return compose_note(text, [own, timed])
