"""The operator's part: put signed metadata in place, and keep snapshot and timestamp fresh.

Neither role can change what the states signed; the timestamp says that the newest is the newest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from securesystemslib.signer import Signer as TufSigner
from tuf.api.exceptions import UnsignedMetadataError
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, Targets, Timestamp

from syndicate.ceremony._after import Books
from syndicate.ceremony._draft import Draft
from syndicate.ceremony._repository import ROOT, TOP_TARGETS, Repository
from syndicate.errors import RegistryError
from syndicate.registry import explained

SNAPSHOT_DAYS: Final = 7
TIMESTAMP_HOURS: Final = 24
_RENEW_SNAPSHOT_DAYS: Final = 3  # left of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Who signs snapshot and timestamp."""

    snapshot: TufSigner
    timestamp: TufSigner


def publish(draft: Draft, repository: Repository, operator: Operator, now: datetime) -> None:
    """Put ``draft``, signed by whoever has to, into the repository; readers see all of it or nothing.

    Raises:
        RegistryError: too few signed some of it, or it is not the next version of what is there; or the
            folder cannot be written. Nothing has changed for readers then.
    """
    check_signed(draft.metadata, repository)
    Books(repository if repository.exists else None, draft).check(now)
    for path, raw in draft.files.items():
        repository.put_file(path, raw)
    for role, metadata in draft.metadata.items():
        repository.put(role, metadata)
    versions = {role: each.signed.version for role, each in draft.metadata.items() if role != ROOT}
    tick(repository, operator, now, versions)


def check_signed(metadata: Mapping[str, Metadata[Any]], repository: Repository) -> None:
    """Check thresholds and versions as every client will.

    Raises:
        RegistryError: somebody's signature is missing, or a version is not the next one; it says which.
    """
    standing = repository.root() if repository.exists else None
    root = metadata.get(ROOT, standing)
    if root is None:
        raise RegistryError("a new registry begins with its root, which is not here")
    with explained(ROOT):
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
            with explained(role):
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
    root = repository.root().signed
    now = now.astimezone(UTC).replace(microsecond=0)
    snapshot = _snapshot(repository, operator, now, versions or {})
    with explained("the operator's keys"):
        root.verify_delegate("snapshot", snapshot.signed_bytes, snapshot.signatures)
    timestamp = Metadata(
        Timestamp(
            version=repository.timestamp().signed.version + 1 if repository.exists else 1,
            expires=now + timedelta(hours=TIMESTAMP_HOURS),
            snapshot_meta=MetaFile(snapshot.signed.version),
        )
    )
    timestamp.sign(operator.timestamp)
    with explained("the operator's keys"):
        root.verify_delegate("timestamp", timestamp.signed_bytes, timestamp.signatures)
    repository.put("snapshot", snapshot)
    repository.put("timestamp", timestamp)  # last: it makes everything else visible


def _is_signed(standing: Metadata[Snapshot], root: Root) -> bool:
    """Whether the snapshot that stands was signed by whoever has to sign it today."""
    try:
        root.verify_delegate("snapshot", standing.signed_bytes, standing.signatures)
    except UnsignedMetadataError:
        return False
    return True


def _snapshot(
    repository: Repository, operator: Operator, now: datetime, versions: Mapping[str, int]
) -> Metadata[Snapshot]:
    standing = repository.snapshot() if repository.exists else None
    if (
        standing is not None
        and not versions
        and _is_signed(standing, repository.root().signed)
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
