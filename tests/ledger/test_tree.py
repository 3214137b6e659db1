"""The tree beside its definition, and beside the vectors of others."""

import base64
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logroom import MemoryLog, leaf, mth, path, subproof

from syndicate.errors import LedgerError
from syndicate.ledger import (
    EMPTY_ROOT,
    Edge,
    Tile,
    check_consistency,
    check_inclusion,
    leaf_hash,
    node_hash,
    tiles_for_consistency,
    tiles_for_inclusion,
)

# The eight leaves that the tests of Certificate Transparency use, and the roots over the first n of them.
PUBLIC_LEAVES = [
    bytes.fromhex(told)
    for told in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
PUBLIC_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
B64 = base64.b64decode
# From the test data of transparency-dev/merkle (testdata/inclusion, testdata/consistency: "happy path").
PUBLIC_INCLUSION = [
    (5, 8, "QnGia+DYqE8L1UyMMC58s6O10fpngKQLzOKHNHfatlg=", "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=",
     ["vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=", "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
      "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc="]),
    (1, 5, "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=", "Tju7H3tHjc/nH7YxYxUZo7yhLJrvyhYSv85ME6hiZNQ=",
     ["bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=", "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
      "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms="]),
]  # fmt: skip
PUBLIC_CONSISTENCY = [
    (6, 8, ["DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=", "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
            "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc="]),
    (6, 7, ["DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=", "sIaT7C5yFZcTBkHoIR5+7cy0wmQTlj7ubB4u0W/7Gl8=",
            "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc="]),
]  # fmt: skip
MANY = 300
LEAVES = [leaf(number) for number in range(MANY)]
LOGS = [MemoryLog().grow(size, 37) for size in range(MANY + 1)]


def included(log: MemoryLog, index: int) -> list[bytes]:
    return list(log.proof(index, b"").hashes)


def refuses_inclusion(*told: object) -> None:
    with pytest.raises(LedgerError) as caught:
        check_inclusion(*told)  # type: ignore[arg-type]  # rows of a table
    assert caught.value.code == "log-not-included"


def refuses_consistency(*told: object) -> None:
    with pytest.raises(LedgerError) as caught:
        check_consistency(*told)  # type: ignore[arg-type]  # rows of a table
    assert caught.value.code == "log-inconsistent"


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_the_public_leaves(size: int) -> None:
    edge, _ = Edge().append(map(leaf_hash, PUBLIC_LEAVES[:size]))
    assert edge.root.hex() == PUBLIC_ROOTS[size]
    assert mth(PUBLIC_LEAVES[:size]).hex() == PUBLIC_ROOTS[size]


@pytest.mark.parametrize(("index", "size", "told", "root", "proof"), PUBLIC_INCLUSION)
def test_the_public_inclusion_proofs_lead_to_their_roots(
    index: int, size: int, told: str, root: str, proof: list[str]
) -> None:
    check_inclusion(B64(told), index, size, [B64(each) for each in proof], B64(root))
    log = MemoryLog()
    log.seal(PUBLIC_LEAVES[:size])
    assert included(log, index) == [B64(each) for each in proof]
    assert leaf_hash(PUBLIC_LEAVES[index]) == B64(told)


@pytest.mark.parametrize(("old", "new", "proof"), PUBLIC_CONSISTENCY)
def test_the_public_consistency_proofs_lead_to_both_roots(old: int, new: int, proof: list[str]) -> None:
    roots = [bytes.fromhex(PUBLIC_ROOTS[size]) for size in (old, new)]
    check_consistency(old, new, [B64(each) for each in proof], *roots)
    log = MemoryLog()
    log.seal(PUBLIC_LEAVES[:new])
    assert list(log.consistency(old)) == [B64(each) for each in proof]


@pytest.mark.parametrize("size", range(1, MANY + 1, 13))
def test_every_leaf_is_proven_exactly_as_rfc_6962_says(size: int) -> None:
    log = LOGS[size]
    assert log.edge.root == mth(LEAVES[:size])
    for index in range(size):
        proof = included(log, index)
        check_inclusion(leaf_hash(LEAVES[index]), index, size, proof, log.edge.root)
    for index in (0, size // 2, size - 1):
        assert included(log, index) == path(index, LEAVES[:size])


def test_every_size_up_to_300_proves_its_first_middle_and_last_leaf() -> None:
    for size in range(1, MANY + 1):
        for index in {0, size // 3, size - 1}:
            proof = included(LOGS[size], index)
            check_inclusion(leaf_hash(LEAVES[index]), index, size, proof, LOGS[size].edge.root)


def _old_sizes(new: int) -> set[int]:
    """All of them in a small tree; in a larger one those around each power of two, and around its own end."""
    around = {near + by for near in (1, *(1 << bit for bit in range(9)), new) for by in (-1, 0, 1)}
    return {old for old in (range(1, new + 1) if new <= 80 else around) if 1 <= old <= new}


def test_every_size_up_to_300_goes_on_from_those_before_it() -> None:
    roots = [log.edge.root for log in LOGS]
    for new in range(1, MANY + 1):
        for old in _old_sizes(new):
            check_consistency(old, new, LOGS[new].consistency(old), roots[old], roots[new])


@pytest.mark.parametrize(
    ("old", "new"), [(1, 2), (3, 7), (4, 8), (6, 8), (7, 8), (128, 300), (200, 300), (5, 5)]
)
def test_consistency_is_proven_exactly_as_rfc_6962_says(old: int, new: int) -> None:
    assert list(LOGS[new].consistency(old)) == subproof(old, LEAVES[:new])


@given(st.data())
def test_one_flipped_bit_is_refused_wherever_it_is(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, MANY))
    index = data.draw(st.integers(0, size - 1))
    log = LOGS[size]
    told = [leaf_hash(LEAVES[index]), log.edge.root, *included(log, index)]
    at = data.draw(st.integers(0, len(told) - 1))
    bit = data.draw(st.integers(0, 255))
    told[at] = (int.from_bytes(told[at]) ^ 1 << bit).to_bytes(32)
    refuses_inclusion(told[0], index, size, told[2:], told[1])


@given(st.data())
def test_one_flipped_bit_between_two_trees_is_refused(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, MANY))
    old = data.draw(st.integers(1, new))
    told = [LOGS[old].edge.root, LOGS[new].edge.root, *LOGS[new].consistency(old)]
    at = data.draw(st.integers(0, len(told) - 1))
    bit = data.draw(st.integers(0, 255))
    told[at] = (int.from_bytes(told[at]) ^ 1 << bit).to_bytes(32)
    refuses_consistency(old, new, told[2:], told[0], told[1])


@given(st.data())
def test_a_proof_for_another_place_size_or_length_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 40))
    index = data.draw(st.integers(0, size - 1))
    log, found = LOGS[size], leaf_hash(LEAVES[index])
    proof = included(log, index)
    refuses_inclusion(found, index, size, proof[:-1], log.edge.root)
    refuses_inclusion(found, index, size, [*proof, EMPTY_ROOT], log.edge.root)
    refuses_inclusion(found, index, size, [EMPTY_ROOT, *proof], log.edge.root)
    other = data.draw(st.integers(0, size - 1).filter(lambda at: at != index))
    refuses_inclusion(found, other, size, proof, log.edge.root)


