"""Our own words on the pages, all in one catalogue per language; templates hold none."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from markupsafe import Markup, escape


class Words:
    """The catalogue of one language: ``words("badge.signed", agency=..., time=...)`` is HTML."""

    def __init__(self, lang: str) -> None:
        text = files("syndicate.web").joinpath(f"words/{lang}.toml").read_text(encoding="utf-8")
        self._texts = {key: escape(text) for key, text in _flat(tomllib.loads(text))}
        self.lang = self._texts["lang"]
        self.dir = self._texts["dir"]

    def __call__(self, key: str, /, **values: object) -> Markup:
        """The text of ``key`` with ``values`` in it, escaped unless they are markup already.

        Raises:
            KeyError: there is no such text, or it names a value that was not given.
        """
        text = self._texts[key]
        return text.format(**values) if values else text

    def knows(self, key: str) -> bool:
        """Whether the catalogue has a text for ``key``."""
        return key in self._texts

    def spoken(self, when: float) -> Markup:
        """A moment (Unix seconds) for a person, with its zone: "23 November 2026, 21:28 UTC"."""
        moment = datetime.fromtimestamp(int(when), UTC)
        month = self(f"time.month{moment.month}")
        return self("time.pattern", day=moment.day, month=month, year=moment.year, clock=f"{moment:%H:%M}")


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value
