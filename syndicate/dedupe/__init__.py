"""The dedupe room: how one item stands to another, with the evidence for saying so. Pure.

Bring an item that is being admitted and what was known of its `sub` before, or two texts. Leave with
``Related`` values: facts with their rule and evidence, never a merge. Nothing is dropped because it looks
alike. ``sketch`` and ``winnow`` say by what to find texts that are alike, or share a passage; ``compare``
says how two texts stand to each other, and shows where they differ.
"""

from syndicate.dedupe._asked import compare, sketch, winnow
from syndicate.dedupe._likeness import Compared, Fingerprint, Guard, RelatedAs, Rule, Sketch, Span, Standing
from syndicate.dedupe._relate import Related, relate
from syndicate.dedupe._weigh import matter_of, weigh

__all__ = [
    "Compared",
    "Fingerprint",
    "Guard",
    "Related",
    "RelatedAs",
    "Rule",
    "Sketch",
    "Span",
    "Standing",
    "compare",
    "matter_of",
    "relate",
    "sketch",
    "weigh",
    "winnow",
]
