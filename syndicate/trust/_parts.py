"""The parts of a token: base64url in its one canonical spelling."""

from binascii import Error as Base64Error
from binascii import a2b_base64
from typing import Final

# To the alphabet of the decoder; what is legal there but not in base64url becomes what is legal nowhere.
_TO_STANDARD = bytes.maketrans(b"-_+/=", b"+/!!!")
# What the last character may be, by the characters after the last whole four: its unused bits are zero
# (RFC 4648, section 3.5).
_LAST: Final = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    "",
    "AQgw",
    "AEIMQUYcgkosw048",
)


class NotCanonicalError(ValueError):
    """A part that is not base64url, or not in its one spelling; the message is one sentence."""


def decode(part: str) -> bytes:
    """The bytes of an ASCII part of a token.

    Raises:
        NotCanonicalError: it is not canonical base64url.
    """
    written = part.encode("ascii").translate(_TO_STANDARD)
    try:
        raw = a2b_base64(written + b"=" * (-len(written) % 4), strict_mode=True)
    except Base64Error as exc:
        raise NotCanonicalError("a part is not base64url") from exc
    # One value, one spelling: what the strict decoder leaves open is the unused bits of the last character.
    if part[-1:] not in _LAST[len(part) % 4]:
        raise NotCanonicalError("a part is not spelled canonically")
    return raw
