"""What the verifying commands are asked about: bytes from a file, an address or a pipe; and a registry."""

import argparse
import asyncio
import sys
import time
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from syndicate.errors import ClientError, FetchError
from syndicate.fetch import FetchLimits, open_fetcher
from syndicate.news import Registry
from syndicate.papers import bundled, load_registry
from syndicate.ports import Fetched

_MOST_BYTES: Final = 64_000_000  # of a hub's feed document; an agency's own has at most 4 MB
_LOOPBACK: Final = ("127.0.0.1", "::1")


def add_registry(parser: argparse.ArgumentParser) -> None:
    """Add the options that say whose keys to trust."""
    group = parser.add_argument_group("whose keys to trust")
    group.add_argument(
        "--sources", metavar="FOLDER", type=Path, help="who the agencies are (default: those of this program)"
    )
    group.add_argument(
        "--keys", metavar="FOLDER", type=Path, help="their public keys (default: `keys` beside FOLDER)"
    )
    parser.add_argument(
        "--at", metavar="SECONDS", type=int, default=None, help="judge as of this Unix time (default: now)"
    )
    parser.add_argument("--json", action="store_true", help="write JSON, for programs")


def registry_of(args: argparse.Namespace) -> Registry:
    """The registry that the options name.

    Raises:
        RegistryError: its files do not describe a federation.
    """
    sources, keys = bundled()
    if args.sources is not None:
        sources, keys = args.sources, args.keys or args.sources.parent / "keys"
    return load_registry(sources, args.keys or keys)


def consulted(args: argparse.Namespace, registry: Registry) -> str:
    """For whoever was told that a key is unknown: to whom, and how to ask another registry."""
    whose = "which came with this program" if args.sources is None else f"in {args.sources}"
    return (
        f"Judged with the registry of {registry.name!r}, {whose}; it lists {len(registry.keys)} keys.\n"
        "  Another one: --sources FOLDER --keys FOLDER (the demo prints its own)."
    )


def moment(args: argparse.Namespace) -> int:
    """The Unix time to judge at."""
    return int(time.time()) if args.at is None else args.at


def is_address(asked: str) -> bool:
    """Whether this names something on the network rather than a file."""
    return asked.startswith(("http://", "https://"))


def read(asked: str) -> tuple[bytes, str]:
    """The bytes asked for, and their media type if a server told one.

    Raises:
        ClientError: no such file, or it is too large.
        FetchError: the address did not give them.
    """
    if is_address(asked):
        return asyncio.run(_fetch(asked))
    try:
        if asked == "-":
            body = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with Path(asked).open("rb") as file:
                body = file.read(_MOST_BYTES + 1)
    except OSError as exc:
        raise ClientError(f"cannot read {asked}: {exc.strerror}") from exc
    if len(body) > _MOST_BYTES:
        raise ClientError(f"{asked} has more than {_MOST_BYTES:,} bytes")
    return body, ""


async def _fetch(address: str) -> tuple[bytes, str]:
    caps = FetchLimits(encoded_bytes=_MOST_BYTES, decoded_bytes=_MOST_BYTES)
    user_agent = "syndicate-verify"
    async with open_fetcher(caps, allow=typed(address), user_agent=user_agent) as fetcher:
        outcome = await fetcher.fetch(address)
    if not isinstance(outcome, Fetched):
        told = getattr(outcome, "detail", "the server had nothing new to say")
        raise FetchError(f"{address}: {told}")
    return outcome.body, outcome.media_type


def typed(address: str) -> tuple[tuple[str, int], ...]:
    """The person at the terminal may ask their own machine, if they typed it; a redirect there may not."""
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return ()
    if parts.hostname == "localhost":
        return tuple((loopback, port) for loopback in _LOOPBACK)
    return ((parts.hostname, port),) if parts.hostname in _LOOPBACK else ()
