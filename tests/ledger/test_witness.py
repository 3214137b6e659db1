"""What a witness decides: every answer of C2SP tlog-witness, and that a split view gets none."""
# ruff: noqa: E501 - signatures and rows stand on one line

from dataclasses import replace

import pytest
from logroom import OPERATOR, WITNESSES, MemoryLog, Party, leaf

from syndicate.errors import LedgerError
from syndicate.ledger import (
    SIZE_TYPE,
    AddCheckpoint,
    Checkpoint,
    KeyKind,
    NotWitnessed,
    compose_note,
    judge,
    read_add_checkpoint,
    read_conflict,
    write_conflict,
)
from syndicate.news import Reason

# The example of C2SP tlog-witness.
EXAMPLE = """old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
"""
HASH = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw="
OLD, NEW = MemoryLog().grow(5), MemoryLog().grow(9)
SEEN = OLD.checkpoint()
FIRST = AddCheckpoint(0, (), OLD.signed())
NEXT = AddCheckpoint(5, NEW.consistency(5), NEW.signed())


def refused(asked: AddCheckpoint, latest: Checkpoint | None) -> tuple[int, str | None, bytes]:
    answer = judge(asked, OPERATOR.key, latest)
    assert isinstance(answer, NotWitnessed)
    assert answer.detail
    return answer.status, answer.reason, answer.body


def test_the_example_of_the_standard_is_read_and_written() -> None:
    asked = read_add_checkpoint(EXAMPLE.encode())
    assert (asked.old_size, len(asked.proof)) == (20_852_014, 4)
    assert asked.checkpoint.startswith(b"example.com/behind-the-sofa\n20852163\n")
    assert asked.raw == EXAMPLE.encode()


def test_a_request_without_a_proof_is_read_and_written() -> None:
    assert read_add_checkpoint(FIRST.raw) == FIRST
    assert FIRST.raw.startswith(b"old 0\n\n")


@pytest.mark.parametrize(
    "body",
    [
        "", "old 5", "old 5\n", f"old 5\n{HASH}\n", "5\n\nx\n", "old  5\n\nx\n", "old 05\n\nx\n", "old -1\n\nx\n",
        "Old 5\n\nx\n", "old 5\nabc\n\nx\n", f"old 5\n{HASH} \n\nx\n", f"old 5\n{HASH[:-4]}\n\nx\n", f"\n\nold 5\n{HASH}\n\nx\n",
        "old 9223372036854775808\n\nx\n", f"old 5\n{HASH[:-1]}\n\nx\n", f"{HASH}\nold 5\n\nx\n", "old \n\nx\n",
        "old 5\n" + f"{HASH}\n" * 64 + "\nx\n", "old 5\n\n\x00",
    ],
)  # fmt: skip
def test_no_other_body_is_a_request(body: str) -> None:
    with pytest.raises(LedgerError) as caught:
        read_add_checkpoint(body.encode())
    assert caught.value.code == "log-malformed"


def test_63_hashes_are_the_longest_proof_and_135_168_bytes_the_longest_request() -> None:
    assert len(read_add_checkpoint(("old 5\n" + f"{HASH}\n" * 63 + "\nx\n").encode()).proof) == 63
    assert read_add_checkpoint(b"old 5\n\n" + b"x" * (135_168 - 7)).old_size == 5
    with pytest.raises(LedgerError) as caught:
        read_add_checkpoint(b"old 5\n\n" + b"x" * (135_168 - 6))
    assert caught.value.code == "log-too-large"


def test_the_first_checkpoint_needs_no_proof() -> None:
    assert judge(FIRST, OPERATOR.key, None) == SEEN
    assert refused(replace(FIRST, proof=(bytes(32),)), None) == (422, "log-inconsistent", b"")


def test_every_log_extends_the_empty_one() -> None:
    empty = MemoryLog()
    first = AddCheckpoint(0, (), empty.signed())
    assert judge(first, OPERATOR.key, None) == empty.checkpoint()
    assert judge(first, OPERATOR.key, empty.checkpoint()) == empty.checkpoint()
    assert judge(FIRST, OPERATOR.key, empty.checkpoint()) == SEEN
    assert refused(replace(FIRST, proof=(bytes(32),)), empty.checkpoint())[0] == 422


