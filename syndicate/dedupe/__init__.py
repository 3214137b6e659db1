"""The dedupe room: how one item stands to another, with the evidence for saying so. Pure.

Bring an item that is being admitted and what was known of its `sub` before, or two texts. Leave with
``Related`` values: facts with their rule and evidence, never a merge. Nothing is dropped because it looks
alike. ``sketch`` and ``winnow`` say by what to find texts that are alike, or share a passage; ``compare``
says how two texts stand to each other, and shows where they differ; ``postings`` packs the fingerprints of
many texts so that those with a passage are found at once.
"""

import importlib
from types import ModuleType

from syndicate.dedupe._asked import compare, sketch, winnow
from syndicate.dedupe._likeness import Compared, Fingerprint, Guard, RelatedAs, Rule, Sketch, Span
from syndicate.dedupe._relate import Related, relate

__all__ = [
    "Compared",
    "Fingerprint",
    "Guard",
    "Related",
    "RelatedAs",
    "Rule",
    "Sketch",
    "Span",
    "compare",
    "postings",
    "relate",
    "sketch",
    "winnow",
]


def __getattr__(name: str) -> ModuleType:
    # numpy, for the hub that keeps fingerprints only.
    if name == "postings":
        return importlib.import_module("syndicate.dedupe._postings")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
