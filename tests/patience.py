"""Waiting for what must come, however busy the machine is; and letting time pass without waiting."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

PATIENCE: Final = 60.0  # seconds: only a test that fails waits so long, and that before pytest ends it


async def until(so: Callable[[], object], *, leaps: float = 0.0) -> None:
    """Wait until this holds; TimeoutError if it never does. Between two looks ``leaps`` seconds go by."""
    end = time.monotonic() + PATIENCE  # whatever the loop's own clock is made to say meanwhile
    while not so():
        if time.monotonic() > end:
            raise TimeoutError("what a test waited for never came")
        leap(leaps)
        await asyncio.sleep(0.005)


def leap(seconds: float) -> None:
    """Let the clock of the running loop leap: all that waits on it has waited so much longer already."""
    loop: Any = asyncio.get_running_loop()
    loop.ahead = ahead = getattr(loop, "ahead", 0.0) + seconds
    loop.time = lambda: type(loop).time(loop) + ahead
