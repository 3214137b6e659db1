"""What the claim table allows of an item, and what it does not (steps 6 and 7)."""

import json

import pytest
from judging import admitted, claims, judge, refused
from press import PressRoom

from syndicate.news import Act, Content, Kind, Reason, Refused, b64url, encode


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"colour": "red"}, Reason.CLAIM_UNKNOWN, id="a claim nobody knows"),
        pytest.param({"act": ...}, Reason.CLAIM_MISSING, id="no act"),
        pytest.param({"act": "delete"}, Reason.CLAIM_INVALID, id="an act nobody knows"),
        pytest.param({"act": 1}, Reason.CLAIM_INVALID, id="an act that is a number"),
        pytest.param({"title": ...}, Reason.CLAIM_MISSING, id="no title"),
        pytest.param({"note": "why"}, Reason.CLAIM_FORBIDDEN, id="a note when publishing"),
        pytest.param({"act": "correct", "ver": 2}, Reason.CLAIM_MISSING, id="a correction without a note"),
        pytest.param(
            {"act": "retract", "ver": 2, "note": "x"}, Reason.CLAIM_FORBIDDEN, id="a retraction with body"
        ),
        pytest.param({"v": 2}, Reason.VERSION_UNKNOWN, id="version 2"),
        pytest.param({"v": True}, Reason.VERSION_UNKNOWN, id="version true"),
        pytest.param({"v": ...}, Reason.VERSION_UNKNOWN, id="no version"),
        pytest.param({"aud": "asean"}, Reason.AUDIENCE_WRONG, id="another federation"),
        pytest.param({"ver": 2}, Reason.CLAIM_INVALID, id="publish at version 2"),
        pytest.param({"act": "update"}, Reason.CLAIM_INVALID, id="update at version 1"),
        pytest.param({"ver": 0}, Reason.CLAIM_INVALID, id="version 0"),
        pytest.param({"ver": True}, Reason.CLAIM_INVALID, id="version true as number"),
        pytest.param({"ver": "1"}, Reason.CLAIM_INVALID, id="version as text"),
        pytest.param({"seq": 0}, Reason.CLAIM_INVALID, id="number 0"),
        pytest.param({"prev": "x"}, Reason.CLAIM_INVALID, id="prev is no hash"),
        pytest.param({"prev": "A" * 43}, Reason.CLAIM_INVALID, id="prev at number 1"),
        pytest.param({"prev": "A" * 42 + "B"}, Reason.CLAIM_INVALID, id="prev spelled with stray bits"),
        pytest.param({"lang": "Vietnamese"}, Reason.CLAIM_INVALID, id="a language by name"),
        pytest.param({"sub": "vn.demo:short"}, Reason.CLAIM_INVALID, id="a readable item id"),
        pytest.param({"iss": "VN.demo"}, Reason.CLAIM_INVALID, id="an agency in capitals"),
        pytest.param({"kind": "opinion"}, Reason.CLAIM_INVALID, id="a kind nobody knows"),
        pytest.param({"title": ""}, Reason.CLAIM_INVALID, id="an empty title"),
        pytest.param({"title": "a" * 301}, Reason.CLAIM_INVALID, id="a title one too long"),
        pytest.param({"title": "a\nb"}, Reason.CLAIM_INVALID, id="a title on two lines"),
        pytest.param({"title": "a\u202eb"}, Reason.CLAIM_INVALID, id="a title turned around"),
        pytest.param({"title": "a\u0085b"}, Reason.CLAIM_INVALID, id="a C1 control"),
        pytest.param({"title": "a\uffffb"}, Reason.CLAIM_INVALID, id="what XML cannot carry"),
        pytest.param({"title": ["a"]}, Reason.CLAIM_INVALID, id="a title that is a list"),
        pytest.param(
            {"published": "2026-11-23T12:00:00+07:00"}, Reason.CLAIM_INVALID, id="a zone other than Z"
        ),
        pytest.param({"published": "2026-02-30T12:00:00Z"}, Reason.CLAIM_INVALID, id="the 30th of February"),
        pytest.param({"published": "9569-11-23T12:00:00Z"}, Reason.CLAIM_INVALID, id="a year of another age"),
        pytest.param({"published": 5}, Reason.CLAIM_INVALID, id="a time as number"),
        pytest.param({"urgency": 10}, Reason.CLAIM_INVALID, id="urgency 10"),
        pytest.param({"cat": ["sport"]}, Reason.CLAIM_INVALID, id="a category that is no Media Topic"),
        pytest.param({"cat": []}, Reason.CLAIM_INVALID, id="an empty list"),
        pytest.param({"cat": "medtop:15000000"}, Reason.CLAIM_INVALID, id="a list that is text"),
        pytest.param({"ext": []}, Reason.CLAIM_INVALID, id="ext as list"),
        pytest.param({"ext": {"a": "x" * 4_096}}, Reason.CLAIM_INVALID, id="ext too large"),
        pytest.param({"content": "text"}, Reason.CLAIM_INVALID, id="content as text"),
        pytest.param(
            {"content": {"type": "text/html", "body": 5}}, Reason.CLAIM_INVALID, id="body as number"
        ),
        pytest.param({"content": {"body": "x"}}, Reason.CLAIM_INVALID, id="body without type"),
        pytest.param({"content": {"type": "text/rtf", "body": "x"}}, Reason.CLAIM_INVALID, id="body as rtf"),
        pytest.param(
            {"content": {"type": "text/html", "body": "<p>x", "x": 1}},
            Reason.CLAIM_INVALID,
            id="content with more",
        ),
        pytest.param(
            {"content": {"type": "text/html", "body": "<script>x</script>"}},
            Reason.CONTENT_OUTSIDE_PROFILE,
            id="attack 25: a script in the body",
        ),
        pytest.param(
            {
                "content": {
                    "type": "text/html",
                    "body": '<p><img src="https://news.vn-demo.example/a.png" alt=""></p>',
                }
            },
            Reason.MEDIA_UNDECLARED,
            id="a picture that is not declared",
        ),
        pytest.param(
            {"media": [{"url": "https://news.vn-demo.example/a"}]}, Reason.CLAIM_INVALID, id="half a picture"
        ),
        pytest.param({"media": ["x"]}, Reason.CLAIM_INVALID, id="a picture as text"),
        pytest.param({"rel": [{"type": "cites"}]}, Reason.CLAIM_INVALID, id="a relation to nothing"),
        pytest.param(
            {"rel": [{"type": "cites", "sub": "th.demo:" + "a" * 26, "url": "https://a.example/"}]},
            Reason.CLAIM_INVALID,
            id="a relation to two things",
        ),
        pytest.param({"kind": "dispute"}, Reason.CLAIM_INVALID, id="a dispute of nothing"),
        pytest.param({"kind": "endorse"}, Reason.CLAIM_INVALID, id="an endorsement of nothing"),
        pytest.param({"kind": "alert"}, Reason.CLAIM_MISSING, id="an alert without its claims"),
        pytest.param({"kind": "rebuttal"}, Reason.CLAIM_MISSING, id="a rebuttal without its claim"),
    ],
)
def test_what_the_claim_table_does_not_allow_is_refused(changes: dict[str, object], reason: Reason) -> None:
    room = PressRoom()
    assert refused(claims(room, **changes), room) is reason


