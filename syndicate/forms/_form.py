"""A form that came back, as a manuscript; and a manuscript as the fields of a form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from syndicate.errors import AgencyError
from syndicate.news import Item
from syndicate.newsdesk import FIELDS, Deed, Manuscript, as_html, manuscript_of

FORM_BYTES: Final = 1_000_000
_MOST_FIELDS: Final = 100
_LONG: Final = frozenset({"summary", "note", "instruction", "claim", "competence", "text"})
_TEXT: Final = "text"
_WITH_TEXT: Final = (Deed.PUBLISH, Deed.CORRECT, Deed.REBUT, Deed.ALERT, Deed.TRANSLATE)
_TEXT_HINT: Final = "the text: ## for a heading, - for a list, **strong**, [link](https://…)"
_TEXT_STAYS: Final = "leave it empty and the text stays as it is; otherwise the whole new text: " + _TEXT_HINT


_NEW: Final = frozenset({"title", "url"})
_NEEDED: Final[Mapping[Deed, frozenset[str]]] = {
    Deed.PUBLISH: _NEW,
    Deed.TRANSLATE: _NEW | {"lang"},
    Deed.ALERT: _NEW
    | {"event", "alert-category", "alert-urgency", "severity", "certainty", "area", "expires"},
    Deed.REBUT: _NEW | {"claim", "claim-lang", "label", "label-lang", "competence", "first-seen"},
}
_NOTE: Final = frozenset({"note"})  # of all others
_LABELS: Final = {"url": "Address", "lang": "Language", "id": "Name of your own"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field as the page shows it."""

    name: str
    label: str
    needed: bool
    hint: str
    value: str
    long: bool
    fault: str = ""


def read_form(body: bytes) -> Mapping[str, str]:
    """What a form says, by field; of a field that stands twice, the first.

    Raises:
        AgencyError: it is no form of ours.
    """
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), errors="strict",
            max_num_fields=_MOST_FIELDS,
        )  # fmt: skip
    except ValueError as exc:  # of which a UnicodeDecodeError is one
        raise AgencyError(f"the form cannot be read: {exc}") from exc
    return {name: value.replace("\r\n", "\n").strip() for name, value in reversed(pairs)}


def manuscript_from(deed: Deed, said: Mapping[str, str]) -> Manuscript:
    """The manuscript that a form for ``deed`` holds; fields left empty are left out."""
    fields: dict[str, tuple[str, ...]] = {}
    for name in deed.fields:
        value = said.get(name, "")
        values = value.splitlines() if f"{name}*" in FIELDS else [value]
        if kept := tuple(each.strip() for each in values if each.strip()):
            fields[name] = kept
    text = said.get(_TEXT, "")
    return Manuscript(fields=fields, html=as_html(text) if text and deed in _WITH_TEXT else None)


def fields_of(deed: Deed, said: Mapping[str, str], fault: str) -> list[Field]:
    """The fields of the form for ``deed``, with what was said; the one that ``fault`` names has it."""
    return list(_fields(deed, said, fault))


def _fields(deed: Deed, said: Mapping[str, str], fault: str) -> Iterator[Field]:
    needed = _NEEDED.get(deed, _NOTE)
    asked = [*deed.fields, *([_TEXT] if deed in _WITH_TEXT else [])]
    for name in sorted(asked, key=lambda each: (each not in needed, each == "id")):
        several = f"{name}*" in FIELDS
        hint = FIELDS[f"{name}*"] + "; one to a line" if several else FIELDS.get(name, "")
        if name == _TEXT:
            hint = _TEXT_STAYS if deed is Deed.CORRECT else _TEXT_HINT
        yield Field(
            name=name,
            label=_LABELS.get(name, name.replace("-", " ").capitalize()),
            needed=name in needed,
            hint=hint,
            value=said.get(name, ""),
            long=several or name in _LONG,
            fault=fault if fault.startswith(f"{name!r} ") else "",
        )


def standing(item: Item) -> dict[str, str]:
    """What a correction begins with: the fields as they stand. The text is not among them: it stays."""
    return {name: "\n".join(values) for name, values in manuscript_of(item).fields.items()}
