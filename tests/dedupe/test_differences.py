"""What differs between a passage and the text it was taken from, as its reader would mark it."""

from typing import Final

import pytest

from syndicate.dedupe import compare
from syndicate.dedupe._differ import differences

SAID: Final = (
    "The ministry said on Monday that {} left the port in the morning, and that nothing else changed."
)
MORE: Final = (
    " A governor thanked everybody who helped, and asked them all to go home early. Schools stay closed."
)


@pytest.mark.parametrize(
    ("passage", "text", "marked"),
    [
        pytest.param("12 boats", "97 boats", [("12", "97", True)], id="another number"),
        pytest.param(
            "12,400 boats", "12,700 boats", [("12,400", "12,700", True)], id="a digit: both numbers whole"
        ),
        pytest.param("12,400 boats", "17,438 boats", [("12,400", "17,438", True)], id="digits: one number"),
        pytest.param("12 boats", "twelve boats", [("12", "twelve", False)], id="a number in words"),
        pytest.param("boats", "ships", [("boats", "ships", False)], id="a word"),
        pytest.param(
            "Anna", "Enne", [("Anna", "Enne", False)], id="two letters close to each other: one place"
        ),
    ],
)
def test_each_place_is_marked_once_and_whole(
    passage: str, text: str, marked: list[tuple[str, str, bool]]
) -> None:
    assert told(SAID.format(passage), SAID.format(text)) == marked


def test_the_text_goes_on_where_a_passage_says_something_else() -> None:
    text = SAID.format("boats") + MORE * 2
    found = told(SAID.format("boats") + " Nobody was hurt at all, says the captain, of his crew.", text)
    assert found
    assert {said for _, said, _ in found} == {""}


def told(passage: str, text: str) -> list[tuple[str, str, bool]]:
    return [
        (passage[slice(*each.asked)], text[slice(*each.said)], each.figure)
        for each in differences(compare(passage, text), passage, text)
    ]