ALERT = {
    "event": "Bão",
    "category": "Met",
    "urgency": "Immediate",
    "severity": "Severe",
    "certainty": "Likely",
    "area": [{"desc": "Quảng Ninh", "polygon": "21.0,107.0 21.5,107.0 21.5,107.5 21.0,107.0"}],
    "effective": "2026-11-23T12:00:00Z",
    "expires": "2026-11-24T12:00:00Z",
    "instruction": "Ở trong nhà.\nNghe đài.",
}


CLAIM = {
    "text": "Đập nước đã vỡ.",
    "lang": "vi",
    "label": "Tin giả",
    "label_lang": "vi",
    "competence": "Cơ quan quản lý đập.",
    "first_seen": "2026-11-22T12:00:00Z",
    "seen": [b64url(bytes(32))],
    "evidence": [{"url": "https://news.vn-demo.example/dap", "title": "Biên bản"}],
}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({}, None, id="complete"),
        pytest.param({"category": "Weather"}, Reason.CLAIM_INVALID, id="a word that is not CAP's"),
        pytest.param(
            {"area": [{"desc": "x", "polygon": "1,2 3,4 5,6 7,8"}]}, Reason.CLAIM_INVALID, id="open polygon"
        ),
        pytest.param({"area": [{"desc": "x", "polygon": "1,2 1,2"}]}, Reason.CLAIM_INVALID, id="two points"),
        pytest.param({"area": [{"desc": "x", "polygon": 5}]}, Reason.CLAIM_INVALID, id="polygon as number"),
        pytest.param({"area": []}, Reason.CLAIM_INVALID, id="nowhere"),
        pytest.param({"sent": "now"}, Reason.CLAIM_INVALID, id="a name too many"),
    ],
)
def test_an_alert_says_what_cap_needs(change: dict[str, object], reason: Reason | None) -> None:
    room = PressRoom()
    token = claims(room, kind="alert", alert=ALERT | change)
    if reason is None:
        assert json.loads(encode(admitted(token, room).item))["alert"] == ALERT
    else:
        assert refused(token, room) is reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"claim": CLAIM}, None, id="complete"),
        pytest.param({"claim": CLAIM, "ext": {"a": 1}}, Reason.CLAIM_FORBIDDEN, id="ext in a rebuttal"),
        pytest.param({"claim": CLAIM | {"text": "Theo @ai_do"}}, Reason.TARGET_NAMED, id="S3: a handle"),
        pytest.param(
            {"claim": CLAIM | {"text": "xem https://x.example"}}, Reason.TARGET_NAMED, id="S3: an address"
        ),
        pytest.param(
            {"claim": CLAIM | {"text": "xem HTTPS://X.EXAMPLE"}}, Reason.TARGET_NAMED, id="S3: in capitals"
        ),
        pytest.param(
            {"claim": CLAIM | {"competence": "www.x.example"}}, Reason.TARGET_NAMED, id="S3: a host"
        ),
        pytest.param(
            {"claim": CLAIM | {"label": "(@x)"}}, Reason.TARGET_NAMED, id="S3: a handle in brackets"
        ),
        pytest.param(
            {"claim": CLAIM | {"evidence": [{"url": "https://social.example/1", "title": "x"}]}},
            Reason.HOST_NOT_LISTED,
            id="S3: evidence that points at a third party",
        ),
        pytest.param({"alert": ALERT, "claim": CLAIM}, Reason.CLAIM_FORBIDDEN, id="an alert in a rebuttal"),
        pytest.param({"kind": "story", "claim": CLAIM}, Reason.CLAIM_FORBIDDEN, id="a claim in a story"),
    ],
)
def test_a_rebuttal_answers_a_claim_and_names_nobody(
    changes: dict[str, object], reason: Reason | None
) -> None:
    room = PressRoom()
    token = claims(room, **{"kind": "rebuttal", **changes})
    if reason is None:
        assert json.loads(encode(admitted(token, room).item))["claim"] == CLAIM
    else:
        assert refused(token, room) is reason


