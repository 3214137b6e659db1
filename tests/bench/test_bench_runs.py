"""Every section runs, small: what it measures is there, beside the goal that it is held to."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parent.parent.parent


def measured(section: str) -> list[dict[str, Any]]:
    words = [sys.executable, "-m", "tests.bench", "--quick", "--only", section, "--json"]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    return list(json.loads(ran.stdout))


@pytest.mark.parametrize(
    ("section", "goals"),
    [
        pytest.param("ingest", ["at most 5"], id="ingest beside a bare signature check"),
        pytest.param("memory", ["at most 1.2", "at most 300"], id="the memory of a hub that serves"),
        pytest.param("stream", ["at most 250", "at most 60"], id="who listens"),
        pytest.param("behind", ["at most 40", "at most 120"], id="what follows behind the log"),
        pytest.param("relations", ["at most 3"], id="what finding candidates costs"),
        pytest.param("crowd", ["at most 5", "at most 60"], id="a crowd of subscribers of all kinds"),
        pytest.param("likeness", ["at most 0.15", "at most 1"], id="likeness beside a bare signature check"),
    ],
)
def test_the_bench_measures(section: str, goals: list[str]) -> None:
    results = measured(section)
    assert [each["goal"] for each in results] == goals
    assert {each["section"] for each in results} == {section}
    assert results[0]["figure"] > 0


def test_the_bench_measures_which_files_one_new_item_touches() -> None:
    [told] = measured("export")
    assert (told["section"], told["goal"], told["figure"]) == ("export", "at most 1", 1.0)
