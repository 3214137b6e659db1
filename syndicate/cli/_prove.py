"""``syndicate prove``: one version's token and proof, fetched once, good for ever."""

import argparse
import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

from syndicate.cli._asked import add_registry, moment, policy_of, seen_by
from syndicate.cli._verify import told_of
from syndicate.client import (
    Evidence,
    Proof,
    TokenReport,
    Verdict,
    fetch_evidence,
    named_item,
    open_log,
    verify_token,
)
from syndicate.errors import ClientError
from syndicate.fetch import is_address, own_machine
from syndicate.news import ItemId

if TYPE_CHECKING:
    from syndicate.registry import Refreshed


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate prove`` to the command line."""
    parser = nouns.add_parser(
        "prove",
        help="fetch an item's token and proof, to be checked by anybody, off-line",
        description="Fetch one version's token and proof from a hub or a mirror, check both, and keep them "
        "as two files. `syndicate verify TOKEN --proof PROOF` checks them again, years later and off-line.",
    )
    add_item(parser)
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the two files (default: here)")
    add_registry(parser)
    parser.set_defaults(run=_run)


def add_item(parser: argparse.ArgumentParser) -> None:
    """Add what names a version, and whom to ask."""
    parser.add_argument("item", metavar="ID|URL", help="the item's id, or the address of its token")
    parser.add_argument("--ver", type=int, help="which version (default: the newest)")
    parser.add_argument(
        "--from",
        dest="where",
        metavar="URL|FOLDER",
        help="the hub or mirror (default: the one in the address)",
    )


def asked_for(args: argparse.Namespace) -> Evidence:
    """The version that the options name, from where they say. Raises ClientError and FetchError."""
    sub, ver = named_item(args.item)
    where = args.where or args.item.partition("/v1/items/")[0]
    if args.where is None and not is_address(where):
        raise ClientError("no hub is named", hint="Say which one: --from https://hub.example")
    return asyncio.run(_fetch(where, sub, args.ver or ver))


def judged(args: argparse.Namespace, evidence: Evidence) -> "tuple[TokenReport, Refreshed]":
    """What a verifier says of it, and the registry that the options name, by which it was judged."""
    seen = seen_by(args)
    proof = Proof(raw=evidence.proof, policy=policy_of(args, seen))
    token = evidence.token.decode("ascii", "replace")
    return verify_token(token, seen.registry, now=moment(args), proof=proof), seen


async def _fetch(where: str, sub: ItemId, ver: int | None) -> Evidence:
    allow = own_machine(where) if is_address(where) else ()
    async with open_log(where, allow=allow, user_agent="syndicate-prove") as get:
        return await fetch_evidence(get, sub, ver)


def _run(args: argparse.Namespace) -> int:
    evidence = asked_for(args)
    report, _ = judged(args, evidence)
    paths = _keep(args.out, evidence)
    if args.json:
        print(json.dumps({**report.as_json(), "files": [str(path) for path in paths]}, indent=2))
    else:
        print(told_of(report))
        print(f"\n{paths[0]}\n{paths[1]}")
    return 0 if report.ok and report.log is Verdict.YES else 1


def _keep(folder: Path, evidence: Evidence) -> tuple[Path, Path]:
    stem = f"{evidence.sub.replace(':', '-')}-{evidence.ver}"
    token, proof = folder / f"{stem}.jws", folder / f"{stem}.tlog-proof"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        token.write_bytes(evidence.token)
        proof.write_bytes(evidence.proof)
    except OSError as exc:
        raise ClientError(f"cannot write in {folder}: {exc.strerror}") from exc
    return token, proof
