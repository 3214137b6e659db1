"""Where a document differs from its recomposition, field by field.

Compared is what a reader's parser sees: names with their namespaces, attributes, texts, in every
element of the head and of each entry. Two documents that differ only in spelling (prefixes, quotes,
white space between elements, CDATA) say the same.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, TypeVar

from lxml import etree

from syndicate.errors import WireError
from syndicate.news import Reason
from syndicate.wire._names import ATOM, CONTENT, DC, DCTERMS, HISTORY, MEDIA, SYN, THR, XML
from syndicate.wire._read_atom import ENTRY, parse_xml
from syndicate.wire._read_json import items_of, parse_json
from syndicate.wire._sheet import MOST, channel_of

T = TypeVar("T")
DIFFERS: Final = "differs"  # it stands there, but says something else
MISSING: Final = "missing"  # it was signed, and does not stand there
UNSIGNED: Final = "unsigned"  # it stands there, and nobody signed it
_BESIDE: Final = frozenset({"#comment", "#instruction"})
_PREFIXES: Final = {
    f"{{{uri}}}": f"{prefix}:" if prefix else ""
    for prefix, uri in (
        ("", ATOM),
        ("syn", SYN),
        ("thr", THR),
        ("fh", HISTORY),
        ("content", CONTENT),
        ("dc", DC),
        ("dcterms", DCTERMS),
        ("media", MEDIA),
        ("xml", XML),
    )
}
Shape = tuple[object, ...]
Found = tuple[str, str]  # field, what


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that does not say what it should: ``what`` is one of the three words above.

    Whoever knows more than two documents can tell may add words of their own (``client`` does).
    """

    place: int | None  # of the entry, from 0; None for the document's head
    field: str  # such as "title", "link[rel=alternate]", "@xml:lang", "_syndicate.note"
    what: str


def proofread(
    seen: bytes,
    anew: bytes,
    format: str,  # noqa: A002 - the word of the vocabulary
    places: Sequence[int],
) -> tuple[Difference, ...]:
    """Where ``seen`` does not say what ``anew`` says, both feeds in ``format`` ("atom", "json", "rss").

    ``places[n]`` is the place in ``seen``, from 0, of the entry that is the n-th of ``anew``. Entries of
    ``seen`` at no place are passed over: that nobody signed them is for the caller to say.

    Raises:
        WireError: ``seen`` is not such a feed.
    """
    read = {"atom": _read_atom, "json": _read_json, "rss": _read_rss}.get(format)
    if read is None:
        raise WireError(f"there are no feeds in {format!r}", code=Reason.WIRE_UNSUPPORTED)
    seen_head, seen_entries = read(seen)
    anew_head, anew_entries = read(anew)
    found = [Difference(place=None, field=field, what=what) for field, what in _compare(seen_head, anew_head)]
    for place, entry in zip(places, anew_entries, strict=True):
        told = _compare(seen_entries[place], entry)
        found += [Difference(place=place, field=field, what=what) for field, what in told]
    return tuple(found)


# One part of a document, the head or an entry: (name of a field, what stands there), in order.
Part = list[tuple[str, object]]


def _compare(seen: Part, anew: Part) -> Iterator[Found]:
    for field in dict.fromkeys(name for name, _ in (*anew, *seen)):
        there, signed = _named(seen, field), _named(anew, field)
        for one, other in zip_longest(there, signed):
            if one is None:
                yield field, MISSING
            elif other is None:
                yield field, UNSIGNED
            elif one != other:
                yield field, DIFFERS


def _named(part: Part, field: str) -> list[object]:
    return [value for name, value in part if name == field]


# --- XML --------------------------------------------------------------------------------------------


def _read_atom(body: bytes) -> tuple[Part, list[Part]]:
    root = parse_xml(body, MOST)
    head = [*_around(root), *_part(root, ENTRY)]
    return head, [_part(entry, None) for entry in root.iterchildren(ENTRY)]


def _read_rss(body: bytes) -> tuple[Part, list[Part]]:
    root = parse_xml(body, MOST)
    channel = channel_of(root)
    head = _around(root) + _part(root, "channel") + _part(channel, "item")
    return head, [_part(item, None) for item in channel.iterchildren("item")]


def _around(root: etree._Element) -> Part:
    """Comments and instructions beside the root: a style sheet can show another text altogether."""
    beside = (*root.itersiblings(preceding=True), *root.itersiblings())
    return [(_field(node), _shape(node)) for node in beside]


def _part(element: etree._Element, entry: str | None) -> Part:
    """The attributes, own text and children of ``element``, without the children named ``entry``."""
    part: Part = [(f"@{_short(name)}", value) for name, value in sorted(_attributes(element))]
    if element.text and element.text.strip():
        part.append(("text", element.text))
    for child in element:
        if entry is None or child.tag != entry:
            part.append((_field(child), _shape(child)))
        if child.tail and child.tail.strip():
            part.append(("text", child.tail))
    return part


def _shape(node: etree._Element) -> Shape:
    """Everything a parser sees of ``node``. The parser's own limit, 256 levels, bounds the recursion."""
    children = tuple(_shape(child) for child in node)
    # White space around children shows nowhere; beside no child it is the element's text.
    text = (node.text or "") if not children else (node.text or "").strip()
    tails = tuple((child.tail or "").strip() for child in node)
    return (_tag(node), tuple(sorted(_attributes(node))), text, children, tails)


def _tag(node: etree._Element) -> str:
    # lxml's comments and instructions have a function for a tag.
    tag: object = node.tag
    if isinstance(tag, str):
        return tag
    return "#comment" if tag is etree.Comment else "#instruction"


def _attributes(node: etree._Element) -> list[tuple[str, str]]:
    if _tag(node) in _BESIDE:
        return []  # what looks like an attribute of an instruction is its text
    return [(str(name), str(value)) for name, value in node.attrib.items()]


def _field(node: etree._Element) -> str:
    rel = node.get("rel") if _tag(node) == f"{{{ATOM}}}link" else None
    return _short(_tag(node)) + (f"[rel={rel}]" if rel is not None else "")


def _short(name: str) -> str:
    for namespace, prefix in _PREFIXES.items():
        if name.startswith(namespace):
            return prefix + name.removeprefix(namespace)
    return name


# --- JSON -------------------------------------------------------------------------------------------


def _read_json(body: bytes) -> tuple[Part, list[Part]]:
    read = parse_json(body, MOST)
    items = items_of(read, MOST)
    head = {name: value for name, value in read.items() if name != "items"}
    return list(_fields(head)), [list(_fields(item)) for item in items]


def _fields(told: dict[str, Any], before: str = "") -> Iterator[tuple[str, object]]:
    for name, value in told.items():
        # A dot within a name must not look like a step down.
        field = before + (name if name.isidentifier() else repr(name))
        if isinstance(value, dict) and value:
            yield from _fields(value, f"{field}.")
        else:
            # As text: 1, 1.0 and true are equal in Python, and not the same here.
            yield field, json.dumps(value, sort_keys=True)
