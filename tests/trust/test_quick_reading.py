"""Payloads are read quickly where that is safe, and what is read quickly the strict reader reads the same.

The strict reader is the judge: the quick one is held against it, for honest payloads and hostile ones.
"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from press import PressRoom

from syndicate.news import Content, Heartbeat, Item, encode
from syndicate.trust import _claims
from syndicate.trust._payload import ClaimsError, Fault, plain_json

ROOM = PressRoom()
TEXT = 'Tóm tắt "ngắn" \\ ข่าว 台风 😀\n'
BARE = encode(ROOM.item(summary=TEXT, categories=("medtop:01000000",)))
FULL = encode(ROOM.item(summary=TEXT, content=Content(type="text/html", body="<p>a &amp; b</p>")))
CLAIMS = json.loads(FULL)
NAMES = st.sampled_from([*CLAIMS, "media", "alert", "rel", "claim", "note", "byline", "ext", "xx", ""])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(2**53 - 3, 2**53 + 3)
    | st.integers(2**63 - 3, 2**65)
    | st.floats()
    | st.text(max_size=20)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | NAMES, inner, max_size=3)
    ),
    max_leaves=6,
)


def strictly(payload: bytes) -> Item | Heartbeat | tuple[str, str]:
    """What the strict reader alone makes of a payload: what it says, or the reason and the sentence."""
    return told(_claims._strictly(payload))


def told(said: Item | Heartbeat | Fault) -> Item | Heartbeat | tuple[str, str]:
    return (said.reason, said.detail) if isinstance(said, Fault) else said


def as_ever(payload: bytes) -> Item | Heartbeat | tuple[str, str]:
    """What a payload gives by the way that tokens go, quick or not."""
    try:
        return _claims.read_claims(payload)
    except ClaimsError as exc:
        return exc.reason, str(exc)


def same(payload: bytes) -> None:
    now, judged = as_ever(payload), strictly(payload)
    assert now == judged
    assert repr(now) == repr(judged)  # 1, 1.0 and True are equal, and not the same


def compact(claims: Any) -> bytes:
    return json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("payload", [BARE, FULL, encode(ROOM.item(summary="\x85 \u202e"))])
def test_what_our_own_tool_writes_is_read_the_same(payload: bytes) -> None:
    same(payload)


def test_what_our_own_tool_writes_is_read_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without this the others would hold for a quick reader that never reads anything.
    assert plain_json(BARE) == json.loads(BARE)
    assert plain_json(FULL) == json.loads(FULL)
    said = [strictly(BARE), strictly(FULL)]
    monkeypatch.delattr(_claims, "_strictly")
    assert _claims.read_claims_each([BARE, FULL]) == said


def test_each_of_many_payloads_is_read_as_by_itself() -> None:
    payloads = [BARE, b"{", FULL, FULL.replace(b'"v":1', b'"v":2'), b"{}", FULL.replace(b"</p>", b""), BARE]
    each = _claims.read_claims_each(payloads)
    assert [told(one) for one in each] == [as_ever(payload) for payload in payloads]
    assert [isinstance(one, Fault) for one in each] == [False, True, False, True, True, True, False]


@given(st.dictionaries(NAMES, VALUES, max_size=3))
def test_any_value_in_any_claim_is_judged_the_same(changes: dict[str, Any]) -> None:
    same(compact(CLAIMS | changes))


@given(st.integers(0, len(FULL) - 1), st.integers(0, 3), st.binary(max_size=4))
def test_any_bytes_cut_out_or_put_in_are_judged_the_same(at: int, out: int, put: bytes) -> None:
    same(FULL[:at] + put + FULL[at + out :])


@given(NAMES, VALUES, st.integers(0, len(CLAIMS)))
def test_a_name_that_stands_twice_is_never_read_quickly(name: str, value: Any, at: int) -> None:
    pairs = [f"{json.dumps(key)}:{json.dumps(said)}" for key, said in CLAIMS.items()]
    twice = [*pairs[:at], f"{json.dumps(name)}:{json.dumps(value)}", *pairs[at:]]
    payload = ("{" + ",".join(twice) + "}").encode()
    if name in CLAIMS:
        assert plain_json(payload) is None
    same(payload)


HOSTILE = {
    "a mark before it": b"\xef\xbb\xbf" + FULL,
    "white space before it": b" " + FULL,
    "white space after it": FULL + b"\n",
    "white space within": FULL.replace(b'":', b'" :', 1),
    "something after it": FULL + b"{}",
    "a zero byte after it": FULL + b"\x00",
    "an escape that is not needed": FULL.replace(b'"v"', b'"\\u0076"', 1),
    "an escaped slash": FULL.replace(b"https://", b"https:\\/\\/", 1),
    "half a surrogate pair, escaped": FULL.replace(b"ng\xe1\xba\xafn", b"\\ud800", 1),
    "half a surrogate pair, as bytes": FULL.replace(b"ng\xe1\xba\xafn", b"\xed\xa0\x80", 1),
    "a whole pair, escaped": FULL.replace(b"ng\xe1\xba\xafn", b"\\ud83d\\ude00", 1),
    "a spelling of UTF-8 that is too long": FULL.replace(b"ng\xe1\xba\xafn", b"\xc0\xaf", 1),
    "a control character as it is": FULL.replace(b"\\n", b"\n", 1),
    "a control character, escaped": FULL.replace(b"\\n", b"\\u0001", 1),
    "a number with a fraction": FULL.replace(b'"ver":1', b'"ver":1.0', 1),
    "a number with an exponent": FULL.replace(b'"ver":1', b'"ver":1e0', 1),
    "minus zero": FULL.replace(b'"ver":1', b'"ver":-0', 1),
    "a zero before a number": FULL.replace(b'"ver":1', b'"ver":01', 1),
    "true for one": FULL.replace(b'"ver":1', b'"ver":true', 1),
    "not a number": FULL.replace(b'"ver":1', b'"ver":NaN', 1),
    "without end": FULL.replace(b'"ver":1', b'"ver":Infinity', 1),
    "2^53": FULL.replace(b'"ver":1', b'"ver":9007199254740992', 1),
    "2^64": FULL.replace(b'"ver":1', b'"ver":18446744073709551616', 1),
    "many digits": FULL.replace(b'"ver":1', b'"ver":' + b"9" * 5_000, 1),
    "a list": b"[" + FULL + b"]",
    "a text": b'"' + b"a" * 10 + b'"',
    "depth without end": FULL[:-1] + b',"rel":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "objects without end": FULL[:-1] + b',"claim":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}",
    "seven deep, in ext": FULL[:-1] + b',"ext":{"a":[[[[[1]]]]]}}',
    "a fraction, in ext": FULL[:-1] + b',"ext":{"a":1.5}}',
    "a name twice, in ext": FULL[:-1] + b',"ext":{"a":1,"a":1}}',
    "a name twice, in media": FULL[:-1] + b',"media":[{"url":"a","url":"a"}]}',
    "nothing": b"",
}


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_odd_is_judged_by_the_strict_reader(payload: bytes) -> None:
    assert payload != FULL
    same(payload)
