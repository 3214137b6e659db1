"""Whatever is signed, verification answers; it never fails in another way, and never takes long.

The payloads here carry an enrolled agency's own signature: the parser behind step 5 is what is tried.
"""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from press import NOON, PressRoom, envelope, registry

from syndicate.news import Refused, encode
from syndicate.trust import Verified, VerifiedHeartbeat, recall, verify

ROOM = PressRoom()
KNOWN = registry(ROOM)
HONEST = encode(ROOM.item(ext={"a": [1, {"b": "c"}]}, summary="Tóm tắt", categories=("medtop:01000000",)))
NAMES = st.sampled_from([*json.loads(HONEST), "media", "alert", "rel", "claim", "note", "byline", "xx", ""])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | NAMES, inner, max_size=3)
    ),
    max_leaves=8,
)


def answers(payload: bytes) -> None:
    token = ROOM.token(payload)
    outcome = verify(envelope(token), KNOWN, NOON)
    assert isinstance(outcome, Verified | VerifiedHeartbeat | Refused)
    if isinstance(outcome, Verified):
        assert recall(token) == outcome.item


@given(st.integers(0, len(HONEST) - 1), st.integers(0, 3), st.binary(max_size=4))
def test_any_bytes_cut_out_or_put_in(at: int, out: int, put: bytes) -> None:
    answers(HONEST[:at] + put + HONEST[at + out :])


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_any_value_in_any_claim(changes: dict[str, Any]) -> None:
    answers(json.dumps(json.loads(HONEST) | changes).encode())


@given(st.binary(max_size=200))
def test_any_bytes_at_all(payload: bytes) -> None:
    answers(payload)


@given(st.sampled_from(['{"a":', "[", '{"ext":{"a":[', '"\\ud800', "-"]), st.integers(1, 20_000))
def test_any_nesting_or_repetition(piece: str, times: int) -> None:
    answers((piece * times).encode()[:70_000])


@given(st.text("abc.-_=+/\n é", max_size=60))
def test_any_text_as_a_token(token: str) -> None:
    assert isinstance(verify(envelope(token), KNOWN, NOON), Refused)
