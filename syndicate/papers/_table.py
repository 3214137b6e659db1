"""A table of a TOML file that is asked for its fields one by one.

Whatever it was not asked for by the time of ``close`` is unknown. A wrong field is written down and
answered with None, so that one run tells everything that is wrong.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TypeVar

from syndicate.news import UnixTime
from syndicate.papers import _limits as limits
from syndicate.papers._lines import Field
from syndicate.papers._problem import Notebook

_README = "Every field is explained in the folder's README.md."
# Controls, and the overrides that make a name read as another one.
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_T = TypeVar("_T")


class Table:
    """One table: its values, where it stands, and the notebook of its file."""

    def __init__(self, values: Mapping[str, object], path: Field, notebook: Notebook) -> None:
        self._values = values
        self._asked: set[str] = set()
        self.path = path
        self.notebook = notebook

    def at(self, *field: str | int) -> Field:
        """The full path of a field of this table."""
        return (*self.path, *field)

    def note(self, message: str, remedy: str, *field: str | int) -> None:
        """Write down that a field of this table (or the table itself) is wrong."""
        self.notebook.note(self.at(*field), message, remedy)

    def names(self) -> tuple[str, ...]:
        """The names of all its fields, in the file's order."""
        return tuple(self._values)

    def text(
        self, name: str, *, need: bool = False, pattern: str = "", like: str = "", most: int = limits.TEXT
    ) -> str | None:
        """A line of text; ``pattern`` restricts it and ``like`` shows a right one."""
        value = self._take(name, str, "text in quotes", need=need)
        if value is None:
            return None
        fault = _fault(value, pattern, most)
        if fault:
            self.note(fault, f"Write it like {like}." if like else "Write one plain line.", name)
            return None
        return value

    def word(self, name: str, words: frozenset[str], *, need: bool = True) -> str | None:
        """One of a few words."""
        value = self._take(name, str, "text in quotes", need=need)
        if value is not None and value not in words:
            self.note(f"unknown word {value!r}", "One of: " + ", ".join(sorted(words)) + ".", name)
            return None
        return value

    def number(self, name: str, *, need: bool = False) -> int | None:
        """A whole number."""
        value = self._take(name, int, "a whole number, without quotes", need=need)
        if isinstance(value, bool):
            self.note("not a whole number", "Write a whole number, without quotes.", name)
            return None
        return value

    def block(self, name: str, *, need: bool = False) -> str | None:
        """Text that may have several lines, as a public key in PEM has."""
        value = self._take(name, str, "text in quotes", need=need)
        fault = "" if value is None else _fault(value.replace("\n", ""), "", limits.TEXT)
        if fault:
            self.note(fault, _README, name)
            return None
        return value

    def flag(self, name: str, *, need: bool = False) -> bool | None:
        """Yes or no."""
        return self._take(name, bool, "true or false, without quotes", need=need)

    def moment(self, name: str, *, need: bool = False) -> UnixTime | None:
        """A day (its first second in UTC) or a time with its zone, in Unix seconds."""
        value = self._take(name, date, "a date like 2026-11-23, without quotes", need=need)
        if value is None:
            return None
        if not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day, tzinfo=UTC)
        if value.tzinfo is None:
            self.note("a time without its zone", "End it with Z (UTC) or an offset such as +07:00.", name)
            return None
        return UnixTime(int(value.timestamp()))

    def texts(self, name: str, *, need: bool = False) -> tuple[str, ...]:
        """A list of lines of text, without repetition; the good ones of it."""
        good: list[str] = []
        for number, value in enumerate(self._list(name, need=need)):
            if not isinstance(value, str):
                self.note("not text in quotes", "Write one plain line in quotes.", name, number)
            elif fault := _fault(value, "", limits.TEXT):
                self.note(fault, "Write one plain line in quotes.", name, number)
            elif value in good:
                self.note(f"{value!r} stands twice", "Remove one.", name, number)
            else:
                good.append(value)
        return tuple(good)

    def table(self, name: str, *, need: bool = False) -> "Table | None":
        """A table in this one."""
        value = self._take(name, dict, "a table", need=need)
        return None if value is None else Table(value, self.at(name), self.notebook)

    def tables(self, name: str, *, need: bool = False, most: int = limits.ROWS) -> tuple["Table", ...]:
        """A list of tables in this one."""
        rows = []
        for number, value in enumerate(self._list(name, need=need, most=most)):
            if isinstance(value, dict):
                rows.append(Table(value, self.at(name, number), self.notebook))
            else:
                self.note("not a table", _README, name, number)
        return tuple(rows)

    def close(self) -> None:
        """Write down the fields that nobody asked for."""
        for name in self._values:
            if name not in self._asked:
                known = ", ".join(sorted(self._asked))
                self.note("unknown field", f"Known here: {known}. {_README}", name)

    def _list(self, name: str, *, need: bool, most: int = limits.ROWS) -> list[object]:
        values = self._take(name, list, "a list in brackets", need=need)
        if values is None:
            return []
        if len(values) > most:
            self.note(f"more than {most} entries", "Is this meant?", name)
        elif need and not values:
            self.note("empty", "It needs at least one entry.", name)
        return values[:most]

    def _take(self, name: str, kind: type[_T], spelled: str, *, need: bool) -> _T | None:
        self._asked.add(name)
        if name not in self._values:
            if need:
                self.note(f"field {name!r} is missing", f"Add it: {spelled}. {_README}")
            return None
        value = self._values[name]
        if not isinstance(value, kind):
            self.note(f"not {spelled}", f"Write {spelled}.", name)
            return None
        return value


def _fault(value: str, pattern: str, most: int) -> str:
    """What is wrong with a text; empty if nothing is."""
    if not value.strip():
        return "empty"
    if len(value) > most:
        return f"longer than {most} characters"
    if _FORBIDDEN.search(value) or value != value.strip():
        return "control characters, or spaces at an end"
    if pattern and not re.fullmatch(pattern, value):
        return f"{value!r} does not have the right form"
    return ""
