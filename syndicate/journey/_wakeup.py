"""The wake-up call between parts of one process."""

import asyncio


class LocalWakeup:
    """A ``ports.Wakeup`` for one event loop; ``rings`` counts, so that one may look without waiting."""

    __slots__ = ("_bell", "rings")

    def __init__(self) -> None:
        self.rings = 0
        self._bell = asyncio.Event()

    def ring(self) -> None:
        """Wake all who wait."""
        self.rings += 1
        self._bell.set()
        self._bell = asyncio.Event()  # who comes later waits for the next ring

    async def wait(self, seconds: float) -> None:
        """Return when someone rings, or after ``seconds`` at the latest."""
        bell = self._bell
        try:
            async with asyncio.timeout(seconds):
                await bell.wait()
        except TimeoutError:
            return
