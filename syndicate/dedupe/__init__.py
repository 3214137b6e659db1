"""The dedupe room: how one item stands to another, with the evidence for saying so. Pure.

Bring an item that is being admitted and what was known of its `sub` before. Leave with ``Related``
values: facts with their rule and evidence, never a merge. Nothing is dropped because it looks alike.
"""

from syndicate.dedupe._relate import Related, RelatedAs, Rule, relate

__all__ = ["Related", "RelatedAs", "Rule", "relate"]
