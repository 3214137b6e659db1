"""Passphrases: from a file, from systemd, or from the keyboard; never from the command line.

What stands in a command line can be read by every user of the machine, and stays in the shell's history.
"""

import getpass
import os
import sys
from pathlib import Path

from syndicate.errors import SigningError

_CREDENTIAL = "syndicate-passphrase"  # systemd: LoadCredentialEncrypted=syndicate-passphrase:...
_VARIABLE = "SYNDICATE_PASSPHRASE_FILE"
_MOST_BYTES = 4_096
_OWN_FILE = (
    "Its owner types it at a terminal, or names a file with an option of its own (--second-passphrase-file)."
)


def passphrase(file: Path | None) -> bytes:
    """The passphrase of a key that exists.

    From ``file``, a systemd credential, the file that ``SYNDICATE_PASSPHRASE_FILE`` names, or the keyboard.

    Raises:
        SigningError: the file cannot be read or can be read by everyone, or there is no keyboard.
    """
    found = _from_file(file)
    return _asked("Passphrase: ") if found is None else found


def new_passphrase(file: Path | None) -> bytes:
    """The passphrase of a key to be made: as ``passphrase``, but asked for twice.

    Raises:
        SigningError: as ``passphrase``; or the two differ.
    """
    found = _from_file(file)
    if found is not None:
        return found
    return _twice("New passphrase (a few words): ")


def _twice(prompt: str, remedy: str = "") -> bytes:
    first = _asked(prompt, remedy)
    if first != _asked("The same again: ", remedy):
        raise SigningError("the two passphrases differ", hint="Nothing was made; try again.")
    return first


def passphrase_of_another(file: Path | None, whose: str, *, new: bool = False) -> bytes:
    """The passphrase of another person's key: from ``file``, or asked of ``whose`` keyboard it is now.

    What holds the first person's passphrase (a systemd credential, ``SYNDICATE_PASSPHRASE_FILE``) is never
    looked at: it would open, or seal, the key of the one who is to look over their shoulder.

    Raises:
        SigningError: as ``new_passphrase``.
    """
    if file is not None:
        return _read(file, private=True)
    if not new:
        return _asked(f"Passphrase of {whose}: ", _OWN_FILE)
    return _twice(f"New passphrase for {whose}, known to them only: ", _OWN_FILE)


def _from_file(file: Path | None) -> bytes | None:
    if file is not None:
        return _read(file, private=True)
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder and _is_there(Path(folder) / _CREDENTIAL):
        return _read(Path(folder) / _CREDENTIAL, private=False)  # systemd guards its folder itself
    named = os.environ.get(_VARIABLE)
    return _read(Path(named), private=True) if named else None


def _is_there(credential: Path) -> bool:
    try:
        credential.lstat()
    except FileNotFoundError:
        return False  # a unit with other credentials than ours
    except OSError as exc:
        raise SigningError(
            f"cannot reach the systemd credential {credential}: {exc.strerror}",
            hint="Does LoadCredentialEncrypted= in the unit name it, and does it decrypt on this machine?",
        ) from exc
    return True


def _read(path: Path, *, private: bool) -> bytes:
    try:
        with path.open("rb") as file:
            if private and os.fstat(file.fileno()).st_mode & 0o004:
                raise SigningError(
                    f"everyone can read the passphrase in {path}", hint=f"Run: chmod 600 {path}"
                )
            line = file.readline(_MOST_BYTES)
    except OSError as exc:
        raise SigningError(f"cannot read the passphrase file {path}: {exc.strerror}") from exc
    return line.rstrip(b"\r\n")


def _asked(prompt: str, remedy: str = "") -> bytes:
    if not sys.stdin.isatty():
        raise SigningError(
            "no passphrase, and nobody to ask for it",
            hint=remedy or f"Use --passphrase-file, the systemd credential {_CREDENTIAL}, or {_VARIABLE}.",
        )
    return getpass.getpass(prompt).encode()
