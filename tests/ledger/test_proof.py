"""Proof files: what is proven, since when, and all that is not."""
# ruff: noqa: E501 - signatures and rows stand on one line

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logroom import OPERATOR, WITNESSES, MemoryLog, Party, leaf, policy
from press import NOON

from syndicate.errors import LedgerError
from syndicate.ledger import (
    Checkpoint,
    KeyKind,
    Pending,
    Policy,
    ProofFile,
    Proven,
    Unproven,
    compose_note,
    read_proof,
    verify_proof,
)
from syndicate.news import Reason

LOG = MemoryLog().grow(11)
AT = 6
THREE = policy(3)
ALONE = policy(0)
TIMES = {0: NOON + 9, 1: NOON + 4, 2: NOON + 7, 3: NOON + 8, 4: NOON + 2}
FULL = LOG.proof(AT, LOG.cosigned(TIMES))
HASH = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw="
SHORT, LONG = (
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==",
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2Jh",
)  # 31 and 33 bytes
HEAD = "c2sp.org/tlog-proof@v1\n"


def proven(file: ProofFile, told: Policy = THREE) -> Proven:
    outcome = verify_proof(file.raw, leaf(AT), told)
    assert isinstance(outcome, Proven)
    return outcome


def unproven(file: ProofFile, said: bytes = leaf(AT)) -> Reason:
    outcome = verify_proof(file.raw, said, THREE)
    assert isinstance(outcome, Unproven)
    assert outcome.detail
    return outcome.reason


def test_a_cosigned_proof_dates_its_leaf_by_the_moment_of_its_quorum() -> None:
    outcome = proven(FULL)
    assert outcome.at == NOON + 7  # the third of the five, whatever the order of the lines
    assert not outcome.operator_only
    assert outcome.by.index == AT
    assert outcome.by.checkpoint == LOG.checkpoint()
    assert outcome.by.witnesses == {WITNESSES[at].name: when for at, when in TIMES.items()}
    assert outcome.by.operator_at == NOON


def test_one_witness_cannot_back_date() -> None:
    assert proven(LOG.proof(AT, LOG.cosigned({**TIMES, 0: 1, 1: 2}))).at == NOON + 2
    assert proven(LOG.proof(AT, LOG.cosigned({0: 1, 1: 1, 2: 1}))).at == 1


@pytest.mark.parametrize("count", range(6))
def test_fewer_than_a_quorum_is_pending(count: int) -> None:
    file = LOG.proof(AT, LOG.cosigned(dict(list(TIMES.items())[:count])))
    outcome = verify_proof(file.raw, leaf(AT), THREE)
    assert isinstance(outcome, Proven if count >= 3 else Pending)
    if isinstance(outcome, Pending):
        assert outcome.reason is Reason.LOG_QUORUM_SHORT
        assert (len(outcome.by.witnesses), outcome.by.operator_at) == (count, NOON)


def test_without_witnesses_the_operators_word_is_all_there_is() -> None:
    outcome = proven(LOG.proof(AT, LOG.cosigned({})), ALONE)
    assert (outcome.operator_only, outcome.at, dict(outcome.by.witnesses)) == (True, NOON, {})
    dumb = proven(LOG.proof(AT, LOG.cosigned({}, operator_at=None)), ALONE)
    assert (dumb.operator_only, dumb.at, dumb.by.operator_at) == (True, None, None)
    more = proven(FULL, ALONE)
    assert (more.operator_only, more.at, len(more.by.witnesses)) == (True, NOON, 5)


def test_a_log_that_changes_its_key_is_dated_by_either() -> None:
    after = Party(OPERATOR.name, 42, KeyKind.LOG)
    both = policy(0, logs=[OPERATOR, after])
    text = LOG.checkpoint().text
    cosigner = Party(OPERATOR.name, 42)
    file = LOG.proof(AT, compose_note(text, [after.signs(text), cosigner.signs(text, NOON + 3)]))
    assert proven(file, both).by.operator_at == NOON + 3
    assert unproven(file) is Reason.LOG_SIGNATURE_BAD
    lines = [
        OPERATOR.signs(text),
        Party(OPERATOR.name, OPERATOR.seed).signs(text, NOON + 1),
        after.signs(text),
    ]
    file = LOG.proof(AT, compose_note(text, [*lines, cosigner.signs(text, NOON + 3)]))
    assert proven(file, both).by.operator_at == NOON + 1


