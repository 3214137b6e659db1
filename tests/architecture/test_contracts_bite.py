"""Each kind of contract in .importlinter, shown to refuse what it is there for."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

HOME = Path(__file__).parent.parent.parent
LINTER = Path(sys.executable).with_name("lint-imports")


@dataclass(frozen=True)
class Planted:
    """``line`` stands in a new file of ``room``; the contract named ``contract`` is broken by it."""

    room: str
    line: str
    contract: str


ROWS = {
    "a lower room imports a higher one": Planted(
        "news", "import syndicate.ports", "The house: whoever stands higher may import whoever stands lower"
    ),
    "strangers meet": Planted(
        "fetch",
        "import syndicate.storage",
        "The house: whoever stands higher may import whoever stands lower",
    ),
    "somebody comes in by the window": Planted(
        "web", "import syndicate.trust._verify", "trust is entered by its door"
    ),
    "a library outside its home": Planted(
        "papers", "import cryptography.x509", "cryptography is imported by trust, signing and ledger only"
    ),
    "a query outside storage": Planted(
        "journey", "import sqlalchemy", "sqlalchemy is imported by storage only"
    ),
    "a pure room opens a socket": Planted(
        "wire", "def f():\n    import socket", "Pure rooms touch neither clock, network nor disk"
    ),
    "a private key is opened by somebody who was not asked": Planted(
        "journey",
        "import syndicate.signing",
        "Only assembly, the demo and the command line open private keys",
    ),
    "two files need each other": Planted(
        "dedupe",
        "import syndicate.dedupe._knot",
        "No cycles, neither between rooms nor between the files of one",
    ),
}


def lint(tree: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINTER, "--no-cache", "--no-logo", *options],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


def copy_house(folder: Path) -> Path:
    shutil.copytree(HOME / "syndicate", folder / "syndicate", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HOME / ".importlinter", folder)
    return folder


@pytest.fixture(scope="module")
def said_of_all(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says of one house in which everything forbidden was done."""
    tree = copy_house(tmp_path_factory.mktemp("house"))
    for number, row in enumerate(ROWS.values()):
        (tree / "syndicate" / row.room / f"_planted{number}.py").write_text(row.line + "\n")
    knot = tree / "syndicate" / "dedupe" / "_knot.py"
    knot.write_text(f"import syndicate.dedupe._planted{len(ROWS) - 1}\n")
    refused = lint(tree)
    assert refused.returncode == 1, refused.stdout + refused.stderr
    return refused.stdout


@pytest.mark.parametrize("number", range(len(ROWS)), ids=list(ROWS))
def test_a_planted_violation_is_refused_by_its_contract(number: int, said_of_all: str) -> None:
    row = list(ROWS.values())[number]
    sections = said_of_all.split("Broken contracts\n")[1].split(f"{row.contract}\n---")
    assert len(sections) == 2, f"{row.contract} was kept:\n{said_of_all}"
    complaint = re.split(r"\n.+\n-{5}", sections[1])[0]
    assert f"_planted{number}" in complaint


def test_a_room_that_nobody_planned_is_refused(tmp_path: Path) -> None:
    tree = copy_house(tmp_path)
    (tree / "syndicate" / "utils.py").write_text("")
    refused = lint(tree, "--contract", "layers")
    assert (refused.returncode, "syndicate.utils" in refused.stdout) == (1, True), refused.stdout


def test_the_house_as_it_stands_breaks_nothing(tmp_path: Path) -> None:
    # Without this the tests above might see violations that nobody planted.
    kept = lint(copy_house(tmp_path))
    assert kept.returncode == 0, kept.stdout + kept.stderr
