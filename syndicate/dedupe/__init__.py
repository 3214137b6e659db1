"""The dedupe room: how one item stands to another, with the evidence for saying so. Pure.

Bring an item that is being admitted and what was known of its `sub` before, or two texts. Leave with
``Related`` values: facts with their rule and evidence, never a merge. Nothing is dropped because it looks
alike. ``sketch`` and ``winnow`` say by what to find texts that are alike, or share a passage; ``compare``
says how two texts stand to each other and shows where they differ, ``infer`` what that makes of two items,
``origin`` which of those that tell a story had it first. ``normal_url`` makes equal addresses equal.
``postings`` packs the fingerprints of many texts, so that those with a passage are found at once,
``shared`` those that have passages in common with many others;
``figure_key`` and ``possible_translation`` propose what may be the same in another language;
``Passage`` and ``alike`` say what a passage that somebody asks about has to do with one of them.

This door is wider than five names because each of these is asked by somebody else.
"""

import importlib
from types import ModuleType

from syndicate.dedupe._asked import compare, sketch, sketch_each, winnow
from syndicate.dedupe._differ import Difference, whole_numbers
from syndicate.dedupe._figures import figure_key, possible_translation
from syndicate.dedupe._infer import Told, infer
from syndicate.dedupe._likeness import Compared, Fingerprint, Guard, RelatedAs, Rule, Sketch, Span, Standing
from syndicate.dedupe._origin import Origin, OriginRule, Teller, credited, origin, teller_of, whom_credits
from syndicate.dedupe._quote import Alike, Passage, alike, is_enough
from syndicate.dedupe._relate import Related, relate
from syndicate.dedupe._url import normal_url
from syndicate.dedupe._weigh import matter_of, weigh

__all__ = [
    "Alike",
    "Compared",
    "Difference",
    "Fingerprint",
    "Guard",
    "Origin",
    "OriginRule",
    "Passage",
    "Related",
    "RelatedAs",
    "Rule",
    "Sketch",
    "Span",
    "Standing",
    "Teller",
    "Told",
    "alike",
    "compare",
    "credited",
    "figure_key",
    "infer",
    "is_enough",
    "matter_of",
    "normal_url",
    "origin",
    "possible_translation",
    "postings",
    "relate",
    "shared",
    "sketch",
    "sketch_each",
    "teller_of",
    "weigh",
    "whole_numbers",
    "whom_credits",
    "winnow",
]


def __getattr__(name: str) -> ModuleType:
    # numpy, for the hub that keeps fingerprints only.
    if name in {"postings", "shared"}:
        return importlib.import_module(f"syndicate.dedupe._{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
