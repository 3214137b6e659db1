"""The registry for whoever verifies: fetched through the guarded dialer, verified from one trusted root on.

A place is the address (http or https) or the folder of a repository. What is there is believed for as long
as its operator vouched for it and a day more; after that nobody can tell what was revoked meanwhile.
"""

import asyncio
import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from syndicate import fetch, registry
from syndicate.errors import ClientError, FetchError, RegistryError
from syndicate.fetch import Allowed, FetchLimits, is_address
from syndicate.news import rfc3339
from syndicate.ports import Fetched, Fetcher, FetchFailed
from syndicate.registry import bundled_root

if TYPE_CHECKING:
    from syndicate.registry import Dial, Refreshed

__all__ = [
    "RegistryPlace",
    "bundled_root",
    "cache_folder",
    "cache_home",
    "check_fresh",
    "check_root",
    "copy_of",
    "look",
    "look_offline",
    "read_root",
]

GRACE_SECONDS: Final = 86_400
_FILE_BYTES: Final = 1_000_000
_FILE_SECONDS: Final = 20.0
_ROOT_BYTES: Final = 512_000
_DIGEST_LINE: Final = re.compile(r"([1-9][0-9]{0,8}) ([0-9a-f]{64})")
_NOTHING: Final = frozenset({403, 404})


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryPlace:
    """Where a registry is published, and how it may be asked."""

    where: str
    user_agent: str = "syndicate-client"
    allow: Allowed = ()  # addresses on this machine that may be dialled

    @contextmanager
    def dial(self) -> "Iterator[Dial]":
        """A blocking way to it, for the thread that opens it; its connections end with the block."""
        if not is_address(self.where):
            yield registry.folder_dial(Path(self.where))
            return
        with asyncio.Runner() as runner, _fetching(runner, self) as fetcher:
            yield _dialling(runner, fetcher, self.where.rstrip("/"))


def read_root(path: Path) -> bytes:
    """The root metadata in a file.

    Raises:
        ClientError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(_ROOT_BYTES)
    except OSError as exc:
        raise ClientError(
            f"cannot read the root {path}: {exc.strerror}",
            hint="The root is the one file to get from people you trust: ask a ministry, not a mirror.",
        ) from exc


def look(
    place: RegistryPlace, root: bytes, folder: Path, now: int, *, digests: Sequence[str] = ()
) -> "Refreshed":
    """The registry as it is published now; ``folder`` remembers what was seen, so that nothing goes back.

    ``digests`` are addresses that must name the same root (``check_root``) before anything is remembered.

    Where the address does not answer, what was fetched before is verified again instead, and
    ``not_reached`` says why.

    Raises:
        RegistryError: what is published does not verify.
        FetchError: it cannot be fetched, and nothing was fetched before.
    """
    client = registry.RegistryClient(root, folder)

    def approve(seen: "Refreshed") -> None:
        if digests:
            check_root(seen, digests, place.allow)

    try:
        with place.dial() as dial:
            return client.refresh(dial, now, approve)
    except FetchError as failure:
        recalled = client.recall(now, approve)
        if recalled is None:
            raise
        return replace(recalled, not_reached=str(failure))


def copy_of(root: bytes, folder: Path) -> Path:
    """Where the repository lies that ``look`` verified last and remembered in ``folder``."""
    return registry.RegistryClient(root, folder).mirror


def look_offline(folder: Path, root: bytes, now: int) -> "Refreshed":
    """The registry of a copy on disk, verified from the root on. Raises RegistryError."""
    return registry.read_once(root, registry.folder_dial(folder), now)


def check_fresh(seen: "Refreshed", where: str, now: int, max_stale: int = GRACE_SECONDS) -> None:
    """Refuse a registry whose operator stopped vouching for it more than ``max_stale`` seconds ago.

    Raises:
        RegistryError: it names the file, when it ran out, this machine's clock and what to do.
    """
    until = seen.registry.fresh_until
    if until is not None and now > until + max_stale:
        raise RegistryError(
            f"the registry at {where} is stale: metadata/timestamp.json ran out at {rfc3339(until)}, "
            f"and this machine's clock says {rfc3339(now)}",
            hint="Check the clock; then ask another mirror, or say with --max-stale how old it may be.",
        )


def check_root(seen: "Refreshed", addresses: Sequence[str], allow: Allowed = ()) -> None:
    """Ask each of ``addresses`` for the root's version and SHA-256; all must name the one in use.

    Raises:
        RegistryError: one of them names another root, or two of them belong to one registrable domain.
        FetchError: one of them does not answer.
    """
    hosts = [urlsplit(address).hostname or "" for address in addresses]
    owners = [fetch.registrable_domain(host) or host for host in hosts]
    if len(set(owners)) != len(owners):
        raise RegistryError(
            "two of the addresses for the root's digest belong to one owner",
            hint="Name addresses on different domains: one owner's word counts once.",
        )
    wanted = f"{seen.root.version} {seen.root.sha256}"
    place = RegistryPlace(where="", allow=allow)
    with asyncio.Runner() as runner, _fetching(runner, place) as fetcher:
        for address in addresses:
            told = _fetch(runner, fetcher, address) or b""
            line = told.decode("utf-8", "replace").strip()[:100]
            if _DIGEST_LINE.fullmatch(line) is None or line != wanted:
                raise RegistryError(
                    f"{address} names another root than the one in use, which is version {wanted}",
                    hint="Do not go on: find out which of the two is right, from people you can call.",
                )


@contextmanager
def _fetching(runner: asyncio.Runner, place: RegistryPlace) -> Iterator[Fetcher]:
    caps = FetchLimits(encoded_bytes=_FILE_BYTES, decoded_bytes=_FILE_BYTES, total_seconds=_FILE_SECONDS)
    stack = AsyncExitStack()
    opening = fetch.open_fetcher(caps, allow=place.allow, user_agent=place.user_agent)
    try:
        yield runner.run(stack.enter_async_context(opening))
    finally:
        runner.run(stack.aclose())


def _dialling(runner: asyncio.Runner, fetcher: Fetcher, base: str) -> "Dial":
    def dial(path: str, most: int) -> bytes | None:
        body = _fetch(runner, fetcher, f"{base}/{path}")
        return None if body is None else body[: most + 1]

    return dial


def _fetch(runner: asyncio.Runner, fetcher: Fetcher, address: str) -> bytes | None:
    match runner.run(_ask(fetcher, address)):
        case Fetched(body=body):
            return body
        case FetchFailed(status=status) if status in _NOTHING:
            return None
        case FetchFailed(detail=detail):
            raise FetchError(f"{address}: {detail}")
        case _:
            raise FetchError(f"{address}: the server had nothing new to say")


async def _ask(fetcher: Fetcher, address: str) -> object:
    return await fetcher.fetch(address)


def cache_home() -> Path:
    """Where programs of this user keep what they can fetch again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def cache_folder(root: bytes, home: Path) -> Path:
    """Where a person's own look at the registry under ``root`` is remembered, below ``home``.

    Raises:
        ClientError: the folder around it cannot be made.
    """
    around = home / "syndicate"
    try:
        around.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise ClientError(f"cannot make {around}: {exc.strerror}") from exc
    return around / hashlib.sha256(root).hexdigest()[:16]
