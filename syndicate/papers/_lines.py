"""On which line each field of a TOML file stands: the standard library's parser does not say.

It is asked nevertheless, so that there is no second idea of what TOML is. A statement is the shortest
run of lines that parses by itself: a string or an array that goes on is not closed, so it does not parse
before its last line, and what it parses to names its keys.
"""

import tomllib
from collections import Counter
from typing import Final

Field = tuple[str | int, ...]  # ("agency", 1, "domains"); indices from 0

# A longer statement ends the index: the fields after it are told by the table they stand in.
_STATEMENT_LINES: Final = 400
_STATEMENT_CHARACTERS: Final = 16_384


def index_lines(text: str) -> dict[Field, int]:
    """The line, from 1, of every table and key of ``text``, which is valid TOML."""
    lines = text.split("\n")
    index: dict[Field, int] = {(): 1}
    rows: Counter[Field] = Counter()
    table: Field = ()
    at = 0
    while at < len(lines) and (found := _statement(lines, at)) is not None:
        parsed, end = found
        if lines[at].lstrip().startswith("["):
            table = _header(parsed, rows)
            for depth in range(1, len(table) + 1):
                index.setdefault(table[:depth], at + 1)
        else:
            _enter(index, table, parsed, at + 1)
        at = end
    return index


def line_of(index: dict[Field, int], field: Field) -> int:
    """The line of ``field``, or of the nearest table around it."""
    while field not in index:
        field = field[:-1]
    return index[field]


def _statement(lines: list[str], at: int) -> tuple[dict[str, object], int] | None:
    """The statement that begins at line ``at``, parsed, and the line after it; None when it is too long."""
    text = ""
    for end in range(at, min(at + _STATEMENT_LINES, len(lines))):
        text += lines[end] + "\n"
        if len(text) > _STATEMENT_CHARACTERS:
            break
        try:
            return tomllib.loads(text), end + 1
        except tomllib.TOMLDecodeError:
            continue
    return None


def _header(parsed: object, rows: Counter[Field]) -> Field:
    """The table that a header opens; ``rows`` counts the rows of each array of tables so far."""
    path: Field = ()
    while isinstance(parsed, dict) and parsed:
        name, parsed = next(iter(parsed.items()))
        path += (name,)
        if isinstance(parsed, list):
            rows[path] += 1
        if path in rows:
            path += (rows[path] - 1,)
    return path


def _enter(index: dict[Field, int], table: Field, parsed: dict[str, object], line: int) -> None:
    for name, value in parsed.items():
        index.setdefault((*table, name), line)
        if isinstance(value, dict):
            _enter(index, (*table, name), value, line)