@pytest.mark.parametrize("size", [1, 2, 5])
def test_every_leaf_of_a_small_log_is_proven(size: int) -> None:
    log = MemoryLog().grow(size)
    for index in range(size):
        file = log.proof(index, log.cosigned(TIMES))
        assert isinstance(verify_proof(file.raw, leaf(index), THREE), Proven)
        assert isinstance(verify_proof(file.raw, leaf(index + 1), THREE), Unproven)


def test_another_leaf_place_or_tree_is_not_included() -> None:
    assert unproven(FULL, leaf(AT + 1)) is Reason.LOG_NOT_INCLUDED
    assert unproven(FULL, b"") is Reason.LOG_NOT_INCLUDED
    assert unproven(replace(FULL, index=AT + 1)) is Reason.LOG_NOT_INCLUDED
    assert unproven(replace(FULL, index=11)) is Reason.LOG_NOT_INCLUDED
    assert unproven(replace(FULL, hashes=FULL.hashes[:-1])) is Reason.LOG_NOT_INCLUDED
    other = MemoryLog().grow(12)
    assert unproven(replace(FULL, checkpoint=other.cosigned(TIMES))) is Reason.LOG_NOT_INCLUDED


def test_another_logs_checkpoint_is_of_an_unknown_origin() -> None:
    other = Party("other.example", OPERATOR.seed, KeyKind.LOG)
    text = Checkpoint(other.name, 11, LOG.edge.root).text
    file = replace(FULL, checkpoint=compose_note(text, [other.signs(text)]))
    assert unproven(file) is Reason.LOG_ORIGIN_UNKNOWN


def test_a_checkpoint_needs_the_logs_own_signature() -> None:
    text = LOG.checkpoint().text
    lines = [each.signs(text, NOON) for each in WITNESSES]
    operator = Party(OPERATOR.name, OPERATOR.seed).signs(text, NOON)
    assert unproven(replace(FULL, checkpoint=compose_note(text, lines))) is Reason.LOG_SIGNATURE_BAD
    # The operator's cosignature says when; it does not stand for the signature.
    assert (
        unproven(replace(FULL, checkpoint=compose_note(text, [operator, *lines]))) is Reason.LOG_SIGNATURE_BAD
    )


def test_attack_13_a_stolen_log_key_proves_nothing_without_the_witnesses() -> None:
    fork = MemoryLog()
    fork.seal([*(leaf(number) for number in range(AT)), b"a lie"])
    file = fork.proof(AT, fork.cosigned({0: NOON, 1: NOON}))
    assert isinstance(verify_proof(file.raw, b"a lie", THREE), Pending)


def test_a_false_line_of_a_known_witness_refuses_the_proof() -> None:
    text = LOG.checkpoint().text
    other = MemoryLog().grow(10).checkpoint().text
    lines = [
        OPERATOR.signs(text),
        *(each.signs(text, NOON) for each in WITNESSES[:4]),
        WITNESSES[4].signs(other, NOON),
    ]
    assert unproven(replace(FULL, checkpoint=compose_note(text, lines))) is Reason.LOG_SIGNATURE_BAD


def test_strangers_cosignatures_are_skipped() -> None:
    text = LOG.checkpoint().text
    strangers = [Party(f"stranger{at}.example", 70 + at).signs(text, NOON) for at in range(5)]
    same_name = Party(WITNESSES[0].name, 80).signs(text, NOON)
    outcome = verify_proof(LOG.proof(AT, LOG.signed(*strangers, same_name)).raw, leaf(AT), THREE)
    assert isinstance(outcome, Pending)
    assert not outcome.by.witnesses


def test_a_witness_counts_once_however_often_it_signs() -> None:
    text = LOG.checkpoint().text
    lines = [WITNESSES[0].signs(text, NOON + at) for at in range(5)]
    assert isinstance(verify_proof(LOG.proof(AT, LOG.signed(*lines)).raw, leaf(AT), THREE), Pending)


