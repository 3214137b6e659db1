from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.news import letters
from syndicate.text import Excerpt, Sought, clip, excerpt, mark, seek
from syndicate.text._excerpt import Span

LONG = {
    "Thai": ("ประชาชนชายฝั่งอพยพแล้วเมื่อคืนนี้ " * 40, "น้ำท่วมกรุงเทพ", "น้ำ"),
    "Lao": ("ເຮືອ\u200bຂ້າມ\u200bຟາກ" * 40, "ນ້ຳຖ້ວມ", "ນ້ຳຖ້ວມ"),
    "Khmer": ("ប្រជាជនជម្លៀសពីឆ្នេរសមុទ្រ" * 40, "ទឹកជំនន់", "ទឹក"),
    "Burmese": ("ပြည်သူများရွှေ့ပြောင်းခဲ့သည်" * 40, "မုန်တိုင်း", "မုန်တိုင်း"),
    "Chinese": ("沿海居民已经疏散" * 60, "台风登陆", "台风"),
    "Tamil": ("மக்கள் வெளியேற்றம் கடற்கரை " * 40, " புயல் ", "புயல்"),
    "Jawi": ("سموا مأنسي دلاهيركن بيبس " * 40, " ريبوت ", "ريبوت"),
    "family of emoji": ("👩‍👩‍👧‍👦" * 100, "storm", "storm"),
}


def sought(query: str) -> Sought:
    found = seek(query)
    assert isinstance(found, Sought)
    return found


def found(made: Excerpt) -> list[str]:
    return [text for text, match in made.runs() if match]


def ends(text: str) -> set[int]:
    """Where a letter ends, and the beginning."""
    return {0, *accumulate(len(letter) for letter in letters(text))}


@pytest.mark.parametrize(("around", "there", "word"), LONG.values(), ids=LONG)
def test_an_excerpt_stands_around_what_was_found_and_cuts_no_letter(
    around: str, there: str, word: str
) -> None:
    text = around + there + around
    made = excerpt([text], sought(word), 100)
    assert len(made.text) <= 164
    assert found(made), made
    inner = made.text.strip("…")
    start = text.index(inner)
    assert {start, start + len(inner)} <= ends(text)


def test_accents_and_digits_are_found_however_they_were_asked_for() -> None:
    assert found(mark("Bão số ៥ đổ bộ", sought("bao so 5"))) == ["Bão", "số", "៥"]
    assert found(mark("Ho\u0302\u0300 Vi\u0301 Du\u0323", sought("ho vi du"))) == [
        "Ho\u0302\u0300",
        "Vi\u0301",
        "Du\u0323",
    ]


def test_a_quotation_is_marked_as_one_and_its_words_elsewhere_are_not() -> None:
    made = mark("The price of rice. A rice price rises.", sought('"rice price"'))
    assert found(made) == ["rice price"]


def test_what_overlaps_is_marked_as_one_and_what_is_not_there_not_at_all() -> None:
    assert found(mark("A rice price rises.", sought('"rice price" "price rises"'))) == ["rice price rises"]
    assert list(mark("Wheat", sought("rice")).runs()) == [("Wheat", False)]


def test_a_letter_with_more_marks_than_anybody_writes_is_bounded() -> None:
    assert 10 <= len(excerpt(["Z" + "\u0336" * 5_000], sought("z"), 10).text) <= 80


def test_of_a_place_the_name_that_was_written_is_marked() -> None:
    assert found(mark("Tàu cá ở Biển Đông", sought("South China Sea"))) == ["Biển Đông"]


def test_the_piece_with_most_of_what_was_looked_for_is_shown() -> None:
    made = excerpt(["Rice came.", "Nothing.", "Rice and wheat came."], sought("rice wheat"), 100)
    assert made.text == "Rice and wheat came."


def test_of_a_place_whose_words_stand_apart_a_piece_with_one_of_them_is_shown() -> None:
    made = excerpt(["Nothing.", "The sea is calm.", "Wind from China."], sought("South China Sea"), 100)
    assert found(made) == ["sea"]


@pytest.mark.parametrize("most", [9, 10, 11, 12, 30])
def test_at_the_very_end_of_a_text_an_excerpt_is_its_end(most: int) -> None:
    made = excerpt(["word " * 20 + "storm"], sought("storm"), most)
    assert made.text.endswith("storm")
    assert found(made) == ["storm"]


def test_where_nothing_was_found_an_excerpt_is_the_beginning() -> None:
    made = excerpt(["", "First line.", "Second."], sought("rice"), 100)
    assert (made.text, made.spans) == ("First line.", ())
    assert excerpt([], sought("rice"), 100) == Excerpt("")


def test_a_clipped_text_says_so() -> None:
    assert clip("น้ำท่วม", 100) == "น้ำท่วม"
    assert clip("น้ำท่วมหนัก", 5) == "น้ำ…"


@given(st.text(max_size=300), st.integers(10, 80))
def test_an_excerpt_of_any_text_is_a_piece_of_it_in_whole_letters(text: str, most: int) -> None:
    made = excerpt([text], sought("a น้ำ 南"), most)
    inner = made.text.removeprefix("…").removesuffix("…")
    assert inner in text
    assert all(_within(span, made) for span in made.spans)
    assert "".join(run for run, _ in made.runs()) == made.text


def _within(span: Span, made: Excerpt) -> bool:
    return 0 <= span[0] < span[1] <= len(made.text)


def test_of_a_long_text_no_more_is_looked_through_than_is_asked_for() -> None:
    sought = seek("flood")
    assert isinstance(sought, Sought)
    paragraphs = ["nothing here " * 20] * 9 + ["the flood came"]
    assert excerpt(paragraphs, sought, 60).spans
    assert excerpt(paragraphs, sought, 60, pieces_most=9).spans == ()


@pytest.mark.parametrize(
    ("text", "query"),
    [
        pytest.param("กก\u200de\u0301 b", "é", id="a joiner between two scripts"),
        pytest.param("a เเxy b", "เเx", id="two vowels that lead to a Latin letter"),
        pytest.param("က\u103a\u200dน้ำ ก", "น้ำ", id="a joiner before a Thai letter"),
    ],
)
def test_attack_what_is_marked_is_whole_letters_even_of_what_nobody_writes(text: str, query: str) -> None:
    made = mark(text, sought(query))
    ends = {0, *accumulate(map(len, letters(text)))}
    assert made.spans
    assert all(each in ends for span in made.spans for each in span)
