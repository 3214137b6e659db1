"""Texts that nearly say the same, made so by somebody who wants them told as one story: they stay apart."""

from typing import Final

import pytest

from syndicate.dedupe import Guard, RelatedAs, compare

MERGING: Final = (RelatedAs.COPY, RelatedAs.EXCERPT)
BEGINS: Final = (
    "The river rose by a metre within an hour, and the ferry between the two banks stopped at noon. "
    "Villagers carried rice, blankets and radios to the school on the hill, where teachers had opened "
    "every room. "
)
ENDS: Final = (
    " By evening the water had reached the market, but the bridge upstream still held, and engineers kept "
    "watching it through the night with lamps that fishermen lent them. Schools will stay closed for now."
)
THAI: Final = (
    "เมื่อวานนี้น้ำในแม่น้ำสูงขึ้นหนึ่งเมตรภายในหนึ่งชั่วโมง เรือข้ามฟากหยุดวิ่งตอนเที่ยง ชาวบ้านขนข้าวสาร ผ้าห่ม และวิทยุไปที่โรงเรียน {} "
    "ครูเปิดทุกห้องให้พัก ตอนเย็นน้ำถึงตลาดแล้ว แต่สะพานยังไม่พัง วิศวกรเฝ้าดูตลอดทั้งคืน"
)
KHMER: Final = (
    "ទឹកទន្លេបានឡើងមួយម៉ែត្រក្នុងរយៈពេលមួយម៉ោង ហើយសាឡាងរវាងច្រាំងទាំងពីរបានឈប់នៅពេលថ្ងៃត្រង់។ {} អ្នកភូមិបានយកអង្ករ ភួយ"
    " និងវិទ្យុទៅសាលារៀននៅលើភ្នំ ដែលគ្រូបានបើកបន្ទប់ទាំងអស់។ នៅពេលល្ងាច ទឹកបានដល់ផ្សារ ប៉ុន្តែស្ពាននៅតែរឹងមាំ។"
)
HAN: Final = (
    "昨日河水在一小时内上涨一米，两岸之间的渡轮中午停航。村民把大米、毛毯和收音机搬到山上的学校。{}老师们打开了所有教室。傍晚时分水已到达市场，"
    "但上游的桥梁仍然稳固，工程师们用渔民借给他们的灯彻夜观察。学校将继续关闭，直到道路上的泥浆和树枝被清理干净为止。"
)
VIETNAMESE: Final = (
    "Nước sông dâng lên một mét trong vòng một giờ, và chuyến phà giữa hai bờ dừng lại vào buổi trưa. {}"
    " Dân làng mang gạo, chăn và đài đến ngôi trường trên đồi, nơi các giáo viên đã mở mọi phòng. Đến tối"
    " nước đã tới chợ."
)
TAMIL: Final = (
    "இன்று ஆற்றில் நீர்மட்டம் ஒரு மணி நேரத்தில் ஒரு மீட்டர் உயர்ந்தது. மக்கள் அரிசி, போர்வைகளை பள்ளிக்கு எடுத்துச் சென்றனர். {}"
    " பாலம் உறுதியாக உள்ளது. பொறியாளர்கள் இரவு முழுவதும் கண்காணித்தனர். பள்ளிகள் மூடப்பட்டிருக்கும்."
)
ENGLISH: Final = BEGINS + "And then they {} once more." + ENDS

