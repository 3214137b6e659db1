"""What a document from outside brought: tokens, and what its entries showed beside them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One token and the visible title and link it stood beside.

    The visible fields are nobody's word: they are only good for counting where they differ from the
    payload. None where the entry had none that could be read as plain text.
    """

    token: str  # ASCII, otherwise unchecked
    title: str | None
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriage:
    """All that a document brought: what each entry carried, None for an entry without a token."""

    entries: tuple[Carried | None, ...]
    prev_archive: str | None = None  # as written: where RFC 5005 says that older tokens stand

    @property
    def carried(self) -> tuple[Carried, ...]:
        """The tokens, in the order of their entries."""
        return tuple(each for each in self.entries if each is not None)

    @property
    def bare(self) -> int:
        """How many entries carried no token."""
        return self.entries.count(None)