@given(st.integers(2, MANY), st.data())
def test_a_consistency_proof_of_another_length_is_refused(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new - 1))
    proof, roots = list(LOGS[new].consistency(old)), (LOGS[old].edge.root, LOGS[new].edge.root)
    refuses_consistency(old, new, proof[:-1], *roots)
    refuses_consistency(old, new, [*proof, EMPTY_ROOT], *roots)
    refuses_consistency(old, new, [], *roots)


ROOT = LOGS[1].edge.root


@pytest.mark.parametrize(
    ("leaf", "index", "size", "proof", "root"),
    [
        pytest.param(ROOT, 0, 0, [], ROOT, id="nothing stands in an empty log"),
        pytest.param(ROOT, 1, 1, [], ROOT, id="the first index outside"),
        pytest.param(ROOT, -1, 1, [], ROOT, id="an index before the first"),
        pytest.param(ROOT, 0, 2**63, [ROOT] * 63, ROOT, id="more leaves than any log has"),
        pytest.param(ROOT[:31], 0, 1, [], ROOT[:31], id="a short hash"),
        pytest.param(ROOT, 0, 2, [ROOT + b"\0"], ROOT, id="a long hash in the proof"),
        pytest.param(ROOT, 0, 1, [ROOT] * 64, ROOT, id="64 hashes"),
    ],
)
def test_what_no_tree_has_is_not_included(
    leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes
) -> None:
    refuses_inclusion(leaf, index, size, proof, root)


