"""How well likeness tells copies from siblings, per language."""

from ._documents import LANGUAGES, stories
from ._measure import measure
from ._translations import propose

__all__ = ["LANGUAGES", "measure", "propose", "stories"]
