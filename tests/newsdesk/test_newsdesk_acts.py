"""The acts of people: what is signed, what waits, and what is refused before anything happens."""

from dataclasses import replace
from pathlib import Path

import pytest
from newsdesk_room import SECOND, SUCCESSOR, DeskRoom, SmallHub
from newsroom import SITE, STARTED, rss, story

from syndicate.agency import Fate
from syndicate.errors import AgencyError
from syndicate.news import Act, ItemId, Kind, Media, Relation, RelationType
from syndicate.newsdesk import (
    Deed,
    Manuscript,
    appoint,
    as_html,
    compose,
    drop_ids,
    find_item,
    in_words,
    last_text,
    manuscript_of,
    read_manuscript,
    release_ids,
    template,
)
from syndicate.ports import Signed, Waiting, Why
from syndicate.signing import ephemeral_signer
from syndicate.wire import take_out

ALERT = {
    "title": "Cảnh báo sóng thần", "url": f"{SITE}/alert", "event": "tsunami", "alert_category": "Geo",
    "alert_urgency": "Immediate", "severity": "Extreme", "certainty": "Likely", "area": "Đà Nẵng",
    "expires": "2026-11-26T00:00:00Z",
}  # fmt: skip
REBUTTAL = {
    "title": "Tin về giá gạo là sai", "url": f"{SITE}/rice", "claim": "Giá gạo tăng gấp mười",
    "claim_lang": "vi", "label": "Sai", "label_lang": "vi", "competence": "Chúng tôi công bố giá gạo",
    "first_seen": "2026-11-24T00:00:00Z", "evidence": f"{SITE}/prices Bảng giá",
}  # fmt: skip

REFUSED = "hubs would refuse"
URGENT = {"title": "x", "url": f"{SITE}/1", "urgency": "high"}


@pytest.fixture
def room(tmp_path: Path) -> DeskRoom:
    return DeskRoom(tmp_path)


def test_what_a_person_publishes_is_in_the_signed_feed_at_once(room: DeskRoom) -> None:
    done = room.publish()
    assert isinstance(done, Signed)
    assert [each.title for each in take_out(room.atom.read_bytes(), "atom").carried] == [
        "Bão số 5 đổ bộ vào đất liền"
    ]
    assert SmallHub(room.registry).troubles(room.tokens(), STARTED) == []


def test_the_life_of_an_item_through_every_act_is_one_that_hubs_take(room: DeskRoom) -> None:
    room.run(rss(story(1)))
    room.act(Deed.CORRECT, "cms-1", note="Sai số nhà.", title="Tin số một")
    room.act(Deed.WITHHOLD, "#1", note="Đang kiểm tra.")
    room.act(Deed.LIFT, f"{SITE}/tin/1", note="Đã kiểm tra: đúng.")
    room.act(Deed.RETRACT, room.said()[0].sub, note="Không đúng.")
    assert [item.act for item in room.said()] == [
        Act.PUBLISH, Act.CORRECT, Act.WITHHOLD, Act.UPDATE, Act.RETRACT,
    ]  # fmt: skip
    assert [item.title for item in room.said()[1:4]] == ["Tin số một"] * 3
    assert room.said()[3].content == room.said()[1].content
    assert SmallHub(room.registry).troubles(room.tokens(), STARTED) == []
    assert [each.fate for each in room.sign().entries] == [Fate.WITHDRAWN]


def test_a_correction_is_not_undone_by_the_cms(room: DeskRoom) -> None:
    room.run(rss(story(1)))
    room.act(Deed.CORRECT, "cms-1", note="Sai tên.", title="Tên đúng")
    assert [each.fate for each in room.sign().entries] == [Fate.UNCHANGED]


def test_a_translation_names_its_original(room: DeskRoom) -> None:
    room.run(rss(story(1)))
    room.act(Deed.TRANSLATE, "cms-1", title="Item one", lang="en", url=f"{SITE}/en/1", html="<p>Text.</p>")
    original, translation = room.said()
    assert [(each.type, each.sub) for each in translation.relations] == [
        (RelationType.TRANSLATES, original.sub)
    ]
    with pytest.raises(AgencyError, match="the original is in vi too"):
        room.act(Deed.TRANSLATE, "cms-1", title="x", lang="vi", url=f"{SITE}/2")


