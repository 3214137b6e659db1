import unicodedata
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.text import fold, fold_codes, fold_codes_each, fold_with_offsets
from syndicate.text._compose import _pairs
from syndicate.text._table import letters_of


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        pytest.param("ASEAN's 10 members", "aseans10members", id="spaces, case and punctuation go"),
        pytest.param("Hà Nội", "hànội", id="accents stay"),
        pytest.param("៣០ ນ໒ ၃၀ ๓๐ ٣٠ ３０", "30ນ230303030", id="digits of every script are ASCII's"),
        pytest.param("น้ำ", "น้ํา", id="Thai sara am is what NFKC makes of it"),
        pytest.param("ﷺ", "صلىاللهعليهوسلم", id="the longest ligature"),
        pytest.param("Straße ½ ②", "strasse122", id="what casefold and NFKC write in several letters"),
        pytest.param("🚨🇻🇳👩\u200d🚒", "", id="pictures are no letters"),
        pytest.param("\u202eabc\u202c", "abc", id="an override of direction is nothing"),
        pytest.param("ក\u17b4\u3164", "ក", id="unseen, though Unicode says mark or letter"),
        pytest.param("\ud800a", "a", id="half a surrogate is nothing"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_what_a_reader_would_call_the_same_folds_to_the_same(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(st.text(max_size=80))
def test_folding_a_folded_text_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=80))
def test_how_it_was_composed_makes_no_difference(text: str) -> None:
    for form in ("NFC", "NFD"):
        assert fold(unicodedata.normalize(form, text)) == fold(text)


@given(st.text(max_size=80))
def test_every_letter_comes_from_somewhere_in_order(text: str) -> None:
    folded = fold_with_offsets(text)
    assert folded.text == fold(text)
    assert len(folded.at) == len(folded.text)
    assert list(folded.at) == sorted(folded.at)
    assert all(0 <= each < len(text) for each in folded.at)


def plainly(text: str) -> str:
    """The same folding, character by character, composed by Unicode's own word."""
    return unicodedata.normalize("NFC", "".join(letters_of(each) for each in text))


_MARKED = (
    "aeoêộüạ\u0302\u0323\u0301\u0308\u0331\u031b\u0304กน้ำุํဦ့္ိௌொொក្្១ㅎ하한가\u1112\u1161\u11ab\u0345ᾳΐſﬁ≠\u0338"
)


@given(st.text(alphabet=_MARKED, max_size=12))
def test_a_whole_text_is_composed_as_unicode_says(text: str) -> None:
    assert fold(text) == plainly(text)


def test_every_letter_that_is_composed_of_two_is_known() -> None:
    parts = {chr(code): unicodedata.decomposition(chr(code)).split() for code in range(0x30000)}
    of_two = {whole for whole, two in parts.items() if len(two) == 2 and two[0][0] != "<"}
    composites = {whole for whole in of_two if unicodedata.is_normalized("NFC", whole)}
    assert composites == set(_pairs().values())


@pytest.mark.parametrize("start", range(0, 0x3000, 0x400))
def test_decomposed_letters_fold_as_unicode_composes_them(start: int) -> None:
    block = " ".join(unicodedata.normalize("NFD", chr(code)) for code in range(start, start + 0x400))
    assert fold(block) == plainly(block)


@pytest.mark.parametrize(
    ("text", "start", "stop", "there"),
    [
        pytest.param("A, b - c!", 1, 3, "b - c", id="what stands between is part of it, what follows is not"),
        pytest.param("xe\u0302\u0301y", 1, 2, "e\u0302\u0301", id="with the marks that became one with it"),
        pytest.param("กำ.", 0, 3, "กำ", id="one that folds to two"),
        pytest.param("a. b", 1, 1, "", id="nothing, where the next letter stands"),
        pytest.param("a.", 1, 1, "", id="nothing, at the end"),
    ],
)
def test_a_folded_passage_is_found_in_the_original(text: str, start: int, stop: int, there: str) -> None:
    begin, end = fold_with_offsets(text).span(start, stop)
    assert text[begin:end] == there


def test_ten_thousand_marks_in_the_wrong_order_are_no_trouble() -> None:
    wrong, right = (
        ((code,) * 10_000 for code in (0x308, 0x323)),
        ((code,) * 10_000 for code in (0x323, 0x308)),
    )
    wrong_way, right_way = ("".join(map(chr, chain.from_iterable(codes))) for codes in (wrong, right))
    assert fold("b" + wrong_way) == fold("b" + right_way)
    assert len(fold("ก" + "ุ่" * 10_000)) == 20_001


@given(st.text(alphabet="a\u0308\u0323\u031b\u0327\u05b0\u0e38\u0e48", max_size=12))
def test_marks_stand_in_the_order_of_their_classes(text: str) -> None:
    assert fold(text) == plainly(text)


def test_letters_as_numbers_are_those_of_the_text() -> None:
    codes, at = fold_codes("Hà Nội")
    assert "".join(map(chr, codes.tolist())) == fold("Hà Nội")
    assert at.tolist() == [0, 1, 3, 4, 5]


_ODD = st.text(alphabet=_MARKED + "|\U0010ffff\ud800\u0338", max_size=8) | st.text(max_size=20)


@given(st.lists(_ODD, max_size=8))
def test_many_texts_at_once_are_folded_as_each_by_itself(texts: list[str]) -> None:
    folded = [codes[start:stop] for codes, spans in fold_codes_each(texts) for start, stop in spans]
    assert ["".join(map(chr, each.tolist())) for each in folded] == [fold(text) for text in texts]


def test_long_texts_among_many_are_folded_by_themselves() -> None:
    texts = ["Hà Nội " * 3_000, "น้ำ", "Straße" * 9_000, "", "a"]
    rows = [(codes, spans) for codes, spans in fold_codes_each(texts)]
    assert [len(spans) for _, spans in rows] == [2, 1, 2]
    folded = [codes[start:stop] for codes, spans in rows for start, stop in spans]
    assert ["".join(map(chr, each.tolist())) for each in folded] == [fold(text) for text in texts]
