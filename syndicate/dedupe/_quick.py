"""Whether two texts are worth comparing: most that share a few bands are not alike, and this is cheap."""

from typing import Final

import numpy as np

from syndicate.dedupe._shingles import Hashes, distinct, letters_of, shingles_of

_ALIKE: Final = 0.6
_CONTAINED: Final = 0.8


def may_be_alike(a: str, b: str) -> bool:
    """Whether two texts share enough to be a copy, a sibling or an excerpt, whatever else stands in them."""
    first, second = _distinct(a), _distinct(b)
    shared = len(np.intersect1d(first, second, assume_unique=True))
    together = len(first) + len(second) - shared
    fewest = min(len(first), len(second))
    return shared >= _ALIKE * max(together, 1) or shared >= _CONTAINED * max(fewest, 1)


def _distinct(text: str) -> Hashes:
    return distinct(shingles_of(letters_of(text)))
