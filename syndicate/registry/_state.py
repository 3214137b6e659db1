"""How a role of the repository stands: what the status commands show."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuf.api.metadata import Metadata, Root, Signed, Targets

from syndicate.news import UnixTime
from syndicate.registry._forms import unix


@dataclass(frozen=True, slots=True, kw_only=True)
class RootIdentity:
    """The newest root, as people name it to each other."""

    version: int
    sha256: str  # of its bytes, in hexadecimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleState:
    """A role as its newest verified metadata has it."""

    name: str
    version: int
    expires: UnixTime
    threshold: int
    keys: tuple[str, ...]  # TUF key ids that may sign it
    signers: tuple[str, ...]  # those that did


def state_of(name: str, signed: Signed, delegator: Root | Targets, kept: Path) -> RoleState:
    """The state of a role whose metadata ``signed`` was verified; its signatures are read from ``kept``."""
    role = delegator.get_delegated_role(name)
    metadata: Metadata[Any] = Metadata.from_bytes((kept / f"{name}.json").read_bytes())
    result = delegator.get_verification_result(name, metadata.signed_bytes, metadata.signatures)
    return RoleState(
        name=name,
        version=signed.version,
        expires=unix(signed.expires),
        threshold=role.threshold,
        keys=tuple(role.keyids),
        signers=tuple(sorted(result.signed)),
    )
