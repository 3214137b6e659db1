"""Language tags: well formed (RFC 5646, as far as tokens go), and among those the federation says it uses.

A grammar alone would take "vn" for Vietnamese and "kh" for Khmer, which are country codes: the mistake
that people make. So the federation lists its tags, with what they mean, as data.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from syndicate.news import spelling
from syndicate.papers._table import Table

_TAG = re.compile(spelling.LANGUAGE)


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of a federation."""

    known: Collection[str]

    def languages(self, table: Table, name: str) -> tuple[str, ...]:
        """A needed list of tags."""
        tags = table.texts(name, need=True)
        return tuple(tag for number, tag in enumerate(tags) if self._known(table, tag, name, number))

    def language(self, table: Table, name: str) -> str | None:
        """One tag, where there is one."""
        tag = table.text(name)
        return tag if tag is not None and self._known(table, tag, name) else None

    def names(self, table: Table, name: str = "names") -> dict[str, str]:
        """A needed table of names by the tag of the language each is in."""
        given = table.table(name, need=True)
        if given is None:
            return {}
        if not given.names():
            table.note("no name at all", 'Give one: { en = "..." }.', name)
        return {tag: text for tag in given.names() if (text := self._name(given, tag))}

    def _name(self, table: Table, tag: str) -> str | None:
        return table.text(tag) if self._known(table, tag, tag) else None

    def _known(self, table: Table, tag: str, *field: str | int) -> bool:
        if tag in self.known:
            return True
        remedy = "Add the tag to [languages] in federation.toml if it is meant."
        table.note(f"unknown language tag {tag!r}", remedy, *field)
        return False


def read_tags(table: Table) -> Tags:
    """The federation's table [languages]: tag → what it is called."""
    given = table.table("languages", need=True)
    if given is None:
        return Tags(frozenset())
    for tag in given.names():
        if _TAG.fullmatch(tag) is None:
            given.note(f"{tag!r} is not a language tag", "Write it as RFC 5646 does: vi, fil, ms-Arab.", tag)
        given.text(tag)
    return Tags(frozenset(given.names()))