def test_every_optional_claim_comes_through_unchanged() -> None:
    room, zeros = PressRoom(), b64url(bytes(32))
    told = {
        "summary": "Tóm tắt",
        "content": {"type": "text/html", "url": f"https://{room.host}/b", "sha256": zeros, "len": 9_999},
        "expires": "2026-12-23T12:00:00Z",
        "byline": "Nguyễn Văn A",
        "credit": "VN Demo",
        "rights": "CC BY 4.0",
        "urgency": 1,
        "cat": ["medtop:17000000"],
        "media": [
            {"url": f"https://a.cdn.{room.host}/1.jpg", "type": "image/jpeg", "alt": "", "credit": "B",
             "len": 5, "sha256": zeros}
        ],
        "rel": [{"type": "translates", "sub": "th.demo:" + "a" * 26, "sha256": b64url(bytes(32))},
                {"type": "cites", "url": f"https://{room.host}/c"}],
        "ext": {"desk": [1, {"a": None}]},
    }  # fmt: skip
    said = json.loads(encode(admitted(claims(room, **told), room).item))
    assert {name: said[name] for name in told} == told


def test_text_that_scripts_need_is_not_refused() -> None:
    room = PressRoom()
    item = room.item(
        title="ປະ\u200bເທດ\u200c\u200d \u200f🌀", content=Content(type="text/plain", body="a\n\tb")
    )
    assert admitted(room.token(item), room).item == item


def test_withheld_rebuttals_and_alerts_need_no_body() -> None:
    room = PressRoom()
    for kind in (Kind.REBUTTAL, Kind.ALERT):
        item = room.item(kind=kind, ver=2, act=Act.WITHHOLD, note="Đang kiểm tra.", content=None)
        assert admitted(room.token(item), room).item.withdrawn


def test_a_refusal_says_why_in_one_sentence() -> None:
    room = PressRoom()
    outcomes = [judge(token, room) for token in (claims(room, v=2), claims(room, aud="asean"), "a.b.c")]
    outcomes += [judge(claims(room, **told), room) for told in ({"alert": ALERT}, {"claim": CLAIM})]
    assert [outcome.detail for outcome in outcomes if isinstance(outcome, Refused)] == [
        "this is version 1 of the protocol",
        "signed for another federation than demo",
        "a part is not spelled canonically",
        "kind story does not allow 'alert'",
        "kind story does not allow 'claim'",
    ]
