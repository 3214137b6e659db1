"""Fingerprints of many versions: what was packed is found, wherever it has been moved to."""

import random
from collections import Counter

import pytest

from syndicate.dedupe import _postings as postings


def prints(seed: int, count: int = 40) -> list[int]:
    drawn = random.Random(seed)
    return [drawn.randrange(-(2**63), 2**63) for _ in range(count)]


def found(level: int, buckets: dict[int, bytes], wanted: list[int]) -> Counter[int]:
    looked = postings.Wanted(wanted)
    hits: Counter[int] = Counter()
    for bucket in looked.buckets(level):
        if bucket in buckets:
            hits.update(looked.found(level, bucket, buckets[bucket]))
    return hits


def run_of(*indices: int) -> dict[int, bytes]:
    return dict(postings.small_run([(index, postings.packed(prints(index))) for index in indices]))


def merged(*runs: dict[int, bytes]) -> dict[int, bytes]:
    large: dict[int, bytes] = {}
    for bucket in range(postings.BUCKETS[postings.SMALL]):
        large |= postings.large_buckets(bucket, [run[bucket] for run in runs if bucket in run])
    return large


def test_every_fingerprint_of_a_version_that_waits_counts() -> None:
    waiting = [(index, postings.packed(prints(index))) for index in (3, 70_000, 4_000_000_000)]
    wanted = [*prints(70_000)[:5], *prints(3)[:2], 17]
    assert Counter(postings.waiting_with(wanted, waiting)) == {70_000: 5, 3: 2}


def test_a_run_has_what_its_versions_have_and_so_has_what_runs_become() -> None:
    small = [run_of(1, 2, 3), run_of(70_000, 4_000_000_000)]
    wanted = [*prints(2)[:7], *prints(4_000_000_000)[:3], *prints(99)]
    assert found(postings.SMALL, small[0], wanted) == {2: 7}
    assert found(postings.SMALL, small[1], wanted) == {4_000_000_000: 3}
    assert found(postings.LARGE, merged(*small), wanted) == {2: 7, 4_000_000_000: 3}
    assert max(merged(*small)) < postings.BUCKETS[postings.LARGE]


@pytest.mark.parametrize("edge", [0, -1, 2**63 - 1, -(2**63)])
def test_the_lowest_and_the_highest_number_are_found_too(edge: int) -> None:
    small = dict(postings.small_run([(5, postings.packed([edge, 12 << 30]))]))
    assert found(postings.SMALL, small, [edge]) == {5: 1}
    assert found(postings.LARGE, merged(small), [edge]) == {5: 1}


def test_a_fingerprint_that_very_many_have_keeps_the_first_of_them() -> None:
    many = range(postings.COMMON + 50)
    small = dict(postings.small_run([(index, postings.packed([7, index + 1 << 40])) for index in many]))
    assert sorted(found(postings.SMALL, small, [7])) == list(range(postings.COMMON))
    assert found(postings.SMALL, small, [many[-1] + 1 << 40]) == {many[-1]: 1}
    later = dict(postings.small_run([(index + 900, postings.packed([7])) for index in many]))
    assert sorted(found(postings.LARGE, merged(later, small), [7])) == list(range(postings.COMMON))


def test_what_stood_at_an_index_is_gone_and_nothing_else() -> None:
    run = {bucket: postings.without(entries, 2) for bucket, entries in run_of(1, 2).items()}
    assert found(postings.SMALL, run, [*prints(1), *prints(2)]) == {1: 40}


def test_nothing_makes_nothing() -> None:
    assert postings.small_run([]) == postings.large_buckets(0, []) == {}
    assert postings.small_run([(1, b"")]) == {}
    assert not list(postings.waiting_with([1], []))
    assert postings.Wanted([]).buckets(postings.SMALL) == []
