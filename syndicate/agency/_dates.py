"""Dates as the region's CMSs write them, read strictly: a date that is not understood is no date.

feedparser takes WIB, ICT or SGT for Greenwich and 2569 for a far future; a wrong time, once signed, stands
in the log for ever, so nothing here guesses. What is written is brought into one shape (composed, lower
case, ASCII digits), the zone is taken out, then the date, then the time.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from syndicate.agency._date_words import AFTERNOON, FORENOON, MONTHS, VIETNAMESE, ZONES, ZONES_AT_HOME
from syndicate.errors import AgencyError

_MOST_CHARACTERS: Final = 120
# Unix seconds of 1000-01-02 and 9999-12-30: a year of four digits in any zone, so it can be written again.
_MOMENTS: Final = (-30_610_137_600, 253_402_128_000)
_BUDDHIST: Final = 543  # years ahead of the common era, in Thailand, Laos, Cambodia and Myanmar
_BUDDHIST_YEARS: Final = range(2400, 2700)
_DAY_OR_NIGHT: Final = re.compile(
    "|".join(
        rf"(?P<{half}>{'|'.join(rf'(?<![a-zà-ỹ]){re.escape(word)}(?![a-zà-ỹ])' for word in words)})"
        for half, words in (("forenoon", FORENOON), ("afternoon", AFTERNOON))
    )
)
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[t ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)? ?(?:(z)|([+-]\d\d):?(\d\d)?)?",
    re.ASCII,
)
_IGNORED = re.compile(r"[\u200b-\u200f\u2060\ufeff\xad]")
# Zones: an offset, alone or after GMT/UTC; or a name, alone, at the end or in brackets.
_OFFSET = re.compile(r"(?:gmt|utc|ut)?\s*([+-])\s?(\d{1,2})(?::?([0-5]\d))?(?!\d)\s*(?:\([^)]*\))?\s*$")
_OFFSET_INSIDE = re.compile(r"\(?\b(?:gmt|utc)\s*([+-])\s?(\d{1,2})(?::?([0-5]\d))?(?!\d)\)?")
_OFFSET_PARTS: Final = 3
_ZONE_NAME = re.compile(r"(?<![^\s\d(])\(?([a-z]{1,4})\)?\s*$")
_ZONE_INSIDE = re.compile(r"\b(wib|wita|wit|ict|pht|phst|sgt|myt|mmt|bnt|tlt|utc|gmt)\b")
# The days of the week, where they hold numbers or words of numbers.
_WEEKDAY = re.compile(r"(?:thứ|thu)\s*(?:hai|ba|tư|năm|sáu|bảy|[2-7])\b|\bt[2-7]\b|chủ nhật|\bcn\b")
_VIETNAMESE_MONTH = re.compile(rf"(?:tháng|thg|th)\.?\s*(\d{{1,2}}|{'|'.join(VIETNAMESE)})")
_MONTH_WORDS = re.compile(
    "|".join(
        # Words of Latin and Arabic letters stand alone; the other scripts write without spaces.
        rf"(?<![^\W\d_]){re.escape(word)}(?![^\W\d_])" if word[0] < "\u0700" else re.escape(word)
        for word in sorted(MONTHS, key=len, reverse=True)
    )
)
_CHINESE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(\d{4})(\d\d)(\d\d)(?!\d)")
_NAMED: Final = tuple(
    (re.compile(pattern), order)
    for pattern, order in (
        (r"(?<!\d)(\d{1,2})[^\d#]*#(\d+)#[^\d#]*(?<!\d)(\d{4}|\d\d)(?![\d:])", "dmy"),
        (r"(?<!\d)(\d{4})[^\d#]*#(\d+)#[^\d#]*(\d{1,2})(?![\d:])", "ymd"),
        (r"#(\d+)#[^\d#]*(\d{1,2})(?:st|nd|rd|th)?[^\d#:]+(\d{4})(?!\d)", "mdy"),
        (r"#(\d+)#[^\d#]*(\d{1,2})\s+(\d{1,2}:\d\d:\d\d)\s+(\d{4})(?!\d)", "asctime"),
    )
)
_TIME = re.compile(
    r"(?<!\d)([01]?\d|2[0-4])\s?(?:[:.]|h|g|giờ|時|时|点|ໂມງ|ម៉ោង|နာရီ)\s?([0-5]\d)?(?:\s?[:.]\s?([0-5]\d|60))?(?:\.\d+)?"
)
_MONTH_FIRST_AT: Final = ("Asia/Manila",)  # 11/23/2026; the rest of the region writes 23/11/2026


@dataclass(frozen=True, slots=True, kw_only=True)
class DateReader:
    """Reads dates for one newsroom: ``zone`` is what a date without one means.

    With ``local`` the zone that a date states is not believed either: some CMSs write the newsroom's time
    and call it GMT.
    """

    zone: str
    local: bool = False

    def seconds(self, written: str) -> float | None:
        """The moment in Unix seconds; None if ``written`` is no date that can be read without guessing.

        Whatever comes back can be written as a date again.
        """
        return _seconds(written[: _MOST_CHARACTERS + 1], self.zone, self.local)


def zone_of(name: str) -> tzinfo:
    """The time zone of that IANA name.

    Raises:
        AgencyError: this machine knows no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as exc:
        raise AgencyError(
            f"this machine knows no time zone {name!r}",
            hint="Is it spelled as in Asia/Jakarta? A bare machine needs its package `tzdata`.",
        ) from exc


