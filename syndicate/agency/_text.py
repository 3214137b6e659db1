"""Plain text: what a title, a summary or a byline is once a CMS's markup is taken from it."""

import re
import unicodedata

from syndicate.agency._tree import Node, read_tree
from syndicate.news import UNSAFE_CHARACTERS

_UNSAFE = re.compile(f"[{UNSAFE_CHARACTERS}]")
_SPACES = re.compile(r"[\t\n\r\f\v\x85\u2028\u2029]")
_RUNS = re.compile(" {2,}")
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # letters and signs by name, with nothing to see
_JOINERS = "\u200c\u200d"


def one_line(text: str) -> str:
    """``text`` on one line, without characters that no signed text may hold; nothing else is changed.

    Vietnamese stays decomposed, zero-width spaces stay between Lao words: it is signed as published.
    """
    return _RUNS.sub(" ", _UNSAFE.sub("", _SPACES.sub(" ", text))).strip()


def is_readable(text: str) -> bool:
    """Whether there is anything to see in ``text``: a letter, a number, a sign."""
    return any(each not in _BLANK and unicodedata.category(each)[0] in "LNPS" for each in text)


def without_markup(html: str) -> str:
    """The words of ``html`` on one line: entities are characters, tags are gone, blocks are set apart."""
    words: list[str] = []
    _gather(read_tree(html), words)
    return one_line("".join(words))


def shortened(text: str, most: int) -> str:
    """``text``, or its beginning and an ellipsis, in at most ``most`` code points."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    space = cut.rfind(" ")
    if space > most // 2:
        return cut[:space] + "…"
    end = len(cut)  # scripts without spaces: never between a letter and its marks
    while end > 1 and (unicodedata.category(text[end])[0] == "M" or text[end] in _JOINERS):
        end -= 1
    return cut[:end] + "…"


def _gather(node: Node, words: list[str]) -> None:
    for child in node.children:
        if isinstance(child, str):
            words.append(child)
        else:
            apart = child.is_block or child.name == "br"
            words.append(" " if apart else "")
            _gather(child, words)
            words.append(" " if apart else "")
