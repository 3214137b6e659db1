"""From files whose signatures were checked to the one registry value.

A state speaks for its own agencies only. What it says about anybody else, a key that is weak or not proven,
an address that is none, is left out and told; what else the same file says stands.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from syndicate.errors import RegistryError
from syndicate.news import (
    Agency,
    AgencyId,
    AgencyKey,
    FederationId,
    FeedId,
    Former,
    HostError,
    KeyId,
    Member,
    MemberCode,
    Ownership,
    Registry,
    Service,
    SignedFeed,
    Since,
    StreamName,
    UnixTime,
    a_label,
    b64url,
    host_of,
    spelling,
)
from syndicate.registry._forms import (
    AgencyForm,
    FederationForm,
    FeedForm,
    KeyForm,
    ManifestForm,
    OwnershipForm,
    RevocationForm,
    RevocationsForm,
    SinceForm,
    read_entries,
    read_form,
    unix,
)
from syndicate.registry._names import FEDERATION, manifest_path, revocations_path
from syndicate.registry._revocations import Known, Revocation, revoked
from syndicate.trust import proves_possession, thumbprint

_REAL = "asean"  # any other federation is somebody's trial, and may live on one machine

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The bytes of all files, all with good signatures; a member without a manifest is absent."""

    federation: bytes
    manifests: Mapping[MemberCode, bytes]
    revocations: Mapping[MemberCode, Known] = field(default_factory=dict)


def read_federation(raw: bytes) -> FederationForm:
    """``federation.json``. Raises RegistryError: it is none."""
    return read_form(FederationForm, raw, FEDERATION)


def read_revocations(raw: bytes, code: MemberCode) -> tuple[Revocation, ...]:
    """The entries of a member's ``revocations.json``. Raises RegistryError: it is none."""
    path = revocations_path(code)
    form = read_form(RevocationsForm, raw, path)
    if form.member != code:
        raise RegistryError(f"{path}: speaks of member {form.member!r}")
    return tuple(_revocation(each) for each in form.entries)


def salvage_revocations(raw: bytes, code: MemberCode) -> tuple[tuple[Revocation, ...], bool]:
    """What can be read of a ``revocations.json`` that is damaged, and whether that is every entry of it.

    One entry that is none voids no other. Where only an entry's reason cannot be read, the entry counts.
    """
    rows, whole = read_entries(raw, code)
    return tuple(_revocation(each) for each in rows), whole


def compile_registry(files: Files, tell: Told) -> Registry:
    """The registry that the files make together; ``tell`` hears one sentence for whatever was left out.

    Raises:
        RegistryError: ``federation.json`` is not one.
    """
    form = read_federation(files.federation)
    members = {
        MemberCode(each.code): Member(
            code=MemberCode(each.code), names=each.names, states=_states(each.status)
        )
        for each in form.members
    }
    agencies: dict[AgencyId, Agency] = {}
    keys: dict[KeyId, AgencyKey] = {}
    for code, member in list(members.items()):
        raw = files.manifests.get(code)
        if raw is None:
            continue
        known = files.revocations.get(code, Known(entries={}))
        manifest = _read_manifest(raw, code, tell)
        if manifest is None:
            continue
        loopback = form.id != _REAL
        members[code] = replace(member, services=_services(manifest, code, tell, loopback=loopback))
        for agency, own in _agencies(manifest, code, tell, loopback=loopback):
            agencies[agency.id] = agency
            keys |= {key.kid: revoked(key, known) for key in own}
    _tell_shared(agencies.values(), tell)
    return Registry(
        federation=FederationId(form.id),
        name=form.name,
        stage=form.stage,
        members=members,
        agencies=agencies,
        keys=keys,
        version=_version(files),
    )


def _revocation(form: RevocationForm) -> Revocation:
    return Revocation(
        kid=KeyId(form.kid),
        revoked_at=unix(form.revoked_at),
        entered_at=unix(form.entered_at),
        reason=form.reason,
    )


def _read_manifest(raw: bytes, code: MemberCode, tell: Told) -> ManifestForm | None:
    path = manifest_path(code)
    try:
        form = read_form(ManifestForm, raw, path)
    except RegistryError as exc:
        tell(f"{exc}: all of {code} is left out")
        return None
    if form.member != code:
        tell(f"{path}: speaks of member {form.member!r}, not {code!r}: left out")
        return None
    return form


def _services(form: ManifestForm, code: MemberCode, tell: Told, *, loopback: bool) -> tuple[Service, ...]:
    found = []
    for each in form.services:
        if _is_address(each.url, loopback=loopback):
            found.append(Service(names=each.names, url=each.url))
        else:
            tell(f"{manifest_path(code)}: a service has no address that leads somewhere: left out")
    return tuple(found)


def _agencies(
    form: ManifestForm, code: MemberCode, tell: Told, *, loopback: bool
) -> Iterator[tuple[Agency, list[AgencyKey]]]:
    path = manifest_path(code)
    met: set[str] = set()
    for each in form.agencies:
        if not each.id.startswith(f"{code}.") or each.id in met:
            tell(f"{path}: {each.id} is not an agency of {code}, or stands twice: left out")
            continue
        met.add(each.id)
        yield _agency(each, path, tell, loopback=loopback), _keys(each, path, tell)


