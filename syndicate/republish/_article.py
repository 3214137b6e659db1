"""One item as schema.org's ``NewsArticle``: what search engines and platforms read inside a page."""

from collections.abc import Mapping
from typing import Any, Final

from syndicate.news import Act, Agency, Entry, Media, Registry, Relation, RelationType, spelling

_CONTEXT: Final = "https://schema.org"
_STATUS: Final = {Act.WITHHOLD: "Withheld", Act.RETRACT: "Withdrawn"}
_NOTED: Final = frozenset({Act.CORRECT, Act.WITHHOLD, Act.RETRACT})
# Rebuttals, disputes and endorsements have no word there that would not be a verdict of ours (S3, S6).
_RELATED: Final = {
    RelationType.TRANSLATES: "translationOfWork",
    RelationType.DERIVES: "isBasedOn",
    RelationType.CITES: "citation",
}


def article_of(entry: Entry, registry: Registry, *, base_url: str) -> Mapping[str, Any]:
    """``entry`` as JSON-LD (schema.org), to stand in the item's page at the hub at ``base_url``.

    Nothing is said that was not signed or registered. The body stands in the page and not here once more;
    of a withdrawn item there is none anywhere, its note is the ``correction``. The same entry and
    registry give the same mapping, in the same order.
    """
    base = base_url.rstrip("/")
    agency = registry.agencies.get(entry.agency)
    told = {
        "@context": _CONTEXT,
        "@type": "NewsArticle",
        "@id": entry.id,
        "mainEntityOfPage": item_page(base, entry),
        "url": entry.url,
        "headline": entry.title,
        "description": entry.summary,
        "inLanguage": entry.lang,
        "datePublished": entry.published,
        "dateModified": entry.updated,
        "expires": entry.updated if entry.withdrawn else entry.expires,
        "version": entry.ver,
        "creativeWorkStatus": _STATUS.get(entry.act),
        "author": _authors(entry),
        "publisher": _publisher(entry, agency, base),
        "publishingPrinciples": _sources(base, entry),
        "creditText": entry.credit,
        "copyrightNotice": entry.rights,
        "correction": _correction(entry),
        "image": [_image(each) for each in entry.media if each.type.startswith("image/")] or None,
        "about": [_topic(code) for code in entry.categories] or None,
        **_related(entry, base),
    }
    return {name: value for name, value in told.items() if value is not None}


def item_page(base_url: str, entry: Entry) -> str:
    """The hub's page about an item, whatever its version."""
    return f"{base_url.rstrip('/')}/item/{entry.sub}"


def _sources(base: str, entry: Entry) -> str:
    return f"{base}/sources/{entry.agency}"


def _authors(entry: Entry) -> list[Mapping[str, Any]]:
    agency = {"@type": "NewsMediaOrganization", "name": entry.agency_name}
    return [agency] if entry.byline is None else [{"@type": "Person", "name": entry.byline}, agency]


def _publisher(entry: Entry, agency: Agency | None, base: str) -> Mapping[str, Any]:
    told = {
        "@type": "NewsMediaOrganization",
        "@id": f"urn:syndicate:{entry.agency}",
        "name": entry.agency_name,
        "url": None if agency is None else agency.home,
        "parentOrganization": None
        if agency is None or agency.ministry is None
        else {"@type": "GovernmentOrganization", "name": agency.ministry},
        "ownershipFundingInfo": None if agency is None else _ownership(agency, _sources(base, entry)),
        "publishingPrinciples": _sources(base, entry),
        "correctionsPolicy": f"{base}/corrections",
    }
    return {name: value for name, value in told.items() if value is not None}


def _ownership(agency: Agency, page: str) -> Mapping[str, Any] | None:
    """What the registry discloses of who stands behind an agency (S11); None where nobody has told."""
    owned = agency.ownership
    told = (
        ("legal form", owned.form),
        ("funding", owned.funding),
        ("editor appointed by", owned.editor_appointed_by),
    )
    known = "; ".join(f"{name}: {value}" for name, value in told if value is not None)
    return {"@type": "AboutPage", "url": page, "text": known} if known else None


def _correction(entry: Entry) -> Mapping[str, Any] | None:
    if entry.act not in _NOTED or entry.note is None:
        return None
    return {
        "@type": "CorrectionComment",
        "text": entry.note,
        "inLanguage": entry.lang,
        "datePublished": entry.updated,
    }


def _image(medium: Media) -> Mapping[str, Any]:
    told = {
        "@type": "ImageObject",
        "url": medium.url,
        "encodingFormat": medium.type,
        "caption": medium.alt or None,
        "creditText": medium.credit,
    }
    return {name: value for name, value in told.items() if value is not None}


def _topic(code: str) -> Mapping[str, Any]:
    return {"@type": "DefinedTerm", "termCode": code, "inDefinedTermSet": spelling.MEDIA_TOPICS}


def _related(entry: Entry, base: str) -> Mapping[str, list[str]]:
    told: dict[str, list[str]] = {"isBasedOn": [entry.token_url]}
    for relation in entry.relations:
        name = _RELATED.get(relation.type)
        if name is not None:
            told.setdefault(name, []).append(_target(relation, base))
    return told


def _target(relation: Relation, base: str) -> str:
    return f"{base}/item/{relation.sub}" if relation.url is None else relation.url
