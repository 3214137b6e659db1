"""The client's side of the repository: what is published, verified from the root on, becomes the value.

python-tuf's client checks signatures, thresholds, hashes and that nothing goes back. It judges as of a
moment before every expiry, because it would stop at the first file that lapsed; expiries come with the
value instead, and are judged where items are (decision 30). Nothing here dials: it is handed who does.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tuf.api import exceptions
from tuf.api.metadata import Metadata, Root, Targets
from tuf.ngclient import Updater, UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface

from syndicate.errors import RegistryError
from syndicate.news import MemberCode, Registry, UnixTime
from syndicate.registry._bounds import check_bounds
from syndicate.registry._explain import UNREADABLE, explained
from syndicate.registry._forms import unix
from syndicate.registry._lock import alone_in
from syndicate.registry._memory import keep_known, read_known
from syndicate.registry._names import (
    FEDERATION,
    METADATA,
    POLICY,
    TARGETS,
    manifest_path,
    manifest_role,
    revocations_path,
    revocations_role,
)
from syndicate.registry._replace import replace_file
from syndicate.registry._revocations import Known, Revocation
from syndicate.registry._state import RoleState, RootIdentity, state_of
from syndicate.registry._value import (
    Files,
    compile_registry,
    read_federation,
    read_revocations,
    salvage_revocations,
)

Dial = Callable[[str, int], bytes | None]
"""Gives the whole body at an address below the repository's, of at most so many bytes; None where there is
nothing (403, 404). Raises ``FetchError`` for every other trouble."""

_BEFORE_EVERY_EXPIRY: Final = datetime.min.replace(tzinfo=UTC)
_CONFIG: Final = UpdaterConfig(
    max_root_rotations=256,
    root_max_length=512_000,
    timestamp_max_length=16_384,
    snapshot_max_length=1_000_000,
    targets_max_length=1_000_000,
)
_NEVER: Final = UnixTime(0)  # until when somebody vouches whose word cannot be read whole
_TIMESTAMP_SECONDS: Final = 86_400  # how long a timestamp is good for
_ROOT: Final = "trusted-root.json"
_NO_ROOT: Final = "The root is a file of its own, root.json: get it from people you trust."
_ANOTHERS_ROOT: Final = (
    "Is the root this registry's own? Get root.json from people you trust; if it is, ask another mirror."
)
_KNOWN: Final = "revocations.json"
_MIRROR: Final = "mirror"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What one look at the repository gave."""

    registry: Registry
    root: RootIdentity
    roles: tuple[RoleState, ...]  # who signs what, until when
    problems: tuple[str, ...]  # a sentence for everything that was left out or kept from before
    policy: bytes | None  # ``log/policy.txt``, where there is one
    not_reached: str = ""  # why this is the copy of an earlier look; empty: it is what is published now


Approve = Callable[[Refreshed], None]
"""Raises ``RegistryError`` or ``FetchError`` where what was found must not be used nevertheless."""


def _approve_all(_: Refreshed) -> None:
    pass