@given(st.integers(0, len(FULL.raw) * 8 - 1))
def test_one_flipped_bit_never_proves_more(bit: int) -> None:
    raw = bytearray(FULL.raw)
    raw[bit // 8] ^= 1 << bit % 8
    outcome = verify_proof(bytes(raw), leaf(AT), policy(5))
    if isinstance(outcome, Proven):  # the operator's own time was made a stranger's, and nothing else changed
        everybody = proven(FULL, policy(5))
        assert outcome == replace(everybody, by=replace(everybody.by, operator_at=None))


@pytest.mark.parametrize("extra", [b"", b"x", bytes(4_096)])
@pytest.mark.parametrize("index", [0, 7, 2**63 - 1])
@pytest.mark.parametrize("count", [0, 1, 63])
def test_a_file_is_read_as_it_was_written(extra: bytes, index: int, count: int) -> None:
    file = ProofFile(index, (bytes(range(32)),) * count, b"any checkpoint\n", extra)
    assert read_proof(file.raw) == file


def test_a_file_looks_as_the_standard_says() -> None:
    assert ProofFile(5, (), b"cp\n").raw == f"{HEAD}index 5\n\ncp\n".encode()
    file = ProofFile(5, (bytes(32),), b"cp\n", b"extra information")
    zeroes = "A" * 43 + "="
    assert file.raw == f"{HEAD}extra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 5\n{zeroes}\n\ncp\n".encode()


def test_extra_data_is_vouched_for_by_nobody() -> None:
    assert proven(replace(FULL, extra=b"true")) == proven(FULL)


@pytest.mark.parametrize(
    "told",
    [
        "", HEAD, f"{HEAD}\n", f"{HEAD}index 5\n", "c2sp.org/tlog-proof@v2\nindex 5\n\ncp\n",
        f"\n{HEAD}index 5\n\ncp\n", f"{HEAD}index 05\n\ncp\n", f"{HEAD}index  5\n\ncp\n", f"{HEAD}index -1\n\ncp\n",
        f"{HEAD}Index 5\n\ncp\n", f"{HEAD}{HASH}\nindex 5\n\ncp\n", f"{HEAD}index 5\nabc\n\ncp\n",
        f"{HEAD}index 5\n{HASH} \n\ncp\n", f"{HEAD}index 5\n{HASH[:-1]}\n\ncp\n", f"{HEAD}extra \nindex 5\n\ncp\n",
        f"{HEAD}extra a\nindex 5\n\ncp\n", f"{HEAD}extra\nindex 5\n\ncp\n", f"{HEAD}index 5\nextra eA==\n\ncp\n",
        f"{HEAD}extra eA==\nextra eA==\nindex 5\n\ncp\n", f"{HEAD}extra eA==\n\ncp\n", f"{HEAD}index \n\ncp\n",
        f"{HEAD}index 9223372036854775808\n\ncp\n", f"{HEAD}index 5\n" + f"{HASH}\n" * 64 + "\ncp\n",
        f"{HEAD}index 5\n{SHORT}\n\ncp\n", f"{HEAD}index 5\n{LONG}\n\ncp\n",
        f"{HEAD}index 5", f"{HEAD}5\n\ncp\n", f"{HEAD}extra {'A' * 5463}=\nindex 5\n\ncp\n",
        f"{HEAD}index 5\r\n\ncp\n", f"{HEAD}extra {'A' * 5464}\nindex 5\n\ncp\n",
    ],
)  # fmt: skip
def test_what_is_no_proof_file_is_refused(told: str) -> None:
    with pytest.raises(LedgerError) as caught:
        read_proof(told.encode())
    assert caught.value.code == "log-malformed"


def test_a_proof_file_has_at_most_147_456_bytes() -> None:
    head = f"{HEAD}index 5\n\n".encode()
    assert read_proof(head + b"x" * (147_456 - len(head))).index == 5
    assert isinstance(verify_proof(head + b"x" * (147_457 - len(head)), b"", THREE), Unproven)
    with pytest.raises(LedgerError) as caught:
        read_proof(head + b"x" * (147_457 - len(head)))
    assert caught.value.code == "log-too-large"
