"""Two texts: which are copies, which only look so, and what is said of it."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate import dedupe
from syndicate.dedupe import Compared, Guard, RelatedAs, compare
from syndicate.dedupe._differ import differences

BODY: Final = (
    "The river rose by a metre within an hour, and the ferry between the two banks stopped at noon. "
    "Villagers carried rice, blankets and radios to the school on the hill, where teachers had opened "
    "every room. By evening the water had reached the market, but the bridge upstream still held, and "
    "engineers kept watching it through the night with lamps that fishermen lent them."
)
ENDING: Final = (
    " Schools in the district will stay closed until the roads have been cleared of mud and branches."
)


def told(*parts: str) -> str:
    return "\n".join(parts)


SAME = [
    pytest.param(told("River rises", BODY), told("A long night by the bridge", BODY), id="another headline"),
    pytest.param(
        told("Storm kills 12", "Twelve died, 12 in all. " + BODY),
        told("Death toll at 12 after storm", "Twelve died, 12 in all. " + BODY),
        id="another headline with the figures of the text",
    ),
    pytest.param(
        told("River rises", "HANOI, 12 May (VNA) - " + BODY),
        told("River rises", "JAKARTA, 13 May (ANTARA) - " + BODY),
        id="another place and day in the dateline",
    ),
    pytest.param(told(BODY, "VNA 12/05/2026"), told(BODY, "© ANTARA 2026, 13.5."), id="another credit line"),
    pytest.param(BODY, BODY + ENDING + " 300 houses fell.", id="a sentence and a figure more"),
    pytest.param("On Monday 12 boats sank. " + BODY, BODY, id="a sentence and a figure less"),
    pytest.param(
        told(BODY, ENDING + " They are 41."), told(ENDING + " They are 41.", BODY), id="another order"
    ),
    pytest.param(BODY + " It cost 1,250,000 dong.", BODY + " It cost 1.250.000 dong.", id="millions grouped"),
    pytest.param(
        BODY + " By 12:30 it was over.", BODY + " By ១២:៣០ it was over.", id="digits of another script"
    ),
    pytest.param(BODY + " Some 12 left.", BODY + " Some 1\u200b2 left.", id="an invisible space in a number"),
]

APART = [
    pytest.param("killed 12 people", "killed 15 people", Guard.NUMBER, id="a number"),
    pytest.param(
        "killed 12 and hurt 300", "killed 300 and hurt 12", Guard.NUMBER, id="two that changed places"
    ),
    pytest.param("on 12 May it rained", "on 12 June it rained", Guard.NUMBER, id="the month of a date"),
    pytest.param("on 12/5 it rained", "on 13/5 it rained", Guard.NUMBER, id="the day of a date"),
    pytest.param("cost 5 million dong", "cost 5 billion dong", Guard.NUMBER, id="what a number counts"),
    pytest.param("killed five people", "killed 15 people", Guard.NUMBER, id="a figure for a word"),
    pytest.param("rates moved -0.5 there", "rates moved 0.5 there", Guard.NUMBER, id="a sign"),
    pytest.param("rates moved 1.5 there", "rates moved 15 there", Guard.NUMBER, id="a point"),
    pytest.param(
        "paid 1,500 in all", "paid 1.500 in all", Guard.NUMBER, id="a point for a comma: either may be it"
    ),
    pytest.param("ชน ๑๒ ราย", "ชน ๑๕ ราย", Guard.NUMBER, id="a number in Thai digits"),
    pytest.param("judge Nguyen Van An said so", "judge Tran Thi Binh said so", Guard.NAME, id="a name"),
    pytest.param(
        "ศาลพิพากษาจำคุก นายสมชาย ใจดี เป็นเวลาสามปี",
        "ศาลพิพากษาจำคุก นางมาลี สุขใจ เป็นเวลาสามปี",
        Guard.NAME,
        id="a name in Thai",
    ),
    pytest.param("法院判处王小明三年有期徒刑", "法院判处李建国三年有期徒刑", Guard.NAME, id="a name in Han"),
    pytest.param(
        "he said: “the dam will surely hold”, and left",
        "he said: “the dam will never hold”, and left",
        Guard.QUOTE,
        id="a word within quotation marks",
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_a_copy_is_one_however_it_is_dressed(one: str, other: str) -> None:
    for found in (compare(one, other), compare(other, one)):
        assert (found.likeness, found.guard) == (RelatedAs.COPY, Guard.PASSED), found.evidence


@pytest.mark.parametrize(("was", "became", "guard"), APART)
def test_what_stands_in_the_place_of_another_keeps_two_apart(was: str, became: str, guard: Guard) -> None:
    start, end = BODY[:150], BODY[150:] + ENDING
    one, other = (f"{start} And then they {said} once more. {end}" for said in (was, became))
    for found in (compare(one, other), compare(other, one)):
        assert (found.likeness, found.guard) == (RelatedAs.SIBLING, guard), found.evidence
        assert found.substituted


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(told("Rates of 12 May", BODY), told("Rates of 13 May", BODY), id="a headline"),
        pytest.param("HANOI, 12 May (VNA) - " + BODY, "HANOI, 13 May (VNA) - " + BODY, id="a dateline"),
        pytest.param(told(BODY, "Updated 12/05/2026"), told(BODY, "Updated 13/05/2026"), id="a last line"),
        pytest.param(
            told("Twelve die", "Storm Ana: 12 dead, 30 hurt", BODY),
            told("Hundreds flee", "Typhoon kills 77 and wounds 91", BODY),
            id="a headline that counts otherwise",
        ),
    ],
)
def test_the_same_lines_with_other_figures_are_a_series(one: str, other: str) -> None:
    assert compare(one, other).likeness is RelatedAs.SIBLING


def test_a_figure_that_changed_while_its_paragraph_moved_is_seen() -> None:
    one = told(BODY, ENDING + " In all 41 families left.")
    other = told(ENDING + " In all 47 families left.", BODY)
    found = compare(one, other)
    assert (found.likeness, found.guard) == (RelatedAs.SIBLING, Guard.NUMBER)
    assert "“41” the other has “47”" in found.evidence


@pytest.mark.parametrize(
    ("one", "other"), [("1,250", "1,350"), ("34", "31"), ("1250", "12050"), ("-5", "-7"), ("២០១", "២០៥")]
)
def test_the_evidence_shows_numbers_whole(one: str, other: str) -> None:
    said = [told(BODY, f"{ENDING} In all {many} families left.") for many in (one, other)]
    found = compare(said[0], said[1])
    assert f"where one has “{one}” the other has “{other}”" in found.evidence


def test_a_name_that_changed_while_its_paragraph_moved_is_seen() -> None:
    lines = [
        f"{ENDING} This is what {name} told reporters at the gate of the school."
        for name in ("Somchai Jaidee", "Anong Srisuk")
    ]
    found = compare(told(BODY, lines[0]), told(lines[1], BODY))
    assert found.likeness is RelatedAs.SIBLING
    assert found.guard in (Guard.NAME, Guard.WORDS)


def test_the_beginning_of_a_text_is_an_excerpt_of_it() -> None:
    long = told(BODY, ENDING, ENDING[::-1], BODY[::-1])
    found = compare(long, BODY)
    assert (found.likeness, found.b_in_a) == (RelatedAs.EXCERPT, 1.0)
    assert found.evidence.startswith("100% of the shorter is in the longer")
    assert compare(long, BODY[:140]).likeness is None, "less than 150 letters"


def test_an_excerpt_with_another_figure_is_none() -> None:
    long = told(BODY, "There were 12 boats on the water.", ENDING, ENDING[::-1], BODY[::-1])
    assert compare(long, told(BODY, "There were 12 boats on the water.")).likeness is RelatedAs.EXCERPT
    assert compare(long, told(BODY, "There were 13 boats on the water.")).likeness is None


def test_differences_and_passages_are_shown_where_they_stand() -> None:
    one, other = "Before: " + BODY, BODY.replace("two banks", "two shores")
    found = compare(one, other)
    assert [(one[slice(*each.a)], other[slice(*each.b)]) for each in found.changed] == [
        ("Before", ""),
        ("bank", "shore"),
    ]
    kept = [(one[slice(*each.a)], other[slice(*each.b)]) for each in found.kept]
    assert all(here == there for here, there in kept)
    assert sum(len(here) for here, _ in kept) > 0.9 * len(BODY)


def test_what_has_nothing_in_common_is_not_aligned() -> None:
    found = compare(
        BODY, "Nothing of this kind was ever printed about those people by anybody, as far as we know now."
    )
    assert (found.likeness, found.kept, len(found.changed)) == (None, (), 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("", "", id="empty"),
        pytest.param("", BODY, id="empty and not"),
        pytest.param("🚨🚨🚨", "🚨🚨🚨", id="pictures only"),
        pytest.param("Daily exchange rates", "Daily exchange rates", id="a title that everybody has"),
        pytest.param("今日天气预报", "今日天气预报", id="the same in Han"),
        pytest.param("a" * 5_000, "a" * 4_000, id="one letter"),
        pytest.param("๑" * 5_000, "1" * 4_999, id="one digit"),
    ],
)
def test_too_little_text_tells_nothing(one: str, other: str) -> None:
    found = compare(one, other)
    assert (found.likeness, found.guard) == (None, Guard.SHORT)
    assert "too little text" in found.evidence


@given(st.text(max_size=60), st.text(max_size=60), st.integers(0, 300))
def test_whatever_is_put_into_a_text_is_told_alike_from_both_sides(put: str, other: str, place: int) -> None:
    one, two = (BODY[:place] + each + BODY[place:] for each in (put, other))
    here, there = compare(one, two), compare(two, one)
    assert (here.jaccard, here.likeness) == (there.jaccard, there.likeness)
    assert (here.a_in_b, here.letters) == (there.b_in_a, there.letters[::-1])
    assert_spans(here, one, two)


@given(
    st.lists(
        st.sampled_from(["12 ", "15 ", "boat ", "ພາສາ", "汉语", "e\u0301", "\u200b", "a", "\n", "“"]),
        max_size=80,
    )
)
def test_any_text_is_a_copy_of_itself_or_too_short(words: list[str]) -> None:
    found = compare("".join(words), "".join(words))
    assert found.guard in (Guard.PASSED, Guard.SHORT)
    assert found.changed == ()


def assert_spans(found: Compared, one: str, two: str) -> None:
    spans = (*found.changed, *found.kept, *found.substituted)
    assert all(0 <= start <= stop <= len(one) for start, stop in (each.a for each in spans))
    assert all(0 <= start <= stop <= len(two) for start, stop in (each.b for each in spans))


def test_a_passage_that_stands_in_a_text_as_it_is_differs_nowhere() -> None:
    said = "The ferry to the outer islands leaves at six in the morning and comes back before the tide turns."
    assert list(differences(compare(said, said), said, said)) == []


def test_the_door_has_no_name_that_is_not_in_the_room() -> None:
    with pytest.raises(AttributeError, match="unlike"):
        dedupe.unlike  # noqa: B018 - the look is what is tried
