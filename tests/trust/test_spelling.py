"""A token has one spelling: header, signature and base64 (steps 2 to 5)."""

import base64
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judging import refused
from press import PressRoom

from syndicate.news import Reason, b64url, compose_token, encode
from syndicate.trust import thumbprint
from syndicate.trust._parts import NotCanonicalError, decode

L = 2**252 + 27742317777372353535851937790883648493


HEADER = '{"alg":"Ed25519","kid":"%s","typ":"syndicate-item+jws"}'


@pytest.mark.parametrize(
    "header",
    [
        pytest.param('{"alg":"none","kid":"%s","typ":"syndicate-item+jws"}', id="no algorithm"),
        pytest.param(
            '{"alg":"HS256","kid":"%s","typ":"syndicate-item+jws"}', id="the public key as a secret"
        ),
        pytest.param('{"alg":"EdDSA","kid":"%s","typ":"syndicate-item+jws"}', id="the old name"),
        pytest.param('{"alg":"Ed25519","kid":"%s","typ":"JWT"}', id="another type"),
        pytest.param('{"alg":"Ed25519","crit":["b64"],"kid":"%s","typ":"syndicate-item+jws"}', id="crit"),
        pytest.param('{"alg":"Ed25519","jwk":{},"kid":"%s","typ":"syndicate-item+jws"}', id="embedded jwk"),
        pytest.param('{"alg": "Ed25519","kid":"%s","typ":"syndicate-item+jws"}', id="one space"),
        pytest.param('{"kid":"%s","alg":"Ed25519","typ":"syndicate-item+jws"}', id="another order"),
        pytest.param('{"alg":"Ed25519","kid":"%s","typ":"syndicate-item+jws"}\n', id="a line feed after it"),
        pytest.param('{"alg":"Ed25519","kid":"%s","kid":"x","typ":"syndicate-item+jws"}', id="kid twice"),
    ],
)
def test_attack_18_any_other_header_is_refused(header: str) -> None:
    room = PressRoom()
    signed = f"{b64url((header % room.signer.kid).encode())}.{b64url(encode(room.item()))}"
    token = f"{signed}.{b64url(room.signer.sign(signed.encode()))}"
    assert refused(token, room) is Reason.HEADER_UNKNOWN


def test_attack_19_a_malleable_signature_is_refused() -> None:
    room = PressRoom()
    signed, _, signature = room.publish().rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    s = int.from_bytes(raw[32:], "little")
    twin = raw[:32] + (s + L).to_bytes(32, "little")
    assert refused(f"{signed}.{b64url(twin)}", room) is Reason.SIGNATURE_BAD


def test_attack_19_a_key_of_small_order_signs_nothing() -> None:
    room = PressRoom()
    identity = (1).to_bytes(32, "little")
    kid = thumbprint(identity)
    room.keys[kid] = replace(room.keys[room.signer.kid], kid=kid, public=identity)
    forged = compose_token(encode(room.item()), kid, lambda _: identity + bytes(32))
    assert refused(forged, room) is Reason.KEY_WEAK


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(lambda t: t + "=", Reason.BASE64_NOT_CANONICAL, id="padding"),
        pytest.param(lambda t: t + "\n", Reason.BASE64_NOT_CANONICAL, id="a line feed at the end"),
        pytest.param(lambda t: t.replace(".", ". ", 1), Reason.BASE64_NOT_CANONICAL, id="a space inside"),
        pytest.param(lambda t: t[:-1] + "B", Reason.BASE64_NOT_CANONICAL, id="stray bits at the end"),
        pytest.param(lambda t: t[:-1], Reason.BASE64_NOT_CANONICAL, id="one character short"),
        pytest.param(lambda t: "é" + t, Reason.TOKEN_MALFORMED, id="not ASCII"),
        pytest.param(lambda t: t + ".x", Reason.TOKEN_MALFORMED, id="four parts"),
        pytest.param(lambda t: t.rpartition(".")[0] + ".", Reason.TOKEN_MALFORMED, id="an empty signature"),
        pytest.param(lambda t: t.replace(".", ""), Reason.TOKEN_MALFORMED, id="one part"),
        pytest.param(lambda t: t.replace(".", "", 1), Reason.TOKEN_MALFORMED, id="two parts"),
        pytest.param(lambda t: t[t.index(".") :], Reason.TOKEN_MALFORMED, id="an empty header"),
        pytest.param(
            lambda t: f"{t.split('.')[0]}..{t.split('.')[2]}", Reason.TOKEN_MALFORMED, id="an empty payload"
        ),
        pytest.param(lambda t: t.replace(".", "..", 1), Reason.TOKEN_MALFORMED, id="an empty part between"),
        pytest.param(lambda t: t + "A" * 98_304, Reason.TOKEN_TOO_LARGE, id="one over the limit"),
        pytest.param(
            lambda t: t.replace("-", "+").replace("_", "/") + "+", Reason.BASE64_NOT_CANONICAL, id="std"
        ),
        pytest.param(lambda t: t[:-2] + "A", Reason.BASE64_NOT_CANONICAL, id="85 characters"),
        *[
            pytest.param(
                lambda t, piece=piece: t[:-8] + piece + t[-8:],
                Reason.BASE64_NOT_CANONICAL,
                id=f"{piece!r} inside",
            )
            for piece in ("\n\n\n\n", "    ", "!!!!", "====", "++++", "////", "AA==")
        ],
        pytest.param(
            lambda t: t.rpartition(".")[0] + ".AAAA",
            Reason.SIGNATURE_BAD,
            id="a shorter signature, canonical",
        ),
    ],
)
def test_attack_19_one_value_has_one_spelling(change: Callable[[str], str], reason: Reason) -> None:
    room = PressRoom()
    assert refused(change(room.publish()), room) is reason


def test_a_token_of_exactly_the_largest_size_is_looked_at() -> None:
    room = PressRoom()
    padded = "A" * (98_304 - 4)
    assert refused(f"{padded}.A.A", room) is Reason.BASE64_NOT_CANONICAL


@pytest.mark.parametrize("length", range(1, 9))
def test_a_part_may_end_only_as_some_bytes_do(length: int) -> None:
    ends = set()
    for letter in map(chr, range(128)):
        try:
            ends.add((letter, b64url(decode(f"{'A' * (length - 1)}{letter}".encode()))[-1]))
        except NotCanonicalError:
            continue
    assert len(ends) == (64, 0, 4, 16)[length % 4]
    assert all(given == meant for given, meant in ends)


@given(st.text("ABab01-_+/=\n", max_size=12))
def test_a_part_is_taken_only_in_the_one_spelling_that_encoding_gives(part: str) -> None:
    try:
        raw = decode(part.encode("utf-8"))
    except NotCanonicalError:
        return
    assert b64url(raw) == part
