"""S1: what we say ourselves is provenance. That something is true, or verified, is never our word for it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import syndicate
from syndicate.cli import main
from syndicate.cli._main import NOUNS

HOUSE = Path(syndicate.__file__).parent
VOUCHING = re.compile(r"\b(true|truth|verified|authoritative|authentic|genuine|trustworthy)\b", re.IGNORECASE)
DENIAL = "it does not prove that they are true"
# Strings that are names of code or of data, not words for a reader.
NO_PROSE = {
    "Verified",  # a name behind the door of trust
    "true or false, without quotes",  # TOML's two words, for whoever edits a registry file
}


def strings(path: Path) -> Iterator[str]:
    """Every text in a file of code but its docstrings."""
    tree = ast.parse(path.read_text())
    promises = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in promises:
            yield node.value


def vouching(text: str) -> str | None:
    # What stands in a quoted TOML or a tag's attribute (`confirmed = true`) is data.
    prose = re.sub(r"= true\b|=\"(true|false)\"", "", text.replace(DENIAL, ""))
    found = None if text in NO_PROSE else VOUCHING.search(prose)
    return None if found is None else found[0]


@pytest.mark.parametrize("path", sorted(HOUSE.rglob("*.py")), ids=lambda path: str(path.relative_to(HOUSE)))
def test_no_message_of_ours_vouches_for_what_is_said(path: Path) -> None:
    assert [(vouching(text), text) for text in strings(path) if vouching(text)] == []


@pytest.mark.parametrize(
    "path", sorted(HOUSE.glob("*/templates/*")), ids=lambda path: str(path.relative_to(HOUSE))
)
def test_no_template_vouches_for_what_is_said(path: Path) -> None:
    assert vouching(path.read_text()) is None


def test_no_help_vouches_for_what_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], *([noun] for noun in NOUNS)):
        with pytest.raises(SystemExit) as ended:
            main([*words, "--help"])
        told = capsys.readouterr().out
        assert ended.value.code == 0
        assert "usage: " in told
        assert vouching(" ".join(told.split())) is None, words


def test_the_scan_would_see_it() -> None:
    assert vouching("This item was verified.") == "verified"
    assert vouching("Authoritative news") == "Authoritative"
