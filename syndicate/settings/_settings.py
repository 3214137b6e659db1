"""Everything that can be set on a hub, with its defaults."""

import re
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Final

from syndicate.deliver import DeliverLimits
from syndicate.fetch import FetchLimits
from syndicate.journey import LookupLimits, PressLimits, SubmitLimits
from syndicate.web import CopyLimits, WebLimits
from syndicate.websub import WebSubLimits

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
