"""Numbers of a text, in the digits of any script: figures, dates and times, as they are written."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

# Between digits, these belong to the number: grouping, fractions, dates, times, ranges.
_INSIDE: Final = {each: each for each in ".,:/-'"} | {
    "\u066b": ".",  # Arabic decimal separator
    "\u066c": ",",  # and thousands separator
    "\u2019": "'",
    "\u2013": "-",  # en dash
    "\u2212": "-",  # minus
}
MINUS: Final = frozenset("-\u2212")
_GROUPED: Final = re.compile(r"(-?\d{1,3})([.,'])\d{3}(?:\2\d{3})+")  # two groups: no fraction looks so


class Number(NamedTuple):
    """A number: where its digits stand among the letters of the matching text, and how it is written."""

    start: int
    stop: int
    value: str  # in ASCII, without the grouping of millions


def numbers_of(text: str, folded: str, at: Sequence[int]) -> list[Number]:
    """The numbers of a text, whose matching text is ``folded``, each letter of it from ``at`` in ``text``."""
    found: list[Number] = []
    for start, stop in _runs(folded):
        begins = start
        value = _sign(text, at[start])
        for place in range(start, stop):
            between = "" if place == begins else _between(text, at[place - 1], at[place])
            if between is None:
                found.append(_number(begins, place, value))
                begins, value = place, _sign(text, at[place])
            else:
                value += between
            value += folded[place]
        found.append(_number(begins, stop, value))
    return found


def _runs(folded: str) -> Iterator[tuple[int, int]]:
    return (run.span() for run in re.finditer("[0-9]+", folded))


def _number(start: int, stop: int, value: str) -> Number:
    if _GROUPED.fullmatch(value):
        value = re.sub("[.,']", "", value)
    return Number(start, stop, value)


def _between(text: str, before: int, after: int) -> str | None:
    """What joins two digits to one number; None if they are two."""
    if after <= before + 1:
        return ""
    seen = [each for each in text[before + 1 : after][:8] if unicodedata.category(each) not in ("Cf", "Mn")]
    if not seen and after - before <= 8:
        return ""
    return _INSIDE.get(seen[0]) if len(seen) == 1 else None


def _sign(text: str, at: int) -> str:
    """A minus, if one stands before the digit and nothing that it would join before that."""
    signed = at > 0 and text[at - 1] in MINUS and not text[: at - 1][-1:].isalnum()
    return "-" if signed else ""
