"""An excerpt has a headline and a credit line of its own, and says within them what the longer text says."""

import pytest

from syndicate.dedupe import compare

BEFORE = (
    "Ministers of the region have spoken for two days about ferries, fares and the safety of small boats.",
    "They heard from crews, from families, and from the owners of the largest companies on the strait.",
)
PART = (
    "The dam above the valley has been inspected by engineers of three companies and is safe for now.",
    "People who live below it may return to their houses from tomorrow morning on, the office said.",
    "Schools open again when the road across the river has been cleared of mud and fallen branches.",
)
AFTER = (
    "In the capital, markets stayed open through the night, and the trains ran as they do on any day.",
    "A committee will hear witnesses in the coming weeks and publish what it was told before the rains.",
    "Farmers may ask for seed and tools at the offices of their districts, without paper or fee.",
    "The museum by the harbour shows photographs of old storms, and children are let in for nothing.",
)
LONG = "\n".join((*BEFORE, *PART, *AFTER))


@pytest.mark.parametrize(
    "around", [("", ""), ("Back home", ""), ("", "By our own desk."), ("Back home", "Own desk")]
)
def test_lines_of_its_own_stand_in_the_place_of_nothing(around: tuple[str, str]) -> None:
    text = "\n".join(filter(None, (around[0], *PART, around[1])))
    for pair in ((text, LONG), (LONG, text)):
        found = compare(*pair)
        assert (found.likeness, found.guard, found.substituted) == ("excerpt", "passed", ())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("is safe for now", "is not safe for now", id="not"),
        pytest.param("The dam above", "Nobody says the dam above", id="at its beginning"),
        pytest.param("and fallen branches", "and dead cattle", id="at its end"),
        pytest.param("of three companies", "of 3 companies", id="a figure"),
        pytest.param("may return", "may not return", id="in the middle"),
    ],
)
def test_a_word_changed_within_is_no_excerpt(old: str, new: str) -> None:
    part = "\n".join(PART)
    assert old in part
    found = compare("\n".join(("Back home", part.replace(old, new), "By our own desk.")), LONG)
    assert found.likeness is None
    assert found.guard != "passed"
