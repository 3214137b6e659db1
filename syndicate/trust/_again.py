"""What was admitted, seen again with the registry of today: a key may be revoked as of a past moment."""

from typing import Final

from syndicate.errors import TrustError
from syndicate.news import KeyId, KeyStatus, Mark, Registry
from syndicate.trust._parts import decode_again
from syndicate.trust._signed import header_of

_ITEM: Final = header_of("syndicate-item+jws")
_NOTHING: Final = frozenset[Mark]()
_REVOKED: Final = frozenset({Mark.KEY_REVOKED})


def marks_since(token: str, registry: Registry, received_at: int) -> frozenset[Mark]:
    """The marks that an admitted token has got after its receipt (Unix seconds); none almost always.

    Raises:
        TrustError: it cannot be read: what kept it is damaged.
    """
    try:
        named = _ITEM.fullmatch(decode_again(token[: token.index(".")].encode("ascii")))
    except ValueError as exc:  # no dot, no ASCII, no base64url
        raise TrustError(f"a kept token can no longer be read: {exc}") from exc
    if named is None:
        raise TrustError("a kept token has another header than any that is ever kept")
    key = registry.keys.get(KeyId(named[1].decode("ascii")))
    if key is None or key.status is not KeyStatus.REVOKED:
        return _NOTHING
    return _REVOKED if key.revoked_at is None or received_at >= key.revoked_at else _NOTHING
