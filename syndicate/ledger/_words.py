"""The few spellings that all files of a log share: base64, decimal numbers, hashes, names."""

import binascii
import re
from typing import Final

from syndicate.errors import LedgerError
from syndicate.ledger._tree import HASH_BYTES, SIZE_MOST
from syndicate.news import Reason

_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


def base64(raw: bytes) -> str:
    """RFC 4648, section 4, with padding."""
    return binascii.b2a_base64(raw, newline=False).decode("ascii")


def unbase64(told: str) -> bytes:
    """The bytes of base64 in its one spelling.

    Raises:
        LedgerError: it is not.
    """
    try:
        raw = binascii.a2b_base64(told)
    except ValueError as exc:
        raise LedgerError("not base64") from exc
    if base64(raw) != told:  # whatever the decoder passed over is missing here
        raise LedgerError("base64 in another than its one spelling")
    return raw


def read_hash(told: str) -> bytes:
    """The 32 bytes of a hash in base64.

    Raises:
        LedgerError: it is none.
    """
    raw = unbase64(told)
    if len(raw) != HASH_BYTES:
        raise LedgerError("a hash has 32 bytes")
    return raw


def read_number(told: str) -> int:
    """A number from 0 to 2^63 - 1 without leading zeroes.

    Raises:
        LedgerError: it is none.
    """
    if not _DECIMAL.fullmatch(told) or int(told) > SIZE_MOST:
        raise LedgerError("not a decimal number without leading zeroes, up to 2^63 - 1")
    return int(told)


def read_text(raw: bytes, most: int) -> str:
    """UTF-8 of at most ``most`` bytes without control characters but line feeds.

    Raises:
        LedgerError: it is not; ``log-too-large`` if there is too much of it.
    """
    if len(raw) > most:
        raise LedgerError(f"more than {most} bytes", code=Reason.LOG_TOO_LARGE)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise LedgerError("not UTF-8") from exc
    if _CONTROL.search(text):
        raise LedgerError("it holds a control character")
    return text


def lines_of(text: str) -> list[str]:
    """The lines of a text whose last one is ended too.

    Raises:
        LedgerError: it is not.
    """
    *lines, rest = text.split("\n")
    if rest:
        raise LedgerError("the last line is not ended")
    return lines
