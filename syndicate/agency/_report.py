"""What a run did, entry by entry: values for a person, a script and the tool's own decisions."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from syndicate.news import ItemId


class Fate(StrEnum):
    """What became of an entry of the CMS."""

    SIGNED = "signed"  # new: version 1
    UPDATED = "updated"  # what it says has changed: a new version
    UNCHANGED = "unchanged"
    WITHDRAWN = "withdrawn"  # a person withheld or retracted it: the tool never signs it by itself
    WAITING = "waiting"  # not signed yet: it goes out later, or when a person releases it
    SKIPPED = "skipped"  # it cannot be signed as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryReport:
    """One entry: what became of it, why, and what was changed on the way."""

    cms_id: str
    title: str
    fate: Fate
    sub: ItemId | None = None
    ver: int | None = None
    seq: int | None = None
    code: str | None = None  # why it was skipped: a news.Reason, or "entry-…"
    detail: str | None = None
    remedy: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFile:
    """A file that the web server shows."""

    path: Path
    size: int  # bytes
    changed: bool  # False: it held these very bytes already


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole run."""

    source: str
    entries: tuple[EntryReport, ...]  # in the order of the CMS's feed
    head: int  # the stream's last number
    shown: int  # items in the signed feed
    files: tuple[WrittenFile, ...]
    released: tuple[EntryReport, ...] = ()  # what had waited and is no longer in the CMS's feed

    def count(self, fate: Fate) -> int:
        """How many entries met this fate."""
        return sum(entry.fate is fate for entry in self.entries)