def states_a_zone(written: str) -> bool:
    """Whether a date says by itself what zone it is in."""
    return _zone_in(_shaped(written[:_MOST_CHARACTERS]), "UTC")[1] is not None


def may_be_read_twice(written: str) -> bool:
    """Whether day and month of a date could be taken for each other: 03/04/2026."""
    found = _YEAR_LAST.search(_shaped(written[:_MOST_CHARACTERS]))
    return found is not None and int(found[1]) <= 12 and int(found[3]) <= 12 and found[1] != found[3]


@lru_cache(maxsize=4_096)
def _seconds(written: str, zone: str, local: bool) -> float | None:  # noqa: FBT001 - a cache's key
    if len(written) > _MOST_CHARACTERS:
        return None
    home = zone_of(zone)
    text = _shaped(written)
    try:
        moment, stated = _read(text, zone)
    except (ValueError, OverflowError):
        return None
    if moment is None:
        return None
    try:
        seconds = moment.replace(tzinfo=home if local or stated is None else stated).timestamp()
    except (ValueError, OverflowError):
        return None
    return seconds if _MOMENTS[0] <= seconds <= _MOMENTS[1] else None


def _shaped(written: str) -> str:
    text = unicodedata.normalize("NFC", _IGNORED.sub("", written)).strip().lower()
    return "".join(
        str(unicodedata.decimal(each)) if not each.isascii() and each.isdecimal() else each for each in text
    )


def _read(text: str, zone: str) -> tuple[datetime | None, tzinfo | None]:
    """The date and time as the clock on the wall showed it, and the zone that was stated."""
    if found := _ISO.fullmatch(text):
        year, month, day, hour, minute, second = (int(each or 0) for each in found.groups()[:6])
        stated = _iso_zone(found[7], found[8], found[9])
        return datetime(_common(year), month, day, hour, minute, min(second, 59)), stated  # noqa: DTZ001 - the zone follows
    text, stated = _zone_in(text, zone)
    if stated is _UNKNOWN:
        return None, None
    named, rest = _date_in(_WEEKDAY.sub(" ", text), zone)
    return (None, None) if named is None else (_at(named, rest), stated)


def _iso_zone(greenwich: str | None, hours: str | None, minutes: str | None) -> tzinfo | None:
    if greenwich:
        return UTC
    if hours is None:
        return None
    return _offset(hours[0], hours[1:], minutes)


def _offset(sign: str, hours: str, minutes: str | None) -> timezone:
    if int(hours) > 14:
        raise ValueError("no zone lies that far from Greenwich")
    east = int(hours) * 60 + int(minutes or 0)
    return timezone(timedelta(minutes=-east if sign == "-" else east))


