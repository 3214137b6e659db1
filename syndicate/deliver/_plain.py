"""An item in at most 160 characters, for channels that carry no more; no letter is torn from its marks."""

from typing import Final

from syndicate.deliver._words import labels_of
from syndicate.news import Item, letters

MOST: Final = 160  # characters
_CUT: Final = "…"
_WORD: Final = 24  # characters given up to end at a space; many scripts of the region write none


def plain_text(item: Item, agency: str, lang: str, *, revoked: bool = False) -> str:
    """``[LABEL] agency: headline``, in at most 160 characters: the label in ``lang``, the rest as signed."""
    labels = "".join(f"[{label}] " for label in labels_of(item, lang, revoked=revoked))
    return cut(f"{labels}{cut(agency, MOST // 4)}: {' '.join(item.title.split())}", MOST)


def cut(text: str, most: int) -> str:
    """``text``, or as much of it as fits in ``most`` characters with "…" after it."""
    if len(text) <= most:
        return text
    end = 0
    for letter in letters(text):
        if end + len(letter) > most - len(_CUT):
            break
        end += len(letter)
    space = text.rfind(" ", max(0, end - _WORD), end + 1)
    return text[: space if space > 0 else end].rstrip() + _CUT
