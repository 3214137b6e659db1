"""Which script a text is in: never to decide its language, only to wonder aloud about the declared one.

Malay is taken for Indonesian by every detector, so the words are not looked at; but Lao letters in an
English feed mean that the path led to another edition.
"""

import re
from typing import Final

_LOOKED_AT: Final = 2_000  # characters
_FEWEST: Final = 20  # letters: a name in another script is no language
_SCRIPTS: Final = {
    "Thai": "\u0e01-\u0e4e",
    "Lao": "\u0e81-\u0ecd\u0edc-\u0edf",
    "Burmese": "\u1000-\u103f\u1050-\u109f\uaa60-\uaa7f",
    "Khmer": "\u1780-\u17d3",
    "Chinese": "\u3400-\u9fff",
    "Tamil": "\u0b82-\u0bd7",
    "Arabic": "\u0620-\u064a\u066e-\u06d3\u0750-\u077f\u08a0-\u08ff",
    "Latin": "A-Za-z\u00c0-\u024f\u1e00-\u1eff",
}
_COUNTED: Final = {script: re.compile(f"[{letters}]") for script, letters in _SCRIPTS.items()}
_OF_LANGUAGE: Final = {
    "th": "Thai", "lo": "Lao", "my": "Burmese", "km": "Khmer", "zh": "Chinese", "ta": "Tamil", "ar": "Arabic",
    "shn": "Burmese", "mnw": "Burmese", "ksw": "Burmese",
}  # fmt: skip
_OF_SUBTAG: Final = {
    "Thai": "Thai", "Laoo": "Lao", "Mymr": "Burmese", "Khmr": "Khmer", "Hans": "Chinese", "Hant": "Chinese",
    "Taml": "Tamil", "Arab": "Arabic", "Latn": "Latin",
}  # fmt: skip


def foreign_script(text: str, language: str) -> str | None:
    """The script of most letters of ``text``, if ``language`` (BCP 47) is not written in it."""
    counts = {script: len(letters.findall(text[:_LOOKED_AT])) for script, letters in _COUNTED.items()}
    most = max(counts, key=lambda script: counts[script])
    if counts[most] < _FEWEST or counts[most] * 2 <= sum(counts.values()):
        return None
    return None if most == _script_of(language) else most


def _script_of(language: str) -> str:
    first, *subtags = language.split("-")
    named = (_OF_SUBTAG[subtag] for subtag in subtags if subtag in _OF_SUBTAG)
    return next(named, _OF_LANGUAGE.get(first, "Latin"))
