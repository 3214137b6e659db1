"""From a CMS's HTML to the content profile: conversion, so that nobody downstream needs to sanitise.

Whatever comes in, what goes out follows the grammar of docs/protocol.md and converting it again changes
nothing. Words are never dropped for being badly wrapped; what is dropped on purpose is told in a note.
"""

import html
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from syndicate.agency._addresses import plain_address
from syndicate.agency._lines import BREAK, Formats, Leaf, one_text, paragraphs
from syndicate.agency._text import one_line
from syndicate.agency._tree import Node, read_tree
from syndicate.news import host_of, is_listed, limits

_HEADINGS: Final = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}
_EMPHASIS: Final = {"b": "<strong>", "strong": "<strong>", "i": "<em>", "em": "<em>"}
_STRUCK: Final = frozenset({"del", "s", "strike"})
_LISTS: Final = frozenset({"ul", "ol"})
_DEEPEST_LIST: Final = 5  # blockquote, five lists with their items and three formats stay within the limit
_RAISED: Final = str.maketrans("0123456789+-\u2212()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾")
_LOWERED: Final = str.maketrans("0123456789+-\u2212()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎")
_FIGURE_PARTS: Final = frozenset({"img", "figcaption", "a", "br"})
_EMBEDDED = re.compile(r"<(iframe|video|audio|object|embed)\b", re.IGNORECASE)
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Class names and ids that stand for adverts, counters and buttons in the CMSs of agencies; an agency adds
# its own in its configuration. Exact words only: "views" may be an opinion page.
_FURNITURE: Final = frozenset(
    {
        "ad", "ad-banner", "ad-container", "ad-slot", "ads", "adsbygoogle", "advert", "advertisement",
        "banner-ad", "banner-ads", "feedflare", "hit-counter", "jp-relatedposts", "post-views",
        "share-buttons", "share-count", "sharedaddy", "view-count", "view-counter", "viewcount",
        "views-count",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that stands in a converted body."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A body in the content profile ("" if nothing is left), its pictures, and what was left out."""

    body: str
    pictures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = ()


def convert(
    text: str, *, base: str = "", media_hosts: Collection[str] = (), furniture: Collection[str] = ()
) -> Converted:
    """Convert HTML into the content profile (``news.check_content`` accepts every result).

    Addresses are taken relative to ``base``; pictures stay if their host is one of ``media_hosts``;
    elements whose class or id is in ``furniture`` go, besides the ones every CMS has.

    Raises:
        TooMuchMarkup: ``text`` is larger than any article.
    """
    desk = _Desk(base=base, media_hosts=media_hosts, furniture=_FURNITURE | frozenset(furniture))
    if _EMBEDDED.search(text):
        desk.note("an embedded frame, film or sound was left out")
    body = desk.blocks(read_tree(text), (), quoted=False)
    return Converted(body="".join(body), pictures=tuple(desk.pictures), notes=tuple(desk.notes))


@dataclass(slots=True)
class _Desk:
    """One conversion under way: what is allowed, and what was met."""

    base: str
    media_hosts: Collection[str]
    furniture: Collection[str]
    pictures: list[Picture] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)  # each once, in order

    def note(self, what: str) -> None:
        self.notes.setdefault(what)

    # Where blocks may stand: the body, and quotations.

    def blocks(self, node: Node, formats: Formats, *, quoted: bool) -> list[str]:
        written: list[str] = []
        run: list[Leaf] = []
        self._fill(node, formats, written, run, quoted=quoted)
        _flush(run, written)
        return written

    def _fill(
        self, node: Node, formats: Formats, written: list[str], run: list[Leaf], *, quoted: bool
    ) -> None:
        for child in node.children:
            if isinstance(child, str) or not (child.is_block or _holds_block(child)):
                run += self.leaves(child, formats)
            elif self._is_dropped(child):
                continue
            elif child.is_block:
                _flush(run, written)
                block = self._block(child, formats, quoted=quoted)
                if block is None:  # a mere container: its blocks stand here
                    self._fill(child, formats, written, run, quoted=quoted)
                    _flush(run, written)
                else:
                    written += block
            else:
                self._fill(child, self._within(child, formats), written, run, quoted=quoted)

    def _block(self, node: Node, formats: Formats, *, quoted: bool) -> list[str] | None:
        """The blocks that ``node`` becomes; None if it only holds others."""
        name = node.name
        if name in _HEADINGS:
            return _wrapped(_HEADINGS[name], self._text(node, formats))
        if name in _LISTS:
            return _wrapped(name, self._items(node, formats, depth=1))
        if name == "pre":
            return _each_wrapped("p", paragraphs(_lines_kept(self.inner(node, formats))))
        if quoted:
            return None
        if name == "blockquote":
            return _wrapped(name, "".join(self.blocks(node, formats, quoted=True)))
        if name == "figure" and _is_picture_frame(node):
            return self._figure(node)
        if name == "table" and _is_data(node):
            return self._table(node, formats)
        return None

    # Where only running text may stand.

    def leaves(self, child: Node | str, formats: Formats) -> list[Leaf]:
        """What ``child`` says as running text; blocks in it begin on a new line."""
        if isinstance(child, str):
            return [Leaf(text=child, formats=formats)]
        if self._is_dropped(child):
            return []
        if child.name == "br":
            return [BREAK]
        if child.name == "img":
            return self._picture(child, formats)
        inner = _respelled(child.name, self.inner(child, self._within(child, formats)))
        if child.name in ("td", "th"):
            return [*inner, Leaf(text=" ", formats=formats)]
        return [BREAK, *inner, BREAK] if child.is_block else inner

    def inner(self, node: Node, formats: Formats) -> list[Leaf]:
        return [leaf for child in node.children for leaf in self.leaves(child, formats)]

    def _text(self, node: Node, formats: Formats) -> str:
        return one_text(self.inner(node, formats))

    def _within(self, node: Node, formats: Formats) -> Formats:
        tag = _EMPHASIS.get(node.name, "")
        if node.name == "a" and not any(each.startswith("<a ") for each in formats):
            address = (
                plain_address(node.attributes.get("href", ""), self.base)
                if "href" in node.attributes
                else None
            )
            tag = f'<a href="{html.escape(address, quote=False)}">' if address else ""
        return (*formats, tag) if tag and tag not in formats else formats

    # Lists, tables, figures, pictures.

    def _items(self, node: Node, formats: Formats, *, depth: int) -> str:
        items: list[str] = []
        stray: list[Leaf] = []  # text beside the items becomes an item of its own
        for child in node.children:
            is_item = isinstance(child, Node) and child.name == "li"
            nested = None if is_item or depth == _DEEPEST_LIST else _list_in(child)
            if isinstance(child, str) or not (is_item or nested) or self._is_dropped(child):
                stray += self.leaves(child, formats)
                continue
            items += filter(None, [one_text(stray)])
            stray.clear()
            if nested is None:
                items += filter(None, [self._item(child, formats, depth=depth)])
            else:  # a list beside the items belongs to the one before it
                inner = "".join(_wrapped(nested.name, self._items(nested, formats, depth=depth + 1)))
                items[-1:] = filter(None, ["".join([*items[-1:], inner])])
        items += filter(None, [one_text(stray)])
        return "".join(f"<li>{item}</li>" for item in items)

    def _item(self, node: Node, formats: Formats, *, depth: int) -> str:
        parts: list[str] = []
        run: list[Leaf] = []
        for child in node.children:
            nested = _list_in(child) if depth < _DEEPEST_LIST else None
            if nested is None or self._is_dropped(nested):
                run += self.leaves(child, formats)
            else:
                parts += [
                    one_text(run),
                    *_wrapped(nested.name, self._items(nested, formats, depth=depth + 1)),
                ]
                run = []
        return "".join([*parts, one_text(run)])

    def _table(self, node: Node, formats: Formats) -> list[str]:
        captions: list[str] = []
        head: list[str] = []
        body: list[str] = []
        for part, row in _rows(node):
            if row.name == "caption":
                captions += _wrapped("p", self._text(row, formats))
                continue
            cells = [f"<{cell.name}>{self._text(cell, formats)}</{cell.name}>" for cell in _cells(row)]
            (head if part == "thead" else body).append(f"<tr>{''.join(cells)}</tr>")
        parts = [*_wrapped("thead", "".join(head)), *_wrapped("tbody", "".join(body))]
        return [*captions, *_wrapped("table", "".join(parts))]

    def _figure(self, node: Node) -> list[str]:
        pictures = [leaf.mark for leaf in self._pictures_in(node)]
        if not pictures:  # a caption without its picture would be read as part of the story
            return []
        captions = [_wrapped("figcaption", self._text(each, ())) for each in _all(node, "figcaption")]
        return _wrapped("figure", "".join([*pictures, *(part for caption in captions for part in caption)]))

    def _pictures_in(self, node: Node) -> Iterable[Leaf]:
        for child in node.children:
            if isinstance(child, Node) and child.name != "figcaption" and not self._is_dropped(child):
                yield from self._picture(child, ()) if child.name == "img" else self._pictures_in(child)

    def _picture(self, node: Node, formats: Formats) -> list[Leaf]:
        if _is_pixel(node):
            return []
        sources = (
            node.attributes.get(name, "") for name in ("src", "data-src", "data-lazy-src", "data-original")
        )
        address = next(
            (found for each in sources if each and (found := plain_address(each, self.base))), None
        )
        if address is None:
            self.note("a picture without an http(s) address was left out")
            return []
        if not is_listed(host_of(address), self.media_hosts):
            self.note(f"a picture on {host_of(address)} was left out: that host is not in media_hosts")
            return []
        if len(self.pictures) >= limits.MEDIA:
            self.note(f"only the first {limits.MEDIA} pictures were kept")
            return []
        picture = Picture(url=address, alt=one_line(node.attributes.get("alt", ""))[: limits.ALT])
        self.pictures.append(picture)
        mark = f'<img src="{html.escape(address, quote=False)}" alt="{html.escape(picture.alt)}">'
        return [Leaf(mark=mark.replace("&#x27;", "&#39;"), formats=formats)]

    def _is_dropped(self, node: Node) -> bool:
        if node.name in _STRUCK:
            self.note("struck-out words were left out")
            return True
        words = f"{node.attributes.get('class', '')} {node.attributes.get('id', '')}".split()
        found = next((word for word in words if word in self.furniture), None)
        if found is not None:
            self.note(f"page furniture was left out (class {found!r})")
            return True
        return "hidden" in node.attributes or _INVISIBLE.search(node.attributes.get("style", "")) is not None


def _flush(run: list[Leaf], written: list[str]) -> None:
    written += _each_wrapped("p", paragraphs(run))
    run.clear()


def _wrapped(name: str, inner: str) -> list[str]:
    return [f"<{name}>{inner}</{name}>"] if inner else []


def _each_wrapped(name: str, texts: Iterable[str]) -> list[str]:
    return [f"<{name}>{text}</{name}>" for text in texts]


def _lines_kept(leaves: Iterable[Leaf]) -> Iterable[Leaf]:
    for leaf in leaves:
        for number, text in enumerate(leaf.text.split("\n")):
            if number:
                yield BREAK
            yield replace(leaf, text=text)


def _respelled(name: str, leaves: list[Leaf]) -> list[Leaf]:
    """What a browser shows by position or by marks of its own, in characters: 10⁶ is not 106."""
    if name == "q":
        return [Leaf(text="“"), *leaves, Leaf(text="”")]
    table = {"sup": _RAISED, "sub": _LOWERED}.get(name)
    text = "".join(leaf.text for leaf in leaves).strip()
    if table is None or not text or any(ord(character) not in table for character in text):
        return leaves
    return [replace(leaf, text=leaf.text.translate(table)) for leaf in leaves]


def _holds_block(node: Node) -> bool:
    return any(isinstance(child, Node) and (child.is_block or _holds_block(child)) for child in node.children)


def _is_picture_frame(node: Node) -> bool:
    """Whether a figure holds pictures and their captions only; else it is just a container."""
    if not any(True for _ in _all(node, "img")):
        return False
    return all(
        isinstance(child, Node) and (child.name in _FIGURE_PARTS or _is_picture_frame(child))
        for child in node.children
        if not isinstance(child, str) or child.strip()
    )


def _is_data(node: Node) -> bool:
    """Whether a table shows data: more than one cell, none of which holds a table of its own."""
    cells = [cell for _, row in _rows(node) for cell in _cells(row)]
    return len(cells) > 1 and not any(True for cell in cells for _ in _all(cell, "table"))


def _rows(table: Node) -> Iterable[tuple[str, Node]]:
    """The rows and captions of a table itself, each with the part it stands in."""
    for child in table.children:
        if isinstance(child, Node) and child.name in ("thead", "tbody", "tfoot"):
            yield from (
                (child.name, row) for row in child.children if isinstance(row, Node) and row.name == "tr"
            )
        elif isinstance(child, Node) and child.name in ("tr", "caption"):
            yield "tbody", child


def _cells(row: Node) -> list[Node]:
    return [cell for cell in row.children if isinstance(cell, Node) and cell.name in ("td", "th")]


def _all(node: Node, name: str) -> Iterable[Node]:
    for child in node.children:
        if isinstance(child, Node):
            if child.name == name:
                yield child
            yield from _all(child, name)


def _list_in(child: Node | str) -> Node | None:
    """The list that ``child`` is, or that it merely wraps."""
    while isinstance(child, Node) and child.name not in _LISTS:
        inner = [each for each in child.children if not isinstance(each, str) or each.strip()]
        if not child.is_block or len(inner) != 1:
            return None
        child = inner[0]
    return child if isinstance(child, Node) else None


def _is_pixel(node: Node) -> bool:
    sizes = (node.attributes.get(name, "").removesuffix("px") for name in ("width", "height"))
    return any(size in ("0", "1") for size in sizes)
