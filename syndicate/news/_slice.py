"""Which part of the one order is asked for, and what says of an item in which parts it stands."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from syndicate.news import _limits as limits
from syndicate.news import _spelling as spelling
from syndicate.news._ids import AgencyId, MemberCode
from syndicate.news._item import Act, Item, Kind

CORRECTIONS: Final = "corrections"  # stands where a kind does: whatever was corrected or taken away
_AMENDS: Final = (Act.CORRECT, Act.WITHHOLD, Act.RETRACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """In which slices an item stands, as of one of its versions. No slice is ever left again.

    Language and kind are those of the first version, topics those of all versions so far, urgency the
    most urgent so far; ``corrected`` says that one of them was a correction, a withholding or a retraction.
    """

    member: MemberCode
    agency: AgencyId
    lang: str = ""  # empty, like the kind, where only erased versions are known; or it opens no slice
    topics: frozenset[str] = frozenset()  # Media Topic codes of eight digits; at most ``limits.ITEM_TOPICS``
    urgency: int | None = None  # 1 (highest) to 9
    kind: Kind | None = None
    corrected: bool = False

    def then(self, item: Item) -> "Facets":
        """What a later version of the same item makes of these."""
        said = [urgency for urgency in (self.urgency, item.urgency) if urgency is not None]
        return Facets(
            member=self.member,
            agency=self.agency,
            lang=self.lang or item.lang,
            topics=_with(self.topics, item.categories),
            urgency=min(said, default=None),
            kind=self.kind or item.kind,
            corrected=self.corrected or amends(item.act),
        )


def facets_of(item: Item) -> Facets:
    """The facets of an item of which this is the first version."""
    return Facets(
        member=item.member,
        agency=item.iss,
        lang=item.lang,
        topics=_with(frozenset(), item.categories),
        urgency=item.urgency,
        kind=item.kind,
        corrected=amends(item.act),
    )


def amends(act: Act) -> bool:
    """Whether an act puts its item among the corrections."""
    return act in _AMENDS


def _with(topics: frozenset[str], categories: Collection[str]) -> frozenset[str]:
    # Each version of an item is a row for each of its topics: without an end, an agency could let them grow.
    if not categories:
        return topics
    found = set(topics)
    for code in categories:
        if len(found) < limits.ITEM_TOPICS:
            found.add(code.removeprefix(spelling.MEDTOP))
    return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The items that fulfil all that is set here: with nothing set, all of them.

    ``member`` and ``agency`` exclude each other. ``urgency`` asks for whatever is that urgent or more.
    """

    member: MemberCode | None = None
    agency: AgencyId | None = None
    lang: str | None = None
    topic: str | None = None  # a Media Topic code, eight digits
    urgency: int | None = None  # 1 (highest) to 9
    kind: str | None = None  # a ``Kind``, or ``CORRECTIONS``

    @property
    def path(self) -> str:
        """The slice's place below ``/feeds/``, without ending: "all", "vn", "agency/vn.vna/kind/alert"."""
        if self == _ALL:
            return "all"
        return "/".join(str(value) if name == "member" else f"{name}/{value}" for name, value in self._set())

    @property
    def plain(self) -> bool:
        """Whether it asks for one thing out of a few at most: a member, an agency, a language or a kind."""
        return self.topic is None and self.urgency is None and sum(1 for _ in self._set()) <= 1

    @property
    def query(self) -> str:
        """The slice as query parameters, in the order of the path: "member=vn&kind=alert"; "" for all."""
        return "&".join(f"{name}={value}" for name, value in self._set())

    def holds(self, facets: Facets) -> bool:
        """Whether an item of these facets stands in the slice; storage says the same."""
        return (
            self.member in (None, facets.member)
            and self.agency in (None, facets.agency)
            and self.lang in (None, facets.lang)
            and (self.topic is None or self.topic in facets.topics)
            and (self.urgency is None or (facets.urgency is not None and facets.urgency <= self.urgency))
            and (facets.corrected if self.kind == CORRECTIONS else self.kind in (None, facets.kind))
        )

    def _set(self) -> Iterator[tuple[str, object]]:
        for name in SLICED_BY:
            value = getattr(self, name)
            if value is not None:
                yield name, value


SLICED_BY: Final = ("member", "agency", "lang", "topic", "urgency", "kind")  # in the order of a path
_ALL: Final = Slice()
