"""Where a passage differs from a text in which much of it stands, as its reader would mark it.

``compare`` aligns whole texts, and stops at stretches that are long enough to be no coincidence. Here the
rest is looked at letter by letter: a number changed near an end of the passage is to be seen as such.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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
_CHANCE: Final = 10  # characters; as many in a row are no coincidence
_REACH: Final = 4  # characters that may be left out for each letter of fewer
_WORD: Final = 24  # letters, at most, by which a mark grows to the end of a word
_SPACELESS_FROM: Final = "\u0e00"  # from here on, scripts that write words without spaces, and Han
_NUMBER: Final = re.compile(r"\d+(?:[.,:/-]\d+)*")
_NUMBER_GOES_ON: Final = re.compile(r"(?:[.,:/-]?\d)+")


_Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A place where a passage differs from a text; offsets in code points, empty where nothing stands."""

    asked: tuple[int, int]  # in the passage
    said: tuple[int, int]  # in the text
    figure: bool  # whether a number or a date stands on both sides, and not the same one


def differences(found: Compared, passage: str, text: str) -> list[Difference]:
    """What changed within the passage, in its order; of the text around it, nothing."""
    found = _without_chance(found, passage, text)
    changed = list(_changed(found, passage, text))
    cut = [
        Difference(asked=each.a, said=each.b, figure=True)
        for each in _cut_numbers(found, passage, text)
        if not any(other.asked[0] < each.a[1] and each.a[0] < other.asked[1] for other in changed)
    ]
    return sorted([*changed, *cut], key=lambda each: each.asked)


def _changed(found: Compared, passage: str, text: str) -> Iterator[Difference]:
    first, last = found.kept[0].a[0], found.kept[-1].a[1]
    otherwise = set(_written_otherwise(found))
    spans = [fine for span in _looked_at(found, passage, text) for fine in span]
    for span in _joined(sorted([*spans, *otherwise], key=lambda each: each.a), passage, text):
        outside = span.a[1] <= first or span.a[0] >= last
        if outside and _length(span.b) > _AROUND * _length(span.a):
            asked, said = span.a, (span.b[1], span.b[1])
        else:
            whole = whole_numbers(_whole_words(span, passage, text), passage, text)
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


def _without_chance(found: Compared, passage: str, text: str) -> Compared:
    """Without the few letters at an end of the passage that stand far away in the text, by chance, too."""
    kept = list(found.kept)
    while len(kept) > 1 and _is_by_chance(kept[0], kept[0], kept[1]):
        del kept[0]
    while len(kept) > 1 and _is_by_chance(kept[-1], kept[-2], kept[-1]):
        del kept[-1]
    if len(kept) == len(found.kept):
        return found
    (a, b), (a_end, b_end) = (kept[0].a[0], kept[0].b[0]), (kept[-1].a[1], kept[-1].b[1])
    while a and b and fold(passage[a - 1]) == fold(text[b - 1]):
        a, b = a - 1, b - 1
    while a_end < len(passage) and b_end < len(text) and fold(passage[a_end]) == fold(text[b_end]):
        a_end, b_end = a_end + 1, b_end + 1
    kept[0] = Span(a=(a, kept[0].a[1]), b=(b, kept[0].b[1]))
    kept[-1] = Span(a=(kept[-1].a[0], a_end), b=(kept[-1].b[0], b_end))
    within = [each for each in found.changed if _holds((a, a_end), each.a) and _holds((b, b_end), each.b)]
    before = Span(a=(0, a), b=(0, b))
    behind = Span(a=(a_end, len(passage)), b=(b_end, len(text)))
    return replace(found, kept=tuple(kept), changed=(before, *within, behind))


def _is_by_chance(few: Span, one: Span, after: Span) -> bool:
    """Whether a few letters are farther from the rest in the text than so few of them reach."""
    letters, left_out = _length(few.a), after.b[0] - one.b[1]
    return letters < _CHANCE and left_out > _AROUND * (after.a[0] - one.a[1]) + _REACH * letters


def _cut_numbers(found: Compared, passage: str, text: str) -> Iterator[Span]:
    """Numbers that a passage begins or ends in the middle of, or without their sign."""
    begin, end = found.kept[0], found.kept[-1]
    edges = [(begin.a[0], begin.b[0], passage[: begin.a[0]]), (end.a[1], end.b[1], passage[end.a[1] :])]
    for asked, said, beyond in edges:
        whole = whole_numbers(Span(a=(asked, asked), b=(said, said)), passage, text)
        written = [_written(passage[slice(*whole.a)]), _written(text[slice(*whole.b)])]
        if not fold(beyond) and fold(written[0]) and written[0] != written[1]:
            yield whole


def _written(number: str) -> str:
    return "".join(fold(each) or each for each in unicodedata.normalize("NFKC", "".join(number.split())))


def _holds(stretch: tuple[int, int], other: tuple[int, int]) -> bool:
    return stretch[0] <= other[0] and other[1] <= stretch[1]


def _looked_at(found: Compared, passage: str, text: str) -> Iterator[list[Span]]:
    first, last = found.kept[0].a[0], found.kept[-1].a[1]
    left = _FINE_MOST
    for span in found.changed:
        if not _length(span.a) and not first < span.a[0] < last:
            continue  # the text around the passage
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


def _whole_words(span: Span, passage: str, text: str) -> Span:
    """The span with the rest of the words that it cuts, where a script sets spaces: it is on both sides."""
    a, b = span.a, span.b
    if not _length(a):
        b, a = _slid(b, text, a[0], passage)
    elif not _length(b):
        a, b = _slid(a, passage, b[0], text)
    for _ in range(_WORD):
        if not (_cuts(passage, a[0]) or _cuts(text, b[0])) or _at(passage, a[0] - 1) != _at(text, b[0] - 1):
            break
        a, b = (a[0] - 1, a[1]), (b[0] - 1, b[1])
    for _ in range(_WORD):
        if (
            not (_cuts(passage, a[1]) or _cuts(text, b[1]))
            or passage[a[1] : a[1] + 1] != text[b[1] : b[1] + 1]
        ):
            break
        a, b = (a[0], a[1] + 1), (b[0], b[1] + 1)
    return Span(a=a, b=b)


def _slid(stretch: _Place, text: str, at: int, other: str) -> tuple[_Place, _Place]:
    """What one text has more than another, which has nothing at a place, moved to where it cuts no word.

    Between "temples" and "temples by soldiers" it is " by soldiers", and not "s by soldier".
    """
    if text[stretch[0] - 1 : stretch[0]].isalnum():
        at = len(other[max(0, at - _WORD) : at].rstrip()) + max(0, at - _WORD)  # behind the same letter
    for way in (-1, 1):
        start, stop, place = *stretch, at
        for _ in range(_WORD):
            if not (_cuts(text, start) or _cuts(text, stop)):
                return (start, stop), (place, place)
            first, last, same = (each - (way < 0) for each in (start, stop, place))
            letters = {_at(text, first), _at(text, last), _at(other, same)}
            if len(letters) > 1 or "" in letters:
                break
            start, stop, place = start + way, stop + way, place + way
    return stretch, (at, at)


def _at(text: str, place: int) -> str:
    return text[place] if 0 <= place < len(text) else ""


def _cuts(text: str, at: int) -> bool:
    """Whether a place lies within a word of a script with spaces."""
    around = text[max(0, at - 1) : at + 1]
    return len(around) == 2 and around.isalpha() and max(around) < _SPACELESS_FROM


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
