"""Leaves: hashes and opaque ids, in one spelling."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from press import PressRoom

from syndicate.errors import LedgerError
from syndicate.ledger import ActLeaf, ItemLeaf, leaf_of, read_leaf
from syndicate.news import Act, AgencyId, ItemId, StreamName, TokenDigest, b64url, digest_of

ROOM = PressRoom()
ITEM = ROOM.item()
TOKEN = ROOM.token(ITEM)
RAW = leaf_of(ITEM, digest_of(TOKEN)).raw
DIGEST = digest_of(TOKEN)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
NAMES = f"{LETTERS}0123456789-"


def words(least: int, most: int, letters: str) -> st.SearchStrategy[str]:
    return st.text(letters, min_size=least, max_size=most)


def test_a_leaf_is_six_lines_that_say_nothing_of_the_story() -> None:
    named = base64.urlsafe_b64encode(hashlib.sha256(TOKEN.encode()).digest()).rstrip(b"=").decode()
    assert RAW.decode() == f"syndicate-leaf/v1\nvn.demo\n{ITEM.sub}\n1\nmain:1 publish\n{named}\n"
    assert len(RAW) == 122
    assert ITEM.title.encode() not in RAW


def test_an_act_is_two_lines() -> None:
    assert ActLeaf(digest=DIGEST).raw == f"syndicate-act/v1\n{DIGEST}\n".encode()
    assert read_leaf(ActLeaf(digest=DIGEST).raw) == ActLeaf(digest=DIGEST)


@st.composite
def leaves(draw: st.DrawFn) -> ItemLeaf:
    iss = f"{draw(words(2, 2, LETTERS))}.{draw(words(2, 32, NAMES))}"
    return ItemLeaf(
        iss=AgencyId(iss),
        sub=ItemId(f"{iss}:{draw(words(26, 26, f'{LETTERS}234567'))}"),
        ver=draw(st.integers(1, 2**53 - 1)),
        stream=StreamName(draw(words(1, 32, NAMES))),
        seq=draw(st.integers(1, 2**53 - 1)),
        act=draw(st.sampled_from([act for act in Act if act is not Act.HEARTBEAT])),
        digest=TokenDigest(b64url(draw(st.binary(min_size=32, max_size=32)))),
    )


@given(leaves())
def test_every_leaf_is_read_as_it_was_written(said: ItemLeaf) -> None:
    assert read_leaf(said.raw) == said
    assert len(said.raw) <= 256


def edited(old: str, new: str) -> bytes:
    assert old.encode() in RAW
    return RAW.replace(old.encode(), new.encode(), 1)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(RAW[:-1], id="the last line is not ended"),
        pytest.param(RAW + b"\n", id="one line more"),
        pytest.param(edited("/v1", "/v2"), id="another version"),
        pytest.param(edited("\n", "\r\n"), id="a carriage return"),
        pytest.param(edited("vn.demo\nvn.demo:", "vn.demo\nth.demo:"), id="another agency's item"),
        pytest.param(edited("\n1\n", "\n0\n"), id="version 0"),
        pytest.param(edited("\n1\n", "\n01\n"), id="a leading zero"),
        pytest.param(edited("\n1\n", "\n9007199254740992\n"), id="2^53 as version"),
        pytest.param(edited("main:1 ", "main:0 "), id="number 0"),
        pytest.param(edited("main:1 ", "main:9007199254740992 "), id="2^53 as number"),
        pytest.param(edited("main:1 ", f"main:{'1' * 17} "), id="17 digits"),
        pytest.param(edited("main:", "Main:"), id="a capital"),
        pytest.param(edited("publish", "heartbeat"), id="a heartbeat"),
        pytest.param(edited("publish", "delete"), id="another act"),
        pytest.param(RAW[:-3] + b"B\n", id="unused bits that are set"),
        pytest.param(RAW.replace(DIGEST.encode(), b"A" * 44), id="another length"),
        pytest.param(b"syndicate-act/v1\n" + b"A" * 42 + b"\n", id="a short act"),
        pytest.param(b"syndicate-act/v1\n" + b"A" * 43, id="an act that is not ended"),
        pytest.param(b"syndicate-act/v1\n" + b"A" * 43 + b"\n" * 500, id="an act and much more"),
        pytest.param(RAW + b"x" * 500, id="too long"),
        pytest.param(b"\xff" * 20, id="not ASCII"),
    ],
)
def test_what_is_no_leaf_of_ours_is_refused(raw: bytes) -> None:
    with pytest.raises(LedgerError, match="leaf"):
        read_leaf(raw)


def test_the_largest_numbers_of_a_token_are_read() -> None:
    said = read_leaf(edited("\n1\n", f"\n{2**53 - 1}\n"))
    assert isinstance(said, ItemLeaf)
    assert said.ver == 2**53 - 1
