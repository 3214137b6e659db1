"""Policies: read as C2SP tlog-policy says, and what is enough."""

from itertools import combinations

import pytest
from checkpoints import ARCHE_KEY, PUBLIC_WITNESSES
from logroom import OPERATOR, WITNESSES, Party, policy

from syndicate.errors import LedgerError
from syndicate.ledger import KeyKind, Policy, quorum_size, read_policy, read_vkey, write_policy

LOG = OPERATOR.key.vkey
W = [each.key.vkey for each in WITNESSES]
NEW_LOG = Party("other.example", 90, KeyKind.LOG).key.vkey
NEW_WITNESS = Party("other.example", 90).key.vkey
LINES = f"log {LOG}\n" + "".join(f"witness w{at} {vkey}\n" for at, vkey in enumerate(W))


def enough(told: Policy) -> set[str]:
    """The smallest sets of witnesses that are enough, each spelled by its numbers."""
    found: list[frozenset[int]] = []
    for count in range(len(W) + 1):
        for chosen in map(frozenset, combinations(range(len(W)), count)):
            if told.satisfied_by([WITNESSES[at].key for at in chosen]) and not any(
                each <= chosen for each in found
            ):
                found.append(chosen)
    return {"".join(map(str, sorted(each))) for each in found}


@pytest.mark.parametrize(
    ("lines", "sets"),
    [
        pytest.param("quorum none\n", {""}, id="nobody is asked"),
        pytest.param("quorum w3\n", {"3"}, id="one witness"),
        pytest.param("group g any w0 w1\nquorum g\n", {"0", "1"}, id="any"),
        pytest.param("group g all w0 w1\nquorum g\n", {"01"}, id="all"),
        pytest.param("group g 2 w0 w1 w2\nquorum g\n", {"01", "02", "12"}, id="two of three"),
        pytest.param("group g 1 w0\nquorum g\n", {"0"}, id="a group of one"),
        pytest.param("group g 2 w0 w1\ngroup h any g w4\nquorum h\n", {"01", "4"}, id="a group in a group"),
        pytest.param(
            "group x 2 w0 w1 w2\ngroup y any w3 w4\ngroup xy all x y\nquorum xy\n",
            {"013", "023", "123", "014", "024", "124"},
            id="the example of the standard",
        ),
    ],
)  # fmt: skip
def test_exactly_these_witnesses_are_enough(lines: str, sets: set[str]) -> None:
    assert enough(read_policy((LINES + lines).encode())) == sets


def test_strangers_do_not_count() -> None:
    told = policy(1, *WITNESSES[:2])
    assert not told.satisfied_by([each.key for each in WITNESSES[2:]])
    assert not told.satisfied_by([OPERATOR.key, OPERATOR.key.as_cosigner()])


def test_white_space_comments_and_addresses_are_allowed() -> None:
    raw = (
        f"# ນະໂຍບາຍ\n\n \t\n\t# x\n\tlog \t{LOG}  https://log.example/ \n"
        f"witness  w\t{W[0]}\thttps://w.example/\nquorum\tw\n"
    )
    told = read_policy(raw.encode())
    assert (told.logs, dict(told.witnesses), told.quorum) == ((OPERATOR.key,), {"w": WITNESSES[0].key}, "w")


def test_names_are_octets() -> None:
    raw = (
        f"witness K {W[0]}\nwitness \u212a {W[1]}\n".encode() + b"witness \xff " + f"{W[2]}\nquorum ".encode()
    )
    assert read_policy(raw + b"K\n").satisfied_by([WITNESSES[0].key])
    assert read_policy(raw + "\u212a\n".encode()).satisfied_by([WITNESSES[1].key])
    assert read_policy(raw + b"\xff\n").satisfied_by([WITNESSES[2].key])
    assert not read_policy(raw + b"\xff\n").satisfied_by([WITNESSES[1].key])


