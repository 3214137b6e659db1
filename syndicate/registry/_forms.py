"""The registry's files as JSON (docs/protocol.md, "The registry"): their fields, bounds and one spelling.

What stands here is signed by thresholds of people, so a field that we do not know is left alone: a later
version may add one. What we know has to be of its kind and within its bounds.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar

import msgspec

from syndicate.errors import RegistryError
from syndicate.news import KeyStatus, SeatState, UnixTime, spelling

VERSION: Final = 1
FILE_BYTES: Final = 1_000_000
_MEMBERS: Final = 300
_AGENCIES: Final = 200
_ROWS: Final = 100
_NO_REASON: Final = "no reason that can be read"
_ENTRIES: Final = 5_000  # revocations of one member, for ever

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2}$")]
Kid = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{43}$")]
Names = Annotated[dict[Line, Line], msgspec.Meta(min_length=1, max_length=_ROWS)]
Lines = Annotated[tuple[Line, ...], msgspec.Meta(max_length=_ROWS)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
_T = TypeVar("_T", bound="Form")


class Form(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A table of one of the files; fields that have their default are not written."""


class SinceForm(Form, frozen=True):
    """A state of a seat."""

    state: SeatState
    since: Moment


class MemberForm(Form, frozen=True):
    """A member state, as all of them together see it."""

    code: Code
    names: Names
    status: Annotated[tuple[SinceForm, ...], msgspec.Meta(max_length=_ROWS)] = ()


class FederationForm(Form, frozen=True):
    """``federation.json``."""

    v: int
    id: Annotated[str, msgspec.Meta(pattern=f"^{spelling.FEDERATION_ID}$")]
    name: Line
    members: Annotated[tuple[MemberForm, ...], msgspec.Meta(max_length=_MEMBERS)]
    stage: str = ""  # "pilot" or "rehearsal"; empty once it is the real thing


class FormerForm(Form, frozen=True):
    """What was so until some day."""

    until: Line
    ministry: Line | None = None
    name: Line | None = None


class OwnershipForm(Form, frozen=True):
    """Who stands behind an agency."""

    form: Line | None = None
    funding: Line | None = None
    editor_appointed_by: Line | None = None


class FeedForm(Form, frozen=True):
    """A signed feed; ``id`` is its name within the agency."""

    id: Annotated[str, msgspec.Meta(pattern=f"^{spelling.STREAM_NAME}$")]
    url: Line
    format: Annotated[str, msgspec.Meta(pattern="^(atom|json)$")]
    stream: Annotated[str, msgspec.Meta(pattern=f"^{spelling.STREAM_NAME}$")]
    cadence_seconds: Annotated[int, msgspec.Meta(ge=1, le=31 * 86_400)]
    lang: Line | None = None


class KeyForm(Form, frozen=True):
    """An item key: an OKP JSON Web Key (RFC 8037), its window, its fate, its proof of possession."""

    kid: Kid
    kty: Annotated[str, msgspec.Meta(pattern="^OKP$")]
    crv: Annotated[str, msgspec.Meta(pattern="^Ed25519$")]
    x: Kid
    status: KeyStatus
    nbf: Moment
    exp: Moment
    proof: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{86}$")]
    revoked_at: Moment | None = None
    reason: Line | None = None
    reinstated_at: Moment | None = None


class AgencyForm(Form, frozen=True):
    """An agency, its feeds and its keys."""

    id: Annotated[str, msgspec.Meta(pattern=f"^{spelling.AGENCY_ID}$")]
    names: Names
    domains: Lines
    status: Annotated[tuple[SinceForm, ...], msgspec.Meta(min_length=1, max_length=_ROWS)]
    keys: Annotated[tuple[KeyForm, ...], msgspec.Meta(max_length=_ROWS)] = ()
    feeds: Annotated[tuple[FeedForm, ...], msgspec.Meta(max_length=_ROWS)] = ()
    media_hosts: Lines = ()
    languages: Lines = ()
    timezone: Line = "UTC"
    aliases: Lines = ()
    formerly: Annotated[tuple[FormerForm, ...], msgspec.Meta(max_length=_ROWS)] = ()
    ownership: OwnershipForm | None = None
    home: Line | None = None
    ministry: Line | None = None
    rights: Line | None = None
    credit: Line | None = None
    contact: Line | None = None


class ServiceForm(Form, frozen=True):
    """A place of a member state where people can have a claim checked."""

    names: Names
    url: Line


class ManifestForm(Form, frozen=True):
    """``members/<cc>/manifest.json``."""

    v: int
    member: Code
    services: Annotated[tuple[ServiceForm, ...], msgspec.Meta(max_length=_ROWS)] = ()
    agencies: Annotated[tuple[AgencyForm, ...], msgspec.Meta(max_length=_AGENCIES)] = ()


class RevocationForm(Form, frozen=True):
    """One entry: a key that stopped counting, entered by one person of its state."""

    kid: Kid
    revoked_at: Moment
    entered_at: Moment
    reason: Line


class RevocationsForm(Form, frozen=True):
    """``members/<cc>/revocations.json``."""

    v: int
    member: Code
    entries: Annotated[tuple[RevocationForm, ...], msgspec.Meta(max_length=_ENTRIES)] = ()


def write_form(form: Form) -> bytes:
    """The one spelling of a file: compact JSON, fields in order, maps sorted, a line feed at the end."""
    return msgspec.json.encode(form, order="deterministic") + b"\n"


def read_form(kind: type[_T], raw: bytes, path: str) -> _T:
    """Read a file of the registry.

    Raises:
        RegistryError: it is not what its path says; the message names the path and the field.
    """
    if len(raw) > FILE_BYTES:
        raise RegistryError(f"{path}: more than {FILE_BYTES} bytes")
    try:
        form: Any = msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as exc:  # a ValidationError names the field
        raise RegistryError(f"{path}: {exc}") from exc
    if form.v != VERSION:
        raise RegistryError(
            f"{path}: version {form.v} of the registry's files is not known here",
            hint="Upgrade this program.",
        )
    read: _T = form
    return read


def read_entries(raw: bytes, code: str) -> tuple[list[RevocationForm], bool]:
    """The entries of a ``revocations.json`` that can be read, each by itself, and whether those are all."""
    try:
        told = msgspec.json.decode(raw) if len(raw) <= FILE_BYTES else None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or told.get("member") != code or told.get("v") != VERSION:
        return [], False
    rows = told.get("entries", [])
    if not isinstance(rows, list):
        return [], False
    read = [_entry(row) for row in rows[:_ENTRIES]]
    found = [each for each in read if each is not None]
    return found, len(found) == len(rows)


def _entry(row: object) -> RevocationForm | None:
    unexplained = {**row, "reason": _NO_REASON} if isinstance(row, dict) else row
    for each in (row, unexplained):
        try:
            return msgspec.convert(each, RevocationForm)
        except (msgspec.MsgspecError, ValueError):
            continue
    return None


def moment(when: int) -> datetime:
    """Unix seconds as the files have them."""
    return datetime.fromtimestamp(when, UTC)


def unix(when: datetime) -> UnixTime:
    """A moment of the files in Unix seconds."""
    return UnixTime(int(when.timestamp()))
