"""How often one address may ask for one path; and nothing kept of who asked for longer than that takes (S13).

The address itself is never kept: what stands in memory is a hash, keyed anew in every process, and a moment.
"""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from aiohttp import hdrs, web

from syndicate.web._answer import problem
from syndicate.web._readers import Readers
from syndicate.web._route import Site
from syndicate.web._world import WebLimits

_READING: Final = frozenset({hdrs.METH_GET, hdrs.METH_HEAD})  # a 304 answers nothing else
_TOO_OFTEN: Final = (
    "asked too often for this from one address: send the ETag along that you were given, or ask again later"
)
_INEXACT: Final = 1e-6  # of sums of floats


class Gate:
    """Counts requests by (address, path): ``burst`` of them at once, and ``per_second`` lastingly.

    It remembers one moment for each pair (the generic cell rate algorithm), of ``most`` pairs at a time;
    the one not seen for longest is forgotten first. A pair is forgotten once its burst is whole again.
    """

    def __init__(
        self, *, burst: int, per_second: float, most: int, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._step = 1 / per_second
        self._span = burst / per_second
        self._most = most
        self._now = now
        self._due: OrderedDict[int, float] = OrderedDict()  # when each pair's burst is whole again
        self._sweeping = False

    def __len__(self) -> int:
        return len(self._due)

    def wait(self, who: bytes, path: str) -> int:
        """0 if this request may be answered, which counts it; else the whole seconds until one may be."""
        now, pair = self._now(), hash((who, path))
        due = max(now, self._due.get(pair, now)) + self._step
        over = due - now - self._span
        if over > self._step * _INEXACT:
            return max(1, math.ceil(over * (1 - _INEXACT)))
        self._due[pair] = due
        self._due.move_to_end(pair)
        if len(self._due) > self._most:
            self._due.popitem(last=False)
        if not self._sweeping:
            self._sweeping = True
            asyncio.get_running_loop().call_later(self._span, self._sweep)
        return 0

    def _sweep(self) -> None:
        now = self._now()
        self._due = OrderedDict((pair, due) for pair, due in self._due.items() if due > now)
        self._sweeping = bool(self._due)
        if self._sweeping:
            asyncio.get_running_loop().call_later(self._span, self._sweep)


class CountedSite:
    """A site for whoever does not ask too often; what a 304 answers is never counted.

    ``end`` ends its answers that go on.
    """

    def __init__(self, answer: Site, readers: Readers, limits: WebLimits, end: Callable[[], None]) -> None:
        self._answer = answer
        self._readers = readers
        self._gate = Gate(burst=limits.burst, per_second=limits.per_second, most=limits.counted)
        self.end = end

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer to one request."""
        asked = request.headers
        conditional = hdrs.IF_NONE_MATCH in asked or hdrs.IF_MODIFIED_SINCE in asked
        if conditional and request.method in _READING:
            response = await self._answer(request)
            if response.status == 304 or response.prepared or not (wait := self._wait(request)):
                return response
        elif not (wait := self._wait(request)):
            return await self._answer(request)
        return problem(429, _TOO_OFTEN, retry_after=wait)

    def _wait(self, request: web.BaseRequest) -> int:
        return self._gate.wait(self._readers.of(request), request.path)
