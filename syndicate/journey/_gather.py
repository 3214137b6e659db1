"""Gathering: excerpts are found and stories follow, behind the log that is shown, to its end.

 (1) the fingerprints of a few versions say which before them have passages in common with each;
 (2) few of these are compared exactly, and what is an excerpt of which is kept; so is what may be the same
     in another language, by its figures, which never makes a story;
 (3) in the same transaction the stories follow the log over these versions.

So a story never follows before all is known that it hangs on, and whoever shows the same log comes to the
same stories in the end. What it did is in storage: whoever stops it, and when, it goes on there.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from syndicate.dedupe import (
    Related,
    RelatedAs,
    figure_key,
    matter_of,
    possible_translation,
    weigh,
    whom_credits,
    winnow,
)
from syndicate.errors import SyndicateError
from syndicate.journey._behind import Follower
from syndicate.journey._kin import sketch_made
from syndicate.journey._passages import PassageIndex
from syndicate.news import AgencyId, Index, Item, Registry, Slice
from syndicate.ports import Logged, Sketched, Storage, Wakeup
from syndicate.text import FOLDING
from syndicate.trust import recall

_log = logging.getLogger("syndicate.gather")
_BATCH: Final = 100  # versions at a time, and
_CHARACTERS: Final = 2_000_000  # of their tokens
_PRINTS: Final = 512  # fingerprints of one version that are looked for, from all over it
_IN_A_ROW: Final = 3  # fingerprints that a passage of 150 letters has, even if a few of them were changed
_IN_A_ROW_OF_HAN: Final = 1  # of which 50 say as much
_HAN: Final = re.compile("[\u3400-\u9fff]")
_SAYING: Final = 100  # letters a fingerprint, at most: what repeats itself more says nothing
_READ_MOST: Final = 200  # versions read at once to be compared with


_Compare = Callable[[Item, Item], Related | None]


@dataclass(frozen=True, slots=True)
class _Read:
    item: Item
    prints: Sequence[int] = ()
    fewest: int = 0  # in a row, of what is worth comparing
    figures: int | None = None
    credits: frozenset[AgencyId] = frozenset()


class Gatherer(Follower):
    """Keeps the stories of a storage up with its log, one step behind ``passages``."""

    def __init__(
        self,
        storage: Storage,
        passages: PassageIndex,
        wakeup: Wakeup,
        registry_source: Callable[[], Registry],
    ) -> None:
        super().__init__(wakeup, "stories wait", _log)
        self._storage = storage
        self._passages = passages
        self._registry = registry_source
        self._reached = -1
        self._one_at_a_time = asyncio.Lock()

    @property
    def behind(self) -> int:
        """How many indices that are shown the stories have not come to."""
        return max(0, self._storage.log.visible - 1 - self._reached)

    async def catch_up(self) -> None:
        """Follow to what is shown now. Raises StorageError."""
        async with self._one_at_a_time:
            try:
                await self._passages.catch_up()
            except SyndicateError:
                raise
            except Exception:  # noqa: BLE001 - what looks passages up tells it: it costs us excerpts, no story
                _log.warning("excerpts of what was shown last may be missed")
            self._reached = await self._storage.gathering.reached()
            while self.behind:
                await self._step()
            while await self._sketch_older():
                pass

    async def _step(self) -> None:
        last = self._storage.log.visible - 1
        page = await self._storage.page(Slice(), self._reached, _BATCH, characters=_CHARACTERS)
        reached = page[-1].index if page else last  # acts have an index, too
        registry = self._registry()
        read = await asyncio.to_thread(lambda: {each.index: _read(each, registry) for each in page})
        gathering = self._storage.gathering
        asking = {index: each.prints for index, each in read.items() if each.prints}
        pairs: Mapping[Index, Sequence[Index]] = {}
        if asking:
            since = await gathering.since(min(asking))
            shared = await self._storage.passages.shared(asking, since)
            pairs = await gathering.worth_comparing(
                {
                    index: {other: many for other, many in found.items() if many >= read[index].fewest}
                    for index, found in shared.items()
                }
            )
        figures = {index: each.figures for index, each in read.items() if each.figures is not None}
        translated = await gathering.same_figures(figures)
        found = [
            *[each async for each in self._compared(read, pairs, _excerpt)],
            *[each async for each in self._compared(read, translated, possible_translation)],
        ]
        credits_ = {index: each.credits for index, each in read.items() if each.credits}
        await gathering.gather(found, reached, credits_)
        self._reached = reached

    async def _sketch_older(self) -> bool:
        """Sketch a few versions of before this folding, so that new ones are compared with them; if any."""
        gathering = self._storage.gathering
        after, until = await gathering.unsketched(FOLDING)
        if after >= until:
            return False
        loop = asyncio.get_running_loop()
        began = loop.time()
        page = await self._storage.page(Slice(), after, _BATCH, characters=_CHARACTERS)
        sketched = await asyncio.to_thread(lambda: [_sketched(each) for each in page if each.index <= until])
        await gathering.put_back(sketched, min(until, page[-1].index) if page else until)
        await asyncio.sleep(loop.time() - began)  # as long again for whoever else needs the processor
        return True

    async def _compared(
        self, read: Mapping[Index, _Read], pairs: Mapping[Index, Sequence[Index]], compare: _Compare
    ) -> AsyncIterator[Related]:
        asked = [(index, other) for index, others in sorted(pairs.items()) for other in others]
        for start in range(0, len(asked), _READ_MOST):
            some = asked[start : start + _READ_MOST]
            here = {each.index: each for each in await self._storage.these({other for _, other in some})}
            weighed = [(read[index].item, here[other]) for index, other in some if not here[other].erased]
            for related in await asyncio.to_thread(_related, weighed, compare):
                yield related


def _read(logged: Logged, registry: Registry) -> _Read:
    """What a version says and is found by; of what says nothing, or one thing all over, it is not found."""
    item = recall(logged.token)
    text, credits_ = matter_of(item), whom_credits(item, registry)
    try:
        prints = [each.value for each in winnow(text)]
        figures = figure_key(item)
    except Exception:  # noqa: BLE001 - a bug of ours costs this text what could be found of it
        _log.exception("%s version %d has no fingerprints", item.sub, item.ver)
        return _Read(item, credits=credits_)
    if len(prints) * _SAYING < len(text):
        return _Read(item, figures=figures, credits=credits_)
    if len(prints) > _PRINTS:
        prints = [prints[at * len(prints) // _PRINTS] for at in range(_PRINTS)]
    in_han = len(_HAN.findall(text)) * 2 > len(text)
    return _Read(item, prints, _IN_A_ROW_OF_HAN if in_han else _IN_A_ROW, figures, credits_)


def _sketched(logged: Logged) -> Sketched:
    item = recall(logged.token)
    made = sketch_made(item)
    return Sketched(
        sub=item.sub,
        ver=item.ver,
        agency=item.iss,
        received_at=logged.received_at,
        folding=made.folding,
        bands=made.bands,
        met=False,
    )


def _excerpt(item: Item, other: Item) -> Related | None:
    related = weigh(item, other)
    return related if related is not None and related.type is RelatedAs.EXCERPT else None


def _related(pairs: Sequence[tuple[Item, Logged]], compare: _Compare) -> list[Related]:
    found: list[Related] = []
    for item, other in pairs:
        try:
            related = compare(item, recall(other.token))
        except Exception:  # noqa: BLE001 - likewise this finding, and no item anything
            _log.exception("%s could not be compared with %s", item.sub, other.sub)
            continue
        if related is not None:
            found.append(related)
    return found
