"""Private keys: made once, sealed, readable by their owner, and never shown."""

import copy
import errno
import os
import pickle
import re
import resource
import stat
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from syndicate.errors import SigningError
from syndicate.signing import create_key, ephemeral_signer, open_key, reseal_key
from syndicate.trust import thumbprint

WORDS = b"a few plain words"
NO_KIND_THAT_WE_KNOW = b"""\
-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGjMF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBAIUl4XzZ96fi351k5r
L7RnAgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQGhTRcf/Kt3DcxbRJ
NhDghgRANpKBL3hBGRbYcebrUcWQk0D3csNjcBQ/K7WUIZw0ySTnvr3zYRtQVgGI
tR185BJ6S5BQKBTOsHXafwFTZeBfMQ==
-----END ENCRYPTED PRIVATE KEY-----
"""


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "in-use.key"
    create_key(path, WORDS)
    return path


def test_what_a_key_signs_fits_its_public_half_after_it_was_opened_again(tmp_path: Path) -> None:
    made = create_key(tmp_path / "k", WORDS)
    opened = open_key(tmp_path / "k", WORDS)
    assert (opened.kid, opened.public) == (made.kid, made.public)
    assert opened.kid == thumbprint(opened.public)
    Ed25519PublicKey.from_public_bytes(opened.public).verify(opened.sign(b"news"), b"news")


@pytest.fixture
def sealed_in_a_moment() -> None:
    """Not here: these are the tests of how a key is sealed."""


def test_a_key_file_is_sealed_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        create_key(tmp_path / "k", WORDS)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600
    assert b"ENCRYPTED PRIVATE KEY" in (tmp_path / "k").read_bytes()


def test_trying_passphrases_on_a_copied_key_file_is_slow(key: Path) -> None:
    sealed = b64decode(b"".join(key.read_bytes().splitlines()[1:-1]), validate=True)
    # RFC 8018, PBKDF2-params: the salt of 16 octets, then iterationCount as an INTEGER of three.
    (rounds,) = re.findall(rb"\x30.\x04\x10.{16}\x02\x03(.{3})\x30\x0c\x06\x08", sealed, re.DOTALL)
    assert int.from_bytes(rounds, "big") >= 600_000


def test_a_key_that_openssl_or_an_older_version_sealed_opens_as_well(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    path = tmp_path / "k"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(WORDS)))
    path.chmod(0o600)
    assert open_key(path, WORDS).public == key.public_key().public_bytes_raw()


def test_a_key_is_never_overwritten(key: Path) -> None:
    before = key.read_bytes()
    with pytest.raises(SigningError, match="a key is never overwritten") as caught:
        create_key(key, WORDS)
    assert "another folder" in caught.value.hint
    assert key.read_bytes() == before


