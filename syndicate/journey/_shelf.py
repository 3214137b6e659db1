"""How much the documents that are kept weigh together: what several show counts once."""

from collections.abc import Iterable

from syndicate.journey._document import Document
from syndicate.wire import Piece


class Shelf:
    """Documents, weighed. ``bytes`` is what they and their pieces take together."""

    def __init__(self) -> None:
        self.bytes = 0
        self._shown: dict[Piece, int] = {}  # in how many documents each piece stands

    def put(self, document: Document, instead_of: Document | None = None) -> None:
        """One more, perhaps with much of what one has that goes for it."""
        after = set(document.pieces)
        before: set[Piece] = set() if instead_of is None else set(instead_of.pieces)
        self.bytes += document.size - (0 if instead_of is None else instead_of.size)
        for piece in after - before:
            shown = self._shown.get(piece, 0)
            self._shown[piece] = shown + 1
            if not shown:
                self.bytes += piece.size
        self._leave(before - after)

    def take(self, document: Document) -> None:
        """One less."""
        self.bytes -= document.size
        self._leave(set(document.pieces))

    def _leave(self, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            shown = self._shown.pop(piece)
            if shown > 1:
                self._shown[piece] = shown - 1
            else:
                self.bytes -= piece.size
