"""Fingerprints of many versions, packed so that one look finds who has a passage.

A *run* holds the fingerprints of a stretch of the log in buckets, each a sorted array of entries: 32 bits of
the fingerprint, 32 bits of the index that it stands at. A run is written once, in order, and never grows: a
table with a row for each fingerprint would touch eighty pages for every item that comes. Sixteen small runs
become a large one, bucket by bucket; a run whose stretch is over is dropped whole (decision 0063).

Fingerprints come as ``winnow`` gives them, signed 64-bit numbers; an index is below 2**32. Everything packed
is little-endian.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]

FAN: Final = 16  # small runs to a large one, and buckets of a large one to a bucket of a small one
SMALL: Final = 0  # the levels of runs
LARGE: Final = 1
BUCKETS: Final = (512, 8_192)  # of a run, by its level
COMMON: Final = (
    64  # entries of one fingerprint that a bucket keeps: the earliest. What has more is boilerplate
)

_LOW: Final = np.uint64(0xFFFF_FFFF)
_INDEX_BITS: Final = np.uint64(32)
_SHIFTS: Final = (np.uint64(55), np.uint64(51))  # from a fingerprint to its bucket, by level
KEPT_FROM: Final = np.uint64(23)  # from a fingerprint to the bits of it that are kept, or name its bucket
_PARTED: Final = np.uint64(60)  # from a fingerprint to the part of a run that is put in order at a time
_FANNED: Final = np.uint64(60)  # from an entry to the large bucket, within its small one
_PACKED: Final = np.dtype("<u8")


def bucket_from(level: int) -> np.uint64:
    """How far the bucket of a fingerprint stands from the lowest bit of it that is kept."""
    return np.uint64(_SHIFTS[level] - KEPT_FROM)


def packed(prints: Sequence[int]) -> bytes:
    """The fingerprints of one version, ready to wait for their run."""
    return np.unique(_unsigned(prints)).astype(_PACKED).tobytes()


def small_run(waiting: Sequence[tuple[int, bytes]]) -> Mapping[int, bytes]:
    """The buckets of a small run, by number, made of versions that wait: (index, ``packed``)."""
    prints = _numbers([raw for _, raw in waiting])
    indices = np.repeat(
        np.asarray([index for index, _ in waiting], np.uint64), [len(raw) // 8 for _, raw in waiting]
    )
    made: dict[int, bytes] = {}
    for part in range(1 << 64 - int(_PARTED)):  # what is on the way takes several times what all of it takes
        here = prints >> _PARTED == np.uint64(part)
        if here.any():
            made.update(_sorted(prints[here], indices[here]))
    return made


def _sorted(prints: Numbers, indices: Numbers) -> Iterator[tuple[int, bytes]]:
    buckets = prints >> _SHIFTS[SMALL]
    entries = _key(prints) << _INDEX_BITS | indices
    order = np.lexsort((entries, buckets))
    return _cut(buckets[order], entries[order])


def large_buckets(bucket: int, parts: Sequence[bytes]) -> Mapping[int, bytes]:
    """The buckets of a large run, by number, that one bucket of small runs becomes."""
    entries = _numbers(parts)
    if not entries.size:
        return {}
    entries.sort()
    fanned = (entries >> _FANNED) + np.uint64(bucket * FAN)
    return dict(_cut(fanned, entries))


def without(entries: bytes, index: int) -> bytes:
    """A bucket without what stands at an index."""
    found = np.frombuffer(entries, _PACKED)
    return bytes(found[(found & _LOW) != np.uint64(index)].tobytes())


def waiting_with(prints: Sequence[int], waiting: Sequence[tuple[int, bytes]]) -> Iterator[int]:
    """The indices of versions that wait for their run, once for each of these fingerprints that one has."""
    found = _numbers([raw for _, raw in waiting])
    ends = np.cumsum([len(raw) // 8 for _, raw in waiting])
    hits = np.flatnonzero(np.isin(found, _unsigned(prints)))
    for place in np.searchsorted(ends, hits, side="right"):
        yield waiting[int(place)][0]


class Wanted:
    """Fingerprints that are looked for in runs."""

    def __init__(self, prints: Sequence[int]) -> None:
        numbers = np.unique(_unsigned(prints))
        firsts = _key(numbers) << _INDEX_BITS
        self._by_bucket: list[dict[int, list[np.uint64]]] = []
        for shift in _SHIFTS:
            places: dict[int, list[np.uint64]] = {}
            for bucket, first in zip((numbers >> shift).tolist(), firsts, strict=True):
                places.setdefault(bucket, []).append(first)
            self._by_bucket.append(places)

    def buckets(self, level: int) -> list[int]:
        """The buckets of a run of this level to look into."""
        return list(self._by_bucket[level])

    def found(self, level: int, bucket: int, entries: bytes) -> list[int]:
        """The indices that a bucket has, once for each fingerprint that stands there."""
        numbers = np.frombuffer(entries, _PACKED)
        indices: list[int] = []
        for first in self._by_bucket[level][bucket]:
            begin = int(np.searchsorted(numbers, first))
            end = int(np.searchsorted(numbers, first | _LOW, side="right"))
            indices += (numbers[begin:end] & _LOW).tolist()
        return indices


def _numbers(parts: Sequence[bytes]) -> Numbers:
    return np.frombuffer(b"".join(parts), _PACKED).astype(np.uint64)


def _unsigned(prints: Sequence[int]) -> Numbers:
    return np.asarray(prints, np.int64).view(np.uint64)


def _key(prints: Numbers) -> Numbers:
    return prints >> KEPT_FROM & _LOW


def _cut(buckets: Numbers, entries: Numbers) -> Iterator[tuple[int, bytes]]:
    """Sorted entries in their buckets, of each fingerprint the first so many."""
    keys = entries >> _INDEX_BITS
    begins = np.flatnonzero(np.r_[True, (keys[1:] != keys[:-1]) | (buckets[1:] != buckets[:-1])])
    place = np.arange(entries.size) - np.repeat(begins, np.diff(np.r_[begins, entries.size]))
    few = place < COMMON
    buckets, entries = buckets[few], entries[few]
    cuts = np.flatnonzero(buckets[1:] != buckets[:-1]) + 1
    for part in np.split(np.arange(entries.size), cuts):
        yield int(buckets[part[0]]), entries[part].astype(_PACKED).tobytes()
