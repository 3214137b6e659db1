"""The hub's settings: read once, frozen, passed down.

A setting comes from the command line, else from the environment (``SYNDICATE_HUB_`` and its name in
capitals), else from the TOML file, else it has the default here, which suits one small machine. What no
setting is called, and what is of the wrong kind, is refused: a misspelt limit must not be a missing limit.
docs/settings.md explains each one; a test compares the two.
"""

import difflib
import re
import tomllib
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

from syndicate.deliver import DeliverLimits
from syndicate.errors import SettingsError
from syndicate.fetch import FetchLimits, is_address
from syndicate.journey import ARCHIVE_PAGE, LookupLimits, PressLimits, SubmitLimits
from syndicate.news import limits
from syndicate.republish import parse_slice
from syndicate.web import CopyLimits, WebLimits, read_networks
from syndicate.websub import WebSubLimits

PREFIX: Final = "SYNDICATE_HUB_"
_FILE_BYTES: Final = 100_000
_MAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,255}")
_REACHABLE: Final = re.compile(r"(?:https://[A-Za-z0-9]|mailto:|tel:\+)[!-~]{1,500}")


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port, written "127.0.0.1:8080" or "[::1]:8080"."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set on a hub. Times are in seconds, sizes in bytes."""

    listen: Address = Address("127.0.0.1", 8080)
    base_url: str = ""  # where readers reach the hub; empty: where it listens
    database: Path = Path("syndicate.sqlite3")
    registry: str = ""  # address or folder of the published registry
    root: Path | None = None  # the root metadata to trust it by; None: the one that came with the program
    root_digests: tuple[str, ...] = ()  # addresses that must name the same root
    registry_cache: Path | None = None  # what was seen of it is kept here; None: beside the database
    registry_seconds: float = 60.0  # how often it is looked at for changes
    log_name: str = ""  # the log's origin; empty: made from base_url, or from the federation's id
    log_key: Path | None = None  # the key that signs the log; None: made beside the database
    log_passphrase: Path | None = None  # file with its passphrase; None: beside the key
    mirrors: tuple[str, ...] = ()  # addresses that hold this log, too; asked at the start
    contact: str = ""  # mail address or page, told to every server that is polled
    allow: tuple[Address, ...] = ()  # private addresses that may be dialled; for demos and tests
    poll_seconds: float = 5.0  # how often one looks which feeds are due
    fetch: FetchLimits = field(default_factory=FetchLimits)
    feeds: PressLimits = field(default_factory=PressLimits)
    submit: SubmitLimits = field(default_factory=SubmitLimits)
    web: WebLimits = field(default_factory=WebLimits)
    lookup: LookupLimits = field(default_factory=LookupLimits)
    deliver: DeliverLimits = field(default_factory=DeliverLimits)
    websub: WebSubLimits = field(default_factory=WebSubLimits)
    export: CopyLimits = field(default_factory=CopyLimits)

    @property
    def contact_uri(self) -> str:
        """``contact`` as security.txt may name it (RFC 9116, section 2.5.3); "" where it cannot."""
        if _MAIL.fullmatch(self.contact):
            return f"mailto:{self.contact}"
        return self.contact if _REACHABLE.fullmatch(self.contact) else ""

    def told(self) -> dict[str, str]:
        """Every setting by its name, as text; "" where nothing is set."""
        return _told(self)


def read_settings(
    config: Path | None = None,
    environment: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
) -> Settings:
    """The settings that file, environment and command line (``given``, by setting) make together.

    Raises:
        SettingsError: the file cannot be read, or a setting is unknown or ill-typed; the message names
            the file with its line, the variable or the option.
    """
    told: dict[str, tuple[str, object]] = {}
    if config is not None:
        told |= _from_file(config)
    for variable, value in (environment or {}).items():
        if variable.startswith(PREFIX):
            told[_setting_of(variable)] = (variable, value)
    for name, value in (given or {}).items():
        told[name] = (f"--{name.replace('_', '-')}", value)
    settings: Settings = _build(Settings, "", told)
    if told:
        name, (where, _) = next(iter(told.items()))
        meant = difflib.get_close_matches(name, settings.told(), n=1)
        _refuse(where, "there is no such setting" + "".join(f"; is {one} meant?" for one in meant))
    return settings


