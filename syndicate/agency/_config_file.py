"""The agency's configuration as a TOML file: read strictly, and written with a comment for every line."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

from syndicate.agency._addresses import plain_address
from syndicate.agency._config import AgencyConfig
from syndicate.agency._dates import zone_of
from syndicate.agency._enrolment import read_enrolment
from syndicate.agency._read_wordpress import MOST_PAGES
from syndicate.agency._source import KINDS
from syndicate.errors import AgencyError
from syndicate.news import AgencyId, FederationId, HostError, StreamName, a_label, limits, spelling

T = TypeVar("T")

_CONFIG_BYTES: Final = 100_000
_DAY: Final = 86_400
_HINT: Final = "Open the file in an editor: each line says in a comment what belongs there."
_ZONE: Final = r"[A-Za-z_]+(/[A-Za-z0-9_+-]+){0,2}"
_SPOKEN: Final = {  # forms, for the person who fills in the file
    spelling.AGENCY_ID: "two letters of the state, a dot, 2 to 32 of a-z 0-9 and hyphen: vn.demo",
    spelling.FEDERATION_ID: "the federation's id, of a-z 0-9 and hyphen: asean",
    spelling.STREAM_NAME: "1 to 32 of a-z 0-9 and hyphen: main",
    spelling.LANGUAGE: "a language tag: vi, en, ms-Arab, zh-Hans",
    _ZONE: "an IANA time zone: Asia/Dili",
}

_TEMPLATE: Final = """\
# {comment}: how its news is signed. Made by `syndicate agency init`; fill in what is empty, then run
# `syndicate agency sign` with this file. File names are relative to the folder of this file.

[agency]
id = {id}
federation = {federation}
stream = {stream:<25} # lower-case letters, digits, hyphens; a second feed gets a second name
name = {name:<27} # the agency's name as readers know it, in `language`
language = {language:<23} # of everything in the feed below: vi, en, ms-Arab, zh-Hans ...
zone = {zone:<27} # the newsroom's time zone: Asia/Ho_Chi_Minh, Asia/Dili ...
domains = {domains:<24} # hosts of your articles; "*.news.example" is every host below news.example
media_hosts = {media_hosts:<20} # other hosts of your pictures; a picture from anywhere else is left out
# rights = "..."                   # terms of use that travel with every item
# credit = "..."                   # attribution that must travel with every item

[cms]
feed = {feed:<27} # your CMS's RSS, Atom, JSON Feed or WordPress posts (address or file), or a folder
# kind = "wordpress"               # only if it cannot be told: feed, json, wordpress, folder
# pages = 3                        # of WordPress's posts: 100 each, the last edited first
# local_dates = true               # only if the CMS calls the newsroom's time GMT or UTC
# furniture = ["related-stories"]  # class names of what is no part of an article: adverts, counters
# allow = ["10.0.0.5:80"]          # only if your CMS answers on an address inside your own network

[out]
folder = {folder:<25} # the signed feed goes here: a folder that your web server serves
base_url = {base_url:<23} # the address of that folder from outside; ends in "/"

[brake]
release_seconds = 120            # what the CMS publishes waits so long: time to stop a false story
burst_times = 10                 # more than so many times the usual news of an hour waits for a person

