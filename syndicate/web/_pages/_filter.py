"""The filter: one plain form, whose answer is the address of the slice that it names."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from syndicate.news import CORRECTIONS, SLICED_BY, Kind, Registry, Slice
from syndicate.web._pages._tongues import OWN_NAMES
from syndicate.web._pages._ways import topic
from syndicate.web._pages._words import Words

TOPICS: Final = tuple(f"{number:02}000000" for number in range(1, 18))  # the top of IPTC's Media Topics
_URGENCIES: Final = range(1, 9)  # 9 is everything that has one


def fields_of(slice_: Slice, registry: Registry, words: Words) -> Sequence[Mapping[str, object]]:
    """The form's fields, each with its options; what the slice asks for is chosen."""
    offered = {
        "member": _members(registry),
        "agency": _agencies(registry),
        "lang": _languages(registry),
        "topic": ((code, None, topic(code, words)) for code in TOPICS),
        "urgency": ((str(one), None, words("wire.urgency_at_most", urgency=one)) for one in _URGENCIES),
        "kind": ((kind, None, words(f"kind.{kind}")) for kind in (*Kind, CORRECTIONS)),
    }
    return [
        _field(name, getattr(slice_, name), offered[name], _text(name, getattr(slice_, name), words))
        for name in SLICED_BY
    ]


def _text(name: str, value: object, words: Words) -> object:
    """What is asked for and not offered, in words: a language that no agency names, a lesser topic."""
    if value is None:
        return None
    if name == "topic":
        return topic(str(value), words)
    return OWN_NAMES.get(str(value), value) if name == "lang" else value


def _field(
    name: str, chosen: object, offered: Iterator[tuple[str, str | None, object]], otherwise: object
) -> Mapping[str, object]:
    options = [{"value": value, "lang": lang, "text": text} for value, lang, text in offered]
    value = None if chosen is None else str(chosen)
    if value is not None and all(option["value"] != value for option in options):
        options.append({"value": value, "lang": value if name == "lang" else None, "text": otherwise})
    return {"name": name, "chosen": value, "options": options}


def _members(registry: Registry) -> Iterator[tuple[str, str | None, object]]:
    for code, member in sorted(registry.members.items()):
        lang, name = next(iter(member.names.items()))
        yield code, lang, name


def _agencies(registry: Registry) -> Iterator[tuple[str, str | None, object]]:
    for id_, agency in sorted(registry.agencies.items()):
        yield id_, next(iter(agency.names)), agency.name()


def _languages(registry: Registry) -> Iterator[tuple[str, str | None, object]]:
    for lang in registry.languages:
        yield lang, lang, OWN_NAMES.get(lang, lang)
