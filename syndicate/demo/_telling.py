"""How the demo talks: short lines, in colour only where a person looks at a terminal."""

import sys
from dataclasses import dataclass, field
from typing import TextIO

_BOLD, _GREEN, _RED, _DIM, _OFF = "\033[1m", "\033[32m", "\033[31m", "\033[2m", "\033[0m"

# What the hub's answers mean, for those who hear them the first time.
_PLAIN = {
    "signature-bad": "this text was not signed with the key that it names",
    "key-unknown": "nobody has enrolled this key",
    "issuer-not-key-owner": "no agency's key can speak for another agency",
    "version-taken": "the text that came first for a version stands",
    "stream-forked": "two texts claim one place: that stream is held, all others go on",
    "wire-doctype": "no honest feed declares entities, so nothing is unfolded",
    "fetch-too-large": "reading stops at 4 MB, packed or unpacked",
    "0 new items": "it knows all of them, and the correction stands",
}


@dataclass(slots=True)
class Teller:
    """Tells the story on ``out``; a silent one keeps quiet."""

    out: TextIO = field(default_factory=lambda: sys.stdout)
    silent: bool = False

    def scene(self, title: str) -> None:
        """A new part of the story begins."""
        self._line(f"\n{self._paint(_BOLD, title)}")

    def say(self, line: str) -> None:
        """Something to know."""
        self._line(f"  {line}")

    def admitted(self, line: str) -> None:
        """Something went into the feed."""
        self._line(f"  {self._paint(_GREEN, '+')} {line}")

    def aside(self, line: str) -> None:
        """More about what was just said."""
        self._line(f"      {self._paint(_DIM, line)}")

    def refused(self, who: str, tale: str, answer: str) -> None:
        """Somebody tried something, and this is what came of it."""
        self._line(f"  {self._paint(_RED, 'x')} {who}: {tale}")
        why = _PLAIN.get(answer)
        self._line(
            f"      {self._paint(_DIM, 'the hub:')} {self._paint(_RED, answer)}{f', {why}' if why else ''}"
        )

    def checked(self, what: str, tale: str, verdict: str) -> None:
        """A reader looked closely at a feed."""
        self._line(f"  {self._paint(_BOLD, '?')} {what}: {tale}")
        self._line(f"      {self._paint(_DIM, 'it turns out:')} {verdict}")

    def _line(self, text: str) -> None:
        if not self.silent:
            print(text, file=self.out, flush=True)

    def _paint(self, colour: str, text: str) -> str:
        return f"{colour}{text}{_OFF}" if self.out.isatty() else text
