import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.text import _terms, fold, terms, terms_each
from syndicate.text._bare import spaced, spaced_with_places
from syndicate.text._bare_table import spaced_each
from syndicate.text._terms import in_one_order, placed_terms

SCRIPTS = {
    "English": ("Rice prices rise", "rice"),
    "Vietnamese": ("Bão số 5 đổ bộ", "bão"),
    "Thai": ("น้ำท่วมกรุงเทพมหานคร", "กรุงเทพ"),
    "Lao": ("ເຮືອຂ້າມຟາກເປີດບໍລິການ", "ຂ້າມຟາກ"),
    "Khmer": ("ទឹកជំនន់នៅភ្នំពេញ", "ភ្នំពេញ"),
    "Burmese": ("နေပြည်တော်တွင် ရေကြီးမှု", "ရေကြီး"),
    "Chinese": ("示范镇的灯笼节", "灯笼"),
    "Tamil": ("மாதிரி நகரில் போட்டி", "நகரில்"),
    "Jawi": ("سموا مأنسي دلاهيركن", "مأنسي"),
}


@pytest.mark.parametrize(("text", "word"), SCRIPTS.values(), ids=SCRIPTS)
def test_a_word_of_every_script_is_a_stretch_of_the_terms_of_its_text(text: str, word: str) -> None:
    whole, part = f" {' '.join(terms(text).stream)} ", f" {' '.join(terms(word).stream)} "
    assert part in whole


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Hồ Ví Dụ", unicodedata.normalize("NFD", "Hồ Ví Dụ"), id="composed or not"),
        pytest.param("ເຮືອ\u200bຂ້າມ\u200bຟາກ", "ເຮືອຂ້າມຟາກ", id="zero-width spaces"),
        pytest.param("ເຮືອ ຂ້າມ ຟາກ", "ເຮືອຂ້າມຟາກ", id="spaces where a script sets none"),
        pytest.param("ປີ ໒໐໒໖", "ປີ 2026", id="Lao digits"),
        pytest.param("ឆ្នាំ ២០២៦", "ឆ្នាំ 2026", id="Khmer digits"),
        pytest.param("၁၂ ရက်", "12 ရက်", id="Burmese digits"),
        pytest.param("٢٠٢٦", "2026", id="Arabic digits"),
        pytest.param("COVID-19", "covid19", id="a number apart from its word"),
        pytest.param("ＡＢＣ", "abc", id="full width"),
        pytest.param("น้ำ", "น\u0e4d\u0e49\u0e32", id="signs in another order"),
        pytest.param("co\u00adoperation", "cooperation", id="a soft hyphen"),
        pytest.param("\u202eabc\u202c", "abc", id="an override of direction"),
        pytest.param("بهاسـ ملايو", "بهاس ملايو", id="a stretched word"),
    ],
)
def test_what_readers_call_the_same_has_the_same_terms(one: str, other: str) -> None:
    assert terms(one) == terms(other)


def test_one_letter_of_two_keyboards_is_one_in_the_stream() -> None:
    assert terms("کوالا").stream == terms("كوالا").stream


def test_accents_stand_beside_the_stream() -> None:
    made = terms("Đà Nẵng có bão")
    assert list(made.stream) == ["da", "nang", "co", "bao"]
    assert made.beside == {"đà", "nẵng", "có", "bão"}


def test_letters_of_unspaced_scripts_stand_beside_the_stream() -> None:
    made = terms("灯笼节")
    assert list(made.stream) == ["灯笼", "笼节"]
    assert made.beside == {"灯", "笼", "节"}


@pytest.mark.parametrize("text", ["", "!?", "📚🚤", "\u200b\u202e", "   "])
def test_what_has_neither_letter_nor_digit_has_no_terms(text: str) -> None:
    assert (list(terms(text).stream), terms(text).beside) == ([], frozenset())


@pytest.mark.parametrize("letter", ["a", "ก", "南", "ပ", "\u0301", "1"])
def test_one_letter_over_and_over_is_a_short_text(letter: str) -> None:
    made = terms(letter * 100_000)
    assert len(made.stream) <= 3
    assert all(len(term) <= 130 for term in made.stream)


def test_a_hundred_kilobytes_without_a_space_are_bounded() -> None:
    made = terms("".join(chr(0x4E00 + n % 20_000) for n in range(100_000)))
    assert len(made.stream) == 20_000


@given(st.text(max_size=80))
def test_any_text_is_folded_as_everywhere_and_each_of_its_terms_has_its_place(text: str) -> None:
    made, placed = spaced(text), spaced_with_places(text)
    assert made.folded.replace(" ", "") in (fold(text), _without_ornaments(fold(text)))
    assert len(made.folded) == len(made.bare)
    assert len(placed.bare) == len(placed.starts) == len(placed.stops)
    for term in placed_terms(text):
        assert 0 <= term.start < term.stop <= len(text)
        assert " " not in term.term
    assert not any(" " in term or '"' in term for term in {*terms(text).stream, *terms(text).beside})


def _without_ornaments(text: str) -> str:
    return spaced(text).folded.replace(" ", "")


@given(st.lists(st.text(max_size=40), max_size=8))
def test_many_texts_are_read_as_each_by_itself(texts: list[str]) -> None:
    assert list(spaced_each(texts)) == [spaced(text) for text in texts]
    assert list(terms_each(texts)) == [terms(text) for text in texts]


def test_many_texts_of_every_script_are_read_as_each_by_itself() -> None:
    texts = [text for two in SCRIPTS.values() for text in two] * 300 + ["a|b", "|", ""]
    assert list(terms_each(texts)) == [terms(text) for text in texts]


def test_no_more_letters_are_remembered_than_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_terms, "_KEPT", 0)
    here = len(_terms._in_one_order)
    assert in_one_order("ก\u0e4d\u0e49\u0e48\u0e47") == "ก\u0e47\u0e48\u0e49\u0e4d"
    assert len(_terms._in_one_order) == here
