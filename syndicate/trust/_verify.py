"""Verification, steps 1 to 11 (docs/protocol.md, "Verification"): closed on every failure, one reason each.

Before an item may ask for a place in the feed:
 (1) its token is no larger than allowed;
 (2) it has three parts in canonical base64url;
 (3) its header is the one header there is, byte for byte;
 (4) the registry knows the key that the header names;
 (5) the signature covers exactly these bytes. Nothing before this line is parsed;
 (6) the payload is strict JSON with exactly the claims of its act, the body within the content profile;
 (7) it is meant for this federation, in this version of the protocol;
 (8) the key belongs to the agency it names, and the item to that agency;
 (9) its addresses are on hosts that the registry lists;
(10) the key counted when the token was received, and neither the token's clock nor its dates are ahead;
(11) the agency might speak then.
Steps 1 to 5 are in ``_signed``; step 12, its place among the tokens already here, is in ``_place``.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, InitVar, dataclass
from functools import lru_cache
from typing import Final

from syndicate.errors import TrustError
from syndicate.news import (
    Agency,
    AgencyKey,
    Envelope,
    Heartbeat,
    Held,
    Item,
    KeyId,
    Mark,
    Reason,
    Refused,
    Registry,
    SeatState,
    TokenDigest,
    host_of,
    is_listed,
    limits,
    rfc3339,
)
from syndicate.trust._claims import read_claims, read_claims_each
from syndicate.trust._left_alone import Patience, check_left_alone
from syndicate.trust._parts import NotCanonicalError, decode
from syndicate.trust._payload import ClaimsError, Fault
from syndicate.trust._signed import Refusal, check_window, header_of, signed_payload

_MINT: Final = object()
_HEADER: Final = header_of("syndicate-item+jws")
_CHARACTERS: Final = 250_000  # of tokens that are taken through the steps together
Reading = Item | Heartbeat | Fault  # of one payload


@dataclass(frozen=True, slots=True)
class _Minted:
    """What only this room can make: a mint given by hand or by ``dataclasses.replace`` is refused."""

    mint: InitVar[object]

    def __post_init__(self, mint: object) -> None:
        if mint is not _MINT:
            raise TypeError(f"only syndicate.trust makes a {type(self).__name__}")


@dataclass(frozen=True, slots=True)
class Verified(_Minted):
    """An item whose agency's own signature was checked, steps 1 to 11."""

    _: KW_ONLY
    envelope: Envelope
    item: Item
    digest: TokenDigest
    kid: KeyId
    received_at: int
    marks: frozenset[Mark]


@dataclass(frozen=True, slots=True)
class VerifiedHeartbeat(_Minted):
    """A heartbeat whose agency's own signature was checked, steps 1 to 11."""

    _: KW_ONLY
    envelope: Envelope
    beat: Heartbeat
    digest: TokenDigest
    kid: KeyId
    received_at: int


def verify(
    envelope: Envelope, registry: Registry, received_at: int
) -> Verified | VerifiedHeartbeat | Refused | Held:
    """Judge a token by itself, as of its first receipt at ``received_at`` (Unix seconds).

    It is ``Held`` when it is in order, but nobody has renewed the registry for too long. Never raises for
    anything the token holds.
    """
    [judged] = verify_each([(envelope, received_at)], registry)
    return judged


def verify_each(
    receipts: Sequence[tuple[Envelope, int]], registry: Registry
) -> list[Verified | VerifiedHeartbeat | Refused | Held]:
    """``verify`` of each token by itself, as of its own first receipt, in their order.

    Of many at once it takes less: some are taken together through each step before the next, so that a
    processor does not have to fetch the code of every step again for every token. Never raises for anything
    a token holds; a bug of ours that one of them meets is raised for all of them.
    """
    return [each for some in _lots(receipts) for each in _verify_some(some, registry)]


def _lots(receipts: Sequence[tuple[Envelope, int]]) -> Iterator[Sequence[tuple[Envelope, int]]]:
    """Some at a time: what is read in a payload can take forty times its bytes until it is judged."""
    start, room = 0, _CHARACTERS
    for place, (envelope, _) in enumerate(receipts):
        room -= len(envelope.raw)
        if room < 0 and place > start:
            yield receipts[start:place]
            start, room = place, _CHARACTERS - len(envelope.raw)
    yield receipts[start:]


