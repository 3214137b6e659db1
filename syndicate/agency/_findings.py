"""What a person should know of a CMS before signing it: each oddity once, with what to do about it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from syndicate.agency._config import AgencyConfig
from syndicate.agency._dates import may_be_read_twice, states_a_zone
from syndicate.agency._draft import Draft
from syndicate.agency._entry import CmsEntry, CmsFeed
from syndicate.agency._one_by_one import Unfit
from syndicate.news import rfc3339

_EXAMPLES: Final = 3
_DAY: Final = 86_400
_STALE_DAYS: Final = 60
_SMALL_WINDOW: Final = 20  # entries
_FEW: Final = 4  # entries that say nothing about a pace
_HALF: Final = 0.5
_PREFIX = re.compile(r"[^\W\d_][\w &/()'.-]{1,30}\s?[:|»]\s+\S")
_HOST_LEFT_OUT = re.compile(r"a (?:picture|file) on (\S+) was left out: that host is not in media_hosts")
_ZONE_SECONDS: Final = (23_400, 25_200, 28_800, 32_400)  # MMT, ICT, SGT, WIT: what a mislabelled zone adds


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One oddity of a CMS: what it is, what to do, how many entries have it."""

    code: str
    what: str
    advice: str
    grave: bool = False  # change something before signing; else it is only good to know
    count: int = 0  # entries concerned; 0: the whole source
    examples: tuple[str, ...] = ()


def find(
    feed: CmsFeed,
    drafts: Sequence[Draft | Unfit],
    codes: Sequence[str | None],
    config: AgencyConfig,
    *,
    now: float,
) -> tuple[Finding, ...]:
    """All that is odd about ``feed``, the gravest first; ``codes`` are why entries would not be signed."""
    seen = _Seen(feed=feed, drafts=drafts, codes=codes, config=config, now=now)
    found = [finding for look in _LOOKS for finding in look(seen)]
    return tuple(sorted(found, key=lambda finding: not finding.grave))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    feed: CmsFeed
    drafts: Sequence[Draft | Unfit]
    codes: Sequence[str | None]
    config: AgencyConfig
    now: float

    @property
    def good(self) -> list[tuple[CmsEntry, Draft]]:
        return [
            (entry, drafted)
            for entry, drafted in zip(self.feed.entries, self.drafts, strict=True)
            if isinstance(drafted, Draft)
        ]


def _refusals(seen: _Seen) -> Iterator[Finding]:
    for code, count in Counter(code for code in seen.codes if code).most_common():
        places = [place for place, each in enumerate(seen.codes) if each == code]
        first = seen.drafts[places[0]]
        detail = first.detail if isinstance(first, Unfit) else "hubs would refuse it"
        waits = code == "entry-not-yet"
        yield Finding(
            code=code,
            grave=not waits,
            what=f"would not be signed{' yet' if waits else ''}: {detail}",
            advice=first.remedy if isinstance(first, Unfit) else "The entry's own line below says why.",
            count=count,
            examples=_titles(seen.feed.entries[place] for place in places),
        )


def _nothing(seen: _Seen) -> Iterator[Finding]:
    if not seen.feed.entries:
        yield Finding(
            code="no-entries",
            grave=True,
            what="there is not a single entry",
            advice="Is this the right address? An empty feed is read, and nothing is signed.",
        )


def _undated(seen: _Seen) -> Iterator[Finding]:
    for code, what, advice, is_so in _DATES:
        with_it = [entry for entry, _ in seen.good if is_so(entry)]
        if with_it:
            shown = tuple(dict.fromkeys(entry.dated[:80] for entry in with_it if entry.dated))
            yield Finding(code=code, what=what, advice=advice, count=len(with_it), examples=shown[:_EXAMPLES])


_DATES: Final[tuple[tuple[str, str, str, Callable[[CmsEntry], bool]], ...]] = (
    (
        "date-missing",
        "no date: the time it was first seen is signed, and kept",
        "Let the CMS give a pubDate (RSS) or published (Atom).",
        lambda entry: not entry.dated and entry.published is None,
    ),
    (
        "date-unreadable",
        "a date that cannot be read: the time it was first seen is signed instead",
        "Let the CMS write dates as in RFC 3339: 2026-11-23T10:00:00+07:00.",
        lambda entry: bool(entry.dated) and entry.published is None and entry.updated is None,
    ),
    (
        "date-without-zone",
        "a date without a zone: the newsroom's zone is taken for it",
        "Check one date below against the site; --zone says the newsroom's zone.",
        lambda entry: entry.published is not None and bool(entry.dated) and not states_a_zone(entry.dated),
    ),
    (
        "date-ambiguous",
        "a date whose day and month could change places",
        "Check one date below against the site, or let the CMS write the month as a word.",
        lambda entry: may_be_read_twice(entry.dated),
    ),
)


