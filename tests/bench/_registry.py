"""What it takes to keep the registry: requests, bytes, and processor time with a thousand agencies."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from syndicate.ceremony import Rehearsal, Repository
from syndicate.news import (
    Agency,
    AgencyId,
    AgencyKey,
    FederationId,
    KeyStatus,
    Member,
    MemberCode,
    Registry,
    SeatState,
    Since,
    UnixTime,
)
from syndicate.registry import Dial, RegistryClient, folder_dial
from syndicate.signing import ephemeral_signer
from syndicate.trust import enrolment_message, thumbprint

from ._measure import Goal, Result, Scale, cpu_of, told

_STATES: Final = tuple(MemberCode(f"{letter}x") for letter in "abcdefghijk")
_AGENCIES: Final = 6  # of each state
_MANY: Final = 1_000
_KEYS: Final = 3  # of each agency
_NOW: Final = 1_795_435_200


class _Line:
    """A line to the repository that counts what goes over it."""

    def __init__(self, dial: Dial) -> None:
        self._dial = dial
        self.requests = 0
        self.bytes = 0

    def __call__(self, path: str, most: int) -> bytes | None:
        body = self._dial(path, most)
        self.requests += 1
        self.bytes += len(body or b"")
        return body


def measure(scale: Scale) -> list[Result]:
    """Requests, bytes and seconds."""
    with TemporaryDirectory(prefix="syndicate-bench-") as made:
        folder = Path(made)
        return [*_traffic(folder), _refreshing(folder, scale)]


def _traffic(folder: Path) -> Iterator[Result]:
    published = _publish(folder / "eleven", len(_STATES) * _AGENCIES)
    client = RegistryClient(published.first_root(), folder / "client")
    for what, requests, size in (("cold", 60, 200_000), ("unchanged", 2, 1_000)):
        line = _Line(folder_dial(published.folder))
        client.refresh(line, _NOW)
        for figure, most, unit in ((line.requests, requests, "requests"), (line.bytes, size, "bytes")):
            yield Result(
                section="registry",
                what=f"11 states with {_AGENCIES} agencies of {_KEYS} keys, {what}",
                figure=figure,
                spread=(figure, figure),
                goal=Goal(at_most=most),
                unit=unit,
            )


def _refreshing(folder: Path, scale: Scale) -> Result:
    published = _publish(folder / "many", scale.of(_MANY, 22))
    cold: list[float] = []
    again: list[float] = []
    for turn in range(scale.of(3, 1)):
        client = RegistryClient(published.first_root(), folder / f"many-{turn}")
        for seconds in (cold, again):
            seconds.append(cpu_of(lambda: client.refresh(folder_dial(published.folder), _NOW)))  # noqa: B023
    return Result(
        section="registry",
        what=f"{_MANY:,} agencies of {_KEYS} keys, first look, processor time",
        figure=sorted(cold)[len(cold) // 2],
        spread=(min(cold), max(cold)),
        goal=Goal(at_most=1.0),
        unit="s",
        behind=(told("the next look", [each * 1_000 for each in again], "ms"),),
    )


def _publish(folder: Path, agencies: int) -> Repository:
    published = Repository(folder)
    people = Rehearsal.begin(_STATES, ephemeral_signer)
    people.publish(_federation(agencies), published, datetime.fromtimestamp(_NOW, UTC))
    return published


def _federation(count: int) -> Registry:
    names = [AgencyId(f"{_STATES[n % len(_STATES)]}.agency-{n}") for n in range(count)]
    keys = [key for name in names for key in _keys(name)]
    return Registry(
        federation=FederationId("bench"),
        name="Bench",
        members={code: Member(code=code, names={"en": f"State {code}"}) for code in _STATES},
        agencies={name: _agency(name) for name in names},
        keys={key.kid: key for key in keys},
        version="",
    )


def _agency(name: AgencyId) -> Agency:
    host = name.replace(".", "-")
    return Agency(
        id=name,
        names={"en": f"The official agency {name}", "vi": f"Cơ quan thông tấn {name}"},
        domains=(f"{host}.example", f"www.{host}.example"),
        states=(Since(state=SeatState.ACTIVE, since=UnixTime(_NOW - 86_400)),),
        languages=("en", "vi"),
        ministry="Ministry of Information",
        rights="Free with attribution.",
        credit=str(name),
    )


def _keys(name: AgencyId) -> Iterator[AgencyKey]:
    for _ in range(_KEYS):
        signer = ephemeral_signer()
        yield AgencyKey(
            kid=thumbprint(signer.public),
            agency=name,
            public=signer.public,
            status=KeyStatus.ACTIVE,
            nbf=UnixTime(_NOW - 86_400),
            exp=UnixTime(_NOW + 300 * 86_400),
            proof=signer.sign(enrolment_message(name, signer.public)),
        )
