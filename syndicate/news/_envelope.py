"""What a stranger sent, and the names its bytes have."""

import base64
import hashlib
from dataclasses import dataclass, field

from syndicate.news._ids import TokenDigest


def b64url(raw: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def digest_of(token: str) -> TokenDigest:
    """The name of exactly this token: base64url SHA-256 of its ASCII.

    Raises:
        UnicodeEncodeError: the token is not ASCII.
    """
    return _named(token.encode("ascii"))


def _named(token: bytes) -> TokenDigest:
    return TokenDigest(b64url(hashlib.sha256(token).digest()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A token as it came in: bytes that nobody has vouched for yet.

    ``token`` is the compact JWS (RFC 7515, section 7.1) as text; ``source`` says where it was found
    (a feed id, ``"submit"``, a file name), for messages and never for trust. ``raw`` and ``digest`` are made
    of the token, once: what is not ASCII, and so no token, gets a digest that no token has.
    """

    token: str
    source: str
    raw: bytes = field(init=False, repr=False, compare=False)
    digest: TokenDigest = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        raw = self.token.encode("utf-8", "surrogatepass")
        object.__setattr__(self, "raw", raw)
        object.__setattr__(self, "digest", _named(raw))