class RegistryClient:
    """Keeps a verified copy of a repository in a folder of its own, and makes the registry value from it.

    ``root`` is the root metadata that whoever runs this trusts, as bytes; ``folder`` is where it remembers
    what it saw, so that nothing is rolled back on it. One look at a time uses a folder; others wait.

    Raises:
        RegistryError: the root is none, or the folder belongs to another root, or cannot be written.
    """

    def __init__(self, root: bytes, folder: Path) -> None:
        self.root = root
        self._folder = folder
        try:
            folder.mkdir(exist_ok=True)
            self._trusted = folder / _ROOT  # written once something verified under it
            if self._trusted.exists() and self._trusted.read_bytes() != root:
                raise RegistryError(
                    f"{folder} remembers a registry under another root",
                    hint="Name another folder, or remove this one if the root was meant to change.",
                )
        except OSError as exc:
            raise RegistryError(
                f"cannot keep the registry in {folder}: {exc.strerror}",
                hint="Does the folder exist that it would lie in, and may this user write there?",
            ) from exc
        with explained("the root that is to be trusted", hint=_NO_ROOT):
            self.first_root = Metadata[Root].from_bytes(root).signed.version

    @property
    def mirror(self) -> Path:
        """The folder with the repository as it was fetched last: what a hub serves under ``/registry/``."""
        return self._folder / _MIRROR

    def refresh(self, dial: Dial, now: int, approve: Approve = _approve_all) -> Refreshed:
        """Look at the repository at ``now`` (Unix seconds); blocks while ``dial`` does.

        What was fetched replaces the mirror, file by file with the timestamp last, only if it verified and
        ``approve`` did not raise.

        Raises:
            RegistryError: what is there does not verify, or goes back behind what was seen; what was known
                before stands.
            FetchError: it could not be fetched.
        """
        with alone_in(self._folder):
            return self._refresh(dial, now, approve)

    def _refresh(self, dial: Dial, now: int, approve: Approve) -> Refreshed:
        # Whoever fetches from the mirror may trust this very root, and asks for what comes after it.
        staged = {f"{METADATA}/{self.first_root}.root.json": self.root}
        met = self._trusted.exists()
        with explained("the registry", hint="" if met else _ANOTHERS_ROOT):
            walk = _Walk(self.root, self._folder, _Recorder(dial, staged, now))
            found = walk.run()
        known = self._meet(found)
        refreshed = _compiled(found, known)
        approve(refreshed)
        if not met:
            replace_file(self._trusted, self.root)
        # What the operator said last, not when we heard it: a frozen mirror is not a look.
        keep_known(self._folder / _KNOWN, known, min(now, found.fresh_until - _TIMESTAMP_SECONDS))
        self._keep_mirror(staged)
        return refreshed

    def recall(self, now: int, approve: Approve = _approve_all) -> Refreshed | None:
        """What the mirror gives, verified again from the root on without asking anybody; None if it is empty.

        Raises:
            RegistryError: the mirror was damaged or tampered with.
        """
        if not (self.mirror / METADATA / "timestamp.json").exists():
            return None
        return self.refresh(folder_dial(self.mirror), now, approve)

    def _meet(self, found: "_Found") -> dict[MemberCode, Known]:
        kept, looked_at = read_known(self._folder / _KNOWN)
        for code, listed in found.revocations.items():
            before = kept.get(code, Known(entries={}))
            if missing := sum(each not in listed for each in before.entries):
                path = revocations_path(code)
                found.problems.append(f"{path}: {missing} revocations are gone from it; they still count")
            kept[code] = before.met(listed, looked_at)
        return kept

    def _keep_mirror(self, staged: dict[str, bytes]) -> None:
        # What others point to comes first; whoever reads meanwhile follows the timestamp before it changes.
        for path in sorted(staged, key=lambda each: (each.endswith("timestamp.json"), each)):
            replace_file(self.mirror / path, staged[path])


