"""What finds versions that may be alike, and what is made of those that are."""

from dataclasses import dataclass, field

from syndicate.news import AgencyId, Index, ItemId


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketched:
    """A version that was just kept, and by what others find it."""

    sub: ItemId
    ver: int
    agency: AgencyId
    received_at: int  # Unix seconds
    folding: int
    bands: tuple[int, ...]  # signed 64-bit; none of what has too little text, or shows none
    met: bool  # whether an earlier version of the item is here


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A version, kept before, that may be like another one."""

    sub: ItemId
    ver: int
    agency: AgencyId
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """An item in a story, in the version that stands as of the story's last change."""

    index: Index
    sub: ItemId
    ver: int
    joined_as: str  # "first" (the origin), "declared", "confirmed", "copy", "excerpt", "re-identified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Items that say the same, as they stand: the origin first, the others as they came."""

    origin: Carried
    others: tuple[Carried, ...]
    rule: str  # why the origin counts as that, and
    evidence: str  # one sentence for a person to check
    changed: Index  # where in the log somebody joined or left last, or one of them changed, and
    changed_at: float  # when that was, in Unix seconds

    def is_alias(self, index: Index) -> bool:
        """Whether the item shown at an index is there under a new id only."""
        return any(each.index == index and each.joined_as == "re-identified" for each in self.others)
