"""A passage that somebody asks about, beside a published text: the same letters, or where they differ."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from syndicate.dedupe._asked import compare
from syndicate.dedupe._differ import Difference, differences
from syndicate.text import fold

ALIKE: Final = 0.3  # of a passage that stands in a text, so that the text is worth showing beside it
_RUN: Final = 10  # letters in a row that are no coincidence
_ENOUGH: Final = 24  # letters; fewer may be anybody's, unless they are a whole headline
_HAN: Final = (0x3400, 0x9FFF)  # of which each counts for two: they say as much


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
    if passage[_RUN:-_RUN] not in text:
        return False
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
    return Alike(share=share, differences=tuple(differences(found, passage, text)))


def _weight(folded: str) -> int:
    return len(folded) + sum(_HAN[0] <= ord(letter) <= _HAN[1] for letter in folded)
