"""What likeness makes of the documents and their edits, per language."""

import random
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from syndicate.dedupe import Compared, RelatedAs, compare, sketch, winnow

from ._bulletins import BULLETINS, bulletins, one_figure_later
from ._documents import Document, counted, documents
from ._edits import PARTS, WHOLE, other_figures

MERGING: Final = (RelatedAs.COPY, RelatedAs.EXCERPT)
_PASSAGE: Final = 60  # characters that somebody pastes


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The figures of one language."""

    lang: str
    copies: int  # edited ones
    missed: tuple[str, ...]  # edits that were not found, or not called a copy or an excerpt
    unrelated: int  # pairs
    unrelated_merged: tuple[str, ...]
    refigured: int  # pairs with other figures
    refigured_merged: tuple[str, ...]
    passages: int
    lost: tuple[str, ...]  # passages that were not found

    @property
    def recall(self) -> float:
        """Share of the edited copies that were found and called so."""
        return 1 - len(self.missed) / self.copies


def measure(lang: str, *, retold: int = 2) -> Measured:
    """Measure one language, with each story told ``retold`` times with other figures."""
    stories = [counted(each) for each in documents(lang)]
    missed = [
        missing for number, story in enumerate(stories) for missing in _missed(story, stories[number - 1])
    ]
    refigured = [
        (story.text, other_figures(story, stories[number - 1], _chance(story, f"figures {seed}")))
        for number, story in enumerate(stories)
        for seed in range(retold)
    ]
    issued = [text for name in BULLETINS for text in bulletins(lang, name)]
    series = [pair for name in BULLETINS for pair in combinations(bulletins(lang, name), 2)]
    series += [one_figure_later(lang, name) for name in BULLETINS if lang in BULLETINS[name]]
    unrelated = list(combinations([story.text for story in stories[::2]] + issued[::3], 2))
    passages = [(story, place) for story in stories for place in range(5, len(story.text) - _PASSAGE, 97)]
    return Measured(
        lang=lang,
        copies=len(stories) * (len(WHOLE) + len(PARTS)),
        missed=tuple(missed),
        unrelated=len(unrelated),
        unrelated_merged=tuple(_told(pair) for pair in unrelated if _merges(*pair)),
        refigured=len(refigured) + len(series),
        refigured_merged=tuple(_told(pair) for pair in (*refigured, *series) if _merges(*pair)),
        passages=len(passages),
        lost=tuple(
            story.text[place : place + _PASSAGE] for story, place in passages if not _found(story, place)
        ),
    )


def _missed(story: Document, other: Document) -> list[str]:
    missed = []
    for name, edit in WHOLE.items():
        edited = edit(story, other, _chance(story, name))
        pair = (story.text, edited) if isinstance(edited, str) else edited
        if not set(sketch(pair[0]).bands) & set(sketch(pair[1]).bands) or not _merges(*pair):
            missed.append(f"{name}: {_told(pair)}")
    for name, part in PARTS.items():
        pair = story.text, part(story, other, _chance(story, name))
        if not _prints(pair[0]) & _prints(pair[1]) or not _merges(*pair):
            missed.append(f"{name}: {_told(pair)}")
    return missed


def _merges(a: str, b: str) -> bool:
    return compare(a, b).likeness in MERGING


def _told(pair: tuple[str, str]) -> str:
    found: Compared = compare(*pair)
    return f"{pair[0][:40]!r} and {pair[1][:40]!r}: {found.likeness}, {found.evidence}"


def _found(story: Document, place: int) -> bool:
    return bool(_prints(story.text[place : place + _PASSAGE]) & _prints(story.text))


def _prints(text: str) -> set[int]:
    return {each.value for each in winnow(text)}


def _chance(story: Document, name: str) -> random.Random:
    return random.Random(f"{story.lang}{story.headline}{name}")