@pytest.fixture
def a_stick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without links, as on most sticks."""

    def link(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)


def test_a_key_is_made_on_a_stick_and_not_overwritten_there_either(a_stick: None, tmp_path: Path) -> None:
    made = create_key(tmp_path / "k", WORDS)
    with pytest.raises(SigningError, match="a key is never overwritten"):
        create_key(tmp_path / "k", WORDS)
    assert open_key(tmp_path / "k", WORDS).kid == made.kid
    assert list(tmp_path.iterdir()) == [tmp_path / "k"]


def test_a_run_that_was_killed_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / ".k.new").write_bytes(b"half a k")
    made = create_key(tmp_path / "k", WORDS)
    assert open_key(tmp_path / "k", WORDS).kid == made.kid
    assert list(tmp_path.iterdir()) == [tmp_path / "k"]


def test_a_key_sealed_again_is_the_same_key_under_another_passphrase(key: Path, tmp_path: Path) -> None:
    given = reseal_key(key, WORDS, tmp_path / "copy", b"other plain words")
    again = open_key(tmp_path / "copy", b"other plain words")
    assert given.kid == again.kid == open_key(key, WORDS).kid
    with pytest.raises(SigningError, match="the passphrase is wrong"):
        open_key(tmp_path / "copy", WORDS)
    with pytest.raises(SigningError, match="a key is never overwritten"):
        reseal_key(key, WORDS, tmp_path / "copy", WORDS)


def test_a_wrong_passphrase_is_said_to_be_one(key: Path) -> None:
    with pytest.raises(SigningError, match="the passphrase is wrong or the file is damaged") as caught:
        open_key(key, b"other plain words")
    assert "passphrase" in caught.value.hint


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666, 0o601])
def test_a_key_that_others_can_reach_is_not_used(key: Path, mode: int) -> None:
    key.chmod(mode)
    with pytest.raises(SigningError, match=f"can be read by others .mode {mode:04o}") as caught:
        open_key(key, WORDS)
    assert caught.value.hint == f"Run: chmod 600 {key}"


def test_a_damaged_key_is_not_used(key: Path) -> None:
    text = key.read_bytes()
    key.write_bytes(text[:100] + text[120:])
    with pytest.raises(SigningError, match="damaged"):
        open_key(key, WORDS)


def test_a_key_of_no_known_kind_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "k"
    path.touch(0o600)
    path.write_bytes(NO_KIND_THAT_WE_KNOW)
    with pytest.raises(SigningError, match="cannot open the key"):
        open_key(path, WORDS)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(SigningError, match=r"cannot read the key file .*none: No such file"):
        open_key(tmp_path / "none", WORDS)


def test_a_folder_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(SigningError, match="cannot read the key file"):
        open_key(tmp_path, WORDS)


def test_a_key_that_is_not_sealed_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "open"
    path.touch(0o600)
    path.write_bytes(
        Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    with pytest.raises(SigningError, match="is not an encrypted PKCS#8 key") as caught:
        open_key(path, WORDS)
    assert "syndicate agency init" in caught.value.hint


def test_a_key_that_only_says_that_it_is_sealed_is_not_used(tmp_path: Path) -> None:
    plain = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = tmp_path / "open"
    path.touch(0o600)
    path.write_bytes(plain + b"BEGIN ENCRYPTED PRIVATE KEY")
    with pytest.raises(SigningError, match="cannot open the key"):
        open_key(path, WORDS)


def test_a_key_of_another_kind_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "ec"
    path.touch(0o600)
    sealed = BestAvailableEncryption(WORDS)
    path.write_bytes(
        generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed)
    )
    with pytest.raises(SigningError, match="is no Ed25519 key") as caught:
        open_key(path, WORDS)
    assert "syndicate agency init" in caught.value.hint


@pytest.mark.parametrize("words", [b"", b"1234567"])
def test_a_short_passphrase_makes_and_opens_nothing(tmp_path: Path, key: Path, words: bytes) -> None:
    with pytest.raises(SigningError, match="fewer than 8") as caught:
        create_key(tmp_path / "new", words)
    assert "a few words" in caught.value.hint
    assert not (tmp_path / "new").exists()
    with pytest.raises(SigningError, match="fewer than 8"):
        open_key(key, words)


def test_eight_bytes_are_a_passphrase(tmp_path: Path) -> None:
    assert create_key(tmp_path / "k", b"12345678").kid == open_key(tmp_path / "k", b"12345678").kid


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SigningError, match=r"cannot write the key file .*: No such file"):
        create_key(tmp_path / "none" / "k", WORDS)


def test_a_full_disk_leaves_no_half_key(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))  # the kernel refuses to write on, as on a full disk
    try:
        with pytest.raises(SigningError, match="cannot write the key file"):
            create_key(tmp_path / "k", WORDS)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_a_signer_cannot_be_copied_or_sent_away() -> None:
    signer = ephemeral_signer()
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(SigningError, match="never copied"):
            way(signer)


def test_a_seed_fixes_a_key_in_memory_and_none_makes_a_new_one() -> None:
    assert ephemeral_signer(b"x" * 32).kid == ephemeral_signer(b"x" * 32).kid
    assert ephemeral_signer().kid != ephemeral_signer().kid
