"""Texts made to waste time or to be taken for others: bounded work, and no merge.

Where the work is counted, it is counted in steps of the program, never by a clock.
"""

import random
import sys
from collections.abc import Callable
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, Final

import pytest

from syndicate.dedupe import Guard, RelatedAs, _differ, alike, compare, sketch, winnow
from syndicate.dedupe._align import blocks_of
from syndicate.dedupe._shingles import letters_of

MERGING: Final = (RelatedAs.COPY, RelatedAs.EXCERPT)
_CHANCE: Final = random.Random(7)
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_NO_SPACE: Final = "".join(_CHANCE.choices(_LETTERS, k=100_000))
_TWO_LETTERS: Final = "".join(_CHANCE.choices("ab", k=100_000))
_SEED: Final = "".join(_CHANCE.choices(_LETTERS, k=400))


def steps_of(work: Callable[[], object]) -> int:
    """How many lines of ours are run."""
    steps = 0

    def count(frame: Any, event: str, _: object) -> Any:
        nonlocal steps
        steps += event == "line" and "syndicate" in frame.f_code.co_filename
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before)
    return steps


PAIRS = [
    pytest.param(_NO_SPACE, _NO_SPACE[::-1], id="100 kB without a space, nothing in common"),
    pytest.param("a" * 100_000, "a" * 99_999, id="one letter"),
    pytest.param("1" * 100_000, "1" * 99_999, id="one digit"),
    pytest.param(_TWO_LETTERS, _TWO_LETTERS[::-1], id="two letters, in no order"),
    pytest.param("\u202e" * 100_000, "\u202e" * 90_000, id="overrides of direction and nothing else"),
    pytest.param("\u0301\u0323" * 50_000, "\u0323\u0301" * 50_000, id="accents on nothing, in both orders"),
    pytest.param("“" * 100_000, "”" * 100_000, id="quotation marks"),
    pytest.param("🚨" * 50_000, "🚒" * 50_000, id="pictures"),
    pytest.param("12 " * 33_000, "21 " * 33_000, id="numbers that change places"),
    pytest.param("ﷺ" * 5_000, "ﷺ" * 4_999 + "x", id="what folds to eighteen letters each"),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_text_that_says_nothing_is_nobodys_copy(one: str, other: str) -> None:
    assert compare(one, other).likeness not in MERGING


def test_a_hundred_kilobytes_without_a_space_differ_in_one_letter_where_they_do() -> None:
    other = _NO_SPACE[:50_000] + "#Ω#" + _NO_SPACE[50_001:]
    found = compare(_NO_SPACE, other)
    assert found.likeness is RelatedAs.SIBLING
    assert [(each.a, other[slice(*each.b)]) for each in found.changed] == [((50_000, 50_001), "Ω")]


def test_shuffled_passages_take_no_square_of_steps() -> None:
    def shuffled(size: int) -> tuple[str, str]:
        parts = [_NO_SPACE[start : start + 20] for start in range(0, size, 20)]
        other = random.Random(3).sample(parts, len(parts))
        return "".join(parts), "".join(other)

    small, large = shuffled(4_000), shuffled(40_000)
    few = steps_of(lambda: blocks_of(letters_of(small[0]), letters_of(small[1])))
    many = steps_of(lambda: blocks_of(letters_of(large[0]), letters_of(large[1])))
    assert many < 25 * few


def test_many_runs_go_on_in_the_longest_order() -> None:
    parts = [_NO_SPACE[start : start + 40] for start in range(0, 4_000, 40)]
    moved = [*parts[50:53], *parts[:50], *parts[53:]]
    found = blocks_of(letters_of("".join(parts)), letters_of("".join(moved)))
    assert sum(block.length for block in found) >= 97 * 40
    assert all(one.a < after.a and one.b < after.b for one, after in pairwise(found))


def test_ten_thousand_near_copies_that_differ_in_a_figure_are_ten_thousand() -> None:
    bulletins = [
        f"{_SEED} Station {number} of the river reads {number * 7} today. {_SEED[::-1]}"
        for number in range(10_000)
    ]
    chosen = random.Random(5).sample(range(10_000), 40)
    pairs = pairwise(chosen)
    found = {compare(bulletins[one], bulletins[other]).likeness for one, other in pairs}
    assert found == {RelatedAs.SIBLING}


def test_a_title_that_ten_thousand_items_have_says_nothing() -> None:
    title = "Statement of the ministry"
    assert compare(title, title).guard is Guard.SHORT
    bodies = [title + "\n" + _NO_SPACE[start : start + 500] for start in range(0, 5_000, 500)]
    assert {compare(bodies[0], other).likeness for other in bodies[1:]} == {None}
    assert not set(sketch(bodies[0]).bands) & set(sketch(bodies[1]).bands)


def test_a_copy_padded_to_pull_another_in_is_an_excerpt_of_it_at_most() -> None:
    # Attack 38: near-copies of a statement, grown step by step towards another one.
    one, another = _NO_SPACE[:600], _NO_SPACE[10_000:10_600]
    bridge = f"{one}\n{another}"
    assert compare(one, another).likeness is None
    assert compare(one, bridge).likeness is RelatedAs.EXCERPT
    assert compare(another, bridge).likeness is RelatedAs.EXCERPT


def test_right_to_left_overrides_hide_no_other_figure() -> None:
    body = _SEED[:200] + " there were {} of them " + _SEED[200:]
    seen_as_21 = body.format("\u202e12\u202c")
    assert compare(body.format("12"), seen_as_21).likeness is RelatedAs.COPY, "the figure is what was signed"
    assert compare(body.format("21"), seen_as_21).likeness is RelatedAs.SIBLING


@pytest.mark.parametrize("text", [_NO_SPACE, "a" * 100_000, _TWO_LETTERS, "é" * 100_000, "\u0e33" * 100_000])
def test_what_is_stored_of_a_text_is_bounded(text: str) -> None:
    assert len(sketch(text).bands) <= 24
    assert len(winnow(text)) <= len(text) / 14
    beyond = sketch(text + _SEED)
    assert beyond.letters == 100_000


_MARKS: Final = "a" + "".join(_CHANCE.choices("\u0301\u0323\u0308\u031b\u0327", k=20_000))
_FIGURES: Final = " ".join(str(_CHANCE.randrange(10**6)) for _ in range(8_000))


@pytest.mark.parametrize(
    ("one", "other", "most"),
    [
        pytest.param("a\n" * 30_000, "a\n" * 29_999, 400_000, id="one sentence, thirty thousand times"),
        pytest.param("1 " * 30_000, "1 " * 29_999, 600_000, id="one number, thirty thousand times"),
        pytest.param(_FIGURES, _FIGURES[7:] + " 1 2", 800_000, id="eight thousand numbers"),
        pytest.param(_MARKS, _MARKS[::-1], 600_000, id="twenty thousand marks on one letter"),
    ],
)
def test_attack_a_comparison_takes_a_few_steps_for_each_letter(one: str, other: str, most: int) -> None:
    assert steps_of(lambda: compare(one, other)) < most


def test_a_table_of_very_many_numbers_is_itself_and_nothing_else() -> None:
    table = "The budget of the year, line by line, as the ministry of finance has put it before parliament. "
    table += _FIGURES
    assert compare(table, table).likeness is RelatedAs.COPY
    assert compare(table, table + " 5").likeness is RelatedAs.SIBLING


def test_attack_a_question_of_marks_is_compared_in_a_bounded_number_of_pairs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pairs: list[int] = []
    real = SequenceMatcher

    def counted(junk: None, a: str, b: str, *, autojunk: bool) -> Any:
        pairs.append(len(a) * len(b))
        return real(junk, a, b, autojunk=autojunk)

    monkeypatch.setattr(_differ, "SequenceMatcher", counted)
    parts = [_NO_SPACE[start : start + 40] for start in range(0, 20_000, 40)]
    asked = "".join(part + "é" * 60 for part in parts)
    assert alike(asked, "".join(part + "á" * 50 for part in parts)) is not None
    assert sum(pairs) <= 1_000_000
