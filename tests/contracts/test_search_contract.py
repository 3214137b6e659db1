"""What searching must do in every Storage."""

import unicodedata
from typing import Any

import pytest
from kept import Opens, keep, next_version, published, shown, verified
from press import NOON, PressRoom

from syndicate.news import Act, Content, Kind, MemberCode, Slice
from syndicate.ports import Found, Search, Storage, Turn
from syndicate.text import Sought, seek

# In each script: a title, a word of its summary's and one of its body's, to look for.
SCRIPTS = {
    "Vietnamese": ("vi", "Bão số 5 đổ bộ miền Trung", "Gió mạnh cấp 10", "Tàu thuyền neo đậu", "đổ bộ"),
    "Thai": ("th", "น้ำท่วมกรุงเทพมหานคร", "ประชาชนอพยพ", "โรงเรียนปิด", "กรุงเทพ"),
    "Lao": ("lo", "ເຮືອ\u200bຂ້າມ\u200bຟາກ\u200bເປີດ", "ປະຊາຊົນ", "ໂຮງຮຽນປິດ", "ຂ້າມຟາກ"),
    "Khmer": ("km", "ទឹកជំនន់នៅភ្នំពេញ", "ប្រជាជនជម្លៀស", "សាលារៀនបិទ", "ភ្នំពេញ"),
    "Burmese": ("my", "မန္တလေးတွင် ရေကြီးမှု", "ပြည်သူများ", "ကျောင်းပိတ်", "ရေကြီး"),
    "Chinese": ("zh-Hans", "示范镇的灯笼节", "学生和长者", "免费入场", "灯笼"),
    "Tamil": ("ta", "மாதிரி நகரில் போட்டி", "மாணவர்கள் கலந்துகொண்டனர்", "பரிசாக வழங்கப்பட்டன", "போட்டி"),
    "Jawi": ("ms-Arab", "بنجير دكوالا", "راكيت دڤيندهكن", "سكوله دتوتوڤ", "بنجير"),
    "Malay": ("ms", "Taman bakau Teladan", "Sukarelawan menyertai", "Pokok bakau melindungi", "bakau"),
}


def sought(query: str) -> Sought:
    found = seek(query)
    assert isinstance(found, Sought), query
    return found


async def find(storage: Storage, query: str, **more: Any) -> Found:
    return await storage.search(Search(sought=sought(query), **more))


async def titles(storage: Storage, query: str, **more: Any) -> list[str]:
    """The names of what is found, in order."""
    found = await find(storage, query, **more)
    return [hit.sub.partition(":")[2].rstrip("a") for hit in found.hits]


def plain(text: str) -> Content:
    return Content(type="text/plain", body=text)


async def index(storage: Storage) -> None:
    while await storage.index(10):
        pass


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
async def test_every_script_is_found_by_title_summary_and_text(
    storage: Storage, vn: PressRoom, script: tuple[str, str, str, str, str]
) -> None:
    lang, title, summary, body, word = script
    item = published(vn, "it", lang=lang, title=title, summary=summary, content=plain(f"{body}\nxyz"))
    await shown(storage, *item, *published(vn, "other", title="zzz", summary="zzz", content=plain("zzz")))
    for query in (title, word, summary):
        assert await titles(storage, query) == ["it"], query
    assert await titles(storage, body) == []
    await index(storage)
    for query in (title, word, summary, body, f'"{body}"', unicodedata.normalize("NFD", word)):
        assert await titles(storage, query) == ["it"], query


async def test_title_and_summary_are_found_as_soon_as_shown_and_not_before(
    storage: Storage, vn: PressRoom
) -> None:
    await keep(storage, *published(vn, "storm", title="Typhoon nears"))
    assert await titles(storage, "typhoon") == []
    await storage.seal(NOON, show=False)
    assert await titles(storage, "typhoon") == []
    await storage.log.show(storage.log.edge.size)
    assert await titles(storage, "typhoon") == ["storm"]


async def test_whole_texts_follow_and_say_how_far_they_are_behind(opens: Opens, vn: PressRoom) -> None:
    async with opens() as storage:
        for name in ("one", "two", "three"):
            await shown(storage, *published(vn, name, content=plain("the same text")))
        assert (await storage.unindexed(), await titles(storage, "same text")) == (3, [])
        assert await storage.index(2) == 2
    async with opens() as storage:  # whatever became of whoever did it
        assert (await storage.unindexed(), await titles(storage, "same text")) == (1, ["two", "one"])
        assert (await storage.index(5), await storage.index(5)) == (1, 0)
        assert (await storage.unindexed(), await titles(storage, "same text")) == (0, ["three", "two", "one"])


