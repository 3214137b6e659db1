"""What was composed once for many subscribers, for as long as there is room."""

from collections import OrderedDict
from collections.abc import Hashable


class Kept:
    """Bytes by name, at most ``most`` of them in all; what was not asked for longest goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._bodies: OrderedDict[Hashable, bytes] = OrderedDict()

    def get(self, name: Hashable) -> bytes | None:
        """The bytes of this name, if they are still here."""
        body = self._bodies.get(name)
        if body is not None:
            self._bodies.move_to_end(name)
        return body

    def put(self, name: Hashable, body: bytes) -> bytes:
        """Keep these bytes under a name; gives them back."""
        self._held += len(body) - len(self._bodies.pop(name, b""))
        self._bodies[name] = body
        while self._held > self._most and len(self._bodies) > 1:
            _, gone = self._bodies.popitem(last=False)
            self._held -= len(gone)
        return body
