"""Did an official source say this? A passage, a headline or an address, answered in one of four ways.

The order of things: (1) what is asked for is taken apart; (2) its fingerprints find versions, which are read;
(3) where it stands letter by letter, that is the answer; (4) else what has its address; (5) else what is most
alike, with the differences; (6) what has become of that since. Where there was no time to look at all that
was found, nothing is said: "nothing found" is said only by who has looked.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from syndicate.dedupe import winnow
from syndicate.errors import LookupBusy, NothingAsked
from syndicate.journey._findings import By, Finding, Judge, Read, Run
from syndicate.journey._passages import PassageIndex
from syndicate.journey._question import Question, read_question
from syndicate.news import Act, Item, Registry, Slice, amends
from syndicate.ports import Candidates, Logged, Storage
from syndicate.trust import recall

_VERSIONS: Final = 100  # of an item that are looked at for what has become of it


class Verdict(StrEnum):
    """The four answers. None of them says whether what was asked about is right."""

    PUBLISHED = "published"
    AMENDED = "amended"  # published, and corrected, withheld or withdrawn since
    SIMILAR = "similar"
    NOT_FOUND = "not-found"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupLimits:
    """What one question may cost, and how far back passages are found."""

    text_bytes: int = 100_000  # of a question, in UTF-8
    body_seconds: float = 20.0  # until it must have come
    seconds: float = 4.0  # for looking at what was found
    candidates: int = 48  # versions that are read for their headline or address, and as many for passages
    compared: int = 6  # of these that are compared letter by letter
    prints: int = 32  # of its fingerprints that are looked for, from all over the question
    open: int = 32  # questions in hand at one time
    per_minute: int = 60  # questions of one network
    window: int = 1_000_000  # newest versions of which passages are found; headlines and addresses for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What an agency did with an item after the version that was found."""

    ver: int
    act: Act
    at: int  # Unix seconds; when it was received
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What can be said to one question. What was asked shows in ``runs`` alone, and in no ``repr``."""

    verdict: Verdict
    found: Logged | None = None
    item: Item | None = None  # what ``found`` says
    by: By | None = None
    runs: tuple[Run, ...] = field(default=(), repr=False)  # of SIMILAR: the question, and where it differs
    other_host: bool = False  # an address was asked about that is not on the host of the item found
    others: int = 0  # more items in which it stands
    at_least: bool = False  # whether there may be still more of them
    later: tuple[Later, ...] = ()  # versions after the one found, oldest first
    stands: Logged | None = None  # the version that stands for its item now
    short: bool = False  # too little text to be sure that it would be found
    behind: int = 0  # indices that are shown and cannot be found yet
    since: float | None = None  # passages received before this (Unix seconds) are not found; None: all are


class Lookup:
    """Answers questions from one storage; one at a time is judged, in a thread of its own."""

    def __init__(self, storage: Storage, index: PassageIndex, limits: LookupLimits) -> None:
        self._storage = storage
        self._index = index
        self.limits = limits
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lookup")

    def close(self) -> None:
        """Let its thread go."""
        self._thread.shutdown()

    @property
    def behind(self) -> int:
        """How many indices that are shown cannot be found yet."""
        return self._index.behind

    async def ask(self, asked: str, registry: Registry) -> Answer:
        """The answer to one question; no part of it is kept.

        Raises:
            NothingAsked: there is nothing in it to look for.
            LookupBusy: there was not the time for it.
            StorageError: the database cannot be read.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.limits.seconds
        question, prints = await loop.run_in_executor(self._thread, self._take_apart, asked)
        if question.is_empty:
            raise NothingAsked("there is neither a letter, nor a digit, nor an address in it")
        behind = self._index.behind
        found = await self._storage.passages.find(prints, question.keys, self.limits.candidates)
        read = await self._read(found)
        judge = Judge(question, registry, compared=self.limits.compared, late=lambda: loop.time() > deadline)
        finding = await loop.run_in_executor(self._thread, judge.judge, read)
        if judge.stopped and (finding is None or finding.alike):
            raise LookupBusy("there was not the time to look at everything that was found")
        if finding is None:
            return await self._nothing(question, behind)
        full = max(len(found.keyed), len(found.hits)) >= self.limits.candidates
        return await self._answer(finding, behind, at_least=full)

    def _take_apart(self, asked: str) -> tuple[Question, list[int]]:
        question = read_question(asked)
        prints = [each.value for each in winnow(question.text)]
        most = self.limits.prints
        return question, [prints[at * len(prints) // most] for at in range(most)] if len(
            prints
        ) > most else prints

    async def _read(self, found: Candidates) -> list[Read]:
        order = list(dict.fromkeys([*found.keyed, *(index for index, _ in found.hits)]))
        logged = {each.index: each for each in await self._storage.these(order) if not each.erased}
        return [Read(logged=logged[index]) for index in order if index in logged]

    async def _nothing(self, question: Question, behind: int) -> Answer:
        since = await self._since()
        short = len(question.folded) < _SURE and not question.addresses
        return Answer(verdict=Verdict.NOT_FOUND, short=short, behind=behind, since=since)

    async def _since(self) -> float | None:
        """From when on passages are found, if not from the beginning of the log."""
        first = await self._storage.passages.since()
        oldest = await self._storage.page(Slice(), -1, 1)
        if first is None or not oldest or first <= oldest[0].index:
            return None
        return (await self._storage.these([first]))[0].sealed_at

    async def _answer(self, finding: Finding, behind: int, *, at_least: bool) -> Answer:
        """(6) What has become of it since."""
        logged, item = finding.read.logged, finding.read.item
        history = await self._storage.history(logged.sub, _VERSIONS)
        after = 1 if finding.by is By.ADDRESS else logged.ver
        later = tuple(_later(each) for each in reversed(history) if each.ver > after and not each.erased)
        amended = item.withdrawn or any(amends(each.act) for each in later)
        verdict = Verdict.AMENDED if amended else Verdict.PUBLISHED
        return Answer(
            verdict=Verdict.SIMILAR if finding.alike else verdict,
            found=logged,
            item=item,
            by=finding.by,
            runs=finding.runs,
            other_host=finding.other_host,
            others=finding.others,
            at_least=at_least and finding.others > 0,
            later=later,
            stands=(await self._storage.standing([logged.sub])).get(logged.sub),
            behind=behind,
        )


_SURE: Final = 45  # letters: a passage of so many is found wherever it stands


def _later(logged: Logged) -> Later:
    item = recall(logged.token)
    return Later(ver=logged.ver, act=item.act, at=logged.received_at, note=item.note)
