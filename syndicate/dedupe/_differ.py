"""Where a passage differs from a text in which much of it stands, as its reader would mark it.

``compare`` aligns whole texts, and stops at stretches that are long enough to be no coincidence. Here the
rest is looked at letter by letter: a number changed near an end of the passage is to be seen as such.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from syndicate.dedupe._likeness import Compared, Span
from syndicate.dedupe._numbers import with_signs
from syndicate.text import fold, fold_with_offsets

_AROUND: Final = 3  # times as long: what stands before or behind a passage, and was not put in its place
_ROOM: Final = 40  # characters more in which the beginning of a passage is looked for
_FINE: Final = 600  # characters of a stretch that is looked at letter by letter
_FINE_MOST: Final = 1_000_000  # pairs of letters of all such stretches: so many steps it may take at worst
_ISLAND: Final = 4  # letters; fewer between two changes are kept by chance
_FAR: Final = 16  # characters that so few letters never take
_NUMBER: Final = re.compile(r"\d+(?:[.,:/-]\d+)*")
_NUMBER_GOES_ON: Final = re.compile(r"(?:[.,:/-]?\d)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A place where a passage differs from a text; offsets in code points, empty where nothing stands."""

    asked: tuple[int, int]  # in the passage
    said: tuple[int, int]  # in the text
    figure: bool  # whether a number or a date stands on both sides, and not the same one


def differences(found: Compared, passage: str, text: str) -> Iterator[Difference]:
    """What changed within the passage; of the text around it, nothing."""
    first, last = found.kept[0].a[0], found.kept[-1].a[1]
    otherwise = set(_written_otherwise(found))
    spans = [fine for span in _looked_at(found, passage, text) for fine in span]
    for span in _joined(sorted([*spans, *otherwise], key=lambda each: each.a), passage, text):
        outside = span.a[1] <= first or span.a[0] >= last
        if outside and _length(span.b) > _AROUND * _length(span.a):
            asked, said = span.a, (span.b[1], span.b[1])
        else:
            whole = whole_numbers(span, passage, text)
            asked, said = whole.a, whole.b
        figures = _figures(passage[slice(*asked)]), _figures(text[slice(*said)])
        if _length(asked) or _length(said):
            other = figures[0] != figures[1] or span in otherwise
            yield Difference(asked=asked, said=said, figure=all(figures) and other)


def _written_otherwise(found: Compared) -> Iterator[Span]:
    """Where the letters are the same, and a number's points or signs are others."""
    for span in found.substituted:
        if any(_holds(kept.a, span.a) and _holds(kept.b, span.b) for kept in found.kept):
            yield span


def _holds(stretch: tuple[int, int], other: tuple[int, int]) -> bool:
    return stretch[0] <= other[0] and other[1] <= stretch[1]


def _looked_at(found: Compared, passage: str, text: str) -> Iterator[list[Span]]:
    first, last = found.kept[0].a[0], found.kept[-1].a[1]
    left = _FINE_MOST
    for span in found.changed:
        begin, end = span.b
        room = _AROUND * _length(span.a) + _ROOM
        if span.a[1] <= first:
            begin = max(begin, end - room)
        elif span.a[0] >= last:
            end = min(end, begin + room)
        near = Span(a=span.a, b=(begin, end))
        work = _length(near.a) * _length(near.b)
        fine = 0 < work <= left and _length(near.a) <= _FINE and _length(near.b) <= _AROUND * _FINE
        left -= work if fine else 0
        yield list(_letter_by_letter(near, passage, text)) if fine else [span]


def _letter_by_letter(span: Span, passage: str, text: str) -> Iterator[Span]:
    one, other = fold_with_offsets(passage[slice(*span.a)]), fold_with_offsets(text[slice(*span.b)])
    for what, i1, i2, j1, j2 in SequenceMatcher(None, one.text, other.text, autojunk=False).get_opcodes():
        if what != "equal":
            asked, said = one.span(i1, i2), other.span(j1, j2)
            yield Span(
                a=(span.a[0] + asked[0], span.a[0] + asked[1]), b=(span.b[0] + said[0], span.b[0] + said[1])
            )


def _joined(spans: list[Span], passage: str, text: str) -> Iterator[Span]:
    """The spans that changed; those with a mere few letters between them are one."""
    open_: Span | None = None
    for span in spans:
        if open_ is not None and _near(passage, open_.a[1], span.a[0]) and _near(text, open_.b[1], span.b[0]):
            open_ = Span(a=(open_.a[0], span.a[1]), b=(open_.b[0], span.b[1]))
            continue
        if open_ is not None:
            yield open_
        open_ = span
    if open_ is not None:
        yield open_


def _near(text: str, end: int, begin: int) -> bool:
    return begin - end < _FAR and len(fold(text[end:begin])) < _ISLAND


def whole_numbers(span: Span, passage: str, text: str) -> Span:
    """The span with the digits and signs around it: who reads 7 for 4 in 12,400 wants both numbers whole."""
    before, behind = _digits(passage[: span.a[0]][::-1]), _digits(passage[span.a[1] :])
    asked = span.a[0] - before, span.a[1] + behind
    before, behind = _digits(text[: span.b[0]][::-1]), _digits(text[span.b[1] :])
    return Span(a=with_signs(passage, *asked), b=with_signs(text, span.b[0] - before, span.b[1] + behind))


def _digits(text: str) -> int:
    found = _NUMBER_GOES_ON.match(text)
    return found.end() if found else 0


def _figures(text: str) -> list[str]:
    return [fold(each) for each in _NUMBER.findall(text)]


def _length(of: Sequence[int]) -> int:
    return of[1] - of[0]
