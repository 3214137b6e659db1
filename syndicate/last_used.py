"""What was used last, by name: as much as there is room for. It lies below every room, and knows none."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class LastUsed(Generic[K, V]):
    """Values by name. When there is no room for all, the one that was not asked for longest is forgotten.

    ``size`` says how much a value takes of the room ``most``, always the same of one value; without it, one.
    The ``least`` that were used last stay, however large they are. Safe to use from several threads.
    """

    def __init__(self, most: int, size: Callable[[V], int] = lambda _: 1, *, least: int = 1) -> None:
        self._most = most
        self._size = size
        self._least = least
        self._held = 0
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, name: K) -> bool:
        return name in self._values

    @property
    def size(self) -> int:
        """How much room the values take together."""
        return self._held

    def get(self, name: K) -> V | None:
        """The value of this name, if it is still here; asked for like this it stays longer."""
        with self._lock:
            if name not in self._values:
                return None
            self._values.move_to_end(name)
            return self._values[name]

    def put(self, name: K, value: V) -> V:
        """Keep a value under a name, instead of any before it; gives it back."""
        with self._lock:
            self._take(name)
            self._values[name] = value
            self._held += self._size(value)
            while self._held > self._most and len(self._values) > self._least:
                self._held -= self._size(self._values.popitem(last=False)[1])
        return value

    def drop(self, name: K) -> None:
        """Forget a name, if it is here."""
        with self._lock:
            self._take(name)

    def _take(self, name: K) -> None:
        if name in self._values:
            self._held -= self._size(self._values.pop(name))
