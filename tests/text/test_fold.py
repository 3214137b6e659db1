import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.text import fold, fold_with_offsets


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
