"""Public keys: their name, and which ones protect nothing."""

import hashlib
from typing import Final

from syndicate.news._envelope import b64url
from syndicate.news._ids import KeyId

_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
# The y coordinates of the eight points of small order (RFC 8032, section 5.1: cofactor 8). Under such a
# key one fixed signature fits every message, and the cryptography package accepts it.
_SMALL_ORDER_Y: Final = frozenset(
    {
        0,
        1,
        _P - 1,
        int.from_bytes(
            bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
        ),
        int.from_bytes(
            bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"
        ),
    }
)


class WeakKeyError(ValueError):
    """A public key under which a signature proves nothing; the message is one sentence."""


def check_key(public: bytes) -> None:
    """Refuse an Ed25519 public key that is not 32 bytes, not canonical, not on the curve or of small order.

    Raises:
        WeakKeyError: it is one of these.
    """
    if len(public) != 32:
        raise WeakKeyError("an Ed25519 public key has 32 bytes")
    y = int.from_bytes(public, "little") & (2**255 - 1)
    if y >= _P:
        raise WeakKeyError("the key is not written in its one canonical form")
    if y in _SMALL_ORDER_Y:
        raise WeakKeyError("the key is a point of small order: one signature would fit every message")
    x_squared = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    if pow(x_squared, (_P - 1) // 2, _P) != 1:
        raise WeakKeyError("the key is not a point of the curve")


def thumbprint(public: bytes) -> KeyId:
    """The key's name: its RFC 7638 thumbprint as an OKP key (RFC 8037), 43 characters of base64url."""
    canonical = f'{{"crv":"Ed25519","kty":"OKP","x":"{b64url(public)}"}}'
    return KeyId(b64url(hashlib.sha256(canonical.encode("ascii")).digest()))
