"""Where in a text what was looked for stands, and a piece of it around that; no letter is ever cut."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Final

from syndicate.news import letters
from syndicate.text._query import Sought, Way
from syndicate.text._terms import Placed, Terms, placed_terms, terms

_PIECE: Final = 400  # characters of a text that are looked at together
_PIECES: Final = 200  # of a text that are looked at
_LETTER: Final = 64  # characters of a letter: whoever piles up more marks sees them cut
_BEFORE: Final = 3  # so much of an excerpt, one in so many, stands before what was found

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of a text, and where in it something stands that was looked for: no two spans touch."""

    text: str
    spans: tuple[Span, ...] = ()

    def runs(self) -> Iterator[tuple[str, bool]]:
        """The piece in runs, each with whether it was looked for."""
        at = 0
        for start, stop in self.spans:
            if at < start:
                yield self.text[at:start], False
            yield self.text[start:stop], True
            at = stop
        if at < len(self.text):
            yield self.text[at:], False


def clip(text: str, most: int) -> str:
    """``text``, or as many whole letters of it as ``most`` characters hold, and "…" for the rest."""
    if len(text) <= most:
        return text
    return text[: _cut(text, most - 1)].rstrip() + "…"


def mark(text: str, sought: Sought) -> Excerpt:
    """All of ``text``, with what was looked for."""
    return Excerpt(text, _spans(text, sought))


def excerpt(paragraphs: Sequence[str], sought: Sought, most: int, *, pieces_most: int = _PIECES) -> Excerpt:
    """At most ``most`` characters around the first place where most of what was looked for stands.

    Of the text the first ``pieces_most`` pieces of 400 characters are looked at: two take a millisecond.
    """
    pieces = list(islice(_pieces(paragraphs), pieces_most))
    if not pieces:
        return Excerpt("")
    best, piece = 0.0, pieces[0]
    for each in pieces:
        found = _count(terms(each), sought)
        if found > best:
            best, piece = found, each
        if best == len(sought.wanted):
            break
    return _around(piece, _spans(piece, sought) if best else (), most)


def _around(piece: str, spans: Sequence[Span], most: int) -> Excerpt:
    if len(piece) <= most:
        return Excerpt(piece, tuple(spans))
    first = spans[0][0] if spans else 0
    start = _next(piece, min(first - most // _BEFORE, len(piece) - most + 1))
    room = most - (start > 0)
    stop = len(piece) if len(piece) - start <= room else max(_cut(piece, start + room - 1), start)
    before = "…" if start else ""
    after = "…" if stop < len(piece) else ""
    moved = [(each[0] - start + len(before), min(each[1], stop) - start + len(before))
             for each in spans if start <= each[0] < stop]  # fmt: skip
    return Excerpt(before + piece[start:stop] + after, tuple(moved))


def _pieces(paragraphs: Sequence[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        rest = paragraph
        while rest:
            end = _cut(rest, _PIECE) if len(rest) > _PIECE else len(rest)
            piece, rest = rest[:end], rest[end:]
            if piece.strip():
                yield piece.strip()


def _next(text: str, at: int) -> int:
    """The first end of a letter at or after ``at``; 0 for what is not behind the beginning."""
    ends = accumulate(map(len, letters(text)), initial=0)
    return next(end for end in ends if end >= at)


def _cut(text: str, most: int) -> int:
    """The last end of a letter within ``most`` characters; of a longer first letter its own, bounded."""
    end = 0
    for letter in letters(text[: most + _LETTER]):
        if end and end + len(letter) > most:
            break
        end += len(letter)
    return min(end, len(text)) if most else 0


def _count(made: Terms, sought: Sought) -> float:
    """How many of the things wanted a text has; one of which it has a part counts for that part."""
    stream = f" {' '.join(made.stream)} "
    return sum(max(_share(stream, made.beside, way) for way in ways) for ways in sought.wanted)


def _share(stream: str, beside: frozenset[str], way: Way) -> float:
    if not way.beside <= beside:
        return 0
    if not way.phrases:
        return 1
    return sum(f" {' '.join(phrase)} " in stream for phrase in way.phrases) / len(way.phrases)


def _spans(text: str, sought: Sought) -> tuple[Span, ...]:
    placed = list(placed_terms(text))
    stream = [each for each in placed if not each.beside]
    others = {each.term for each in placed if each.beside}
    found: list[Span] = []
    for way in (way for ways in sought.wanted for way in ways):
        if not way.beside <= others:
            continue
        for phrase in way.phrases:
            found += _phrase_spans(stream, phrase)
        if not way.phrases or len(way.beside) == 1:
            found += [(each.start, each.stop) for each in placed if each.beside and each.term in way.beside]
    return tuple(_merged(_whole(text, found)))


def _whole(text: str, spans: Sequence[Span]) -> Sequence[Span]:
    """The spans with the rest of the letters that they cut, where somebody has joined what nobody joins."""
    ends = list(accumulate(map(len, letters(text)), initial=0))
    return [(ends[bisect_right(ends, start) - 1], ends[bisect_left(ends, stop)]) for start, stop in spans]


def _phrase_spans(stream: Sequence[Placed], phrase: Sequence[str]) -> Iterator[Span]:
    last = len(phrase) - 1
    for at, placed in enumerate(stream[: len(stream) - last]):
        if placed.term == phrase[0] and all(stream[at + n].term == term for n, term in enumerate(phrase)):
            yield placed.start, stream[at + last].stop


def _merged(spans: Sequence[Span]) -> Iterator[Span]:
    going: Span | None = None
    for span in sorted(spans):
        if going is None or span[0] > going[1]:
            if going is not None:
                yield going
            going = span
        else:
            going = going[0], max(going[1], span[1])
    if going is not None:
        yield going
