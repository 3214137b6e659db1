"""What changed between two texts, as people are shown it: never half a letter, never without an end."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_room import TEXTS

from syndicate.news import Content, letters, paragraphs
from syndicate.web._pages._compare import Change, What, compare, edits
from syndicate.web._pages._pieces import pieces

FEW = st.lists(st.sampled_from("abc"), max_size=12)
LETTERS = st.sampled_from("ab .កខ្រាที่นၽ္ဇ中é́")
TEXT = st.text(LETTERS, max_size=60)
SOME = st.text(LETTERS, min_size=1, max_size=20)  # a paragraph is never empty


@given(FEW, FEW)
def test_the_way_from_one_text_to_the_other_goes_through_both(old: list[str], new: list[str]) -> None:
    script = edits(old, new)
    assert script is not None
    assert [text for what, text in script if what is not What.IN] == old
    assert [text for what, text in script if what is not What.OUT] == new


@given(st.lists(SOME, max_size=5), st.lists(SOME, max_size=5))
def test_whoever_reads_what_was_kept_and_put_in_reads_the_new_text(old: list[str], new: list[str]) -> None:
    shown = compare(old, new)
    at, read = 0, list[str]()
    for change in shown.changes:
        read += old[at : at + change.skipped]
        at += change.skipped
        before = "".join(text for what, text in change.runs if what is not What.IN)
        after = "".join(text for what, text in change.runs if what is not What.OUT)
        if before:
            assert before == old[at]
            at += 1
        read += [after] if after else []
    assert (at, read, shown.same) == (len(old), new, old == new)


@given(TEXT)
def test_pieces_and_letters_together_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == "".join(letters(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ที่น้ำ", ["ที่", "น้ำ"], id="Thai: tone, vowel and nikhahit stay"),
        pytest.param("เก่า", ["เก่า"], id="Thai: a vowel before its consonant"),
        pytest.param("ຄຳ", ["ຄຳ"], id="Lao"),
        pytest.param("ក្រុម", ["ក្រុ", "ម"], id="Khmer: the letter below"),
        pytest.param("မြန်မာ", ["မြ", "န်", "မာ"], id="Burmese"),
        pytest.param("中文", ["中", "文"], id="Chinese"),
        pytest.param("Giá gạo", ["Giá", " ", "gạo"], id="Vietnamese: words"),
        pytest.param("Gia\u0301 5%", ["Gia\u0301", " ", "5", "%"], id="decomposed, a number and a sign"),
    ],
)
def test_each_script_is_compared_in_its_own_pieces(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@pytest.mark.parametrize("lang", ["th", "lo", "km", "my"])
def test_no_letter_is_taken_apart(lang: str) -> None:
    whole = list(letters(TEXTS[lang]))
    old, new = "".join(whole), "".join(whole[:9] + whole[11:])
    [change] = compare([old], [new]).changes
    at = 0
    for _, run in change.runs:
        begun = list(letters(run))
        assert begun == whole[at : at + len(begun)]
        at += len(begun)
    assert [what for what, _ in change.runs] == [What.KEPT, What.OUT, What.KEPT]


@pytest.mark.timeout(200)
def test_attack_26_texts_made_to_be_compared_for_ever_are_given_up_on() -> None:
    draw = random.Random(1)
    noise = ["".join(draw.choices("ab ", k=800)) for _ in range(60)]
    other = ["".join(draw.choices("ab ", k=800)) for _ in range(60)]
    shown = compare(noise, other)
    assert shown.whole
    assert compare([f"a{n}" for n in range(5_000)], [f"b{n}" for n in range(5_000)]).whole
    assert compare([], [f"b{n}" for n in range(300)]).whole
    assert compare(["a " * 3_000], ["a " * 2_500]).whole, "too many pieces to look at"
    assert compare(["ab" * 40_000], ["ba" * 40_000]).changes


def test_paragraphs_that_only_came_or_went_are_shown_whole() -> None:
    assert [change.runs for change in compare(["a", "b"], ["a"]).changes] == [(), ((What.OUT, "b"),)]
    assert [change.runs for change in compare(["a"], ["a", "b"]).changes] == [(), ((What.IN, "b"),)]
    assert compare(["a", "b"], ["a", "b"]).changes == (Change(skipped=2),)


def test_a_body_is_read_in_paragraphs_without_its_form() -> None:
    html = "<p>a &amp; b<br>c</p><ul><li>d<ul><li>e</li></ul></li></ul><table><tr><td>f</td><td>g</td></tr>"
    assert paragraphs(Content(type="text/html", body=html)) == ["a & b", "c", "d", "e", "f g"]
    assert paragraphs(Content(type="text/plain", body="a <b>\n\n c ")) == ["a <b>", "c"]
    assert paragraphs(Content(type="text/plain", url="https://x.example/", sha256="x", length=1)) == []
    assert paragraphs(None) == []
