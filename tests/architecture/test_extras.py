"""What each install can do with its own dependencies, and what it says of the rest."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from syndicate.cli._main import EXTRAS

HOME = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text())["project"]
# Runs with what is named in its first argument as if it had not been installed.
WITHOUT = "import sys; sys.modules.update(dict.fromkeys(sys.argv.pop(1).split(',')));"
TOKEN = HOME / "tests" / "vectors" / "valid.json"


def names(requirements: list[str]) -> set[str]:
    """Import names of distributions; all that the extras bring are called alike but for the hyphen."""
    return {re.split(r"[^a-z_-]", line)[0].replace("-", "_") for line in requirements}


BASE = names(PROJECT["dependencies"])
EXTRA = {extra: names(lines) for extra, lines in PROJECT["optional-dependencies"].items()}
ABSENT = set().union(*EXTRA.values()) - BASE


def run_without(absent: set[str], program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT + program, ",".join(sorted(absent)), *arguments],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


def syndicate(absent: set[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_without(absent, "from syndicate.cli import main; sys.exit(main())", *arguments)


def test_a_platform_verifies_with_the_base_install() -> None:
    done = run_without(
        ABSENT,
        "import json, syndicate.client as client; from pathlib import Path;"
        "from syndicate.papers import bundled, load_registry;"
        "registry = load_registry(*bundled());"
        "import syndicate.registry;"  # what verifies a registry is in the base, too
        "row = json.loads(Path(sys.argv[1]).read_text())[0];"
        "print(client.verify_token(row['token'], registry, now=row['at']).reasons[0].value);"
        "print(client.verify_feed(b'<feed/>', 'atom', registry, now=0).reason)",
        str(TOKEN),
    )
    assert (done.stdout.split(), done.stderr) == (["key-unknown", "wire-unsupported"], "")


@pytest.mark.parametrize("words", [["verify", "--help"], ["verify-feed", "--help"], ["sources", "check"]])
def test_the_base_install_runs_what_needs_no_extra(words: list[str]) -> None:
    done = syndicate(ABSENT, *words)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("extra", "words"),
    [("agency", ["agency", "--help"]), ("hub", ["hub", "--help"]), ("hub", ["refusals", "--help"])],
)
def test_each_extra_is_enough_for_its_own_side(extra: str, words: list[str]) -> None:
    done = syndicate(ABSENT - EXTRA[extra], *words)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("noun", EXTRAS)
def test_a_command_whose_extra_is_missing_says_what_to_install(noun: str) -> None:
    done = syndicate(ABSENT, noun)
    assert done.returncode == 2
    assert f"pip install 'asean-syndicate[{EXTRAS[noun]}]'" in done.stderr
    assert "Traceback" not in done.stderr
