"""Our few words in the plain-text rendering, in the languages of the members (decision 0052).

Labels for what an agency did, in the order: withdrawn, withheld, correction, alert, key revoked.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from syndicate.news import Act, Item, Kind

_LABELS: Final[Mapping[str, tuple[str, str, str, str, str]]] = MappingProxyType(
    {
        "en": ("WITHDRAWN", "WITHHELD", "CORRECTION", "ALERT", "KEY REVOKED"),
        "fil": ("BINAWI", "IPINAGPALIBAN", "PAGWAWASTO", "BABALA", "BINAWI ANG SUSI"),
        "id": ("DITARIK", "DITAHAN", "KOREKSI", "PERINGATAN", "KUNCI DICABUT"),
        "km": ("ដកវិញ", "ផ្អាកប្រើ", "កែតម្រូវ", "ប្រកាសអាសន្ន", "សោត្រូវបានដក"),
        "lo": ("ຖອນຄືນ", "ລະງັບໄວ້", "ແກ້ໄຂ", "ແຈ້ງເຕືອນ", "ກະແຈຖືກຖອນ"),
        "ms": ("DITARIK BALIK", "DITAHAN", "PEMBETULAN", "AMARAN", "KUNCI DIBATALKAN"),
        "my": ("ပြန်လည်ရုပ်သိမ်း", "ဆိုင်းငံ့ထား", "ပြင်ဆင်ချက်", "သတိပေးချက်", "သော့ပယ်ဖျက်ပြီး"),
        "pt": ("RETIRADO", "SUSPENSO", "CORREÇÃO", "ALERTA", "CHAVE REVOGADA"),
        "ta": ("திரும்பப் பெறப்பட்டது", "நிறுத்திவைக்கப்பட்டது", "திருத்தம்", "எச்சரிக்கை", "சாவி ரத்து"),
        "tet": ("DADA FALI", "HAPARA", "KORREKSAUN", "ALERTA", "XAVE KANSELA"),
        "th": ("เพิกถอน", "ระงับใช้", "แก้ไขข่าว", "เตือนภัย", "กุญแจถูกเพิกถอน"),
        "vi": ("ĐÃ RÚT", "TẠM GIỮ", "ĐÍNH CHÍNH", "CẢNH BÁO", "KHÓA ĐÃ BỊ THU HỒI"),
        "zh": ("已撤回", "暂停使用", "更正", "警报", "密钥已撤销"),
    }
)
LANGUAGES: Final = tuple(_LABELS)


def labels_of(item: Item, lang: str, *, revoked: bool) -> tuple[str, ...]:
    """The labels of this version in one of ``LANGUAGES``; none for most. ``revoked``: its key was."""
    withdrawn, withheld, correction, alert, key = _LABELS[lang]
    told = {Act.RETRACT: withdrawn, Act.WITHHOLD: withheld, Act.CORRECT: correction}.get(item.act)
    if told is None and item.kind is Kind.ALERT:
        told = alert
    return (*([key] if revoked else []), *([told] if told else []))
