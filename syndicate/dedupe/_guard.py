"""The guard: what in two texts that look alike must not be called the same, judged where they differ.

A number, a date, a sign, a name or any other words in the place of others, or a word more or less within a
sentence. What was added or left out in whole sentences does not count, nor a new headline, dateline or credit
line, unless it is the old one with other figures.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from syndicate.dedupe._align import Block
from syndicate.dedupe._likeness import Guard
from syndicate.dedupe._numbers import Number
from syndicate.dedupe._sentences import are_lines_of_two, headline_of, retold, reworded
from syndicate.dedupe._side import NUMBERS, Side, Stretch, contexts, within, without

_LONG: Final = 40  # letters alike, before and after which is the edge of a text
_LONG_HAN: Final = 15
_HAN_FROM: Final = "\u3041"
_EDGE: Final = 240  # letters of an edge, at most
_CONTEXT: Final = 6  # letters on each side by which a number is known again elsewhere
_COUNTED: Final = 60  # letters of other words beside a number, at most
_APART: Final = 8  # letters alike that part two changes
MOVED: Final = 48  # letters in a row that are a passage which has moved, and not a turn of phrase
_SEAM: Final = 8  # letters that are new where two passages meet that did not meet before
_NAME: Final = 40  # letters of a name, at most, in a script without capitals
_ANCHOR: Final = 10  # letters before, or after, a number by which it is the same one elsewhere
_QUOTED_WHOLE: Final = (
    0.5  # of one text within quotation marks, and not of the other: who quotes does not say
)
_DAY: Final = re.compile(
    r"0?[1-9]|[12]\d|3[01]|(?:19|20|2[456])\d\d|\d{1,4}([/.-])\d{1,2}(?:\1\d{1,4})?|\d{1,2}[:.]\d\d"
)
_DATE: Final = re.compile(r"(?:19|20|2[456])\d\d|\d{1,4}([/.-])\d{1,2}(?:\1\d{1,4})?")


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


Settled = tuple[
    AbstractSet[int], AbstractSet[int]
]  # where the numbers begin, in each of two texts, that raise no question


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
    if max(len(a.numbers), len(b.numbers)) > NUMBERS:
        if a.text.split() != b.text.split():
            yield Objection(Guard.NUMBER, Change(0, len(a.folded), 0, len(b.folded)))
        return
    if abs(a.share_quoted - b.share_quoted) > _QUOTED_WHOLE:
        yield Objection(Guard.QUOTE, Change(0, len(a.folded), 0, len(b.folded)))
    settled = _settled(a, b), _settled(b, a)
    edges = _edges(a, b, blocks)
    for change in (*changes_of(a, b, blocks, apart=_APART), *_twins(a, b)):
        edge = _dateline(a, b, change) or next((one for one in edges if _holds(one, change)), None)
        is_new = edge is not None and reworded(a.folded[edge.a : edge.a_end], b.folded[edge.b : edge.b_end])
        if is_new or _is_in_headlines(a, b, change):
            days = _days(a, change.a, change.a_end), _days(b, change.b, change.b_end)
            guard = Guard.NUMBER if _contradicts(a, b, change, days) else None
            settled = settled[0] | days[0], settled[1] | days[1]
        else:
            guard = _replaced(a, b, change, settled)
        if guard is not None:
            yield Objection(guard, change)
    yield from (Objection(Guard.NUMBER, each) for each in _elsewhere(a, b, settled))
    yield from (Objection(Guard.NUMBER, each) for each in _written_otherwise(a, b, blocks))
    yield from (Objection(Guard.WORDS, Change(*here, *there)) for here, there in retold(a, b))


def _twins(a: Side, b: Side) -> Iterator[Change]:
    """What is new in both texts between the same words, wherever a passage has moved to."""
    here, there = _new_between(a), _new_between(b)
    for words in here.keys() & there.keys():
        (start, stop), (other, end) = here[words], there[words]
        while start < stop and other < end and a.folded[start] == b.folded[other]:
            start, other = start + 1, other + 1
        while start < stop and other < end and a.folded[stop - 1] == b.folded[end - 1]:
            stop, end = stop - 1, end - 1
        yield Change(start, stop, other, end)


def _new_between(side: Side) -> dict[tuple[str, str], Stretch]:
    """The stretches that are nowhere in the other text, by the words before and after each."""
    stretches = without(0, len(side.folded), side.again)
    return {
        (side.folded[start - _CONTEXT : start], side.folded[stop : stop + _CONTEXT]): (start, stop)
        for start, stop in stretches
        if start >= _CONTEXT and stop <= len(side.folded) - _CONTEXT and stop - start <= _EDGE
    }


def _settled(side: Side, other: Side) -> AbstractSet[int]:
    """Where the numbers begin that stand in the other text, too, with the same words on one side."""
    here, there = (
        Counter(anchor for number in contexts(each, _ANCHOR) for anchor in _anchors(*number))
        for each in (side, other)
    )
    return {
        number.start
        for number, before, after in contexts(side, _ANCHOR)
        if any(here[anchor] <= there[anchor] for anchor in _anchors(number, before, after))
    }


def _anchors(number: Number, before: str, after: str) -> Iterator[tuple[str, str, str]]:
    if len(before) == _ANCHOR:
        yield number.value, before, ""
    if len(after) == _ANCHOR:
        yield number.value, "", after


def _elsewhere(a: Side, b: Side, settled: Settled) -> Iterator[Change]:
    """Numbers behind, or before, the same words with another value, wherever a passage has moved to."""
    here, there = _by_words(a, settled[0]), _by_words(b, settled[1])
    for words in here.keys() & there.keys():
        left = _left(here[words], there[words]), _left(there[words], here[words])
        if all(left):
            yield Change(left[0][0].start, left[0][0].stop, left[1][0].start, left[1][0].stop)


def _by_words(side: Side, settled: AbstractSet[int]) -> dict[tuple[str, str], list[Number]]:
    found: dict[tuple[str, str], list[Number]] = defaultdict(list)
    for number, before, after in contexts(side, _CONTEXT):
        if number.start not in settled:
            found[before, ""].append(number)
            found["", after].append(number)
    return {words: numbers for words, numbers in found.items() if len("".join(words)) == _CONTEXT}


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
        yield from _other_signs(a, b, block)


def _other_signs(a: Side, b: Side, block: Block) -> Iterator[Change]:
    """Letters of a passage that is alike between which there are other signs, or another picture."""
    signs = _between(a.signs, block.a, block.length), _between(b.signs, block.b, block.length)
    pictures = _between(a.pictures, block.a, block.length), _between(b.pictures, block.b, block.length)
    other = {each for each in signs[0].keys() | signs[1].keys() if signs[0].get(each) != signs[1].get(each)}
    other |= {
        each for each in pictures[0].keys() & pictures[1].keys() if pictures[0][each] != pictures[1][each]
    }
    for place in sorted(other):
        at, to = block.a + place, block.b + place
        yield Change(at - 1, at + 1, to - 1, to + 1)


def _between(signs: Mapping[int, str], start: int, length: int) -> dict[int, str]:
    return {place - start: sign for place, sign in signs.items() if start < place < start + length}


def _edges(a: Side, b: Side, blocks: Sequence[Block]) -> list[Change]:
    """What stands before the first and after the last long passage that is alike, if that is little."""
    long = [each for each in blocks if each.length >= _long(a, each)]
    if not long:
        return []
    end = long[-1].a + long[-1].length, long[-1].b + long[-1].length
    edges = [Change(0, long[0].a, 0, long[0].b), Change(end[0], len(a.folded), end[1], len(b.folded))]
    return [
        each
        for each in edges
        if max(each.a_end - each.a, each.b_end - each.b) <= _EDGE
        and _mostly_new(a, each.a, each.a_end)
        and _mostly_new(b, each.b, each.b_end)
    ]


def _mostly_new(side: Side, start: int, stop: int) -> bool:
    """Whether half of a stretch is its text's own: a line that has moved is no new one."""
    new = sum(last - first for first, last in without(start, stop, side.again))
    return 2 * new >= stop - start


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


