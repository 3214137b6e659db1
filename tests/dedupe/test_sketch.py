"""Sketches and fingerprints: by which a text that is alike is found again."""

import random
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.dedupe import sketch, sketch_each, winnow
from syndicate.dedupe._shingles import PASSAGE
from syndicate.text import FOLDING, fold

_WORDS: Final = [
    "".join(random.Random(f"{seed}").choices("bcdfghklmnprstvw", k=2)) + "aeiou"[seed % 5]
    for seed in range(900)
]


def prose(seed: int, words: int = 700) -> str:
    return " ".join(random.Random(seed).choices(_WORDS, k=words))


def test_a_sketch_names_the_folding_and_the_letters_it_was_made_of() -> None:
    made = sketch(prose(1))
    assert (made.folding, made.letters) == (FOLDING, len(fold(prose(1))))
    assert len(made.bands) == 24
    assert all(-(2**63) <= band < 2**63 for band in made.bands)


def test_a_sketch_stays_what_it_was() -> None:
    # What is stored is compared with what is made next year, on another machine.
    assert sketch("The river rose by a metre within an hour.").bands[:2] == (
        -3446504978707132555,
        1737706671919824849,
    )
    assert [each.value for each in winnow("The river rose by a metre within an hour.")] == [
        159253811049716024
    ]


def test_texts_that_share_most_share_several_bands_and_others_share_none() -> None:
    whole = prose(1)
    edited = "Another headline. " + whole[200:]
    assert len(set(sketch(whole).bands) & set(sketch(edited).bands)) >= 3
    shared = [set(sketch(prose(seed)).bands) & set(sketch(prose(seed + 100)).bands) for seed in range(1, 60)]
    assert [each for each in shared if each] == []


def test_bands_tell_their_place() -> None:
    assert len(set(sketch("The river rose.").bands)) == len(sketch("The river rose.").bands)


def test_a_text_too_short_to_be_compared_has_no_bands() -> None:
    assert (sketch("").bands, sketch("🚨").bands, sketch("Storm").bands) == ((), (), ())
    assert (winnow(""), winnow("Storm")) == ((), ())


@given(st.integers(0, 400), st.integers(1, 90))
def test_every_passage_long_enough_is_found_again(start: int, seed: int) -> None:
    letters = fold(prose(seed, 200))
    passage = letters[start : start + PASSAGE]
    assert {each.value for each in winnow(passage)} & {each.value for each in winnow(letters)}


def test_a_fingerprint_says_where_it_stands() -> None:
    text = "— " + prose(3)
    for each in winnow(text):
        assert each.value in {one.value for one in winnow(text[each.at : each.at + 13])}


def test_fingerprints_are_few_and_no_value_comes_twice() -> None:
    text = prose(5, 2_000)
    values = [each.value for each in winnow(text)]
    assert len(values) == len(set(values))
    assert len(fold(text)) / 19 < len(values) < len(fold(text)) / 14


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a" * 100_000, id="one letter"),
        pytest.param("ab" * 50_000, id="two letters"),
        pytest.param("汉" * 100_000, id="one of Han"),
        pytest.param("\u202e" * 100_000, id="overrides of direction"),
        pytest.param("\u0301" * 100_000, id="accents on nothing"),
        pytest.param("ﷺ" * 30_000, id="what folds to eighteen letters each"),
    ],
)
def test_texts_that_repeat_themselves_have_few_fingerprints(text: str) -> None:
    assert len(winnow(text)) <= 36
    assert len(sketch(text).bands) in (0, 24)


def test_han_is_told_by_three_letters_in_a_row() -> None:
    one, other = ("人人生而自由，在尊严和权利上一律平等。他们赋有理性" + end for end in ("和良心", "与情感"))
    assert set(sketch(one).bands) & set(sketch(other).bands)


def test_many_texts_are_sketched_as_each_by_itself() -> None:
    texts = [prose(seed, words) for seed, words in enumerate((700, 0, 9, 40, 200, 20_000, 3, 700))]
    texts += ["人人生而自由" * 30, "น้ำท่วม" * 12, "a" * 200_000, "Storm"]
    assert sketch_each(texts) == [sketch(text) for text in texts]
    assert sketch_each([]) == []
