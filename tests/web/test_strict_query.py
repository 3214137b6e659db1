import pytest

from syndicate.web._items import QUERY as ITEMS
from syndicate.web._query import QueryError, read_query
from syndicate.web._search import QUERY as SEARCH

GRAMMAR = {"after": r"-1|[0-9]{1,15}", "lang": r"[a-z]{2}"}


def test_a_query_is_read_by_name() -> None:
    assert read_query("after=12&lang=vi", GRAMMAR) == {"after": "12", "lang": "vi"}
    assert read_query("", GRAMMAR) == {}
    assert read_query("after=%31", GRAMMAR) == {"after": "1"}


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("befor=1", id="a name nobody knows"),
        pytest.param("after=1&after=1", id="twice the same"),
        pytest.param("after=1&after=2", id="twice"),
        pytest.param("after=one", id="not a number"),
        pytest.param("after=", id="no value"),
        pytest.param("after", id="no equals sign"),
        pytest.param("after=1&", id="a loose end"),
        pytest.param("after=1;lang=vi", id="semicolons"),
        pytest.param("after=1%0a", id="a line break behind the number"),
        pytest.param("after=\u0661", id="a digit of another script"),
        pytest.param("after=%ff", id="not UTF-8"),
        pytest.param("after=-2", id="below the lowest"),
        pytest.param("after=" + "9" * 16, id="too large"),
        pytest.param("&".join(f"x{n}=1" for n in range(50)), id="too many"),
    ],
)
def test_anything_else_is_refused(query: str) -> None:
    with pytest.raises(QueryError):
        read_query(query, GRAMMAR)


@pytest.mark.parametrize("limit", ["0", "101", "x"])
def test_how_many_a_search_gives_at_most_is_said_in_figures(limit: str) -> None:
    with pytest.raises(QueryError, match="limit must be a whole number from 1 to 100"):
        read_query(f"q=rice&limit={limit}", SEARCH)


@pytest.mark.parametrize("name", sorted(ITEMS.keys() | SEARCH.keys()))
def test_what_a_parameter_has_to_be_is_said_in_words(name: str) -> None:
    with pytest.raises(QueryError) as refused:
        read_query(f"{name}=%00", {**ITEMS, **SEARCH})
    assert str(refused.value).startswith(f"{name} must be ")
    assert not set("[]{}|\\") & set(str(refused.value))


def test_of_a_parameter_that_has_no_words_its_pattern_is_said() -> None:
    with pytest.raises(QueryError, match="of the form \\[ab\\]"):
        read_query("which=c", {"which": "[ab]"})
