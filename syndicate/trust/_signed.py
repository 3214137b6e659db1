"""Steps 1 to 5: the bytes that a key of the registry signed, whatever kind of token holds them.

Each kind has one header of its own, matched byte for byte: a request can never pass as an item.
"""

import re
from typing import Final

from cryptography.exceptions import InvalidSignature

from syndicate.news import AgencyId, AgencyKey, KeyId, KeyStatus, Reason, Registry, limits
from syndicate.trust._keys import WeakKeyError, usable_key
from syndicate.trust._parts import NotCanonicalError, decode, decode_again

_HEADER_CHARACTERS: Final = 256  # no header of ours is longer


class Refusal(Exception):
    """A step that failed; it never leaves this room, whose doors give a ``Refused``."""

    def __init__(self, reason: Reason, detail: str, agency: AgencyId | None = None) -> None:
        super().__init__(detail)
        self.reason = reason
        self.agency = agency


def header_of(kind: str) -> re.Pattern[bytes]:
    """The one header that a token of this ``typ`` has, around the key's name."""
    typ = re.escape(kind).encode("ascii")
    return re.compile(rb'\{"alg":"Ed25519","kid":"([A-Za-z0-9_-]{43})","typ":"' + typ + rb'"\}')


def signed_payload(
    token: bytes, registry: Registry, *, header: re.Pattern[bytes], most: int
) -> tuple[bytes, AgencyKey]:
    """The payload of a token of at most ``most`` characters under this ``header``, and who signed it.

    Raises:
        Refusal: it is too large, malformed, of another kind, or not signed with a key that we list.
    """
    # (1) size
    if len(token) > most:
        raise Refusal(Reason.TOKEN_TOO_LARGE, f"more than {most} characters")
    # (2) three parts, canonical base64url
    end, said = token.find(b"."), token.rfind(b".")  # of the header; of what was signed
    whole = 0 < end < said - 1 and said < len(token) - 1 and token.find(b".", end + 1) == said
    if not whole or not token.isascii():
        raise Refusal(Reason.TOKEN_MALFORMED, "not three parts joined by dots")
    try:
        head, payload, signature = (
            (decode_again if end <= _HEADER_CHARACTERS else decode)(token[:end]),
            decode(token[end + 1 : said]),
            decode(token[said + 1 :]),
        )
    except NotCanonicalError as exc:
        raise Refusal(Reason.BASE64_NOT_CANONICAL, str(exc)) from exc
    # (3) the one header
    named = header.fullmatch(head)
    if named is None:
        raise Refusal(Reason.HEADER_UNKNOWN, "the header is not the one header of this kind of token")
    # (4) a key that we list
    key = registry.keys.get(KeyId(named[1].decode("ascii")))
    if key is None:
        raise Refusal(Reason.KEY_UNKNOWN, "the registry lists no such key")
    # (5) the signature, over the bytes as they came
    try:
        usable_key(key.public).verify(signature, memoryview(token)[:said])
    except WeakKeyError as exc:
        raise Refusal(Reason.KEY_WEAK, str(exc), key.agency) from exc
    except InvalidSignature as exc:
        why = f"not signed with the key of {key.agency} that it names"
        raise Refusal(Reason.SIGNATURE_BAD, why, key.agency) from exc
    return payload, key


def check_window(key: AgencyKey, at: int) -> None:
    """Step 10, for the key: whether it counts at ``at`` (Unix seconds), its days of grace included.

    Raises:
        Refusal: it does not count yet, or any more.
    """
    if key.status is KeyStatus.REVOKED and (key.revoked_at is None or at >= key.revoked_at):
        raise Refusal(Reason.KEY_REVOKED, "the key had been revoked", key.agency)
    if at < key.nbf:
        raise Refusal(Reason.KEY_NOT_YET_VALID, f"the key counts from {key.nbf} on", key.agency)
    if at > key.exp + limits.GRACE_SECONDS:
        raise Refusal(Reason.KEY_EXPIRED, f"the key counted until {key.exp}", key.agency)
