"""A public log as whoever reads it sees it: from a hub, a mirror or a folder, and believed in nothing.

A ``Get`` gives the whole body at a path below the hub's address, or None where there is nothing. What it
gives is checked here: the checkpoint against the policy, the leaves against the checkpoint's root.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from syndicate import fetch
from syndicate.errors import ClientError, FalseLeaf, FetchError, LedgerError, WithheldLeaf
from syndicate.fetch import Allowed, FetchLimits, is_address
from syndicate.ledger import (
    BUNDLE_BYTES,
    ENTRIES,
    LEAF_BYTES,
    TILE_WIDTH,
    ActLeaf,
    Checkpoint,
    Policy,
    Tile,
    check_inclusion,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    read_checkpoint,
    read_entries,
    read_leaf,
    tiles_for_consistency,
    tiles_for_inclusion,
)
from syndicate.news import Reason, TokenDigest, b64url
from syndicate.ports import Fetched, FetchFailed

Get = Callable[[str], Awaitable[bytes | None]]

_NOTHING: Final = frozenset({403, 404})


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCheckpoint:
    """A checkpoint that the log's key signed; ``quorum`` says whether it satisfies the policy."""

    checkpoint: Checkpoint
    note: bytes
    quorum: bool
    witnesses: tuple[str, ...]