def folder_dial(folder: Path) -> Dial:
    """A dial that reads a repository in a folder: a mirror, an export, a memory stick."""

    def dial(path: str, most: int) -> bytes | None:
        try:
            with (folder / path).open("rb") as file:
                return file.read(most + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as exc:
            raise RegistryError(f"cannot read {folder / path}: {exc.strerror}") from exc

    return dial


def read_once(root: bytes, dial: Dial, now: int) -> Refreshed:
    """Verify a repository from the root on and remember nothing of it: for a look, and off-line."""
    folder = Path(tempfile.mkdtemp(prefix="syndicate-registry-"))
    try:
        return RegistryClient(root, folder).refresh(dial, now)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Recorder(FetcherInterface):
    """python-tuf's way to us, and the notes of what it was given."""

    def __init__(self, dial: Dial, staged: dict[str, bytes], now: int) -> None:
        self._dial = dial
        self._staged = staged
        self._now = now

    def _fetch(self, url: str) -> Iterator[bytes]:
        body = self._dial(url, _CONFIG.targets_max_length)
        if body is None:
            raise exceptions.DownloadHTTPError(f"{url} is not there", 404)
        check_bounds(url, body, self._now)
        self._staged[url] = body
        yield body


@dataclass(slots=True)
class _Found:
    """The verified files, and what was noticed on the way."""

    federation: bytes
    root: RootIdentity
    policy: bytes | None = None
    manifests: dict[MemberCode, bytes] = field(default_factory=dict)
    revocations: dict[MemberCode, tuple[Revocation, ...]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    roles: list[RoleState] = field(default_factory=list)
    fresh_until: UnixTime = field(default=UnixTime(0))
    vouched_until: dict[MemberCode, UnixTime] = field(default_factory=dict)


class _Walk:
    """One visit: the top of the repository, which has to verify, then each member by itself."""

    def __init__(self, root: bytes, folder: Path, fetcher: FetcherInterface) -> None:
        self._metadata = folder / "tuf"
        self._good = folder / "good"
        files = folder / "files"
        for each in (self._metadata, self._good, files):
            each.mkdir(exist_ok=True)
        self._updater = Updater(
            str(self._metadata), METADATA, str(files), TARGETS, fetcher, _CONFIG, bootstrap=root
        )
        # The one thing that ngclient has no argument for; tests/registry compares with an untouched one.
        self._trusted: Any = self._updater._trusted_set  # noqa: SLF001
        self._trusted.reference_time = _BEFORE_EVERY_EXPIRY

    def run(self) -> _Found:
        self._updater.refresh()
        federation = self._file(FEDERATION)
        if federation is None:
            raise RegistryError(f"the repository has no {FEDERATION}")
        root = (self._metadata / "root.json").read_bytes()
        identity = RootIdentity(version=self._trusted.root.version, sha256=hashlib.sha256(root).hexdigest())
        found = _Found(federation=federation, root=identity, policy=self._file(POLICY))
        shared = min(unix(self._trusted.root.expires), unix(self._trusted.targets.expires))
        found.fresh_until = min(unix(self._trusted.timestamp.expires), unix(self._trusted.snapshot.expires))
        found.roles += [
            state_of(name, self._trusted[name], self._trusted.root, self._metadata)
            for name in ("root", "targets", "snapshot", "timestamp")
        ]
        for member in read_federation(federation).members:
            self._visit(MemberCode(member.code), shared, found)
        return found

    def _visit(self, code: MemberCode, shared: UnixTime, found: _Found) -> None:
        """A member's two files. What does not verify is told, and costs nobody but that member."""
        until = [shared]
        revocations = self._own(revocations_path(code), revocations_role(code), until, found)
        if revocations is not None:
            found.revocations[code] = self._revocations(revocations, code, until, found)
        manifest = self._own(manifest_path(code), manifest_role(code), until, found)
        if manifest is not None:
            found.manifests[code] = manifest
        found.vouched_until[code] = min(until)

    def _revocations(
        self, raw: bytes, code: MemberCode, until: list[UnixTime], found: _Found
    ) -> tuple[Revocation, ...]:
        """The entries. What cannot be read might be one: until it is mended nobody vouches for the member."""
        entries, whole = salvage_revocations(raw, code)
        try:
            read_revocations(raw, code)
        except RegistryError as exc:
            found.problems.append(f"{exc}; {len(entries)} entries can be read and count")
        if not whole:
            until.append(_NEVER)
        return entries

    def _own(self, path: str, role: str, until: list[UnixTime], found: _Found) -> bytes | None:
        try:
            raw = self._file(path)
        except UNREADABLE as exc:
            # The snapshot says that there is a newer one, which may revoke a key: whoever altered it on the
            # way must not gain by that. So what is known stands, and nothing new is let in on it.
            found.problems.append(
                f"{path} does not verify ({exc}); what stood there before counts, and new items of "
                f"{role[:2]} wait"
            )
            until.append(_NEVER)
            return self._before(path, role, until)
        if raw is None:
            found.problems.append(f"{path} is not there: nobody has signed it yet")
            if role in self._delegated:
                until.append(_NEVER)
            return None
        signed = self._trusted[role]
        until.append(unix(signed.expires))
        found.roles.append(state_of(role, signed, self._trusted.targets, self._metadata))
        self._remember(role, raw)
        return raw

    @property
    def _delegated(self) -> Collection[str]:
        delegations = self._trusted.targets.delegations
        return () if delegations is None else delegations.roles or ()

    def _file(self, path: str) -> bytes | None:
        info = self._updater.get_targetinfo(path)
        if info is None:
            return None
        kept = self._updater.find_cached_target(info) or self._updater.download_target(info)
        return Path(kept).read_bytes()

    def _remember(self, role: str, raw: bytes) -> None:
        """Keep what verified together: a role's newest metadata may come without the file that it lists."""
        metadata = (self._metadata / f"{role}.json").read_bytes()
        for name, wanted in ((f"{role}.metadata", metadata), (f"{role}.file", raw)):
            kept = self._good / name
            if not kept.exists() or kept.read_bytes() != wanted:
                replace_file(kept, wanted)

    def _before(self, path: str, role: str, until: list[UnixTime]) -> bytes | None:
        """The file as it stood at an earlier look, checked again with what its state may sign today."""
        try:
            kept = Metadata[Targets].from_bytes((self._good / f"{role}.metadata").read_bytes())
            raw = (self._good / f"{role}.file").read_bytes()
            self._trusted.targets.verify_delegate(role, kept.signed_bytes, kept.signatures)
            kept.signed.targets[path].verify_length_and_hashes(raw)
        except (OSError, *UNREADABLE):
            return None
        until.append(unix(kept.signed.expires))
        return raw


def _compiled(found: _Found, known: dict[MemberCode, Known]) -> Refreshed:
    files = Files(federation=found.federation, manifests=found.manifests, revocations=known)
    registry = compile_registry(files, found.problems.append)
    return Refreshed(
        registry=replace(registry, fresh_until=found.fresh_until, vouched_until=found.vouched_until),
        root=found.root,
        roles=tuple(found.roles),
        problems=tuple(found.problems),
        policy=found.policy,
    )