def test_a_public_logs_policy_is_read() -> None:
    lines = [f"log {ARCHE_KEY}", *(f"witness {at} {vkey}" for at, vkey in enumerate(PUBLIC_WITNESSES))]
    told = read_policy(
        "\n".join([*lines, "group all-of-them all 0 1 2 3", "quorum all-of-them", ""]).encode()
    )
    assert told.satisfied_by([read_vkey(each) for each in PUBLIC_WITNESSES])
    assert not told.satisfied_by([read_vkey(each) for each in PUBLIC_WITNESSES[:3]])


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("", id="no quorum"),
        pytest.param("quorum\n", id="a quorum of no name"),
        pytest.param("quorum w0 w1\n", id="a quorum of two names"),
        pytest.param("quorum none\nquorum none\n", id="two quorums"),
        pytest.param("quorum w9\n", id="nobody of that name"),
        pytest.param("quorum g\ngroup g any w0\n", id="a group that comes later"),
        pytest.param("quorum none", id="the last line is not ended"),
        pytest.param("quorum none\r\n", id="a carriage return"),
        pytest.param("quorum none\x7f\n", id="delete"),
        pytest.param("quorum none\x00\n", id="a zero byte"),
        pytest.param("# \x7f\nquorum none\n", id="delete in a comment"),
        pytest.param("# \x1f\nquorum none\n", id="a control character in a comment"),
        pytest.param("# x\r\nquorum none\n", id="a carriage return behind a comment"),
        pytest.param("Quorum none\n", id="a capital"),
        pytest.param("quorum none # x\n", id="a comment behind"),
        pytest.param("log\nquorum none\n", id="a log without a key"),
        pytest.param(f"log {NEW_WITNESS}\nquorum none\n", id="a witness's key as a log's"),
        pytest.param(f"log {NEW_LOG} a b\nquorum none\n", id="a log with two addresses"),
        pytest.param(f"log {LOG}\nquorum none\n", id="a log twice"),
        pytest.param("witness x\nquorum none\n", id="a witness without a key"),
        pytest.param(f"witness x {NEW_LOG}\nquorum none\n", id="a log's key as a witness's"),
        pytest.param(
            f"witness x {OPERATOR.key.as_cosigner().vkey}\nquorum none\n", id="the log witnesses itself"
        ),
        pytest.param(f"witness x {W[0]}\nquorum none\n", id="a witness twice, by its key"),
        pytest.param(
            f"witness w0 {NEW_WITNESS}\nquorum none\n",
            id="a witness twice, by its name",
        ),
        pytest.param(f"witness x {NEW_WITNESS} a b\nquorum none\n", id="a witness with two addresses"),
        pytest.param("group none any w0\nquorum none\n", id="a group named none"),
        pytest.param("group w0 any w1\nquorum none\n", id="a name that is taken"),
        pytest.param("group g any w0\ngroup g any w1\nquorum none\n", id="a group twice"),
        pytest.param("group g any\nquorum none\n", id="a group of nobody"),
        pytest.param("group g\nquorum none\n", id="a group without a number"),
        pytest.param("group g any none\nquorum none\n", id="none as a member"),
        pytest.param("group g any g\nquorum none\n", id="a group in itself"),
        pytest.param("group g 2 w0 w0\nquorum g\n", id="a member twice"),
        pytest.param("group g any w0\ngroup h any w0\nquorum g\n", id="a member of two groups"),
        pytest.param("group g 0 w0\nquorum g\n", id="none of one"),
        pytest.param("group g 2 w0\nquorum g\n", id="two of one"),
        pytest.param("group g 01 w0\nquorum g\n", id="a leading zero"),
        pytest.param("group g 1x w0\nquorum g\n", id="a number with something behind it"),
        pytest.param("group g some w0\nquorum g\n", id="another word"),
        pytest.param("group g \u0661 w0\nquorum g\n", id="another script's digit"),
        pytest.param("group g 1000 w0\nquorum g\n", id="a thousand"),
    ],
)
def test_what_is_no_policy_is_refused(lines: str) -> None:
    with pytest.raises(LedgerError) as caught:
        read_policy((LINES + lines).encode())
    assert caught.value.code == "log-policy-invalid"


def test_a_refusal_names_the_line() -> None:
    with pytest.raises(LedgerError, match=r"^line 7: no earlier line"):
        read_policy((LINES + "quorum w9\n").encode())
    with pytest.raises(LedgerError, match=r"^line 1: not a key"):
        read_policy(b"log x\n")


def test_a_policy_has_at_most_64_of_each_kind_and_65_536_bytes() -> None:
    groups = "".join(f"group g{at} any {'w0' if at == 0 else f'g{at - 1}'}\n" for at in range(65))
    lines = groups.splitlines(keepends=True)
    assert read_policy((LINES + "".join(lines[:64]) + "quorum g63\n").encode()).satisfied_by(
        [WITNESSES[0].key]
    )
    with pytest.raises(LedgerError, match="more than 64"):
        read_policy((LINES + groups + "quorum g0\n").encode())
    room = 65_536 - len("quorum none\n") - 2
    assert read_policy(f"#{'x' * room}\nquorum none\n".encode()).quorum is None
    with pytest.raises(LedgerError) as caught:
        read_policy(f"#{'x' * (room + 1)}\nquorum none\n".encode())
    assert caught.value.code == "log-too-large"


