"""A passage that somebody asks about, beside a published text: the same letters, or where they differ."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from syndicate.dedupe._asked import compare
from syndicate.dedupe._likeness import Compared, Span
from syndicate.text import fold

ALIKE: Final = 0.3  # of a passage that stands in a text, so that the text is worth showing beside it
_RUN: Final = 10  # letters in a row that are no coincidence
_AROUND: Final = 3  # times as long: what stands before or behind a passage, and was not put in its place
_ENOUGH: Final = 24  # letters; fewer may be anybody's, unless they are a whole headline
_ISLAND: Final = 4  # letters; fewer between two changes are kept by chance
_FAR: Final = 16  # characters that so few letters never take
_NUMBER: Final = re.compile(r"\d+(?:[.,:/-]\d+)*")
_NUMBER_GOES_ON: Final = re.compile(r"(?:[.,:/-]?\d)+")
_HAN: Final = (0x3400, 0x9FFF)  # of which each counts for two: they say as much


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A place where a passage differs from a text; offsets in code points, empty where nothing stands."""

    asked: tuple[int, int]  # in the passage
    said: tuple[int, int]  # in the text
    figure: bool  # whether a number or a date stands on both sides, and not the same one


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """How much of a passage stands in a text, and where the two differ, in the order of the passage."""

    share: float  # of the passage, in runs that are no coincidence
    differences: tuple[Difference, ...]


def is_enough(folded: str) -> bool:
    """Whether a folded passage is long enough to be somebody's words."""
    return _weight(folded) >= _ENOUGH


def stands_in(folded: str, title: str, summary: str, body: str) -> bool:
    """Whether a passage, folded, stands in an item letter by letter: in one stretch, or as its headline.

    A stretch may go from the headline on to the body, past the summary, as pages show it.
    """
    head, lead, rest = fold(title), fold(summary), fold(body)
    if folded in {head, lead}:
        return True
    if not is_enough(folded):
        return False
    texts = (head + lead + rest, head + rest, rest)
    return any(_is_in(folded, text) or _is_cut_from(folded, text) for text in texts)


def _is_in(passage: str, text: str) -> bool:
    """Whether a passage stands in a text, and no number in it was cut: 12 is not in 12,400."""
    at = text.find(passage)
    while at >= 0:
        end = at + len(passage)
        before, behind = text[at - 1 : at] if at else "", text[end : end + 1]
        if not (before.isdigit() and passage[0].isdigit()) and not (
            behind.isdigit() and passage[-1].isdigit()
        ):
            return True
        at = text.find(passage, at + 1)
    return False


def _is_cut_from(passage: str, text: str) -> bool:
    """The same of a passage that was cut between a letter and its marks, at its beginning or its end."""
    apart = unicodedata.normalize("NFD", passage)
    begin = next((at for at, each in enumerate(apart) if not unicodedata.combining(each)), 0)
    return _is_in(apart[begin:], unicodedata.normalize("NFD", text))


def alike(passage: str, text: str) -> Alike | None:
    """Where a passage differs from a text in which much of it stands; None if too little of it does."""
    found = compare(passage, text)
    kept = [_weight(fold(passage[slice(*span.a)])) for span in found.kept]
    runs = [weight for weight in kept if weight >= _RUN]
    whole = sum(kept) + sum(_weight(fold(passage[slice(*span.a)])) for span in found.changed)
    share = sum(runs) / max(whole, 1)
    if share < ALIKE or max(runs) < _ENOUGH:
        return None
    return Alike(share=share, differences=tuple(_differences(found, passage, text)))


def _weight(folded: str) -> int:
    return len(folded) + sum(_HAN[0] <= ord(letter) <= _HAN[1] for letter in folded)


def _differences(found: Compared, passage: str, text: str) -> Iterator[Difference]:
    """What changed between the first passage that was kept and the last; outside of them, what was added."""
    first, last = found.kept[0], found.kept[-1]
    for span in _joined(found, passage, text):
        if span.a[1] <= first.a[0] or span.a[0] >= last.a[1]:
            around = _length(span.b) > _AROUND * _length(span.a)
            asked, said = span.a, (span.b[1], span.b[1]) if around else span.b
        else:
            asked, said = _whole_numbers(span, passage, text)
        figures = _figures(passage[slice(*asked)]), _figures(text[slice(*said)])
        if _length(asked) or _length(said):
            yield Difference(asked=asked, said=said, figure=all(figures) and figures[0] != figures[1])


def _joined(found: Compared, passage: str, text: str) -> Iterator[Span]:
    """The spans that changed; those with a mere few letters between them are one."""
    open_: Span | None = None
    for span in found.changed:
        if open_ is not None and _near(passage, open_.a[1], span.a[0]) and _near(text, open_.b[1], span.b[0]):
            open_ = Span(a=(open_.a[0], span.a[1]), b=(open_.b[0], span.b[1]))
            continue
        if open_ is not None:
            yield open_
        open_ = span
    if open_ is not None:
        yield open_


def _near(text: str, end: int, begin: int) -> bool:
    return 0 <= begin - end < _FAR and len(fold(text[end:begin])) < _ISLAND


def _whole_numbers(span: Span, passage: str, text: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """The span with the digits around it: who reads 7 for 4 in 12,400 wants to see both numbers whole."""
    before, behind = _digits(passage[: span.a[0]][::-1]), _digits(passage[span.a[1] :])
    asked = span.a[0] - before, span.a[1] + behind
    before, behind = _digits(text[: span.b[0]][::-1]), _digits(text[span.b[1] :])
    return asked, (span.b[0] - before, span.b[1] + behind)


def _digits(text: str) -> int:
    found = _NUMBER_GOES_ON.match(text)
    return found.end() if found else 0


def _figures(text: str) -> list[str]:
    return [fold(each) for each in _NUMBER.findall(text)]


def _length(of: Sequence[int]) -> int:
    return of[1] - of[0]
