"""Request tokens: an agency shows a hub who asks, for one address, for two minutes, once.

It is a kind of its own (another ``typ``), so that no item can be replayed as a request and no request be
published as an item. Judged in order, closed on every failure: steps 1 to 5 as for every token (``_signed``),
then (6) exactly the five claims, (7) this hub and this path, (8) the time, (9) the key's window, (10) the
agency's seat. Whether the nonce was seen before is the
caller's to remember, for as long as ``REQUEST_SECONDS`` either side of the time.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from syndicate.news import (
    AgencyId,
    AgencyKey,
    KeyId,
    Reason,
    Refused,
    Registry,
    SeatState,
    b64url,
)
from syndicate.trust._signed import Refusal, check_window, header_of, signed_payload

REQUEST_SECONDS: Final = 120
_MOST_CHARACTERS: Final = 4_096
_HEADER: Final = header_of("syndicate-request+jws")
# The claims are written in one way only, so they are matched and not parsed.
_CLAIMS = re.compile(
    rb'\{"v":1,"hub":"([!#-\[\]-~]{8,2000})","path":"(/[!#-\[\]-~]{0,1000})",'
    rb'"time":(0|[1-9][0-9]{0,15}),"nonce":"([A-Za-z0-9_-]{22})"\}'
)
_SILENT: Final = {
    SeatState.INVITED: Reason.AGENCY_NOT_ENROLLED,
    SeatState.OBSERVER: Reason.AGENCY_NOT_ENROLLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks, as shown by a request token."""

    agency: AgencyId
    kid: KeyId
    time: int  # Unix seconds by the agency's own clock
    nonce: str


def compose_request(  # noqa: PLR0913 - the claims, and who signs them
    *, hub: str, path: str, time: int, nonce: bytes, kid: str, sign: Callable[[bytes], bytes]
) -> str:
    """A request token for ``path`` at the hub with the base address ``hub``; ``nonce`` is 16 random bytes."""
    header = f'{{"alg":"Ed25519","kid":"{kid}","typ":"syndicate-request+jws"}}'
    claims = f'{{"v":1,"hub":"{hub}","path":"{path}","time":{time},"nonce":"{b64url(nonce)}"}}'
    said = f"{b64url(header.encode('ascii'))}.{b64url(claims.encode('ascii'))}"
    return f"{said}.{b64url(sign(said.encode('ascii')))}"


def verify_request(token: str, registry: Registry, *, hub: str, path: str, now: int) -> Asking | Refused:
    """Who asks for ``path`` at the hub ``hub``, at ``now`` (Unix seconds). Never raises for any token.

    A suspended agency may still ask: it is the one that most needs to know.
    """
    try:
        claims, key = signed_payload(
            token.encode("utf-8", "surrogatepass"), registry, header=_HEADER, most=_MOST_CHARACTERS
        )
        asking = _read(claims, key, hub, path)
        _check_time(asking, now)
        check_window(key, now)  # (9)
        _check_seat(registry, key, now)
    except Refusal as exc:
        return Refused(reason=exc.reason, detail=str(exc), agency=exc.agency)
    return asking


def _read(claims: bytes, key: AgencyKey, hub: str, path: str) -> Asking:
    # (6) exactly these claims
    said = _CLAIMS.fullmatch(claims)
    if said is None:
        raise Refusal(Reason.CLAIM_INVALID, "the claims are not those of a request token", key.agency)
    # (7) this hub, this path
    if said[1].decode("ascii").rstrip("/") != hub.rstrip("/"):
        raise Refusal(Reason.AUDIENCE_WRONG, f"meant for another hub: this one is {hub}", key.agency)
    if said[2].decode("ascii") != path:
        raise Refusal(Reason.AUDIENCE_WRONG, "meant for another address of this hub", key.agency)
    return Asking(agency=key.agency, kid=key.kid, time=int(said[3]), nonce=said[4].decode("ascii"))


def _check_time(asking: Asking, now: int) -> None:
    # (8) the time
    off = asking.time - now
    if off > REQUEST_SECONDS:
        raise Refusal(Reason.CLOCK_AHEAD, f"the asking clock is {off} seconds ahead", asking.agency)
    if off < -REQUEST_SECONDS:
        why = f"asked {-off} seconds ago, or the asking clock is that far behind"
        raise Refusal(Reason.REQUEST_STALE, why, asking.agency)


def _check_seat(registry: Registry, key: AgencyKey, now: int) -> None:
    # (10) the seat
    state = registry.state_at(key.agency, now)
    if state in _SILENT:
        raise Refusal(_SILENT[state], f"the registry has {key.agency} as {state}", key.agency)
