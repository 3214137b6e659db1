"""What a proposal would change, in plain words, from two sets of books: a signer reads this, then signs.

The words come from the signer's own copy of the registry and this program, never from whoever proposes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from securesystemslib.signer import Key
from tuf.api.metadata import DelegatedRole, Role, Root, Targets

from syndicate.ceremony._after import Books
from syndicate.ceremony._draft import Draft
from syndicate.ceremony._keys import holder_of
from syndicate.ceremony._repository import ROOT, TOP_TARGETS
from syndicate.news import Agency, AgencyKey, Member, Registry, SignedFeed, Since, rfc3339
from syndicate.registry import names

_ALIKE: Final = 200  # characters of a value that are shown
_APART: Final = frozenset({"id", "states", "domains", "media_hosts", "feeds", "languages", "aliases"})
_TUPLES: Final = {
    "domains": "host of articles",
    "media_hosts": "host of pictures",
    "languages": "language",
    "aliases": "other name",
}


def changes(draft: Draft, before: Books | None, after: Books) -> tuple[str, ...]:
    """One sentence for each thing that would be different; ``before`` is None where nothing was before.

    Raises:
        RegistryError: the files on either side cannot be read.
    """
    new, noted = after.registry()
    old = None if before is None else before.registry()[0]
    said = [
        *_signers(before, after),
        *_federation(old, new),
        *_policy(before, after),
        *(line for member in new.members for line in _member(member, old, new)),
        *_keys({} if old is None else old.keys, new.keys),
        *_gone(old, new),
        *(f"WARNING: readers will note: {each}" for each in noted),
    ]
    return (*said, *_renewed(draft, said))


def terms(draft: Draft, after: Books) -> tuple[str, ...]:
    """What is to be signed: each role, its new version, how many sign it, until when it would count."""
    return tuple(
        f"{_called(role)}, version {each.signed.version}, until {each.signed.expires:%Y-%m-%d}; "
        f"takes {_seat(role, after).threshold} of {len(_seat(role, after).keyids)} keys"
        for role, each in draft.metadata.items()
    )


def _seat(role: str, books: Books) -> Role:
    return books.root.roles[role] if role in (ROOT, TOP_TARGETS) else books.delegated[role]


def _called(role: str) -> str:
    if role == ROOT:
        return "the root (who signs what)"
    if role == TOP_TARGETS:
        return "what all agreed on"
    code, _, rest = role.partition("-")
    return f"the revocations of {code}" if rest else f"the manifest of {code}"


def _renewed(draft: Draft, said: list[str]) -> Iterator[str]:
    if draft.metadata and not said:
        yield "Nothing changes: it is signed for another year."


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
        yield from _seats(_called(role), known, seat, _keys_of(before, after))
    for role in () if before is None else set(before.delegated) - set(after.delegated):
        yield f"{_called(role)}: nobody signs it any more"


def _same_people(role: str, before: Books | None, after: Books) -> bool:
    """Whether the revocations of a state are in the hands of exactly those who sign its manifest."""
    manifest = role.removesuffix("-revocations")
    return all(
        role not in each.delegated or each.delegated[role].keyids == each.delegated[manifest].keyids
        for each in (before, after)
        if each is not None
    )


def _one_role(called: str, before: Root | None, after: Root, role: str) -> Iterator[str]:
    keys = {**({} if before is None else before.keys), **after.keys}
    yield from _seats(called, None if before is None else before.roles[role], after.roles[role], keys)


def _seats(
    called: str, before: Role | DelegatedRole | None, after: Role | DelegatedRole, keys: Mapping[str, Key]
) -> Iterator[str]:
    old = set() if before is None else set(before.keyids)
    for keyid in after.keyids:
        if keyid not in old:
            yield f"{called}: signed by {holder_of(keys[keyid])} from now on"
    for keyid in sorted(old - set(after.keyids)):
        yield f"{called}: no longer signed by {holder_of(keys[keyid])}"
    if before is None or before.threshold != after.threshold:
        was = "" if before is None else f", not {before.threshold}"
        yield f"{called}: takes {after.threshold} of {len(after.keyids)} keys{was}"


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
            called = "id" if name == "federation" else name
            yield f"the federation's {called}: {_from_to(was, now)}"


def _policy(before: Books | None, after: Books) -> Iterator[str]:
    was = None if before is None else before.file(TOP_TARGETS, names.POLICY)
    now = after.file(TOP_TARGETS, names.POLICY)
    if was != now:
        for line in _lines(was) - _lines(now):
            yield f"the log's policy loses the line: {line}"
        for line in _lines(now) - _lines(was):
            yield f"the log's policy gets the line: {line}"


def _lines(text: bytes | None) -> set[str]:
    return set() if text is None else {line for line in text.decode("utf-8", "replace").splitlines() if line}


def _member(code: Any, old: Registry | None, new: Registry) -> Iterator[str]:  # noqa: ANN401 - a member's code
    was: Member | None = None if old is None else old.members.get(code)
    now = new.members[code]
    if was is None:
        yield f"{code}: a new member, {now.name('en')}"
    elif was.names != now.names:
        yield f"{code}: its names: {_from_to(dict(was.names), dict(now.names))}"
    yield from _states(str(code), () if was is None else was.states, now.states)
    for agency in new.agencies.values():
        if agency.member == code:
            yield from _agency(None if old is None else old.agencies.get(agency.id), agency)


def _agency(was: Agency | None, now: Agency) -> Iterator[str]:
    if was is None:
        yield f"{now.id}: a new agency, {now.name('en')}"
    yield from _states(now.id, () if was is None else was.states, now.states)
    for name, called in _TUPLES.items():
        before: tuple[str, ...] = () if was is None else getattr(was, name)
        after: tuple[str, ...] = getattr(now, name)
        yield from (f"{now.id}: gets the {called} {each}" for each in after if each not in before)
        yield from (f"{now.id}: loses the {called} {each}" for each in before if each not in after)
    yield from _feeds(now.id, {} if was is None else _by_id(was), _by_id(now))
    if was is not None:
        for each in fields(Agency):
            one, other = getattr(was, each.name), getattr(now, each.name)
            if each.name not in _APART and one != other:
                yield f"{now.id}: {each.name}: {_from_to(one, other)}"


def _by_id(agency: Agency) -> dict[str, SignedFeed]:
    return {feed.id: feed for feed in agency.feeds}


def _feeds(agency: str, was: Mapping[str, SignedFeed], now: Mapping[str, SignedFeed]) -> Iterator[str]:
    for name, feed in now.items():
        if name not in was:
            yield f"{agency}: is fetched from {feed.url}"
        elif was[name] != feed:
            yield f"{agency}: the feed {name}: {_from_to(was[name].url, feed.url)}, or how it is read"
    yield from (f"{agency}: is no longer fetched from {was[name].url}" for name in was if name not in now)


def _states(who: str, was: tuple[Since, ...], now: tuple[Since, ...]) -> Iterator[str]:
    yield from (f"{who}: {each.state} from {rfc3339(each.since)} on" for each in now if each not in was)
    for each in was:
        if each not in now:
            yield f"{who}: it is no longer said that it was {each.state} from {rfc3339(each.since)} on"


def _keys(was: Mapping[Any, AgencyKey], now: Mapping[Any, AgencyKey]) -> Iterator[str]:
    for kid, key in now.items():
        before = was.get(kid)
        window = f"from {rfc3339(key.nbf)} to {rfc3339(key.exp)}"
        if before is None:
            yield f"{key.agency}: a new item key {kid}, {window}"
            before = key if key.revoked_at is None else None
        elif (before.nbf, before.exp) != (key.nbf, key.exp):
            yield f"{key.agency}: the item key {kid} counts {window}"
        if before is None or (before.status, before.revoked_at) != (key.status, key.revoked_at):
            since = "" if key.revoked_at is None else f" from {rfc3339(key.revoked_at)} on ({key.reason})"
            yield f"{key.agency}: the item key {kid} is {key.status}{since}"
        if before is not None and before.reinstated_at != key.reinstated_at and key.reinstated_at:
            yield f"{key.agency}: the item key {kid} is reinstated as of {rfc3339(key.reinstated_at)}"


def _gone(old: Registry | None, new: Registry) -> Iterator[str]:
    if old is None:
        return
    yield from (f"{code}: IS NO MEMBER ANY MORE" for code in old.members if code not in new.members)
    yield from (f"{each}: THE AGENCY IS GONE" for each in old.agencies if each not in new.agencies)
    for kid, key in old.keys.items():
        if kid not in new.keys:
            yield f"{key.agency}: THE ITEM KEY {kid} IS GONE: what it signed would count no more"


def _from_to(was: object, now: object) -> str:
    shown = repr(now)[:_ALIKE]
    return shown if was is None or was == "" else f"{repr(was)[:_ALIKE]} becomes {shown}"