async def test_words_may_stand_anywhere_and_quotations_only_in_their_order(
    storage: Storage, vn: PressRoom
) -> None:
    one = published(vn, "one", title="Price of rice", content=plain("Up in May."))
    two = published(vn, "two", title="Rice price", content=plain("Down in May."))
    await shown(storage, *one, *two)
    await index(storage)
    assert set(await titles(storage, "rice price")) == {"one", "two"}
    assert await titles(storage, '"rice price"') == ["two"]
    assert await titles(storage, "rice up") == ["one"]  # one word in the title, the other in the text
    assert await titles(storage, '"price up"') == []  # a phrase does not go on from one into the other
    assert await titles(storage, "rice wheat") == []


async def test_the_best_of_the_newest_come_first_and_among_equals_the_newest(
    storage: Storage, vn: PressRoom
) -> None:
    for name, title, summary, body in (
        ("title", "Rice", "x", "x"),
        ("again", "Rice", "x", "x"),
        ("summary", "x", "Rice", "x"),
        ("body", "x", "x", "Rice"),
    ):
        await shown(storage, *published(vn, name, title=title, summary=summary, content=plain(body)))
    await index(storage)
    assert await titles(storage, "rice") == ["again", "title", "summary", "body"]
    assert await titles(storage, "rice", ranked=False) == ["body", "summary", "again", "title"]


async def test_accents_are_optional_and_those_that_were_typed_come_first(
    storage: Storage, vn: PressRoom
) -> None:
    await shown(storage, *published(vn, "storm", title="Bão lớn"))
    await shown(storage, *published(vn, "paper", title="Báo lớn"))
    for query, first in (("bao", "paper"), ("bão", "storm"), ("báo", "paper"), ("BÃO", "storm")):
        found = await titles(storage, query)
        assert (found[0].rstrip("a"), len(found)) == (first, 2), query


async def test_s12_a_place_is_found_by_each_of_its_names_and_shown_as_it_was_written(
    storage: Storage, vn: PressRoom
) -> None:
    names = {
        "vi": "Biển Đông", "en": "South China Sea", "fil": "West Philippine Sea", "id": "Laut Natuna Utara",
        "zh-Hans": "南海",
    }  # fmt: skip
    for lang, name in names.items():
        await shown(storage, *published(vn, lang[:2], lang=lang, title=f"{name} 2026"))
    await shown(storage, *published(vn, "price", title="Giá biến động"))
    for name in names.values():
        found = set(await titles(storage, name))
        assert {"vi", "en", "fi", "id", "zh"} <= found, name
        assert name == "Biển Đông" or "price" not in found  # what sounds alike without its accents
    assert await titles(storage, '"West Philippine Sea"') == ["fi"]


async def test_a_search_is_narrowed_as_a_slice_is_and_by_days(storage: Storage, vn: PressRoom) -> None:
    th = PressRoom("th.demo", seed=2)
    story = published(vn, "story", lang="vi", title="Rice", categories=("medtop:04000000",), urgency=3)
    alert = [
        verified(th, th.publish("alert", lang="en", title="Rice", urgency=6)),
    ]
    await shown(storage, *story, at=NOON)
    await keep(storage, *alert)
    await storage.seal(NOON + 86_400)
    for slice_, found in {
        Slice(): ["alert", "story"],
        Slice(member=MemberCode("vn")): ["story"],
        Slice(agency=th.id): ["alert"],
        Slice(lang="en"): ["alert"],
        Slice(topic="04000000"): ["story"],
        Slice(urgency=5): ["story"],
        Slice(urgency=6): ["alert", "story"],
        Slice(kind=Kind.STORY): ["alert", "story"],
        Slice(kind=Kind.ALERT): [],
        Slice(kind="corrections"): [],
        Slice(member=MemberCode("vn"), lang="en"): [],
    }.items():
        assert [
            one.replace("alert", "alert") for one in await titles(storage, "rice", slice=slice_)
        ] == found, slice_
    assert await titles(storage, "rice", since=NOON + 1) == ["alert"]
    assert await titles(storage, "rice", until=NOON + 1) == ["story"]
    assert await titles(storage, "rice", since=NOON + 1, until=NOON + 2) == []


async def test_what_stands_is_found_and_never_an_older_text(storage: Storage, vn: PressRoom) -> None:
    [first] = published(vn, "storm", title="Typhoon", summary="Boats", content=plain("Bridges are open."))
    await shown(storage, first)
    await index(storage)
    later = next_version(vn, first.item, Act.CORRECT, title="Cyclone", content=plain("Bridges are closed."))
    await keep(storage, later)
    assert await titles(storage, "typhoon bridges open") == ["storm"]  # until the other is shown
    await storage.seal(NOON)
    assert await titles(storage, "typhoon") == await titles(storage, "open") == []
    assert await titles(storage, "cyclone boats") == ["storm"]
    await index(storage)
    [hit] = (await find(storage, "bridges closed")).hits
    assert (hit.ver, hit.facets.corrected) == (2, True)
    assert await titles(storage, "cyclone", slice=Slice(kind="corrections")) == ["storm"]


