"""The plain text holds at most 160 characters, and tears nothing apart that belongs together."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from press import PressRoom

from syndicate.deliver import LANGUAGES
from syndicate.deliver._plain import MOST, cut, plain_text
from syndicate.deliver._words import labels_of
from syndicate.news import Act, Kind

ROOM = PressRoom("vn.demo")


@pytest.mark.parametrize(
    ("changes", "lang", "text"),
    [
        ({}, "en", "VNA: Bão số 5 đổ bộ"),
        ({"kind": Kind.ALERT}, "vi", "[CẢNH BÁO] VNA: Bão số 5 đổ bộ"),
        ({"act": Act.CORRECT}, "id", "[KOREKSI] VNA: Bão số 5 đổ bộ"),
        ({"act": Act.CORRECT, "kind": Kind.ALERT}, "en", "[CORRECTION] VNA: Bão số 5 đổ bộ"),
        ({"act": Act.WITHHOLD}, "th", "[ระงับใช้] VNA: Bão số 5 đổ bộ"),
        ({"act": Act.RETRACT}, "en", "[WITHDRAWN] VNA: Bão số 5 đổ bộ"),
        ({"act": Act.UPDATE, "title": "two \n lines"}, "en", "VNA: two lines"),
    ],
)
def test_it_says_what_was_done_in_the_subscribers_words_and_the_rest_as_signed(
    changes: dict[str, Any], lang: str, text: str
) -> None:
    assert plain_text(ROOM.item(**changes), "VNA", lang) == text


def test_a_revoked_key_is_told_before_all_else() -> None:
    told = plain_text(ROOM.item(act=Act.RETRACT), "VNA", "en", revoked=True)
    assert told.startswith("[KEY REVOKED] [WITHDRAWN] VNA: ")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_its_own_words(lang: str) -> None:
    acts = (Act.RETRACT, Act.WITHHOLD, Act.CORRECT)
    said = {labels_of(ROOM.item(act=act), lang, revoked=True) for act in acts}
    said.add(labels_of(ROOM.item(kind=Kind.ALERT), lang, revoked=True))
    assert len(said) == 4
    assert labels_of(ROOM.item(), lang, revoked=False) == ()


def test_the_longest_of_everything_fits() -> None:
    for lang in LANGUAGES:
        item = ROOM.item(act=Act.RETRACT, title="ក្រុ" * 75)
        assert len(plain_text(item, "ន" * 200, lang, revoked=True)) <= MOST


@pytest.mark.parametrize(
    ("text", "most", "kept"),
    [
        pytest.param("short", 5, "short", id="what fits is not cut"),
        pytest.param("one two three", 9, "one two…", id="between words, where words are written apart"),
        pytest.param("onetwothree", 7, "onetwo…", id="anywhere, where they are not"),
        pytest.param("ខ្មែរ", 3, "…", id="Khmer: nothing is left of a syllable that does not fit"),
        pytest.param("កខ្មែរ", 4, "ក…", id="Khmer: a subscript stays with its consonant"),
        pytest.param("မြန်မာ", 5, "မြန်…", id="Burmese: a killed consonant keeps its sign"),
        pytest.param("ကက္က", 3, "က…", id="Burmese: a stacked consonant stays in its stack"),
        pytest.param("น้ำน้ำ", 5, "น้ำ…", id="Thai: sara am stays with its consonant and tone"),
        pytest.param("กเก", 3, "กเก", id="Thai: whole"),
        pytest.param("กเกก", 3, "ก…", id="Thai: a vowel written before its consonant is not left alone"),
        pytest.param("ຄໍາ" * 2, 4, "ຄໍາ…", id="Lao: a vowel stays with its consonant"),
        pytest.param("தமிழ்" * 2, 5, "தமி…", id="Tamil: the dot stays with its letter"),
        pytest.param("e\u0301" * 3, 4, "e\u0301…", id="a letter keeps the accent that follows it"),
        pytest.param("👩\u200d👩\u200d👧x", 4, "…", id="a family is one sign"),
        pytest.param("a👍🏽b", 3, "a…", id="a skin tone stays with its hand"),
        pytest.param("🇻🇳🇹🇭", 3, "🇻🇳…", id="a flag is two letters"),
        pytest.param("x🇻🇳🇹🇭", 3, "x…", id="and the second of two flags is not torn either"),
        pytest.param("\u200cab\u200ccd", 3, "\u200ca…", id="a non-joiner stays with the letter before it"),
    ],
)
def test_nothing_is_torn_apart(text: str, most: int, kept: str) -> None:
    assert cut(text, most) == kept


@given(st.text(), st.integers(1, 40))
def test_it_is_the_beginning_and_never_too_long(text: str, most: int) -> None:
    kept = cut(text, most)
    assert len(kept) <= most
    assert kept == text or (kept.endswith("…") and text.startswith(kept[:-1]))


@given(st.text(), st.integers(1, 40))
def test_no_mark_is_parted_from_its_letter(text: str, most: int) -> None:
    kept = cut(text, most)
    if kept not in (text, "…"):
        rest = text[len(kept) - 1 :].lstrip()
        assert not unicodedata.category(text[len(kept) - 1]).startswith("M") or not rest


def test_the_text_of_every_member_language_is_cut_between_its_syllables() -> None:
    """A cut may only fall where no mark, subscript or leading vowel is parted, at every length there is."""
    corpus = Path(__file__).with_name("syllables.json")
    for lang, text in json.loads(corpus.read_text(encoding="utf-8")).items():
        for most in range(2, len(text)):
            kept = cut(text, most)[:-1]
            after = text[len(kept)] if len(kept) < len(text) else ""
            assert not after or not unicodedata.category(after).startswith("M"), (lang, kept)
            assert not kept or kept[-1] not in "\u17d2\u1039\u0e40\u0e41\u0e42\u0e43\u0e44", (lang, kept)
