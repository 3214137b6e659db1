"""Numbers of a text, in the digits of any script: figures, dates and times, as they are written.

And the signs that folding drops and that say as much as a letter: currencies, per cent, more and less.
"""

import re
import sys
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Final, NamedTuple

# Between digits, these belong to the number: grouping, fractions, dates, times, ranges.
_INSIDE: Final = {each: each for each in ".,:/-'"} | {
    "\u066b": ".",  # Arabic decimal separator
    "\u066c": ",",  # and thousands separator
    "\u2019": "'",
    "\u2010": "-",  # hyphen
    "\u2011": "-",  # and the one at which no line is broken
    "\u2013": "-",  # en dash
    "\u2212": "-",  # minus
}
MINUS: Final = frozenset("-\u2010\u2011\u2013\u2212\ufe63\uff0d")
_NO_SIGNS: Final = "|~\u2044"  # of mathematics to Unicode, and ornaments or a fraction's stroke in a text
_OF_A_HUNDRED: Final = {"\u066a": "%", "\ufe6a": "%", "\uff05": "%"} | {
    each: each for each in "%\u2030\u2031"
}
_ASKS: Final = dict.fromkeys("?\uff1f\u061f\u037e", "?")
_PLANE: Final = range(0x10000)  # re looks up a class of these in one step, and each beyond them one by one
_NEAR: Final = 2  # characters from a digit to a sign that belongs to its number
_GROUPED: Final = re.compile(r"(-?\d{1,3})([.,'])\d{3}(?:\2\d{3})+")  # two groups: no fraction looks so


class Number(NamedTuple):
    """A number: where its digits stand among the letters of the matching text, and how it is written."""

    start: int
    stop: int
    value: str  # digits in ASCII, without the grouping of millions, with its signs


def numbers_of(text: str, folded: str, at: Sequence[int], most: int = sys.maxsize) -> list[Number]:
    """The first numbers of a text, whose matching text is ``folded``, each letter of it from ``at`` in it."""
    return list(islice(_numbers(text, folded, at), most))


def _numbers(text: str, folded: str, at: Sequence[int]) -> Iterator[Number]:
    for start, stop in _runs(folded):
        begins = start
        value = _digit(text, folded, at, start)
        for place in range(start + 1, stop):
            between = _between(text, at[place - 1], at[place])
            if between is None:
                yield _number(text, at, begins, place, value)
                begins, value = place, ""
            else:
                value += between
            value += _digit(text, folded, at, place)
        yield _number(text, at, begins, stop, value)


def signs_of(text: str, at: Sequence[int]) -> Mapping[int, str]:
    """The signs of a text, question marks too: those before each letter of its matching text that has any."""
    found: dict[int, str] = {}
    for one in _any_sign().finditer(text):
        place = bisect_left(at, one.start())
        found[place] = found.get(place, "") + _sign(one[0])
    return found


def with_signs(text: str, start: int, stop: int) -> tuple[int, int]:
    """A stretch of a text, in code points, with the signs next to it: what is in front of 5 in $5 and -5."""
    for _ in range(_NEAR):
        start -= start > 0 and _is_sign(text[start - 1])
        stop += stop < len(text) and _is_sign(text[stop])
    return start, stop


def _is_sign(character: str) -> bool:
    return character in MINUS or character in _signs()


def _sign(character: str) -> str:
    plain = _OF_A_HUNDRED.get(character) or _ASKS.get(character)
    return unicodedata.normalize("NFKC", character) if plain is None else plain


@cache
def _signs() -> frozenset[str]:
    """Currencies, per cent and per mille, signs of mathematics."""
    points = (chr(code) for code in _PLANE if unicodedata.category(chr(code)) in ("Sc", "Sm"))
    return (
        frozenset(each for each in points if each not in _NO_SIGNS and each not in MINUS)
        | _OF_A_HUNDRED.keys()
    )


@cache
def _any_sign() -> re.Pattern[str]:
    return re.compile(f"[{re.escape(''.join(sorted(_signs() | _ASKS.keys())))}]")


def pictures_of(text: str, at: Sequence[int]) -> Mapping[int, str]:
    """The same of pictures, such as a green tick and a red cross."""
    found: dict[int, str] = {}
    for one in _any_picture().finditer(text):
        place = bisect_left(at, one.start())
        found[place] = found.get(place, "") + one[0]
    return found


@cache
def _any_picture() -> re.Pattern[str]:
    points = (chr(code) for code in _PLANE if unicodedata.category(chr(code)) == "So")
    return re.compile(f"[{re.escape(''.join(points))}\U0001f000-\U0001faff]")


def _runs(folded: str) -> Iterator[tuple[int, int]]:
    return (run.span() for run in re.finditer("[0-9]+", folded))


def _number(text: str, at: Sequence[int], begins: int, ends: int, value: str) -> Number:
    minus = "-" if _is_below_zero(text, at[begins]) else ""
    value = minus + value
    if _GROUPED.fullmatch(value):
        value = re.sub("[.,']", "", value)
    first, last = at[begins] - len(minus), at[ends - 1] + 1
    return Number(begins, ends, f"{_before(text, first)}{value}{_behind(text, last)}")


def _before(text: str, first: int) -> str:
    """The sign before a number, if nothing else stands between them but one space; and a minus before it."""
    near = text[max(0, first - _NEAR) : first].rstrip()
    if near[-1:] not in _signs():
        return ""
    return f"{'-' * (near[:-1] in MINUS)}{_sign(near[-1])}"


def _behind(text: str, last: int) -> str:
    near = text[last : last + _NEAR].lstrip()[:1]
    return _sign(near) if near in _signs() else ""


def _digit(text: str, folded: str, at: Sequence[int], place: int) -> str:
    """A digit; one that is raised, encircled or part of a fraction is another one than in a row."""
    character = text[at[place]]
    plain = character.isascii() or unicodedata.category(character) == "Nd"
    return folded[place] if plain else f"({character})"


def _between(text: str, before: int, after: int) -> str | None:
    """What joins two digits to one number; None if they are two."""
    if after <= before + 1:
        return ""
    seen = [each for each in text[before + 1 : after][:8] if unicodedata.category(each) not in ("Cf", "Mn")]
    if not seen and after - before <= 8:
        return ""
    return _INSIDE.get(seen[0]) if len(seen) == 1 else None


def _is_below_zero(text: str, at: int) -> bool:
    """Whether a minus stands before the digit, and nothing that it would join before that."""
    return at > 0 and text[at - 1] in MINUS and not text[max(0, at - 2) : at - 1].isalnum()
