"""The words that stand in dates of the region: months, zones, halves of the day, in the members' languages.

All are in lower case and composed (NFC), as ``_dates`` brings every text before it looks them up.
"""

from typing import Final

# One line a language: twelve months, full, then the short forms that stand in feeds.
_MONTHS: Final = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "january february march april may june july august sept october november december",
    # Indonesian, Malay
    "januari februari maret april mei juni juli agustus september oktober november desember",
    "januari pebruari maret april mei juni juli agustus september oktober nopember desember",
    "jan peb mar apr mei jun jul agu sep okt nop des",
    "jan feb mar apr mei jun jul agt sep okt nov des",
    "jan feb mar apr mei jun jul ags sept okt nov des",
    "januari februari mac april mei jun julai ogos september oktober november disember",
    "jan feb mac apr mei jun jul ogo sep okt nov dis",
    "jan feb mac apr mei jun jul ogs sep okt nov dis",
    "جنواري فيبرواري مچ اڤريل مي جون جولاي اوڬوس سيڤتيمبر اوكتوبر نوۏيمبر ديسيمبر",
    "جانواري فيبواري ماچ اڤريل ميي جون جولاي ݢوس سيڤتمبر اوکتوبر نوۏيمبر ديسيمبر",
    # Filipino
    "enero pebrero marso abril mayo hunyo hulyo agosto setyembre oktubre nobyembre disyembre",
    "ene peb mar abr may hun hul ago set okt nob dis",
    # Portuguese, Tetum
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "jan fev mar abr mai jun jul ago set out nov dez",
    "janeiru fevereiru marsu abril maiu juñu jullu agostu setembru outubru novembru dezembru",
    "janeiru fevreiru marsu abril maiu junu julu agostu setembru outubru novembru dezembru",
    # Thai
    "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม",
    "ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.",
    "ม.ค ก.พ มี.ค เม.ย พ.ค มิ.ย ก.ค ส.ค ก.ย ต.ค พ.ย ธ.ค",
    "มกรา กุมภา มีนา เมษา พฤษภา มิถุนา กรกฎา สิงหา กันยา ตุลา พฤศจิกา ธันวา",
    # Lao
    "ມັງກອນ ກຸມພາ ມີນາ ເມສາ ພຶດສະພາ ມິຖຸນາ ກໍລະກົດ ສິງຫາ ກັນຍາ ຕຸລາ ພະຈິກ ທັນວາ",
    "ມ.ກ. ກ.ພ. ມ.ນ. ມ.ສ. ພ.ພ. ມິ.ຖ. ກ.ລ. ສ.ຫ. ກ.ຍ. ຕ.ລ. ພ.ຈ. ທ.ວ.",
    "ມງກ ກມພ ມນ ມສ ພພ ມຖ ກລ ສຫ ກຍ ຕລ ພຈ ທວ",
    # Khmer
    "មករា កុម្ភៈ មីនា មេសា ឧសភា មិថុនា កក្កដា សីហា កញ្ញា តុលា វិច្ឆិកា ធ្នូ",
    "មករា កុម្ភះ មិនា មេសា ឧសភា មិថុនា កក្តដា សីហា កញ្ញា តុលា វិច្ឆិការ ធ្នូ",
    # Burmese
    "ဇန်နဝါရီ ဖေဖော်ဝါရီ မတ် ဧပြီ မေ ဇွန် ဇူလိုင် ဩဂုတ် စက်တင်ဘာ အောက်တိုဘာ နိုဝင်ဘာ ဒီဇင်ဘာ",
    "ဇန်နဝါရီ ဖေဖေါ်ဝါရီ မတ် ဧပြီ မေ ဇွန် ဇူလိုင် သြဂုတ် စက်တင်ဘာ အောက်တိုဘာ နိုဝင်ဘာ ဒီဇင်ဘာ",
    # Tamil
    "ஜனவரி பிப்ரவரி மார்ச் ஏப்ரல் மே ஜூன் ஜூலை ஆகஸ்ட் செப்டம்பர் அக்டோபர் நவம்பர் டிசம்பர்",
)
MONTHS: Final = {word: number for line in _MONTHS for number, word in enumerate(line.split(), 1)}
# Vietnamese counts its months; longer words first, or "mười một" would be read as "mười".
VIETNAMESE: Final = {
    "mười hai": 12, "mười một": 11, "mười": 10, "chín": 9, "tám": 8, "bảy": 7, "sáu": 6, "năm": 5,
    "tư": 4, "bốn": 4, "ba": 3, "hai": 2, "một": 1, "giêng": 1, "chạp": 12,
}  # fmt: skip

# Minutes east of Greenwich. A name that is not here makes a date unreadable: a guess would be a wrong time.
ZONES: Final = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0,
    "mmt": 390,
    "wib": 420, "ict": 420,
    "wita": 480, "pht": 480, "phst": 480, "sgt": 480, "myt": 480, "bnt": 480, "bdt": 480, "hkt": 480,
    "wit": 540, "tlt": 540, "jst": 540, "kst": 540,
    "awst": 480, "acst": 570, "aest": 600, "aedt": 660,
    "cet": 60, "cest": 120, "bst": 60,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
}  # fmt: skip
# Names that mean another zone in a newsroom of the region than in RFC 822.
ZONES_AT_HOME: Final = {
    ("pst", "Asia/Manila"): 480,
    ("cst", "Asia/Singapore"): 480,
    ("mst", "Asia/Kuala_Lumpur"): 480,
    ("mst", "Asia/Yangon"): 390,
}

FORENOON: Final = ("am", "a.m.", "a.m", "sáng", "sa", "pagi", "pg", "上午", "ព្រឹក", "ເຊົ້າ", "နံနက်")
AFTERNOON: Final = (
    "pm", "p.m.", "p.m", "chiều", "tối", "ch", "petang", "ptg", "sore", "malam", "下午", "晚上", "ល្ងាច", "យប់",
    "ແລງ", "ညနေ", "ည", "hapon", "gabi",
)  # fmt: skip
