"""A federation of three states whose registry is really signed, and every way to publish it wrongly."""

import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from press import NOON, PressRoom, registry
from tuf.api.metadata import Metadata

from syndicate.ceremony import Rehearsal, RoleSigner, draft_files, publish, tick
from syndicate.ceremony import Repository as Published
from syndicate.news import FederationId, MemberCode, Registry, UnixTime
from syndicate.ports import Signer
from syndicate.registry import Refreshed, RegistryClient, Revocation, folder_dial, names, revocations_file
from syndicate.signing import ephemeral_signer
from syndicate.trust import enrolment_message

AA, BB, CC = (MemberCode(code) for code in ("aa", "bb", "cc"))
TRIAL = FederationId("trial")


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class Office:
    """The operator's folder and everybody's keys, in one hand: a simulator that really signs."""

    def __init__(self, folder: Path, *, seed: int = 0, now: int = NOON) -> None:
        self.folder = folder
        self.now = now
        self._seed = seed
        self.rooms = {
            code: PressRoom(f"{code}.news", seed=seed + n) for n, code in enumerate((AA, BB, CC), 1)
        }
        self.people = Rehearsal.begin(self.rooms, self._key)
        self.published = Published(folder / "repository")
        self.papers = self._papers(self.rooms.values())

    def _key(self) -> Signer:
        self._seed += 1
        return ephemeral_signer(bytes([self._seed % 256, 7]) * 16)

    def _papers(self, rooms: Iterable[PressRoom]) -> Registry:
        wanted = registry(*rooms)
        signers = {
            signer.kid: signer for room in self.rooms.values() for signer in (room.signer, room.successor)
        }
        keys = {
            kid: replace(key, proof=signers[kid].sign(enrolment_message(key.agency, key.public)))
            for kid, key in wanted.keys.items()
        }
        return replace(wanted, federation=TRIAL, name="A federation for tests", keys=keys, version="")

    def publish(self, papers: Registry | None = None, *, later: int = 0) -> None:
        """Sign what the papers say and put it in place, ``later`` seconds after the time before."""
        self.papers = papers or self.papers
        self.now += later
        self.people.publish(self.papers, self.published, at(self.now))

    def tick(self, *, later: int = 0) -> None:
        self.now += later
        tick(self.published, self.people.operator, at(self.now))

    def put(
        self,
        role: str,
        files: dict[str, bytes],
        by: Iterable[Signer],
        *,
        checked: bool = True,
        later: int = 0,
    ) -> None:
        """Have ``by`` sign new files of one role; unchecked, the operator publishes it whoever signed."""
        self.now += later
        drafted = draft_files(role, files, self.published, at(self.now))
        for signer in by:
            drafted.metadata[role].sign(RoleSigner(signer), append=True)
        if checked:
            publish(drafted, self.published, self.people.operator, at(self.now))
            return
        for path, raw in drafted.files.items():
            self.published.put_file(path, raw)
        self.published.put(role, drafted.metadata[role])
        tick(
            self.published, self.people.operator, at(self.now), {role: drafted.metadata[role].signed.version}
        )

    def revoke(self, code: MemberCode, *entries: Revocation, later: int = 0, checked: bool = True) -> None:
        """One person of a state signs its revocations anew."""
        files = {names.revocations_path(code): revocations_file(code, entries)}
        by = self.people.states[code][:1]
        self.put(names.revocations_role(code), files, by, later=later, checked=checked)

    def copy(self, name: str) -> Path:
        """The repository as it stands now, in another folder."""
        return Path(shutil.copytree(self.published.folder, self.folder / name))

    def client(self, name: str = "client") -> RegistryClient:
        return RegistryClient(self.published.first_root(), self.folder / name)

    def look(self, client: RegistryClient | None = None, *, folder: Path | None = None) -> Refreshed:
        """What a client sees now."""
        return (client or self.client()).refresh(folder_dial(folder or self.published.folder), self.now)

    def metadata(self, role: str) -> Metadata[Any]:
        """A role's newest metadata."""
        found = self.published.targets(role)
        assert found is not None
        return found


def entry(room: PressRoom, *, revoked_at: int, entered_at: int, reason: str = "stolen laptop") -> Revocation:
    return Revocation(
        kid=room.signer.kid,  # type: ignore[arg-type]  # a signer's kid is a plain text
        revoked_at=UnixTime(revoked_at),
        entered_at=UnixTime(entered_at),
        reason=reason,
    )
