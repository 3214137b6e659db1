"""``syndicate registry``: who may speak, as the member states sign it."""

import argparse
import json
import os
import secrets
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from syndicate.ceremony import Rehearsal, Repository
from syndicate.cli import _registry_ceremony, _registry_operate
from syndicate.cli._asked import add_registry, look_of
from syndicate.cli._registry_ceremony import add_folders
from syndicate.errors import SigningError
from syndicate.news import rfc3339
from syndicate.papers import load_registry
from syndicate.registry import Refreshed, RoleState, replace_file
from syndicate.signing import ephemeral_signer

_DAY: Final = 86_400
_WARN_DAYS: Final = (90, 60, 30, 14, 7)
_ONLINE: Final = frozenset({"snapshot", "timestamp"})  # the operator's, signed again every few hours
_SEED_BYTES: Final = 32


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate registry`` to the command line."""
    parser = nouns.add_parser(
        "registry",
        help="who may speak, as the member states sign it",
        description="The registry is a repository of signed files: each state speaks for its own agencies, "
        "and what concerns all takes a number of states.",
    )
    verbs = parser.add_subparsers(title="what to do", metavar="VERB", required=True)
    _register_status(verbs)
    _registry_ceremony.add(verbs)
    _registry_operate.add(verbs)
    _register_rehearse(verbs)


def _register_status(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = verbs.add_parser(
        "status",
        help="who signed what, and until when it counts",
        description="Verify the registry and show its roles. Exit 1 when something has to be signed soon.",
    )
    add_registry(parser)
    parser.set_defaults(run=_status)


def _register_rehearse(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = verbs.add_parser(
        "rehearse",
        help="sign two folders with keys made on the spot, for a trial",
        description="Make a registry of what the folders say, all of it signed by this one command: for "
        'trials. It says "rehearsal" to everybody who reads it. Run it again after every change of the '
        "folders, and once a day.",
    )
    parser.add_argument("out", metavar="FOLDER", type=Path, help="gets repository/ and root.json")
    add_folders(parser)
    parser.set_defaults(run=_rehearse)


def _rehearse(args: argparse.Namespace) -> int:
    papers = load_registry(args.sources, args.keys)
    out: Path = args.out
    people = Rehearsal.from_seed(_seed(out / "rehearsal.seed"), papers.members, ephemeral_signer)
    repository = Repository(out / "repository")
    drafted = people.publish(papers, repository, datetime.now(UTC))
    replace_file(out / "root.json", repository.first_root())
    roles = ", ".join(drafted.metadata) or "nothing new; the timestamp is fresh again"
    print(
        f"A rehearsal, signed by this machine alone: "
        f"{len(papers.members)} states, {len(papers.keys)} item keys."
    )
    print(f"Signed: {roles}")
    print(f"\nA hub with it:  syndicate hub --registry {out / 'repository'} --root {out / 'root.json'}")
    return 0


def _seed(path: Path) -> bytes:
    """What the rehearsal's keys are made from: kept, so that the next run signs with the same ones."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            seed = file.read(_SEED_BYTES + 1)
            if not seed:
                seed = secrets.token_bytes(_SEED_BYTES)
                file.write(seed)
    except OSError as exc:
        raise SigningError(f"cannot keep the rehearsal's seed in {path}: {exc.strerror}") from exc
    if len(seed) != _SEED_BYTES:
        raise SigningError(f"{path} is no seed of a rehearsal", hint="Name another folder.")
    return seed


def _status(args: argparse.Namespace) -> int:
    seen = look_of(args)
    now = int(time.time())
    due = [role for role in seen.roles if role_warning(role, now) is not None]
    if args.json:
        print(json.dumps(_as_json(seen, now), indent=2))
    else:
        print("\n".join(_told(seen, now)))
    return 1 if due or seen.problems else 0


def role_warning(role: RoleState, now: int) -> str | None:
    """What to say of a role that runs out soon; None of all others."""
    left = role.expires - now
    if left <= 0:
        return f"RAN OUT at {rfc3339(role.expires)}"
    if role.name in _ONLINE:
        return None
    days = left // _DAY
    reached = [each for each in _WARN_DAYS if days < each]
    return f"runs out in {days} days, less than {reached[-1]}: sign it again" if reached else None


def _told(seen: Refreshed, now: int) -> list[str]:
    registry = seen.registry
    stage = f" · {registry.stage}" if registry.stage else ""
    lines = [
        f"{registry.name} ({registry.federation}){stage}",
        f"root: version {seen.root.version}, sha256 {seen.root.sha256}",
        f"{len(registry.members)} members, {len(registry.agencies)} agencies, {len(registry.keys)} item keys",
        f"this machine's clock: {rfc3339(now)}",
        "",
        f"{'role':<18} {'version':>7}  {'signed':<9} until",
    ]
    for role in seen.roles:
        signed = f"{len(role.signers)} of {role.threshold}"
        warning = role_warning(role, now)
        told = "" if warning is None else f"  {warning}"
        lines.append(f"{role.name:<18} {role.version:>7}  {signed:<9} {rfc3339(role.expires)}{told}")
    people = sum(role.threshold for role in seen.roles if role.name not in _ONLINE)
    lines.append(f"\nSignatures by people a year, if nothing changes: {people}.")
    return lines + [f"registry: {problem}" for problem in seen.problems]


def _as_json(seen: Refreshed, now: int) -> dict[str, object]:
    return {
        "federation": seen.registry.federation,
        "stage": seen.registry.stage or None,
        "registry": seen.registry.version,
        "root": {"version": seen.root.version, "sha256": seen.root.sha256},
        "now": rfc3339(now),
        "roles": [
            {
                "name": role.name,
                "version": role.version,
                "expires": rfc3339(role.expires),
                "threshold": role.threshold,
                "keys": role.keys,
                "signers": role.signers,
                "warning": role_warning(role, now),
            }
            for role in seen.roles
        ],
        "problems": seen.problems,
        "not_reached": seen.not_reached or None,
    }
