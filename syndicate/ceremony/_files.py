"""What the files of an honest proposal look like: what this program reads in them, as it writes it.

A file that says more than that would have people sign what nobody told them; one that readers leave in part
would not do what they were told.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final

from syndicate.errors import LedgerError, RegistryError
from syndicate.ledger import read_policy
from syndicate.news import MemberCode, Since
from syndicate.registry import (
    Files,
    Revocation,
    compile_registry,
    federation_file,
    manifest_file,
    names,
    read_revocations,
    revocations_file,
)

_SPARE_SECONDS: Final = 86_400  # that clocks may differ
_NO_WORDS: Final = (
    "Do not sign it. Upgrade this program if there is a newer one; else ask whoever proposed it what that is."
)
_GIVE_BACK: Final = (
    "Revocations are never taken back, only added to. If they were lost before, take the whole repository "
    "from the operator and revoke again, with --offline FOLDER."
)


def check_federation(raw: bytes) -> None:
    """Refuse a ``federation.json`` that says more than is told. Raises RegistryError."""
    registry = compile_registry(Files(federation=raw, manifests={}), lambda _: None)
    for member in registry.members.values():
        _check_history(names.FEDERATION, member.code, member.states)
    _check_spelled(names.FEDERATION, raw, lambda: federation_file(registry))


def check_manifest(raw: bytes | None, code: MemberCode, federation: bytes, now: int) -> None:
    """Refuse a manifest that says more than is told, or of which readers leave out something.

    Nor may it reinstate a key as of a day to come: no revocation until then would count.

    Raises:
        RegistryError: it says what.
    """
    path = names.manifest_path(code)
    left_out: list[str] = []
    files = Files(federation=federation, manifests={} if raw is None else {code: raw})
    registry = compile_registry(files, left_out.append)
    if dropped := [each for each in left_out if "both claims stand" not in each]:
        raise RegistryError(f"readers would leave out what it says: {dropped[0]}")
    for agency in registry.agencies.values():
        _check_history(path, agency.id, agency.states)
        if len({feed.id for feed in agency.feeds}) != len(agency.feeds):
            raise RegistryError(f"{path}: a feed of {agency.id} stands twice")
    for key in registry.keys.values():
        if key.reinstated_at is not None and key.reinstated_at > now + _SPARE_SECONDS:
            raise RegistryError(f"{path}: the key {key.kid} would be reinstated as of a day to come")
    _check_spelled(path, raw, lambda: manifest_file(registry, code))


def check_revocations(raw: bytes | None, code: MemberCode, standing: Iterable[Revocation]) -> None:
    """Refuse revocations that readers cannot read, or that lose an entry of those that stand.

    Raises:
        RegistryError: it says what.
    """
    path = names.revocations_path(code)
    entries = read_revocations(raw or b"", code)
    if lost := [each for each in standing if each not in entries]:
        raise RegistryError(
            f"{path}: {len(lost)} revocations would be gone from it: first that of {lost[0].kid}",
            hint=_GIVE_BACK,
        )
    _check_spelled(path, raw, lambda: revocations_file(code, entries))


def check_policy(raw: bytes | None) -> None:
    """Refuse a log's policy that is none. Raises RegistryError."""
    try:
        if raw is not None:
            read_policy(raw)
    except LedgerError as exc:
        raise RegistryError(
            f"{names.POLICY} is no policy of a log: {exc}", hint='See docs/protocol.md, "The public log".'
        ) from exc


def _check_history(path: str, who: str, states: Sequence[Since]) -> None:
    """Of two states that begin at one moment, nobody could say which it is."""
    if any(one.since >= other.since for one, other in pairwise(states)):
        raise RegistryError(f"{path}: two states of {who} begin at the same moment")


def _check_spelled(path: str, raw: bytes | None, write: Callable[[], bytes]) -> None:
    try:
        spelled = write()
    except (ValueError, OverflowError) as exc:  # a moment that no calendar has
        raise RegistryError(f"{path}: a moment in it is none ({exc})") from exc
    if raw != spelled:
        raise RegistryError(
            f"{path} changes something that this program cannot put into words: {_at(raw or b'', spelled)}",
            hint=_NO_WORDS,
        )


def _at(raw: bytes, spelled: bytes) -> str:
    """Where two spellings of a file part, with what stands there."""
    pairs = zip(raw, spelled, strict=False)
    start = next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(raw), len(spelled)))
    return ascii(raw[max(0, start - 30) : start + 60].decode("utf-8", "replace"))
