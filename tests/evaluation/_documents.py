"""The documents: articles of the Universal Declaration, in each language of the members."""

import json
import random
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

_UDHR: Final = json.loads(Path(__file__).with_name("udhr.json").read_text(encoding="utf-8"))["articles"]
LANGUAGES: Final = tuple(sorted(_UDHR))
_ARTICLES: Final = 5  # of a document
_STEP: Final = 3  # from one to the next: every second has nothing in common with the others
# The first digit of the script that a language writes its figures in; others use ASCII's.
_ZERO: Final = {"th": "๐", "lo": "໐", "km": "០", "my": "၀", "ms-Arab": "٠"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A story as an agency tells it."""

    lang: str
    headline: str
    paragraphs: tuple[str, ...]
    dateline: str = ""
    credit: str = ""

    @property
    def text(self) -> str:
        """All of it, as it is compared."""
        first, *rest = self.paragraphs
        return "\n".join(filter(None, (self.headline, self.dateline + first, *rest, self.credit)))


def documents(lang: str) -> list[Document]:
    """Ten documents; those with even numbers have nothing in common but their language."""
    articles = [unicodedata.normalize("NFC", article) for article in _UDHR[lang]]
    return [
        Document(
            lang=lang,
            headline=_headline(articles[(start + 16) % len(articles)], lang),
            paragraphs=tuple(
                paragraph
                for number in range(start, start + _ARTICLES)
                for paragraph in articles[number % len(articles)].split("\n")
            ),
        )
        for start in range(0, len(articles), _STEP)
    ]


def _headline(article: str, lang: str) -> str:
    return article.replace("\n", " ")[: 20 if lang == "zh-Hans" else 60].strip()


def counted(document: Document, seed: int = 0) -> Document:
    """The document with figures of its script in every paragraph, as bulletins have them."""
    chance = random.Random(f"{document.headline}{seed}")
    paragraphs = []
    for paragraph in document.paragraphs:
        words = paragraph.split(" ")
        for _ in range(1 + len(paragraph) // 150):
            words.insert(
                chance.randint(1, len(words)),
                figure(document.lang, chance.choice((chance.randint(2, 99), chance.randint(100, 9_999)))),
            )
        paragraphs.append(" ".join(words))
    return replace(document, paragraphs=tuple(paragraphs))


def figure(lang: str, number: int) -> str:
    """A number in the digits of a language."""
    zero = ord(_ZERO.get(lang, "0"))
    return "".join(chr(zero + int(digit)) for digit in str(number))


def stories(lang: str) -> list[str]:
    """The texts of the documents, with figures."""
    return [counted(each).text for each in documents(lang)]
