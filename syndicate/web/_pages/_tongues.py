"""Languages that the members publish in: how each runs, and what its speakers call it."""

from typing import Final

_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur", "arab", "hebr", "thaa", "dv"})
OWN_NAMES: Final = {
    "ar": "العربية",
    "en": "English",
    "es": "Español",
    "fil": "Filipino",
    "fr": "Français",
    "id": "Bahasa Indonesia",
    "km": "ភាសាខ្មែរ",
    "lo": "ພາສາລາວ",
    "ms": "Bahasa Melayu",
    "ms-Arab": "بهاس ملايو",
    "my": "မြန်မာဘာသာ",
    "pt": "Português",
    "ta": "தமிழ்",
    "tet": "Tetun",
    "th": "ภาษาไทย",
    "vi": "Tiếng Việt",
    "zh": "中文",
    "zh-Hans": "简体中文",
}


def direction(lang: str) -> str:
    """How text in ``lang`` (BCP 47) runs: "rtl" or "ltr"; a script named in the tag decides."""
    parts = lang.lower().split("-")
    script = next((part for part in parts[1:] if len(part) == 4 and part.isalpha()), None)
    return "rtl" if (script or parts[0]) in _RIGHT_TO_LEFT else "ltr"
