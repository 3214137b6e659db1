"""The revocations that count in a published repository, though somebody's last word may have lost some."""

from typing import Final

from syndicate.ceremony._repository import TOP_TARGETS, Repository
from syndicate.errors import RegistryError
from syndicate.news import MemberCode
from syndicate.registry import Revocation, explained, names, salvage_revocations

_BACK: Final = 100  # versions that are looked through


def standing_revocations(base: Repository, code: MemberCode) -> tuple[Revocation, ...]:
    """What ``code`` has revoked: all that can be read of its newest file, and of those before it.

    Entries only accumulate, so an honest file holds what stood in all before it. A version that is not in
    this copy, or that was not signed by who signs today, adds nothing.
    """
    newest = base.targets(names.revocations_role(code))
    found: dict[Revocation, None] = {}
    version = 0 if newest is None else newest.signed.version
    for each in range(version, max(0, version - _BACK), -1):
        try:
            found |= dict.fromkeys(_read(base, code, each))
        except RegistryError:
            continue
    return tuple(found)


def _read(base: Repository, code: MemberCode, version: int) -> tuple[Revocation, ...]:
    role, path = names.revocations_role(code), names.revocations_path(code)
    old, top = base.targets_at(role, version), base.targets(TOP_TARGETS)
    info = old.signed.targets.get(path)
    if info is None or top is None:
        return ()
    raw = base.file(info)
    with explained(role):
        top.signed.verify_delegate(role, old.signed_bytes, old.signatures)
        info.verify_length_and_hashes(raw)
    return salvage_revocations(raw, code)[0]
