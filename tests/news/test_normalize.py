import random
import sys
import unicodedata
from collections.abc import Callable
from typing import Any, Final

import pytest

from syndicate.news import normalized
from syndicate.news._normalize import Form

FORMS: Final[tuple[Form, ...]] = ("NFC", "NFD", "NFKC", "NFKD")
_POINTS: Final = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
_MOVING: Final = [each for each in _POINTS if unicodedata.combining(unicodedata.normalize("NFKD", each)[0])]


@pytest.mark.parametrize("form", FORMS)
def test_a_pile_of_marks_is_brought_into_the_order_that_unicode_says(form: Form) -> None:
    chance = random.Random(form)
    for _ in range(40):
        marks = chance.choices(_MOVING, k=chance.randrange(50, 200))
        text = f"{chance.choice('aéǘ한ᄒﬁก')}{''.join(marks)}b{''.join(marks[:70])}"
        assert normalized(form, text) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("form", FORMS)
def test_no_mark_that_changes_places_is_missed(form: Form) -> None:
    for each in _MOVING:
        text = f"a{each * 66}"
        assert normalized(form, text) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("text", ["", "Hà Nội", "ﬁ½ ก็", "x" * 1_000, "é" * 1_000])
def test_a_text_without_a_pile_is_what_unicode_says(text: str) -> None:
    assert [normalized(form, text) for form in FORMS] == [unicodedata.normalize(form, text) for form in FORMS]


def test_attack_marks_of_two_classes_by_the_thousand_reach_unicode_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is out of order would be moved step by step: n marks, n² steps."""
    seen: list[str] = []
    real: Callable[[Any, str], str] = unicodedata.normalize

    def watched(form: Any, text: str) -> str:
        seen.append(text)
        return real(form, text)

    monkeypatch.setattr(unicodedata, "normalize", watched)
    normalized("NFC", "a" + "\u0301\u0323" * 15_000)
    classes = [unicodedata.combining(each) for each in max(seen, key=len)]
    assert classes == sorted(classes)