def _verify_some(
    receipts: Sequence[tuple[Envelope, int]], registry: Registry
) -> list[Verified | VerifiedHeartbeat | Refused | Held]:
    opened = [_opened(envelope, registry) for envelope, _ in receipts]
    passed = [(place, each) for place, each in enumerate(opened) if not isinstance(each, Refused)]
    read = read_claims_each([payload for _, (payload, _) in passed])
    judged = {
        place: _judged(receipts[place], reading, key, registry)
        for (place, (_, key)), reading in zip(passed, read, strict=True)
    }
    return [each if isinstance(each, Refused) else judged[place] for place, each in enumerate(opened)]


def _opened(envelope: Envelope, registry: Registry) -> tuple[bytes, AgencyKey] | Refused:
    """Steps 1 to 5, which are the same for every kind of token."""
    try:
        return signed_payload(envelope.raw, registry, header=_HEADER, most=limits.TOKEN_CHARACTERS)
    except Refusal as exc:
        return _refused(envelope, exc)


def _refused(envelope: Envelope, exc: Refusal) -> Refused:
    digest = envelope.digest if envelope.raw.isascii() else None
    return Refused(reason=exc.reason, detail=str(exc), agency=exc.agency, digest=digest)


def verify_logged(
    envelope: Envelope, registry: Registry, received_at: int, marks: frozenset[Mark]
) -> Verified | Refused:
    """Judge again what stands in a public log: steps 1 to 8, which no later registry can make untrue.

    Steps 9 to 11 were judged at its receipt at ``received_at``, by the registry of that day; ``marks`` are
    what came of it. Never raises for anything the token holds.
    """
    opened = _opened(envelope, registry)
    if isinstance(opened, Refused):
        return opened
    payload, key = opened
    [reading] = read_claims_each([payload])
    try:
        said = _own(reading, key, registry)
    except Refusal as exc:
        return _refused(envelope, exc)
    digest = envelope.digest
    if isinstance(said, Heartbeat):
        why = "a heartbeat has no place in a log"
        return Refused(reason=Reason.CLAIM_INVALID, detail=why, agency=said.iss, digest=digest)
    return Verified(
        _MINT, envelope=envelope, item=said, digest=digest, kid=key.kid, received_at=received_at, marks=marks
    )


def recall(token: str) -> Item:
    """What a token says that our own storage kept after it was verified. It checks no signature.

    Raises:
        TrustError: it cannot be read: what kept it is damaged.
    """
    try:
        said = read_claims(decode(token.encode("ascii").split(b".")[1]))
    except (ClaimsError, NotCanonicalError, UnicodeError, IndexError) as exc:
        raise TrustError(f"a kept token can no longer be read: {exc}") from exc
    if not isinstance(said, Item):
        raise TrustError("a kept token is a heartbeat, which is never kept")
    return said


def _judged(
    receipt: tuple[Envelope, int], reading: Reading, key: AgencyKey, registry: Registry
) -> Verified | VerifiedHeartbeat | Refused | Held:
    """Steps 6 to 11, over what was read in bytes that ``key`` signed."""
    envelope, received_at = receipt
    try:
        said = _own(reading, key, registry)
        return _judge(envelope, said, key, registry, received_at)
    except Refusal as exc:
        return _refused(envelope, exc)
    except Patience as exc:
        return Held(reason=exc.reason, detail=str(exc), agency=exc.agency, digest=envelope.digest)


def _judge(
    envelope: Envelope, said: Item | Heartbeat, key: AgencyKey, registry: Registry, received_at: int
) -> Verified | VerifiedHeartbeat:
    """Steps 9 to 11."""
    agency = registry.agencies.get(said.iss)
    if agency is None or agency.member not in registry.members:
        raise Refusal(Reason.AGENCY_NOT_ENROLLED, f"the registry has no agency {said.iss}", key.agency)
    if isinstance(said, Item):
        # (9) listed hosts
        _check_hosts(said, agency, registry)
        _check_dates(said, received_at)
    # (10) the key's window and the token's clock, at the receipt
    late = _check_time(said.iat, key, received_at)
    # (11) the agency's seat, at the receipt
    contested = _check_seat(agency, registry, received_at)
    # and whether anybody still vouches for it
    alone = check_left_alone(agency.id, registry, received_at)
    digest = envelope.digest
    if isinstance(said, Heartbeat):
        return VerifiedHeartbeat(
            _MINT, envelope=envelope, beat=said, digest=digest, kid=key.kid, received_at=received_at
        )
    marks = _MARKS[late, contested] | alone
    return Verified(
        _MINT, envelope=envelope, item=said, digest=digest, kid=key.kid, received_at=received_at, marks=marks
    )


