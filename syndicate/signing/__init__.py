"""The signing room: the only code that makes or opens a private key.

Bring a path and a passphrase; leave with a ``Signer`` that signs and never shows its key. A process
that only verifies never imports this room. Keys are PKCS#8 under a passphrase, files of mode 0600.

A key of the registry may lie in a hardware module instead: ``open_hsm`` gives a signer as TUF wants it.
"""

import importlib
from typing import TYPE_CHECKING, Any

from syndicate.signing._keyfile import create_key, ephemeral_signer, open_key, reseal_key

if TYPE_CHECKING:
    from syndicate.signing._hsm import HsmSigner, open_hsm

__all__ = ["HsmSigner", "create_key", "ephemeral_signer", "open_hsm", "open_key", "reseal_key"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever that name stands for
    # An agency's tool signs every few minutes and never with a module.
    if name in __all__:
        return getattr(importlib.import_module("syndicate.signing._hsm"), name)
    raise AttributeError(name)
