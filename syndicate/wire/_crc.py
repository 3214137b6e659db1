"""The CRC of what is put together, from the CRCs of its parts (CRC-32 of RFC 1952).

The CRC of A and B in a row is crc(A) · x^(8·|B|) + crc(B), over polynomials of bits. To multiply those as
integers, each bit stands in a byte of its own, so that no carry reaches the next: "wide".
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

WideCrc = int  # 32 bytes that are 0 or 1; the lowest is what the CRC's highest bit says
_BITS: Final = 32
_ONES: Final = int.from_bytes(b"\1" * _BITS, "little")
_ONES_PRODUCT: Final = int.from_bytes(b"\1" * 2 * _BITS, "little")
_HALF: Final = 8 * _BITS
_POLYNOMIAL: Final = int.from_bytes(bytes(map(int, f"{0x104C11DB7:b}"))[::-1], "little")


def wide(crc: int) -> WideCrc:
    """A CRC as ``zlib.crc32`` gives it, made wide."""
    return int.from_bytes(f"{crc:032b}".encode(), "little") & _ONES


def narrow(crc: WideCrc) -> int:
    """A wide CRC as ``zlib.crc32`` gives it."""
    return int("".join(map(str, crc.to_bytes(_BITS, "little"))), 2)


def combined(parts: Iterable[tuple[WideCrc, WideCrc]]) -> WideCrc:
    """The CRC of parts in a row: of each its own and its ``shift_of``."""
    crc = 0
    for own, shift in parts:
        # ``_times`` written out: this is done for each piece that is new in a run.
        product = crc * shift & _ONES_PRODUCT
        quotient = ((product >> _HALF) * _INVERSE & _ONES_PRODUCT) >> _HALF
        crc = (product ^ quotient * _POLYNOMIAL) & _ONES ^ own
    return crc


@lru_cache(maxsize=20_000)
def shift_of(length: int) -> WideCrc:
    """What a CRC is multiplied with when so many bytes come after."""
    if length == 0:
        return 1
    half = shift_of(length // 2)
    doubled = _times(half, half)
    return _times(doubled, 1 << 64) if length % 2 else doubled


def _times(one: WideCrc, other: WideCrc) -> WideCrc:
    """Their product modulo the polynomial (Barrett)."""
    product = one * other & _ONES_PRODUCT
    quotient = ((product >> _HALF) * _INVERSE & _ONES_PRODUCT) >> _HALF
    return (product ^ quotient * _POLYNOMIAL) & _ONES


def _divided(power: int) -> int:
    """x^power divided by the polynomial, without what is left over."""
    left, quotient = 1 << 8 * power, 0
    for bit in range(power - _BITS, -1, -1):
        if left >> 8 * (bit + _BITS) & 1:
            quotient |= 1 << 8 * bit
            left ^= _POLYNOMIAL << 8 * bit
    return quotient


_INVERSE: Final = _divided(2 * _BITS)
