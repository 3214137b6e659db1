"""A payload is JSON that everybody reads alike, or the token is refused."""

from collections.abc import Callable

import pytest
from judging import admitted, refused
from press import PressRoom

from syndicate.news import Reason, encode


def raw(room: PressRoom, change: Callable[[str], str]) -> str:
    return room.token(change(encode(room.item()).decode()).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(
            lambda j: j.replace('"v":1', '"v":1,"v":1'), Reason.JSON_DUPLICATE_KEY, id="a claim twice"
        ),
        pytest.param(
            lambda j: j.replace('"type"', '"type":"text/plain","type"'),
            Reason.JSON_DUPLICATE_KEY,
            id="inside, twice",
        ),
        pytest.param(lambda j: j.replace('"seq":1', '"seq":1.0'), Reason.JSON_NUMBER, id="a float"),
        pytest.param(lambda j: j.replace('"seq":1', '"seq":1e0'), Reason.JSON_NUMBER, id="an exponent"),
        pytest.param(lambda j: j.replace('"seq":1', '"seq":NaN'), Reason.JSON_NUMBER, id="not a number"),
        pytest.param(lambda j: j.replace('"seq":1', f'"seq":{2**53}'), Reason.JSON_NUMBER, id="2^53"),
        pytest.param(lambda j: j.replace('"seq":1', f'"seq":-{2**53}'), Reason.JSON_NUMBER, id="-2^53"),
        pytest.param(
            lambda j: j.replace('"seq":1', '"seq":' + "9" * 9_999), Reason.JSON_NUMBER, id="endless digits"
        ),
        pytest.param(
            lambda j: j.replace("Bão", "\\ud800"), Reason.JSON_INVALID, id="half a surrogate pair, escaped"
        ),
        pytest.param(
            lambda j: j.replace("Bão", "\ud800"), Reason.JSON_INVALID, id="half a surrogate pair, raw"
        ),
        pytest.param(lambda j: "\ufeff" + j, Reason.JSON_INVALID, id="a byte order mark"),
        pytest.param(lambda j: j + "x", Reason.JSON_INVALID, id="something after it"),
        pytest.param(lambda j: j[:-1], Reason.JSON_INVALID, id="cut off"),
        pytest.param(lambda j: f"[{j}]", Reason.JSON_INVALID, id="a list"),
        pytest.param(lambda j: j.replace("Bão", "\x01"), Reason.JSON_INVALID, id="a raw control character"),
        pytest.param(lambda j: "[" * 70_000, Reason.JSON_DEPTH, id="nested without end"),
        pytest.param(
            lambda j: j[:-1] + ',"ext":{"a":{"a":{"a":{"a":{"a":{}}}}}}}', Reason.JSON_DEPTH, id="seven deep"
        ),
    ],
)
def test_attack_21_json_that_readers_could_disagree_on(change: Callable[[str], str], reason: Reason) -> None:
    room = PressRoom()
    assert refused(raw(room, change), room) is reason


def test_six_deep_and_the_largest_integer_are_fine() -> None:
    room = PressRoom()
    ext = {"a": {"a": {"a": {"a": {"big": 2**53 - 1, "deep": 1 - 2**53}}}}}
    assert admitted(room.token(room.item(ext=ext)), room).item.ext == ext


def test_an_escaped_emoji_is_a_whole_pair() -> None:
    room = PressRoom()
    assert admitted(raw(room, lambda j: j.replace("Bão", "\\ud83c\\udf00")), room).item.title.startswith("🌀")