APART = [
    pytest.param(ENGLISH, "said the dam is safe", "said the dam is not safe", id="not"),
    pytest.param(ENGLISH, "can drink the water", "cannot drink the water", id="cannot"),
    pytest.param(ENGLISH, "said it was safe", "said it was unsafe", id="un-"),
    pytest.param(ENGLISH, "approved the bill", "rejected the bill", id="the opposite word"),
    pytest.param(ENGLISH, "found him guilty of theft", "found him innocent of theft", id="a verdict"),
    pytest.param(ENGLISH, "found twelve", "found twenty", id="a number in words"),
    pytest.param(ENGLISH, "lost 12 men", "lost 12 thousand men", id="a word more beside a number"),
    pytest.param(ENGLISH, "lost men", "lost 500 men", id="a number more within a sentence"),
    pytest.param(ENGLISH, "saw Anna beat Bert", "saw Bert beat Anna", id="two names that changed places"),
    pytest.param(
        ENGLISH, "saw the police shoot the crowd", "saw the crowd shoot the police", id="two words that did"
    ),
    pytest.param(
        ENGLISH,
        "saw the ministry of foreign trade sue the ministry of public health",
        "saw the ministry of public health sue the ministry of foreign trade",
        id="two long names that did",
    ),
    pytest.param(ENGLISH, "met al-amin there", "met al-jaziri there", id="a name without a capital"),
    pytest.param(ENGLISH, "said ‘it is safe’ again", "said ‘it is deadly’ again", id="single marks"),
    pytest.param(ENGLISH, "said „it is safe“ again", "said „it is not safe“ again", id="a word more quoted"),
    pytest.param(ENGLISH, "read chapter iv aloud", "read chapter vi aloud", id="Roman numerals"),
    pytest.param(ENGLISH, "write to help@moh.example", "write to help@mohh.example", id="an address"),
    pytest.param(ENGLISH, "paid $500 for it", "paid €500 for it", id="a currency"),
    pytest.param(ENGLISH, "rose by 5 % there", "rose by 5 ‰ there", id="per mille"),
    pytest.param(ENGLISH, "had –5 degrees", "had 5 degrees", id="a dash for a minus"),
    pytest.param(ENGLISH, "had 10² boats", "had 102 boats", id="a raised digit"),
    pytest.param(ENGLISH, "had ½ a boat", "had 12 a boat", id="a fraction"),
    pytest.param(ENGLISH, "were rated A+ by all", "were rated A by all", id="a plus"),
    pytest.param(ENGLISH, "won\nHanoi 31\nHue 33", "won\nHue 31\nHanoi 33", id="lines that changed places"),
    pytest.param(
        ENGLISH, "went.\nIt will hold", "went.\nIt will\nnot\nhold", id="a word on a line of its own"
    ),
    pytest.param(
        ENGLISH,
        "ask.\nWill the dam hold?\nYes, says the engineer of this dam.\nIs it safe?\nNo, says he.\nSo",
        "ask.\nWill the dam hold?\nNo, says he.\nIs it safe?\nYes, says the engineer of this dam.\nSo",
        id="answers that changed places",
    ),
    pytest.param(ENGLISH, "go.\nThe dam will break?\nSo", "go.\nThe dam will break.\nSo", id="a question"),
    pytest.param(ENGLISH, "found ✅ the bridge", "found ❌ the bridge", id="a cross for a tick"),
    pytest.param(VIETNAMESE, "Bộ nói nước an toàn.", "Bộ nói nước không an toàn.", id="not in Vietnamese"),
    pytest.param(THAI, "กระทรวงบอกว่าน้ำปลอดภัย", "กระทรวงบอกว่าน้ำไม่ปลอดภัย", id="not in Thai"),
    pytest.param(THAI, "เสียหาย 12 บาท", "เสียหาย 12 ล้านบาท", id="millions in Thai"),
    pytest.param(KHMER, "ក្រសួងថាទឹកមានសុវត្ថិភាព។", "ក្រសួងថាទឹកមិនមានសុវត្ថិភាព។", id="not in Khmer"),
    pytest.param(HAN, "部长说水安全。", "部长说水不安全。", id="not in Han"),
    pytest.param(HAN, "死亡12人。", "死亡12万人。", id="ten thousands in Han"),
    pytest.param(TAMIL, "அமைச்சர் நீர் பாதுகாப்பானது என்றார்.", "அமைச்சர் நீர் பாதுகாப்பானது அல்ல என்றார்.", id="not in Tamil"),
]


