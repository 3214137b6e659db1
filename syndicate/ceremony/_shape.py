"""What the metadata of an honest proposal looks like: what this program puts into words, and nothing else.

Whoever signs is told in words what would change. What there are no words for is therefore refused, wherever
in the metadata it stands: else it would be signed unseen.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from securesystemslib.signer import Key, SSlibKey
from tuf.api.metadata import DelegatedRole, Delegations, Role, Root, TargetFile, Targets

from syndicate.ceremony._keys import HOLDER, fault_of_key
from syndicate.ceremony._repository import ROOT, TOP_TARGETS
from syndicate.errors import RegistryError

_NO_WORDS: Final = (
    "Do not sign it. Upgrade this program if there is a newer one; else ask whoever proposed it what that is."
)


def check_root(root: Root) -> None:
    """Refuse a root that gives what all agree on to others than itself, or holds what is told to nobody.

    Raises:
        RegistryError: it names what is wrong.
    """
    held, agreed = root.roles[ROOT], root.roles[TOP_TARGETS]
    if set(held.keyids) != set(agreed.keyids) or held.threshold != agreed.threshold:
        raise RegistryError(
            "the root would have what all agreed on signed by others than the root itself: "
            f"{agreed.threshold} of {len(agreed.keyids)} keys, not the same {held.threshold} of "
            f"{len(held.keyids)}",
            hint="Whoever fills that seat replaces every state's keys. Do not sign it: ask who proposed it.",
        )
    _check_seats(root.roles)
    _check_used(root.keys, root.roles)
    plain = Root(
        version=root.version,
        spec_version=root.spec_version,
        expires=root.expires,
        keys=_plain_keys(root.keys),
        roles={name: Role(each.keyids, each.threshold) for name, each in root.roles.items()},
        consistent_snapshot=root.consistent_snapshot,
    )
    _check_plain(ROOT, root.to_dict(), plain.to_dict())


def check_targets(role: str, targets: Targets) -> None:
    """Refuse a targets role that delegates where it may not, or holds what is told to nobody.

    Raises:
        RegistryError: it names what is wrong.
    """
    delegations = targets.delegations
    roles = (None if delegations is None else delegations.roles) or {}
    if role == TOP_TARGETS and delegations is not None:
        _check_seats(roles)
        _check_states(roles)
        _check_used(delegations.keys, roles)
    plain = Targets(
        version=targets.version,
        spec_version=targets.spec_version,
        expires=targets.expires,
        targets={
            path: TargetFile(each.length, {"sha256": each.hashes.get("sha256", "")}, path)
            for path, each in targets.targets.items()
        },
        delegations=None if role != TOP_TARGETS or delegations is None else _plain(delegations.keys, roles),
    )
    _check_plain(role, targets.to_dict(), plain.to_dict())


def _plain(keys: Mapping[str, Key], roles: Mapping[str, DelegatedRole]) -> Delegations:
    return Delegations(
        keys=_plain_keys(keys),
        roles={
            name: DelegatedRole(name, each.keyids, each.threshold, terminating=True, paths=each.paths)
            for name, each in roles.items()
        },
    )


def _plain_keys(keys: Mapping[str, Key]) -> dict[str, Key]:
    return {keyid: _plain_key(key) for keyid, key in keys.items()}


def _plain_key(key: Key) -> Key:
    name = key.unrecognized_fields.get(HOLDER)
    named = {HOLDER: name} if isinstance(name, str) and name.isprintable() else {}
    return SSlibKey(key.keyid, key.keytype, key.scheme, {"public": key.keyval["public"]}, named)


def _check_seats(roles: Mapping[str, Role]) -> None:
    for name, seat in roles.items():
        if len(seat.keyids) < seat.threshold:
            raise RegistryError(
                f"{name} would take {seat.threshold} of {len(seat.keyids)} keys: nobody could"
            )


def _check_states(roles: Mapping[str, Role]) -> None:
    for name, seat in roles.items():
        code, _, rest = name.partition("-")
        own, revokes = roles.get(code), roles.get(f"{code}-revocations")
        if own is None or revokes is None or set(own.keyids) != set(revokes.keyids):
            raise RegistryError(f"not the same people of {code} would sign its manifest and revoke its keys")
        if rest and seat.threshold != 1:
            raise RegistryError(f"one person of {code} alone could not revoke a key any more")
        if not rest and seat.threshold == 1 and len(seat.keyids) > 1:
            raise RegistryError(f"one person of {code} alone could change its manifest: it takes two")


def _check_used(keys: Mapping[str, Key], roles: Mapping[str, Role]) -> None:
    used = {keyid for each in roles.values() for keyid in each.keyids}
    if left := set(keys) ^ used:
        named = ", ".join(each[:8] for each in sorted(left))
        raise RegistryError(f"it names keys that sign nothing, or are not there: {named}")
    for key in keys.values():
        if fault := fault_of_key(key):
            raise RegistryError(f"the key {key.keyid[:8]} {fault}")


def _check_plain(role: str, told: dict[str, Any], plain: dict[str, Any]) -> None:
    for place in _apart(told, plain, ""):
        raise RegistryError(
            f"{role} changes something that this program cannot put into words, at {place[1:]!a:.200}",
            hint=_NO_WORDS,
        )


def _apart(one: Any, other: Any, place: str) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Where two JSON values differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({**one, **other}, key=str):
            yield from _apart(one.get(name), other.get(name), f"{place}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _apart(left, right, f"{place}[{number}]")
    elif one != other or type(one) is not type(other):
        yield place