def test_what_extends_the_last_checkpoint_is_cosigned() -> None:
    assert judge(NEXT, OPERATOR.key, SEEN) == NEW.checkpoint()


def test_the_same_checkpoint_again_is_cosigned_again() -> None:
    again = AddCheckpoint(5, (), OLD.signed())
    assert judge(again, OPERATOR.key, SEEN) == SEEN
    assert refused(replace(again, proof=(bytes(32),)), SEEN) == (422, "log-inconsistent", b"")


def test_an_unknown_log_is_not_found() -> None:
    other = Party("other.example", 41, KeyKind.LOG)
    text = Checkpoint(other.name, 5, SEEN.root).text
    assert refused(AddCheckpoint(0, (), compose_note(text, [other.signs(text)])), None)[:2] == (
        404,
        "log-origin-unknown",
    )


def test_what_the_log_did_not_sign_is_forbidden() -> None:
    thief = Party(OPERATOR.name, 41, KeyKind.LOG)
    note = compose_note(SEEN.text, [thief.signs(SEEN.text)])
    assert refused(AddCheckpoint(0, (), note), None)[:2] == (403, "log-signature-bad")
    damaged = OLD.signed().replace(b"\n5\n", b"\n6\n")
    assert refused(AddCheckpoint(0, (), damaged), None)[:2] == (403, "log-signature-bad")
    cosigned = compose_note(SEEN.text, [WITNESSES[0].signs(SEEN.text, 1)])
    assert refused(AddCheckpoint(0, (), cosigned), None)[:2] == (403, "log-signature-bad")


def test_what_is_no_checkpoint_is_a_bad_request() -> None:
    assert refused(AddCheckpoint(0, (), b"x"), None)[:2] == (400, "log-malformed")
    assert refused(AddCheckpoint(0, (), b"x" * 131_073), None)[:2] == (400, "log-too-large")


def test_an_old_size_above_the_new_one_is_a_bad_request() -> None:
    assert refused(AddCheckpoint(6, (), OLD.signed()), SEEN) == (400, "log-malformed", b"")


@pytest.mark.parametrize(
    ("old", "latest", "says"), [(4, SEEN, 5), (0, SEEN, 5), (5, None, 0), (1, MemoryLog().checkpoint(), 0)]
)
def test_another_size_than_the_one_seen_last_is_a_conflict_that_says_it(
    old: int, latest: Checkpoint | None, says: int
) -> None:
    assert refused(replace(NEXT, old_size=old), latest) == (409, None, f"{says}\n".encode())


def test_attack_11_a_split_view_gets_no_cosignature() -> None:
    fork = MemoryLog()
    fork.seal([*(leaf(number) for number in range(4)), b"another story"])
    assert refused(AddCheckpoint(5, (), fork.signed()), SEEN) == (409, "log-inconsistent", b"5\n")
    fork.seal([leaf(number) for number in range(5, 9)])
    for proof in (fork.consistency(5), NEW.consistency(5), (), (bytes(32),) * 3):
        assert refused(AddCheckpoint(5, proof, fork.signed()), SEEN) == (422, "log-inconsistent", b"")


def test_a_conflict_says_a_size_and_nothing_else() -> None:
    assert SIZE_TYPE == "text/x.tlog.size"
    assert (write_conflict(0), write_conflict(20_852_014)) == (b"0\n", b"20852014\n")
    assert read_conflict(b"20852014\n") == 20_852_014
    for body in (
        b"",
        b"\n",
        b"5",
        b"05\n",
        b"5\n5\n",
        b"5\n\n",
        b"5\n5",
        b" 5\n",
        b"-5\n",
        b"\xff\n",
        b"5" * 40 + b"\n",
    ):
        with pytest.raises(LedgerError):
            read_conflict(body)


def test_the_answers_use_the_reasons_of_the_protocol() -> None:
    answer = judge(replace(NEXT, checkpoint=b""), OPERATOR.key, SEEN)
    assert isinstance(answer, NotWitnessed)
    assert isinstance(answer.reason, Reason)


@pytest.mark.parametrize(("length", "code"), [(32, "log-malformed"), (33, "log-too-large")])
def test_a_conflict_has_at_most_32_bytes(length: int, code: str) -> None:
    with pytest.raises(LedgerError) as caught:
        read_conflict(b"1" * (length - 1) + b"\n")
    assert caught.value.code == code
