"""Private keys in files (PKCS#8, encrypted; RFC 5958), and the signer that each one becomes."""

import contextlib
import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from syndicate.errors import SigningError
from syndicate.signing._seal import seal
from syndicate.trust import thumbprint

_KEY_FILE_BYTES = 10_000
_SHORTEST_PASSPHRASE = 8


class _Ed25519Signer:
    """A ``ports.Signer`` over a key in memory."""

    __slots__ = ("_key", "_kid", "_public")

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self._public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._kid = thumbprint(self._public)

    @property
    def kid(self) -> str:
        """The key's RFC 7638 thumbprint."""
        return self._kid

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature over ``message`` (RFC 8032), 64 bytes."""
        return self._key.sign(message)

    def __reduce__(self) -> str:
        raise SigningError("a private key is never copied or sent between processes")


def ephemeral_signer(seed: bytes | None = None) -> _Ed25519Signer:
    """A signer whose key lives in memory only, for demo, tests and vectors; 32 bytes of ``seed`` fix it."""
    key = Ed25519PrivateKey.generate() if seed is None else Ed25519PrivateKey.from_private_bytes(seed)
    return _Ed25519Signer(key)


def create_key(path: Path, passphrase: bytes) -> _Ed25519Signer:
    """Make a key and write it to ``path``, which must not exist; on any failure no file is left.

    Raises:
        SigningError: the file exists, cannot be written, or the passphrase is shorter than 8 bytes.
    """
    key = Ed25519PrivateKey.generate()
    _write_key(key, path, passphrase)
    return _Ed25519Signer(key)


def reseal_key(path: Path, passphrase: bytes, copy: Path, new_passphrase: bytes) -> _Ed25519Signer:
    """Write the key in ``path`` to ``copy``, which must not exist, under another passphrase.

    Raises:
        SigningError: as ``open_key`` and ``create_key``.
    """
    key = _open(path, passphrase)
    _write_key(key, copy, new_passphrase)
    return _Ed25519Signer(key)


def _write_key(key: Ed25519PrivateKey, path: Path, passphrase: bytes) -> None:
    _check_passphrase(passphrase)
    pem = seal(key, passphrase)
    new = path.with_name(f".{path.name}.new")
    try:
        new.unlink(missing_ok=True)  # of a run that was killed before the key had its name
        # O_EXCL and the mode at birth: at no instant can another user read it.
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        _name(new, path)
    except FileExistsError as exc:
        raise SigningError(
            f"{path} exists already: a key is never overwritten",
            hint="Choose another folder, or keep this key.",
        ) from exc
    except OSError as exc:
        raise SigningError(f"cannot write the key file {path}: {exc.strerror}") from exc
    finally:
        with contextlib.suppress(OSError):
            new.unlink()


def _name(new: Path, path: Path) -> None:
    """Give a whole file its name, at once, unless something has it. Raises OSError."""
    try:
        os.link(new, path)
    except FileExistsError:
        raise
    except OSError:  # a stick's file system has no links: then nobody else may be making this key
        if path.exists():
            raise FileExistsError from None
        new.rename(path)


def open_key(path: Path, passphrase: bytes) -> _Ed25519Signer:
    """Open the key in ``path``.

    Raises:
        SigningError: unreadable, readable by others, not an encrypted Ed25519 key, or a wrong passphrase.
    """
    return _Ed25519Signer(_open(path, passphrase))


def _open(path: Path, passphrase: bytes) -> Ed25519PrivateKey:
    pem = _read(path)
    if b"BEGIN ENCRYPTED PRIVATE KEY" not in pem:
        raise SigningError(
            f"{path} is not an encrypted PKCS#8 key", hint="Make keys with `syndicate agency init`."
        )
    _check_passphrase(passphrase)
    try:
        key = load_pem_private_key(pem, password=passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
        raise SigningError(
            f"cannot open the key in {path}: the passphrase is wrong or the file is damaged",
            hint="Check the passphrase; after that, restore the file from your back-up.",
        ) from exc
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningError(
            f"the key in {path} is no Ed25519 key", hint="Make keys with `syndicate agency init`."
        )
    return key


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if mode & 0o077:
                raise SigningError(
                    f"{path} can be read by others (mode {mode & 0o777:04o})", hint=f"Run: chmod 600 {path}"
                )
            return file.read(_KEY_FILE_BYTES)
    except OSError as exc:
        raise SigningError(f"cannot read the key file {path}: {exc.strerror}") from exc


def _check_passphrase(passphrase: bytes) -> None:
    if len(passphrase) < _SHORTEST_PASSPHRASE:
        raise SigningError(
            f"the passphrase has fewer than {_SHORTEST_PASSPHRASE} bytes",
            hint="Use a few words; the tool never stores them.",
        )
