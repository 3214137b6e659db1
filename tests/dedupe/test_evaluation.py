"""The floors: what likeness must do in every language of the members (`make eval` prints the figures)."""

import pytest
from evaluation import LANGUAGES, measure, propose


@pytest.mark.parametrize("lang", LANGUAGES)
def test_copies_are_found_and_nothing_else_is_merged(lang: str) -> None:
    found = measure(lang)
    assert found.recall >= 0.98, found.missed
    assert found.unrelated_merged == ()
    assert found.refigured_merged == ()
    assert found.lost == ()


def test_what_is_proposed_as_a_translation_is_one() -> None:
    proposed = propose()
    assert proposed.wrong == ()
    assert proposed.precision == 1.0
    assert proposed.found >= 0.8 * proposed.pairs
