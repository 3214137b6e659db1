"""Before any key exists: what would be signed of a CMS, what is odd about it, and what to change.

The entries go the whole way: converted, composed, signed with a key that nobody keeps, and judged as a hub
would. What a person reads here is therefore what would happen, not an opinion about it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from syndicate.agency._addresses import plain_address
from syndicate.agency._compose import compose
from syndicate.agency._config import AgencyConfig
from syndicate.agency._draft import Draft, draft
from syndicate.agency._entry import CmsEntry, CmsFeed
from syndicate.agency._findings import Finding, find
from syndicate.agency._one_by_one import Unfit, failed
from syndicate.agency._stream import judge
from syndicate.news import (
    AgencyId,
    FederationId,
    HostError,
    ItemId,
    Refused,
    Registry,
    StreamName,
    a_label,
    host_of,
)
from syndicate.ports import Signer

_HOSTS_GUESSED: Final = 3
_NO_LANGUAGE: Final = "und"  # BCP 47: undetermined


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """One entry: what would be signed of it, or why nothing would."""

    title: str
    url: str
    published: str  # RFC 3339, as it would be signed; "" if it would not
    dated: str  # as the CMS wrote it
    characters: int  # of the converted body
    pictures: int
    code: str | None = None  # why it would not be signed: a news.Reason, or "entry-…"
    detail: str | None = None
    remedy: str | None = None
    notes: tuple[str, ...] = ()  # what would be changed or left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would become of everything that the CMS shows."""

    source: str
    format: str
    language: str
    zone: str
    domains: tuple[str, ...]
    entries: tuple[Previewed, ...]  # in the order of the CMS
    findings: tuple[Finding, ...]  # the gravest first

    @property
    def is_fit(self) -> bool:
        """Whether everything would be signed, and nothing needs to be changed before."""
        return not any(finding.grave for finding in self.findings)

    def fit(self) -> int:
        """How many entries would be signed."""
        return sum(entry.code is None for entry in self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person said about a CMS when asking for a preview; what is empty is taken from the CMS."""

    source: str
    language: str = ""
    zone: str = ""
    domains: tuple[str, ...] = ()
    media_hosts: tuple[str, ...] = ()
    kind: str = "auto"
    pages: int = 1
    local_dates: bool = False
    furniture: tuple[str, ...] = ()
    allow: tuple[tuple[str, int], ...] = ()

    def config(self) -> AgencyConfig:
        """A configuration to read with, of an agency that does not exist."""
        return AgencyConfig(
            id=AgencyId("xx.preview"),
            federation=FederationId("preview"),
            stream=StreamName("main"),
            name="Preview",
            language=self.language or _NO_LANGUAGE,
            zone=self.zone or "UTC",
            domains=tuple(_host(each) for each in self.domains),
            media_hosts=tuple(_host(each) for each in self.media_hosts),
            feed=self.source,
            kind=self.kind,
            pages=self.pages,
            local_dates=self.local_dates,
            furniture=self.furniture,
            allow=self.allow,
            folder=Path(),
            base_url="https://preview.invalid/",
        )


def preview(asked: Asked, feed: CmsFeed, *, signer: Signer, now: float) -> Preview:
    """What would be signed at ``now`` of what was read; ``signer`` is any key, and nothing of it is kept."""
    config = _completed(asked.config(), feed)
    registry = config.own_registry(signer.kid, signer.public)
    drafts = [draft(entry, config, now) for entry in feed.entries]
    entries = _judged(feed.entries, drafts, _Bench(config=config, signer=signer, registry=registry, now=now))
    return Preview(
        source=feed.source,
        format=feed.format,
        language=config.language,
        zone=config.zone,
        domains=config.domains,
        entries=entries,
        findings=find(feed, drafts, [each.code for each in entries], config, now=now)
        + _unsaid(asked, config),
    )


def _host(written: str) -> str:
    try:
        return a_label(written)
    except HostError:
        return written.lower()


def _completed(config: AgencyConfig, feed: CmsFeed) -> AgencyConfig:
    """The configuration with what the feed claims wherever nobody said otherwise."""
    language = config.language
    if language == _NO_LANGUAGE and feed.language:
        language = _spelled(feed.language) or _NO_LANGUAGE
    return replace(config, language=language, domains=config.domains or _hosts(feed))


def _spelled(claimed: str) -> str:
    """A language tag as a feed writes it (`en_us`, `VI`), as BCP 47 spells it; the region says nothing."""
    first = claimed.replace("_", "-").split("-")[0].strip().lower()
    return first if first.isalpha() and len(first) in (2, 3) else ""


def _hosts(feed: CmsFeed) -> tuple[str, ...]:
    addresses = (plain_address(entry.url, entry.base) for entry in feed.entries)
    counted = Counter(host_of(address) for address in addresses if address)
    return tuple(host for host, _ in counted.most_common(_HOSTS_GUESSED))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    config: AgencyConfig
    signer: Signer
    registry: Registry
    now: float

    def refusal(self, each: Draft) -> Refused | None:
        unsigned = compose(each, None, self.config, self.now)
        return judge(unsigned, signer=self.signer, registry=self.registry, now=self.now)

    def published(self, each: Draft) -> str:
        return compose(each, None, self.config, self.now).item.published


def _judged(
    entries: Sequence[CmsEntry], drafts: Sequence[Draft | Unfit], bench: _Bench
) -> tuple[Previewed, ...]:
    seen: set[ItemId] = set()
    judged: list[Previewed] = []
    for entry, drafted in zip(entries, drafts, strict=True):
        if isinstance(drafted, Unfit):
            judged.append(_skipped(entry, drafted))
        elif drafted.sub in seen:
            judged.append(_skipped(entry, REPEATED))
        else:
            judged.append(_fit_or_failed(entry, drafted, bench))
            seen.add(drafted.sub)
    return tuple(judged)


REPEATED: Final = Unfit(
    code="entry-repeated",
    detail="an entry above it in the feed has the same id",
    remedy="Let the CMS give every entry a guid (RSS) or id (Atom) of its own.",
)


def _fit_or_failed(entry: CmsEntry, drafted: Draft, bench: _Bench) -> Previewed:
    try:
        return _fit(entry, drafted, bench)
    except Exception as exc:  # noqa: BLE001 - the edge of one entry: a bug stops no other
        return _skipped(entry, failed(exc))


def _fit(entry: CmsEntry, drafted: Draft, bench: _Bench) -> Previewed:
    refused = bench.refusal(drafted)
    body = drafted.content.body if drafted.content else None
    return Previewed(
        title=drafted.title,
        url=drafted.url,
        published=bench.published(drafted) if refused is None else "",
        dated=entry.dated,
        characters=len(body or ""),
        pictures=len(drafted.media),
        code=None if refused is None else refused.reason.value,
        detail=None if refused is None else f"hubs would refuse it: {refused.detail}",
        remedy=None if refused is None else refused.reason.remedy,
        notes=drafted.notes,
    )


def _skipped(entry: CmsEntry, unfit: Unfit) -> Previewed:
    return Previewed(
        title=entry.title.value[:200] if entry.title else entry.cms_id[:200],
        url=entry.url[:200],
        published="",
        dated=entry.dated,
        characters=0,
        pictures=0,
        code=unfit.code,
        detail=unfit.detail,
        remedy=unfit.remedy,
    )


def _unsaid(asked: Asked, config: AgencyConfig) -> tuple[Finding, ...]:
    """What was assumed because nobody said it; the configuration will ask for it."""
    assumed: list[Finding] = []
    if not asked.language:
        unknown = config.language == _NO_LANGUAGE
        assumed.append(
            Finding(
                code="language-assumed",
                grave=unknown,
                what="nobody said what language this is in"
                + ("" if unknown else f"; {config.language!r} was taken from the feed"),
                advice="Say it with --lang (vi, en, ms-Arab ...): it is signed with every item.",
            )
        )
    if not asked.zone and asked.config().zone == "UTC":
        assumed.append(
            Finding(
                code="zone-assumed",
                what="dates that state no zone were read as UTC",
                advice="Say the newsroom's zone with --zone (Asia/Dili ...).",
            )
        )
    if not asked.domains and config.domains:
        assumed.append(
            Finding(
                code="domains-assumed",
                what=f"the articles' hosts were taken from the entries: {', '.join(config.domains)}",
                advice="These will stand in agency.domains: are they all yours? Say it with --domains.",
            )
        )
    return tuple(assumed)
