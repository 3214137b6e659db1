"""Kin: what a version is like among what was kept before it, compared exactly, with the evidence.

 (1) a sketch of each text is made where it was verified, off the event loop;
 (2) in the transaction that keeps the versions, their bands say which earlier ones may be like them;
 (3) these few are compared, and what is found is kept beside them.

Nothing is merged here, and nothing is hidden.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from syndicate.dedupe import Related, RelatedAs, Sketch, Standing, matter_of, sketch, sketch_each, weigh
from syndicate.news import AgencyId, Item, ItemId
from syndicate.ports import Book, Candidate, Sketched, VersionKey
from syndicate.trust import Verified, recall

ALIASES_A_DAY: Final = 5  # of one agency; a CMS that gives all its items new ids waits for a person
_DAY: Final = 86_400
_NOTHING: Final = Sketch(folding=0, letters=0, bands=())
log = logging.getLogger(__name__)


def sketches_made(items: Sequence[Item]) -> list[Sketch]:
    """By what versions will be found. Work: to be done off the event loop."""
    try:
        return sketch_each([matter_of(item) for item in items])
    except Exception:
        log.exception("%d texts could not be sketched together: each is sketched by itself", len(items))
        return [sketch_made(item) for item in items]


def sketch_made(item: Item) -> Sketch:
    """The same of one; a bug of ours costs it that it is found, and nobody anything else."""
    try:
        return sketch(matter_of(item))
    except Exception:
        log.exception("%s version %d could not be sketched", item.sub, item.ver)
        return _NOTHING


@dataclass(slots=True)
class Kin:
    """Relations by likeness among the versions of one batch, and to those kept before.

    ``highest`` is the highest version of each item that is here so far.
    """

    book: Book
    sketches: Mapping[VersionKey, Sketch]
    highest: dict[ItemId, int]
    _aliases: dict[AgencyId, int] = field(default_factory=dict)

    def find(self, kept: Sequence[Verified]) -> list[Related]:
        """What these versions, which were just kept in this order, are like."""
        standing = list(self._standing(kept))
        asked = [self._sketched(each, met=met) for each, met in standing]
        alike = self.book.alike(asked) if asked else {}
        return [
            related
            for each, _ in standing
            for related in self._weighed(each, alike.get((each.item.sub, each.item.ver), ()))
        ]

    def pass_by(self, sub: ItemId, ver: int) -> None:
        """Of a version whose text is gone: it was here, and is like nothing."""
        self.highest[sub] = max(ver, self.highest.get(sub, 0))

    def _standing(self, kept: Iterable[Verified]) -> Iterator[tuple[Verified, bool]]:
        """Those that become what their item says; what came late replaces nothing."""
        for each in kept:
            said = each.item
            before = self.highest.get(said.sub, 0)
            if said.ver > before:
                self.highest[said.sub] = said.ver
                yield each, before > 0

    def _sketched(self, verified: Verified, *, met: bool) -> Sketched:
        said = verified.item
        made = self.sketches.get((said.sub, said.ver)) or sketch_made(said)
        return Sketched(
            sub=said.sub,
            ver=said.ver,
            agency=said.iss,
            received_at=verified.received_at,
            folding=made.folding,
            bands=made.bands,
            met=met,
        )

    def _weighed(self, verified: Verified, candidates: Iterable[Candidate]) -> Iterator[Related]:
        for candidate in candidates:
            related = _weigh(verified.item, candidate)
            if related is not None:
                yield self._unless_many(related, verified)

    def _unless_many(self, related: Related, verified: Verified) -> Related:
        """A few items under new ids a day are that; many at once wait for a person."""
        if related.type is not RelatedAs.REIDENTIFIED:
            return related
        agency = verified.item.iss
        if agency not in self._aliases:
            self._aliases[agency] = self.book.aliases(agency, verified.received_at - _DAY)
        self._aliases[agency] += 1
        few = self._aliases[agency] <= ALIASES_A_DAY
        return related if few else replace(related, state=Standing.WAITS)


def _weigh(item: Item, candidate: Candidate) -> Related | None:
    """How they stand to each other; a bug of ours costs this finding, and no item anything."""
    try:
        return weigh(item, recall(candidate.token))
    except Exception:
        log.exception("%s could not be compared with %s", item.sub, candidate.sub)
        return None
