"""Public keys of the registry, ready to verify with."""

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from syndicate.news import WeakKeyError, check_key, thumbprint

__all__ = ["WeakKeyError", "check_key", "thumbprint", "usable_key"]


@lru_cache(maxsize=4_096)
def usable_key(public: bytes) -> Ed25519PublicKey:
    """The key, checked, ready to verify with.

    Raises:
        WeakKeyError: see ``check_key``.
    """
    check_key(public)
    return Ed25519PublicKey.from_public_bytes(public)
