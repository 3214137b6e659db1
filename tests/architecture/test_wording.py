"""S1: what we say ourselves is provenance. That something is true, or verified, is never our word for it.

The pages' own words stand in a catalogue, one file a language, and nowhere else: templates hold none.
"""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import syndicate
from syndicate.cli import main
from syndicate.cli._main import NOUNS

HOUSE = Path(syndicate.__file__).parent
PAGES = HOUSE / "web" / "templates"
CATALOGUES = sorted((HOUSE / "web" / "words").glob("*.toml"))
VOUCHING = re.compile(
    r"\b(true|truth|verified|authoritative|authentic|genuine|trustworthy|fake)\b", re.IGNORECASE
)
# S3: nothing of ours counts, judges or points at third parties.
POINTING = re.compile(
    r"\b(misinformation|disinformation|hoax|debunk\w*|rumou?r|blacklist|offender|spreader)\b", re.IGNORECASE
)
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


def flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def catalogue(path: Path) -> dict[str, str]:
    return dict(flat(tomllib.loads(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_no_catalogue_vouches_for_what_is_said_or_points_at_anybody(path: Path) -> None:
    texts = catalogue(path)
    assert [(key, text) for key, text in texts.items() if vouching(text) or POINTING.search(text)] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_s1_s4_the_two_sentences_that_matter_are_as_they_were_agreed(path: Path) -> None:
    texts = catalogue(path)
    assert re.findall(r"{(\w+)}", texts["badge.signed"]) == ["agency", "time"]
    if path.stem == "en":
        assert texts["badge.signed"] == "Signed with {agency}’s key, unaltered since {time}"
        assert texts["missing.item"].startswith("No official item found")
        assert "this does not mean that a claim is false" in texts["missing.item"]
        assert texts["lookup.nothing"] == "No official item found; this does not mean that it is false."


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_every_catalogue_has_the_same_keys_with_the_same_places_to_fill(path: Path) -> None:
    def places(texts: dict[str, str]) -> dict[str, list[str]]:
        return {key: sorted(re.findall(r"{(\w+)}", text)) for key, text in texts.items()}

    assert places(catalogue(path)) == places(catalogue(CATALOGUES[0]))


def test_every_text_of_the_catalogue_is_used() -> None:
    """By its whole key, or by its beginning where the rest is a word of the protocol or of IPTC."""
    used = "".join(path.read_text() for path in (*PAGES.glob("*.html"), *(HOUSE / "web").rglob("*.py")))
    named = set(re.findall(r"[\"']([a-z0-9_.-]+)[\"']", used))
    begun = re.findall(r"[\"']([a-z]+\.[a-z_]*)(?:{|[\"'] ~)", used)
    texts = catalogue(CATALOGUES[0])
    assert [key for key in texts if key not in named and not key.startswith(tuple(begun))] == []


class Spoken(HTMLParser):
    """What a template says to a reader by itself: its text, and the attributes that are read out."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent = 0
        self.feed(re.sub(r"{[{%#].*?[}%#]}", "", text, flags=re.DOTALL))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"pre", "code", "style"}  # an example to copy is no word of ours
        read_out = {"alt", "aria-label", "title", "placeholder"} | ({"content"} if tag == "title" else set())
        self.said += [value for name, value in attrs if name in read_out and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"pre", "code", "style"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.html")), ids=lambda path: path.stem)
def test_no_template_of_the_pages_holds_a_word_of_its_own(path: Path) -> None:
    said = [text for text in Spoken(path.read_text()).said if re.search(r"\w", text)]
    assert [text for text in said if not text.strip().startswith("/")] == [], "an address is no word"


def test_the_scan_of_templates_would_see_it() -> None:
    assert Spoken('<p>{{ t("a") }}</p><p>Hello</p><a aria-label="There">').said == ["Hello", "There"]
