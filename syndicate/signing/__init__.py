"""The signing room: the only code that makes or opens a private key.

Bring a path and a passphrase; leave with a ``Signer`` that signs and never shows its key. A process
that only verifies never imports this room. Keys are PKCS#8 under a passphrase, files of mode 0600.
"""

from syndicate.signing._keyfile import create_key, ephemeral_signer, open_key, reseal_key

__all__ = ["create_key", "ephemeral_signer", "open_key", "reseal_key"]
