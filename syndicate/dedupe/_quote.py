"""A passage that somebody asks about, beside what an agency published: the same letters, or where they differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from syndicate.dedupe._asked import compare
from syndicate.dedupe._likeness import Compared, Guard, Span
from syndicate.text import fold

ALIKE: Final = 0.3  # of a passage that stands in a text, so that the text is worth showing beside it
_RUN: Final = 10  # characters in a row that are no coincidence
_LONGEST: Final = 24  # characters that the longest such run has at least
_AROUND: Final = 3  # times as long: what stands before or behind a passage, and was not put in its place
_ENOUGH: Final = 24  # letters; fewer may be anybody's, unless they are a whole headline
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
    return len(folded) + sum(_HAN[0] <= ord(letter) <= _HAN[1] for letter in folded) >= _ENOUGH


def stands_in(folded: str, title: str, summary: str, body: str) -> bool:
    """Whether a passage, folded, stands in an item letter by letter: in one stretch, or as its headline.

    A stretch may go from the headline on to the body, past the summary, as pages show it.
    """
    head, lead, rest = fold(title), fold(summary), fold(body)
    if folded in {head, lead}:
        return True
    return is_enough(folded) and (folded in head + lead + rest or folded in head + rest)


def alike(passage: str, text: str) -> Alike | None:
    """Where a passage differs from a text in which much of it stands; None if too little of it does."""
    found = compare(passage, text)
    kept = [_length(span.a) for span in found.kept]
    runs = [length for length in kept if length >= _RUN]
    whole = sum(kept) + sum(_length(span.a) for span in found.changed)
    share = sum(runs) / max(whole, 1)
    if share < ALIKE or max(runs) < _LONGEST:
        return None
    return Alike(share=share, differences=tuple(_differences(found)))


def _differences(found: Compared) -> Iterator[Difference]:
    """What changed between the first passage that was kept and the last; outside of them, what was added."""
    first, last = found.kept[0], found.kept[-1]
    figures = set(found.substituted) if found.guard is Guard.NUMBER else set[Span]()
    for span in found.changed:
        outside = span.a[1] <= first.a[0] or span.a[0] >= last.a[1]
        if outside and _length(span.b) > _AROUND * _length(span.a):
            span = Span(a=span.a, b=(span.b[1], span.b[1]))  # noqa: PLW2901 - the text around the passage
        if _length(span.a) or _length(span.b):
            yield Difference(asked=span.a, said=span.b, figure=span in figures)


def _length(of: Sequence[int]) -> int:
    return of[1] - of[0]
