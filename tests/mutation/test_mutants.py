"""The liar lies in every way it says, about nothing else, and always in Python."""

import ast
from pathlib import Path

import pytest
from mutation._mutants import mutants_of

ROOM = Path(__file__).parents[2] / "syndicate"
ROOMS = ("trust", "ledger", "signing", "dedupe")


def lies(tmp_path: Path, source: str) -> set[str]:
    file = tmp_path / "told.py"
    file.write_text(source, encoding="utf-8")
    return {each.now for each in mutants_of("told", file)}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        pytest.param("x = a < b", {"x = a <= b"}, id="the edge of an order"),
        pytest.param("x = (a) == (b)", {"x = (a) != (b)"}, id="an equality"),
        pytest.param("x = a and b", {"x = a", "x = b"}, id="half of a condition"),
        pytest.param("if a: b", {"if True: b", "if False: b"}, id="a guard"),
        pytest.param("x = not a", {"x = a"}, id="a denial"),
        pytest.param("x = 7", {"x = 8", "x = 6"}, id="a number"),
        pytest.param("x = 'word'", {"x = ('word' + '~Z')"}, id="a word"),
        pytest.param("x = 'a sentence for people'", set(), id="no sentence"),
        pytest.param("check(a)", {"pass"}, id="a check that is not made"),
        pytest.param("x: Final[int] = y", set(), id="no annotation"),
        pytest.param("x = re(r'a{2}')", {"x = re(r'a{1}')", "x = re(r'a{3}')"}, id="a count in a pattern"),
        pytest.param("x = {a, b}", {"x = {a,}", "x = {b,}"}, id="a table without a row"),
        pytest.param("x = Mark.LATE", {"x = Mark.GAP"}, id="another reason"),
        pytest.param("x = f(a, k=b)", {"x = f(a)"}, id="an argument left out"),
        pytest.param("x = min(ế, b)", {"x = max(ế, b)"}, id="beside a letter of several bytes"),
        pytest.param(
            "try: a\nexcept (B, C): d", {"except (B,): d", "except (C,): d"}, id="a failure let through"
        ),
    ],
)
def test_each_kind_of_lie(tmp_path: Path, source: str, told: set[str]) -> None:
    assert lies(tmp_path, source) == told


@pytest.mark.parametrize("file", [file for room in ROOMS for file in sorted(ROOM.glob(f"{room}/_[a-z]*.py"))])
def test_every_lie_is_python_and_another_program(file: Path) -> None:
    mutants = list(mutants_of("told", file))
    honest = file.read_bytes()
    for each in mutants[::9]:  # all of them is minutes of parsing
        assert each.source != honest
        ast.parse(each.source)
