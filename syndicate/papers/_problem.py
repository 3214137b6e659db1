"""What is wrong in a file of the registry, and the notebook in which the checks write it down."""

from collections.abc import Callable
from dataclasses import dataclass

from syndicate.papers._lines import Field, index_lines, line_of


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One thing to mend: where it stands, what is wrong, what to do."""

    file: str
    line: int  # from 1
    field: str  # "agency[2].domains[1]"; empty for the file as a whole
    message: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " + (f"{self.field}: " if self.field else "")
        return f"{where}{self.message}. {self.remedy}"


class Notebook:
    """Where the checks of one file write down what they find."""

    def __init__(self, file: str, text: str, report: Callable[[Problem], None]) -> None:
        self.file = file
        self._text = text
        self._report = report
        # Lines are looked up only once something is wrong: a hub that starts on good files never asks.
        self._lines: dict[Field, int] | None = None

    def line(self, field: Field) -> int:
        """The line on which ``field`` stands, or the nearest thing around it."""
        if self._lines is None:
            self._lines = index_lines(self._text)
        return line_of(self._lines, field)

    def note(self, field: Field, message: str, remedy: str) -> None:
        """Write down that ``field`` is wrong: ``message`` says how, ``remedy`` what to do."""
        self.note_line(self.line(field), field, message, remedy)

    def note_line(self, line: int, field: Field, message: str, remedy: str) -> None:
        """As ``note``, where the line is known and the file may not be readable TOML."""
        problem = Problem(file=self.file, line=line, field=spell(field), message=message, remedy=remedy)
        self._report(problem)


def spell(field: Field) -> str:
    """A field as people write it, counting from 1: ``agency[2].domains``."""
    return "".join(map(_step, field)).lstrip(".")


def _step(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part + 1}]"
    # The file may be a stranger's: what it says does not get to write on a terminal.
    return f".{part if part.isprintable() else ascii(part)}"
