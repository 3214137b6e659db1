"""An agency's table: what the registry takes from it, and its dossier."""

from dataclasses import dataclass
from typing import Final

from syndicate.news import Agency, AgencyId, Former, Ownership, SeatState, Service, Since, spelling
from syndicate.papers import _limits as limits
from syndicate.papers._addresses import read_address, read_hosts
from syndicate.papers._claims import Claims
from syndicate.papers._dossier import Dossier, PublicFeed
from syndicate.papers._feeds import read_signed_feeds
from syndicate.papers._table import Table
from syndicate.papers._tags import Tags
from syndicate.papers._zones import read_zone

_DAY: Final = r"\d{4}(-\d{2}(-\d{2})?)?"
_STATES: Final = frozenset(state.value for state in SeatState)
_NO_FEED: Final = "none found"
_FEED_WORDS: Final = frozenset(
    {
        "live check",
        "documented by publisher",
        "content checked",
        "in use, not rechecked",
        "listed, unverified",
        "reported blocked",
        _NO_FEED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What every agency of the federation is read with."""

    tags: Tags
    claims: Claims
    loopback: bool  # a federation of a demo or a test runs on this machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An agency, its dossier, and where its domains stand (for the comparison with everybody's)."""

    agency: Agency
    dossier: Dossier
    domains: dict[str, int]
    table: Table


def read_seat(table: Table, member: str, context: Context) -> Seat | None:
    """The agency of a table; None where not even its id can be read."""
    identity = _read_id(table, member, context.claims)
    domains = read_hosts(table, "domains", need=True)
    agency = _read_agency(table, identity, tuple(domains), context)
    dossier = _read_dossier(table, identity, context.tags)
    table.close()
    if not identity:
        return None
    for domain, number in domains.items():
        context.claims.claim("the domain", domain, identity, table, "domains", number)
    return Seat(agency=agency, dossier=dossier, domains=domains, table=table)


def _read_id(table: Table, member: str, claims: Claims) -> AgencyId:
    """The agency's id; empty where it is no good."""
    like = f"{member}.news (member, dot, 2-32 of a-z, 0-9, -)"
    identity = table.text("id", need=True, pattern=spelling.AGENCY_ID, like=like)
    if identity is None:
        return AgencyId("")
    if not identity.startswith(f"{member}."):
        table.note(f"{identity!r} is not an id of member {member!r}", f"Write it like {like}.", "id")
        return AgencyId("")
    if not claims.claim("the id", identity, identity, table, "id"):
        return AgencyId("")
    return AgencyId(identity)


def _read_agency(table: Table, identity: AgencyId, domains: tuple[str, ...], context: Context) -> Agency:
    states = read_states(table)
    return Agency(
        id=identity,
        names=context.tags.names(table),
        domains=domains,
        media_hosts=tuple(read_hosts(table, "media_hosts")),
        feeds=read_signed_feeds(table, identity, states, context.tags, loopback=context.loopback),
        states=states,
        languages=context.tags.languages(table, "languages"),
        timezone=read_zone(table, "timezone"),
        home=read_address(table, "home", loopback=context.loopback),
        ministry=table.text("ministry"),
        ownership=_read_ownership(table),
        rights=table.text("rights"),
        credit=table.text("credit", most=limits.NAME),
        contact=table.text("contact"),
        aliases=table.texts("aliases"),
        formerly=tuple(_read_former(row) for row in table.tables("formerly")),
    )


def read_states(table: Table, *, need: bool = True) -> tuple[Since, ...]:
    """The history of a seat, which may only go forward."""
    history: list[Since] = []
    for row in table.tables("status", need=need):
        state = row.word("state", _STATES)
        since = row.moment("since", need=True)
        row.close()
        if state is None or since is None:
            continue
        if history and since <= history[-1].since:
            row.note("not later than the entry before it", "Put the newest state last.", "since")
        history.append(Since(state=SeatState(state), since=since))
    return tuple(history)


def read_services(table: Table, context: Context) -> tuple[Service, ...]:
    """Where the state says that claims are checked, as far as the evidence confirms the address."""
    found: list[Service] = []
    for row in table.tables("service"):
        names, url = context.tags.names(row), read_address(row, "url", need=True, loopback=context.loopback)
        _, confirmed = _read_evidence(row)
        row.close()
        if url is not None and confirmed:
            found.append(Service(names=names, url=url))
    return tuple(found)


def _read_ownership(table: Table) -> Ownership:
    given = table.table("ownership")
    if given is None:
        return Ownership()
    ownership = Ownership(
        form=given.text("form"),
        funding=given.text("funding"),
        editor_appointed_by=given.text("editor_appointed_by"),
    )
    given.close()
    return ownership


def _read_dossier(table: Table, identity: AgencyId, tags: Tags) -> Dossier:
    source, confirmed = _read_evidence(table)
    return Dossier(
        agency=identity,
        evidence=source,
        confirmed=confirmed,
        public_feeds=tuple(_read_public_feed(row, tags) for row in table.tables("public_feed")),
    )


def _read_evidence(table: Table) -> tuple[str | None, bool]:
    given = table.table("evidence")
    if given is None:
        return None, False
    found = given.text("source", need=True), given.flag("confirmed", need=True) or False
    given.close()
    return found


def _read_former(row: Table) -> Former:
    until = row.text("until", need=True, pattern=_DAY, like="2024, 2024-10 or 2024-10-05") or ""
    former = Former(until=until, ministry=row.text("ministry"), name=row.text("name", most=limits.NAME))
    if not former.ministry and not former.name:
        row.note("says nothing of what was before", "Give the former ministry or name.")
    row.close()
    return former


def _read_public_feed(row: Table, tags: Tags) -> PublicFeed:
    status = row.word("status", _FEED_WORDS) or ""
    feed = PublicFeed(
        url=read_address(row, "url", need=status != _NO_FEED),
        languages=tags.languages(row, "languages"),
        status=status,
        evidence=row.text("evidence", need=True) or "",
        evidence_date=row.text("evidence_date", pattern=_DAY, like="2026, 2026-07 or 2026-07-25"),
    )
    row.close()
    return feed
