"""What a question has to do with the versions that its fingerprints found."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from syndicate.dedupe import Alike, Passage, Teller, alike, normal_url, origin, teller_of, whom_credits
from syndicate.journey._address import behind_host
from syndicate.journey._passages import body_of
from syndicate.journey._question import Question
from syndicate.news import AgencyId, HostError, Item, ItemId, Registry, UnixTime
from syndicate.ports import Logged
from syndicate.text import fold
from syndicate.trust import recall

_VERSIONS_COMPARED: Final = 2  # of one item
_CLEARLY: Final = 0.8  # of the question stands in it: what has fewer fingerprints is hardly more alike
_RUNS: Final = 200  # places where a question differs that are told of
_LEFT_OUT: Final = 300  # characters of a passage that the question leaves out


class By(StrEnum):
    """What of an item it was that stood in the question."""

    PASSAGE = "passage"
    HEADLINE = "headline"
    ADDRESS = "address"


class Did(StrEnum):
    """What became of a run of an item's text on its way into the question."""

    KEPT = "same"
    CHANGED = "changed"
    ADDED = "added"
    LEFT_OUT = "left-out"
    UNSEEN = "not-compared"  # behind the last difference that is told of


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of the question, beside what the agency signed there."""

    did: Did
    asked: str = ""
    said: str = ""  # empty where nothing was changed or left out
    figure: bool = False  # another number or date stands there


@dataclass(frozen=True, kw_only=True)
class Read:
    """A version and what it says."""

    logged: Logged

    @cached_property
    def item(self) -> Item:
        """What it says."""
        return recall(self.logged.token)

    @cached_property
    def address(self) -> str:
        """Its address, in the normal form; "" if it has none."""
        try:
            return normal_url(self.item.url)
        except HostError:
            return ""

    @property
    def host(self) -> str:
        """The host of its address."""
        return urlsplit(self.address).netloc


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The version that the answer is about."""

    read: Read
    by: By
    alike: bool = False  # it is not what was asked for, only much like it
    runs: tuple[Run, ...] = field(default=(), repr=False)
    other_host: bool = False
    others: int = 0


