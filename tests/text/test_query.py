import pytest

from syndicate.text import Sought, Unfit, Way, seek


def sought(query: str) -> Sought:
    found = seek(query)
    assert isinstance(found, Sought)
    return found


def phrases(query: str) -> list[tuple[tuple[str, ...], ...]]:
    return [ways[0].phrases for ways in sought(query).wanted]


def test_every_word_is_wanted_and_a_quotation_in_its_order() -> None:
    assert phrases("rice price") == [(("rice",),), (("price",),)]
    assert phrases('"rice price" up') == [(("rice", "price"),), (("up",),)]
    assert phrases("“rice price”") == phrases("「rice price」") == [(("rice", "price"),)]


def test_a_quotation_that_does_not_end_goes_to_the_end() -> None:
    assert phrases('up "rice price') == [(("up",),), (("rice", "price"),)]


def test_what_is_written_together_is_found_together() -> None:
    assert phrases("hak-hak") == [(("hak", "hak"),)]
    assert phrases("东盟2026") == [(("东盟", "2026"),)]


def test_one_letter_of_an_unspaced_script_is_looked_for_beside_the_stream() -> None:
    assert sought("水").wanted == ((Way((), frozenset("水")),),)
    assert sought("Q币").wanted == ((Way((("q",),), frozenset("币")),),)


def test_the_same_word_twice_is_wanted_once() -> None:
    assert len(sought("bão bão bão").wanted) == 1


@pytest.mark.parametrize(
    "name",
    [
        "South China Sea",
        "Biển Đông",
        "bien dong",
        "West Philippine Sea",
        "Laut Natuna Utara",
        "南海",
        "ทะเลจีนใต้",
    ],
)
def test_s12_a_place_is_looked_for_by_all_its_names(name: str) -> None:
    [ways] = sought(name).wanted
    terms = {tuple(term for phrase in way.phrases for term in phrase) for way in ways}
    assert {("west", "philippine", "sea"), ("laut", "natuna", "utara"), ("bien", "dong"), ("南海",)} <= terms


def test_s12_a_place_among_other_words_is_still_one() -> None:
    place, word = sought("South China Sea patrol").wanted
    assert (len(place) > 5, len(word)) == (True, 1)


def test_a_quotation_means_what_it_says_and_no_other_name() -> None:
    assert sought('"South China Sea"').wanted == ((Way((("south", "china", "sea"),)),),)


def test_a_word_that_only_without_its_accents_is_a_place_is_no_place() -> None:
    assert [len(ways) for ways in sought("biến động").wanted] == [1, 1]


def test_a_name_with_accents_is_looked_for_with_them() -> None:
    [ways] = sought("South China Sea").wanted
    assert Way((("bien", "dong"),), frozenset({"biển", "đông"})) in ways


@pytest.mark.parametrize(
    ("query", "why"),
    [
        pytest.param("", Unfit.EMPTY, id="nothing"),
        pytest.param('"""!?*^:(-)', Unfit.EMPTY, id="only punctuation"),
        pytest.param("\u202e\u200b", Unfit.EMPTY, id="nothing that is seen"),
        pytest.param("📚" * 50, Unfit.EMPTY, id="emoji"),
        pytest.param("x" * 10_000, Unfit.TOO_LONG, id="ten kilobytes"),
        pytest.param('"a b" ' * 2_000, Unfit.TOO_LONG, id="thousands of phrases"),
        pytest.param(" ".join(f"w{n}" for n in range(40)), Unfit.TOO_MANY, id="forty words"),
    ],
)
def test_what_cannot_be_looked_for_says_why(query: str, why: Unfit) -> None:
    assert seek(query) is why
    assert why.detail


@pytest.mark.parametrize(
    "query",
    ['a" OR beside : "¤mvn', "NEAR(a b)", "title : x", "{text} : x", "a*", "^a", "a AND NOT b", "--", "\\"],
)
def test_no_character_of_a_query_means_anything_to_an_index(query: str) -> None:
    found = seek(query)
    if isinstance(found, Unfit):
        return
    for way in (way for ways in found.wanted for way in ways):
        for term in {*way.beside, *(term for phrase in way.phrases for term in phrase)}:
            assert term.isalnum(), term


def test_one_letter_over_and_over_asks_for_little() -> None:
    assert phrases("ก" * 400) == [(("กก", "กก"),)]
