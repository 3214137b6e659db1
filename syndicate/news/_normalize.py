"""Unicode's normal forms in time that grows with a text, whatever was written into it.

To bring n marks on one letter into their order takes Python n² steps: a second for an item of marks alone.
"""

import re
import unicodedata
from functools import cache
from typing import Final, Literal

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]

_PILE: Final = 64  # marks on one letter, from which on they are sorted beforehand
_MARKS: Final = range(0x300, 0x20000)  # where marks are that change places; a test looks at the rest
_MARKS_OF_PLANE: Final = range(0x300, 0x10000)  # re looks these up in one step, those beyond one by one
_BEYOND: Final = re.compile("[\U00010000-\U0010ffff]")
_APART: Final[dict[Form, Form]] = {"NFC": "NFD", "NFD": "NFD", "NFKC": "NFKD", "NFKD": "NFKD"}


def normalized(form: Form, text: str) -> str:
    """``unicodedata.normalize(form, text)``, and never slower than in proportion to the text."""
    if len(text) <= _PILE or text.isascii():
        return unicodedata.normalize(form, text)
    apart = _APART[form]
    marks = _MARKS if _BEYOND.search(text) else _MARKS_OF_PLANE
    return unicodedata.normalize(form, _piles(apart, marks).sub(lambda pile: _sorted(apart, pile[0]), text))


def _sorted(apart: Form, pile: str) -> str:
    parts = "".join(unicodedata.normalize(apart, each) for each in pile)
    return "".join(sorted(parts, key=unicodedata.combining))


@cache
def _piles(apart: Form, codes: range) -> re.Pattern[str]:
    """More marks in a row than any language has, of those that change places."""
    points = (chr(code) for code in codes)
    marks = "".join(each for each in points if unicodedata.combining(unicodedata.normalize(apart, each)[0]))
    return re.compile(f"[{re.escape(marks)}]{{{_PILE},}}")
