"""From an entry of the CMS to what would be signed: a ``Draft``, or the reason why there is none."""

import hashlib
import html
import json
import re
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from syndicate.agency._addresses import plain_address
from syndicate.agency._challenge import challenge_in
from syndicate.agency._config import AgencyConfig
from syndicate.agency._convert import Converted, Picture, convert
from syndicate.agency._entry import CmsEntry, Words
from syndicate.agency._one_by_one import Unfit, failed
from syndicate.agency._scripts import foreign_script
from syndicate.agency._text import is_readable, one_line, shortened, without_markup
from syndicate.agency._tree import TooMuchMarkup
from syndicate.news import (
    AgencyId,
    Content,
    ItemId,
    Kind,
    Media,
    Reason,
    b64url,
    host_of,
    is_listed,
    limits,
    rfc3339,
    spelling,
)

_TITLE_FROM_TEXT: Final = 100  # characters of the text that stand in for a missing title
_BLANK_LINES = re.compile(r"\r?\n[ \t]*\r?\n\s*")
_MEDTOP = re.compile(rf"(?:{spelling.MEDTOP}|https?://cv\.iptc\.org/newscodes/mediatopic/)(\d{{8}})")
_MEDTOP_SCHEME = re.compile(r"medtop|https?://cv\.iptc\.org/newscodes/mediatopic/?")
_MEDIA_TYPE = re.compile(spelling.MEDIA_TYPE, re.ASCII)
_TYPES: Final = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp",
    "avif": "image/avif", "svg": "image/svg+xml", "mp4": "video/mp4", "webm": "video/webm",
    "mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg",
}  # fmt: skip
_SOME_PICTURE: Final = "image/x-unknown"  # it stands in an img, and nothing says more
_EARLIEST: Final = 0.0
_ANY_TAG = re.compile(r"<[^>]*>")  # of a converted body, where no attribute holds a bare ">"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an item says, before it has a version, a place in the stream and a time of signing."""

    cms_id: str
    sub: ItemId
    title: str
    url: str
    lang: str
    kind: Kind = Kind.STORY
    summary: str | None = None
    content: Content | None = None
    byline: str | None = None
    categories: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    published: float | None = None  # Unix seconds, where the CMS states a time that can be believed
    updated: float | None = None
    notes: tuple[str, ...] = ()  # what was changed or left out on the way

    @property
    def fingerprint(self) -> str:
        """Names what is signed of the CMS's entry: equal means that nothing has to be signed.

        Times, terms and the order of entries are not in it (docs/decisions/0005).
        """
        said: list[object] = [
            self.kind,
            self.lang,
            self.title,
            self.url,
            self.summary,
            self.byline,
            self.categories,
        ]
        said += [self.content and (self.content.type, self.content.body)]
        said += [[(medium.url, medium.type, medium.alt) for medium in self.media]]
        raw = json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode("ascii")
        return f"1.{b64url(hashlib.sha256(raw).digest())}"


def item_id(agency: AgencyId, cms_id: str) -> ItemId:
    """The claim `sub` for a CMS's own id: opaque, and the same for ever (docs/protocol.md, "Claims")."""
    digest = hashlib.sha256(cms_id.encode("utf-8", "replace")).digest()
    return ItemId(f"{agency}:{b32encode(digest).decode('ascii').lower()[:26]}")


def draft(entry: CmsEntry, config: AgencyConfig, now: float) -> Draft | Unfit:
    """What ``entry`` says, as it would be signed at ``now``; whatever it is, nothing is raised."""
    try:
        return _draft(entry, config, now)
    except Exception as exc:  # noqa: BLE001 - the edge of one entry: a bug stops no other
        return failed(exc)


def _draft(entry: CmsEntry, config: AgencyConfig, now: float) -> Draft | Unfit:
    if (unfit := _unreadable(entry, now)) is not None:
        return unfit
    if not entry.cms_id:
        return Unfit(
            code="entry-without-id",
            detail="it has neither an id nor an address, so it could not be recognised again",
            remedy="Let the CMS give every entry a guid (RSS) or id (Atom).",
        )
    url = plain_address(entry.url, entry.base)
    if url is None:
        return _unfit(Reason.URL_INVALID, f"its address {entry.url[:200]!r} is no plain http(s) address")
    if not config.may_name(url):
        return _unfit(
            Reason.HOST_NOT_LISTED, f"its address is on {host_of(url)}, not listed in agency.domains"
        )
    try:
        return _drafted(entry, config, url, now)
    except TooMuchMarkup as exc:
        return _unfit(Reason.TOKEN_TOO_LARGE, str(exc))


def _unreadable(entry: CmsEntry, now: float) -> Unfit | None:
    """Why an entry is no story that may be looked at now, whatever it says."""
    if entry.trouble:
        return Unfit(
            code="entry-unreadable", detail=entry.trouble, remedy="Mend it there; the others are signed."
        )
    if challenge_in(entry):
        return Unfit(
            code="entry-challenge",
            detail="it is a bot wall's challenge page that was taken for a story",
            remedy="Delete it in the CMS, and let whoever filled the CMS past the bot wall.",
        )
    if entry.waits and entry.published is not None and entry.published > now:
        return Unfit(
            code="entry-not-yet",
            detail=f"its date is {rfc3339(entry.published)}",
            remedy="Nothing to do: it is signed when that time has come.",
        )
    return None


