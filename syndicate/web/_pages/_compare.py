"""What changed from one text to the next, as runs to strike out, put in, or leave; bounded.

Paragraphs are compared first, and those that changed piece by piece. It is the shortest script of Myers ("An
O(ND) difference algorithm and its variations", 1986), given up where it would be long: nobody reads it then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from syndicate.web._pages._pieces import pieces

_PARAGRAPHS: Final = 400  # of each text; what is beyond is compared as one
_PIECES: Final = 4_000  # of each of two paragraphs
_EDITS: Final = 200  # between two texts, and between two paragraphs
_EDITS_ALL: Final = 1_000  # piece by piece, over a whole comparison


class What(StrEnum):
    """What became of a run of text."""

    KEPT = "kept"
    OUT = "out"
    IN = "in"


Run = tuple[What, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A paragraph that changed, in runs; or ``skipped`` paragraphs in which nothing did."""

    runs: tuple[Run, ...] = ()
    skipped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changed; ``whole``: something stands struck out and put in as a whole."""

    changes: tuple[Change, ...]
    whole: bool = False

    @property
    def same(self) -> bool:
        """Whether nothing changed."""
        return all(not change.runs for change in self.changes)


def compare(old: Sequence[str], new: Sequence[str]) -> Comparison:
    """The paragraphs ``old`` and ``new``, side by side."""
    old, new = _bounded(old), _bounded(new)
    script = edits(old, new)
    if script is None:
        runs = [(What.OUT, one) for one in old] + [(What.IN, one) for one in new]
        return Comparison(changes=tuple(Change(runs=(run,)) for run in runs), whole=True)
    comparing = _Comparing()
    changes: list[Change] = []
    for kept, group in groupby(script, lambda run: run[0] is What.KEPT):
        if kept:
            changes.append(Change(skipped=len(list(group))))
        else:
            changes += comparing.paragraphs(list(group))
    return Comparison(changes=tuple(changes), whole=comparing.whole)


def _bounded(paragraphs: Sequence[str]) -> Sequence[str]:
    if len(paragraphs) <= _PARAGRAPHS:
        return paragraphs
    return [*paragraphs[: _PARAGRAPHS - 1], "\n".join(paragraphs[_PARAGRAPHS - 1 :])]


class _Comparing:
    """One comparison under way: how much of its work is left."""

    def __init__(self) -> None:
        self.whole = False
        self._left = _EDITS_ALL

    def paragraphs(self, script: Sequence[Run]) -> Iterator[Change]:
        """A stretch of paragraphs that went and came: the first that went became the first that came."""
        went = [text for what, text in script if what is What.OUT]
        came = [text for what, text in script if what is What.IN]
        for old, new in zip(went, came, strict=False):
            yield from self._pair(old, new)
        yield from (Change(runs=((What.OUT, text),)) for text in went[len(came) :])
        yield from (Change(runs=((What.IN, text),)) for text in came[len(went) :])

    def _pair(self, old: str, new: str) -> Iterator[Change]:
        before, after = pieces(old), pieces(new)
        script, most = None, min(_EDITS, self._left)
        if len(before) <= _PIECES and len(after) <= _PIECES:
            script = edits(before, after, most)
            # What was given up on has cost as much as the longest way that would have been shown.
            self._left -= most if script is None else sum(what is not What.KEPT for what, _ in script)
        if script is None:
            self.whole = True
            yield Change(runs=((What.OUT, old),))
            yield Change(runs=((What.IN, new),))
            return
        yield Change(runs=tuple(_joined(script)))


def _joined(script: Sequence[Run]) -> Iterator[Run]:
    """Runs of one kind as one; of what changed between two kept runs, what went stands before what came."""
    for kept, group in groupby(script, lambda run: run[0] is What.KEPT):
        stretch = list(group)
        for what in (What.KEPT,) if kept else (What.OUT, What.IN):
            text = "".join(text for kind, text in stretch if kind is what)
            if text:
                yield what, text


def edits(old: Sequence[str], new: Sequence[str], most: int = _EDITS) -> list[Run] | None:
    """The shortest way from ``old`` to ``new``; None if it takes more than ``most`` edits."""
    begin = 0
    while begin < min(len(old), len(new)) and old[begin] == new[begin]:
        begin += 1
    end = 0
    while end < min(len(old), len(new)) - begin and old[-1 - end] == new[-1 - end]:
        end += 1
    middle = _shortest(old[begin : len(old) - end], new[begin : len(new) - end], most)
    if middle is None:
        return None
    first = [(What.KEPT, one) for one in old[:begin]]
    return [*first, *middle, *((What.KEPT, one) for one in old[len(old) - end :])]


def _shortest(old: Sequence[str], new: Sequence[str], most: int) -> list[Run] | None:
    reached = {1: 0}  # diagonal → how far along ``old`` one has come on it
    trail: list[dict[int, int]] = []
    for taken in range(min(most, len(old) + len(new)) + 1):
        trail.append(reached)
        reached = dict(reached)
        for diagonal in range(-taken, taken + 1, 2):
            x = reached[diagonal + 1] if _down(reached, diagonal, taken) else reached[diagonal - 1] + 1
            y = x - diagonal
            while x < len(old) and y < len(new) and old[x] == new[y]:
                x, y = x + 1, y + 1
            reached[diagonal] = x
            if x >= len(old) and y >= len(new):
                return _walked_back(old, new, trail)
    return None


def _down(reached: dict[int, int], diagonal: int, taken: int) -> bool:
    """Whether one comes to a diagonal by putting in, rather than by taking out."""
    return diagonal == -taken or (diagonal != taken and reached[diagonal - 1] < reached[diagonal + 1])


def _walked_back(old: Sequence[str], new: Sequence[str], trail: list[dict[int, int]]) -> list[Run]:
    script: list[Run] = []
    x, y = len(old), len(new)
    for taken in range(len(trail) - 1, -1, -1):
        reached, diagonal = trail[taken], x - y
        down = _down(reached, diagonal, taken)
        x0 = reached[diagonal + 1] if down else reached[diagonal - 1]
        y0 = x0 - (diagonal + 1 if down else diagonal - 1)
        while x > max(x0, 0) and y > max(y0, 0) and (x, y) != (x0, y0 + 1) and (x, y) != (x0 + 1, y0):
            x, y = x - 1, y - 1
            script.append((What.KEPT, old[x]))
        if taken:
            script.append((What.IN, new[y0]) if down else (What.OUT, old[x0]))
        x, y = x0, y0
    return script[::-1]
