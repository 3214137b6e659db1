"""A whole feed, judged against what its tokens say: every field of it is written anew and compared."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from syndicate.client._edition import Edition, recognise
from syndicate.client._token import TokenReport, verify_token
from syndicate.errors import WireError
from syndicate.news import Entry, Registry, digest_of
from syndicate.republish import STORIES, light
from syndicate.wire import Difference, Sheet, Typesetter, lay_out, proofread

DIFFERS: Final = "differs"
ELSEWHERE: Final = "elsewhere"  # a signed item that does not belong in this feed
REPEATED: Final = "repeated"  # another version of an item that stands in the feed already
_RSS_ALONE: Final = "RSS is light and carries no tokens: bring them, or check the Atom or JSON feed"
_GATHERED: Final = (
    "who tells a story together is derived from the log and signed by nobody, so it cannot be written anew: "
    "its tokens were checked; check the slice's own feed for the rest"
)
_NO_EDITION: Final = "its self link names neither a feed of a hub nor a registered signed feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryReport:
    """One entry of a feed: what its token is worth, and which fields do not say what was signed."""

    place: int  # in the document, from 0
    token: TokenReport | None  # None: it carries no token, so nothing in it is signed
    differences: tuple[Difference, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the entry says what an agency signed, and nothing else."""
        return self.token is not None and self.token.ok and not self.differences


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReport:
    """What can be said of a feed document.

    ``compared`` says whether the fields could be written anew at all; when not, ``detail`` says why.
    """

    format: str
    self_url: str | None = None
    edition: str | None = None  # what it claims to be: "hub feed vn", "signed feed of vn.demo"
    compared: bool = False
    entries: tuple[EntryReport, ...] = ()
    differences: tuple[Difference, ...] = ()  # of the document's head
    unproven: tuple[str, ...] = ()  # what it says that no signature covers
    reason: str | None = None  # the code for which the document was refused as a whole
    detail: str | None = None

    @property
    def ok(self) -> bool:
        """Whether every visible field, of the head and of every entry, says what was signed."""
        whole = self.compared and self.reason is None and not self.differences
        return whole and all(entry.ok for entry in self.entries)

    @property
    def found(self) -> tuple[Difference, ...]:
        """Every difference, the head's first."""
        return (*self.differences, *(each for entry in self.entries for each in entry.differences))

    def as_json(self) -> dict[str, Any]:
        """The report as plain values, ready for ``json.dumps``."""
        told = asdict(self) | {"ok": self.ok}
        told["entries"] = [
            {
                "place": entry.place,
                "ok": entry.ok,
                "token": None if entry.token is None else entry.token.as_json(),
                "differences": [asdict(each) for each in entry.differences],
            }
            for entry in self.entries
        ]
        return told


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What lies beside the document while it is checked."""

    format: str
    registry: Registry
    now: int
    url: str | None
    tokens: tuple[str, ...]


def verify_feed(  # noqa: PLR0913 - two of them are seldom given
    body: bytes,
    format: str,  # noqa: A002 - the word of the vocabulary
    registry: Registry,
    *,
    now: int,
    url: str | None = None,
    tokens: Iterable[str] = (),
) -> FeedReport:
    """Check a hub's feed, or an agency's own signed feed, against the tokens it rests on.

    ``format`` is "atom", "json" or "rss". RSS carries no tokens, nor do the later entries of a long document:
    bring them in ``tokens`` (each as its entry names it by hash), or nothing of these can be checked. ``url``
    is the address that the document was asked for at; where it differs from the document's own, that is a
    difference.

    Never raises for anything the document holds: what cannot be read is a report with a ``reason``.
    """
    desk = _Desk(format=format, registry=registry, now=now, url=url, tokens=tuple(tokens))
    try:
        return _judge(body, lay_out(body, format), desk)
    except WireError as exc:
        return FeedReport(format=format, reason=exc.code, detail=str(exc))


def _judge(body: bytes, sheet: Sheet, desk: _Desk) -> FeedReport:
    tokens = _tokens(sheet, desk.tokens)
    reports = [_report(token, desk) for token in tokens]
    edition = recognise(sheet, desk.registry)
    told = FeedReport(
        format=desk.format,
        self_url=sheet.self_url,
        edition=None if edition is None else edition.name,
        entries=tuple(EntryReport(place=place, token=report) for place, report in enumerate(reports)),
    )
    if edition is None:
        gathered = f"/feeds/{STORIES}" in (sheet.self_url or "")
        return replace(told, detail=_GATHERED if gathered else _NO_EDITION)
    if desk.format == "rss" and reports and not any(reports):
        return replace(told, detail=_RSS_ALONE)
    entries = {
        place: _shown(edition.entry(report.item, token, sheet.ids[place]), sheet.tokens[place], desk.format)
        for place, (token, report) in enumerate(zip(tokens, reports, strict=True))
        if token is not None and report is not None and report.item is not None
    }
    anew = Typesetter(cache_bytes=0).render(edition.feed(list(entries.values())), desk.format)
    ids = [entries[place].id if place in entries else None for place in range(len(reports))]
    found = [*proofread(body, anew, desk.format, list(entries)), *_misfits(edition, reports, ids)]
    if desk.url is not None and desk.url != sheet.self_url:
        found.append(Difference(place=None, field="link[rel=self]", what=DIFFERS))
    return _with_differences(told, edition, found)


def _shown(entry: Entry, carried: str | None, format_: str) -> Entry:
    """An entry as the document shows it; in RSS, its place alone tells whether with its body."""
    return entry if carried is not None or format_ == "rss" else light(entry)


def _report(token: str | None, desk: _Desk) -> TokenReport | None:
    return None if token is None else verify_token(token, desk.registry, now=desk.now)


def _with_differences(told: FeedReport, edition: Edition, found: Sequence[Difference]) -> FeedReport:
    here: dict[int | None, list[Difference]] = {}
    for each in found:
        here.setdefault(each.place, []).append(each)
    return replace(
        told,
        compared=True,
        differences=tuple(here.get(None, ())),
        entries=tuple(replace(entry, differences=tuple(here.get(entry.place, ()))) for entry in told.entries),
        unproven=edition.unproven,
    )


def _tokens(sheet: Sheet, brought: Iterable[str]) -> list[str | None]:
    """The token of each entry: the one it carries, or the one brought along that it names by hash."""
    by_digest: dict[str | None, str] = {digest_of(token): token for token in brought if token.isascii()}
    return [
        token if token is not None else by_digest.get(digest)
        for token, digest in zip(sheet.tokens, sheet.digests, strict=True)
    ]


def _misfits(
    edition: Edition, reports: Sequence[TokenReport | None], ids: Sequence[str | None]
) -> list[Difference]:
    """Properly signed items that this feed would not show, or not twice."""
    found: list[Difference] = []
    seen: set[tuple[object, ...]] = set()
    for place, (report, id_) in enumerate(zip(reports, ids, strict=True)):
        item = None if report is None else report.item
        if item is None:
            continue
        if not edition.holds(item):
            found.append(Difference(place=place, field="entry", what=ELSEWHERE))
        key = (id_, *edition.key(item))
        if key in seen:
            found.append(Difference(place=place, field="id", what=REPEATED))
        seen.add(key)
    return found
