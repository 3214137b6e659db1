"""A proposal on its way: what goes to its signers, what they are told, who signed."""

from dataclasses import replace
from typing import Any

from signed_registry import Office, at

from syndicate.ceremony import (
    Books,
    Collected,
    Draft,
    Papers,
    RoleSigner,
    Signatures,
    changes,
    collect,
    draft,
    read_proposal,
    read_signatures,
    sign_draft,
    write_proposal,
)
from syndicate.news import AgencyId, Registry
from syndicate.papers import Roles
from syndicate.ports import Signer

NEWS = AgencyId("aa.news")


def proposed(
    office: Office, papers: Registry | None = None, roles: Roles | None = None, renew: tuple[str, ...] = ()
) -> Draft:
    """What goes to the signers: written into a file, and read again."""
    wanted = Papers(
        registry=replace(papers or office.papers, stage="rehearsal"), roles=roles or office.people.roles
    )
    made = draft(wanted, office.published, at(office.now), renew=renew)
    return read_proposal(write_proposal(made))


def with_agency(office: Office, **changed: Any) -> Registry:
    agency = replace(office.papers.agencies[NEWS], **changed)
    return replace(office.papers, agencies={**office.papers.agencies, NEWS: agency})


def said(office: Office, made: Draft) -> list[str]:
    after = Books(office.published, made)
    after.check(at(office.now))
    return list(changes(made, Books(office.published), after))


def signed_by(office: Office, made: Draft, *signers: Signer) -> list[tuple[str, Signatures]]:
    before, after = Books(office.published), Books(office.published, made)
    given = [sign_draft(made, RoleSigner(each), before, after) for each in signers]
    return [(f"{place}.json", read_signatures(each.to_bytes())) for place, each in enumerate(given)]


def collected(office: Office, made: Draft, given: list[tuple[str, Signatures]]) -> Collected:
    return collect(made, given, Books(office.published), Books(office.published, made))
