"""What the client costs a platform's program before it does anything: the time that its import takes."""

import resource
import subprocess
import sys
from typing import Final

from ._measure import Goal, Result, Scale, ratio_of, told

GOAL: Final = Goal(at_most=150.0)  # milliseconds
_DOOR: Final = "import syndicate.client"
_FIRST_USE: Final = (
    "from syndicate.client import verify_token",
    "from syndicate.client import verify_feed",
    "from syndicate.client import follow",
    "from syndicate.client import look_offline; from syndicate.registry import RegistryClient",
)


def measure(scale: Scale) -> list[Result]:
    """Milliseconds of CPU that a fresh interpreter takes longer with the client than with nothing."""
    taken: dict[str, list[float]] = {script: [] for script in (_DOOR, *_FIRST_USE)}
    for _ in range(scale.turns):
        bare = _cpu("pass")
        for script, spent in taken.items():
            spent.append(_cpu(script) - bare)
    behind = [told(script, taken[script], "ms", 0) for script in _FIRST_USE]
    return [ratio_of("client", f"`{_DOOR}` in a fresh process", taken[_DOOR], GOAL, behind, unit="ms")]


def _cpu(script: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", script], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