class LogReader:
    """Reads one log. ``policy`` says whose checkpoints count."""

    def __init__(self, get: Get, policy: Policy) -> None:
        self._get = get
        self._policy = policy

    async def checkpoint(self) -> SeenCheckpoint:
        """The newest checkpoint.

        Raises:
            LedgerError: it is none, or no log of the policy signed it.
            FetchError: it is not to be had.
        """
        return self.judge(await self.file("log/checkpoint"))

    def judge(self, raw: bytes) -> SeenCheckpoint:
        """What a checkpoint's note is worth. Raises LedgerError as ``checkpoint`` does."""
        checkpoint, note = read_checkpoint(raw)
        logs = self._policy.log_named(checkpoint.origin)
        if not self._policy.logs:
            raise LedgerError(
                "no log is named that counts: the registry has no log/policy.txt",
                code=Reason.LOG_ORIGIN_UNKNOWN,
                hint="Name the key that its hub prints at the start: --log KEY, in a program log=[KEY].",
            )
        if not logs:
            why = f"the policy names no log {checkpoint.origin!r}"
            raise LedgerError(why, code=Reason.LOG_ORIGIN_UNKNOWN)
        signed = note.signed_by([*logs, *self._policy.witnesses.values()])
        if not any(key in signed for key in logs):
            raise LedgerError("the log did not sign its checkpoint", code=Reason.LOG_SIGNATURE_BAD)
        names = tuple(name for name, key in self._policy.witnesses.items() if key in signed)
        enough = self._policy.satisfied_by(set(signed))
        return SeenCheckpoint(checkpoint=checkpoint, note=raw, quorum=enough, witnesses=names)

    async def leaves(self, first: int, size: int) -> list[bytes]:
        """The leaves from ``first`` up to those of a checkpoint of ``size``, unchecked.

        Raises:
            LedgerError: a bundle holds something else.
            FetchError: one is not to be had.
        """
        found: list[bytes] = []
        at = first - first % TILE_WIDTH
        while at < size:
            tile = Tile(ENTRIES, at // TILE_WIDTH, min(TILE_WIDTH, size - at))
            leaves = read_entries(await self.file(f"log/{tile.path}"), tile.width)
            if any(len(leaf) > LEAF_BYTES for leaf in leaves):
                raise LedgerError(f"a leaf from {at:,} on has more than {LEAF_BYTES} bytes")
            found += leaves
            at += tile.width
        return found[first % TILE_WIDTH :]

    async def proof_between(self, old: int, new: int) -> tuple[bytes, ...]:
        """That the log of ``new`` leaves goes on from that of ``old``; raises as ``leaves``."""
        tiles = {tile: await self.file(f"log/{tile.path}") for tile in tiles_for_consistency(old, new)}
        return prove_consistency(old, new, tiles)

    async def act(self, index: int, digest: str) -> bytes:
        """The bytes of the operator's act that is leaf ``index``.

        Raises:
            WithheldLeaf, FalseLeaf: it is not there, or another.
            FetchError: it is not to be had.
        """
        body = await self._get(f"log/act/{digest}.json")
        if body is None:
            raise WithheldLeaf(index, f"the act {digest} of the operator")
        if b64url(hashlib.sha256(body).digest()) != digest:
            raise FalseLeaf(index, "is shown with another act than its own")
        return body

    async def erasures(self, first: int, seen: SeenCheckpoint) -> Mapping[TokenDigest, str]:
        """What acts from leaf ``first`` on took back: by token, the digest of the act.

        Only an act that lies under the checkpoint counts.

        Raises:
            LedgerError: an act that is shown is not in the log.
            WithheldLeaf, FalseLeaf, FetchError: as ``act``.
        """
        gone: dict[TokenDigest, str] = {}
        size = seen.checkpoint.size
        for begin in range(first - first % TILE_WIDTH, size, TILE_WIDTH):
            for index, raw in enumerate(await self.leaves(begin, min(begin + TILE_WIDTH, size)), begin):
                said = read_leaf(raw)
                if isinstance(said, ActLeaf) and (tokens := erased_by(await self.act(index, said.digest))):
                    await self.check_leaf(index, raw, seen)
                    gone |= dict.fromkeys(tokens, said.digest)
        return gone

    async def check_leaf(self, index: int, leaf: bytes, seen: SeenCheckpoint) -> None:
        """Refuse a leaf that does not lie under a checkpoint.

        Raises:
            LedgerError: ``log-not-included``.
            FetchError: its proof is not to be had.
        """
        size = seen.checkpoint.size
        tiles = {tile: await self.file(f"log/{tile.path}") for tile in tiles_for_inclusion(index, size)}
        proof = prove_inclusion(index, size, tiles)
        check_inclusion(leaf_hash(leaf), index, size, proof, seen.checkpoint.root)

    async def file(self, path: str) -> bytes:
        """A file that has to be there. Raises FetchError: it is not."""
        body = await self._get(path)
        if body is None:
            raise FetchError(f"the log has no {path}")
        return body


def erased_by(act: bytes) -> tuple[TokenDigest, ...]:
    """The digests of the tokens that an act of the operator takes back; none if it is another act."""
    try:
        told = json.loads(act)
        if told["act"] != "erase":
            return ()
        return tuple(TokenDigest(str(digest)) for digest in told["tokens"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ()


@asynccontextmanager
async def open_log(where: str, *, allow: Allowed = (), user_agent: str) -> AsyncIterator[Get]:
    """A way to read what a hub or mirror serves at ``where``, or has in that folder."""
    if not is_address(where):
        yield _folder(Path(where))
        return
    caps = FetchLimits(encoded_bytes=BUNDLE_BYTES, decoded_bytes=BUNDLE_BYTES)
    async with fetch.open_fetcher(caps, allow=allow, user_agent=user_agent) as fetcher:

        async def get(path: str) -> bytes | None:
            match await fetcher.fetch(f"{where.rstrip('/')}/{path}"):
                case Fetched(body=body):
                    return body
                case FetchFailed(status=status) if status in _NOTHING:
                    return None
                case FetchFailed(status=410):
                    raise ClientError(
                        f"{where}/{path} is gone: a law took it back",
                        hint="The answer names the act in the log that says by whose order.",
                    )
                case FetchFailed(detail=detail):
                    raise FetchError(f"{where}: {detail}")
                case _:
                    raise FetchError(f"{where}: the server had nothing new to say")

        yield get


def _folder(folder: Path) -> Get:
    async def get(path: str) -> bytes | None:
        try:
            with (folder / path).open("rb") as file:
                return file.read(BUNDLE_BYTES)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as exc:
            raise ClientError(f"cannot read {folder / path}: {exc.strerror}") from exc

    return get
