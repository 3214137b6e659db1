"""The guard: what in two texts that look alike must not be called the same, judged where they differ.

A number or date in the place of another one, a name in the place of another one, other words in quotation
marks, or other words for what is counted. What was added or left out does not count, nor a new headline,
dateline or credit line, unless it is the old one with other figures.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from syndicate.dedupe._align import Block
from syndicate.dedupe._likeness import Guard
from syndicate.dedupe._numbers import Number
from syndicate.dedupe._side import Side, within

_LONG: Final = 40  # letters alike, before and after which is the edge of a text
_LONG_HAN: Final = 15
_HAN_FROM: Final = "\u3041"
_EDGE: Final = 240  # letters of an edge, at most
_REWORDED: Final = 0.6  # J of pairs of letters, below which two lines say it in other words
_CONTEXT: Final = 6  # letters on each side by which a number is known again elsewhere
_COUNTED: Final = 60  # letters of other words beside a number, at most
_APART: Final = 8  # letters alike that part two changes
_DAY: Final = re.compile(
    r"0?[1-9]|[12]\d|3[01]|(?:19|20|2[456])\d\d|\d{1,4}([/.-])\d{1,2}(?:\1\d{1,4})?|\d{1,2}[:.]\d\d"
)


class Change(NamedTuple):
    """Where two texts differ, in letters of their matching texts; an empty side: added or removed."""

    a: int
    a_end: int
    b: int
    b_end: int

    @property
    def replaces(self) -> bool:
        """Whether both texts have something here."""
        return self.a < self.a_end and self.b < self.b_end


class Objection(NamedTuple):
    """What is in the way, and where."""

    guard: Guard
    where: Change


def changes_of(a: Side, b: Side, blocks: Sequence[Block], *, apart: int = 1) -> Iterator[Change]:
    """What lies between blocks; changes with fewer than ``apart`` letters between them are one."""
    begun = Change(0, 0, 0, 0)
    for block in (*blocks, Block(len(a.folded), len(b.folded), apart)):
        begun = begun._replace(a_end=block.a, b_end=block.b)
        if block.length >= apart:
            if begun.a < begun.a_end or begun.b < begun.b_end:
                yield begun
            end = block.a + block.length, block.b + block.length
            begun = Change(end[0], end[0], end[1], end[1])


def objections(a: Side, b: Side, blocks: Sequence[Block]) -> Iterator[Objection]:
    """All that the guard objects to in calling two texts the same, given what of them is alike."""
    yield from (Objection(Guard.NUMBER, each) for each in _elsewhere(a, b))
    yield from (Objection(Guard.NUMBER, each) for each in _written_otherwise(a, b, blocks))
    edges = _edges(a, b, blocks)
    for change in changes_of(a, b, blocks, apart=_APART):
        edge = next((each for each in edges if _holds(each, change)), None) or _dateline(a, b, change)
        if edge is not None and _reworded(a, b, edge):
            guard = Guard.NUMBER if _contradicts(a, b, change, tail=edge.a > 0) else None
        else:
            guard = _replaced(a, b, change)
        if guard is not None:
            yield Objection(guard, change)


def _elsewhere(a: Side, b: Side) -> Iterator[Change]:
    """Numbers with the same words around them and another value, wherever a passage has moved to."""
    contexts = _contexts(a), _contexts(b)
    for context in contexts[0].keys() & contexts[1].keys():
        here, there = (each[context] for each in contexts)
        only = [_left(here, there), _left(there, here)]
        if all(only):
            yield Change(only[0][0].start, only[0][0].stop, only[1][0].start, only[1][0].stop)


def _contexts(side: Side) -> dict[tuple[str, str], list[Number]]:
    bare: list[str] = []
    lengths: list[int] = []
    done = length = 0
    for number in side.numbers:
        bare.append(side.folded[done : number.start])
        length += number.start - done
        lengths.append(length)
        done = number.stop
    words = "".join((*bare, side.folded[done:]))
    found: dict[tuple[str, str], list[Number]] = defaultdict(list)
    for number, place in zip(side.numbers, lengths, strict=True):
        context = words[max(0, place - _CONTEXT) : place], words[place : place + _CONTEXT]
        if sum(map(len, context)) >= _CONTEXT:
            found[context].append(number)
    return found


def _left(here: Sequence[Number], there: Sequence[Number]) -> list[Number]:
    """Those of which there are more here."""
    more = Counter(each.value for each in here) - Counter(each.value for each in there)
    return [each for each in here if each.value in more]


def _written_otherwise(a: Side, b: Side, blocks: Sequence[Block]) -> Iterator[Change]:
    """Numbers with the same digits in passages that are alike, and another sign, point or length."""
    for block in blocks:
        for number in a.touching(block.a, block.a + block.length):
            other = b.number_at(block.b + number.start - block.a)
            if other is not None and other.value != number.value and number.start >= block.a:
                yield Change(number.start, number.stop, other.start, other.stop)


def _edges(a: Side, b: Side, blocks: Sequence[Block]) -> list[Change]:
    """What stands before the first and after the last long passage that is alike, if that is little."""
    long = [each for each in blocks if each.length >= _long(a, each)]
    if not long:
        return []
    end = long[-1].a + long[-1].length, long[-1].b + long[-1].length
    edges = [Change(0, long[0].a, 0, long[0].b), Change(end[0], len(a.folded), end[1], len(b.folded))]
    return [each for each in edges if max(each.a_end - each.a, each.b_end - each.b) <= _EDGE]


def _long(a: Side, block: Block) -> int:
    return _LONG_HAN if a.folded[block.a] >= _HAN_FROM else _LONG


def _holds(edge: Change, change: Change) -> bool:
    return (
        edge.a <= change.a
        and change.a_end <= edge.a_end
        and edge.b <= change.b
        and change.b_end <= edge.b_end
    )


def _dateline(a: Side, b: Side, change: Change) -> Change | None:
    """The datelines of both that hold a change."""
    for one in a.datelines:
        for other in b.datelines:
            both = Change(*one, *other)
            if _holds(both, change):
                return both
    return None


def _reworded(a: Side, b: Side, edge: Change) -> bool:
    """Whether an edge says it in other words, and not in the same with other figures."""
    pairs = _pairs(a.folded[edge.a : edge.a_end]), _pairs(b.folded[edge.b : edge.b_end])
    return len(pairs[0] & pairs[1]) < _REWORDED * len(pairs[0] | pairs[1])


def _pairs(folded: str) -> set[str]:
    words = re.sub("[0-9]", "", folded)
    return {words[place : place + 2] for place in range(max(1, len(words) - 1))}


def _contradicts(a: Side, b: Side, change: Change, *, tail: bool) -> bool:
    """Whether both have figures in a new line that the other has nowhere; a day may differ."""
    here, there = a.touching(change.a, change.a_end), b.touching(change.b, change.b_end)
    only = _left(here, there), _left(there, here)
    return all(
        any(each.value not in other.values and not _is_day(side, each, tail=tail) for each in left)
        for left, side, other in ((only[0], a, b), (only[1], b, a))
    )


def _is_day(side: Side, number: Number, *, tail: bool) -> bool:
    return _DAY.fullmatch(number.value) is not None and (
        tail or within(side.datelines, number.start, number.stop)
    )


def _replaced(a: Side, b: Side, change: Change) -> Guard | None:
    """What is in the place of what, in the body of a text."""
    if not change.replaces:
        return None
    here = [each.value for each in a.touching(change.a, change.a_end)]
    there = [each.value for each in b.touching(change.b, change.b_end)]
    if not _runs_in(here, there) and not _runs_in(there, here):
        return Guard.NUMBER
    if _counted(a, b, change):
        return Guard.NUMBER
    if a.is_quoted(change.a, change.a_end) and b.is_quoted(change.b, change.b_end):
        return Guard.QUOTE
    names = a.names(change.a, change.a_end), b.names(change.b, change.b_end)
    return Guard.NAME if names[0] - names[1] and names[1] - names[0] else None


def _runs_in(values: Sequence[str], longer: Sequence[str]) -> bool:
    """Whether some values are among others in the same order."""
    left = iter(longer)
    return all(each in left for each in values)


def _counted(a: Side, b: Side, change: Change) -> bool:
    """Whether other words stand beside a number: another month, unit or thing; or a word for the number."""
    stretches = a.word_around(change.a, change.a_end), b.word_around(change.b, change.b_end)
    if max(stop - start for start, stop in stretches) > _COUNTED:
        return False
    return any(side.beside_number(*stretch) for side, stretch in zip((a, b), stretches, strict=True))
