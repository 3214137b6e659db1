"""How often somebody may ask: kept in memory for a minute or so, and nowhere else (S13)."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

_NAMES_MOST: Final = 10_000  # of those who asked lately; who asked longest ago is forgotten first
_MINUTE: Final = 60.0


class Rates:
    """A bucket for each name, full at the start, which fills up again within a minute."""

    def __init__(self, per_minute: int, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._most = per_minute
        self._ticks = ticks
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # how much, and when that was

    def __len__(self) -> int:
        return len(self._left)

    def take(self, name: str) -> int:
        """Take one from the bucket of ``name``: 0, or after how many seconds there is one again."""
        now = self._ticks()
        left, at = self._left.pop(name, (float(self._most), now))
        left = min(self._most, left + (now - at) * self._most / _MINUTE)
        self._left[name] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > _NAMES_MOST:
            self._left.popitem(last=False)
        return 0 if left >= 1 else math.ceil((1 - left) * _MINUTE / self._most)
