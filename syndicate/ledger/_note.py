"""C2SP signed-note: a text, and lines by those who signed it; and the two kinds of key that sign in a log.

Lines of keys that nobody asked about are skipped. A line that names a known key and does not verify refuses
the whole note: somebody forged it, or damaged it.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from syndicate.errors import LedgerError
from syndicate.ledger._tree import SIZE_MOST
from syndicate.ledger._words import base64, lines_of, read_text, unbase64
from syndicate.news import Reason, UnixTime, WeakKeyError, check_key

NOTE_BYTES: Final = 131_072  # 16 post-quantum signatures fit, which C2SP wants accepted
NOTE_SIGNATURES: Final = 100
_DASH: Final = "\u2014 "
_KEY_ID_BYTES: Final = 4
_TIME_BYTES: Final = 8
_SIGNATURE_BYTES: Final = 64
_VKEY: Final = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})")

Sign = Callable[[bytes], bytes]


class KeyKind(IntEnum):
    """What a key's signatures say; the number stands in its id (C2SP signed-note, signature types)."""

    LOG = 0x01  # the text itself
    COSIGNER = 0x04  # the text, and when it was seen to extend all that was seen before


@dataclass(frozen=True, slots=True)
class NoteKey:
    """An Ed25519 key under the name that it signs with. Only keys whose signatures prove something exist."""

    name: str
    kind: KeyKind
    public: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        try:
            check_key(self.public)
        except WeakKeyError as exc:
            raise LedgerError(f"the key of {self.name} proves nothing: {exc}") from exc

    @property
    def id(self) -> bytes:
        """The four bytes that stand before each signature: they name the key, they do not prove it."""
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([self.kind]) + self.public).digest()[
            :_KEY_ID_BYTES
        ]

    @property
    def vkey(self) -> str:
        """The key as one word for policies: name, id and key, joined by plus signs."""
        return f"{self.name}+{self.id.hex()}+{base64(bytes([self.kind]) + self.public)}"

    def as_cosigner(self) -> "NoteKey":
        """The same name and key where it signs with the time, as a log does beside its own signature."""
        return NoteKey(self.name, KeyKind.COSIGNER, self.public)


def read_vkey(told: str) -> NoteKey:
    """The key that ``NoteKey.vkey`` spelled.

    Raises:
        LedgerError: it is none, of another kind, weak, or its id is not its own.
    """
    matched = _VKEY.fullmatch(told)
    if matched is None:
        raise LedgerError("not a key: name, eight hex digits and base64, joined by plus signs")
    name, key_id, raw = matched[1], matched[2], unbase64(matched[3])
    if raw[0] not in set(KeyKind):
        raise LedgerError("a key of a kind that is not known here: only Ed25519, 0x01 and 0x04, is")
    key = NoteKey(name, KeyKind(raw[0]), raw[1:])
    if key.id.hex() != key_id:
        raise LedgerError("the id of the key is not its own")
    return key


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line, unverified: who it names, and what follows the key's id."""

    name: str
    key_id: bytes
    raw: bytes

    @property
    def line(self) -> str:
        """The line with its end."""
        return f"{_DASH}{self.name} {base64(self.key_id + self.raw)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text with the lines of its signers, unverified."""

    text: bytes
    signatures: tuple[NoteSignature, ...]

    @property
    def raw(self) -> bytes:
        """The note as it travels."""
        return self.text + b"\n" + "".join(each.line for each in self.signatures).encode()

    def signed_by(self, keys: Collection[NoteKey]) -> dict[NoteKey, UnixTime | None]:
        """Who of ``keys`` signed, and when if they say so: the earliest time, if one says several.

        Raises:
            LedgerError: ``log-signature-bad``: a line in the name of one of them is not theirs.
        """
        known = {(key.name, key.id): key for key in keys}
        found: dict[NoteKey, UnixTime | None] = {}
        for each in self.signatures:
            key = known.get((each.name, each.key_id))
            if key is not None:
                when = _check_signature(each, key, self.text)
                earlier = found.get(key)
                found[key] = when if earlier is None or when is None else min(earlier, when)
        return found


