"""What time it is."""

from typing import Protocol


class Clock(Protocol):
    """Tells the time. Everything that needs it is handed one, so that tests can turn its hands."""

    def now(self) -> float:
        """Seconds since 1970-01-01T00:00Z."""
        ...
