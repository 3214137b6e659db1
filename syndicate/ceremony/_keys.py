"""Role keys as TUF knows them: public halves from the papers, and signers that somebody else opened."""

import hashlib
from typing import Any, Final

from securesystemslib.formats import encode_canonical
from securesystemslib.signer import Key, Signature, SSlibKey
from securesystemslib.signer import Signer as TufSigner

from syndicate.papers import ED25519, RoleKey, fault_of_role_key
from syndicate.ports import Signer

HOLDER: Final = "x-syndicate-holder"  # of a key in the metadata: who it belongs to, as the papers name them


def tuf_key(key: RoleKey) -> Key:
    """A role's public key; its id is the hash of its canonical form, so that every tool computes the same.

    The holder's name stands beside it, for people; it is no part of what the id is made of.
    """
    keytype = _keytype(key.scheme)
    keyval = {"public": key.public.strip()}
    named = {HOLDER: key.name} if key.name else {}
    return SSlibKey(_key_id(keytype, key.scheme, keyval), keytype, key.scheme, keyval, named)


def fault_of_key(key: Key) -> str:
    """What is wrong with a key of the metadata, empty if nothing: else one key could count as two.

    Its id has to be the one that its public half gives, and its public half the one spelling that there is.
    """
    if key.keyid != _key_id(key.keytype, key.scheme, key.keyval):
        return "is not what its name says"
    public = key.keyval.get("public")
    if key.keytype != _keytype(key.scheme) or set(key.keyval) != {"public"} or not isinstance(public, str):
        return "is of a kind that signs nothing here"
    fault = fault_of_role_key(RoleKey(name="", scheme=key.scheme, public=public))
    return f"is no good: {fault}" if fault or public != public.strip() else ""


def _keytype(scheme: str) -> str:
    return "ed25519" if scheme == ED25519 else "ecdsa"


def _key_id(keytype: str, scheme: str, keyval: Any) -> str:  # noqa: ANN401 - the library's own type
    canonical = encode_canonical({"keytype": keytype, "scheme": scheme, "keyval": keyval}) or ""
    return hashlib.sha256(canonical.encode()).hexdigest()


def holder_of(key: Key) -> str:
    """Whose key it is, as people say it: the name in the metadata, or the beginning of the key's id."""
    name = key.unrecognized_fields.get(HOLDER)
    short = key.keyid[:8]
    return f"{name} ({short})" if isinstance(name, str) and name.isprintable() else short


def role_key(name: str, signer: Signer) -> RoleKey:
    """The entry for ``keys/roles/`` of a key that a signer holds."""
    return RoleKey(name=name, scheme=ED25519, public=signer.public.hex())


class RoleSigner(TufSigner):
    """A ``ports.Signer`` (Ed25519) in the shape that TUF signs with."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self._key = tuf_key(role_key("", signer))

    @property
    def public_key(self) -> Key:
        """The public half."""
        return self._key

    def sign(self, payload: bytes) -> Signature:
        """The signature over ``payload``."""
        return Signature(self._key.keyid, self._signer.sign(payload).hex())

    @classmethod
    def from_priv_key_uri(cls, *_: Any, **__: Any) -> "RoleSigner":  # noqa: ANN401 - the library's own shape
        """No way to make one: keys are opened in syndicate.signing, never named by an address."""
        raise NotImplementedError
