"""What may be asked of the WebSub hub, and what is said of everything else (WebSub, section 5.1)."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.news import MemberCode, Slice
from syndicate.websub._asked import Asked, Declined, Declining, Mode, read_asked
from syndicate.websub._intent import confirms, denied_url, intent_url
from syndicate.websub._topic import Topic, read_topic

HUB = "https://hub.example"
TOPIC = f"{HUB}/feeds/vn.atom"
CALLBACK = "https://desk.example/in?id=7&hub.mode=mine"
WHOLE = {
    "hub.mode": "subscribe",
    "hub.topic": TOPIC,
    "hub.callback": CALLBACK,
    "hub.lease_seconds": "3600",
    "hub.secret": "sóng",
}


def read(**changes: str | None) -> Asked | Declined:
    told = WHOLE | {name.replace("_", ".", 1): value for name, value in changes.items()}
    return read_asked(urlencode({k: v for k, v in told.items() if v is not None}).encode(), HUB)


def asked(**changes: str | None) -> Asked:
    made = read(**changes)
    assert isinstance(made, Asked), made
    return made


def test_a_request_says_who_is_to_be_told_of_what_for_how_long() -> None:
    assert asked() == Asked(
        mode=Mode.SUBSCRIBE,
        topic=Topic(slice=Slice(member=MemberCode("vn")), format="atom"),
        topic_url=TOPIC,
        callback=CALLBACK,
        lease_seconds=3_600,
        secret="sóng",
    )


def test_lease_and_secret_may_be_left_out() -> None:
    made = asked(hub_lease_seconds=None, hub_secret=None)
    assert (made.lease_seconds, made.secret) == (None, None)


def test_who_unsubscribes_need_not_know_lease_or_secret() -> None:
    made = asked(hub_mode="unsubscribe", hub_lease_seconds="never", hub_secret="x" * 500)
    assert (made.mode, made.lease_seconds, made.secret) == (Mode.UNSUBSCRIBE, None, None)


def test_parameters_that_we_do_not_know_are_passed_over() -> None:
    assert asked(hub_verify="sync", hub_verify_token="t", foo="bar") == asked()


def test_escaped_unreserved_characters_are_read_as_they_are() -> None:
    spelled = asked(hub_topic=f"{HUB}/feeds/%76n%2Eatom", hub_callback=CALLBACK.replace("in", "%69n"))
    assert spelled.key == asked().key
    assert spelled.topic_url == f"{HUB}/feeds/%76n%2Eatom"
    reserved = asked(hub_callback="https://desk.example/a%2Fb?c=%26")
    assert reserved.callback == "https://desk.example/a%2Fb?c=%26"


def test_a_secret_is_never_shown() -> None:
    assert "sóng" not in repr(asked())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"hub_mode": None}, Declining.MALFORMED, id="no mode"),
        pytest.param({"hub_mode": "publish"}, Declining.MALFORMED, id="a publisher's ping"),
        pytest.param({"hub_mode": "Subscribe"}, Declining.MALFORMED, id="a mode in capitals"),
        pytest.param({"hub_topic": None}, Declining.MALFORMED, id="no topic"),
        pytest.param({"hub_callback": ""}, Declining.MALFORMED, id="an empty callback"),
        pytest.param({"hub_lease_seconds": "0"}, Declining.MALFORMED, id="no time at all"),
        pytest.param({"hub_lease_seconds": "-5"}, Declining.MALFORMED, id="a time before"),
        pytest.param({"hub_lease_seconds": "1e9"}, Declining.MALFORMED, id="no decimal number"),
        pytest.param({"hub_lease_seconds": "٣"}, Declining.MALFORMED, id="other digits"),
        pytest.param({"hub_lease_seconds": "9" * 5_000}, Declining.MALFORMED, id="a number without end"),
        pytest.param({"hub_secret": ""}, Declining.MALFORMED, id="a secret that is none"),
        pytest.param({"hub_secret": "x" * 200}, Declining.MALFORMED, id="a secret of 200 bytes"),
        pytest.param({"hub_secret": "é" * 100}, Declining.MALFORMED, id="a secret of 100 letters, 200 bytes"),
        pytest.param({"hub_topic": "https://other.example/feeds/vn.atom"}, Declining.TOPIC, id="another's"),
        pytest.param({"hub_topic": f"{HUB}/"}, Declining.TOPIC, id="no feed"),
        pytest.param({"hub_topic": f"{HUB}/feeds/vn.html"}, Declining.TOPIC, id="no feed's format"),
        pytest.param({"hub_topic": f"{TOPIC}?x"}, Declining.TOPIC, id="a query"),
        pytest.param({"hub_topic": f"{HUB}/feeds/pending-alerts.atom"}, Declining.TOPIC, id="no slice"),
        pytest.param({"hub_topic": f"{HUB}/feeds/%2Fvn.atom"}, Declining.TOPIC, id="a slash too many"),
        pytest.param({"hub_topic": TOPIC + "a" * 600}, Declining.TOPIC, id="very long"),
        pytest.param({"hub_callback": "https://desk.example/#x"}, Declining.CALLBACK, id="a fragment"),
        pytest.param({"hub_callback": "https://desk.example/a b"}, Declining.CALLBACK, id="a space"),
        pytest.param({"hub_callback": "https://desk.example/\r\nX: y"}, Declining.CALLBACK, id="a line end"),
        pytest.param({"hub_callback": "https://desk.example/\x00"}, Declining.CALLBACK, id="a null"),
        pytest.param({"hub_callback": "https://bảo.example/"}, Declining.CALLBACK, id="not in ASCII"),
        pytest.param({"hub_callback": f"https://d.example/{'x' * 2_000}"}, Declining.CALLBACK, id="long"),
    ],
)
def test_what_cannot_be_done_is_declined_with_a_reason_and_a_sentence(
    changes: dict[str, str | None], reason: Declining
) -> None:
    made = read(**changes)
    assert isinstance(made, Declined), made
    assert made.reason is reason
    assert len(made.detail.split()) >= 3


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{}", id="JSON"),
        pytest.param("hub.mode=é".encode(), id="not in ASCII"),
        pytest.param(b"hub.mode=%ff", id="not in UTF-8"),
        pytest.param(b"&".join(b"a%d=1" % n for n in range(21)), id="too many"),
        pytest.param(urlencode(WHOLE).encode() + b"&hub.topic=https://x.example/", id="a topic twice"),
    ],
)
def test_what_is_no_form_is_declined(body: bytes) -> None:
    made = read_asked(body, HUB)
    assert isinstance(made, Declined)
    assert made.reason is Declining.MALFORMED


@given(st.binary(max_size=200))
def test_any_bytes_have_an_answer(body: bytes) -> None:
    read_asked(body, HUB)


@given(st.text(max_size=60))
def test_a_topic_has_one_address(path: str) -> None:
    topic = read_topic(f"{HUB}/feeds/{path}", HUB)
    assert topic is None or topic == read_topic(topic.address(HUB), HUB)


# --- The question whether it was meant (WebSub, section 5.3) --------------------------------------------


def test_the_callbacks_own_query_stays_in_front_as_it_is() -> None:
    url = intent_url(asked(), "c-h_1", 600)
    assert url == (
        f"{CALLBACK}&hub.mode=subscribe&hub.topic=https%3A%2F%2Fhub.example%2Ffeeds%2Fvn.atom"
        "&hub.challenge=c-h_1&hub.lease_seconds=600"
    )


@pytest.mark.parametrize(
    ("callback", "before"),
    [
        ("https://d.example/in", "https://d.example/in?hub.mode="),
        ("https://d.example/in?", "https://d.example/in?hub.mode="),
        ("https://d.example/in?a", "https://d.example/in?a&hub.mode="),
    ],
)
def test_the_question_is_the_query_where_there_was_none(callback: str, before: str) -> None:
    assert intent_url(asked(hub_callback=callback), "c", 1).startswith(before)


def test_who_unsubscribes_is_asked_without_a_lease() -> None:
    url = intent_url(asked(hub_mode="unsubscribe"), "c", 600)
    assert "hub.mode=unsubscribe" in url
    assert "lease" not in url


def test_who_is_denied_is_told_why() -> None:
    assert denied_url(asked(), "gone away").startswith(f"{CALLBACK}&hub.mode=denied&hub.topic=https%3A")
    assert denied_url(asked(), "gone away").endswith("&hub.reason=gone+away")


@pytest.mark.parametrize(
    ("status", "body", "agreed"),
    [
        (200, b"ch", True),
        (204, b"ch", True),
        (299, b"ch", True),
        (200, b"ch\n", False),
        (200, b"", False),
        (200, b"CH", False),
        (199, b"ch", False),
        (302, b"ch", False),
        (404, b"ch", False),
        (500, b"ch", False),
    ],
)
def test_yes_is_a_success_with_the_challenge_and_nothing_else(status: int, body: bytes, agreed: bool) -> None:
    assert confirms(status, body, "ch") is agreed
