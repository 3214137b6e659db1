"""Which public keys protect nothing (attack 19)."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from syndicate.news import WeakKeyError, check_key, thumbprint
from syndicate.signing import ephemeral_signer

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def _add(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    """Edwards addition, RFC 8032 section 5.1.4 in affine form: an own path to the small-order points."""
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2
    return (x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P


def _small_order_points() -> list[tuple[int, int]]:
    y = int.from_bytes(
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
    )
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if x * x % P != x2:
        x = x * pow(2, (P - 1) // 4, P) % P
    points = [(0, 1)]
    while (following := _add(points[-1], (x, y))) != (0, 1):
        points.append(following)
    return points


def _written(x: int, y: int) -> bytes:
    return (y | (x & 1) << 255).to_bytes(32, "little")


def test_there_are_eight_points_of_small_order_and_none_is_a_key() -> None:
    points = _small_order_points()
    assert len(points) == 8
    for x, y in points:
        with pytest.raises(WeakKeyError, match="small order"):
            check_key(_written(x, y))
        with pytest.raises(WeakKeyError, match="small order"):
            check_key(_written(1 - (x & 1), y))  # the sign bit does not save it


def test_the_library_would_take_the_identity_as_a_key_so_we_must_not() -> None:
    identity = _written(0, 1)
    fits_everything = identity + bytes(32)
    Ed25519PublicKey.from_public_bytes(identity).verify(fits_everything, b"anything at all")


@pytest.mark.parametrize(
    ("public", "why"),
    [
        pytest.param(b"", "32 bytes", id="no bytes"),
        pytest.param(bytes(31), "32 bytes", id="one byte short"),
        pytest.param((P + 1).to_bytes(32, "little"), "canonical", id="one written as p + 1"),
        pytest.param((2**255 - 1).to_bytes(32, "little"), "canonical", id="all bits set"),
        pytest.param((2).to_bytes(32, "little"), "curve", id="y = 2 is not on the curve"),
    ],
)
def test_a_key_in_another_form_is_refused(public: bytes, why: str) -> None:
    with pytest.raises(WeakKeyError, match=why):
        check_key(public)


def test_honest_keys_pass() -> None:
    for seed in range(20):
        check_key(ephemeral_signer(bytes([seed]) * 32).public)


def test_the_thumbprint_is_the_one_of_rfc_8037_appendix_a3() -> None:
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    assert thumbprint(public) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