def read_address(text: str) -> Address:
    """Read "host:port" as an address; port 0 lets the machine choose one.

    Raises:
        ValueError: it is not one.
    """
    found = re.fullmatch(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[^:\[\]\s]+)):(?P<port>[0-9]{1,5})", text)
    if found is None or int(found["port"]) > 65_535:
        raise ValueError("must be HOST:PORT")
    return Address(found["six"] or found["host"], int(found["port"]))


def _told(of: Any, before: str = "") -> dict[str, str]:  # noqa: ANN401 - a dataclass of settings
    found: dict[str, str] = {}
    for one in fields(of):
        value = getattr(of, one.name)
        if is_dataclass(value) and not isinstance(value, Address):
            found |= _told(value, f"{one.name}.")
        else:
            found[before + one.name] = _text(value)
    return found


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _from_file(config: Path) -> dict[str, tuple[str, object]]:
    try:
        with config.open("rb") as file:
            raw = file.read(_FILE_BYTES + 1)
        text = raw.decode("utf-8")
        tables = tomllib.loads(text)
    except OSError as exc:
        raise SettingsError(f"cannot read the settings in {config}: {exc.strerror}") from exc
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise SettingsError(f"{config} is not TOML: {exc}") from exc
    if len(raw) > _FILE_BYTES:
        raise SettingsError(f"{config} is larger than {_FILE_BYTES} bytes: these are not settings")
    told: dict[str, tuple[str, object]] = {}
    for name, value in _flat(tables):
        local = name in _PATHS or (name == "registry" and not is_address(str(value)))
        base = config.parent if local and isinstance(value, str) and value else None
        told[name] = (
            f"{config}{_line_of(text, name)}, {name}",
            value if base is None else str(base / str(value)),
        )
    return told


_PATHS: Final = (
    "database",
    "root",
    "registry_cache",
    "log_key",
    "log_passphrase",
)  # in a file they are relative to the file


def _flat(tables: Mapping[str, Any], before: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name, value in tables.items():
        if isinstance(value, dict) and not before:
            found += _flat(value, f"{name}.")
        else:
            found.append((before + name, value))
    return found


def _line_of(text: str, name: str) -> str:
    """Where ``name`` is set, as ":7", for a person; tomllib keeps no places."""
    table, here = name.rpartition(".")[0], ""
    last = name.rpartition(".")[2]
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*([^\]]+?)\s*\]", line):
            here = header[1]
        written = re.match(r"""\s*["']?([A-Za-z0-9_.-]+?)["']?\s*=""", line)
        if written and ((here, written[1]) == (table, last) or (not here and written[1] == name)):
            return f":{number}"
    return ""


def _setting_of(variable: str) -> str:
    """The setting that an environment variable names; groups and names are joined by "_" there."""
    name = variable.removeprefix(PREFIX).lower()
    for group in fields(Settings):
        if is_dataclass(_kinds(Settings)[group.name]) and group.type is not Address:
            rest = name.removeprefix(f"{group.name}_")
            if rest != name and any(one.name == rest for one in fields(_kinds(Settings)[group.name])):
                return f"{group.name}.{rest}"
    return name


# None of them, or at once; with a 0 for any other number nothing would ever be let in.
_MAY_BE_ZERO: Final = frozenset(
    {
        "fetch.redirects",
        "feeds.window_seconds",
        "feeds.rebuild_seconds",
        "feeds.look_seconds",
        "feeds.kept_bytes",
        "export.item_pages",
    }
)


# A feed reaches down to its archive: a document with fewer items than a page, or with less room than so many
# of the largest tokens take, would leave some out between the two (decision 0054).
_AT_LEAST: Final = {
    "feeds.window_least": ARCHIVE_PAGE,
    "feeds.window_most": ARCHIVE_PAGE,
    "feeds.window_complete": ARCHIVE_PAGE,
    "feeds.window_characters": ARCHIVE_PAGE * limits.TOKEN_CHARACTERS,
    "feeds.window_complete_characters": ARCHIVE_PAGE * limits.TOKEN_CHARACTERS,
}


