import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_bench_measures_ingest_beside_a_bare_signature_check() -> None:
    words = [sys.executable, "-m", "tests.bench", "--quick", "--only", "ingest", "--json"]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    [told] = json.loads(ran.stdout)
    assert told["section"] == "ingest"
    assert told["goal"] == "at most 5"
    assert told["figure"] > 0


def test_the_bench_measures_the_memory_of_a_hub_that_serves() -> None:
    words = [sys.executable, "-m", "tests.bench", "--quick", "--only", "memory", "--json"]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    growth, peak = json.loads(ran.stdout)
    assert (growth["goal"], peak["goal"]) == ("at most 1.2", "at most 300")
    assert growth["figure"] > 0
    assert peak["figure"] > 0


def test_the_bench_measures_who_listens() -> None:
    words = [sys.executable, "-m", "tests.bench", "--quick", "--only", "stream", "--json"]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    last, held = json.loads(ran.stdout)
    assert (last["goal"], held["goal"]) == ("at most 250", "at most 60")
    assert last["figure"] > 0


def test_the_bench_measures_which_files_one_new_item_touches() -> None:
    words = [sys.executable, "-m", "tests.bench", "--quick", "--only", "export", "--json"]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=90, check=False)
    assert ran.returncode == 0, ran.stderr
    [told] = json.loads(ran.stdout)
    assert (told["section"], told["goal"], told["figure"]) == ("export", "at most 1", 1.0)


def test_the_bench_measures_what_finding_candidates_costs() -> None:
    words = [sys.executable, "-m", "tests.bench", "--quick", "--only", "relations", "--json"]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=90, check=False)
    assert ran.returncode == 0, ran.stderr
    [told] = json.loads(ran.stdout)
    assert told["goal"] == "at most 3"
    assert told["figure"] > 0


def test_the_bench_measures_a_crowd_of_subscribers_of_all_kinds() -> None:
    words = [sys.executable, "-m", "tests.bench", "--quick", "--only", "crowd", "--json"]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=90, check=False)
    assert ran.returncode == 0, ran.stderr
    seconds, held = json.loads(ran.stdout)
    assert (seconds["goal"], held["goal"]) == ("at most 5", "at most 60")
    assert seconds["figure"] > 0


def test_the_bench_measures_likeness_beside_a_bare_signature_check() -> None:
    words = [sys.executable, "-m", "tests.bench", "--quick", "--only", "likeness", "--json"]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=90, check=False)
    assert ran.returncode == 0, ran.stderr
    spent, ratio = json.loads(ran.stdout)
    assert (spent["goal"], ratio["goal"]) == ("at most 0.15", "at most 1")
    assert spent["figure"] > 0
