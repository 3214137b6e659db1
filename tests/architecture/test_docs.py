import re
from pathlib import Path

import pytest

from syndicate.cli import main
from syndicate.cli._main import NOUNS

HOME = Path(__file__).parent.parent.parent
PAGES = sorted(
    [
        *HOME.glob("*.md"),
        *HOME.glob("docs/**/*.md"),
        HOME / "sources" / "README.md",
        HOME / "keys" / "README.md",
    ]
)


def spelled(path: Path) -> str:
    return str(path.relative_to(HOME))


@pytest.mark.parametrize("page", PAGES, ids=spelled)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=spelled)
def test_every_command_that_is_named_exists(page: Path) -> None:
    text = page.read_text()
    targets = re.findall(r"^([a-z-]+):", (HOME / "Makefile").read_text(), re.MULTILINE)
    written = "\n".join(re.findall(r"`[^`\n]+`|^    .+$", text, re.MULTILINE))  # code, in a line or indented
    assert set(re.findall(r"\bmake ([a-z-]+)", written)) <= set(targets)
    assert set(re.findall(r"(?:^|[`/ ])syndicate ([a-z][a-z-]+)", written, re.MULTILINE)) <= set(NOUNS)


def code_of(page: Path) -> str:
    """The commands on a page, one to a line: a backslash at the end of a line joins it to the next."""
    text = page.read_text().replace("\\\n", " ")
    blocks = "".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    return blocks + "\n".join(re.findall(r"`[^`\n]+`|^    .+$", text, re.MULTILINE))


COMMANDS = sorted(
    {
        found
        for page in PAGES
        for found in re.findall(r"(?:^|[`/ ])syndicate ([a-z][a-z-]+[^`#&\n]*)", code_of(page), re.MULTILINE)
    }
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_verb_and_option_that_is_named_exists(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    noun, *words = command.split()
    verb = (
        [words[0]]
        if noun
        in {"agency", "log", "quarantine", "registry", "relations", "sources", "subscribers", "witness"}
        and words
        and words[0].isalpha()
        else []
    )
    with pytest.raises(SystemExit) as ended:
        main([noun, *verb, "--help"])
    assert ended.value.code == 0
    known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    assert set(re.findall(r"(?<![\w-])--[a-z-]+", " ".join(words))) <= known


def test_the_first_screen_is_a_sentence_a_picture_two_commands_and_what_one_sees() -> None:
    text = "\n".join((HOME / "README.md").read_text().splitlines()[:36])
    opening = text.split("```")[0].split("\n", 1)[1].strip()
    assert re.fullmatch(r"[^.]+\.", opening), "one sentence"
    places = [
        text.index(part) for part in ("```\n", "    make demo", "    make check", "**What you see then.**")
    ]
    assert places == sorted(places)


def test_the_misuse_statement_stands_in_the_readme() -> None:
    text = (HOME / "README.md").read_text()
    assert "not a ministry of truth" in text
    assert "no evidence against anybody" in text