def _is_in_headlines(a: Side, b: Side, change: Change) -> bool:
    """Whether a change is in the headlines of both, which are each newsroom's own."""
    here, there = headline_of(a), headline_of(b)
    return _holds(Change(*here, *there), change) and are_lines_of_two(a, here, b, there)


def _contradicts(a: Side, b: Side, change: Change, days: Settled) -> bool:
    """Whether both have figures in a new line that the other has nowhere; a day may differ."""
    here, there = a.touching(change.a, change.a_end), b.touching(change.b, change.b_end)
    only = _left(here, there), _left(there, here)
    return all(
        any(each.value not in values and each.start not in known for each in left)
        for left, values, known in zip(only, (b.values, a.values), days, strict=True)
    )


def _days(side: Side, start: int, stop: int) -> AbstractSet[int]:
    """Where the numbers begin that may be a day: in a dateline, or beside a date in the last line."""
    days = [each for each in side.touching(start, stop) if _DAY.fullmatch(each.value)]
    last = [each for each in days if each.start >= side.last_line]
    if not any(_DATE.fullmatch(each.value) for each in last):
        last = []
    return {each.start for each in days if within(side.datelines, each.start, each.stop)} | {
        each.start for each in last
    }


def _replaced(a: Side, b: Side, change: Change, settled: Settled) -> Guard | None:
    """What is in the place of what, in the body of a text."""
    if not change.replaces:
        return None
    here, there = (change.a, change.a_end), (change.b, change.b_end)
    new = without(*here, a.again), without(*there, b.again)
    if new != ([here], [there]):
        return _moved((a, b), new, settled)
    values = [
        [number.value for number in side.touching(*stretch)] for side, stretch in ((a, here), (b, there))
    ]
    if not _runs_in(values[0], values[1]) and not _runs_in(values[1], values[0]):
        return Guard.NUMBER
    if _counted(a, b, change):
        return Guard.NUMBER
    if a.is_quoted(*here) and b.is_quoted(*there):
        return Guard.QUOTE
    named = _differ(a.names(*here), b.names(*there)) or all(
        stop - start <= _NAME and _has_no_case(side.folded[start:stop])
        for side, (start, stop) in ((a, here), (b, there))
    )
    return Guard.NAME if named else Guard.WORDS


def _has_no_case(folded: str) -> bool:
    """Whether words are of a script in which nothing tells a name from another word."""
    return not any(each.islower() for each in folded)


def _moved(
    sides: tuple[Side, Side], new: tuple[list[Stretch], list[Stretch]], settled: Settled
) -> Guard | None:
    """What is new where a passage has moved away or to, on both sides: not the seams that it left."""
    values: list[set[str]] = []
    names: list[set[str]] = []
    for side, stretches, known in zip(sides, new, settled, strict=True):
        numbers = (number for stretch in stretches for number in side.touching(*stretch))
        values.append({number.value for number in numbers if number.start not in known})
        long = (stretch for stretch in stretches if stretch[1] - stretch[0] > _SEAM)
        names.append({name for stretch in long for name in side.names(*stretch)})
    if _differ(*values):
        return Guard.NUMBER
    if _differ(*names):
        return Guard.NAME
    worded = all(any(stop - start > _SEAM for start, stop in stretches) for stretches in new)
    return Guard.WORDS if worded else None


def _differ(here: set[str], there: set[str]) -> bool:
    """Whether each has something that the other has not."""
    return bool(here - there and there - here)


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
