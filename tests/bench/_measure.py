"""How the bench measures: processor time rather than the wall's, in turns, so that a busy machine is fair.

Every ratio compares two things measured in this very run, one after the other, over and over. What
stands in the table is the median of the ratios of single turns, with the smallest and the largest.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

MICRO: Final = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is measured; ``quick`` only tries that a section runs."""

    quick: bool
    turns: int

    def of(self, full: int, quick: int) -> int:
        """A count for this scale."""
        return quick if self.quick else full


FULL: Final = Scale(quick=False, turns=9)
QUICK: Final = Scale(quick=True, turns=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a figure must be; exactly one of the two is set."""

    at_most: float | None = None
    at_least: float | None = None

    def met(self, figure: float) -> bool:
        """Whether ``figure`` is what it must be."""
        if self.at_most is not None:
            return figure <= self.at_most
        return self.at_least is None or figure >= self.at_least

    def __str__(self) -> str:
        return f"at most {self.at_most:g}" if self.at_most is not None else f"at least {self.at_least:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One figure beside its goal."""

    section: str
    what: str  # the sentence that the figure completes
    figure: float
    spread: tuple[float, float]  # the smallest and the largest of the turns
    goal: Goal
    unit: str = ""
    behind: tuple[str, ...] = ()  # the figures that it was made of

    @property
    def met(self) -> bool:
        """Whether the goal is met."""
        return self.goal.met(self.figure)


def ratio_of(
    section: str, what: str, ratios: Sequence[float], goal: Goal, behind: Sequence[str], *, unit: str = ""
) -> Result:
    """The median of ``ratios``, or of figures in ``unit``, beside its goal."""
    return Result(
        section=section,
        what=what,
        figure=statistics.median(ratios),
        spread=(min(ratios), max(ratios)),
        goal=goal,
        unit=unit,
        behind=tuple(behind),
    )


def told(what: str, values: Sequence[float], unit: str, digits: int | None = None) -> str:
    """One line about the figures behind a ratio."""
    middle = statistics.median(values)
    if digits is None:
        digits = 0 if middle >= 1000 else 1
    return f"{what}: {middle:,.{digits}f} {unit} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def cpu_of(work: Callable[[], object]) -> float:
    """Seconds of processor time, of all threads of this process, that ``work`` takes."""
    before = time.process_time()
    work()
    return time.process_time() - before


@contextmanager
def on_one_core() -> Iterator[None]:
    """Keeps this thread, and those it begins meanwhile, on one core, where the system can.

    One core of a machine may be half as fast again as another, for as long as a neighbour works on that one.
    Of two things that take turns on two cores, where a thread happens to wake would make half of a ratio.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


class Stopwatch:
    """Adds up the processor time of one stage that is visited many times."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._since = 0.0

    def __enter__(self) -> None:
        self._since = time.process_time()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.process_time() - self._since
