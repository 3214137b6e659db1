"""The operator's part: put signed metadata in place, and keep snapshot and timestamp fresh.

Neither role can change what the states signed; the timestamp says that the newest is the newest.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from securesystemslib.signer import Signer as TufSigner
from tuf.api.exceptions import UnsignedMetadataError
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, Targets, Timestamp

from syndicate.ceremony._after import Books
from syndicate.ceremony._draft import Draft
from syndicate.ceremony._keys import holder_of
from syndicate.ceremony._repository import ROOT, TOP_TARGETS, Repository, file_path, metadata_path
from syndicate.errors import FetchError, RegistryError
from syndicate.registry import explained, folder_dial, read_once

SNAPSHOT_DAYS: Final = 7
TIMESTAMP_HOURS: Final = 24
_MISSING: Final = "`syndicate registry collect` says who is missing."
_ANEW: Final = "Nothing was published. Have the change proposed anew, with this program."
_RENEW_SNAPSHOT_DAYS: Final = 3  # left of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Who signs snapshot and timestamp."""

    snapshot: TufSigner
    timestamp: TufSigner


def publish(draft: Draft, repository: Repository, operator: Operator, now: datetime) -> None:
    """Put ``draft``, signed by whoever has to, into the repository; readers see all of it or nothing.

    All of it is made and read, as a reader will, before anything is written. If the writing is interrupted,
    the same publication again ends it.

    Raises:
        RegistryError: too few signed some of it, or it is not the next version of what is there, or a reader
            would not take it, or these are not the operator's keys; or the folder cannot be written. Nothing
            has changed for readers then.
    """
    repository = repository.before(draft.metadata.get(ROOT))
    check_signed(draft.metadata, repository)
    Books(repository if repository.exists else None, draft).check(now)
    root = draft.metadata.get(ROOT) or repository.root()
    versions = {role: each.signed.version for role, each in draft.metadata.items() if role != ROOT}
    online = _online(repository, operator, now, root.signed, versions)
    _check_read(draft, repository, online, now)
    for path, raw in draft.files.items():
        repository.put_file(path, raw)
    for role, metadata in draft.metadata.items():
        if role != ROOT:
            repository.put(role, metadata)
    repository.put("snapshot", online["snapshot"])
    if ROOT in draft.metadata:  # readers look for it before the timestamp, which it may have signed otherwise
        repository.put(ROOT, draft.metadata[ROOT])
    repository.put("timestamp", online["timestamp"])  # last: it makes everything else visible


def _check_read(
    draft: Draft, repository: Repository, online: Mapping[str, Metadata[Any]], now: datetime
) -> None:
    """Refuse what a reader would not take, or of which one would leave out more than of what stands."""
    new = {file_path(path, raw): raw for path, raw in draft.files.items()}
    new |= {metadata_path(role, each): each.to_bytes() for role, each in {**draft.metadata, **online}.items()}
    standing = folder_dial(repository.folder)

    def dial(path: str, most: int) -> bytes | None:
        return new.get(path) or standing(path, most)

    first = repository.first_root() if repository.exists else draft.metadata[ROOT].to_bytes()
    at = int(now.timestamp())
    met: set[str] = set()
    with suppress(RegistryError, FetchError):  # what stands may be what this publication mends
        met.update(read_once(first, standing, at).problems)
    if spoilt := [each for each in read_once(first, dial, at).problems if each not in met]:
        raise RegistryError(f"readers would not take it as it is: {spoilt[0]}", hint=_ANEW)


