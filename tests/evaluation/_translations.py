"""How often what is proposed as a translation is one: the same texts in the languages of the members."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from syndicate.dedupe._figures import figures_of, in_common

from ._bulletins import BULLETINS
from ._documents import LANGUAGES, Document, documents, figure

Told = tuple[str, str, str]  # the language, what it is about with which figures, and the text


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """The figures of one pass."""

    pairs: int  # of the same in two languages, with the same figures
    found: int  # of these
    others: int  # pairs of texts in two languages that say something else, or with another figure
    wrong: tuple[str, ...]  # of these that are proposed all the same

    @property
    def precision(self) -> float:
        """Which share of what is proposed is a translation."""
        return self.found / max(1, self.found + len(self.wrong))


def propose(seeds: int = 1) -> Proposed:
    """Everything with everything in another language: articles and bulletins, as they are and changed."""
    pairs = found = others = 0
    wrong: list[str] = []
    for seed in range(seeds):
        told = [*_articles(seed), *_bulletins(seed)]
        figures = [figures_of(text) for _, _, text in told]
        for (one, a), (other, b) in combinations(zip(told, figures, strict=True), 2):
            if one[0] == other[0]:
                continue
            proposed = in_common(a, b) is not None
            if one[1] == other[1]:
                pairs, found = pairs + 1, found + proposed
            else:
                others += 1
                wrong += [f"{one[2][:60]!r} and {other[2][:60]!r}"] if proposed else []
    return Proposed(pairs=pairs, found=found, others=others, wrong=tuple(wrong))


def _articles(seed: int) -> Iterator[Told]:
    for lang in LANGUAGES:
        for number, document in enumerate(documents(lang)):
            chance = random.Random(f"{number} {seed}")
            figures = [
                chance.choice((chance.randint(32, 999), chance.randint(1_000, 99_999))) for _ in range(5)
            ]
            figures.append(chance.randint(10, 28))
            yield lang, f"article {number}", _with(document, figures)
            place = chance.randrange(5)
            changed = [*figures[:place], figures[place] + 1, *figures[place + 1 :]]
            yield lang, f"article {number} {changed}", _with(document, changed)


def _with(document: Document, figures: list[int]) -> str:
    """The document with these figures, one after each of its first paragraphs' beginnings."""
    words = " ".join(document.paragraphs).split(" ")
    step = max(1, len(words) // (len(figures) + 1))
    for place, number in enumerate(figures):
        words.insert(place * (step + 1), figure(document.lang, number))
    return replace(document, paragraphs=(" ".join(words),)).text


def _bulletins(seed: int) -> Iterator[Told]:
    for name, forms in BULLETINS.items():
        for issue in range(3):
            chance = random.Random(f"{name} {issue} {seed}")
            numbers = {"d": chance.randint(10, 28), **{each: chance.randint(100, 99_999) for each in "abc"}}
            later = {**numbers, "b": numbers["b"] + 1}
            for lang, form in forms.items():
                for told in (numbers, later, {**numbers, "d": numbers["d"] % 28 + 1, "c": 20 + issue}):
                    text = form.format(**{place: figure(lang, each) for place, each in told.items()})
                    yield lang, f"{name} {sorted(told.items())}", text
