"""Did an official source say this? The four answers, and which of them it is."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from asking import Counter, counter, world_texts
from kept import keep, next_version, published, verified
from press import NOON, PressRoom

from syndicate.errors import LookupBusy, NothingAsked
from syndicate.journey import By, Did, LookupLimits, Verdict
from syndicate.news import Act, Content, Item, Relation, RelationType
from syndicate.text import fold

STORM = (
    "The storm reached the coast in the early morning with winds of 120 kilometres an hour.\n"
    "Four districts have closed their schools, and 12,400 people were brought to safe places.\n"
    "Trains run on all lines but one. The ferry to the islands stays in harbour until Friday."
)


def plain(body: str) -> Content:
    return Content(type="text/plain", body=body)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Counter]:
    vn, th = PressRoom("vn.demo", seed=1), PressRoom("th.demo", seed=2)
    async with counter(tmp_path, vn, th) as opened:
        yield opened


async def storm(hub: Counter, room: int = 0, name: str = "storm", **changes: object) -> Item:
    changes = {"title": "Storm reaches the coast", "lang": "en", "content": plain(STORM)} | changes
    [kept] = published(hub.rooms[room], name, **changes)
    await hub.shows(kept)
    return kept.item


@pytest.mark.parametrize("lang", sorted(world_texts()))
async def test_sixty_characters_from_the_middle_of_any_item_are_found_in_every_script(
    hub: Counter, lang: str
) -> None:
    texts = ["\n".join(world_texts()[lang][first : first + 10]) for first in (0, 10, 20)]
    for name, text in zip(("one", "two", "three"), texts, strict=True):
        await hub.shows(*published(hub.rooms[0], name, title=text[:5], content=plain(text)))
    for text in texts:
        for begin in range(20, len(text) - 80, max(1, len(text) // 9)):
            passage = text[begin : begin + 60]
            answer = await hub.ask(passage)
            assert answer.verdict is Verdict.PUBLISHED, passage
            assert answer.item is not None
            assert answer.item.content is not None
            assert passage in str(answer.item.content.body)


async def test_a_headline_however_it_is_typed_is_found(hub: Counter) -> None:
    item = await storm(hub, title="Bão số 5: gió 120 km/giờ")
    for typed in ("Bão số 5: gió 120 km/giờ", "BÃO SỐ ៥ — gió 120 km/giờ!", "  bão số 5 gió 120 km giờ\n"):
        answer = await hub.ask(typed)
        assert (answer.verdict, answer.by, answer.found and answer.found.sub) == (
            Verdict.PUBLISHED,
            By.HEADLINE,
            item.sub,
        )


async def test_what_stands_nowhere_is_not_found_and_says_how_far_was_looked(hub: Counter) -> None:
    await storm(hub)
    answer = await hub.ask("The minister of fisheries has announced that all nets are free from Monday on.")
    assert (answer.verdict, answer.found, answer.runs, answer.behind) == (Verdict.NOT_FOUND, None, (), 0)
    assert (answer.short, answer.since) == (False, None)
    assert (await hub.ask("Not so long")).short


async def test_nothing_is_said_of_what_says_nothing(hub: Counter) -> None:
    await storm(hub)
    for empty in ("", " \n", "🌊🌊🌊", "\u202e\u202c\u2066", "... !?"):
        with pytest.raises(NothingAsked):
            await hub.ask(empty)


async def test_a_changed_number_makes_it_similar_and_both_numbers_are_shown(hub: Counter) -> None:
    item = await storm(hub)
    answer = await hub.ask(STORM.replace("12,400", "97,400").replace("120 kilo", "210 kilo"))
    assert (answer.verdict, answer.found and answer.found.sub) == (Verdict.SIMILAR, item.sub)
    changed = [(run.asked, run.said) for run in answer.runs if run.did is not Did.KEPT]
    assert changed == [("210", "120"), ("97,400", "12,400")]
    assert all(run.figure for run in answer.runs if run.did is not Did.KEPT)
    assert "".join(run.asked for run in answer.runs) == STORM.replace("12,400", "97,400").replace(
        "120 kilo", "210 kilo"
    )


async def test_a_number_that_was_cut_is_not_the_number(hub: Counter) -> None:
    await storm(hub)
    passage = "Four districts have closed their schools, and 12,400"
    assert (await hub.ask(passage)).verdict is Verdict.PUBLISHED
    assert (await hub.ask(passage[:-4])).verdict is Verdict.SIMILAR


async def test_what_was_put_in_and_left_out_is_marked(hub: Counter) -> None:
    await storm(hub)
    altered = STORM.replace("in the early morning ", "").replace(
        "to safe places", "to safe places by soldiers"
    )
    answer = await hub.ask(f"You must read this!\n{altered}")
    assert answer.verdict is Verdict.SIMILAR
    told = {(run.did, fold(run.asked), fold(run.said)) for run in answer.runs if run.did is not Did.KEPT}
    assert (Did.LEFT_OUT, "", "intheearlymorning") in told
    assert any(did is Did.ADDED and sorted(asked) == sorted("bysoldiers") for did, asked, _ in told)
    assert (answer.runs[0].did, answer.runs[0].said) == (Did.CHANGED, "Storm reaches the coast")
    assert "".join(run.asked for run in answer.runs).startswith("You must read this!")


async def test_quoting_what_was_corrected_or_withdrawn_says_so(hub: Counter) -> None:
    vn = hub.rooms[0]
    [first] = published(vn, "storm", title="Storm", lang="en", content=plain(STORM))
    await hub.shows(first)
    better = STORM.replace("12,400", "1,240")
    second = next_version(vn, first.item, Act.CORRECT, content=plain(better), note="Fewer people.")
    await hub.shows(second)
    old, new = await hub.ask(STORM), await hub.ask(better)
    assert (old.verdict, old.found and old.found.ver) == (Verdict.AMENDED, 1)
    assert [(each.ver, each.act, each.note) for each in old.later] == [(2, Act.CORRECT, "Fewer people.")]
    assert old.stands is not None
    assert old.stands.ver == 2
    assert (new.verdict, new.found and new.found.ver) == (Verdict.PUBLISHED, 2)
    await hub.shows(next_version(vn, second.item, Act.RETRACT, note="All wrong."))
    for text, ver in ((STORM, 1), (better, 2), ("Storm", 2)):
        gone = await hub.ask(text)
        assert (gone.verdict, gone.found and gone.found.ver) == (Verdict.AMENDED, ver)
        assert gone.later[-1].act is Act.RETRACT


async def test_an_update_takes_nothing_back(hub: Counter) -> None:
    [first] = published(hub.rooms[0], "storm", lang="en", content=plain(STORM))
    await hub.shows(first)
    await hub.shows(next_version(hub.rooms[0], first.item, content=plain("Another text altogether.")))
    answer = await hub.ask(STORM)
    assert (answer.verdict, [each.act for each in answer.later]) == (Verdict.PUBLISHED, [Act.UPDATE])


async def test_of_copies_the_origin_is_named_and_the_others_are_counted(hub: Counter) -> None:
    copy = await storm(hub, 1, "copy", title="From our neighbours", published="2026-11-23T11:58:00Z")
    first = await storm(hub)
    assert copy.published < first.published
    answer = await hub.ask(STORM)
    assert (answer.found and answer.found.sub, answer.others, answer.at_least) == (copy.sub, 1, False)
    derives = (Relation(type=RelationType.DERIVES, sub=first.sub),)
    await storm(hub, 1, "later copy", title="Again from our neighbours", relations=derives)
    answer = await hub.ask(STORM)
    assert (answer.found and answer.found.sub, answer.others) == (first.sub, 2)


async def test_attack_who_copies_late_and_dates_itself_back_did_not_publish_it(hub: Counter) -> None:
    first = await storm(hub)
    said: dict[str, Any] = {
        "title": "Ours",
        "lang": "en",
        "content": plain(STORM),
        "published": "2026-10-01T00:00:00Z",
    }
    late = hub.rooms[1].publish("copy", iat=NOON + 3_600, **said)
    await hub.shows(verified(hub.rooms[1], late, NOON + 3_605))
    answer = await hub.ask(STORM)
    assert (answer.found and answer.found.sub, answer.others) == (first.sub, 1)


async def test_attack_who_copies_between_an_item_and_its_correction_was_not_first(hub: Counter) -> None:
    first = await storm(hub)
    here, there = hub.rooms[0], hub.rooms[1]
    said: dict[str, Any] = {"title": "Ours", "lang": "en", "content": plain(STORM)}
    copy = there.publish("copy", iat=NOON + 3_600, published="2026-11-23T13:00:00Z", **said)
    await hub.shows(verified(there, copy, NOON + 3_605))
    corrected = said | {"ver": 2, "act": Act.CORRECT, "note": "said why", "published": first.published}
    await hub.shows(verified(here, here.publish("storm", iat=NOON + 7_200, **corrected), NOON + 7_205))
    again = here.publish("again", iat=NOON + 7_300, published="2026-11-23T14:00:00Z", **said)
    await hub.shows(verified(here, again, NOON + 7_305))
    answer = await hub.ask(STORM)
    assert (answer.found and answer.found.agency, answer.others) == (first.iss, 2)


async def test_attack_a_flood_of_one_headline_and_path_hides_nobody_elses(tmp_path: Path) -> None:
    vn, th = PressRoom("vn.demo", seed=1), PressRoom("th.demo", seed=2)
    async with counter(tmp_path, vn, th, limits=LookupLimits(candidates=4)) as hub:

        async def flood(*names: str) -> None:
            for name in names:
                body = plain(f"Nothing of what {name} says here has to do with any storm at all.")
                await storm(hub, 1, name, content=body, url=f"https://{th.host}/news/storm-reaches-coast?x=7")

        await flood("a", "b", "c", "d", "e")
        url = f"https://{vn.host}/news/storm-reaches-coast?x=7"
        item = await storm(hub, url=url, published="2026-11-23T11:00:00Z")
        await flood("f", "g", "h", "i", "j")
        named = await hub.ask(item.title)
        assert (named.found and named.found.sub, named.at_least) == (item.sub, True)
        addressed = await hub.ask(url)
        assert (addressed.verdict, addressed.found and addressed.found.sub) == (Verdict.PUBLISHED, item.sub)
        assert not addressed.other_host


async def test_of_a_headline_that_comes_every_day_the_newest_is_named(hub: Counter) -> None:
    for number in range(5):
        body = plain(
            f"Today the harbour of the south counts {number} ships, and the harbour of the north none."
        )
        last = await storm(hub, name=f"day{'abcde'[number]}", title="Ships in harbour", content=body)
    answer = await hub.ask("Ships in harbour")
    assert (answer.found and answer.found.sub, answer.others) == (last.sub, 4)


async def test_more_copies_than_are_looked_at_are_counted_as_at_least(tmp_path: Path) -> None:
    vn = PressRoom("vn.demo", seed=1)
    async with counter(tmp_path, vn, limits=LookupLimits(candidates=3)) as hub:
        for name in ("one", "two", "three", "four"):
            await storm(hub, name=name)
        answer = await hub.ask(STORM)
        assert (answer.others, answer.at_least) == (2, True)


async def test_an_address_is_found_however_it_is_written(hub: Counter) -> None:
    host = hub.rooms[0].host
    item = await storm(hub, url=f"https://{host}/news/storm-reaches-coast?id=7")
    for url in (
        f"https://{host}/news/storm-reaches-coast?id=7",
        f"http://{host.upper()}:80/news/./storm-reaches-coast?utm_source=chat&id=7#top",
        f"{host}/news/storm-reaches-coast?id=7",
    ):
        answer = await hub.ask(url)
        assert (answer.verdict, answer.by, answer.found and answer.found.sub) == (
            Verdict.PUBLISHED,
            By.ADDRESS,
            item.sub,
        )
        assert not answer.other_host
    assert (await hub.ask(f"https://{host}/news/another-story?id=8")).verdict is Verdict.NOT_FOUND


async def test_the_address_of_what_was_corrected_says_so(hub: Counter) -> None:
    item = await storm(hub)
    await hub.shows(next_version(hub.rooms[0], item, Act.CORRECT, content=plain(STORM[:90])))
    answer = await hub.ask(item.url)
    assert (answer.verdict, answer.found and answer.found.ver) == (Verdict.AMENDED, 2)


async def test_s3_a_look_alike_host_shows_as_a_difference_and_its_address_is_not_repeated(
    hub: Counter,
) -> None:
    item = await storm(hub)
    alike = item.url.replace(".example", ".example-news.test")
    for question in (alike, f"{alike} {STORM}", f"{STORM.replace('120', '12')}\n{alike}"):
        answer = await hub.ask(question)
        assert (answer.found and answer.found.sub, answer.other_host) == (item.sub, True)
        assert "example-news" not in str((answer.runs, answer.item, answer.found, answer))
    assert (await hub.ask(alike)).verdict is Verdict.SIMILAR
    assert (await hub.ask(f"{STORM}\n{item.url}")).other_host is False


async def test_of_several_at_one_path_the_one_on_the_host_that_is_most_alike_is_named(hub: Counter) -> None:
    path = "/2026/joint-statement-on-haze"
    urls = [f"https://{room.host}{path}" for room in hub.rooms[:2]]
    items = [
        await storm(hub, at, f"n{at}", url=url, content=plain(f"{name} says this."), title=name)
        for at, (url, name) in enumerate(zip(urls, ("One", "Another"), strict=True))
    ]
    for item, room in zip(items, hub.rooms, strict=False):
        answer = await hub.ask(f"https://{room.host.replace('.', '-')}.news.test{path}")
        assert (answer.found and answer.found.sub, answer.other_host) == (item.sub, True)


@pytest.mark.parametrize(
    "form", ["https://{}@evil.example{}", "https://{}\\@evil.example{}", "https://{}:pw@evil.example{}"]
)
async def test_attack_an_address_with_a_user_before_its_host_is_no_officials(hub: Counter, form: str) -> None:
    item = await storm(hub, url=f"https://{hub.rooms[0].host}/news/storm-reaches-coast?id=7")
    answer = await hub.ask(form.format(hub.rooms[0].host, "/news/storm-reaches-coast?id=7"))
    assert answer.verdict is Verdict.NOT_FOUND
    assert (await hub.ask(item.url)).by is By.ADDRESS


async def test_words_that_are_not_its_own_beside_an_official_address_are_marked(hub: Counter) -> None:
    item = await storm(hub)
    answer = await hub.ask(f"The king has left the country {item.url}")
    assert (answer.verdict, answer.by) == (Verdict.SIMILAR, By.ADDRESS)
    assert [(run.did, run.asked) for run in answer.runs] == [(Did.ADDED, "The king has left the country")]
    answer = await hub.ask(f"{item.url}\n{STORM.replace('Friday', 'Monday')}")
    assert [run.did for run in answer.runs].count(Did.KEPT) > 0
    answer = await hub.ask(f"The king has left https://other.example/{item.url.rsplit('/', 1)[1]}")
    assert (answer.verdict, answer.other_host) == (Verdict.SIMILAR, True)


async def test_the_headline_and_the_first_lines_pasted_together_are_found_past_the_summary(
    hub: Counter,
) -> None:
    lead = "Schools are closed in four districts; the ferry stays in harbour until the end of the week."
    await storm(hub, summary=lead)
    page = f"Storm reaches the coast\n{STORM[:120]}"
    assert (await hub.ask(page)).verdict is Verdict.PUBLISHED
    assert (await hub.ask(lead)).verdict is Verdict.PUBLISHED
    altered = "Schools are shut in four districts; the ferry stays in harbour until the end of the year."
    assert (await hub.ask(altered)).verdict is Verdict.SIMILAR


async def test_what_is_shown_and_not_yet_taken_in_is_told_of(hub: Counter) -> None:
    await storm(hub)
    [kept] = published(hub.rooms[0], "later", lang="en")
    await keep(hub.storage, kept)
    await hub.storage.seal(hub.at + 1.0)
    assert (await hub.ask(STORM)).behind == 1
    await hub.index.catch_up()
    assert (await hub.ask(STORM)).behind == 0


async def test_when_the_time_is_up_nothing_is_said_rather_than_nothing_found(tmp_path: Path) -> None:
    async with counter(tmp_path, PressRoom("vn.demo"), limits=LookupLimits(seconds=-1.0)) as hub:
        await storm(hub)
        with pytest.raises(LookupBusy):
            await hub.ask(STORM)


async def test_what_an_act_of_law_took_back_is_not_found(hub: Counter) -> None:
    [kept] = published(hub.rooms[0], "storm", lang="en", content=plain(STORM))
    await hub.shows(kept)
    await hub.storage.write(lambda book: book.erase([kept.digest], b"by law"))
    assert (await hub.ask(STORM)).verdict is Verdict.NOT_FOUND
    assert (await hub.ask(kept.item.title)).verdict is Verdict.NOT_FOUND


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("a" * 100_000, id="100 kB of one letter"),
        pytest.param(
            "".join(chr(0x4E00 + at * 7 % 20_000) for at in range(33_000)), id="100 kB without a space"
        ),
        pytest.param("\u202e" * 1_000 + STORM + "\u202c" * 1_000, id="right-to-left overrides"),
        pytest.param("e" + "\u0301" * 50_000, id="a letter under 50,000 accents"),
        pytest.param("http://a.example/" * 10_000 + "b", id="ten thousand beginnings of addresses"),
        pytest.param("\x00\x07" + STORM, id="control characters"),
        pytest.param("\ud800" + STORM, id="half a surrogate pair"),
    ],
)
async def test_hostile_questions_are_answered_like_any_other(hub: Counter, hostile: str) -> None:
    await storm(hub)
    await storm(hub, name="boilerplate", title="aaaa", content=plain("a" * 3_000))
    answer = await hub.ask(hostile)
    assert (answer.verdict is Verdict.PUBLISHED) is (STORM in hostile)


async def test_ten_thousand_items_with_one_line_in_common_find_few_of_them(hub: Counter) -> None:
    line = "This bulletin is made by a machine and read by nobody before it is published here."
    for first in range(0, 300, 100):
        names = [f"n{chr(97 + at // 26)}{chr(97 + at % 26)}" for at in range(first, first + 100)]
        kept = [
            each
            for name in names
            for each in published(
                hub.rooms[0], name, title=f"Bulletin {name}", content=plain(f"{line}\n{name}")
            )
        ]
        await hub.shows(*kept)
    answer = await hub.ask(line)
    assert (answer.verdict, answer.others, answer.at_least) == (Verdict.PUBLISHED, 47, True)