@pytest.mark.parametrize("act", [Act.WITHHOLD, Act.RETRACT])
async def test_what_was_withdrawn_is_found_by_title_and_note_alone(
    storage: Storage, vn: PressRoom, act: Act
) -> None:
    [first] = published(vn, "storm", title="Typhoon", summary="Boats", content=plain("Bridges are open."))
    await shown(storage, first)
    await index(storage)
    await shown(storage, next_version(vn, first.item, act, note="Not so", summary=None))
    await index(storage)
    for query, found in (("typhoon", ["storm"]), ("not so", ["storm"]), ("boats", []), ("bridges", [])):
        assert await titles(storage, query) == found, query


FAR = 10**15 - 1
FORGED = [
    pytest.param(Turn(top=FAR, floor=FAR, rank=FAR, last=FAR), id="past everything"),
    pytest.param(Turn(top=FAR, floor=FAR, rank=9, last=FAR), id="past everything, by age"),
    pytest.param(Turn(top=FAR, floor=FAR, rank=0, last=0), id="a floor past everything"),
    pytest.param(Turn(top=0, floor=0, rank=0, last=0), id="nothing at all"),
    pytest.param(Turn(top=1, floor=FAR, rank=2, last=FAR), id="a floor above the top"),
]


@pytest.mark.parametrize("turn", FORGED)
async def test_attack_a_cursor_that_somebody_wrote_by_hand_finds_an_end(
    storage: Storage, vn: PressRoom, turn: Turn
) -> None:
    """With versions that nobody has, a hub looked through all numbers down from there, for hours."""
    await shown(storage, *published(vn, "a", "b", "c", title="rice"))
    found = await find(storage, "rice", after=turn)
    assert len(found.hits) <= 3
    assert found.next is None


async def test_pages_follow_each_other_without_gap_or_overlap_whatever_comes_meanwhile(
    storage: Storage, vn: PressRoom
) -> None:
    names = [f"n{chr(98 + number)}" for number in range(9)]
    for number, name in enumerate(names):
        title, summary = ("Rice", "x") if number % 2 else ("x", "Rice")
        await shown(storage, *published(vn, name, title=title, summary=summary))
    whole = await titles(storage, "rice")
    assert whole == [*names[1::2][::-1], *names[::2][::-1]]
    seen: list[str] = []
    turn = None
    for page in range(9):
        found = await find(storage, "rice", most=2, after=turn)
        seen += [hit.sub.partition(":")[2].rstrip("a") for hit in found.hits]
        await shown(storage, *published(vn, f"m{chr(98 + page)}", title="Rice"))
        await index(storage)
        turn = found.next
        if turn is None:
            break
    assert seen == whole


async def test_behind_those_that_are_ranked_what_is_newest_comes_first(
    storage: Storage, vn: PressRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate.storage._search.RANKED_MOST", 3)
    for name, title in (("f", "Rice"), ("g", "x"), ("h", "Rice"), ("i", "x"), ("j", "Rice"), ("k", "x")):
        await shown(storage, *published(vn, name, title=title, summary="Rice"))
    expected = ["j", "k", "i", "h", "g", "f"]
    assert await titles(storage, "rice") == expected
    seen: list[str] = []
    turn = None
    while len(seen) < 6:
        found = await find(storage, "rice", most=1, after=turn)
        seen += [hit.sub.partition(":")[2].rstrip("a") for hit in found.hits]
        turn = found.next
    assert (seen, turn) == (expected, None)


async def test_a_search_that_takes_too_long_says_where_to_go_on(
    storage: Storage, vn: PressRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate.storage._search._SECONDS", -1.0)
    monkeypatch.setattr("syndicate.storage._search._PATIENT_SECONDS", -1.0)
    monkeypatch.setattr("syndicate.storage._search._STRETCH", 2)
    for name in "fghijk":
        await shown(storage, *published(vn, name, title="Rice"))
    seen: list[str] = []
    turn = None
    for _ in range(9):
        found = await find(storage, "rice", after=turn)
        seen += [hit.sub.partition(":")[2].rstrip("a") for hit in found.hits]
        turn = found.next
        if turn is None:
            break
    assert seen == list("kjihgf")


async def test_what_a_law_took_back_is_found_no_more_and_swept(storage: Storage, vn: PressRoom) -> None:
    one, two = published(vn, "one", "two", title="Rice", summary="Wheat", content=plain("Maize"))
    await shown(storage, one)
    await index(storage)
    await shown(storage, two)
    await storage.write(lambda book: book.erase([one.digest, two.digest], b"{}"))
    await storage.seal(NOON)
    while await storage.sweep():
        pass
    await index(storage)
    assert await titles(storage, "rice") == await titles(storage, "maize") == []
    assert not await storage.sweep()
    await shown(storage, *published(vn, "three", title="Rice", content=plain("Maize")))
    await index(storage)
    assert await titles(storage, "maize rice") == ["three"]
