"""How much the documents that are kept weigh together: what several show counts once."""

from collections import Counter

from syndicate.journey._document import Document
from syndicate.wire import Piece


class Shelf:
    """Documents, weighed. ``bytes`` is what they and their pieces take together."""

    def __init__(self) -> None:
        self.bytes = 0
        self._shown: Counter[Piece] = Counter()  # in how many documents each piece stands

    def put(self, document: Document) -> None:
        """One more."""
        self.bytes += document.size
        pieces = set(document.pieces)
        self.bytes += sum(piece.size for piece in pieces.difference(self._shown))
        self._shown.update(pieces)

    def take(self, document: Document) -> None:
        """One less."""
        self.bytes -= document.size
        pieces = set(document.pieces)
        self._shown.subtract(pieces)
        for piece in pieces:
            if not self._shown[piece]:
                del self._shown[piece]
                self.bytes -= piece.size
