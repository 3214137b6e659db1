"""Whoever enrols a key signs for it once: a public key alone is anybody's to copy."""

import base64
import hashlib

import pytest
from press import PressRoom

from syndicate.news import AgencyId
from syndicate.trust import enrolment_message, proves_possession

VN, TH = AgencyId("vn.demo"), AgencyId("th.demo")
ROOM = PressRoom(VN)
PUBLIC = ROOM.signer.public
PROOF = ROOM.signer.sign(enrolment_message(VN, PUBLIC))


def test_the_message_is_the_three_lines_that_keys_readme_writes_down() -> None:
    jwk = f'{{"crv":"Ed25519","kty":"OKP","x":"{spelled(PUBLIC)}"}}'
    kid = spelled(hashlib.sha256(jwk.encode()).digest())
    assert enrolment_message(VN, PUBLIC).decode() == f"syndicate-enrolment/v1\nvn.demo\n{kid}\n"


def spelled(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def test_whoever_holds_the_key_proves_it() -> None:
    assert proves_possession(PUBLIC, VN, PROOF)


@pytest.mark.parametrize(
    ("public", "agency", "proof"),
    [
        pytest.param(PUBLIC, TH, PROOF, id="enrolled for another agency"),
        pytest.param(ROOM.successor.public, VN, PROOF, id="another key's proof"),
        pytest.param(
            PUBLIC, VN, ROOM.successor.sign(enrolment_message(VN, PUBLIC)), id="signed by another key"
        ),
        pytest.param(PUBLIC, VN, ROOM.signer.sign(b"vn.demo"), id="another text"),
        pytest.param(PUBLIC, VN, PROOF[:-1], id="cut off"),
        pytest.param(PUBLIC, VN, b"", id="no proof"),
        pytest.param(
            (1).to_bytes(32, "little"), VN, (1).to_bytes(64, "little"), id="a weak key, that signs all"
        ),
        pytest.param(bytes(31), VN, PROOF, id="no key"),
    ],
)
def test_nothing_else_proves_it(public: bytes, agency: AgencyId, proof: bytes) -> None:
    assert proves_possession(public, agency, proof) is False
