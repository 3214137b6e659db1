"""Pushing again and again: to each hub by itself, with a back-off of its own, until told to stop."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from syndicate.agency._push import Opens, Pushed, push_once
from syndicate.ports import Caller

TRIES: Final = 6  # of a delivery that ends: about half a minute in all
_FIRST_WAIT: Final = 0.5
_LONGEST_WAIT: Final = 300.0

Tells = Callable[[Pushed], None]


async def deliver(
    hubs: Sequence[str], *, opens: Opens, caller: Caller, tell: Tells, tries: int = TRIES
) -> tuple[Pushed, ...]:
    """Bring several hubs up to the head, side by side; the last word of each, in order.

    A hub that cannot be reached, or makes us wait, is tried ``tries`` times; the book remembers the rest.

    Raises:
        StorageError: the book cannot be read or written.
    """
    return tuple(await asyncio.gather(*(_bring_up(hub, opens, caller, tell, tries) for hub in hubs)))


async def keep_delivering(
    hub: str, *, opens: Opens, caller: Caller, tell: Tells, news: Callable[[], Awaitable[object]]
) -> None:
    """Keep one hub at the head until cancelled; ``news`` gives what ends when there may be more to send."""
    failures = 0
    while True:
        pushed = await push_once(hub, opens=opens, caller=caller)
        if pushed.sent or pushed.trouble:
            tell(pushed)
        if pushed.trouble is None:
            failures = 0
            if pushed.done:
                await news()
        else:
            failures += 1
            await asyncio.sleep(_wait(failures, pushed))


async def _bring_up(hub: str, opens: Opens, caller: Caller, tell: Tells, tries: int) -> Pushed:
    failures = 0
    while True:
        pushed = await push_once(hub, opens=opens, caller=caller)
        tell(pushed)
        if pushed.trouble is None:
            failures = 0
            if pushed.done:
                return pushed
            continue
        failures += 1
        if failures >= tries:
            return pushed
        await asyncio.sleep(_wait(failures, pushed))


def _wait(failures: int, pushed: Pushed) -> float:
    """Twice as long each time, a little by chance; and never shorter than the hub asked for."""
    own = min(_FIRST_WAIT * 2.0 ** min(failures - 1, 16), _LONGEST_WAIT)
    spread = own * random.uniform(0.8, 1.2)  # noqa: S311 - so that agencies do not come all at once
    return max(spread, float(pushed.retry_after_seconds or 0))
