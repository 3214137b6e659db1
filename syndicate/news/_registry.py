"""Who may speak: the federation's members, agencies and keys as one frozen value.

The registry room makes it from what the member states signed; trust only ever reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from syndicate.news._ids import AgencyId, FederationId, FeedId, KeyId, MemberCode, StreamName, UnixTime


class KeyStatus(StrEnum):
    """What has become of a key."""

    ACTIVE = "active"
    RETIRED = "retired"
    REVOKED = "revoked"


class SeatState(StrEnum):
    """How an agency or a member stands in the federation, as its registry says."""

    INVITED = "invited"  # asked, not enrolled: nothing of theirs is polled or accepted
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CONTESTED = "contested"  # may speak; shown with its label
    OBSERVER = "observer"
    SUCCEEDED = "succeeded"  # another agency took over

    @property
    def speaks(self) -> bool:
        """Whether who stands so may publish: its feeds are polled, and what it signs is taken."""
        return self in (SeatState.ACTIVE, SeatState.CONTESTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """A state and when it began."""

    state: SeatState
    since: UnixTime


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyKey:
    """An agency's public Ed25519 key and the window in which receipts under it count."""

    kid: KeyId
    agency: AgencyId
    public: bytes  # 32 bytes
    status: KeyStatus
    nbf: UnixTime
    exp: UnixTime
    revoked_at: UnixTime | None = None
    reason: str | None = None
    reinstated_at: UnixTime | None = None  # cancels what one person's revocation entered until then
    proof: bytes = b""  # of possession: docs/protocol.md, "Enrolment"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFeed:
    """A feed that the hub polls."""

    id: FeedId
    agency: AgencyId
    url: str
    format: str  # "atom" or "json"
    stream: StreamName
    cadence_seconds: int  # how often the agency says that it changes
    lang: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """Who stands behind an agency; None where nobody has told."""

    form: str | None = None
    funding: str | None = None
    editor_appointed_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """What was so until some day: another ministry, or another name."""

    until: str  # "2024", "2024-10" or "2024-10-05": as exact as the evidence
    ministry: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """An agency as the registry describes it."""

    id: AgencyId
    names: Mapping[str, str]  # language tag → name; at least one
    domains: tuple[str, ...]  # A-labels; "*.x" stands for every name below x
    media_hosts: tuple[str, ...] = ()
    feeds: tuple[SignedFeed, ...] = ()
    states: tuple[Since, ...] = ()  # ascending by since
    languages: tuple[str, ...] = ()
    timezone: str = "UTC"
    home: str | None = None
    ministry: str | None = None
    ownership: Ownership = field(default_factory=Ownership)
    rights: str | None = None
    credit: str | None = None
    contact: str | None = None
    aliases: tuple[str, ...] = ()
    formerly: tuple[Former, ...] = ()  # names and ministries; the id stays

    @property
    def member(self) -> MemberCode:
        """The member state that delegated this agency."""
        return MemberCode(self.id[:2])

    def state_at(self, when: int) -> SeatState:
        """How the agency stood at ``when`` (Unix seconds); invited before its first entry."""
        return _state_at(self.states, when, SeatState.INVITED)

    def name(self, lang: str | None = None) -> str:
        """The agency's name in ``lang``, or in that language without its script, or the first there is."""
        return _name_in(self.names, lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A place of a member state where people can have a claim checked; no part of the federation."""

    names: Mapping[str, str]  # language tag → name; at least one
    url: str

    def name(self, lang: str | None = None) -> str:
        """The service's name in ``lang``, or in that language without its script, or the first there is."""
        return _name_in(self.names, lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member state."""

    code: MemberCode
    names: Mapping[str, str]  # language tag → name; at least one
    services: tuple[Service, ...] = ()  # where it says that claims are checked
    states: tuple[Since, ...] = ()  # ascending by since; none: the state has been active all along

    def state_at(self, when: int) -> SeatState:
        """How the state stood at ``when`` (Unix seconds); active before its first entry."""
        return _state_at(self.states, when, SeatState.ACTIVE)

    def name(self, lang: str | None = None) -> str:
        """The state's name in ``lang``, or in that language without its script, or the first there is."""
        return _name_in(self.names, lang)


def _state_at(states: tuple[Since, ...], when: int, before: SeatState) -> SeatState:
    state = before
    for entry in states:
        if entry.since <= when:
            state = entry.state
    return state


def _name_in(names: Mapping[str, str], lang: str | None) -> str:
    for tag in () if lang is None else (lang, lang.partition("-")[0]):
        if tag in names:
            return names[tag]
    return next(iter(names.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """A hub's operator has what one agency signs wait; no state's act, and never for long."""

    since: UnixTime
    until: UnixTime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Everything that decides who may say what. Frozen: a change is another value with another version."""

    federation: FederationId
    name: str
    members: Mapping[MemberCode, Member]
    agencies: Mapping[AgencyId, Agency]
    keys: Mapping[KeyId, AgencyKey]
    version: str  # digest over what it was compiled from
    # How long it may be relied on (docs/protocol.md, "Left alone"); None and absent: nobody has to renew it.
    fresh_until: UnixTime | None = None  # when the operator's timestamp runs out
    vouched_until: Mapping[MemberCode, UnixTime] = field(default_factory=dict)  # root, targets, own manifest
    stage: str = ""  # "pilot" or "rehearsal": shown wherever the federation is named
    quarantined: Mapping[AgencyId, Quarantine] = field(default_factory=dict)  # by this hub's operator, now

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language that some agency publishes in, in order."""
        return tuple(sorted({lang for agency in self.agencies.values() for lang in agency.languages}))

    def state_at(self, agency: AgencyId, when: int) -> SeatState:
        """How an agency stood at ``when``: its own state, unless its member was not active."""
        known = self.agencies.get(agency)
        member = None if known is None else self.members.get(known.member)
        if known is None or member is None:
            return SeatState.INVITED
        state = member.state_at(when)
        return known.state_at(when) if state is SeatState.ACTIVE else state

    def feeds(self, now: int) -> tuple[SignedFeed, ...]:
        """The feeds to poll at ``now``: those of agencies that may speak then, in order of their ids."""
        found = [
            feed
            for agency in self.agencies.values()
            if self.state_at(agency.id, now).speaks
            for feed in agency.feeds
        ]
        return tuple(sorted(found, key=lambda feed: feed.id))
