"""What figures tell of two languages, and what they do not."""

import pytest
from press import PressRoom

from syndicate.dedupe import figure_key, possible_translation
from syndicate.dedupe._figures import figures_of, in_common
from syndicate.news import Content, Item
from syndicate.trust import recall

ROOM = PressRoom("vn.demo")


def item(name: str, text: str, lang: str, published: str = "2026-11-23T10:00:00Z") -> Item:
    content = Content(type="text/plain", body=text)
    return recall(ROOM.publish(name, lang=lang, published=published, content=content))


ENGLISH = "On 23 November 2026 the river rose to 1,250 cm; 34,817 people left 6,420 houses, 351 by boat."
THAI = "วันที่ ๒๓/๑๑/๒๕๖๙ แม่น้ำสูง ๑.๒๕๐ ซม. ประชาชน ๓๔,๘๑๗ คน จาก ๖,๔๒๐ หลัง และ ๓๕๑ คนทางเรือ"


@pytest.mark.parametrize(
    ("text", "telling", "common"),
    [
        pytest.param("12,400 and 12.400", {"12400"}, set(), id="however they are grouped"),
        pytest.param("23/11/2569 to 7-11-2026", set(), {"23", "11", "2026"}, id="days, and years of Buddha"),
        pytest.param("09:45 to 10:30", {"45"}, {"10", "30"}, id="times, in parts"),
        pytest.param("៤៥១ ၄၅၁ ๔๕๑", {"451"}, set(), id="digits of every script"),
        pytest.param("1 2 03", set(), set(), id="one digit says nothing"),
        pytest.param("12026", {"12026"}, set(), id="no year"),
    ],
)
def test_figures_without_what_languages_write_otherwise(
    text: str, telling: set[str], common: set[str]
) -> None:
    found = figures_of(text)
    assert (set(found.telling), set(found.common)) == (telling, common)


def test_a_translation_is_possible_by_its_figures() -> None:
    one, other = item("one", ENGLISH, "en"), item("two", THAI, "th", "2026-11-24T10:00:00Z")
    assert figure_key(one) == figure_key(other)
    found = possible_translation(other, one)
    assert found is not None
    assert (found.type, found.rule) == ("translation-possible", "same-figures-in-another-language")
    assert (found.sub, found.to_sub) == (other.sub, one.sub)
    assert found.score is not None
    assert 0.8 < found.score <= 1
    assert "34817" in found.evidence


@pytest.mark.parametrize(
    ("text", "lang", "published"),
    [
        pytest.param(THAI, "th", "2026-11-26T10:00:00Z", id="three days later"),
        pytest.param(ENGLISH, "en-SG", "2026-11-23T10:00:00Z", id="the same language"),
        pytest.param(THAI.replace("๓๕๑", "๓๕๒"), "th", "2026-11-23T10:00:00Z", id="another figure"),
        pytest.param(THAI.replace("๓๕๑", "ห้า"), "th", "2026-11-23T10:00:00Z", id="a figure in words"),
        pytest.param("ไม่มีตัวเลข", "th", "2026-11-23T10:00:00Z", id="no figures"),
    ],
)
def test_whatever_differs_is_no_proposal(text: str, lang: str, published: str) -> None:
    one, other = item("one", ENGLISH, "en"), item("two", text, lang, published)
    assert possible_translation(other, one) is None
    assert possible_translation(one, one) is None


@pytest.mark.parametrize("text", ["100, 2,000 and 500 of 40,000", "34, 35 and 36 degrees", "351 and 34,817"])
def test_what_others_have_by_chance_tells_nothing(text: str) -> None:
    assert figure_key(item("one", text, "en")) is None


def test_three_figures_alone_are_too_few() -> None:
    text = "1,251 and 34,817 and 351"
    assert in_common(figures_of(text), figures_of(text)) is None


def test_days_that_differ_are_nothing_in_common() -> None:
    one, other = "On 23 of 11: 1,251 and 34,817 and 351", "On 24 of 12: 1,251 and 34,817 and 351"
    assert in_common(figures_of(one), figures_of(other)) is None


def test_the_same_language_in_another_script_is_another() -> None:
    one, other = item("one", ENGLISH, "ms"), item("two", ENGLISH, "ms-Arab")
    assert possible_translation(one, other) is not None
