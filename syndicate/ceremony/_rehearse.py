"""A whole ceremony in one process, with keys made on the spot: for trials, tests and the demonstration.

What it makes is a repository like any other, and its stage says "rehearsal" to everybody who reads it.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from syndicate.ceremony._draft import Draft, Papers, draft
from syndicate.ceremony._keys import RoleSigner, role_key
from syndicate.ceremony._operate import Operator, publish
from syndicate.ceremony._repository import ROOT, TOP_TARGETS, Repository
from syndicate.news import MemberCode, Registry
from syndicate.papers import MemberRoles, Roles
from syndicate.ports import Signer
from syndicate.registry import names

REHEARSAL: Final = "rehearsal"
_KEYS: Final = 3  # of each state
_THRESHOLD: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Everybody's keys in one hand, which is what makes it a rehearsal."""

    roots: dict[MemberCode, Signer]
    states: dict[MemberCode, tuple[Signer, ...]]
    snapshot: Signer
    timestamp: Signer

    @classmethod
    def begin(cls, members: Iterable[MemberCode], make: Callable[[], Signer]) -> "Rehearsal":
        """Keys for all of ``members``, each made by ``make``."""
        codes = tuple(members)
        return cls(
            roots={code: make() for code in codes},
            states={code: tuple(make() for _ in range(_KEYS)) for code in codes},
            snapshot=make(),
            timestamp=make(),
        )

    @classmethod
    def from_seed(
        cls, seed: bytes, members: Iterable[MemberCode], make: Callable[[bytes], Signer]
    ) -> "Rehearsal":
        """The same keys again for the same ``seed`` (32 bytes) and member, each from a seed of its own."""

        def key(name: str) -> Signer:
            return make(hashlib.sha256(seed + name.encode("ascii")).digest())

        codes = tuple(members)
        return cls(
            roots={code: key(f"{code} root") for code in codes},
            states={code: tuple(key(f"{code} {n}") for n in range(_KEYS)) for code in codes},
            snapshot=key("snapshot"),
            timestamp=key("timestamp"),
        )

    @property
    def roles(self) -> Roles:
        """The papers of these keys: two thirds for what all agree on, two of three for a state's own."""
        return Roles(
            threshold=max(len(self.roots) // 2 + 1, 2 * len(self.roots) // 3),
            stage=REHEARSAL,
            snapshot=role_key("operator, snapshot", self.snapshot),
            timestamp=role_key("operator, timestamp", self.timestamp),
            members={
                code: MemberRoles(
                    threshold=_THRESHOLD,
                    root=role_key(f"{code}, root", root),
                    keys=tuple(role_key(f"{code}, {n}", key) for n, key in enumerate(self.states[code], 1)),
                )
                for code, root in self.roots.items()
            },
        )

    @property
    def operator(self) -> Operator:
        """Who keeps it fresh."""
        return Operator(snapshot=RoleSigner(self.snapshot), timestamp=RoleSigner(self.timestamp))

    def publish(
        self, registry: Registry, repository: Repository, now: datetime, *, policy: bytes | None = None
    ) -> Draft:
        """Draft what the papers ask for, sign it with as many keys as it takes, put it in place.

        ``policy`` is the log's; left out, there is none any more.
        """
        papers = Papers(registry=replace(registry, stage=REHEARSAL), roles=self.roles, policy=policy)
        drafted = draft(papers, repository, now)
        for role, metadata in drafted.metadata.items():
            for signer in self.signers(role):
                metadata.sign(RoleSigner(signer), append=True)
        publish(drafted, repository, self.operator, now)
        return drafted

    def signers(self, role: str) -> tuple[Signer, ...]:
        """As many holders of a role as it takes."""
        if role in (ROOT, TOP_TARGETS):
            return tuple(self.roots.values())[: self.roles.threshold]
        code = MemberCode(role[:2])
        return self.states[code][: _THRESHOLD if role == names.manifest_role(code) else 1]
