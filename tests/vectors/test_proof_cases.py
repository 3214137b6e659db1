"""The table that examples in other languages are tried with: it says what we say ourselves."""

import runpy
from pathlib import Path

import pytest
from press import NOON, envelope
from proof_cases import CASES, KEYS, STRICT, Case

from syndicate.errors import LedgerError
from syndicate.ledger import Proven, leaf_of, read_policy, verify_proof
from syndicate.news import Registry
from syndicate.trust import Verified, verify

ROWS = [case for case in (*CASES, *STRICT) if case.keys == KEYS]


@pytest.fixture(scope="module")
def known() -> Registry:
    found: Registry = runpy.run_path(str(Path(__file__).resolve().parent / "make.py"))["federation"]()[2]
    return found


def is_proven(case: Case, known: Registry) -> bool:
    outcome = verify(envelope(case.token.decode().strip()), known, NOON + 60)
    if not isinstance(outcome, Verified):
        return False
    try:
        policy = read_policy(case.policy)
    except LedgerError:
        return False
    return isinstance(verify_proof(case.proof, leaf_of(outcome.item, outcome.digest).raw, policy), Proven)


@pytest.mark.parametrize("case", ROWS, ids=lambda case: case.name)
def test_we_prove_and_refuse_what_an_example_must(case: Case, known: Registry) -> None:
    assert is_proven(case, known) == (case.answer is not None and not case.answer.startswith("refused: "))


def test_no_two_rows_have_one_name() -> None:
    names = [case.name for case in (*CASES, *STRICT)]
    assert len(names) == len(set(names))