def _unfit(reason: Reason, detail: str) -> Unfit:
    return Unfit(code=reason.value, detail=detail, remedy=reason.remedy)


def _drafted(entry: CmsEntry, config: AgencyConfig, url: str, now: float) -> Draft | Unfit:
    converted = convert(
        _markup(entry.body), base=url, media_hosts=config.picture_hosts, furniture=config.furniture
    )
    notes = list(converted.notes)
    title = _titled(entry, converted.body, notes)
    if not title:
        return Unfit(
            code="entry-without-text",
            detail="it has neither a title nor a text",
            remedy="Let the CMS's feed carry titles and texts.",
        )
    # The declared language decides; a script that is not the language's is only told.
    if found := foreign_script(f"{title} {_letters(converted.body)}", entry.lang or config.language):
        notes.append(f"it is declared {entry.lang or config.language!r}, but most of it is {found} script")
    return Draft(
        cms_id=entry.cms_id,
        sub=item_id(config.id, entry.cms_id),
        title=title,
        url=url,
        lang=entry.lang or config.language,
        summary=_summary(entry, converted.body, notes),
        content=Content(type="text/html", body=converted.body) if converted.body else None,
        byline=_fitting(one_line(entry.byline), limits.BYLINE, "byline", notes) or None,
        categories=_topics(entry.categories),
        media=_media(entry, converted, config, notes),
        published=_believed(entry.published or entry.updated, now, notes),
        updated=_believed(entry.updated, now, []),
        notes=tuple(notes),
    )


def _letters(body: str) -> str:
    return _ANY_TAG.sub(" ", body)


def _markup(words: Words | None) -> str:
    """The text as HTML; blank lines of a plain text are its paragraphs."""
    if words is None or words.is_html:
        return words.value if words else ""
    return _BLANK_LINES.sub("<br><br>", html.escape(words.value))


def _plain(words: Words | None) -> str:
    if words is None:
        return ""
    return without_markup(words.value) if words.is_html else one_line(words.value)


def _titled(entry: CmsEntry, body: str, notes: list[str]) -> str:
    title = _plain(entry.title)
    if is_readable(title):
        return _fitting(title, limits.TITLE, "title", notes)
    text = without_markup(body)
    if is_readable(text):
        notes.append("it has no title: the beginning of the text stands in for it")
        return shortened(text, _TITLE_FROM_TEXT)
    return ""


def _summary(entry: CmsEntry, body: str, notes: list[str]) -> str | None:
    summary = _plain(entry.summary)
    if not summary or summary == without_markup(body):
        return None  # many CMSs give the whole text twice
    return _fitting(summary, limits.SUMMARY, "summary", notes)


def _fitting(text: str, most: int, what: str, notes: list[str]) -> str:
    if len(text) > most:
        notes.append(f"the {what} was shortened to {most} characters")
    return shortened(text, most)


def _believed(stated: float | None, now: float, notes: list[str]) -> float | None:
    """A stated time, unless it lies ahead of the clock: nothing is published before it is."""
    if stated is None:
        return None
    if not _EARLIEST < stated <= now + limits.CLOCK_AHEAD_SECONDS:
        notes.append(f"its date ({rfc3339(stated)}) cannot be: the time it was first seen stands instead")
        return None
    return stated


def _topics(categories: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """IPTC Media Topics among an entry's categories; any other word is the CMS's own business."""
    found: dict[str, None] = {}
    for scheme, term in categories:
        full = f"{spelling.MEDTOP}{term}" if _MEDTOP_SCHEME.fullmatch(scheme) and term.isdecimal() else term
        if topic := _MEDTOP.fullmatch(full):
            found.setdefault(f"{spelling.MEDTOP}{topic[1]}")
    return tuple(found)[: limits.CATEGORIES]


def _media(
    entry: CmsEntry, converted: Converted, config: AgencyConfig, notes: list[str]
) -> tuple[Media, ...]:
    claimed = {
        address: each.type for each in entry.enclosures if (address := plain_address(each.url, entry.base))
    }
    media = {picture.url: _medium(picture, claimed.get(picture.url, "")) for picture in converted.pictures}
    for address, claim in claimed.items():
        type_ = _type_of(address, claim)
        if address in media or type_ is None:
            continue
        if not is_listed(host_of(address), config.picture_hosts):
            notes.append(f"a file on {host_of(address)} was left out: that host is not in media_hosts")
        else:
            media[address] = Media(url=address, type=type_, alt="")
    return tuple(media.values())[: limits.MEDIA]


def _medium(picture: Picture, claim: str) -> Media:
    return Media(url=picture.url, type=_type_of(picture.url, claim) or _SOME_PICTURE, alt=picture.alt)


def _type_of(address: str, claim: str) -> str | None:
    """What kind of file it is, as claimed or as its name ends; None if nothing tells."""
    claim = claim.strip().lower()
    if _MEDIA_TYPE.fullmatch(claim):
        return claim
    ending = address.partition("?")[0].rpartition(".")[2].lower()
    return _TYPES.get(ending)
