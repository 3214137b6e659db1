"""The words of this room: how two texts, and two items, may stand to each other, and what shows it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class RelatedAs(StrEnum):
    """How one version stands to what it is related to."""

    REVISION = "revision"  # a later version of the same item
    CORRECTS = "corrects"
    TRANSLATES = "translates"
    DERIVES = "derives"
    REBUTS = "rebuts"
    DISPUTES = "disputes"
    ENDORSES = "endorses"
    CITES = "cites"
    # What likeness tells, not the agency. None of it hides anything; COPY and EXCERPT make one story.
    COPY = "copy"
    EXCERPT = "excerpt"
    SIBLING = "sibling"  # one template, other figures: never one story
    REIDENTIFIED = "re-identified"  # the same item under another id of its agency
    TRANSLATION = "translation-possible"  # shown as possible, and never more


class Rule(StrEnum):
    """Why we say so."""

    SAME_SUB = "same-sub-higher-version"
    DECLARED = "declared"
    ALIKE = "alike"  # J of 0.6 or more, and the guard passed
    CONTAINED = "contained"  # 0.8 of the shorter in the longer, and the guard passed
    SUBSTITUTED = "alike-but-substituted"  # J of 0.6 or more, and the guard did not pass
    SAME_AGENCY = "alike-of-one-agency"  # J of 0.6 or more, of one agency, which numbers its own items
    SAME_FIGURES = "same-figures-in-another-language"  # published within two days; a proposal, and no more
    SAME_MOMENT = "alike-and-published-at-once"  # one agency's, J of 0.9 or more, every number equal


class Standing(StrEnum):
    """Whether what was found counts. What an agency declared always stands."""

    STANDS = "stands"
    WAITS = "waits"  # for a person: too many at once
    CONFIRMED = "confirmed"  # by the operator, in the log
    REJECTED = "rejected"  # likewise: it stays to be seen, and has no effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A place where two texts differ, or are alike. Offsets in code points; an empty side: added, removed."""

    a: tuple[int, int]  # start and stop in the first text
    b: tuple[int, int]


BANDS: Final = 24
"""How many bands a sketch has, unless its text is too short to be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What a text has in common with others, in a few numbers.

    Texts of J = 0.8 or more share several bands with near certainty, of 0.6 one with 96 %, of 0.16 (as
    much as texts about different things have) one in 2 %, two in 0.01 %. So who looks for candidates
    counts the bands that are shared, takes the few with most, and has these compared. Sketches of
    different ``folding`` share nothing.
    """

    folding: int
    letters: int  # of the matching text
    bands: tuple[int, ...]  # signed 64-bit; each names its place too. None of a text too short to compare


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """One of the passages by which a text is found again, wherever a part of it is pasted."""

    value: int  # signed 64-bit
    at: int  # code points into the text


class Guard(StrEnum):
    """What is in the way of calling two texts that look alike the same."""

    PASSED = "passed"  # nothing
    NUMBER = "number"  # a number or date stands where the other has another one
    NAME = "name"  # so does a name; where no capitals tell names, any word
    QUOTE = "quote"  # words in quotation marks were changed
    WORDS = "words"  # other words stand there, or a sentence has some more, or some less
    SHORT = "short"  # too little text for likeness to mean anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How two texts stand to each other, with what a person needs to check it."""

    jaccard: float  # shingles in common ÷ shingles of both together
    a_in_b: float  # shingles in common ÷ those of the first
    b_in_a: float
    letters: tuple[int, int]  # of the matching texts
    changed: tuple[Span, ...]  # in the order of the first text
    kept: tuple[
        Span, ...
    ]  # the passages that are alike, in the order of the first text: equal but for what is folded
    guard: Guard
    substituted: tuple[Span, ...]  # the spans for which the guard did not pass
    likeness: (
        RelatedAs | None
    )  # COPY, EXCERPT or SIBLING if different agencies said so; None if they are not alike
    same_numbers: bool  # whether both hold the same numbers, as often
    folding: int
    evidence: str  # one sentence that a person can check