def read_note(raw: bytes) -> Note:
    """A note's text and lines; nothing in it is vouched for.

    Raises:
        LedgerError: it is no note, or larger than one may be.
    """
    text, _, below = read_text(raw, NOTE_BYTES).rpartition("\n\n")
    if not text:
        raise LedgerError("not a text, an empty line and signatures")
    return Note(f"{text}\n".encode(), read_signatures(below))


def read_signatures(told: str) -> tuple[NoteSignature, ...]:
    """One or more signature lines.

    Raises:
        LedgerError: a line is none, or there are none, or too many.
    """
    lines = lines_of(told)
    if not 1 <= len(lines) <= NOTE_SIGNATURES:
        raise LedgerError(f"a note has 1 to {NOTE_SIGNATURES} signatures")
    return tuple(_read_signature(line) for line in lines)


def sign_note(text: bytes, key: NoteKey, sign: Sign, *, at: UnixTime | None = None) -> NoteSignature:
    """The line by ``key`` under ``text``; ``sign`` has its private half. Cosigners say when, logs do not.

    Raises:
        LedgerError: ``at`` is missing, too much or no time, or what signed gave no Ed25519 signature.
    """
    if (key.kind is KeyKind.COSIGNER) != (at is not None):
        raise LedgerError("a cosigner signs with the time, a log without")
    signature = sign(text if at is None else cosigned(text, at))
    if len(signature) != _SIGNATURE_BYTES:
        raise LedgerError("an Ed25519 signature has 64 bytes")
    stamp = b"" if at is None else at.to_bytes(_TIME_BYTES, "big")
    return NoteSignature(key.name, key.id, stamp + signature)


def compose_note(text: bytes, signatures: Iterable[NoteSignature]) -> bytes:
    """The note of ``text`` with these lines.

    Raises:
        LedgerError: no reader would take it: the text is not one of ended lines, or nobody signed.
    """
    note = Note(text, tuple(signatures))
    if read_note(note.raw) != note:
        raise LedgerError("this is no text of a note")
    return note.raw


def cosigned(text: bytes, at: int) -> bytes:
    """What a cosigner signs (C2SP tlog-cosignature, Ed25519).

    Raises:
        LedgerError: ``at`` is no time that can be written.
    """
    if not 0 <= at <= SIZE_MOST:
        raise LedgerError("a time is a number of seconds up to 2^63 - 1")
    return f"cosignature/v1\ntime {at}\n".encode() + text


def _check_signature(signature: NoteSignature, key: NoteKey, text: bytes) -> UnixTime | None:
    stamped = key.kind is KeyKind.COSIGNER
    stamp = signature.raw[:_TIME_BYTES] if stamped else b""
    when = UnixTime(int.from_bytes(stamp, "big"))
    try:
        message = cosigned(text, when) if stamped else text
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature.raw[len(stamp) :], message)
    except (InvalidSignature, LedgerError) as exc:
        raise LedgerError(
            f"a line in the name of {key.name} is not theirs", code=Reason.LOG_SIGNATURE_BAD
        ) from exc
    return when if stamped else None


def _read_signature(line: str) -> NoteSignature:
    name, _, told = line.removeprefix(_DASH).partition(" ")
    raw = unbase64(told)
    if not line.startswith(_DASH) or len(raw) <= _KEY_ID_BYTES:
        raise LedgerError("not a signature line")
    _check_name(name)
    return NoteSignature(name, raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:])


def _check_name(name: str) -> None:
    if not name or "+" in name or any(letter.isspace() or letter < " " for letter in name):
        raise LedgerError("a key's name is not empty and holds neither plus signs nor spaces")
    try:
        name.encode()
    except UnicodeEncodeError as exc:
        raise LedgerError("a key's name is not UTF-8") from exc
