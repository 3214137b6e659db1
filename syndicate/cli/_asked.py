"""What the verifying commands are asked about: bytes from a file, an address or a pipe; and a registry."""

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from syndicate import client, fetch
from syndicate.cli._shown import shown
from syndicate.errors import ClientError, FetchError
from syndicate.fetch import Allowed, FetchLimits, is_address, own_machine
from syndicate.ledger import Policy, read_policy, read_vkey
from syndicate.news import Registry, rfc3339
from syndicate.ports import Fetched

if TYPE_CHECKING:
    from syndicate.registry import Refreshed

_MOST_BYTES: Final = 64_000_000  # of a hub's feed document; an agency's own has at most 4 MB
_LAST_MOMENT: Final = 253_402_300_799  # the end of the year 9999


def add_registry(parser: argparse.ArgumentParser, *, at: bool = True) -> None:
    """Add the options that say whose keys to trust; ``at``: and as of when."""
    group = parser.add_argument_group("whose keys to trust")
    group.add_argument(
        "--registry",
        metavar="URL|FOLDER",
        default=os.environ.get("SYNDICATE_REGISTRY", ""),
        help="where the registry is published, such as https://hub.example/registry (or SYNDICATE_REGISTRY)",
    )
    group.add_argument(
        "--root",
        metavar="FILE",
        type=Path,
        default=os.environ.get("SYNDICATE_ROOT"),
        help="the root to trust it by (or SYNDICATE_ROOT; default: the one of this program)",
    )
    group.add_argument(
        "--root-digest",
        metavar="URL",
        action="append",
        default=[],
        help="an address that must name the same root; may be repeated, on different domains",
    )
    group.add_argument(
        "--offline",
        metavar="FOLDER",
        type=Path,
        help="a copy of it, checked from the root anew",
    )
    group.add_argument(
        "--max-stale",
        metavar="SECONDS",
        type=int,
        default=None,
        help="how long ago the registry may have run out (default: a day)",
    )
    group.add_argument(
        "--log",
        metavar="KEY",
        action="append",
        default=[],
        help="a log's key, where the registry has no log/policy.txt (again for more)",
    )
    if at:
        parser.add_argument(
            "--at",
            metavar="SECONDS",
            type=int,
            default=None,
            help="judge as of this Unix time (default: now)",
        )
    parser.add_argument("--json", action="store_true", help="write JSON, for programs")


def seen_by(args: argparse.Namespace) -> "Refreshed":
    """The registry that the options name, its problems told; raises what ``look_of`` raises."""
    seen = look_of(args)
    for problem in seen.problems:
        print(f"registry: {problem}", file=sys.stderr)
    return seen


def registry_of(args: argparse.Namespace) -> Registry:
    """The registry value that the options name; raises what ``look_of`` raises."""
    return seen_by(args).registry


def policy_of(args: argparse.Namespace, seen: "Refreshed") -> Policy:
    """Which logs and witnesses the registry counts; where it does not say, the logs that the options name.

    Raises:
        LedgerError: its ``log/policy.txt`` is none.
    """
    named = Policy(logs=tuple(map(read_vkey, args.log)))
    return named if seen.policy is None else read_policy(seen.policy)


def look_of(args: argparse.Namespace) -> "Refreshed":
    """What the registry that the options name says, verified under the root that they name.

    Raises:
        ClientError: no root or no registry is named.
        RegistryError: it does not verify, or is too stale.
        FetchError: it cannot be had.
    """
    now = int(time.time())
    root = client.read_root(_root_file(args))
    if args.offline is not None:
        where, seen = str(args.offline), client.look_offline(args.offline, root, now)
    else:
        where = _where(args)
        place = client.RegistryPlace(where=where, allow=_allowed(where), user_agent="syndicate-verify")
        seen = client.look(place, root, client.cache_folder(root, client.cache_home()), now)
        if seen.not_reached:
            vouched = "" if seen.registry.fresh_until is None else rfc3339(seen.registry.fresh_until)
            print(f"registry: not reached ({shown(seen.not_reached)})", file=sys.stderr)
            print(f"  Judged by the copy of an earlier look, good until {vouched}.", file=sys.stderr)
    client.check_fresh(seen, where, now, *([] if args.max_stale is None else [args.max_stale]))
    if args.root_digest:
        client.check_root(
            seen, args.root_digest, [each for url in args.root_digest for each in own_machine(url)]
        )
    return seen


def copy_of(args: argparse.Namespace) -> Path:
    """The folder with the repository that ``look_of`` verified under the same options."""
    if args.offline is not None:
        return Path(args.offline)
    root = client.read_root(_root_file(args))
    return client.copy_of(root, client.cache_folder(root, client.cache_home()))


def _root_file(args: argparse.Namespace) -> Path:
    if args.root is not None:
        return Path(args.root)
    root = client.bundled_root()
    if root is None:
        raise ClientError(
            "no root is named, and none came with this program: the founding ceremony has not been held",
            hint="Name the federation's root.json with --root FILE; the demo prints its own.",
        )
    return root


def _where(args: argparse.Namespace) -> str:
    if not args.registry:
        raise ClientError(
            "no registry is named", hint="Name its address or folder: --registry https://hub.example/registry"
        )
    where = str(args.registry)
    if not is_address(where) and not (Path(where) / "metadata" / "timestamp.json").is_file():
        raise ClientError(
            f"{where} is no registry: it holds no metadata/timestamp.json",
            hint="Name the folder that `registry publish` or `rehearse` wrote, or an address with http(s)://.",
        )
    return where


def _allowed(where: str) -> Allowed:
    return own_machine(where) if is_address(where) else ()


def consulted(args: argparse.Namespace, registry: Registry) -> str:
    """For whoever was told that a key is unknown: to whom, and how to ask another registry."""
    stage = f" ({registry.stage})" if registry.stage else ""
    return (
        f"Judged with the registry of {registry.name!r}{stage} at {args.offline or args.registry}; "
        f"it lists {len(registry.keys)} keys.\n"
        "  Another one: --registry URL|FOLDER --root FILE (the demo prints its own)."
    )


def moment(args: argparse.Namespace) -> int:
    """The Unix time to judge at.

    Raises:
        ClientError: no calendar has it.
    """
    at = int(time.time()) if args.at is None else int(args.at)
    if not 0 <= at <= _LAST_MOMENT:
        raise ClientError("--at is no moment", hint="Seconds since 1970, as `date +%s` prints them.")
    return at


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
    async with fetch.open_fetcher(caps, allow=own_machine(address), user_agent=user_agent) as fetcher:
        outcome = await fetcher.fetch(address)
    if not isinstance(outcome, Fetched):
        told = getattr(outcome, "detail", "the server had nothing new to say")
        raise FetchError(f"{address}: {told}")
    return outcome.body, outcome.media_type
