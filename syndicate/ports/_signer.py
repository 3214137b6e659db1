"""The only shape in which a private key is ever passed around."""

from typing import Protocol


class Signer(Protocol):
    """Signs bytes with one Ed25519 key (RFC 8032) that it never shows."""

    @property
    def kid(self) -> str:
        """The key's RFC 7638 thumbprint, 43 characters of base64url."""
        ...

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the signature over ``message``; raises ``SigningError``."""
        ...