def _kinds(of: type) -> dict[str, Any]:
    return typing.get_type_hints(of)


def _build(of: type, before: str, told: dict[str, tuple[str, object]]) -> Any:  # noqa: ANN401 - of the class given
    """An instance of ``of`` with what is told of its fields, which is taken out of ``told``."""
    values: dict[str, object] = {}
    for name, kind in _kinds(of).items():
        if is_dataclass(kind) and kind is not Address:
            values[name] = _build(typing.cast("type", kind), f"{name}.", told)
        elif before + name in told:
            where, value = told.pop(before + name)
            try:
                values[name] = _convert(value, kind)
                _check_least(before + name, values[name], kind)
                if name == "base_url":
                    _check_base_url(str(values[name]))
                if (check := _CHECKS.get(before + name)) is not None:
                    check(typing.cast("tuple[str, ...]", values[name]))
            except ValueError as exc:
                _refuse(where, str(exc))
    return of(**values)


def _check_least(name: str, value: object, kind: object) -> None:
    if value == 0 and kind in (int, float) and name not in _MAY_BE_ZERO:
        raise ValueError("must be more than 0")
    least = _AT_LEAST.get(name, 0)
    if isinstance(value, int) and value < least:
        raise ValueError(f"must be at least {least:,}")
    if kind == tuple[float, ...] and isinstance(value, tuple) and not (value and all(value)):
        raise ValueError("must be numbers of more than 0, at least one")


def _convert(value: object, kind: Any) -> object:  # noqa: ANN401 - one line per kind of setting
    if typing.get_origin(kind) is tuple:
        parts = (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )
        if not isinstance(parts, list):
            raise ValueError("must be a list")
        return tuple(_convert(part, typing.get_args(kind)[0]) for part in parts)
    if isinstance(kind, types.UnionType):  # "or none": only by leaving it out
        kind = next(one for one in typing.get_args(kind) if one is not type(None))
    if kind in (int, float):
        return _number(value, kind)
    if not isinstance(value, str):
        raise ValueError("must be text")  # noqa: TRY004 - told to the operator as one of many kinds
    if kind is Address:
        return read_address(value.strip())
    if kind is Path:
        if not value:
            raise ValueError("must be a path")
        return Path(value)
    return value


def _check_slices(paths: tuple[str, ...]) -> None:
    """Each is spelled as feeds spell it, so that no file of a copy stands under another name."""
    for path in paths:
        slice_ = parse_slice(path)
        if slice_ is None or slice_.path != path:
            raise ValueError(f"{path!r} is no slice: write it as feeds do, such as vn/lang/vi/kind/alert")


_CHECKS: Final[Mapping[str, Callable[[tuple[str, ...]], object]]] = {
    "web.proxies": read_networks,
    "export.slices": _check_slices,
}


def _check_base_url(value: str) -> None:
    """It begins every address that a feed shows: what is wrong here is wrong in all readers."""
    parts = urlsplit(value)
    plain = not (parts.query or parts.fragment or parts.username) and value.isprintable() and " " not in value
    if value and not (parts.scheme in ("http", "https") and parts.hostname and plain):
        raise ValueError("must be an address such as https://hub.example")


def _number(value: object, kind: type) -> int | float:
    wanted = "a whole number" if kind is int else "a number"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"must be {wanted}")  # noqa: TRY004 - told to the operator as one of many kinds
    if isinstance(value, float) and kind is int:
        raise ValueError(f"must be {wanted}")
    try:
        number: int | float = kind(value)
    except (ValueError, OverflowError) as exc:
        raise ValueError(f"must be {wanted}") from exc
    if not 0 <= number < float("inf"):
        raise ValueError("must be 0 or more")
    return number


def _refuse(where: str, what: str) -> NoReturn:
    raise SettingsError(f"{where}: {what}")
