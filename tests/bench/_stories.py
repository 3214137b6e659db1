"""Stories to measure with: fictional, seeded, about 4 kB of content profile each, in eight scripts.

The sentences are real words in no order that means anything. What counts is what costs time: the bytes
of each script, where its spaces stand, and as much markup as an agency's desk uses.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from random import Random
from typing import Final

from syndicate.news import Content, Media, letters

BODY_BYTES: Final = 4_000


@dataclass(frozen=True, slots=True)
class Script:
    """Words of a language, and what stands between them and after a sentence."""

    lang: str
    words: tuple[str, ...]
    gap: str = " "
    stop: str = ". "
    run: int = 1  # words written together before a gap


def _script(lang: str, words: str, gap: str = " ", stop: str = ". ", run: int = 1) -> Script:
    return Script(lang, tuple(words.split()), gap, stop, run)


SCRIPTS: Final = (
    _script(
        "vi",
        "bão gió mạnh đổ bộ ven biển miền Trung người dân sơ tán tàu thuyền neo đậu chính phủ họp khẩn "
        "lượng mưa đạt kỷ lục nước sông dâng cao cầu đường trường học đóng cửa lực lượng cứu hộ sẵn sàng "
        "điện lực khôi phục nông nghiệp lúa mùa thiệt hại hỗ trợ quốc tế hợp tác khu vực",
    ),
    _script(
        "th",
        "พายุ ฝน ตกหนัก ประชาชน อพยพ ชายฝั่ง รัฐบาล ประชุม ด่วน น้ำท่วม ถนน โรงเรียน ปิด กู้ภัย พร้อม ไฟฟ้า "
        "เกษตร ข้าว เสียหาย ช่วยเหลือ ความร่วมมือ ภูมิภาค เศรษฐกิจ การค้า สุขภาพ วัคซีน แม่น้ำ ระดับน้ำ สูงขึ้น",
        stop=" ",
        run=6,
    ),
    _script(
        "lo",
        "ລົມພາຍຸ ຝົນ ຕົກໜັກ ປະຊາຊົນ ຍົກຍ້າຍ ແມ່ນ້ຳຂອງ ລັດຖະບານ ປະຊຸມ ດ່ວນ ນ້ຳຖ້ວມ ຖະໜົນ ໂຮງຮຽນ ປິດ ກູ້ໄພ "
        "ໄຟຟ້າ ກະສິກຳ ເຂົ້າ ເສຍຫາຍ ຊ່ວຍເຫຼືອ ຮ່ວມມື ພາກພື້ນ ເສດຖະກິດ ການຄ້າ ສຸຂະພາບ ວັກຊີນ ລະດັບນ້ຳ ສູງຂຶ້ນ",
        stop=" ",
        run=6,
    ),
    _script(
        "km",
        "ព្យុះ ភ្លៀង ធ្លាក់ខ្លាំង ប្រជាជន ជម្លៀស ឆ្នេរសមុទ្រ រដ្ឋាភិបាល ប្រជុំ បន្ទាន់ ទឹកជំនន់ ផ្លូវ សាលារៀន បិទ សង្គ្រោះ "
        "អគ្គិសនី កសិកម្ម ស្រូវ ខូចខាត ជំនួយ កិច្ចសហប្រតិបត្តិការ តំបន់ សេដ្ឋកិច្ច ពាណិជ្ជកម្ម សុខភាព វ៉ាក់សាំង ទន្លេ",
        stop="។ ",
        run=7,
    ),
    _script(
        "my",
        "မုန်တိုင်း မိုး သည်းထန်စွာ ပြည်သူများ ရွှေ့ပြောင်း ကမ်းရိုးတန်း အစိုးရ အစည်းအဝေး အရေးပေါ် ရေကြီးမှု လမ်း ကျောင်း "
        "ပိတ် ကယ်ဆယ်ရေး လျှပ်စစ် စိုက်ပျိုးရေး စပါး ပျက်စီး အကူအညီ ပူးပေါင်းဆောင်ရွက်မှု ဒေသ စီးပွားရေး ကုန်သွယ်မှု "
        "ကျန်းမာရေး ကာကွယ်ဆေး မြစ်",
        stop="။ ",
        run=5,
    ),
    _script(
        "zh",
        "台风 暴雨 登陆 沿海 居民 疏散 政府 召开 紧急 会议 洪水 道路 学校 停课 救援 队伍 待命 电力 恢复 "
        "农业 水稻 损失 国际 援助 区域 合作 经济 贸易 健康 疫苗 河流 水位 上涨",
        gap="，",
        stop="。",
        run=7,
    ),
    _script(
        "ta",
        "புயல் கனமழை மக்கள் வெளியேற்றம் கடற்கரை அரசு அவசர கூட்டம் வெள்ளம் சாலை பள்ளி மூடல் மீட்பு தயார் மின்சாரம் "
        "வேளாண்மை நெல் சேதம் உதவி ஒத்துழைப்பு வட்டாரம் பொருளாதாரம் வணிகம் சுகாதாரம் தடுப்பூசி ஆறு நீர்மட்டம் உயர்வு",
    ),
    _script(
        "en",
        "the storm made landfall on the central coast and families moved to shelters while the cabinet met "
        "rainfall reached a record rivers rose bridges and schools closed rescue teams stood ready power was "
        "restored rice fields suffered damage regional partners offered assistance trade and health "
        "ministers agreed on cooperation",
    ),
)


@dataclass(frozen=True, slots=True)
class Story:
    """What an agency would sign, without its place in the stream."""

    lang: str
    title: str
    summary: str
    content: Content
    media: tuple[Media, ...]


def stories(seed: int, host: str, *, unlike: bool = False) -> Iterator[Story]:
    """Stories without end, in each script in turn; the same for the same seed and host.

    All are of the same few words, so they share much more letters in a row than texts about different things
    do. ``unlike``: each has words of its own, of the same letters.
    """
    random = Random(seed)
    while True:
        for script in SCRIPTS:
            yield _story(_reworded(script, random) if unlike else script, random, host)


def _reworded(script: Script, random: Random) -> Script:
    taken_apart = (list(letters(word)) for word in script.words)
    words = tuple("".join(random.sample(word, len(word))) for word in taken_apart)
    return replace(script, words=words)


def _story(script: Script, random: Random, host: str) -> Story:
    picture = f"https://{host}/images/{random.randrange(10**9)}.jpg"
    caption = _text(script, random, 1)
    return Story(
        lang=script.lang,
        title=_text(script, random, 1)[:120],
        summary=_text(script, random, 2)[:300],
        content=Content(type="text/html", body=_body(script, random, picture, caption)),
        media=(Media(url=picture, type="image/jpeg", alt=caption[:200]),),
    )


def _body(script: Script, random: Random, picture: str, caption: str) -> str:
    figure = f'<figure><img src="{picture}" alt="{_escaped(caption[:200])}"></figure>'
    blocks = [f"<p>{_escaped(_text(script, random, 2))}</p>", figure]
    while len("".join(blocks).encode()) < BODY_BYTES - 250:
        blocks.append(_block(script, random, len(blocks)))
    return "".join(blocks)


def _block(script: Script, random: Random, place: int) -> str:
    text = _escaped(_text(script, random, 2))
    match place % 7:
        case 3:
            return f"<h2>{_escaped(_text(script, random, 1))}</h2><p>{text}</p>"
        case 4:
            said = f'<a href="https://records.example/{random.randrange(10**6)}?a=1&amp;b=2">{script.words[0]}</a>'
            return f"<p>{text}{said}</p>"
        case 5:
            return f"<p><strong>{script.words[1]}</strong> {text}</p>"
        case 6:
            points = "".join(f"<li>{_escaped(_text(script, random, 1))}</li>" for _ in range(2))
            return f"<ul>{points}</ul>"
        case _:
            return f"<p>“{text}”</p>"


def _text(script: Script, random: Random, sentences: int) -> str:
    return "".join(_sentence(script, random) for _ in range(sentences)).strip()


def _sentence(script: Script, random: Random) -> str:
    words = random.choices(script.words, k=random.randint(9, 16))
    if random.random() < 0.3:
        words.insert(3, str(random.randint(2, 980)))
    if random.random() < 0.1:
        words.insert(5, "R&D")
    return script.gap.join(_runs(words, script.run)) + script.stop


def _runs(words: Sequence[str], run: int) -> Iterator[str]:
    return ("".join(words[at : at + run]) for at in range(0, len(words), run))


def _escaped(text: str) -> str:
    return escape(text, quote=False)