def check_signed(metadata: Mapping[str, Metadata[Any]], repository: Repository) -> None:
    """Check thresholds and versions as every client will.

    Raises:
        RegistryError: somebody's signature is missing, or a version is not the next one; it says which.
    """
    standing = repository.root() if repository.exists else None
    root = metadata.get(ROOT, standing)
    if root is None:
        raise RegistryError("a new registry begins with its root, which is not here")
    with explained(ROOT, hint=_MISSING):
        if standing is not None and root is not standing:
            standing.signed.verify_delegate(ROOT, root.signed_bytes, root.signatures)
        root.signed.verify_delegate(ROOT, root.signed_bytes, root.signatures)
    top = metadata.get(TOP_TARGETS) or repository.targets(TOP_TARGETS)
    if top is None:
        raise RegistryError("a new registry needs its targets role, which is not here")
    for role, each in metadata.items():
        _check_version(role, each, standing if role == ROOT else repository.targets(role))
        if role != ROOT:
            delegator: Root | Targets = root.signed if role == TOP_TARGETS else top.signed
            with explained(role, hint=_MISSING):
                delegator.verify_delegate(role, each.signed_bytes, each.signatures)


def _check_version(role: str, new: Metadata[Any], standing: Metadata[Any] | None) -> None:
    wanted = 1 if standing is None else standing.signed.version + 1
    if new.signed.version != wanted:
        raise RegistryError(
            f"{role} is version {new.signed.version}, where {wanted} is next",
            hint="Something else was published since: propose the change again, from what is there now.",
        )


def tick(
    repository: Repository, operator: Operator, now: datetime, versions: Mapping[str, int] | None = None
) -> None:
    """Sign the timestamp again, and the snapshot when it is due or ``versions`` are new; every hour will do.

    Raises:
        RegistryError: the folder cannot be read or written, or these are not the operator's keys.
    """
    online = _online(repository, operator, now, repository.root().signed, versions or {})
    repository.put("snapshot", online["snapshot"])
    repository.put("timestamp", online["timestamp"])  # last: it makes everything else visible


def _online(
    repository: Repository, operator: Operator, now: datetime, root: Root, versions: Mapping[str, int]
) -> dict[str, Metadata[Any]]:
    """Snapshot and timestamp as ``root`` wants them signed, with ``versions`` for those that stand."""
    now = now.astimezone(UTC).replace(microsecond=0)
    snapshot = _snapshot(repository, operator, now, root, versions)
    timestamp = Metadata(
        Timestamp(
            version=repository.timestamp().signed.version + 1 if repository.exists else 1,
            expires=now + timedelta(hours=TIMESTAMP_HOURS),
            snapshot_meta=MetaFile(snapshot.signed.version),
        )
    )
    timestamp.sign(operator.timestamp)
    made: dict[str, Metadata[Any]] = {"snapshot": snapshot, "timestamp": timestamp}
    for role, metadata in made.items():
        if not _is_signed(role, metadata, root):
            wanted = ", ".join(holder_of(root.keys[keyid]) for keyid in root.roles[role].keyids)
            raise RegistryError(
                f"the key given for the {role} is not the one that signs it in this registry: {wanted}",
                hint=f"Are the two keys exchanged? Give that one with --{role}-key. Nothing was published.",
            )
    return made


def _is_signed(role: str, metadata: Metadata[Any], root: Root) -> bool:
    """Whether one of the operator's files was signed by whoever has to sign it today."""
    try:
        root.verify_delegate(role, metadata.signed_bytes, metadata.signatures)
    except UnsignedMetadataError:
        return False
    return True


def _snapshot(
    repository: Repository, operator: Operator, now: datetime, root: Root, versions: Mapping[str, int]
) -> Metadata[Snapshot]:
    standing = repository.snapshot() if repository.exists else None
    if (
        standing is not None
        and not versions
        and _is_signed("snapshot", standing, root)
        and standing.signed.expires > now + timedelta(days=_RENEW_SNAPSHOT_DAYS)
    ):
        return standing
    before = {} if standing is None else standing.signed.meta
    new = {f"{role}.json": MetaFile(version) for role, version in versions.items()}
    snapshot = Metadata(
        Snapshot(
            version=1 if standing is None else standing.signed.version + 1,
            expires=now + timedelta(days=SNAPSHOT_DAYS),
            meta={**before, **new},
        )
    )
    snapshot.sign(operator.snapshot)
    return snapshot
