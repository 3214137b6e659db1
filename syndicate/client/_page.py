"""A page of a hub's cursor API, and the same stretch of its log: what is in one has to be in the other.

What the API says of a version beside its token (when it came, and what was marked) is the hub's own word.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from syndicate.client._cursor import Cursor
from syndicate.client._log import LogReader, SeenCheckpoint
from syndicate.errors import FetchError, ForkedLog, LedgerError, WithheldLeaf
from syndicate.ledger import (
    ItemLeaf,
    ProofFile,
    Tile,
    check_consistency,
    check_inclusion,
    leaf_hash,
    prove_inclusion,
    read_checkpoint,
    read_leaf,
    tiles_for_inclusion,
)
from syndicate.news import CORRECTIONS, Index, Mark, Slice, amends, limits

_FIRST_YEAR: Final = 2020  # no log of this protocol is older
_LAST_YEAR: Final = 9_000  # far from where dates end
_LEAVES: Final = 1_024  # of the log that are compared with a page at a time
# Said anew by whoever shows the version: they are no part of what was kept.
_SHOWN: Final = frozenset({Mark.KEY_REVOKED, Mark.LOG_PENDING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One version as the hub gives it. Times in Unix seconds."""

    index: int
    token: str
    received_at: int
    sealed_at: int
    marks: frozenset[Mark]