@pytest.mark.parametrize(
    ("old", "new", "proof", "old_root", "new_root"),
    [
        pytest.param(0, 0, [], EMPTY_ROOT, EMPTY_ROOT, id="two empty trees"),
        pytest.param(0, 1, [], EMPTY_ROOT, ROOT, id="from an empty tree"),
        pytest.param(2, 1, [], LOGS[2].edge.root, ROOT, id="backwards"),
        pytest.param(1, 1, [ROOT], ROOT, ROOT, id="a proof where none is needed"),
        pytest.param(1, 1, [], ROOT, LOGS[2].edge.root, id="one size and two roots"),
        pytest.param(1, 2**63, [ROOT], ROOT, ROOT, id="more leaves than any log has"),
        pytest.param(1, 2, [ROOT[:31]], ROOT, LOGS[2].edge.root, id="a short hash"),
        pytest.param(3, 4, [], LOGS[3].edge.root, LOGS[4].edge.root, id="no proof"),
        pytest.param(2, 3, [], LOGS[2].edge.root, LOGS[3].edge.root, id="no proof from a whole subtree"),
    ],
)
def test_what_no_two_trees_have_is_inconsistent(
    old: int, new: int, proof: list[bytes], old_root: bytes, new_root: bytes
) -> None:
    refuses_consistency(old, new, proof, old_root, new_root)


# Whoever makes up a proof makes up the roots to it: its shape alone gives it away.
S1, S2, S3 = (bytes([number]) * 32 for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("index", "size", "proof", "root"),
    [
        pytest.param(0, 1, [S1], node_hash(S1, ROOT), id="one hash too many"),
        pytest.param(
            0, 2, [S1, S2], node_hash(S2, node_hash(ROOT, S1)), id="one too many above the last leaf"
        ),
        pytest.param(0, 4, [S1], node_hash(ROOT, S1), id="one hash too few"),
        pytest.param(0, 4, [], ROOT, id="no hash at all"),
        pytest.param(0, 2, [S1[1:]], node_hash(ROOT, S1[1:]), id="a hash of 31 bytes"),
        pytest.param(0, 2, [S1 + b"x"], node_hash(ROOT, S1 + b"x"), id="a hash of 33 bytes"),
    ],
)
def test_a_proof_of_another_shape_is_refused_though_it_leads_to_the_root(
    index: int, size: int, proof: list[bytes], root: bytes
) -> None:
    refuses_inclusion(ROOT, index, size, proof, root)


@pytest.mark.parametrize(
    ("old", "new", "proof", "old_root", "new_root"),
    [
        pytest.param(
            3, 4, [ROOT, S1, S2, S3],
            node_hash(S3, node_hash(S2, ROOT)), node_hash(S3, node_hash(S2, node_hash(ROOT, S1))),
            id="one hash too many",
        ),
        pytest.param(
            3, 8, [ROOT, S1, S2],
            node_hash(S2, ROOT), node_hash(S2, node_hash(ROOT, S1)),
            id="one hash too few",
        ),
        pytest.param(1, 2, [S1[1:]], ROOT, node_hash(ROOT, S1[1:]), id="a hash of 31 bytes"),
        pytest.param(5, 5, [], ROOT[1:], ROOT[1:], id="roots of 31 bytes"),
    ],
)  # fmt: skip
def test_a_comparison_of_another_shape_is_refused_though_it_leads_to_both_roots(
    old: int, new: int, proof: list[bytes], old_root: bytes, new_root: bytes
) -> None:
    refuses_consistency(old, new, proof, old_root, new_root)


def test_a_log_as_high_as_one_can_be_is_proven() -> None:
    # 63 hashes lead from leaf 0 of 2^63 - 1 leaves to a root that only arithmetic knows.
    root = ROOT
    for number in range(63):
        root = node_hash(root, bytes([number]) * 32)
    proof = [bytes([number]) * 32 for number in range(63)]
    check_inclusion(ROOT, 0, 2**63 - 1, proof, root)
    check_consistency(1, 2**63 - 1, proof, ROOT, root)


def test_the_tiles_of_the_largest_log_are_named() -> None:
    most = 2**63 - 1
    assert Tile(0, 0) in tiles_for_inclusion(0, most)
    assert Tile(0, most // 256, 255) in tiles_for_inclusion(most - 1, most)
    assert Tile(0, 0) in tiles_for_consistency(1, most)
    with pytest.raises(LedgerError, match="no leaf"):
        tiles_for_inclusion(0, most + 1)


@pytest.mark.parametrize("index", [-1, 3, 4])
def test_no_tiles_are_named_for_a_leaf_outside(index: int) -> None:
    with pytest.raises(LedgerError, match="no leaf") as caught:
        tiles_for_inclusion(index, 3)
    assert caught.value.code == "log-not-included"


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (1, 2**63)])
def test_no_tiles_are_named_between_sizes_that_cannot_be_compared(old: int, new: int) -> None:
    with pytest.raises(LedgerError, match="no proof leads") as caught:
        tiles_for_consistency(old, new)
    assert caught.value.code == "log-inconsistent"


def test_a_leaf_never_passes_as_an_inner_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)
    assert len({log.edge.root for log in LOGS}) == len(LOGS)
    assert all(before.edge.size + 1 == after.edge.size for before, after in pairwise(LOGS))
