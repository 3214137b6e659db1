"""What a proposal would change, in plain words, from two sets of books: a signer reads this, then signs.

The words come from the signer's own copy of the registry and this program, never from whoever proposes.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from securesystemslib.signer import Key
from tuf.api.metadata import DelegatedRole, Role, Root, Targets

from syndicate.ceremony._after import Books
from syndicate.ceremony._draft import Draft
from syndicate.ceremony._keys import holder_of
from syndicate.ceremony._people import agencies_heard, agencies_told, members_told
from syndicate.ceremony._repository import ROOT, TOP_TARGETS
from syndicate.ceremony._words import becomes, plainly, quoted, when
from syndicate.errors import RegistryError
from syndicate.news import AgencyKey, KeyId, KeyStatus, Registry
from syndicate.registry import Revocation, names


def changes(draft: Draft, before: Books | None, after: Books) -> tuple[str, ...]:
    """One sentence for each thing that would be different; ``before`` is None where nothing was before.

    Raises:
        RegistryError: the files on either side cannot be read.
    """
    new, noted = after.registry()
    old = None if before is None else before.registry()[0]
    said = [
        *_signers(before, after),
        *_holders(before, after),
        *_federation(old, new),
        *_policy(before, after),
        *(f"WARNING: readers will note: {plainly(each)}" for each in noted),
        *_gone(old, new),
        *agencies_heard(old, new),
        *_keys({} if old is None else old.keys, new.keys),
        *_revoked(before, after, new),
        *members_told(old, new),
        *agencies_told(old, new),
        *_written(draft, before),
    ]
    if not said and _differs(draft, before):
        raise RegistryError("it changes something that this program cannot put into words: do not sign it")
    return (*said, *_renewed(draft, said))


def terms(draft: Draft, after: Books) -> tuple[str, ...]:
    """What is to be signed: each role, its new version, how many sign it, until when it would count."""
    return tuple(
        f"{called(role)}, version {each.signed.version}, until {each.signed.expires:%Y-%m-%d}; "
        f"takes {_seat(role, after).threshold} of {len(_seat(role, after).keyids)} keys"
        for role, each in draft.metadata.items()
    )


def _seat(role: str, books: Books) -> Role:
    return books.root.roles[role] if role in (ROOT, TOP_TARGETS) else books.delegated[role]


def called(role: str) -> str:
    """What people call a role of the registry."""
    if role == ROOT:
        return "the root (who signs what)"
    if role == TOP_TARGETS:
        return "what all agreed on"
    code, _, rest = role.partition("-")
    return f"the revocations of {code}" if rest else f"the manifest of {code}"


def _renewed(draft: Draft, said: list[str]) -> Iterator[str]:
    if draft.metadata and not said:
        until = min(each.signed.expires for each in draft.metadata.values())
        yield f"Nothing changes: it is signed again as it stands, until {until:%Y-%m-%d}."


def _written(draft: Draft, before: Books | None) -> Iterator[str]:
    """What the metadata itself says otherwise: for how long it counts, and after which book it is written."""
    for role, each in draft.metadata.items():
        was = None if before is None else before.role(role)
        if was is None:
            continue
        if each.signed.expires < was.signed.expires:
            yield (
                f"WARNING: {called(role)}: would count until {each.signed.expires:%Y-%m-%d} only; what "
                f"stands counts until {was.signed.expires:%Y-%m-%d}"
            )
        if each.signed.spec_version != was.signed.spec_version:
            edition = becomes(was.signed.spec_version, each.signed.spec_version)
            yield f"{called(role)}: the edition of TUF: {edition}"


def _differs(draft: Draft, before: Books | None) -> bool:
    """Whether anything but its version and its expiry is new, whatever was said of it."""
    for role, each in draft.metadata.items():
        was = None if before is None else before.role(role)
        if was is None or _lasting(each.signed.to_dict()) != _lasting(was.signed.to_dict()):
            return True
    return False


def _lasting(told: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in told.items() if name not in ("version", "expires")}


def _signers(before: Books | None, after: Books) -> Iterator[str]:
    standing = None if before is None else before.root
    yield from _one_role("root", standing, after.root, ROOT)
    yield from _one_role("what all agreed on", standing, after.root, TOP_TARGETS)
    for role in ("snapshot", "timestamp"):
        yield from _one_role(f"the operator's {role}", standing, after.root, role)
    for role, seat in after.delegated.items():
        known = None if before is None else before.delegated.get(role)
        if role.endswith("-revocations") and seat.threshold == 1 and _same_people(role, before, after):
            continue  # those of the manifest, any one of them
        yield from _seats(called(role), known, seat, _keys_of(before, after))
    for role in () if before is None else set(before.delegated) - set(after.delegated):
        yield f"{called(role)}: nobody signs it any more"


def _same_people(role: str, before: Books | None, after: Books) -> bool:
    """Whether the revocations of a state are in the hands of exactly those who sign its manifest."""
    manifest = role.removesuffix("-revocations")
    return all(
        role not in each.delegated or each.delegated[role].keyids == each.delegated[manifest].keyids
        for each in (before, after)
        if each is not None
    )


def _one_role(what: str, before: Root | None, after: Root, role: str) -> Iterator[str]:
    keys = {**({} if before is None else before.keys), **after.keys}
    yield from _seats(what, None if before is None else before.roles[role], after.roles[role], keys)


def _seats(
    what: str, before: Role | DelegatedRole | None, after: Role | DelegatedRole, keys: Mapping[str, Key]
) -> Iterator[str]:
    old = set() if before is None else set(before.keyids)
    for keyid in after.keyids:
        if keyid not in old:
            yield f"{what}: signed by {holder_of(keys[keyid])} from now on"
    for keyid in sorted(old - set(after.keyids)):
        yield f"{what}: no longer signed by {holder_of(keys[keyid])}"
    if before is not None and old == set(after.keyids) and before.keyids != after.keyids:
        yield f"{what}: its keys are listed in another order; the same people sign"
    if before is None or before.threshold != after.threshold:
        was = "" if before is None else f", not {before.threshold}"
        fewer = before is not None and after.threshold < before.threshold
        warned = "WARNING: " if fewer or after.threshold == 1 < len(after.keyids) else ""
        yield f"{warned}{what}: takes {after.threshold} of {len(after.keyids)} keys{was}"


def _holders(before: Books | None, after: Books) -> Iterator[str]:
    """Keys that stay and are called another's: whoever is asked next would ask the wrong person."""
    if before is None:
        return
    roots = before.root.keys, after.root.keys
    for was, now in (roots, (_keys_of(before), _keys_of(after))):
        for keyid, key in now.items():
            if keyid in was and holder_of(was[keyid]) != holder_of(key):
                yield f"WARNING: the key of {holder_of(was[keyid])} is called that of {holder_of(key)} now"