def read_page(raw: bytes) -> tuple[Given, ...]:
    """The versions on one page of ``/v1/items``.

    Raises:
        FetchError: it is no such page.
    """
    try:
        return tuple(_given(each) for each in json.loads(raw)["items"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as exc:
        raise FetchError(
            f"its /v1/items gave no page of versions ({type(exc).__name__})",
            hint="Is it a hub's or a mirror's address?",
        ) from exc


def _given(told: Any) -> Given:  # noqa: ANN401 - JSON
    return Given(
        index=_whole(told["index"]),
        token=_text(told["token"]),
        received_at=_moment(told["received_at"]),
        sealed_at=_moment(told["logged_at"]),
        marks=frozenset(map(Mark, told["marks"])) - _SHOWN,
    )


def _whole(told: Any) -> int:  # noqa: ANN401 - JSON
    if type(told) is not int or not 0 <= told <= limits.LARGEST_INTEGER:
        raise ValueError("no whole number")
    return told


def _text(told: Any) -> str:  # noqa: ANN401 - JSON
    if not isinstance(told, str):
        raise TypeError("no text")
    return told


def _moment(told: Any) -> int:  # noqa: ANN401 - JSON
    when = datetime.fromisoformat(_text(told))
    if when.tzinfo is None or not _FIRST_YEAR <= when.year <= _LAST_YEAR:
        raise ValueError("no time of a log")
    return int(when.timestamp())


def has_to_be_shown(leaf: ItemLeaf, wanted: Slice) -> bool:
    """Whether a leaf of the log is of the slice for certain, so that a page without its version withholds it.

    A leaf names its agency and its act. What else a slice may ask for stands in the token alone, or in an
    earlier version's: of a language, a topic, an urgency or a kind nobody can tell that something is missing.
    """
    if wanted.lang is not None or wanted.topic is not None or wanted.urgency is not None:
        return False
    if wanted.kind is not None and not (wanted.kind == CORRECTIONS and amends(leaf.act)):
        return False
    return wanted.agency in (None, leaf.iss) and wanted.member in (None, leaf.iss[:2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A version as it is shown, its leaf in the log, and a proof file for that leaf, made here."""

    index: int
    token: str
    received_at: int
    leaf: bytes
    proof: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A stretch of the order: its versions, where it ends, and the checkpoint that it stands under."""

    versions: tuple[Logged, ...]
    end: int  # the index after its last leaf
    note: bytes
    more: bool  # whether the checkpoint holds leaves behind it


async def read_logged(reader: LogReader, wanted: Slice, cursor: Cursor) -> Page:
    """The next versions after a cursor, with every leaf of the log between them accounted for.

    Raises:
        WithheldLeaf: a leaf that is wanted is not shown, and no act says that it was erased.
        ForkedLog: the checkpoint does not go on from the one seen before.
        LedgerError: it is none of a log that counts, or the leaves do not lie under it.
        FetchError: something is not to be had.
    """
    seen = await reader.checkpoint()  # first: what lies under it has to be shown already
    await _check_goes_on(reader, cursor.note, seen)
    size, first = seen.checkpoint.size, cursor.after + 1
    if first >= size:
        return Page(versions=(), end=first, note=seen.note, more=False)
    narrowed = f"&{wanted.query}" if wanted.query else ""
    given = read_page(await reader.file(f"v1/items?after={cursor.after}{narrowed}"))
    end = _end_of(given, first, size)
    leaves = await reader.leaves(first, end)
    proofs = await _prove(reader, leaves, first, seen)
    shown = {each.index: each for each in given}
    await _check_whole(reader, {first + at: raw for at, raw in enumerate(leaves)}, shown, wanted, seen)
    versions = tuple(
        Logged(
            index=each.index, token=each.token, received_at=each.received_at,
            leaf=leaves[each.index - first], proof=proofs[each.index - first],
        )
        for each in given if each.index < end
    )  # fmt: skip
    return Page(versions=versions, end=end, note=seen.note, more=end < size)


def _end_of(given: Sequence[Given], first: int, size: int) -> int:
    """Where the stretch ends that a page speaks of: at its last version; an empty one speaks of all."""
    last = first - 1
    for each in given:
        if each.index <= last:
            raise FetchError("its /v1/items does not go on")
        last = each.index
    return min(size, first + _LEAVES, last + 1 if given else size)


async def _prove(reader: LogReader, leaves: Sequence[bytes], first: int, seen: SeenCheckpoint) -> list[bytes]:
    """A proof file for each leaf, checked against the checkpoint's root."""
    size, root = seen.checkpoint.size, seen.checkpoint.root
    wanted = {tile for at in range(len(leaves)) for tile in tiles_for_inclusion(first + at, size)}
    tiles: dict[Tile, bytes] = {tile: await reader.file(f"log/{tile.path}") for tile in wanted}
    files = []
    for index, leaf in enumerate(leaves, first):
        proof = prove_inclusion(index, size, tiles)
        check_inclusion(leaf_hash(leaf), index, size, proof, root)
        files.append(ProofFile(Index(index), proof, seen.note).raw)
    return files


async def _check_whole(
    reader: LogReader,
    leaves: dict[int, bytes],
    shown: dict[int, Given],
    wanted: Slice,
    seen: SeenCheckpoint,
) -> None:
    gone = None
    for index, raw in leaves.items():
        leaf = read_leaf(raw)
        if index in shown or not isinstance(leaf, ItemLeaf) or not has_to_be_shown(leaf, wanted):
            continue
        gone = await reader.erasures(index, seen) if gone is None else gone
        if leaf.digest not in gone:
            raise WithheldLeaf(index, f"version {leaf.ver} of {leaf.sub}")


async def _check_goes_on(reader: LogReader, note: bytes, seen: SeenCheckpoint) -> None:
    """Refuse a checkpoint that is no continuation of the one seen before, nor a beginning of it."""
    if not note:
        return
    before = read_checkpoint(note)[0]
    low, high = sorted((before, seen.checkpoint), key=lambda one: one.size)
    if not low.size:
        return
    try:
        proof = () if low.size == high.size else await reader.proof_between(low.size, high.size)
        check_consistency(low.size, high.size, proof, low.root, high.root)
    except LedgerError as exc:
        raise ForkedLog(
            f"what the log signs of {seen.checkpoint.size:,} leaves does not fit the {before.size:,} before",
            evidence=(note, seen.note),
        ) from exc