def test_logs_and_witnesses_are_counted() -> None:
    many = [Party(f"p{at}", at) for at in range(1, 66)]
    witnesses = [f"witness w{at} {each.key.vkey}\n" for at, each in enumerate(many)]
    logs = [f"log {Party(each.name, each.seed, KeyKind.LOG).key.vkey}\n" for each in many]
    for lines in (witnesses, logs):
        read_policy("".join([*lines[:64], "quorum none\n"]).encode())
        with pytest.raises(LedgerError, match="more than 64"):
            read_policy("".join([*lines, "quorum none\n"]).encode())


def test_what_is_written_is_read_again() -> None:
    names = {each.name: each.key for each in WITNESSES}
    for least in range(6):
        told = read_policy(write_policy([OPERATOR.key], names, least))
        assert (told.logs, dict(told.witnesses)) == ((OPERATOR.key,), names)
        assert enough(told) == {"".join(map(str, each)) for each in combinations(range(5), least)}
    for least in (-1, 6):
        with pytest.raises(LedgerError):
            write_policy([OPERATOR.key], names, least)


def test_a_policy_that_names_a_log_alone_asks_nobody() -> None:
    assert Policy(logs=(OPERATOR.key,)) == read_policy(write_policy([OPERATOR.key], {}, 0))


def test_several_keys_of_one_log_count() -> None:
    after = Party(OPERATOR.name, 42, KeyKind.LOG)
    other = Party("other.example", 43, KeyKind.LOG)
    told = policy(0, logs=[OPERATOR, other, after])
    assert told.log_named(OPERATOR.name) == (OPERATOR.key, after.key)
    assert told.log_named("nobody.example") == ()


@pytest.mark.parametrize(
    ("witnesses", "least"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5), (10, 7), (11, 8)]
)
def test_a_quorum_is_more_than_half_of_all_and_the_liars(witnesses: int, least: int) -> None:
    faulty = (witnesses - 1) // 3
    assert quorum_size(witnesses) == quorum_size(witnesses, faulty) == least
    assert least > (witnesses + faulty) / 2 >= least - 1
    assert 2 * least - witnesses > faulty  # two quorums share more witnesses than can lie


@pytest.mark.parametrize(("witnesses", "faulty"), [(0, None), (3, 1), (6, 2), (1, 1), (5, -1)])
def test_too_many_liars_leave_no_quorum(witnesses: int, faulty: int | None) -> None:
    with pytest.raises(LedgerError) as caught:
        quorum_size(witnesses, faulty)
    assert caught.value.code == "log-policy-invalid"


def test_with_no_liars_a_bare_majority_is_enough() -> None:
    assert [quorum_size(count, 0) for count in (1, 2, 3, 4, 5)] == [1, 2, 2, 3, 3]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("quorum none", "the operator alone"),
        ("group g 2 w0 w1 w2\nquorum g", "2 of 3 witnesses"),
        ("group g 3 w0 w1 w2 w3 w4\nquorum g", "3 of 5 witnesses"),
        ("quorum w0", f"'w0' of {len(W)} witnesses"),
        ("group a any w0 w1\ngroup b all a w2\nquorum b", f"'b' of {len(W)} witnesses"),
    ],
)
def test_a_policy_says_in_words_who_is_enough(lines: str, told: str) -> None:
    assert read_policy(f"{LINES}{lines}\n".encode()).spoken == told


def test_addresses_are_kept_where_they_are_given() -> None:
    keys = {f"w{at}": each.key for at, each in enumerate(WITNESSES[:2])}
    raw = write_policy([OPERATOR.key], keys, 2, {"w1": "https://w1.example"})
    assert read_policy(raw).addresses == {"w1": "https://w1.example"}
    assert raw.decode() == (
        f"log {LOG}\nwitness w0 {W[0]}\nwitness w1 {W[1]} https://w1.example\n"
        "group witnesses 2 w0 w1\nquorum witnesses\n"
    )
    assert write_policy([OPERATOR.key], {}, 0).decode() == f"log {LOG}\nquorum none\n"


def test_a_name_that_is_no_utf_8_is_written_as_the_octets_it_is() -> None:
    raw = write_policy([OPERATOR.key], {"\udcff": WITNESSES[0].key}, 1)
    assert b"\nwitness \xff " in raw
    assert read_policy(raw).satisfied_by([WITNESSES[0].key])