@pytest.mark.parametrize(
    ("deed", "fields", "why"),
    [
        pytest.param(Deed.PUBLISH, {"url": f"{SITE}/1"}, "'title' is missing", id="no title"),
        pytest.param(Deed.PUBLISH, {"title": "x", "url": "https://a.example/1"}, REFUSED, id="foreign host"),
        pytest.param(Deed.ALERT, {"title": "x", "url": f"{SITE}/1"}, "'event' is missing", id="no event"),
        pytest.param(Deed.ALERT, ALERT | {"severity": "Bad"}, REFUSED, id="no word of CAP"),
        pytest.param(Deed.REBUT, REBUTTAL | {"claim": "@ai nói thế"}, REFUSED, id="somebody is named"),
        pytest.param(Deed.PUBLISH, URGENT, "'urgency' is", id="urgency in words"),
    ],
)  # fmt: skip
def test_what_hubs_would_refuse_is_refused_before_it_is_signed(
    room: DeskRoom, deed: Deed, fields: dict[str, str], why: str
) -> None:
    with pytest.raises(AgencyError, match=why):
        room.act(deed, "", not_before=None, **fields)
    assert (room.said(), room.waiting()) == ([], ())


@pytest.mark.parametrize("deed", [Deed.CORRECT, Deed.WITHHOLD, Deed.RETRACT])
def test_an_act_that_takes_back_says_why(room: DeskRoom, deed: Deed) -> None:
    room.run(rss(story(1)))
    with pytest.raises(AgencyError, match="'note' is missing"):
        room.act(deed, "cms-1")


def test_a_retraction_is_final_and_only_a_withheld_item_is_lifted(room: DeskRoom) -> None:
    room.run(rss(story(1)))
    with pytest.raises(AgencyError, match="nothing to lift"):
        room.act(Deed.LIFT, "cms-1", note="x")
    room.act(Deed.RETRACT, "cms-1", note="x")
    with pytest.raises(AgencyError, match="final"):
        room.act(Deed.CORRECT, "cms-1", note="x")


def test_an_id_of_ones_own_cannot_be_published_twice(room: DeskRoom) -> None:
    room.publish(id="desk-7")
    with pytest.raises(AgencyError, match="published already"):
        room.publish(id="desk-7")


def test_an_embargo_is_signed_at_its_time_and_never_before(room: DeskRoom) -> None:
    done = room.act(Deed.PUBLISH, title="Ngân sách", url=f"{SITE}/9", not_before=STARTED + 600.5)
    assert isinstance(done, Waiting)
    room.clock.time = STARTED + 600
    room.run(rss(story(1)))
    assert [item.title for item in room.said()] == ["Tin số 1"]
    with room.desk() as desk, pytest.raises(AgencyError, match="under embargo"):
        release_ids([done.id], desk)
    room.clock.time = STARTED + 601
    room.sign()
    assert [(item.title, item.iat) for item in room.said()][1:] == [("Ngân sách", STARTED + 601)]
    assert room.waiting() == ()


def test_an_embargo_does_not_wait_for_the_cms(room: DeskRoom) -> None:
    room.act(Deed.PUBLISH, title="Ngân sách", url=f"{SITE}/9", not_before=STARTED + 60)
    room.clock.time += 61
    with pytest.raises(AgencyError, match="cannot read the CMS's feed"):
        room.sign()
    assert [item.title for item in room.said()] == ["Ngân sách"]


@pytest.mark.parametrize(
    ("deed", "fields"),
    [pytest.param(Deed.ALERT, ALERT, id="alert"), pytest.param(Deed.REBUT, REBUTTAL, id="rebuttal")],
)  # fmt: skip
def test_an_alert_or_rebuttal_waits_for_a_second_person(
    room: DeskRoom, deed: Deed, fields: dict[str, str]
) -> None:
    done = room.act(deed, "", not_before=None, **fields)
    assert isinstance(done, Waiting)
    assert (done.why, room.said()) == (Why.SECOND, [])
    with room.desk() as desk:
        with pytest.raises(AgencyError, match="none is appointed"):
            release_ids([done.id], desk, second=SECOND)
        appoint(SECOND, desk)
        for wrong in (None, room.signer, SUCCESSOR):
            with pytest.raises(AgencyError, match="by the second person"):
                release_ids([done.id], desk, second=wrong)
        release_ids([done.id], desk, second=SECOND)
    assert [item.kind for item in room.said()] == [Kind.ALERT if deed is Deed.ALERT else Kind.REBUTTAL]
    assert SmallHub(room.registry).troubles(room.tokens(), STARTED) == []


def test_the_second_person_is_not_replaced_by_the_first_alone(room: DeskRoom) -> None:
    with room.desk() as desk:
        with pytest.raises(AgencyError, match="none of the agency's own"):
            appoint(desk.signer, desk)
        appoint(SECOND, desk)
        other = ephemeral_signer()
        for by in (None, desk.signer, other):
            with pytest.raises(AgencyError, match="appointed already"):
                appoint(other, desk, by=by)
        appoint(other, desk, by=SUCCESSOR)


