"""What Node is tried with, and more, in Java: run by `make check-java`, as `make check` needs no JDK."""

import os
import subprocess
from pathlib import Path

import pytest
from proof_cases import CASES, STRICT, Case

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "docs" / "examples" / "VerifyProof.java"
# The poorest of locales: what is printed must not depend on it.
ENVIRONMENT = {**os.environ, "LC_ALL": "C"}


QUICK = [
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
]  # a process for each row lives too short to be optimised


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, check=False, capture_output=True, encoding="utf-8", timeout=60, env=ENVIRONMENT
    )


@pytest.fixture(scope="session")
def classes(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The example, compiled once, without a warning, from a source that is ASCII, for Java 17."""
    folder = str(tmp_path_factory.mktemp("classes"))
    words = ["-Xlint:all", "-Werror", "--release", "17", "-encoding", "US-ASCII", "-d", folder]
    ran = run("javac", *words, str(EXAMPLE))
    assert ran.returncode == 0, ran
    return folder


@pytest.mark.parametrize("case", [*CASES, *STRICT], ids=lambda case: case.name)
def test_java_gives_the_answer_that_the_files_deserve(case: Case, classes: str, tmp_path: Path) -> None:
    ran = run("java", *QUICK, "-cp", classes, "VerifyProof", *case.written(tmp_path))
    assert case.fits(ran), ran
    assert ran.stderr == ""


def test_java_runs_it_from_its_one_file(tmp_path: Path) -> None:
    ran = run("java", str(EXAMPLE), *CASES[0].written(tmp_path))
    assert CASES[0].fits(ran), ran


def test_java_says_which_files_it_wants(classes: str) -> None:
    ran = run("java", *QUICK, "-cp", classes, "VerifyProof", "token.jws")
    assert (ran.returncode, ran.stderr) == (2, "")
    assert ran.stdout.startswith("name four files: java VerifyProof.java keys.json policy.txt token.jws ")


def test_java_refuses_a_file_that_is_not_there(classes: str, tmp_path: Path) -> None:
    *words, proof = CASES[0].written(tmp_path)
    Path(proof).unlink()
    ran = run("java", *QUICK, "-cp", classes, "VerifyProof", *words, proof)
    assert (ran.returncode, ran.stdout) == (1, f"refused: {proof} cannot be read\n")
