"""The claim table of docs/protocol.md, cell by cell, and its bounds: the last taken, the next refused."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from press import NOON, PressRoom, envelope, registry

from syndicate.news import Reason, Refused, b64url, encode
from syndicate.trust import Verified, VerifiedHeartbeat, verify

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"
ROOM = PressRoom()
HASH = b64url(bytes(range(32)))
SITE = f"https://{ROOM.host}"
WHEN = "2026-11-23T11:00:00Z"
CELLS = re.findall(
    r"^\| `(\w+)` \| (.?) ?\| (.?) ?\| (.?) ?\| (.?) ?\| (.?) ?\| (.?) ?\|",
    PROTOCOL.read_text(encoding="utf-8"),
    re.MULTILINE,
)
ACTS = ("publish", "update", "correct", "withhold", "retract", "heartbeat")
TABLE = {(name, act): cell for name, *row in CELLS for act, cell in zip(ACTS, row, strict=True)}

AREA = {"desc": "Quảng Ninh"}
ALERT = {
    "event": "Bão", "category": "Met", "urgency": "Expected", "severity": "Severe", "certainty": "Likely",
    "area": [AREA], "expires": "2026-11-24T12:00:00Z",
}  # fmt: skip
CLAIM = {
    "text": "Đập nước đã vỡ.", "lang": "vi", "label": "Tin giả", "label_lang": "vi",
    "competence": "Cơ quan quản lý đập.", "first_seen": WHEN,
}  # fmt: skip
PROOF = {"url": f"{SITE}/dap", "title": "Biên bản"}
PICTURE = {"url": f"{SITE}/1.jpg", "type": "image/jpeg", "alt": ""}
LARGE = {"type": "text/plain", "url": f"{SITE}/body", "sha256": HASH, "len": 1}
CITES = {"type": "cites", "url": f"{SITE}/c"}
# A value for every claim that not every token has.
FREE: dict[str, Any] = {
    "note": "Vì sao.", "summary": "Tóm tắt", "content": LARGE, "expires": WHEN, "byline": "Nguyễn Văn A",
    "media": [PICTURE], "alert": ALERT, "claim": CLAIM, "credit": "VN Demo", "rights": "CC BY 4.0",
    "urgency": 5, "cat": ["medtop:01000000"], "rel": [CITES], "ext": {"desk": 1},
}  # fmt: skip
KINDS = {"alert": "alert", "claim": "rebuttal"}


def told(act: str, *more: str) -> dict[str, Any]:
    """An honest payload with what ``act`` needs, and these claims besides."""
    honest: dict[str, Any] = json.loads(encode(ROOM.item())) | FREE | {"act": act}
    if act == "heartbeat":
        honest |= {"seq": 0}
    elif act != "publish":
        honest |= {"ver": 2}
    kinds = [KINDS[name] for name in more if name in KINDS]
    honest |= {"kind": kinds[0] if kinds else "story"}
    return {name: said for name, said in honest.items() if TABLE[name, act] == "●" or name in more}


def judged(said: dict[str, Any]) -> Reason | None:
    payload = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    outcome = verify(envelope(ROOM.token(payload)), registry(ROOM), NOON)
    if isinstance(outcome, Refused):
        return outcome.reason
    assert isinstance(outcome, Verified | VerifiedHeartbeat)
    return None


def cells(mark: str) -> list[Any]:
    return [
        pytest.param(name, act, id=f"{name} of {act}")
        for (name, act), cell in TABLE.items()
        if (cell or " ") == mark
    ]


def test_the_table_was_found() -> None:
    assert len(TABLE) == 30 * 6
    assert {cell for cell in TABLE.values() if cell} - {" "} == {"●", "○"}


@pytest.mark.parametrize("act", ACTS)
def test_what_an_act_needs_is_enough(act: str) -> None:
    assert judged(told(act)) is None


@pytest.mark.parametrize(("name", "act"), cells("●"))
def test_what_an_act_needs_is_missed(name: str, act: str) -> None:
    short = told(act)
    del short[name]
    assert judged(short) is (Reason.VERSION_UNKNOWN if name == "v" else Reason.CLAIM_MISSING)


@pytest.mark.parametrize(("name", "act"), cells("○"))
def test_what_an_act_leaves_open_may_be_said(name: str, act: str) -> None:
    assert judged(told(act, name)) is None


@pytest.mark.parametrize(("name", "act"), cells(" "))
def test_what_an_act_has_no_place_for_is_forbidden(name: str, act: str) -> None:
    assert judged(told(act) | FREE | {name: FREE.get(name, "x")}) is Reason.CLAIM_FORBIDDEN
    assert judged(told(act, name) | {name: FREE.get(name, "x")}) is Reason.CLAIM_FORBIDDEN


# --- Bounds ------------------------------------------------------------------------------------------------


def a(count: int) -> str:
    return "a" * count


def polygon(points: int) -> str:
    return " ".join(["1,2", *(f"{at % 90},3" for at in range(points - 2)), "1,2"])


def inside(name: str, **changes: Any) -> dict[str, Any]:
    """A change within the first entry of a claim that is a record, or a list of them."""
    honest = FREE[name]
    return {name: [honest[0] | changes]} if isinstance(honest, list) else {name: honest | changes}


def place(pair: str) -> dict[str, Any]:
    return inside("alert", area=[AREA | {"polygon": f"{pair} 3,4 5,6 {pair}"}])


# In plain words, the last that is taken, and the next that is not.
BOUNDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a title of 300": ({"title": a(300)}, {"title": a(301)}),
    "a title of 1": ({"title": a(1)}, {"title": ""}),
    "a summary of 2,000": ({"summary": a(2_000)}, {"summary": a(2_001)}),
    "a summary of 1": ({"summary": a(1)}, {"summary": ""}),
    "a byline of 200": ({"byline": a(200)}, {"byline": a(201)}),
    "a byline of 1": ({"byline": a(1)}, {"byline": ""}),
    "a credit of 200": ({"credit": a(200)}, {"credit": a(201)}),
    "rights of 1,000": ({"rights": a(1_000)}, {"rights": a(1_001)}),
    "rights of 1": ({"rights": a(1)}, {"rights": ""}),
    "urgency 1": ({"urgency": 1}, {"urgency": 0}),
    "urgency 9": ({"urgency": 9}, {"urgency": 10}),
    "the first number": ({"seq": 1}, {"seq": -1}),
    "a signing in the first second": ({"iat": 0}, {"iat": -1}),
    "20 topics": ({"cat": ["medtop:01000000"] * 20}, {"cat": ["medtop:01000000"] * 21}),
    "a topic": ({"cat": ["medtop:01000000"]}, {"cat": []}),
    "a topic of 8 digits": ({"cat": ["medtop:01000000"]}, {"cat": ["medtop:0100000"]}),
    "a topic of no more": ({"cat": ["medtop:01000000"]}, {"cat": ["medtop:010000000"]}),
    "topics as a list": ({"cat": ["medtop:01000000"]}, {"cat": {"medtop:01000000": 1}}),
    "topics, not one number": ({"cat": ["medtop:01000000"]}, {"cat": 1}),
    "50 pictures": ({"media": [PICTURE] * 50}, {"media": [PICTURE] * 51}),
    "a picture": ({"media": [PICTURE]}, {"media": []}),
    "20 relations": ({"rel": [CITES] * 20}, {"rel": [CITES] * 21}),
    "a relation": ({"rel": [CITES]}, {"rel": []}),
    "an item id of 26": (
        {"rel": [{"type": "cites", "sub": f"vn.demo:{a(26)}"}]},
        {"rel": [{"type": "cites", "sub": f"vn.demo:{a(25)}"}]},
    ),
    "an item id of no more": (
        {"rel": [{"type": "cites", "sub": f"vn.demo:{a(26)}"}]},
        {"rel": [{"type": "cites", "sub": f"vn.demo:{a(27)}"}]},
    ),
    "a hash of 43": (inside("media", sha256=HASH), inside("media", sha256=HASH[1:])),
    "a hash of no more": (inside("rel", sha256=HASH), inside("rel", sha256=f"A{HASH}")),
    "ext of 4,096 bytes": ({"ext": {"a": a(4_088)}}, {"ext": {"a": a(4_089)}}),
    "ext in UTF-8": ({"ext": {"a": "ế" * 1_362}}, {"ext": {"a": "ế" * 1_363}}),
    "ext, several names, at its shortest": (
        {"ext": {"a": a(4_082), "b": 1}},
        {"ext": {"a": a(4_083), "b": 1}},
    ),
    "a picture's text of 1,000": (inside("media", alt=a(1_000)), inside("media", alt=a(1_001))),
    "a picture's credit of 200": (inside("media", credit=a(200)), inside("media", credit=a(201))),
    "a picture of 1 byte": (inside("media", len=1), inside("media", len=0)),
    "a picture's type of 101": (
        inside("media", type=f"image/{a(101)}"),
        inside("media", type=f"image/{a(102)}"),
    ),
    "a large body of 1 byte": (inside("content", len=1), inside("content", len=0)),
    "an event of 200": (inside("alert", event=a(200)), inside("alert", event=a(201))),
    "20 areas": (inside("alert", area=[AREA] * 20), inside("alert", area=[AREA] * 21)),
    "an area of 500": (inside("alert", area=[{"desc": a(500)}]), inside("alert", area=[{"desc": a(501)}])),
    "an instruction of 2,000": (
        inside("alert", instruction=a(2_000)),
        inside("alert", instruction=a(2_001)),
    ),
    "a polygon of 4 pairs": (
        inside("alert", area=[AREA | {"polygon": "1,2 3,4 5,6 1,2"}]),
        inside("alert", area=[AREA | {"polygon": "1,2 3,4 1,2"}]),
    ),
    "a polygon of 500 pairs": (
        inside("alert", area=[AREA | {"polygon": polygon(500)}]),
        inside("alert", area=[AREA | {"polygon": polygon(501)}]),
    ),
    "a latitude of three digits": (place("-100,2"), place("-1000,2")),
    "a latitude with eight behind the point": (place("-1.12345678,2"), place("-1.123456789,2")),
    "a longitude of three digits": (place("1,-100"), place("1,-1000")),
    "a longitude with eight behind the point": (place("1,-2.12345678"), place("1,-2.123456789")),
    "a latitude of one digit": (place("1,2"), place(",2")),
    "a latitude with one digit behind the point": (place("1.0,2"), place("1.,2")),
    "a longitude of one digit": (place("1,2"), place("1,")),
    "a longitude with one digit behind the point": (place("1,2.0"), place("1,2.")),
    "a claim of 2,000": (inside("claim", text=a(2_000)), inside("claim", text=a(2_001))),
    "a label of 100": (inside("claim", label=a(100)), inside("claim", label=a(101))),
    "a competence of 1,000": (inside("claim", competence=a(1_000)), inside("claim", competence=a(1_001))),
    "20 places": (inside("claim", seen=[HASH] * 20), inside("claim", seen=[HASH] * 21)),
    "20 records": (inside("claim", evidence=[PROOF] * 20), inside("claim", evidence=[PROOF] * 21)),
    "a record's title of 300": (
        inside("claim", evidence=[PROOF | {"title": a(300)}]),
        inside("claim", evidence=[PROOF | {"title": a(301)}]),
    ),
    "digits of ASCII in a place": (place("1,2"), place("\u0661,2")),
    "digits of ASCII in a time": ({"published": WHEN}, {"published": WHEN.replace("23", "2\u0663")}),
    "the year 1000": ({"published": "1000-01-01T00:00:00Z"}, {"published": "0999-12-31T23:59:59Z"}),
    "the last second of a day": (
        {"published": "2026-11-22T23:59:59Z"},
        {"published": "2026-11-22T24:00:00Z"},
    ),
    "no leap second": ({"published": "2026-06-30T23:59:59Z"}, {"published": "2026-06-30T23:59:60Z"}),
    "a leap day": ({"published": "2024-02-29T00:00:00Z"}, {"published": "2026-02-29T00:00:00Z"}),
}


@pytest.mark.parametrize(("last", "beyond"), BOUNDS.values(), ids=BOUNDS.keys())
def test_the_last_value_is_taken_and_the_next_is_not(last: dict[str, Any], beyond: dict[str, Any]) -> None:
    for said, reason in ((last, None), (beyond, Reason.CLAIM_INVALID)):
        assert judged(told("publish", *said) | said) is reason


@pytest.mark.parametrize(("length", "reason"), [(1_000, None), (1_001, Reason.CLAIM_INVALID)])
def test_a_note_has_at_most_1_000(length: int, reason: Reason | None) -> None:
    assert judged(told("update") | {"note": a(length)}) is reason
    assert judged(told("retract") | {"note": a(length)}) is reason


@pytest.mark.parametrize("ver", [1, 0, -1])
def test_an_update_begins_at_version_2(ver: int) -> None:
    assert judged(told("update")) is None
    assert judged(told("update") | {"ver": ver}) is Reason.CLAIM_INVALID


def test_the_number_of_a_heartbeat_is_none_below_zero() -> None:
    assert judged(told("heartbeat") | {"seq": -1, "prev": HASH}) is Reason.CLAIM_INVALID
    assert judged(told("heartbeat") | {"seq": 1, "prev": HASH}) is None


@pytest.mark.parametrize(("kind", "relation"), [("dispute", "disputes"), ("endorse", "endorses")])
def test_a_dispute_and_an_endorsement_say_of_what(kind: str, relation: str) -> None:
    said = told("publish", "rel") | {"kind": kind}
    assert judged(said) is Reason.CLAIM_INVALID
    assert judged(said | {"rel": [CITES, CITES | {"type": relation}]}) is None


def test_every_picture_of_a_body_stands_in_media() -> None:
    body = "".join(f'<figure><img src="{SITE}/{n}.jpg" alt=""></figure>' for n in (1, 2))
    said = told("publish") | {"content": {"type": "text/html", "body": body}}
    both = [PICTURE, PICTURE | {"url": f"{SITE}/2.jpg"}]
    assert judged(said | {"media": both}) is None
    assert judged(said | {"media": both[:1]}) is Reason.MEDIA_UNDECLARED
    assert judged(said) is Reason.MEDIA_UNDECLARED


@pytest.mark.parametrize("content", ["a body", ["body"], 5, None, {"body": 5, "type": "text/plain"}])
def test_content_is_an_object(content: object) -> None:
    assert judged(told("publish") | {"content": content}) is Reason.CLAIM_INVALID


def test_what_no_text_may_hold_is_outside_the_profile_when_a_body_holds_it() -> None:
    for kind in ("text/plain", "text/html"):
        content = {"type": kind, "body": "<p>a\u202eb</p>"}
        assert judged(told("publish") | {"content": content}) is Reason.CONTENT_OUTSIDE_PROFILE


RECORDS: dict[str, tuple[set[str], set[str]]] = {
    "media": ({"url", "type", "alt"}, {"credit", "sha256", "len"}),
    "rel": ({"type"}, {"sha256"}),
    "alert": (
        {"event", "category", "urgency", "severity", "certainty", "area", "expires"},
        {"effective", "onset", "instruction"},
    ),
    "claim": (
        {"text", "lang", "label", "label_lang", "competence", "first_seen"},
        {"seen", "evidence"},
    ),
    "content": ({"type", "url", "sha256", "len"}, set()),
}
WITHIN: dict[str, Any] = {
    "credit": "VN Demo", "sha256": HASH, "len": 7, "effective": WHEN, "onset": WHEN, "instruction": "Ở nhà.",
    "seen": [HASH], "evidence": [PROOF],
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_has_its_names_and_no_others(name: str) -> None:
    needed, open_ = RECORDS[name]
    for each in needed:
        said = told("publish", name)
        record = said[name][0] if isinstance(said[name], list) else said[name]
        said[name] = json.loads(
            json.dumps(said[name]).replace(f'"{each}": {json.dumps(record[each])}', '"x": 1')
        )
        assert judged(said) is Reason.CLAIM_INVALID, each
        short = {key: value for key, value in record.items() if key != each}
        assert (
            judged(said | {name: [short] if name in {"media", "rel"} else short}) is Reason.CLAIM_INVALID
        ), each
    for each in open_:
        assert judged(told("publish", name) | inside(name, **{each: WITHIN[each]})) is None, each


CAP = {
    "category": "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other",
    "urgency": "Immediate Expected Future Past Unknown",
    "severity": "Extreme Severe Moderate Minor Unknown",
    "certainty": "Observed Likely Possible Unlikely Unknown",
}


@pytest.mark.parametrize("name", CAP)
def test_all_of_caps_own_words_are_taken(name: str) -> None:
    for word in CAP[name].split():
        assert judged(told("publish", "alert") | inside("alert", **{name: word})) is None, word
        assert (
            judged(told("publish", "alert") | inside("alert", **{name: word.lower()})) is Reason.CLAIM_INVALID
        )
