"""Bulletins of our own, as agencies issue them day by day: one form, other figures; only these tell them apart."""

import random
from typing import Final

from ._documents import figure

ISSUES: Final = 3  # of each bulletin

_WEATHER: Final = {
    "en": "Weather forecast for {d} November. Northern provinces: scattered showers, lows of {a} degrees and highs of"
    " {b} degrees, north-easterly wind at {c} kilometres an hour. The central coast stays cloudy, and small boats are"
    " advised not to leave the harbour before the evening.",
    "id": "Prakiraan cuaca tanggal {d} November. Wilayah utara: hujan ringan di beberapa tempat, suhu {a} sampai {b}"
    " derajat, angin dari timur laut {c} kilometer per jam. Pesisir tengah tetap berawan dan perahu kecil diimbau tidak"
    " melaut sebelum sore hari.",
    "vi": "Dự báo thời tiết ngày {d} tháng 11. Các tỉnh phía Bắc có mưa rào vài nơi, nhiệt độ thấp nhất {a} độ, cao nhất"
    " {b} độ, gió đông bắc {c} km một giờ. Ven biển miền Trung nhiều mây, thuyền nhỏ không nên ra khơi trước buổi chiều.",
    "th": "พยากรณ์อากาศวันที่ {d} พฤศจิกายน ภาคเหนือมีฝนฟ้าคะนองบางแห่ง อุณหภูมิต่ำสุด {a} องศา สูงสุด {b} องศา"
    " ลมตะวันออกเฉียงเหนือ {c} กิโลเมตรต่อชั่วโมง ชายฝั่งตอนกลางมีเมฆมาก เรือเล็กควรงดออกจากฝั่งก่อนช่วงเย็น",
    "zh-Hans": "{d}日天气预报。北部各省有零星阵雨，最低气温{a}度，最高气温{b}度，东北风每小时{c}公里。中部沿海多云，建议小船傍晚之前不要出海，"
    "渔民请留意气象部门随后发布的最新消息。",
    "my": "နိုဝင်ဘာလ {d} ရက် မိုးလေဝသ ခန့်မှန်းချက်။ မြောက်ပိုင်းဒေသများတွင် မိုးကွက်ကျား ရွာမည်၊ အနိမ့်ဆုံး အပူချိန် {a} ဒီဂရီ၊ အမြင့်ဆုံး {b} ဒီဂရီ၊"
    " လေတိုက်နှုန်း တစ်နာရီ {c} ကီလိုမီတာ ဖြစ်မည်။ ကမ်းရိုးတန်းတွင် တိမ်ထူမည် ဖြစ်၍ လှေငယ်များ ညနေမတိုင်မီ ပင်လယ်မထွက်သင့်ပါ။",
    "km": "ការព្យាករណ៍អាកាសធាតុ ថ្ងៃទី {d} វិច្ឆិកា។ ខេត្តភាគខាងជើង មានភ្លៀងរាយប៉ាយ សីតុណ្ហភាពទាបបំផុត {a} អង្សា ខ្ពស់បំផុត {b} អង្សា"
    " ខ្យល់បក់ {c} គីឡូម៉ែត្រក្នុងមួយម៉ោង។ តំបន់ឆ្នេរមានពពកច្រើន ទូកតូចៗមិនគួរចេញសមុទ្រមុនពេលល្ងាចទេ។",
    "lo": "ພະຍາກອນອາກາດ ວັນທີ {d} ພະຈິກ. ພາກເໜືອມີຝົນຕົກເປັນບາງແຫ່ງ ອຸນຫະພູມຕ່ຳສຸດ {a} ອົງສາ ສູງສຸດ {b} ອົງສາ"
    " ລົມພັດ {c} ກິໂລແມັດຕໍ່ຊົ່ວໂມງ. ເຂດແຄມຝັ່ງມີເມກຫຼາຍ ເຮືອນ້ອຍບໍ່ຄວນອອກກ່ອນຕອນແລງ.",
    "ta": "நவம்பர் {d} வானிலை முன்னறிவிப்பு. வடக்கு மாநிலங்களில் ஆங்காங்கே மழை பெய்யும், குறைந்த வெப்பநிலை {a} டிகிரி, அதிகபட்சம் {b} டிகிரி,"
    " காற்றின் வேகம் மணிக்கு {c} கிலோமீட்டர். கடலோரப் பகுதி மேகமூட்டமாக இருக்கும், சிறிய படகுகள் மாலைக்கு முன் கடலுக்குச் செல்ல வேண்டாம்.",
    "ms-Arab": "رامالن چواچ {d} نوۏيمبر. ولايه اوتارا: هوجن دبيبراڤ تمڤت، سوهو ترنده {a} درجه، ترتيڠݢي {b} درجه،"
    " اڠين {c} كيلوميتر سجم. ڤسيسير تڠه براوان، بوت كچيل دنصيحتكن تيدق كلاوت سبلوم ڤتڠ.",
}
_RATES: Final = {
    "en": "Central bank reference rates on {d} November: one US dollar buys {a} and sells {b}, one euro {c}. The bank"
    " will publish the next rates on the following working day; commercial banks may differ by up to three per cent.",
    "vi": "Tỷ giá trung tâm ngày {d} tháng 11: một đô la Mỹ mua vào {a}, bán ra {b}, một euro {c}. Ngân hàng sẽ công bố"
    " tỷ giá kế tiếp vào ngày làm việc sau; các ngân hàng thương mại được phép chênh lệch không quá ba phần trăm.",
    "ms-Latn": "Kadar rujukan bank pusat pada {d} November: satu dolar Amerika dibeli {a} dan dijual {b}, satu euro {c}."
    " Bank akan mengumumkan kadar seterusnya pada hari bekerja berikutnya; bank perdagangan boleh berbeza sedikit.",
    "pt": "Taxas de referência do banco central em {d} de novembro: um dólar compra-se a {a} e vende-se a {b}, um euro"
    " a {c}. O banco publica as taxas seguintes no próximo dia útil; os bancos comerciais podem divergir ligeiramente.",
    "zh-Hans": "{d}日中央银行参考汇率：一美元买入价{a}，卖出价{b}，一欧元{c}。央行将于下一个工作日公布新的汇率，各商业银行的挂牌价可以略有不同，"
    "请以各银行网点当日公布的实际牌价为准。",
}
_CASUALTIES: Final = {
    "en": "The disaster agency said on {d} November that the flood had killed {a} people and injured {b}, and that {c}"
    " families were staying in schools and temples. Rescue teams were still looking for the missing along the river.",
    "fil": "Sinabi ng ahensiya noong ika-{d} ng Nobyembre na {a} katao ang namatay sa baha at {b} ang nasugatan,"
    " habang {c} pamilya ang nasa mga paaralan. Patuloy ang paghahanap ng mga tagapagligtas sa tabi ng ilog.",
    "tet": "Ajénsia hateten iha loron {d} Novembru katak inundasaun oho ema {a} no hakanek ema {b}, no família {c}"
    " hela iha eskola sira. Ekipa salvasaun sei buka hela ema ne'ebé lakon iha mota ninin.",
    "th": "หน่วยงานบรรเทาสาธารณภัยแถลงเมื่อวันที่ {d} พฤศจิกายน ว่าน้ำท่วมทำให้มีผู้เสียชีวิต {a} คน บาดเจ็บ {b} คน และ {c} ครอบครัว"
    "พักอยู่ในโรงเรียนและวัด ทีมกู้ภัยยังคงค้นหาผู้สูญหายตามริมแม่น้ำ",
    "my": "နိုဝင်ဘာလ {d} ရက်တွင် ရေကြီးမှုကြောင့် လူ {a} ဦး သေဆုံးပြီး {b} ဦး ဒဏ်ရာရကြောင်း၊ မိသားစု {c} စု ကျောင်းများတွင် ခိုလှုံနေကြောင်း"
    " သိရသည်။ ကယ်ဆယ်ရေးအဖွဲ့များသည် မြစ်ကမ်းတစ်လျှောက် ပျောက်ဆုံးသူများကို ဆက်လက် ရှာဖွေလျက်ရှိသည်။",
}
_COURT: Final = {
    "en": "Court list for {d} November. Room {a}: hearing of case {b}, before the presiding judge of the second chamber."
    " Room {c}: reading of the judgment. Parties are asked to arrive half an hour early and to bring their papers.",
    "id": "Jadwal sidang tanggal {d} November. Ruang {a}: pemeriksaan perkara nomor {b} oleh ketua majelis kedua. Ruang"
    " {c}: pembacaan putusan. Para pihak diminta hadir setengah jam lebih awal dan membawa berkas masing-masing.",
    "ta": "நவம்பர் {d} நீதிமன்றப் பட்டியல். அறை {a}: வழக்கு எண் {b} விசாரணை, இரண்டாம் அமர்வின் தலைமை நீதிபதி முன்னிலையில். அறை {c}:"
    " தீர்ப்பு வாசிப்பு. தரப்பினர் அரை மணி நேரம் முன்னதாக வந்து ஆவணங்களைக் கொண்டுவர வேண்டும்.",
}
BULLETINS: Final = {"weather": _WEATHER, "rates": _RATES, "casualties": _CASUALTIES, "court": _COURT}


def bulletins(lang: str, name: str) -> list[str]:
    """Issues of one bulletin in a language, no two with a figure in common; none if we wrote no such bulletin."""
    form = BULLETINS[name].get(lang)
    if form is None:
        return []
    chance = random.Random(f"{lang}{name}")
    figures = [
        chance.sample(range(2, 29), ISSUES),
        *(chance.sample(range(30, 99_999), ISSUES) for _ in range(3)),
    ]
    return [
        form.format(
            **{place: figure(lang, numbers[issue]) for place, numbers in zip("dabc", figures, strict=True)}
        )
        for issue in range(ISSUES)
    ]


def one_figure_later(lang: str, name: str) -> tuple[str, str]:
    """Two issues that differ in one figure alone."""
    form = BULLETINS[name][lang]
    figures = {"d": figure(lang, 12), "a": figure(lang, 21), "b": figure(lang, 34), "c": figure(lang, 15)}
    return form.format(**figures), form.format(**{**figures, "b": figure(lang, 35)})
