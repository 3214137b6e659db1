"""A look at a registry: what is asked for, and what is seen."""

from dataclasses import replace

from signed_registry import Office

from syndicate.news import AgencyId, Registry

HOUR = 3_600


def agencies(registry: Registry) -> set[str]:
    return {str(each) for each in registry.agencies}


def renamed(office: Office, code: str = "aa", name: str = "Renamed") -> Registry:
    agency = office.papers.agencies[AgencyId(f"{code}.news")]
    other = replace(agency, names={"en": name})
    return replace(office.papers, agencies={**office.papers.agencies, agency.id: other})
