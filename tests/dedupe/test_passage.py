"""What somebody pastes, beside what an agency signed: other figures are never "published"."""

from typing import Final

import pytest

from syndicate.client._lookup import _is_in, _letters
from syndicate.dedupe import Passage, alike

SAID: Final = (
    "The ministry said on Monday that prices {} in the capital, and that nothing else has changed since."
)
OTHERS = [
    pytest.param("rose by 15 million", "rose by 1.5 million", "1.5", id="a point more"),
    pytest.param("rose by 1,500", "rose by 1.500", "1.500", id="a point for a comma"),
    pytest.param("moved by -5 points", "moved by 5 points", "5", id="a minus less"),
    pytest.param("moved by 5 points", "moved by −5 points", "−5", id="a minus of typesetters more"),
    pytest.param("rose by 5%", "rose by 5‰", "5‰", id="per mille for per cent"),
    pytest.param("rose by 5 %", "rose by 5", "5", id="no per cent"),
    pytest.param("cost $5", "cost €5", "€5", id="another currency"),
    pytest.param("cost -$5", "cost $5", "$5", id="a minus before a currency"),
    pytest.param("rose by 102", "rose by 10²", "10²", id="a raised digit"),
    pytest.param("rose by 12 13 times", "rose by 1213 times", "1213", id="two numbers as one"),
    pytest.param("rose at 11:30", "rose at 1130", "1130", id="a time as a number"),
    pytest.param("rose on 1/12", "rose on 11/2", "11/2", id="another day of the same digits"),
    pytest.param("are 3:1", "are 31", "31", id="a ratio"),
    pytest.param("are < 5", "are > 5", "> 5", id="more for less"),
    pytest.param("are rated A+", "are rated A", "A", id="a plus"),
    pytest.param("rose by 1\u200b5", "rose by 1 5", "1", id="an invisible space for a visible one"),
]
SAME = [
    pytest.param("rose by 15", "rose  by 15", id="spaces"),
    pytest.param("rose by 1\u200b5", "rose by 15", id="an invisible space in a number"),
    pytest.param("rose by 1,250,000", "rose by 1.250.000", id="millions grouped"),
    pytest.param("rose by ១២ %", "rose by １２％", id="digits and signs of other scripts"),
    pytest.param("rose – 5 times", "rose -- 5 times", id="a dash that is no minus"),
]


@pytest.mark.parametrize(("said", "asked", "shown"), OTHERS)
def test_attack_a_number_with_the_same_digits_is_not_published(said: str, asked: str, shown: str) -> None:
    item, question = SAID.format(said), SAID.format(asked)
    assert not Passage(question).stands_in("Prices", "", item)
    close = alike(question, item)
    assert close is not None
    assert any(shown in question[slice(*each.asked)] for each in close.differences), close
    if any(each.isdecimal() for each in shown):
        assert any(each.figure for each in close.differences)


@pytest.mark.parametrize(("said", "asked", "shown"), OTHERS)
def test_attack_a_client_finds_no_other_number_in_an_item(said: str, asked: str, shown: str) -> None:
    assert not _is_in(_letters(SAID.format(asked)), _letters(SAID.format(said)))
    assert shown


@pytest.mark.parametrize(("said", "asked"), SAME)
def test_the_same_number_is_published_however_it_is_written(said: str, asked: str) -> None:
    assert Passage(SAID.format(asked)).stands_in("Prices", "", SAID.format(said))


@pytest.mark.parametrize(
    ("asked", "stands"),
    [
        pytest.param("12,400 dong and -5 degrees, 5% in all", True, id="whole numbers at both ends"),
        pytest.param("400 dong and -5 degrees, 5% in all", False, id="the end of a number"),
        pytest.param("5 degrees, 5% in all, and nothing else", False, id="without the minus in front of it"),
        pytest.param("rose by 12,400 dong and -5 degrees, 5", False, id="without the per cent behind it"),
        pytest.param(
            "Prices in June Prices rose by 12,400 dong", True, id="the headline and what follows it"
        ),
    ],
)
def test_a_number_that_is_cut_is_not_the_number(asked: str, stands: bool) -> None:
    said = "Prices rose by 12,400 dong and -5 degrees, 5% in all, and nothing else has changed since Monday."
    assert Passage(asked).stands_in("Prices in June", "", said) is stands
    assert _is_in(_letters(asked), _letters(f"Prices in June\n{said}")) is stands


