"""docs/decisions: every page is in the index by number and title, and so is every number without one."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent.parent / "docs" / "decisions"
INDEX = (FOLDER / "README.md").read_text(encoding="utf-8")
PAGES = sorted(FOLDER.glob("[0-9]*.md"))
ROW = re.compile(r"^\| (\d+) \| \[(.+)\]\((\S+)\) \| (.+?) \| (.*?) ?\|$", re.MULTILINE)
ROWS = {int(number): rest for number, *rest in ROW.findall(INDEX)}
LATER = re.compile(r"(Extends|Supersedes) ((?:\d+(?:, | and )?)+)")
NAMES = {"Extends": "extended", "Supersedes": "superseded"}


def spelled(path: Path) -> str:
    return path.name


def numbers(text: str) -> list[int]:
    """Every number in a sentence such as "8, 9 and 19 to 23"."""
    found = re.findall(r"(\d+)(?:\s+to\s+(\d+))?", text)
    return [each for first, last in found for each in range(int(first), int(last or first) + 1)]


@pytest.mark.parametrize("page", PAGES, ids=spelled)
def test_a_page_begins_with_its_number_its_date_and_its_standing(page: Path) -> None:
    heading, empty, standing = page.read_text(encoding="utf-8").splitlines()[:3]
    assert re.fullmatch(rf"# {int(page.name[:4])}\. \S.*", heading), "begin with `# N. Title`"
    assert empty == ""
    assert re.match(r"20\d\d-\d\d-\d\d, accepted[.;]", standing), "then `YYYY-MM-DD, accepted.`"


@pytest.mark.parametrize("page", PAGES, ids=spelled)
def test_the_index_names_a_page_by_its_title(page: Path) -> None:
    number, title = re.fullmatch(r"# (\d+)\. (.*)", page.read_text(encoding="utf-8").splitlines()[0]).groups()  # type: ignore[union-attr] # another test says what is wrong
    assert int(number) in ROWS, f"docs/decisions/README.md has no row for {page.name}: add one at the end"
    assert ROWS[int(number)][:2] == [title, page.name]


def test_the_index_names_nothing_else_and_every_number_is_accounted_for() -> None:
    assert list(ROWS) == [int(page.name[:4]) for page in PAGES]
    _, _, unused = INDEX.partition("never used:")
    gaps = sorted(set(range(1, max(ROWS))) - set(ROWS))
    assert set(gaps) <= set(numbers(unused)), "name the numbers that nothing stands under"
    assert not set(numbers(unused)) & set(ROWS)


def test_the_index_says_what_came_later() -> None:
    later: dict[int, dict[str, list[int]]] = {}
    for page in PAGES:
        standing = page.read_text(encoding="utf-8").splitlines()[2]
        for how, what in LATER.findall(standing):
            for earlier in numbers(what):
                later.setdefault(earlier, {}).setdefault(NAMES[how], []).append(int(page.name[:4]))
    said = {
        number: {how: numbers(by) for how, by in re.findall(r"(extended|superseded) by ([\d, ]+)", rest[3])}
        for number, rest in ROWS.items()
        if rest[3]
    }
    assert said == later
