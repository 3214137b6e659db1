"""What has to be signed for the repository to say what the papers say: new versions, unsigned."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tuf.api.metadata import DelegatedRole, Delegations, Metadata, Role, Root, TargetFile, Targets

from syndicate.ceremony._keys import tuf_key
from syndicate.ceremony._repository import ROOT, TOP_TARGETS, Repository
from syndicate.ceremony._standing import standing_revocations
from syndicate.errors import RegistryError
from syndicate.news import MemberCode, Registry
from syndicate.papers import MemberRoles, Roles
from syndicate.registry import (
    Revocation,
    federation_file,
    manifest_file,
    names,
    revocations_file,
)

YEAR_DAYS: Final = 400  # of everything that people sign: once a year, with a month to spare
_REVOCATION_THRESHOLD: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """New metadata by role, and the files that it lists and the repository does not have yet, by path."""

    metadata: Mapping[str, Metadata[Any]]
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What people wrote and agreed on: the members and agencies, who signs, and the log's policy."""

    registry: Registry
    roles: Roles
    policy: bytes | None = None


def draft(papers: Papers, base: Repository, now: datetime, *, renew: Collection[str] = ()) -> Draft:
    """What ``papers`` ask to be signed beyond what ``base`` has published.

    Roles in ``renew`` are drafted again though nothing in them changes: for another year.

    Raises:
        RegistryError: the papers would leave something that nobody can sign.
    """
    registry, roles = papers.registry, papers.roles
    if not roles.root:
        raise RegistryError("no state has a root key in keys/roles/", hint='See keys/README.md, "Role keys".')
    drafting = _Drafting(base, now + timedelta(days=YEAR_DAYS), frozenset(renew))
    drafting.root(roles)
    files = {names.FEDERATION: federation_file(registry)}
    if papers.policy is not None:
        files[names.POLICY] = papers.policy
    joined = {code: roles.members[code] for code in registry.members if code in roles.members}
    drafting.targets(TOP_TARGETS, files, _delegations(joined))
    for code in joined:
        manifest = {names.manifest_path(code): manifest_file(registry, code)}
        drafting.targets(names.manifest_role(code), manifest)
        # Others change it. It is drafted here to begin it, to renew it, and to mend it if it lost entries.
        entries = standing_revocations(base, code)
        drafting.targets(
            names.revocations_role(code), {names.revocations_path(code): revocations_file(code, entries)}
        )
    return Draft(metadata=drafting.metadata, files=drafting.files)


def draft_files(role: str, files: Mapping[str, bytes], base: Repository, now: datetime) -> Draft:
    """A new version of one targets role with these files, whatever it listed before."""
    drafting = _Drafting(base, now + timedelta(days=YEAR_DAYS), frozenset())
    drafting.targets(role, files)
    return Draft(metadata=drafting.metadata, files=drafting.files)


def revocation(code: MemberCode, entry: Revocation, base: Repository, now: datetime) -> Draft:
    """The state's revocations with one more entry; whatever stood there stays, or comes back.

    Raises:
        RegistryError: the state has no such file, or this key was revoked from that moment on already.
    """
    role, path = names.revocations_role(code), names.revocations_path(code)
    standing = base.targets(role)
    if standing is None:
        raise RegistryError(f"{code} signs no revocations in this registry", hint="Is it the right state?")
    entries = standing_revocations(base, code)
    if any(each.kid == entry.kid and each.revoked_at <= entry.revoked_at for each in entries):
        raise RegistryError(f"the key {entry.kid} is revoked from that moment on already")
    return draft_files(role, {path: revocations_file(code, [*entries, entry])}, base, now)


class _Drafting:
    """Collects what differs from what is published."""

    def __init__(self, base: Repository, expires: datetime, renew: frozenset[str]) -> None:
        self._base = base
        self._expires = expires.astimezone(UTC).replace(microsecond=0)
        self._renew = set(renew)
        self.metadata: dict[str, Metadata[Any]] = {}
        self.files: dict[str, bytes] = {}

    def root(self, roles: Roles) -> None:
        """The root: who holds the top-level roles."""
        keys = {
            ROOT: list(roles.root.values()),
            TOP_TARGETS: list(roles.root.values()),
            "snapshot": [roles.snapshot],
            "timestamp": [roles.timestamp],
        }
        held = {name: [tuf_key(each) for each in listed] for name, listed in keys.items()}
        thresholds = {ROOT: roles.threshold, TOP_TARGETS: roles.threshold}
        wanted = Root(
            version=1,
            expires=self._expires,
            keys={key.keyid: key for listed in held.values() for key in listed},
            roles={
                name: Role([key.keyid for key in listed], thresholds.get(name, 1))
                for name, listed in held.items()
            },
            consistent_snapshot=True,
        )
        before = self._base.root().signed if self._base.exists else None
        if before is not None and before.roles[TOP_TARGETS] != wanted.roles[TOP_TARGETS]:
            self._renew.add(TOP_TARGETS)  # what stands there was signed by others
        self._take(ROOT, wanted, before, same=before is not None and _same_root(wanted, before))

    def targets(self, role: str, files: Mapping[str, bytes], delegations: Delegations | None = None) -> None:
        """A role that lists ``files``, and may delegate."""
        listed = {path: TargetFile.from_data(path, raw, ["sha256"]) for path, raw in files.items()}
        wanted = Targets(version=1, expires=self._expires, targets=listed, delegations=delegations)
        published = self._base.targets(role)
        before = None if published is None else published.signed
        same = before is not None and before.targets == listed and before.delegations == delegations
        self._renew |= _handed_over(None if before is None else before.delegations, delegations)
        if self._take(role, wanted, before, same=same):
            kept = {} if before is None else before.targets
            self.files |= {path: raw for path, raw in files.items() if kept.get(path) != listed[path]}

    def _take(self, role: str, wanted: Any, before: Any, *, same: bool) -> bool:  # noqa: ANN401 - Root or Targets
        if same and role not in self._renew:
            return False
        wanted.version = 1 if before is None else before.version + 1
        self.metadata[role] = Metadata(wanted)
        return True


def _handed_over(before: Delegations | None, after: Delegations | None) -> set[str]:
    """The roles whose files have to be signed anew, because other people answer for them now."""
    if before is None or after is None or before.roles is None or after.roles is None:
        return set()
    return {name for name, role in after.roles.items() if name in before.roles and before.roles[name] != role}


def _same_root(one: Root, other: Root) -> bool:
    return one.keys == other.keys and one.roles == other.roles


def _delegations(members: Mapping[MemberCode, MemberRoles]) -> Delegations:
    """Each state's two roles, closed to everything but their own file."""
    roles = {role.name: role for code, own in members.items() for role in _delegated(code, own)}
    keys = {key.keyid: key for own in members.values() for key in map(tuf_key, own.keys)}
    return Delegations(keys=keys, roles=roles)


def _delegated(code: MemberCode, own: MemberRoles) -> Iterator[DelegatedRole]:
    keyids = [tuf_key(key).keyid for key in own.keys]
    for name, threshold, path in _seats(code, own.threshold):
        yield DelegatedRole(name, keyids, threshold, terminating=True, paths=[path])


def _seats(code: MemberCode, threshold: int) -> Iterable[tuple[str, int, str]]:
    yield names.revocations_role(code), _REVOCATION_THRESHOLD, names.revocations_path(code)
    yield names.manifest_role(code), threshold, names.manifest_path(code)
