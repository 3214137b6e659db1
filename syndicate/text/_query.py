"""What somebody looks for: words that must all be there, "words in a row", places by all their names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Final

from syndicate.text._bare import spaced
from syndicate.text._places import PLACES
from syndicate.text._terms import TOKEN, in_one_order

CHARACTERS: Final = 400  # of a query
WORDS: Final = 16  # that must all be there; a quotation is one
_QUOTES: Final = re.compile('["“”„‟«»「」『』＂]')  # noqa: RUF001 - on every keyboard others
_NAME_WORDS: Final = 6  # of the longest name of a place, and some


class Unfit(StrEnum):
    """Why a query cannot be answered: a stable code; ``detail`` says what to do."""

    EMPTY = "query-empty"
    TOO_LONG = "query-too-long"
    TOO_MANY = "query-too-many-words"

    @property
    def detail(self) -> str:
        """One sentence for whoever asked."""
        return _DETAILS[self]


_DETAILS: Final = {
    Unfit.EMPTY: "there is no letter and no digit in the query; write the words to look for",
    Unfit.TOO_LONG: f"a query has at most {CHARACTERS} characters; look for fewer words",
    Unfit.TOO_MANY: f"a query has at most {WORDS} words; put words that stand together into quotes",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which something wanted may be there: all these phrases, and all these terms beside."""

    phrases: tuple[tuple[str, ...], ...]
    beside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: of each of ``wanted`` one way. Texts that have ``accented`` beside come first."""

    wanted: tuple[tuple[Way, ...], ...]
    accented: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Said:
    """A piece of a query: what it asks for, and the accents that it was written with."""

    way: Way
    accented: frozenset[str]

    @property
    def terms(self) -> tuple[str, ...]:
        """Its terms in a row, where it is nothing but a row."""
        return self.way.phrases[0] if len(self.way.phrases) == 1 and not self.way.beside else ()


def seek(query: str) -> Sought | Unfit:
    """What ``query`` looks for, or why it cannot be looked for. No character has a meaning but quotes.

    >>> seek("Hà Nội").wanted
    ((Way(phrases=(('ha',),), beside=frozenset()),), (Way(phrases=(('noi',),), beside=frozenset()),))
    """
    if len(query) > CHARACTERS:
        return Unfit.TOO_LONG
    wanted: list[tuple[Way, ...]] = []
    accented: set[str] = set()
    for number, part in enumerate(_QUOTES.split(query)):
        quoted = number % 2 == 1
        said = [each for piece in ([part] if quoted else part.split()) if (each := _said(piece)) is not None]
        for each in said:
            accented |= each.accented
        wanted += [(each.way,) for each in said] if quoted else _with_places(said)
    if not wanted:
        return Unfit.EMPTY
    return (
        Unfit.TOO_MANY if len(wanted) > WORDS else Sought(tuple(dict.fromkeys(wanted)), frozenset(accented))
    )


def _said(piece: str) -> _Said | None:
    made = spaced(piece)
    phrases: list[list[str]] = [[]]
    beside: set[str] = set()
    accented: set[str] = set()
    for run in _runs(made.bare):
        if isinstance(run, tuple):  # letters of an unspaced script
            if len(run) == 1:  # whatever stands beside it in a text, no phrase of pairs ends with it alone
                beside.add(run[0])
                phrases.append([])
            else:
                phrases[-1] += map("".join, pairwise(run))
            continue
        phrases[-1].append(made.bare[run])
        if made.folded[run] != made.bare[run]:
            accented.add(made.folded[run])
    found = tuple(tuple(_few(phrase)) for phrase in phrases if phrase)
    return _Said(Way(found, frozenset(beside)), frozenset(accented)) if found or beside else None


def _runs(bare: str) -> Iterator[tuple[str, ...] | slice]:
    """What stands in a row: letters of unspaced scripts as letters, anything else by its place."""
    letters: list[str] = []
    for token in TOKEN.finditer(bare):
        if token[1]:
            letters.append(in_one_order(token[1]))
            continue
        if letters:
            yield tuple(letters)
            letters = []
        yield slice(token.start(), token.end())
    if letters:
        yield tuple(letters)


def _few(phrase: Sequence[str]) -> Iterator[str]:
    """A phrase as a stream has it: the same term more than twice in a row is there twice."""
    for at, term in enumerate(phrase):
        if at < 2 or phrase[at - 2 : at] != [term, term]:
            yield term


def _with_places(said: Sequence[_Said]) -> Iterator[tuple[Way, ...]]:
    at = 0
    while at < len(said):
        end, others = _place_at(said, at)
        if others:
            phrases = tuple(phrase for each in said[at:end] for phrase in each.way.phrases)
            yield (Way(phrases), *others)
        else:
            yield (said[at].way,)
        at = end


def _place_at(said: Sequence[_Said], at: int) -> tuple[int, tuple[Way, ...]]:
    """Where a place's name that begins at ``at`` ends, and its other names; the longest there is."""
    for end in range(min(at + _NAME_WORDS, len(said)), at, -1):
        pieces = said[at:end]
        if not all(each.terms for each in pieces):
            continue
        terms = tuple(term for each in pieces for term in each.terms)
        accented = frozenset[str]().union(*(each.accented for each in pieces))
        for name, others in _places().get(terms, ()):
            if accented <= name.accented:
                return end, others
    return at + 1, ()


@cache
def _places() -> Mapping[tuple[str, ...], Sequence[tuple[_Said, tuple[Way, ...]]]]:
    """By its terms: each name, and the other names of its place, each with the accents that it has."""
    found: dict[tuple[str, ...], list[tuple[_Said, tuple[Way, ...]]]] = {}
    for names in PLACES:
        place = [said for name in names if (said := _said(name)) is not None]
        for name in place:
            others = (Way(each.way.phrases, each.accented) for each in place if each.terms != name.terms)
            found.setdefault(name.terms, []).append((name, tuple(dict.fromkeys(others))))
    return found
