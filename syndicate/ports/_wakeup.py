"""How one part of the journey tells another that there is something to do."""

from typing import Protocol


class Wakeup(Protocol):
    """A hint, never the truth: whoever waits looks at storage, and would find the work without it too."""

    def ring(self) -> None:
        """Wake all who wait; cheap, and safe to call when nobody does."""
        ...

    async def wait(self, seconds: float) -> None:
        """Return when someone rings, or after ``seconds`` at the latest."""
        ...