def _agency(form: AgencyForm, path: str, tell: Told, *, loopback: bool) -> Agency:
    identity = AgencyId(form.id)
    where = f"{path}: {form.id}"
    return Agency(
        id=identity,
        names=form.names,
        domains=_hosts(form.domains, where, tell),
        media_hosts=_hosts(form.media_hosts, where, tell),
        feeds=_feeds(form, where, tell, loopback=loopback),
        states=_states(form.status),
        languages=form.languages,
        timezone=form.timezone,
        home=form.home,
        ministry=form.ministry,
        ownership=_ownership(form.ownership),
        rights=form.rights,
        credit=form.credit,
        contact=form.contact,
        aliases=form.aliases,
        formerly=tuple(
            Former(until=each.until, ministry=each.ministry, name=each.name) for each in form.formerly
        ),
    )


def _ownership(form: OwnershipForm | None) -> Ownership:
    if form is None:
        return Ownership()
    return Ownership(form=form.form, funding=form.funding, editor_appointed_by=form.editor_appointed_by)


def _states(states: Iterable[SinceForm]) -> tuple[Since, ...]:
    return tuple(
        sorted(
            (Since(state=each.state, since=unix(each.since)) for each in states), key=lambda one: one.since
        )
    )


def _hosts(names: Iterable[str], where: str, tell: Told) -> tuple[str, ...]:
    hosts = []
    for name in names:
        try:
            hosts.append(a_label(name))
        except HostError as exc:
            tell(f"{where}: {name!a}: {exc}")
    return tuple(hosts)


def _feeds(form: AgencyForm, where: str, tell: Told, *, loopback: bool) -> tuple[SignedFeed, ...]:
    feeds = []
    for each in form.feeds:
        if _is_address(each.url, loopback=loopback):
            feeds.append(_feed(each, AgencyId(form.id)))
        else:
            tell(f"{where}: {each.url!a} is no address of a feed")
    return tuple(feeds)


def _is_address(url: str, *, loopback: bool) -> bool:
    if loopback and re.fullmatch(spelling.LOOPBACK_ADDRESS, url):
        return True
    try:
        host_of(url)
    except HostError:
        return False
    return True


def _feed(form: FeedForm, agency: AgencyId) -> SignedFeed:
    return SignedFeed(
        id=FeedId(f"{agency}/{form.id}"),
        agency=agency,
        url=form.url,
        format=form.format,
        stream=StreamName(form.stream),
        cadence_seconds=form.cadence_seconds,
        lang=form.lang,
    )


def _keys(form: AgencyForm, path: str, tell: Told) -> list[AgencyKey]:
    keys = []
    for each in form.keys:
        key = _key(each, AgencyId(form.id))
        if key is None:
            # Without the proof any state could list another's key as its own, to have what it signed refused.
            tell(f"{path}: {form.id}: key {each.kid} is weak, misnamed or not proven to be theirs: left out")
        else:
            keys.append(key)
    return keys


def _key(form: KeyForm, agency: AgencyId) -> AgencyKey | None:
    """The key, if it is a strong one under its own name whose holder enrolled it for this agency."""
    public, proof = _bytes(form.x), _bytes(form.proof)
    if public is None or proof is None or thumbprint(public) != form.kid:
        return None
    if not proves_possession(public, agency, proof):
        return None
    return AgencyKey(
        kid=KeyId(form.kid),
        agency=agency,
        public=public,
        status=form.status,
        nbf=unix(form.nbf),
        exp=unix(form.exp),
        revoked_at=_maybe(form.revoked_at),
        reason=form.reason,
        reinstated_at=_maybe(form.reinstated_at),
        proof=proof,
    )


def _bytes(text: str) -> bytes | None:
    try:
        value = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    return value if b64url(value) == text else None


def _maybe(when: datetime | None) -> UnixTime | None:
    return None if when is None else unix(when)


def _tell_shared(agencies: Iterable[Agency], tell: Told) -> None:
    """Two claims of one domain both stand: to drop one would let a state take another's voice."""
    owners: dict[str, AgencyId] = {}
    for agency in agencies:
        for domain in agency.domains:
            owner = owners.setdefault(domain, agency.id)
            if owner != agency.id:
                tell(f"{domain} is claimed by {owner} and by {agency.id}: both claims stand for now")


def _version(files: Files) -> str:
    """Base64url SHA-256 over all that the value was made from."""
    digest = hashlib.sha256(files.federation)
    for code, raw in sorted(files.manifests.items()):
        digest.update(f"{manifest_path(code)} {len(raw)}\n".encode())
        digest.update(raw)
    for code, known in sorted(files.revocations.items()):
        for each, entered_at in sorted(known.entries.items()):
            digest.update(f"{code} {each.kid} {each.revoked_at} {entered_at}\n".encode())
    return b64url(digest.digest())
