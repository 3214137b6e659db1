"""What happens to a story on its way from one agency to another; seeded, so that every run is the same."""

import random
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, Literal

from ._documents import Document, figure

_PLACES: Final = (
    "HANOI",
    "Jakarta",
    "กรุงเทพฯ",
    "ວຽງຈັນ",
    "ភ្នំពេញ",
    "နေပြည်တော်",
    "新加坡",
    "கோலாலம்பூர்",
    "Dili",
    "كوالا لمڤور",
)
_AGENCIES: Final = ("VNA", "ANTARA", "TNA", "KPL", "AKP", "MNA", "早报", "பெர்னாமா", "TATOLI", "برناما")


def new_headline(document: Document, other: Document, chance: random.Random) -> str:
    """The same under another headline, that of ``other``."""
    return replace(document, headline=other.headline).text


def dateline_and_credit(document: Document, other: Document, chance: random.Random) -> str:
    """With a dateline before it, and a credit line after it."""
    return _from(document, chance, chance.randrange(len(_PLACES))).text


def other_dateline_and_credit(document: Document, other: Document, chance: random.Random) -> tuple[str, str]:
    """From two desks: each with a dateline, a day and a credit line of its own."""
    here, there = chance.sample(range(len(_PLACES)), 2)
    return _from(document, chance, here).text, _from(document, chance, there).text


def _from(document: Document, chance: random.Random, here: int) -> Document:
    day, year = figure(document.lang, chance.randint(1, 28)), figure(document.lang, 2026)
    return replace(
        document,
        dateline=f"{_PLACES[here]}, {day}/{figure(document.lang, 11)} ({_AGENCIES[here]}) - ",
        credit=f"© {_AGENCIES[here]} {year}",
    )


def cut(document: Document, other: Document, chance: random.Random) -> str:
    """The beginning of it, 40 to 60 in a hundred."""
    return _until(document.text, chance.uniform(0.4, 0.6))


def _until(text: str, share: float) -> str:
    """The beginning of a text, ended where no number is cut in two."""
    return text[: round(len(text) * share)].rstrip("".join(each for each in set(text) if each.isdecimal()))


def pasted(document: Document, other: Document, chance: random.Random) -> str:
    """Within another story, which is as long at least."""
    around = other.text + "\n" + other.text[::-1][: len(document.text)]
    place = chance.randint(0, len(around))
    return f"{around[:place]}\n{document.text}\n{around[place:]}"


def paragraphs_in_another_order(document: Document, other: Document, chance: random.Random) -> str:
    """All of it, the paragraphs shuffled."""
    shuffled = list(document.paragraphs)
    chance.shuffle(shuffled)
    return replace(document, paragraphs=tuple(shuffled)).text


def a_paragraph_less(document: Document, other: Document, chance: random.Random) -> str:
    """Without its last paragraph, or the last fifth of it where there is one only."""
    text = "\n".join((document.headline, *document.paragraphs[:-1]))
    return text if len(text) > len(document.text) * 0.75 else _until(document.text, 0.8)


def noise(document: Document, other: Document, chance: random.Random) -> str:
    """As another keyboard writes it: decomposed, invisible spaces, other digits, capitals, other blanks."""
    text = "".join(_otherwise(each, chance) for each in document.text)
    form: Literal["NFD", "NFC"] = "NFD" if chance.random() < 0.5 else "NFC"
    return unicodedata.normalize(form, text.upper() if chance.random() < 0.3 else text)


def _otherwise(character: str, chance: random.Random) -> str:
    if character.isdecimal():
        return chr(chance.choice((0x0E50, 0x17E0, 0x1040, 0x30, 0xFF10)) + int(character))
    if character == " " and chance.random() < 0.2:
        return chance.choice(("\xa0", "  ", "\u200b "))
    mark = unicodedata.category(character)[0] == "M"
    return character + (
        chance.choice(("\u200b", "\xad", "\u2060")) if not mark and chance.random() < 0.03 else ""
    )


def other_figures(document: Document, other: Document, chance: random.Random) -> str:
    """Other figures in what it tells, all of them or one, and often in another dress as well."""
    body = "\n".join(document.paragraphs)
    places = [place for place, character in enumerate(body) if character.isdecimal()]
    changed = set(places) if chance.random() < 0.5 else {chance.choice(places)}
    figures = (figure_after(each) if place in changed else each for place, each in enumerate(body))
    told = replace(document, paragraphs=tuple("".join(figures).split("\n")))
    dresses = (
        told,
        replace(told, headline=other.headline),
        _from(told, chance, 0),
        replace(told, paragraphs=tuple(chance.sample(told.paragraphs, len(told.paragraphs)))),
    )
    return chance.choice(dresses).text


def figure_after(digit: str) -> str:
    """The next digit in the same script."""
    value = unicodedata.digit(digit)
    return chr(ord(digit) - value + (value + 1) % 10)


WHOLE: Final[Mapping[str, Callable[[Document, Document, random.Random], str | tuple[str, str]]]] = {
    "headline": new_headline,
    "credit": dateline_and_credit,
    "two desks": other_dateline_and_credit,
    "order": paragraphs_in_another_order,
    "shorter": a_paragraph_less,
    "noise": noise,
}
PARTS: Final[Mapping[str, Callable[[Document, Document, random.Random], str]]] = {"cut": cut, "paste": pasted}
