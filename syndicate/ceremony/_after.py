"""The registry as it would be if a draft were published: what a signer has to see before signing."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import DelegatedRole, Metadata, Root, TargetFile, Targets

from syndicate.ceremony._draft import YEAR_DAYS, Draft
from syndicate.ceremony._files import check_federation, check_manifest, check_policy, check_revocations
from syndicate.ceremony._keys import fault_of_key
from syndicate.ceremony._repository import ROOT, TOP_TARGETS, Repository
from syndicate.ceremony._shape import check_root, check_targets
from syndicate.ceremony._standing import standing_revocations
from syndicate.errors import RegistryError
from syndicate.news import MemberCode, Registry
from syndicate.registry import (
    Files,
    Revocation,
    compile_registry,
    names,
    read_federation,
    salvage_revocations,
)

_SPARE_DAYS: Final = 2  # that clocks may differ
_OPERATORS: Final = ("snapshot", "timestamp")


class Books:
    """A repository with a draft laid over it; with an empty draft, the repository as it stands.

    Raises:
        RegistryError: the draft does not follow on what the repository holds, or would publish something
            that no reader of the registry looks at.
    """

    def __init__(self, base: Repository | None, draft: Draft | None = None) -> None:
        self._base = base
        self._draft = draft or Draft(metadata={})
        root = self.role(ROOT)
        targets = self.role(TOP_TARGETS)
        if root is None or targets is None:
            raise RegistryError(
                "this does not begin a registry, and there is none that it follows on",
                hint="Name your own copy of the registry with --registry and --root.",
            )
        if not isinstance(root.signed, Root) or not isinstance(targets.signed, Targets):
            raise RegistryError("what is to be the root, or what all agree on, is something else")
        self.root: Root = root.signed
        self.targets: Targets = targets.signed

    @property
    def delegated(self) -> Mapping[str, DelegatedRole]:
        """The states' roles."""
        delegations = self.targets.delegations
        return {} if delegations is None or delegations.roles is None else delegations.roles

    def check(self, now: datetime) -> None:
        """Refuse what no honest proposal has at ``now``, and all that no signer would be told in words.

        Raises:
            RegistryError: it names what is wrong.
        """
        self._check_keys()
        codes = [MemberCode(each.code) for each in read_federation(self._federation()).members]
        allowed = {names.manifest_role(code): names.manifest_path(code) for code in codes}
        allowed |= {names.revocations_role(code): names.revocations_path(code) for code in codes}
        self._check_delegated(allowed)
        if ROOT in self._draft.metadata:
            check_root(self.root)
        for role, metadata in self._draft.metadata.items():
            if role != ROOT:
                self._check_listed(role, metadata, allowed)
            self._check_version(role, metadata)
            _check_expiry(role, metadata.signed.expires, now)
        self._check_files(codes, now)
        carried = set(self._draft.files)
        if extra := carried - {path for role in self._draft.metadata for path in self._listed(role)}:
            raise RegistryError(f"it brings files that nobody signs: {', '.join(sorted(extra))}")

    def _check_delegated(self, allowed: Mapping[str, str]) -> None:
        for role, each in self.delegated.items():
            if role not in allowed or each.paths != [allowed[role]] or not each.terminating:
                raise RegistryError(f"it would let {role} speak for more than one state's own file")

    def _check_listed(self, role: str, metadata: Metadata[Any], allowed: Mapping[str, str]) -> None:
        """A role lists what is its own to list, all of it, and nothing that is told to nobody."""
        paths = {names.FEDERATION, names.POLICY} if role == TOP_TARGETS else {allowed.get(role, "")}
        listed = set(metadata.signed.targets) if isinstance(metadata.signed, Targets) else {""}
        if role in _OPERATORS or not listed <= paths:
            raise RegistryError(f"{role} would list {', '.join(sorted(listed - paths)) or 'nothing'}")
        if lost := paths - listed - {names.POLICY}:
            raise RegistryError(f"{role} would list {', '.join(sorted(lost))} no more")
        if role not in self.delegated and role != TOP_TARGETS:
            raise RegistryError(f"nobody is to sign {role}")
        check_targets(role, metadata.signed)

    def _check_keys(self) -> None:
        delegations = self.targets.delegations
        keys = [*self.root.keys.values(), *(() if delegations is None else delegations.keys.values())]
        for key in keys:
            if fault := fault_of_key(key):
                raise RegistryError(f"the key {key.keyid[:8]} {fault}")
        holders: dict[str, str] = {}
        for role, each in self.delegated.items():
            for keyid in each.keyids:
                if holders.setdefault(keyid, role[:2]) != role[:2]:
                    raise RegistryError(f"the key {keyid[:8]} would sign for two states")
        if not self.root.consistent_snapshot:
            raise RegistryError("the root would let files be replaced while somebody reads them")

    def _check_files(self, codes: Iterable[MemberCode], now: datetime) -> None:
        """What the draft lists is what every reader will make of it, in the one spelling that it has."""
        federation = self._federation()
        if TOP_TARGETS in self._draft.metadata:
            check_federation(federation)
            check_policy(self.file(TOP_TARGETS, names.POLICY))
        for code in codes:
            manifest, revocations = names.manifest_path(code), names.revocations_path(code)
            if names.manifest_role(code) in self._draft.metadata:
                raw = self.file(names.manifest_role(code), manifest)
                check_manifest(raw, code, federation, int(now.timestamp()))
            if names.revocations_role(code) in self._draft.metadata:
                base = self._base
                standing = () if base is None or not base.exists else standing_revocations(base, code)
                check_revocations(self.file(names.revocations_role(code), revocations), code, standing)

    def registry(self) -> tuple[Registry, tuple[str, ...]]:
        """The value that the manifests make, and what readers will leave out of them, in sentences.

        What single persons revoked beside the manifests is no part of it: see ``revocations``.

        Raises:
            RegistryError: ``federation.json`` is none, or a file is not the one that is listed.
        """
        federation = self._federation()
        codes = [MemberCode(each.code) for each in read_federation(federation).members]
        manifests = {code: self.file(names.manifest_role(code), names.manifest_path(code)) for code in codes}
        found = {code: raw for code, raw in manifests.items() if raw is not None}
        left_out: list[str] = []
        registry = compile_registry(Files(federation=federation, manifests=found), left_out.append)
        return registry, tuple(left_out)

    def revocations(self, code: MemberCode) -> tuple[Revocation, ...]:
        """The entries of a state's ``revocations.json``, as far as they can be read. Raises RegistryError."""
        raw = self.file(names.revocations_role(code), names.revocations_path(code))
        return () if raw is None else salvage_revocations(raw, code)[0]

    def file(self, role: str, path: str) -> bytes | None:
        """The file at ``path`` that ``role`` lists; None if it lists none. Raises RegistryError."""
        info = self._listed(role).get(path)
        if info is None:
            return None
        raw = self._draft.files.get(path)
        if raw is not None:
            try:
                info.verify_length_and_hashes(raw)
            except RepositoryError:
                raw = None
        if raw is None and self._base is not None and self._base.exists:
            raw = self._base.file(info)
            try:
                info.verify_length_and_hashes(raw)
            except RepositoryError as exc:
                raise RegistryError(f"{path} is not the file that {role} lists") from exc
        if raw is None:
            raise RegistryError(f"{role} lists {path}, which is not there")
        return raw

    def _federation(self) -> bytes:
        raw = self.file(TOP_TARGETS, names.FEDERATION)
        if raw is None:
            raise RegistryError(f"there would be no {names.FEDERATION}")
        return raw

    def _listed(self, role: str) -> Mapping[str, TargetFile]:
        found = self.role(role)
        return found.signed.targets if found is not None and isinstance(found.signed, Targets) else {}

    def role(self, role: str) -> Metadata[Any] | None:
        """A role's metadata; None: it has none. Raises RegistryError."""
        return self._draft.metadata.get(role) or self._standing(role)

    def _standing(self, role: str) -> Metadata[Any] | None:
        if self._base is None or not self._base.exists:
            return None
        return self._base.root() if role == ROOT else self._base.targets(role)

    def _check_version(self, role: str, new: Metadata[Any]) -> None:
        standing = self._standing(role)
        wanted = 1 if standing is None else standing.signed.version + 1
        if new.signed.version != wanted:
            raise RegistryError(
                f"{role} would be version {new.signed.version}, where {wanted} is next in this copy",
                hint="The proposal is stale, or the copy is: look at the registry again, or have it "
                "proposed anew.",
            )


def _check_expiry(role: str, expires: datetime, now: datetime) -> None:
    if not now < expires <= now + timedelta(days=YEAR_DAYS + _SPARE_DAYS):
        raise RegistryError(
            f"{role} would count until {expires:%Y-%m-%d}, where {YEAR_DAYS} days from its proposal are due, "
            f"and this machine's clock says {now:%Y-%m-%d %H:%M} UTC",
            hint="Check the clock. If it is right: have it proposed anew.",
        )