@pytest.mark.parametrize(("form", "one", "other"), APART)
def test_attack_what_says_something_else_in_nearly_the_same_words_stays_apart(
    form: str, one: str, other: str
) -> None:
    for here, there in ((one, other), (other, one)):
        found = compare(form.format(here), form.format(there))
        assert found.likeness is RelatedAs.SIBLING, found.evidence
        assert found.substituted


def test_attack_a_text_that_is_quoted_whole_is_not_said_by_who_quotes_it() -> None:
    said = BEGINS + ENDS
    found = compare(said, f"This goes around and nobody here has said it: “{said}”")
    assert (found.likeness, found.guard) == (RelatedAs.SIBLING, Guard.QUOTE)


def test_a_picture_that_a_desk_puts_in_changes_nothing() -> None:
    assert compare(BEGINS + ENDS, BEGINS + "🌊 " + ENDS).likeness is RelatedAs.COPY


MORE: Final = " The governor thanked everybody who helped, and asked them to go home before the night."
SAME = [
    pytest.param(BEGINS + ENDS, BEGINS + MORE + ENDS, id="a sentence more in the middle"),
    pytest.param(BEGINS + MORE + ENDS, BEGINS + ENDS + MORE, id="a sentence that moved to the end"),
    pytest.param(
        "River rises\n" + BEGINS + ENDS, "River rises by a metre\n" + BEGINS + ENDS, id="a headline"
    ),
    pytest.param(BEGINS + ENDS + "\n© VNA 2026", BEGINS + ENDS + "\n© TNA 2026", id="a credit line"),
    pytest.param(BEGINS + ENDS, BEGINS.replace("hour, and", "hour - and") + ENDS, id="other punctuation"),
    pytest.param(BEGINS + ENDS, BEGINS.replace("noon. V", "noon; v") + ENDS, id="two sentences as one"),
    pytest.param(BEGINS + ENDS, (BEGINS + ENDS)[:300], id="cut in the middle of a sentence"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_a_desk_adds_leaves_out_or_moves_in_whole_sentences_is_the_same(one: str, other: str) -> None:
    for here, there in ((one, other), (other, one)):
        assert compare(here, there).likeness in MERGING, compare(here, there).evidence


def test_a_count_in_the_last_line_is_no_day() -> None:
    body = BEGINS + ENDS
    assert compare(f"{body}\nDead: 12", f"{body}\nOpfer 21").likeness is RelatedAs.SIBLING
    assert compare(f"{body}\nVNA, 12 May 2026", f"{body}\n(ANTARA) 13/05/2026").likeness is RelatedAs.COPY
    dated = f"{body}\nDead: 12.\nVNA, 12 May 2026", f"{body}\nOpfer 21.\nANTARA, 13 May 2026"
    assert compare(*dated).likeness is RelatedAs.SIBLING


COUNTED: Final = "Yesterday the harbour master of the outer islands counted {} in the morning."


@pytest.mark.parametrize(
    ("one", "other"), [("1204 boats", "96 carts"), ("34 boats", "43 boats"), ("34", "43")]
)
def test_attack_another_number_is_noticed_wherever_its_sentence_has_moved(one: str, other: str) -> None:
    for here, there in ((one, other), (other, one)):
        stays = f"{BEGINS}{COUNTED.format(here)}{ENDS}", f"{BEGINS}{COUNTED.format(there)}{ENDS}"
        moves = stays[0], f"{BEGINS}{ENDS.strip()} {COUNTED.format(there)}"
        for texts in (stays, moves):
            found = compare(*texts)
            assert (found.likeness, found.guard) == (RelatedAs.SIBLING, Guard.NUMBER), found.evidence


def test_very_many_sentences_that_are_in_one_text_only_are_not_compared_two_by_two() -> None:
    lines = [f"{chr(97 + n % 26)}{chr(97 + n // 26)} the boats went out to sea again.\n" for n in range(120)]
    others = [line.replace("sea", "fish") if n % 4 == 0 else line for n, line in enumerate(lines)]
    assert compare("".join(lines), "".join(others)).likeness not in MERGING