class Judge:
    """Looks at what was found for one question; once ``late`` says that the time is up, it is ``stopped``."""

    def __init__(
        self, question: Question, registry: Registry, *, compared: int, late: Callable[[], bool]
    ) -> None:
        self._question = question
        self._registry = registry
        self._compared = compared
        self._late = late
        self.stopped = False

    def judge(self, found: Sequence[Read]) -> Finding | None:
        """What of it the answer is about; None if nothing is."""
        return (
            self._quoted(found)
            or self._at_its_address(found)
            or self._alike(found)
            or self._at_the_same_path(found)
        )

    @cached_property
    def _passage(self) -> Passage:
        return Passage(self._question.text)

    def _in_time(self, found: Sequence[Read]) -> Iterator[Read]:
        for each in found:
            if self._late():
                self.stopped = True
                return
            yield each

    def _quoted(self, found: Sequence[Read]) -> Finding | None:
        """(3) Where it stands letter by letter: each item in its newest version that has it."""
        folded = self._question.folded
        newest: dict[ItemId, Read] = {}
        first_of: dict[AgencyId, Read] = {}
        for each in self._in_time(found if folded else ()):
            item = each.item
            if not self._passage.stands_in(item.title, item.summary or "", body_of(item)):
                continue
            before = newest.get(item.sub)
            if before is None or _rank(each) > _rank(before):
                newest[item.sub] = each
            first_of[item.iss] = min(first_of.get(item.iss, each), each, key=lambda one: one.logged.index)
        if not newest:
            return None
        first = self._first_of(list(newest.values()), first_of)
        by = By.HEADLINE if folded == fold(first.item.title) else By.PASSAGE
        return Finding(read=first, by=by, others=len(newest) - 1, other_host=self._elsewhere(first))

    def _first_of(self, found: Sequence[Read], first_of: Mapping[AgencyId, Read]) -> Read:
        """The origin. Of one agency's own, which may carry one headline every day, the newest is named.

        Who was first is told by what each agency said first, in whichever version of whichever item.
        """
        kept = [each for each in found if not each.item.withdrawn] or found
        by_agency = {each.item.iss: each for each in sorted(kept, key=lambda each: each.logged.index)}
        tellers = [self._teller(each, first_of[agency]) for agency, each in by_agency.items()]
        sub = origin(tellers).sub
        return next(each for each in by_agency.values() if each.item.sub == sub)

    def _teller(self, each: Read, first: Read) -> Teller:
        return teller_of(
            each.item,
            first.logged.index,
            first=first.item,
            received=UnixTime(first.logged.received_at),
            credits_=whom_credits(each.item, self._registry),
        )

    def _at_its_address(self, found: Sequence[Read]) -> Finding | None:
        """(4) What has the address that is asked about; the words beside it, if any, are not all its own."""
        for address in self._question.addresses:
            here = [each for each in found if each.address == address]
            if here:
                return self._addressed(max(here, key=_rank))
        return None

    def _addressed(self, read: Read) -> Finding:
        if not self._question.folded:
            return Finding(read=read, by=By.ADDRESS)
        close = self._compare(read)
        runs = self._added() if close is None else self._runs(close[1], close[2])
        return Finding(read=read, by=By.ADDRESS, alike=True, runs=runs)

    def _added(self) -> tuple[Run, ...]:
        """The words beside an address, where they are not those of its item."""
        return (Run(did=Did.ADDED, asked=self._question.text),) if self._question.folded else ()

    def _alike(self, found: Sequence[Read]) -> Finding | None:
        """(5) What is most alike of the first few."""
        best: tuple[float, Read, Alike, str] | None = None
        for each in self._in_time(list(self._worth_comparing(found)) if self._question.folded else ()):
            close = self._compare(each)
            if close is not None and (best is None or close[0] > best[0]):
                best = (close[0], each, close[1], close[2])
                if close[0] >= _CLEARLY:
                    break
        if best is None:
            return None
        return Finding(
            read=best[1],
            by=By.PASSAGE,
            alike=True,
            runs=self._runs(best[2], best[3]),
            other_host=self._elsewhere(best[1]),
        )

    def _at_the_same_path(self, found: Sequence[Read]) -> Finding | None:
        """What stands at the path that was asked about, on its own host: of several the most alike one."""
        for address in self._question.addresses:
            behind = behind_host(address)
            like = [each for each in found if behind and behind_host(each.address) == behind]
            if like:
                first = max(like, key=lambda each: (_likeness_of_hosts(address, each.address), _rank(each)))
                return Finding(read=first, by=By.ADDRESS, alike=True, other_host=True, runs=self._added())
        return None

    def _worth_comparing(self, found: Sequence[Read]) -> Iterator[Read]:
        seen: Counter[ItemId] = Counter()
        for each in found:
            seen[each.logged.sub] += 1
            if seen[each.logged.sub] <= _VERSIONS_COMPARED and not each.item.withdrawn:
                yield each
            if seen.total() >= self._compared:
                return

    def _compare(self, each: Read) -> tuple[float, Alike, str] | None:
        """How alike it is, with the text that it was compared with: as pages show it, or with its summary."""
        item = each.item
        texts = [f"{item.title}\n{body_of(item)}"]
        if item.summary:
            texts.append(f"{item.title}\n{item.summary}\n{body_of(item)}")
        for text in texts:
            close = alike(self._question.text, text)
            if close is not None:
                return close.share, close, text
        return None

    def _runs(self, close: Alike, text: str) -> tuple[Run, ...]:
        return tuple(_runs(self._question.text, text, close))

    def _elsewhere(self, read: Read) -> bool:
        hosts = {urlsplit(each).netloc for each in self._question.addresses}
        return bool(hosts) and read.host not in hosts


def _rank(each: Read) -> tuple[bool, int]:
    """A version that says something before one that takes it back; then the newest."""
    return not each.item.withdrawn, each.logged.ver


def _runs(asked: str, said: str, close: Alike) -> Iterator[Run]:
    at = 0
    for number, each in enumerate(close.differences):
        if number == _RUNS:
            yield Run(did=Did.UNSEEN, asked=asked[at:])
            return
        begin, end = max(at, each.asked[0]), max(at, each.asked[1])
        if begin > at:
            yield Run(did=Did.KEPT, asked=asked[at:begin])
        there = said[each.said[0] : each.said[1]].strip()
        if len(there) > _LEFT_OUT:
            there = f"{there[:_LEFT_OUT]} …"
        did = Did.CHANGED if there and end > begin else Did.ADDED if end > begin else Did.LEFT_OUT
        yield Run(did=did, asked=asked[begin:end], said=there, figure=each.figure)
        at = max(at, end)
    if at < len(asked):
        yield Run(did=Did.KEPT, asked=asked[at:])


def _likeness_of_hosts(one: str, other: str) -> float:
    """How many of their letters two addresses' hosts have in common, from 0 to 1."""
    a, b = urlsplit(one).hostname or "", urlsplit(other).hostname or ""
    return float(SequenceMatcher(a=a, b=b).quick_ratio())
