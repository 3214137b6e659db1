"""What a translation keeps letter by letter: its figures. By these, and by nothing else, one is proposed.

A proposal says "possibly", merges nothing, and is worth having only if it is nearly always right: so all that
could be said by chance is left out. Days and years stand in any text of a week, round numbers in any budget.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from syndicate.dedupe._likeness import RelatedAs, Rule
from syndicate.dedupe._numbers import numbers_of
from syndicate.dedupe._relate import Related
from syndicate.dedupe._weigh import matter_of
from syndicate.news import Item
from syndicate.text import FOLDING, fold_with_offsets

_APART: Final = timedelta(days=2)  # that a translation is published after its original, or before
_PARTS: Final = re.compile(r"[/:-]")  # of dates, times and ranges: how they are put differs by language
_DAYS: Final = 31
_YEARS: Final = range(1900, 2101)
_BUDDHIST: Final = 543  # years before ours
_FIGURES: Final = 3  # that are no days, and no years
_DIGITS: Final = 8  # of these, zeros at their ends apart
_NUMBERS: Final = 4  # in common, days and years among them
_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of two digits or more that a text holds, without what languages write otherwise."""

    telling: frozenset[str]
    common: frozenset[str]  # what may be a day, a month or a year

    @property
    def tell(self) -> bool:
        """Whether nobody else has these by chance."""
        digits = sum(len(each.rstrip("0")) for each in self.telling)
        return len(self.telling) >= _FIGURES and digits >= _DIGITS


def figures_of(text: str) -> Figures:
    """The figures of a text, in the digits of any script and the years of any calendar."""
    folded = fold_with_offsets(text)
    telling: set[str] = set()
    common: set[str] = set()
    for number in numbers_of(text, folded.text, folded.at):
        for part in _PARTS.split(number.value):
            digits = re.sub(r"\D", "", part).lstrip("0")
            if len(digits) < 2:
                continue
            if len(digits) == 4 and int(digits) - _BUDDHIST in _YEARS:
                digits = str(int(digits) - _BUDDHIST)
            ordinary = len(digits) <= 4 and (int(digits) <= _DAYS or int(digits) in _YEARS)
            (common if ordinary else telling).add(digits)
    return Figures(frozenset(telling), frozenset(common))


def in_common(one: Figures, other: Figures) -> float | None:
    """How much two texts have of all their figures in common; None if it tells nothing, or one differs."""
    common = (one.telling | one.common) & (other.telling | other.common)
    if one.telling != other.telling or not one.tell or len(common) < _NUMBERS:
        return None
    return len(common) / len(one.telling | one.common | other.common)


def figure_key(item: Item) -> int | None:
    """The same number for all items with the same figures, signed, 64 bits; None of those with too few."""
    figures = figures_of(matter_of(item))
    if not figures.tell:
        return None
    named = hashlib.sha256(" ".join(sorted(figures.telling)).encode()).digest()
    return int.from_bytes(named[:8], "big", signed=True)


def possible_translation(item: Item, other: Item) -> Related | None:
    """Whether ``item`` may say in another language what ``other`` does, which was here before.

    Only if it was published within two days, and every figure that tells anything is the same in both.
    """
    moments = [datetime.fromisoformat(each.published) for each in (item, other)]
    apart = abs(moments[0] - moments[1])
    if item.sub == other.sub or apart > _APART or _tongue(item.lang) == _tongue(other.lang):
        return None
    mine, theirs = figures_of(matter_of(item)), figures_of(matter_of(other))
    score = in_common(mine, theirs)
    if score is None:
        return None
    shown = sorted(mine.telling, key=lambda digits: (-len(digits), digits))[:_SHOWN]
    return Related(
        sub=item.sub,
        ver=item.ver,
        type=RelatedAs.TRANSLATION,
        to_sub=other.sub,
        to_ver=other.ver,
        rule=Rule.SAME_FIGURES,
        evidence=f"another language, published within two days, and the same figures: {', '.join(shown)}",
        score=score,
        folding=FOLDING,
    )


def _tongue(lang: str) -> tuple[str, str]:
    """A language, and the script if it says which."""
    first, *more = lang.split("-")
    return first, next((each for each in more if len(each) == 4), "")
