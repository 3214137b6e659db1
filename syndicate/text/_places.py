"""Place names that texts of the region use for the same waters, shores and cities, or for parts of them.

A search for one of them finds the others. That they stand together says nothing of whose a place is, or what it
should be called; nothing that an agency wrote is ever changed (safeguard S12). A name with accents is looked
for with them. A line is a place; the order of its names means nothing.
"""

from typing import Final

PLACES: Final[tuple[tuple[str, ...], ...]] = (
    (
        "South China Sea", "West Philippine Sea", "North Natuna Sea", "East Sea", "Biển Đông",
        "Laut Natuna Utara", "Laut China Selatan", "Laut Cina Selatan", "Laut Tiongkok Selatan",
        "Dagat Kanlurang Pilipinas", "Kanlurang Dagat ng Pilipinas", "Dagat Timog Tsina",
        "Dagat Timog China", "Mar da China Meridional", "Mar do Sul da China", "南海", "南中国海",
        "南中國海", "ทะเลจีนใต้", "ທະເລຈີນໃຕ້", "សមុទ្រចិនខាងត្បូង", "တောင်တရုတ်ပင်လယ်",
        "தென் சீனக் கடல்", "தென்சீனக் கடல்", "لاوت چينا سلاتن", "لاوت چين سلاتن",
    ),
    (
        "Paracel Islands", "Paracels", "Hoàng Sa", "Kepulauan Paracel", "Xisha", "西沙群岛", "西沙群島",
        "西沙", "หมู่เกาะพาราเซล",
    ),
    (
        "Spratly Islands", "Spratlys", "Trường Sa", "Kalayaan Island Group", "Kalayaan Islands",
        "Kepulauan Spratly", "Nansha", "南沙群岛", "南沙群島", "南沙", "หมู่เกาะสแปรตลี",
    ),
    (
        "Scarborough Shoal", "Bajo de Masinloc", "Panatag Shoal", "Kulumpol ng Panatag",
        "Huangyan Dao", "黄岩岛", "黃岩島", "Bãi cạn Scarborough",
    ),
    (
        "Gulf of Thailand", "Gulf of Siam", "Vịnh Thái Lan", "Teluk Thailand", "อ่าวไทย",
        "ឈូងសមុទ្រថៃ", "泰国湾", "泰國灣",
    ),
    (
        "Strait of Malacca", "Straits of Malacca", "Malacca Strait", "Selat Melaka",
        "Selat Malaka", "سلت ملاك", "Eo biển Malacca", "ช่องแคบมะละกา", "马六甲海峡", "馬六甲海峽",
        "மலாக்கா நீரிணை",
    ),
    (
        "Mekong", "Mê Kông", "Mê Công", "Sungai Mekong", "แม่น้ำโขง", "ແມ່ນ້ຳຂອງ", "ទន្លេមេគង្គ",
        "မဲခေါင်မြစ်", "湄公河",
    ),
    (
        "Preah Vihear", "Phra Wihan", "Phra Viharn", "ព្រះវិហារ", "เขาพระวิหาร", "พระวิหาร", "柏威夏",
    ),
    (
        "Timor-Leste", "East Timor", "Timor Leste", "Timor Lorosa'e", "Timor Timur", "Đông Timor",
        "ติมอร์-เลสเต", "东帝汶", "東帝汶",
    ),
    (
        "Myanmar", "Burma", "Miến Điện", "မြန်မာ", "พม่า", "เมียนมา", "ພະມ້າ", "មីយ៉ាន់ម៉ា", "缅甸",
        "緬甸", "மியன்மார்",
    ),
    (
        "Yangon", "Rangoon", "ရန်ကုန်", "ย่างกุ้ง", "仰光",
    ),
    (
        "Ho Chi Minh City", "Thành phố Hồ Chí Minh", "Saigon", "Sài Gòn", "โฮจิมินห์", "胡志明市",
    ),
    (
        "Phnom Penh", "ភ្នំពេញ", "พนมเปญ", "金边", "金邊",
    ),
    (
        "Vientiane", "ວຽງຈັນ", "เวียงจันทน์", "万象", "萬象",
    ),
    (
        "Batu Puteh", "Pulau Batu Puteh", "Pedra Branca", "Batu Putih", "白礁",
    ),
)