_UNKNOWN: Final = timezone(timedelta(hours=23, minutes=59), "unknown")


def _zone_in(text: str, home: str) -> tuple[str, tzinfo | None]:
    """``text`` without its zone, and the zone: None if it states none, ``_UNKNOWN`` if nobody knows it."""
    found = _OFFSET_INSIDE.search(text)
    if found is None and re.search(
        r"\d[:.]\d\d\s*(?:gmt|utc|ut)?\s*[+-]\s?\d{1,4}(?::\d\d)?\s*(?:\(|$)", text
    ):
        found = _OFFSET.search(text)
    if found is not None:
        hours, minutes = found[2], found[3]
        return text[: found.start()] + " " + text[found.end() :], _offset(found[1], hours, minutes)
    found = _ZONE_INSIDE.search(text) or _ZONE_NAME.search(text)
    if found is None or found[1] in MONTHS or _DAY_OR_NIGHT.fullmatch(found[1]) or found[1] in _HOURS:
        return text, None
    east = ZONES_AT_HOME.get((found[1], home), ZONES.get(found[1]))
    rest = text[: found.start()] + " " + text[found.end() :]
    return rest, _UNKNOWN if east is None else timezone(timedelta(minutes=east))


_HOURS: Final = ("h", "g", "hrs", "hr", "jam", "ng", "de")


def _date_in(text: str, zone: str) -> tuple[date | None, str]:
    """The day that ``text`` names, and what is left of it."""
    for pattern in (_CHINESE, _YEAR_FIRST, _YEAR_LAST, _COMPACT):
        if found := pattern.search(text):
            return _day_of(pattern, found, zone), _without(text, found)
    text = _VIETNAMESE_MONTH.sub(lambda found: f" #{VIETNAMESE.get(found[1]) or int(found[1])}# ", text)
    thai = bool(re.search("[\u0e00-\u0eff]", text))
    text = _MONTH_WORDS.sub(lambda found: f" #{MONTHS[found[0]]}# ", text, count=1)
    for named, order in _NAMED:
        if found := named.search(text):
            return _named_day(found, order, thai=thai), _without(text, found, keep=order == "asctime")
    return None, text


def _without(text: str, found: re.Match[str], *, keep: bool = False) -> str:
    return f"{text[: found.start()]} {found[3] if keep else ''} {text[found.end() :]}"


def _day_of(pattern: re.Pattern[str], found: re.Match[str], zone: str) -> date:
    numbers = [int(each) for each in found.groups() if each.isdigit()]
    if pattern is not _YEAR_LAST:
        year, month, day = numbers
    else:
        day, month, year = numbers
        if month > 12 or (zone in _MONTH_FIRST_AT and day <= 12):
            day, month = month, day
    return date(_common(year), month, day)


def _named_day(found: re.Match[str], order: str, *, thai: bool) -> date:
    one, two, three = found[1], found[2], found[3]
    if order == "asctime":
        return date(_common(int(found[4])), int(one), int(two))
    if order == "mdy":
        return date(_common(int(three)), int(one), int(two))
    day, year = (three, one) if order == "ymd" else (one, three)
    return date(_full(year, thai=thai), int(two), int(day))


def _full(year: str, *, thai: bool) -> int:
    """A year of two digits is Thai or Lao after the Buddha, else of this century or the last (RFC 2822)."""
    if len(year) == 4:
        return _common(int(year))
    if thai:
        return 2500 + int(year) - _BUDDHIST
    return int(year) + (2000 if int(year) < 50 else 1900)


def _common(year: int) -> int:
    return year - _BUDDHIST if year in _BUDDHIST_YEARS else year


def _at(day: date, rest: str) -> datetime:
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the zone follows
    found = _TIME.search(rest)
    if found is None:
        return midnight
    hour = int(found[1])
    half = _DAY_OR_NIGHT.search(rest)
    if half is not None and half["afternoon"] and hour < 12:
        hour += 12
    elif half is not None and half["forenoon"] and hour == 12:
        hour = 0
    return midnight.replace(hour=hour, minute=int(found[2] or 0), second=min(int(found[3] or 0), 59))