def _own(said: Reading, key: AgencyKey, registry: Registry) -> Item | Heartbeat:
    """Steps 6 to 8: what a payload says, if its key's owner may say it of itself."""
    # (6) strict JSON, the claims of its act, the content profile; (7, version)
    if isinstance(said, Fault):
        raise Refusal(said.reason, said.detail, key.agency)
    # (7) this federation
    if said.aud != registry.federation:
        raise Refusal(
            Reason.AUDIENCE_WRONG, f"signed for another federation than {registry.federation}", key.agency
        )
    # (8) the key's owner, and nobody else
    if said.iss != key.agency:
        raise Refusal(
            Reason.ISSUER_NOT_KEY_OWNER, f"a key of {key.agency} signed in the name of {said.iss}", key.agency
        )
    if isinstance(said, Item) and said.sub.partition(":")[0] != said.iss:
        raise Refusal(Reason.SUBJECT_FOREIGN, f"{said.iss} speaks of an item that is not its own", key.agency)
    return said


_MARKS: Final = {
    (False, False): frozenset[Mark](),
    (True, False): frozenset({Mark.LATE}),
    (False, True): frozenset({Mark.CONTESTED}),
    (True, True): frozenset({Mark.LATE, Mark.CONTESTED}),
}


def _check_hosts(item: Item, agency: Agency, registry: Registry) -> None:
    if not is_listed(host_of(item.url), agency.domains):
        raise Refusal(Reason.HOST_NOT_LISTED, f"'url' is not on a host listed for {agency.id}", agency.id)
    for address in _carried_addresses(item):
        host = host_of(address)
        if not is_listed(host, agency.media_hosts) and not is_listed(host, agency.domains):
            raise Refusal(
                Reason.MEDIA_HOST_NOT_LISTED,
                f"a picture or body is on {host}, not listed for {agency.id}",
                agency.id,
            )
    for address in _named_addresses(item):
        # Records and items of the federation only: a third party's address is never carried as data (S3).
        if not any(is_listed(host_of(address), each.domains) for each in registry.agencies.values()):
            raise Refusal(
                Reason.HOST_NOT_LISTED, "'rel' or 'claim' names an address outside the federation", agency.id
            )


def _carried_addresses(item: Item) -> Iterable[str]:
    yield from (medium.url for medium in item.media)
    if item.content is not None and item.content.url is not None:
        yield item.content.url


def _named_addresses(item: Item) -> Iterable[str]:
    yield from (relation.url for relation in item.relations if relation.url is not None)
    if item.claim is not None:
        yield from (record.url for record in item.claim.evidence)


def _check_dates(item: Item, received_at: int) -> None:
    # Step 10 for the dates that readers sort by: an item from 2999 would stand on top of every feed for ever.
    if max(item.published, item.updated) > _latest_date(received_at):
        raise Refusal(
            Reason.CLOCK_AHEAD,
            f"'published' or 'updated' lies ahead of this machine's clock ({received_at})",
            item.iss,
        )


@lru_cache(maxsize=64)  # every token of a batch has one receipt
def _latest_date(received_at: int) -> str:
    # RFC 3339 in whole seconds of UTC sorts as text.
    return rfc3339(received_at + limits.CLOCK_AHEAD_SECONDS)


def _check_time(iat: int, key: AgencyKey, received_at: int) -> bool:
    """Whether the token is late; refused if the key did not count at the receipt."""
    if iat > received_at + limits.CLOCK_AHEAD_SECONDS:
        ahead = iat - received_at
        raise Refusal(
            Reason.CLOCK_AHEAD,
            f"signed {ahead} seconds ahead of this machine's clock ({received_at})",
            key.agency,
        )
    check_window(key, received_at)
    return received_at > key.exp or received_at > iat + limits.LATE_SECONDS


def _check_seat(agency: Agency, registry: Registry, received_at: int) -> bool:
    """Whether the seat is contested; refused if the agency might not speak."""
    state = registry.state_at(agency.id, received_at)
    if state in _SILENT:
        raise Refusal(_SILENT[state], f"the registry has {agency.id} as {state}", agency.id)
    return state is SeatState.CONTESTED


_SILENT: Final = {
    SeatState.INVITED: Reason.AGENCY_NOT_ENROLLED,
    SeatState.OBSERVER: Reason.AGENCY_NOT_ENROLLED,
    SeatState.SUSPENDED: Reason.AGENCY_SUSPENDED,
    SeatState.SUCCEEDED: Reason.AGENCY_SUCCEEDED,
}