def _ahead(seen: _Seen) -> Iterator[Finding]:
    ahead = [
        entry
        for entry, _ in seen.good
        if entry.published is not None and entry.published > seen.now + 300 and not entry.waits
    ]
    if not ahead:
        return
    newest = max(entry.published or 0.0 for entry in ahead)
    mislabelled = any(0 < newest - seen.now <= hours for hours in _ZONE_SECONDS)
    yield Finding(
        code="date-ahead",
        grave=mislabelled,
        what="dated ahead of now: the time it was first seen is signed instead",
        advice=(
            "The CMS seems to call the newsroom's own time GMT: set cms.local_dates (--local-dates)."
            if mislabelled
            else "Is the CMS's clock right?"
        ),
        count=len(ahead),
        examples=tuple(entry.dated[:80] for entry in ahead[:_EXAMPLES]),
    )


def _stale(seen: _Seen) -> Iterator[Finding]:
    newest = max((entry.published for entry, _ in seen.good if entry.published is not None), default=None)
    if newest is None or seen.now - newest < _STALE_DAYS * _DAY:
        return
    days = int((seen.now - newest) // _DAY)
    yield Finding(
        code="stale",
        grave=True,
        what=f"the newest entry is {days} days old ({rfc3339(newest)[:10]}): is this feed still fed?",
        advice="Look for the feed that the site uses today.",
    )


def _language(seen: _Seen) -> Iterator[Finding]:
    claimed = seen.feed.language.replace("_", "-").split("-")[0].lower()
    if claimed and claimed != seen.config.language.split("-")[0]:
        yield Finding(
            code="language-differs",
            what=f"the feed says it is in {seen.feed.language!r}; {seen.config.language!r} would be signed",
            advice="What you declare decides. Is it the right edition?",
        )
    foreign = [
        (entry, note)
        for entry, drafted in seen.good
        for note in drafted.notes
        if note.startswith("it is declared ")
    ]
    if foreign:
        yield Finding(
            code="script-differs",
            grave=len(foreign) >= len(seen.good) * _HALF,
            what=foreign[0][1],
            advice="Does this address lead to another edition? What you declare decides.",
            count=len(foreign),
            examples=_titles(entry for entry, _ in foreign),
        )


def _media(seen: _Seen) -> Iterator[Finding]:
    hosts = Counter(
        found[1]
        for _, drafted in seen.good
        for note in drafted.notes
        if (found := _HOST_LEFT_OUT.fullmatch(note))
    )
    if hosts:
        named = ", ".join(f'"{host}"' for host, _ in hosts.most_common())
        yield Finding(
            code="media-host-not-listed",
            what="pictures or files on other hosts would be left out",
            advice=f"If these hosts are yours: media_hosts = [{named}] (--media-hosts).",
            count=sum(hosts.values()),
        )


def _left_out(seen: _Seen) -> Iterator[Finding]:
    """What was dropped or shortened on the way into the content profile, each kind once."""
    kinds: dict[str, list[CmsEntry]] = {}
    for entry, drafted in seen.good:
        for note in drafted.notes:
            if not _HOST_LEFT_OUT.fullmatch(note) and not note.startswith(("it is declared ", "its date (")):
                kinds.setdefault(note, []).append(entry)
    for note, entries in sorted(kinds.items(), key=lambda kind: -len(kind[1])):
        yield Finding(
            code="changed",
            what=note,
            advice="Compare one of these with the site; cms.furniture names what is no part of an article.",
            count=len(entries),
            examples=_titles(entries),
        )


def _bare(seen: _Seen) -> Iterator[Finding]:
    bare = [entry for entry, drafted in seen.good if drafted.content is None]
    if bare:
        yield Finding(
            code="no-text",
            what="a title and an address only: no text would be signed",
            advice="Let the CMS put the text into its feed: what is not signed can be altered elsewhere.",
            count=len(bare),
            examples=_titles(bare),
        )


def _prefixes(seen: _Seen) -> Iterator[Finding]:
    prefixed = [entry for entry, drafted in seen.good if _PREFIX.match(drafted.title)]
    if len(seen.good) > 2 and len(prefixed) >= len(seen.good) * _HALF:
        yield Finding(
            code="title-prefix",
            what="titles begin with a category; they are signed as published",
            advice="If the CMS can give categories apart, readers will thank you.",
            count=len(prefixed),
            examples=_titles(prefixed),
        )


def _window(seen: _Seen) -> Iterator[Finding]:
    times = sorted(entry.published for entry, _ in seen.good if entry.published is not None)
    if not _FEW < len(times) <= _SMALL_WINDOW or times[-1] - times[0] >= _DAY:
        return
    minutes = max(1, int((times[-1] - times[0]) // 60 // 2))
    yield Finding(
        code="small-window",
        what=f"only {len(seen.feed.entries)} entries are shown, from a few hours",
        advice=f"Sign at least every {minutes} minutes: what scrolls away unseen is never signed.",
    )


def _titles(entries: Iterable[CmsEntry]) -> tuple[str, ...]:
    named = (entry.title.value if entry.title else entry.cms_id for entry in entries)
    return tuple(" ".join(each[:80].split()) for each, _ in zip(named, range(_EXAMPLES), strict=False))


_LOOKS: Final = (
    _nothing, _refusals, _undated, _ahead, _stale, _language, _media, _left_out, _bare, _prefixes, _window,
)  # fmt: skip
