"""A key in a hardware module, by PKCS#11: it signs there and never leaves it.

securesystemslib speaks to the module; here its failures become ours. The module's library is named by the
environment variable ``PYKCS11LIB``, as that library wants it. Modules sign with P-256 or P-384.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from securesystemslib.exceptions import UnsupportedLibraryError
from securesystemslib.signer import HSMSigner, Key, Signature, Signer, SSlibKey
from securesystemslib.signer._utils import compute_default_keyid

from syndicate.errors import SigningError


class HsmSigner(Signer):
    """A key on a token, in the shape that TUF signs with."""

    def __init__(self, signer: HSMSigner) -> None:
        self._signer = signer

    @property
    def public_key(self) -> Key:
        """The public half."""
        return self._signer.public_key

    @property
    def scheme(self) -> str:
        """As ``keys/roles/`` calls it."""
        return str(self._signer.public_key.scheme)

    @property
    def pem(self) -> str:
        """The public half in PEM."""
        return str(self._signer.public_key.keyval["public"])

    def sign(self, payload: bytes) -> Signature:
        """The signature over ``payload``, made in the module. Raises SigningError."""
        with _in_our_words():
            return self._signer.sign(payload)

    @classmethod
    def from_priv_key_uri(cls, *_: Any, **__: Any) -> "HsmSigner":  # noqa: ANN401 - the library's own shape
        """Not in this way: ``open_hsm`` makes one."""
        raise NotImplementedError


def open_hsm(address: str, pin: Callable[[], str]) -> HsmSigner:
    """The key at ``address``: ``hsm:2?label=NAME`` is key 2 on the token NAME; both may be left out.

    ``pin`` is asked when the module wants it.

    Raises:
        SigningError: there is no such module, token or key, or what speaks to it is not installed.
    """
    with _in_our_words():
        wanted = HSMSigner.from_priv_key_uri(address, _NO_KEY, lambda _: pin())
        _, found = HSMSigner.import_(wanted.hsm_keyid, wanted.token_label, lambda _: pin())
        keyval = {"public": found.keyval["public"].strip()}  # as it stands in keys/roles/
        keyid = compute_default_keyid(found.keytype, found.scheme, keyval)
        key = SSlibKey(keyid, found.keytype, found.scheme, keyval)
        return HsmSigner(HSMSigner(wanted.hsm_keyid, key, lambda _: pin(), wanted.token_label))


_NO_KEY = SSlibKey("", "ecdsa", "ecdsa-sha2-nistp256", {"public": ""})


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except UnsupportedLibraryError as exc:
        raise SigningError(
            "nothing here speaks to a hardware module", hint="Run: pip install 'asean-syndicate[hsm]'"
        ) from exc
    except ValueError as exc:
        raise SigningError(
            f"the hardware module: {exc}",
            hint="PYKCS11LIB names the module's library; hsm:NUMBER?label=TOKEN names key and token.",
        ) from exc
    except Exception as exc:
        if not type(exc).__module__.startswith("pkcs11"):
            raise
        raise SigningError(
            f"the hardware module refuses: {type(exc).__name__}",
            hint="Is it the right PIN? Too many wrong ones lock a token.",
        ) from exc
