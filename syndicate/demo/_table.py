"""Expected against seen: rows that agree or do not, and how they are printed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

_WIDEST = 60  # characters of a column


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that should have happened, beside what did."""

    what: str
    expected: str
    seen: str

    @property
    def agrees(self) -> bool:
        """Whether it happened."""
        return self.expected == self.seen


def compare(what: str, expected: object, seen: object) -> Row:
    """A row; values are compared as they are written."""
    return Row(what=what, expected=str(expected), seen=str(seen))


def all_agree(rows: Sequence[Row]) -> bool:
    """Whether there are rows, and every one agrees."""
    return bool(rows) and all(row.agrees for row in rows)


def print_table(rows: Sequence[Row]) -> None:
    """Print the rows for a person."""
    what = _width([row.what for row in rows])
    expected = _width([row.expected for row in rows])
    print(f"     {'what':<{what}}  {'expected':<{expected}}  seen")
    for row in rows:
        mark = "ok  " if row.agrees else "NOT "
        print(f"{mark} {row.what:<{what}}  {row.expected:<{expected}}  {row.seen}")
    wrong = sum(not row.agrees for row in rows)
    print(f"\n{len(rows)} rows, {wrong} that do not agree")


def _width(cells: Sequence[str]) -> int:
    return min(_WIDEST, max(map(len, cells), default=0))


def as_json(rows: Sequence[Row]) -> list[dict[str, object]]:
    """The rows for a program."""
    return [{**asdict(row), "agrees": row.agrees} for row in rows]
