"""What may stand only once in the federation, and who has it."""

from dataclasses import dataclass

from syndicate.papers._lines import Field
from syndicate.papers._table import Table


@dataclass(frozen=True, slots=True)
class _Holder:
    owner: str
    table: Table
    field: Field

    def __str__(self) -> str:
        notebook = self.table.notebook
        return f"{self.owner} has it ({notebook.file}:{notebook.line(self.field)})"


class Claims:
    """Ids, keys and domains that have been claimed so far."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], _Holder] = {}

    def claim(self, kind: str, value: str, owner: str, table: Table, *field: str | int) -> bool:
        """Give ``value`` to ``owner``; or write down who has it already."""
        holder = self._held.get((kind, value))
        if holder is not None:
            remedy = "It can stand only once in the federation: remove one of the two."
            table.note(f"{kind} {value} is taken: {holder}", remedy, *field)
            return False
        self._held[kind, value] = _Holder(owner, table, table.at(*field))
        return True

    def owner(self, kind: str, value: str) -> str | None:
        """Who has ``value``."""
        holder = self._held.get((kind, value))
        return None if holder is None else holder.owner
