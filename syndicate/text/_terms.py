"""Terms: what an index holds of a text, and what is asked of it. The same for every language.

A script that sets spaces gives its words, and its numbers apart from them. One that sets none (Thai, Lao,
Khmer, Burmese, Han) gives each two letters that stand together, across spaces too, which there mean little:
so a word of two letters is one term, and a longer one a phrase. What a phrase cannot ask for stands beside
the stream: single letters of those scripts, and words with the accents that the stream leaves out.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import add, eq
from typing import Final, NamedTuple

from syndicate.text._bare import spaced_with_places
from syndicate.text._fold import FOLDING

TERMS: Final = FOLDING * 1_000 + 2
"""The version of the terms. An index that names another one is made again."""

_MOST: Final = 20_000  # terms of one text's stream
_WORD: Final = 64  # characters of a word; a longer one is as many words as it takes
_NUMBER: Final = 32
_MARKS: Final = 16  # of a letter
_KEPT: Final = 16_384  # letters whose order is remembered
_UNSPACED: Final = ((0xE00, 0xEFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F))
_HAN: Final = "\u2e80-\u2fff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LEADING: Final = "\u0e40-\u0e44\u0ec0-\u0ec4"  # vowels that are written before their consonant
_FOLLOWING: Final = "\u0e30\u0e32\u0e45\u0eb0\u0eb2"  # vowels that are letters to Unicode
_BINDING: Final = "\u1039\u17d2"  # binds the next consonant below itself


def _of_category(kind: str) -> str:
    points = (chr(point) for first, last in _UNSPACED for point in range(first, last + 1))
    return "".join(point for point in points if unicodedata.category(point)[0] == kind)


_SIGNS: Final = _of_category("M")
_BASES: Final = _of_category("L") + _HAN
_LETTER: Final = (
    f"[{_LEADING}]?[{_BASES}](?:[{_BINDING}][{_BASES}]|[{_SIGNS}]){{0,{_MARKS}}}[{_FOLLOWING}]?|[{_SIGNS}]"
)
_UNBOUND: Final = f"[{_LEADING}]?[{_BASES}][{_SIGNS}]{{0,{_MARKS}}}[{_FOLLOWING}]?|[{_SIGNS}]"
_OTHER: Final = f"[0-9]{{1,{_NUMBER}}}|[^ 0-9{_SIGNS}{_BASES}]{{1,{_WORD}}}"
TOKEN: Final = re.compile(f"({_LETTER})|({_OTHER})")
_ANY_LETTER: Final = re.compile(_LETTER)
_PLAIN_LETTER: Final = re.compile(_UNBOUND)  # the same where nothing is bound, in three quarters of the time
_BOUND: Final = re.compile(f"[{_BINDING}]")
_JOINED: Final = re.compile(f"[{_LEADING}{_FOLLOWING}{_SIGNS}]")
_TERM: Final = re.compile(_OTHER)
_UNSPACED_LETTER: Final = re.compile(f"[{_SIGNS}{_BASES}]")
_RUN: Final = re.compile(f"([{_SIGNS}{_BASES}][ {_SIGNS}{_BASES}]*)|([^{_SIGNS}{_BASES}]+)")
_ACCENTED: Final = re.compile(f"[^ 0-9{_SIGNS}{_BASES}]{{1,{_WORD}}}")


@dataclass(frozen=True, slots=True)
class Terms:
    """What an index holds of a text: ``stream`` in its order, and ``beside`` it without any."""

    stream: Sequence[str]
    beside: frozenset[str]


class Placed(NamedTuple):
    """A term, and where in the text it stands; ``beside`` says that it is none of the stream."""

    term: str
    start: int
    stop: int
    beside: bool = False


def terms(text: str) -> Terms:
    """The terms of ``text``, at most 20,000 in its stream: what comes behind them is not looked for.

    The same term more than twice in a row is taken twice. Needs numpy (extra `hub`).

    >>> terms("Hà Nội, 2026").stream
    ['ha', 'noi', '2026']
    """
    return next(terms_each([text]))


def terms_each(texts: Sequence[str]) -> Iterator[Terms]:
    """``terms`` of each text; of many short ones at once in two thirds of the time."""
    from syndicate.text._bare_table import spaced_each  # noqa: PLC0415 - numpy, for who makes an index only

    for made in spaced_each(texts):
        stream, beside = _read(made.bare)
        if made.folded != made.bare:
            beside.update(_ACCENTED.findall(made.folded))
            beside.difference_update(stream)
        yield Terms(stream, frozenset(beside))


def placed_terms(text: str) -> Iterator[Placed]:
    """The terms of ``text`` with their places in it, each letter whole; none is left out."""
    made = spaced_with_places(text)
    before: tuple[str, int] | None = None
    for found in TOKEN.finditer(made.bare):
        start, stop = made.starts[found.start()], made.stops[found.end() - 1]
        if found[2]:
            before = None
            yield Placed(found[2], start, stop)
            if (accented := made.folded[found.start() : found.end()]) != found[2]:
                yield Placed(accented, start, stop, beside=True)
            continue
        letter = in_one_order(found[1])
        yield Placed(letter, start, stop, beside=True)
        if before is not None:
            yield Placed(before[0] + letter, before[1], stop)
        before = letter, start


def _read(bare: str) -> tuple[list[str], set[str]]:
    """The stream of a bare text, and the letters of its scripts without spaces."""
    if _UNSPACED_LETTER.search(bare) is None:
        return _stream_of(_TERM.findall(bare)), set()
    stream: list[str] = []
    letters: set[str] = set()
    for run, between in _RUN.findall(bare):
        if between:
            stream += _TERM.findall(between)
            continue
        here = _letters_of(run)
        letters.update(here)
        stream += map(add, here, islice(here, 1, None)) if len(here) > 1 else here
    return _stream_of(stream), letters


def _letters_of(run: str) -> Sequence[str]:
    if _JOINED.search(run) is None:
        return run.replace(" ", "")  # as in Han, each by itself
    pattern = _ANY_LETTER if _BOUND.search(run) else _PLAIN_LETTER
    return list(map(_in_one_order.__getitem__, pattern.findall(run)))


def _stream_of(found: list[str]) -> list[str]:
    """What was found, bounded, none more than twice in a row."""
    if any(map(eq, found, islice(found, 1, None))):
        before: list[str | None] = [None, None, *found]
        found = [each for each, *two in zip(found, before, before[1:], strict=False) if two != [each, each]]
    return found[:_MOST]


def in_one_order(letter: str) -> str:
    """A letter whose signs are in one order, whatever order they were typed in."""
    return _in_one_order[letter]


class _InOneOrder(dict[str, str]):
    """Letter → itself with its signs in one order; filled as it is asked, up to a bound."""

    def __missing__(self, letter: str) -> str:
        found = letter[0] + "".join(sorted(letter[1:]))
        if len(self) < _KEPT:
            self[letter] = found
        return found


_in_one_order: Final = _InOneOrder()
