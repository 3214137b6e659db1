"""One run after another: what is signed, what is not, and what the signed feed shows."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from newsroom import SITE, STARTED, CutLine, Newsroom, SetClock, rss, story

from syndicate.agency import EntryReport, Fate, Unsigned, sign_items, sign_once
from syndicate.errors import AgencyError
from syndicate.news import Act, AgencyId, Envelope, ItemId, KeyStatus, Reason, Refused, UnixTime
from syndicate.ports import Fetched, FetchOutcome, Signed, Unchanged, Validators
from syndicate.signing import ephemeral_signer
from syndicate.storage import open_streambook
from syndicate.trust import Verified, verify
from syndicate.wire import take_out

PUBLISHED = f"{SITE}/tin/1"


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def fates(entries: tuple[EntryReport, ...]) -> list[Fate]:
    return [entry.fate for entry in entries]


def test_what_an_agency_signed_is_verified_as_theirs_from_the_feed_it_wrote(room: Newsroom) -> None:
    room.run(rss(story(2), story(1)))
    carried = take_out(room.atom.read_bytes(), "atom").carried
    verified = [
        verify(Envelope(token=each.token, source="x"), room.registry, int(STARTED)) for each in carried
    ]
    assert [each.item.title for each in verified if isinstance(each, Verified)] == ["Tin số 2", "Tin số 1"]


def test_a_lost_memory_is_noticed_before_a_number_is_given_twice(room: Newsroom) -> None:
    room.run(rss(story(2), story(1)))
    shown = room.atom.read_bytes()
    room.config.book_file.unlink()
    with pytest.raises(AgencyError, match=r"ends at number 0 .* shows number 2") as caught:
        room.sign()
    assert "back-up" in str(caught.value.hint)
    assert (room.atom.read_bytes(), room.said()) == (shown, [])


def test_a_book_restored_from_before_is_noticed_too(room: Newsroom) -> None:
    room.run(rss(story(1)))
    old = room.config.book_file.read_bytes()
    room.run(rss(story(2), story(1)))
    room.config.book_file.write_bytes(old)
    with pytest.raises(AgencyError, match=r"ends at number 1 .* shows number 2"):
        room.sign()


def test_a_book_whose_feed_is_gone_signs_nothing_until_a_person_says_that_it_is_the_newest(
    room: Newsroom,
) -> None:
    room.run(rss(story(1)))
    old = room.config.book_file.read_bytes()
    room.run(rss(story(2), story(1)))
    newest, signed = room.config.book_file.read_bytes(), room.said()
    room.config.book_file.write_bytes(old)
    shutil.rmtree(room.config.folder)
    for book in (old, newest):
        room.config.book_file.write_bytes(book)
        with pytest.raises(AgencyError, match="is not there: its folder was moved") as caught:
            room.sign()
        assert "syndicate agency recover" in caught.value.hint
        assert "--book-is-newest" in caught.value.hint
        assert not room.atom.exists()
    room.sign(book_is_newest=True)
    assert room.sign().shown == 2
    assert room.said() == signed


def test_a_feed_of_another_key_bears_no_witness(room: Newsroom, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Newsroom(tmp_path / "other", signer=ephemeral_signer(b"another newsroom, 32 bytes of it"))
    other.run(rss(story(1)))
    room.config.folder.mkdir()
    room.atom.write_bytes(other.atom.read_bytes())
    assert room.run(rss(story(1))).head == 1


def test_numbers_follow_publication_and_tokens_form_a_chain(room: Newsroom) -> None:
    report = room.run(rss(story(3), story(1), story(2)))
    assert [item.title for item in room.said()] == ["Tin số 1", "Tin số 2", "Tin số 3"]
    assert [item.seq for item in room.said()] == [1, 2, 3]
    with open_streambook(room.config.book_file, room.config.id, room.config.stream) as book:
        signed = book.page(0, 10)
    assert [item.prev for item in room.said()] == [None, signed[0].digest, signed[1].digest]
    assert (report.head, report.shown, fates(report.entries)) == (3, 3, [Fate.SIGNED] * 3)


def test_an_item_says_what_the_cms_and_the_configuration_say(room: Newsroom) -> None:
    picture = '<enclosure url="https://pictures.demo-vn.example/1.jpg" type="image/jpeg" length="0"/>'
    topic = '<category domain="https://cv.iptc.org/newscodes/mediatopic/">20000002</category><category>Tin</category>'
    item = room.only(rss(story(1, author="x@y.example (Lan Anh)", more=picture + topic)))
    assert (item.iss, item.aud, item.stream, item.act, item.ver) == (
        "vn.demo",
        "demo",
        "main",
        Act.PUBLISH,
        1,
    )
    assert (item.url, item.lang, item.byline) == (PUBLISHED, "vi", "Lan Anh")
    assert (item.published, item.updated) == ("2026-11-23T01:00:00Z", "2026-11-23T01:00:00Z")
    assert item.rights == "Free to republish with attribution."
    assert item.categories == ("medtop:20000002",)
    assert [(medium.url, medium.type) for medium in item.media] == [
        ("https://pictures.demo-vn.example/1.jpg", "image/jpeg")
    ]
    assert item.content is not None
    assert item.content.body == "<p>Nội dung bản tin số 1.</p>"


def test_running_twice_gives_the_same_bytes(room: Newsroom) -> None:
    room.run(rss(story(2), story(1)))
    before = room.atom.read_bytes(), room.rss.read_bytes(), room.atom.stat().st_mtime_ns
    room.clock.time += 86_400
    report = room.sign()
    assert (room.atom.read_bytes(), room.rss.read_bytes(), room.atom.stat().st_mtime_ns) == before
    assert fates(report.entries) == [Fate.UNCHANGED, Fate.UNCHANGED]
    assert [file.changed for file in report.files] == [False, False]


def test_a_changed_text_is_an_update_that_keeps_its_first_date(room: Newsroom) -> None:
    room.run(rss(story(1)))
    room.clock.time += 3_600
    report = room.run(rss(story(1, description="<p>Mới</p>", pubDate="Tue, 24 Nov 2026 01:00:00 GMT")))
    first, second = room.said()
    assert (second.act, second.ver, second.sub, second.seq) == (Act.UPDATE, 2, first.sub, 2)
    assert second.published == first.published
    assert second.updated == "2026-11-25T11:26:40Z"  # when it was signed: the CMS does not say
    assert fates(report.entries) == [Fate.UPDATED]
    assert len(take_out(room.atom.read_bytes(), "atom").carried) == 1


def test_a_later_time_that_the_cms_states_is_believed(room: Newsroom) -> None:
    modified = '<dcterms:modified xmlns:dcterms="http://purl.org/dc/terms/">{}</dcterms:modified>'
    room.run(rss(story(1, more=modified.format("2026-11-23T02:00:00Z"))))
    room.run(rss(story(1, title="Khác", more=modified.format("2026-11-23T05:00:00Z"))))
    assert [item.updated for item in room.said()] == ["2026-11-23T02:00:00Z", "2026-11-23T05:00:00Z"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "<ins class='adsbygoogle'>a</ins>", "<ins class='adsbygoogle'>b</ins>", id="an advert rotates"
        ),
        pytest.param(
            "<a href='https://ads.example/?r=1'><img src='https://ads.example/1.gif'></a>",
            "",
            id="a banner goes",
        ),
        pytest.param(
            "<p class='post-views'>1 view</p>", "<p class='post-views'>2 views</p>", id="a counter counts"
        ),
        pytest.param(
            "<p><a href='/a?utm_source=1'>a</a></p>",
            "<p><a href='/a?utm_source=2'>a</a></p>",
            id="a campaign changes",
        ),
        pytest.param("<p>a</p>", "<div style='x'> <p >a\n</p></div>", id="the markup is tidied"),
        pytest.param("<script>1</script>", "<script>2</script>", id="a script changes"),
    ],
)
def test_what_is_no_part_of_the_article_makes_no_new_version(room: Newsroom, before: str, after: str) -> None:
    room.run(rss(story(1, description=f"<p>Tin</p>{before}"), head="<lastBuildDate>1</lastBuildDate>"))
    more = "<slash:comments>9</slash:comments><category>Khác</category>"
    changed = story(1, description=f"<p>Tin</p>{after}", link=f"{PUBLISHED}?utm_medium=rss", more=more)
    report = room.run(rss(changed, head="<lastBuildDate>2</lastBuildDate>"))
    assert fates(report.entries) == [Fate.UNCHANGED]


def test_an_entry_that_vanishes_is_not_retracted(room: Newsroom) -> None:
    room.run(rss(story(1), story(2)))
    before = room.atom.read_bytes()
    report = room.run(rss(story(2)))
    assert room.atom.read_bytes() == before
    assert fates(report.entries) == [Fate.UNCHANGED]
    assert len(room.said()) == 2


@pytest.mark.parametrize("act", [Act.WITHHOLD, Act.RETRACT])
def test_what_a_person_withdrew_is_never_signed_again_by_the_tool(room: Newsroom, act: Act) -> None:
    room.run(rss(story(1)))
    (first,) = room.said()
    withdrawn = replace(first, act=act, ver=2, note="Sai sự thật.", content=None, byline=None, media=())
    with open_streambook(room.config.book_file, room.config.id, room.config.stream) as book:
        (answer,) = sign_items(
            [Unsigned(item=withdrawn)], signer=room.signer, book=book, registry=room.registry, now=STARTED
        )
        assert isinstance(answer, Signed)
    report = room.run(rss(story(1, title="Trồng lại")))
    assert fates(report.entries) == [Fate.WITHDRAWN]
    assert len(room.said()) == 2


def test_a_correction_by_hand_is_not_undone_by_the_next_run(room: Newsroom) -> None:
    room.run(rss(story(1)))
    (first,) = room.said()
    corrected = replace(first, act=Act.CORRECT, ver=2, note="Số liệu sai.", title="Tin số 1, đã sửa")
    with open_streambook(room.config.book_file, room.config.id, room.config.stream) as book:
        sign_items(
            [Unsigned(item=corrected)], signer=room.signer, book=book, registry=room.registry, now=STARTED
        )
    assert fates(room.run(rss(story(1))).entries) == [Fate.UNCHANGED]
    assert fates(room.run(rss(story(1, title="Tin số 1, CMS cũng sửa"))).entries) == [Fate.UPDATED]
    assert [item.ver for item in room.said()] == [1, 2, 3]


def test_a_feed_of_a_thousand_entries_is_signed_whole(room: Newsroom) -> None:
    feed = rss(*(story(number) for number in range(1_000)))
    assert room.run(feed).head == room.run(feed).head == 1_000


def test_an_entry_on_a_foreign_host_is_skipped_and_the_others_are_not(room: Newsroom) -> None:
    report = room.run(rss(story(1, link="https://impostor.example/tin/1"), story(2)))
    skipped, signed = report.entries
    assert (skipped.fate, skipped.code, signed.fate) == (Fate.SKIPPED, "host-not-listed", Fate.SIGNED)
    assert "impostor.example" in (skipped.detail or "")


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        pytest.param(story(1, guid="", link=""), "entry-without-id", id="neither id nor address"),
        pytest.param(story(1, link="ftp://news.demo-vn.example/1"), "url-invalid", id="no http address"),
        pytest.param(
            story(1, title="", description="<img src='x'>"), "entry-without-text", id="nothing said"
        ),
        pytest.param(
            story(1, description="မြန်မာ" * 20_000), "token-too-large", id="a text larger than a token"
        ),
        pytest.param(
            story(1, description="<b>" * 20_001), "token-too-large", id="more markup than can be read"
        ),
    ],
)
def test_an_entry_that_cannot_be_signed_is_skipped_with_the_reason(
    room: Newsroom, entry: str, code: str
) -> None:
    report = room.run(rss(entry))
    assert [each.code for each in report.entries] == [code]
    assert report.entries[0].remedy
    assert room.said() == []


def test_a_refused_entry_takes_no_number(room: Newsroom) -> None:
    room.run(rss(story(1), story(2, description="x" * 100_000), story(3)))
    assert [(item.seq, item.title) for item in room.said()] == [(1, "Tin số 1"), (2, "Tin số 3")]


def test_two_entries_with_one_id_are_not_versions_of_each_other(room: Newsroom) -> None:
    report = room.run(rss(story(1), story(1, title="Khác")))
    assert [each.code for each in report.entries] == [None, "entry-repeated"]
    assert [item.title for item in room.said()] == ["Tin số 1"]


def test_what_hubs_would_refuse_is_not_signed_silently(room: Newsroom) -> None:
    (key,) = room.registry.keys.values()
    room.reconfigure(keys=(replace(key, exp=UnixTime(int(STARTED) - 8 * 86_400)),))
    report = room.run(rss(story(1)))
    assert report.entries[0].code == "key-expired"
    assert "hubs would refuse it" in (report.entries[0].detail or "")
    assert room.said() == []


def test_a_revoked_key_signs_nothing(room: Newsroom) -> None:
    (key,) = room.registry.keys.values()
    room.reconfigure(keys=(replace(key, status=KeyStatus.REVOKED, revoked_at=UnixTime(int(STARTED) - 1)),))
    assert room.run(rss(story(1))).entries[0].code == "key-revoked"


def test_a_key_that_is_not_the_enrolled_one_is_not_used(room: Newsroom) -> None:
    room.reconfigure(keys=tuple(room.registry.keys.values()))
    room.signer = ephemeral_signer(b"another key than the enrolled 1!")
    with pytest.raises(AgencyError, match="does not stand in the enrolment file of"):
        room.run(rss(story(1)))


def test_an_item_of_another_agency_is_refused_before_it_is_kept(room: Newsroom) -> None:
    room.run(rss(story(1)))
    foreign = replace(room.said()[0], iss=AgencyId("vn.other"), sub=ItemId("vn.other:" + "a" * 26))
    with open_streambook(room.config.book_file, room.config.id, room.config.stream) as book:
        (answer,) = sign_items(
            [Unsigned(item=foreign)], signer=room.signer, book=book, registry=room.registry, now=STARTED
        )
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.ISSUER_NOT_KEY_OWNER


def test_the_signed_feed_holds_the_newest_hundred(room: Newsroom) -> None:
    report = room.run(rss(*(story(n, pubDate="") for n in range(103, 0, -1))))
    assert (report.head, report.shown) == (103, 100)
    titles = [each.title for each in take_out(room.atom.read_bytes(), "atom").carried]
    assert (titles[0], titles[-1]) == (
        "Tin số 103",
        "Tin số 4",
    )  # without dates: from the foot of the feed up


def test_the_signed_feed_stays_within_its_bytes(room: Newsroom) -> None:
    report = room.run(rss(*(story(n, description="<p>" + "မြန်မာ " * 2_000 + "</p>") for n in range(90))))
    assert report.head == 90
    assert 20 < report.shown < 90
    assert 3_000_000 < room.atom.stat().st_size <= 4_000_000
    assert len(take_out(room.atom.read_bytes(), "atom").carried) == report.shown


def test_progress_is_told_on_the_way(room: Newsroom) -> None:
    told: list[tuple[int, int]] = []
    room.cms(rss(*(story(n) for n in range(250))))
    with open_streambook(room.config.book_file, room.config.id, room.config.stream) as book:
        asyncio.run(
            sign_once(
                room.config, signer=room.signer, book=book, fetcher=CutLine(), clock=room.clock,
                progress=lambda done, of: told.append((done, of)),
            )
        )  # fmt: skip
    assert told == [(100, 250), (200, 250), (250, 250)]


class Address:
    """A fetcher that gets one answer everywhere, and remembers where it was asked to look."""

    def __init__(self, answer: FetchOutcome) -> None:
        self.answer = answer
        self.asked: list[str] = []

    async def fetch(self, url: str, validators: Validators | None = None) -> FetchOutcome:
        self.asked.append(url)
        return self.answer


def test_a_feed_at_an_address_is_fetched_and_its_links_are_relative_to_it(room: Newsroom) -> None:
    body = rss(story(1, link="/tin/1")).replace(f"<link>{SITE}/</link>", "").encode()
    address = Address(Fetched(body=body, media_type="application/rss+xml"))
    room.reconfigure(feed=f"{SITE}/rss/home.rss")
    with open_streambook(room.config.book_file, room.config.id, room.config.stream) as book:
        asyncio.run(sign_once(room.config, signer=room.signer, book=book, fetcher=address, clock=SetClock()))
    assert address.asked == [f"{SITE}/rss/home.rss"]
    assert room.said()[0].url == PUBLISHED


def test_a_cut_line_is_said_to_be_one_and_the_feeds_stay(room: Newsroom) -> None:
    room.run(rss(story(1)))
    before = room.atom.read_bytes()
    room.reconfigure(feed=f"{SITE}/rss/home.rss")
    with pytest.raises(AgencyError, match=r"could not be fetched: .* did not answer in 20 seconds"):
        room.sign()
    assert room.atom.read_bytes() == before


def test_a_304_to_a_question_that_was_not_asked_is_no_feed(room: Newsroom) -> None:
    room.reconfigure(feed=f"{SITE}/rss/home.rss")
    with (
        open_streambook(room.config.book_file, room.config.id, room.config.stream) as book,
        pytest.raises(AgencyError, match="answered 304"),
    ):
        asyncio.run(
            sign_once(
                room.config, signer=room.signer, book=book, fetcher=Address(Unchanged()), clock=SetClock()
            )
        )


def test_a_missing_feed_file_is_named(room: Newsroom) -> None:
    with pytest.raises(AgencyError, match=r"cannot read the CMS's feed .*cms\.xml: No such file"):
        room.sign()