def test_dropping_ones_own_words_does_not_forbid_them(room: DeskRoom) -> None:
    done = room.act(Deed.PUBLISH, title="Một tin rất dài dòng", url=f"{SITE}/9", not_before=STARTED + 60)
    assert isinstance(done, Waiting)
    with room.book() as book:
        drop_ids([done.id], book)
        with pytest.raises(AgencyError, match="not on the waiting list"):
            drop_ids([done.id], book)
    assert isinstance(room.publish("Một tin rất dài dòng"), Signed)


def test_an_item_is_found_by_each_of_its_names_and_nothing_else(room: DeskRoom) -> None:
    room.run(rss(story(2), story(1)))
    sub = room.said()[0].sub
    with room.book() as book:
        for name in (sub, sub.partition(":")[2], "1", "#1", "cms-1", f"{SITE}/tin/1"):
            assert find_item(name, room.config, book).sub == sub
        for name in ("3", "#9", "cms-3", f"{SITE}/tin/3", "", "²"):
            with pytest.raises(AgencyError, match="nothing that was signed here"):
                find_item(name, room.config, book)


# Manuscripts.


def test_a_manuscript_reads_the_same_as_markdown_and_as_json() -> None:
    markdown = "# a comment\ntitle: Bão\ncategory: medtop:20000002\ncategory: medtop:20000003\n"
    markdown += "\nHai **dòng**\nchữ.\n"
    as_json = (
        '{"title": "Bão", "category": ["medtop:20000002", "medtop:20000003"], "body": "Hai **dòng**\\nchữ."}'
    )
    assert read_manuscript(markdown) == read_manuscript(as_json)
    assert read_manuscript(markdown).html == "<p>Hai <strong>dòng</strong><br>chữ.</p>"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("titel: x", "'titel' is no field", id="a field misspelt"),
        pytest.param("just words", "line 1 is not 'name: value'", id="no header"),
        pytest.param('{"title": {"a": 1}}', "neither a text nor a list", id="JSON of another shape"),
        pytest.param('{"title": ', "not JSON", id="broken JSON"),
        pytest.param('{"body": 1}', "are texts", id="a body that is a number"),
        pytest.param("x" * 200_001, "more than", id="too long"),
    ],
)
def test_a_manuscript_that_is_none_is_refused_with_the_place(text: str, why: str) -> None:
    with pytest.raises(AgencyError, match=why):
        read_manuscript(text)


def test_an_untouched_template_says_nothing() -> None:
    assert read_manuscript(template(Deed.PUBLISH.fields, Manuscript())) == Manuscript()


def test_the_small_markdown() -> None:
    text = "## Đầu\n\n- một\n- hai\n\n1. a\n\n> lời\n\n[nơi](https://a.example/?x=1&y=2) *nhấn* 2 * 3 <b>"
    assert as_html(text) == (
        "<h2>Đầu</h2><ul><li>một</li><li>hai</li></ul><ol><li>a</li></ol><blockquote><p>lời</p></blockquote>"
        '<p><a href="https://a.example/?x=1&amp;y=2">nơi</a> <em>nhấn</em> 2 * 3 &lt;b&gt;</p>'
    )


def test_a_text_that_comes_back_from_an_editor_as_it_was_is_no_correction(room: DeskRoom) -> None:
    body = "<p>Giá <strong>gạo</strong> &amp; muối.</p><ul><li>Một</li></ul>"
    room.act(Deed.PUBLISH, title="Một tin", url=f"{SITE}/x", html=body)
    with room.desk() as desk:
        target = find_item("1", desk.config, desk.book)
        standing = manuscript_of(last_text(target.sub, desk.book))
        unread = template(Deed.CORRECT.fields, standing).replace("note: ", "note: Sai.")
        with pytest.raises(AgencyError, match="corrects nothing"):
            compose(Deed.CORRECT, read_manuscript(unread), desk, target=target)
        changed = read_manuscript(unread.replace("Một</li>", "Hai</li>"))
        assert "Hai" in str(compose(Deed.CORRECT, changed, desk, target=target).content)


def test_no_field_that_readers_get_is_kept_from_whoever_signs_it(room: DeskRoom) -> None:
    room.publish()
    item = replace(
        room.said()[0],
        media=(Media(url="https://pictures.demo-vn.example/a.jpg", type="image/jpeg", alt="Lũ"),),
        relations=(Relation(type=RelationType.TRANSLATES, sub=ItemId("vn.demo:x")),),
        ext={"desk": "7"},
    )
    told = " ".join(value for _, value in in_words(item))
    for said in ("a.jpg", "image/jpeg", "Lũ", "translates", "vn.demo:x", '{"desk": "7"}', item.published):
        assert said in told
    assert in_words(item)[-1][0] == "text"