@pytest.mark.parametrize(
    ("asked", "said", "place"),
    [
        pytest.param(
            "250 people to schools on higher ground before the river rose", "1,250", (0, 3), id="begins in it"
        ),
        pytest.param(
            "to schools on higher ground before the river rose by 4", "47", (53, 54), id="ends in it"
        ),
        pytest.param("12,400 to everybody who lost a boat", "$12,400", (0, 6), id="without its sign"),
    ],
)
def test_a_number_that_is_cut_is_marked_as_another_one(asked: str, said: str, place: tuple[int, int]) -> None:
    text = (
        "Teams took 1,250 people to schools on higher ground before the river rose by 47 centimetres. "
        "The ministry pays $12,400 to everybody who lost a boat."
    )
    assert not Passage(asked).stands_in("", "", text)
    close = alike(asked, text)
    assert close is not None
    (cut,) = close.differences
    assert (cut.asked, text[slice(*cut.said)], cut.figure) == (place, said, True)


@pytest.mark.parametrize(("start", "stop"), [*((start, start + 100) for start in range(0, 52, 4)), (3, 83)])
def test_letters_that_stand_far_away_too_are_no_difference(start: int, stop: int) -> None:
    """A passage begins with the letter with which the text begins, or ends with its last one: by chance."""
    text = (
        "Storm reaches the northern coast. Rescue teams took 1,250 people to schools and temples on higher "
        "ground before the river came over its banks near the old market. Nobody was hurt in any of them."
    )
    asked = text.replace("1,250", "1,750")[start:stop]
    close = alike(asked, text)
    assert close is not None
    assert [
        asked[slice(*each.asked)] for each in close.differences if "1,7" not in asked[slice(*each.asked)]
    ] == []


@pytest.mark.parametrize(
    ("said", "asked", "marked"),
    [
        pytest.param("asks everybody to", "does not ask anybody to",
                     ("does not ask anybody", "asks everybody"), id="words that end alike"),
        pytest.param("schools and", "shops and", ("shops", "schools"), id="a word within"),
        pytest.param("temples on", "temples by soldiers on", ("by soldiers", ""), id="words more"),
        pytest.param("on the boats by sea", "on the sea", ("", "boats by"), id="words less"),
        pytest.param("villages are", "village are", ("village", "villages"), id="a letter less"),
        pytest.param("the village are", "the villages are", ("villages", "village"), id="a letter more"),
        pytest.param(f"{'ab' * 20}x{'cd' * 20} to", f"{'ab' * 20}y{'cd' * 20} to",
                     (f"{'ab' * 12}y{'cd' * 12}", f"{'ab' * 12}x{'cd' * 12}"), id="a word without end"),
        pytest.param("a" * 60 + " to", "a" * 61 + " to", ("a" * 25, "a" * 24), id="one letter over and over"),
        pytest.param("safe are", "unsafe are", ("unsafe", "safe"), id="letters more at the beginning"),
        pytest.param("ไม้สัก", "ไม่สัก",
                     ("่", "้"), id="a mark of a script without spaces"),
    ],
)  # fmt: skip
def test_a_word_that_differs_is_marked_whole(said: str, asked: str, marked: tuple[str, str]) -> None:
    item, question = (
        f"The ministry and its {each} prepared for the night in the capital." for each in (said, asked)
    )
    close = alike(question, item)
    assert close is not None
    (one,) = close.differences
    assert (question[slice(*one.asked)].rstrip(), item[slice(*one.said)].strip()) == marked


def test_a_question_is_not_the_answer() -> None:
    said = "Will the dam hold through the night? The engineers of the province say that they hope so."
    assert Passage(said).stands_in("", "", said)
    assert Passage(said.rstrip(".")).stands_in("", "", said), "what stands at the end is nobody's words"
    assert not Passage(said.replace("?", ".")).stands_in("", "", said)


def test_a_headline_with_another_number_is_another_headline() -> None:
    assert Passage("Rates at 15").stands_in("Rates at 15", "", "")
    assert not Passage("Rates at 1.5").stands_in("Rates at 15", "", "")
    assert not Passage("Rates at $15").stands_in("", "Rates at 15", "")


def test_two_numbers_in_a_row_are_two() -> None:
    said = "In the years 2025 2026 2027 there were more boats on the river than ever before in this province."
    assert Passage("2026 2027 there were more boats on the river").stands_in("", "", said)
    assert _is_in(_letters("2026 2027 there were"), _letters(said))
    assert not _is_in(_letters("20262027 there were"), _letters(said))


def test_a_number_that_comes_back_a_thousand_times_is_tried_a_few_times() -> None:
    asked = Passage("7" * 400)
    assert not asked.stands_in("", "", "7" * 90_000)


def test_nothing_of_a_passage_shows() -> None:
    assert "quokka" not in repr(Passage("A quokka crossed the road"))