def _keys_of(*books: Books | None) -> dict[str, Key]:
    found: dict[str, Key] = {}
    for each in books:
        targets: Targets | None = None if each is None else each.targets
        if targets is not None and targets.delegations is not None:
            found |= targets.delegations.keys
    return found


def _federation(old: Registry | None, new: Registry) -> Iterator[str]:
    for name in ("federation", "name", "stage"):
        was, now = None if old is None else getattr(old, name), getattr(new, name)
        if was != now:
            what = "id" if name == "federation" else name
            yield f"the federation's {what}: {becomes(was, now)}"


def _policy(before: Books | None, after: Books) -> Iterator[str]:
    was = _lines(None if before is None else before.file(TOP_TARGETS, names.POLICY))
    now = _lines(after.file(TOP_TARGETS, names.POLICY))
    yield from (f"the log's policy loses the line: {plainly(line)}" for line in was if line not in now)
    yield from (f"the log's policy gets the line: {plainly(line)}" for line in now if line not in was)
    if was != now and sorted(was) == sorted(now):
        yield f"the log's policy has its lines in another order: {quoted(now)}"


def _lines(text: bytes | None) -> list[str]:
    return [] if text is None else text.decode("utf-8", "backslashreplace").splitlines()


def _keys(was: Mapping[KeyId, AgencyKey], now: Mapping[KeyId, AgencyKey]) -> Iterator[str]:
    """What the manifests say of item keys; what single persons entered stands apart."""
    for kid, key in now.items():
        before = was.get(kid)
        key_ = f"{key.agency}: the item key {kid}"
        window = f"from {when(key.nbf)} to {when(key.exp)}"
        if before is None:
            yield f"{key.agency}: a new item key {kid}, {window}"
        elif (before.nbf, before.exp) != (key.nbf, key.exp):
            yield f"{key_} counts {window}"
        if before is not None and before.agency != key.agency:
            yield f"WARNING: {key_} was that of {before.agency}"
        if _fate(before) != _fate(key):
            since = "" if key.revoked_at is None else f" from {when(key.revoked_at)} on"
            reason = "" if key.reason is None else f" ({plainly(key.reason)})"
            yield f"{key_} is {key.status}{since}{reason}"
        yield from _reinstated(key_, before, key)
        if before is not None and before.proof != key.proof:
            yield f"{key_}: its proof of possession is another one"


def _fate(key: AgencyKey | None) -> tuple[object, ...]:
    return (KeyStatus.ACTIVE, None, None) if key is None else (key.status, key.revoked_at, key.reason)


def _reinstated(key_: str, was: AgencyKey | None, now: AgencyKey) -> Iterator[str]:
    before = None if was is None else was.reinstated_at
    if now.reinstated_at is not None and now.reinstated_at != before:
        yield (
            f"WARNING: {key_} is reinstated as of {when(now.reinstated_at)}: no revocation that one person "
            "entered until then counts"
        )
    elif before is not None and now.reinstated_at is None:
        yield f"{key_} is no longer reinstated as of {when(before)}"


def _revoked(before: Books | None, after: Books, registry: Registry) -> Iterator[str]:
    """What single persons enter: entries are only ever added (``Books.check``)."""
    for code in registry.members:
        known = () if before is None else before.revocations(code)
        for each in after.revocations(code):
            if each not in known:
                yield _entered(each, code, registry.keys.get(each.kid))


def _entered(entry: Revocation, code: str, key: AgencyKey | None) -> str:
    by = f"by one person, entered at {when(entry.entered_at)}"
    told = f"from {when(entry.revoked_at)} on ({plainly(entry.reason)}), {by}"
    if key is None or key.agency[:2] != code:
        return f"WARNING: {code} revokes {entry.kid} {told}: that is no key of {code}, no reader heeds it"
    void = ""
    if key.reinstated_at is not None and entry.entered_at <= key.reinstated_at:
        void = f"; WARNING: it counts no more, the key is reinstated as of {when(key.reinstated_at)}"
    return f"{key.agency}: the item key {entry.kid} is revoked {told}{void}"


def _gone(old: Registry | None, new: Registry) -> Iterator[str]:
    if old is None:
        return
    yield from (f"{code}: IS NO MEMBER ANY MORE" for code in old.members if code not in new.members)
    yield from (f"{each}: THE AGENCY IS GONE" for each in old.agencies if each not in new.agencies)
    for kid, key in old.keys.items():
        if kid not in new.keys:
            yield f"{key.agency}: THE ITEM KEY {kid} IS GONE: what it signed would count no more"