[files]
key = {key}
enrolment = {enrolment}
book = {book:<27} # the memory of what was signed: back it up, never edit it
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What is known of an agency when its configuration is first written; the rest stays empty in it."""

    name: str = ""
    language: str = ""
    zone: str = "UTC"
    domains: tuple[str, ...] = ()
    media_hosts: tuple[str, ...] = ()
    feed: str = ""
    base_url: str = ""
    stream: str = "main"


def check_answers(federation: str, answers: Answers) -> None:
    """Look at what was answered before anything is made; what was left empty is asked for later.

    Raises:
        AgencyError: the federation, the language or the time zone is none.
    """
    given = {"--federation": (spelling.FEDERATION_ID, federation)}
    given |= {"--language": (spelling.LANGUAGE, answers.language)} if answers.language else {}
    for option, (pattern, value) in given.items():
        try:
            matching(pattern)(value)
        except ValueError as exc:
            raise AgencyError(f"{option} {exc}", hint="Nothing was made yet; say it again.") from exc
    zone_of(answers.zone)


def write_config(agency: str, federation: str, answers: Answers, files: Mapping[str, str]) -> str:
    """The text of a new configuration file; ``files`` names key, enrolment, book and folder."""
    values: dict[str, str | tuple[str, ...]] = {"id": agency, "federation": federation, **files}
    values |= {name: getattr(answers, name) for name in Answers.__dataclass_fields__}
    written = {name: _toml(value) for name, value in values.items()}
    return _TEMPLATE.format_map({"comment": agency, **written})


def load_config(path: Path) -> AgencyConfig:
    """Read an agency's configuration, and its enrolment file.

    Raises:
        AgencyError: a file cannot be read, or a field is missing, unknown or wrong; names file and field.
    """
    try:
        with path.open("rb") as file:
            told = tomllib.loads(file.read(_CONFIG_BYTES).decode())
    except OSError as exc:
        raise AgencyError(f"cannot read the configuration {path}: {exc.strerror}", hint=_MAKE_ONE) from exc
    except ValueError as exc:
        raise AgencyError(f"{path} is not TOML: {exc}", hint=_HINT) from exc
    return _Form(path=path, told=told).config()


_MAKE_ONE: Final = "`syndicate agency init` writes one."


@dataclass(slots=True)
class _Form:
    """A configuration file being read: every field asked for once, what was not asked for is refused."""

    path: Path
    told: Mapping[str, Any]
    asked: set[tuple[str, str]] = field(default_factory=set)

    def config(self) -> AgencyConfig:
        config = AgencyConfig(
            id=AgencyId(self.get("agency", "id", matching(spelling.AGENCY_ID))),
            federation=FederationId(self.get("agency", "federation", matching(spelling.FEDERATION_ID))),
            stream=StreamName(self.get("agency", "stream", matching(spelling.STREAM_NAME), "main")),
            name=self.get("agency", "name", _words(limits.CREDIT)),
            language=self.get("agency", "language", matching(spelling.LANGUAGE)),
            zone=self.get("agency", "zone", matching(_ZONE), "UTC"),
            domains=self.get("agency", "domains", _hosts(least=1)),
            media_hosts=self.get("agency", "media_hosts", _hosts(), ()),
            rights=self.get("agency", "rights", _words(limits.RIGHTS), None),
            credit=self.get("agency", "credit", _words(limits.CREDIT), None),
            feed=self._feed(),
            kind=self.get("cms", "kind", matching("|".join(KINDS)), "auto"),
            pages=self.get("cms", "pages", _count(MOST_PAGES), 3),
            local_dates=self.get("cms", "local_dates", _yes_or_no, False),
            furniture=self.get("cms", "furniture", _strings, ()),
            allow=self.get("cms", "allow", _endpoints, ()),
            folder=self._file("out", "folder"),
            base_url=self.get("out", "base_url", _folder_address),
            key_file=self._file("files", "key"),
            book_file=self._file("files", "book"),
            release_seconds=self.get("brake", "release_seconds", _whole(_DAY), 120),
            burst_times=self.get("brake", "burst_times", _whole(1_000), 10),
            enrolment_file=self._file("files", "enrolment"),
            keys=read_enrolment(self._file("files", "enrolment")),
        )
        self._refuse_unknown()
        for key in config.keys:
            if key.agency != config.id:
                self.refuse("files", "enrolment", f"names the keys of {key.agency}, not of {config.id}")
        return config

    def get(self, table: str, name: str, shape: Callable[[Any], T], *default: T) -> T:
        self.asked.add((table, name))
        section = self.told.get(table, {})
        if not isinstance(section, dict):
            self.refuse(table, "", "is not a table")
        if name not in section:
            if default:
                return default[0]
            self.refuse(table, name, "is missing")
        try:
            return shape(section[name])
        except (ValueError, HostError) as exc:
            self.refuse(table, name, str(exc), exc)

    def refuse(self, table: str, name: str, why: str, cause: Exception | None = None) -> NoReturn:
        where = f"{table}.{name}" if name else table
        raise AgencyError(f"{self.path}: {where} {why}", hint=_HINT) from cause

    def _file(self, table: str, name: str) -> Path:
        return self.path.parent / self.get(table, name, _words(4_096))

    def _feed(self) -> str:
        feed = self.get("cms", "feed", _words(4_096))
        if "://" not in feed:
            return str(self.path.parent / feed)
        if not feed.startswith(("http://", "https://")):
            self.refuse("cms", "feed", "is neither an http(s) address nor a file")
        return feed

    def _refuse_unknown(self) -> None:
        tables = {table for table, _ in self.asked}
        for table, section in self.told.items():
            if table not in tables:
                self.refuse(table, "", "is no table of this file")
            for name in section:
                if (table, name) not in self.asked:
                    self.refuse(table, name, "is no field of this file")


def matching(pattern: str) -> Callable[[Any], str]:
    """A shape: text of the form ``pattern``, one of those in ``_SPOKEN``."""

    def shape(value: Any) -> str:  # noqa: ANN401 - whatever the TOML held
        if not isinstance(value, str) or re.fullmatch(pattern, value, re.ASCII) is None:
            raise ValueError(_empty_or(value, f"is {value!r}, where there should be {_SPOKEN[pattern]}"))
        return value

    return shape


def _words(most: int) -> Callable[[Any], str]:
    def shape(value: Any) -> str:  # noqa: ANN401 - whatever the TOML held
        if not isinstance(value, str) or not 1 <= len(value) <= most:
            raise ValueError(_empty_or(value, f"is not text of 1 to {most} characters"))
        return value

    return shape


def _whole(most: int) -> Callable[[Any], int]:
    def shape(value: Any) -> int:  # noqa: ANN401 - whatever the TOML held
        if type(value) is not int or not 0 <= value <= most:
            raise ValueError(f"is not a whole number from 0 to {most}")
        return value

    return shape


def _count(most: int) -> Callable[[Any], int]:
    def shape(value: Any) -> int:  # noqa: ANN401 - whatever the TOML held
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            raise ValueError(f"is no number from 1 to {most}")
        return value

    return shape


def _yes_or_no(value: Any) -> bool:  # noqa: ANN401 - whatever the TOML held
    if not isinstance(value, bool):
        raise ValueError("is no yes or no as TOML writes it")  # noqa: TRY004 - a field's shape, told like any other
    return value


def _strings(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever the TOML held
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise ValueError("is not a list of texts")
    return tuple(value)


def _endpoints(value: Any) -> tuple[tuple[str, int], ...]:  # noqa: ANN401 - whatever the TOML held
    found = [re.fullmatch(r"\[?([0-9a-fA-F.:]+?)\]?:(\d{1,5})", each) for each in _strings(value)]
    if not all(found):
        raise ValueError('is not a list of "IP-address:port"')
    return tuple((str(ip_address(each[1])), int(each[2])) for each in found if each)


def _hosts(least: int = 0) -> Callable[[Any], tuple[str, ...]]:
    def shape(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever the TOML held
        hosts = tuple(a_label(each) for each in _strings(value))
        if len(hosts) < least:
            raise ValueError("is empty: name at least one host")
        return hosts

    return shape


def _folder_address(value: Any) -> str:  # noqa: ANN401 - whatever the TOML held
    address = plain_address(value) if isinstance(value, str) else None
    if address is None or not address.endswith("/"):
        raise ValueError(
            _empty_or(value, 'is not an http(s) address with a host name, without a port, that ends in "/"')
        )
    return address


def _empty_or(value: object, why: str) -> str:
    return "is empty" if value == "" else why


def _toml(value: str | tuple[str, ...]) -> str:
    if isinstance(value, str):
        escaped = "".join(_ESCAPED.get(character, character) for character in value)
        return f'"{escaped}"'
    return f"[{', '.join(_toml(each) for each in value)}]"


_ESCAPED: Final = {'"': '\\"', "\\": "\\\\"} | {chr(code): f"\\u{code:04x}" for code in (*range(32), 127)}
