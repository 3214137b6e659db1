"""The parts of a token: base64url in its one canonical spelling."""

from functools import lru_cache
from typing import Final

from pybase64 import b64decode

# What the last character may be, by the characters after the last whole four: its unused bits are zero
# (RFC 4648, section 3.5).
_LAST: Final = (
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    b"",
    b"AQgw",
    b"AEIMQUYcgkosw048",
)


class NotCanonicalError(ValueError):
    """A part that is not base64url, or not in its one spelling; the message is one sentence."""


def decode(part: bytes) -> bytes:
    """What a part of a token, as its ASCII, stands for.

    Raises:
        NotCanonicalError: it is not canonical base64url.
    """
    # One value, one spelling: the decoder would take these three; what it leaves open besides is the
    # unused bits of the last character.
    foreign = b"=" in part or b"+" in part or b"/" in part
    if foreign or part[-1:] not in _LAST[len(part) % 4]:
        raise NotCanonicalError("a part is not spelled canonically")
    try:
        raw: bytes = b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except ValueError as exc:
        raise NotCanonicalError("a part is not base64url") from exc
    return raw


@lru_cache(maxsize=1_024)
def decode_again(part: bytes) -> bytes:
    """``decode`` for a short part that many tokens share: all that one key signs begin alike.

    Raises:
        NotCanonicalError: see ``decode``; what is refused is not remembered.
    """
    return decode(part)
