"""From a registry value to its files: what the states sign."""

from collections.abc import Iterable

from syndicate.news import (
    Agency,
    AgencyKey,
    Former,
    Member,
    MemberCode,
    Ownership,
    Registry,
    SignedFeed,
    Since,
    b64url,
)
from syndicate.registry._forms import (
    VERSION,
    AgencyForm,
    FederationForm,
    FeedForm,
    FormerForm,
    KeyForm,
    ManifestForm,
    MemberForm,
    OwnershipForm,
    RevocationForm,
    RevocationsForm,
    ServiceForm,
    SinceForm,
    moment,
    write_form,
)
from syndicate.registry._revocations import Revocation


def federation_file(registry: Registry) -> bytes:
    """``federation.json``: who belongs to the federation, in its own order."""
    return write_form(
        FederationForm(
            v=VERSION,
            id=registry.federation,
            name=registry.name,
            stage=registry.stage,
            members=tuple(_member(member) for member in registry.members.values()),
        )
    )


def manifest_file(registry: Registry, code: MemberCode) -> bytes:
    """``members/<code>/manifest.json``: the agencies of one member, by id, with all keys they ever had."""
    own = sorted(
        (each for each in registry.agencies.values() if each.member == code), key=lambda each: each.id
    )
    services = () if code not in registry.members else registry.members[code].services
    return write_form(
        ManifestForm(
            v=VERSION,
            member=code,
            services=tuple(ServiceForm(names=dict(each.names), url=each.url) for each in services),
            agencies=tuple(_agency(each, registry) for each in own),
        )
    )


def revocations_file(code: MemberCode, entries: Iterable[Revocation]) -> bytes:
    """``members/<code>/revocations.json``, oldest entry first."""
    in_order = sorted(entries, key=lambda each: (each.entered_at, each.kid, each.revoked_at))
    return write_form(
        RevocationsForm(
            v=VERSION,
            member=code,
            entries=tuple(
                RevocationForm(
                    kid=each.kid,
                    revoked_at=moment(each.revoked_at),
                    entered_at=moment(each.entered_at),
                    reason=each.reason,
                )
                for each in in_order
            ),
        )
    )


def _member(member: Member) -> MemberForm:
    return MemberForm(code=member.code, names=dict(member.names), status=_states(member.states))


def _states(states: Iterable[Since]) -> tuple[SinceForm, ...]:
    return tuple(SinceForm(state=each.state, since=moment(each.since)) for each in states)


def _agency(agency: Agency, registry: Registry) -> AgencyForm:
    keys = sorted(
        (key for key in registry.keys.values() if key.agency == agency.id), key=lambda key: (key.nbf, key.kid)
    )
    return AgencyForm(
        id=agency.id,
        names=dict(agency.names),
        domains=agency.domains,
        status=_states(agency.states),
        keys=tuple(_key(key) for key in keys),
        feeds=tuple(_feed(feed) for feed in agency.feeds),
        media_hosts=agency.media_hosts,
        languages=agency.languages,
        timezone=agency.timezone,
        aliases=agency.aliases,
        formerly=tuple(_former(each) for each in agency.formerly),
        ownership=_ownership(agency.ownership),
        home=agency.home,
        ministry=agency.ministry,
        rights=agency.rights,
        credit=agency.credit,
        contact=agency.contact,
    )


def _former(former: Former) -> FormerForm:
    return FormerForm(until=former.until, ministry=former.ministry, name=former.name)


def _ownership(ownership: Ownership) -> OwnershipForm | None:
    if ownership == Ownership():
        return None
    return OwnershipForm(
        form=ownership.form,
        funding=ownership.funding,
        editor_appointed_by=ownership.editor_appointed_by,
    )


def _feed(feed: SignedFeed) -> FeedForm:
    return FeedForm(
        id=feed.id.partition("/")[2],
        url=feed.url,
        format=feed.format,
        stream=feed.stream,
        cadence_seconds=feed.cadence_seconds,
        lang=feed.lang,
    )


def _key(key: AgencyKey) -> KeyForm:
    return KeyForm(
        kid=key.kid,
        kty="OKP",
        crv="Ed25519",
        x=b64url(key.public),
        status=key.status,
        nbf=moment(key.nbf),
        exp=moment(key.exp),
        proof=b64url(key.proof),
        revoked_at=None if key.revoked_at is None else moment(key.revoked_at),
        reason=key.reason,
        reinstated_at=None if key.reinstated_at is None else moment(key.reinstated_at),
    )
