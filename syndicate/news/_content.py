"""The content profile: the one small HTML that may be signed (docs/protocol.md, "Content profile").

Every consumer must build the same tree from the same bytes, so the grammar leaves an HTML5 parser
nothing to mend: balanced tags, one spelling of each, blocks where blocks may stand.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from syndicate.news import _limits as limits
from syndicate.news._hosts import HostError, host_of

# Not in any text: C0 and C1 but tab and newline, bidirectional embeddings, overrides and isolates,
# lone surrogates, and the two code points that XML 1.0 cannot carry.
UNSAFE_CHARACTERS = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
_PLAIN_REFUSED = re.compile(f"[{UNSAFE_CHARACTERS}]")
# What a whole body is made of, tags and all; it leaves to the tags where < and > may stand.
# In a printable body only a reference can be wrong.
_NO_REFERENCE = re.compile(r"&(?!(?:lt|gt|amp|quot|#39);)")
_CHARACTERS = re.compile(rf"(?:[^&{UNSAFE_CHARACTERS}]++|&(?:lt|gt|amp|quot|#39);)*+")
# What stands between < and >; it leaves to _CHARACTERS which characters and references a value may hold.
_TAG = re.compile(
    r"/(?P<end>[a-z0-9]+)"
    r"|(?P<begin>[a-z0-9]+)"
    r'|a href="(?P<href>[^"\s]+)"'
    r'|img src="(?P<src>[^"\s]+)" alt="[^"]*"'
)

_ADDRESSED = {"href": "a", "src": "img"}  # the group of _TAG that holds an address → whose it is

_BLOCKS = frozenset({"p", "h2", "h3", "h4", "ul", "ol", "blockquote", "figure", "table"})
_INLINE = frozenset({"strong", "em", "a", "br", "img"})
_LISTS = frozenset({"ul", "ol"})
_WITHOUT_END = frozenset({"br", "img"})
# parent → (children, whether text may stand there); "" is the body itself.
_MODEL: dict[str, tuple[frozenset[str], bool]] = {
    "": (_BLOCKS, False),
    "p": (_INLINE, True),
    "h2": (_INLINE, True),
    "h3": (_INLINE, True),
    "h4": (_INLINE, True),
    "li": (_INLINE | _LISTS, True),
    "th": (_INLINE, True),
    "td": (_INLINE, True),
    "figcaption": (_INLINE, True),
    "strong": (_INLINE, True),
    "em": (_INLINE, True),
    "a": (_INLINE - {"a"}, True),
    "blockquote": (frozenset({"p", "h2", "h3", "h4", "ul", "ol"}), False),
    "ul": (frozenset({"li"}), False),
    "ol": (frozenset({"li"}), False),
    "figure": (frozenset({"img", "figcaption"}), False),
    "table": (frozenset({"thead", "tbody"}), False),
    "thead": (frozenset({"tr"}), False),
    "tbody": (frozenset({"tr"}), False),
    "tr": (frozenset({"th", "td"}), False),
}


class ContentError(ValueError):
    """A body outside the profile; the message names the place, as characters from its beginning."""


class _WrongPiece(Exception):
    """Why a tag, or the text after it, may not stand where it stands."""


_WHITE: Final = " \t\n"
_NEVER: Final = ">"  # ends the body itself: no tag holds a >


@dataclass(frozen=True, slots=True, eq=False)
class _Element:
    """An element that can be open, and what may stand in it."""

    name: str
    end: str  # its end tag, without < and >
    children: frozenset[str]
    text_allowed: bool
    begins: dict[str, "_Element"] = field(default_factory=dict)  # children by the tag that begins them


def _elements() -> dict[str, _Element]:
    made = {name: _Element(name, f"/{name}" if name else _NEVER, *model) for name, model in _MODEL.items()}
    for element in made.values():  # "a" begins with an address, which no table holds
        element.begins.update((name, made[name]) for name in element.children - _WITHOUT_END - {"a"})
    return made


_ELEMENTS: Final = _elements()


def check_content(type_: str, body: str) -> tuple[str, ...]:
    """Check a body against its type and return the addresses of the pictures in it, in order.

    Raises:
        ContentError: the type is neither "text/plain" nor "text/html", or the body does not follow the
            grammar of its type.
    """
    if type_ == "text/html":
        return _check_html(body)
    if type_ != "text/plain":
        raise ContentError("the type is neither text/plain nor text/html")
    if refused := _PLAIN_REFUSED.search(body):
        raise ContentError(f"a control or direction character at {refused.start()}")
    return ()


def _check_html(body: str) -> tuple[str, ...]:
    # Neither text nor value may hold < or >: between two < stand one tag, its > and the text after it.
    before, *pieces = body.split("<")
    if before.strip(_WHITE):
        raise ContentError("text where only blocks may stand, at 0")
    reading = _Reading()
    try:
        reading.read(pieces)
    except _WrongPiece as exc:
        at = len("<".join((before, *pieces[: reading.taken])))
        raise ContentError(f"{exc}, at {at}") from exc
    # Whatever is unsafe is unprintable, too: most bodies need no closer look, at a tenth of its cost.
    if not body.isprintable() or _NO_REFERENCE.search(body):
        legal = _CHARACTERS.match(body)
        if legal is None or legal.end() != len(body):
            raise ContentError(f"characters outside the profile, at {legal.end() if legal else 0}")
    return tuple(reading.pictures)


class _Reading:
    """Where a body has been read to."""

    __slots__ = ("around", "pictures", "taken")

    def __init__(self) -> None:
        self.around: list[_Element] = []  # what is open, but the innermost
        self.pictures: list[str] = []
        self.taken = 0  # pieces that were in order

    def read(self, pieces: list[str]) -> None:
        """Read tags, each with the text after it; of almost every tag a table knows what it does."""
        inside, around = _ELEMENTS[""], self.around
        for piece in pieces:
            tag, closed, text = piece.partition(">")
            if not closed or ">" in text:
                raise _WrongPiece("markup outside the profile")
            if tag == inside.end:
                inside = around.pop()
            elif begun := inside.begins.get(tag) or self.special(tag, inside):
                around.append(inside)
                inside = begun
                if len(around) > limits.CONTENT_DEPTH:
                    raise _WrongPiece(f"more than {limits.CONTENT_DEPTH} elements open")
            if text and not inside.text_allowed and text.strip(_WHITE):
                raise _WrongPiece("text where only blocks may stand")
            self.taken += 1
        if around:
            raise _WrongPiece(f"<{inside.name}> is never closed")

    def special(self, tag: str, inside: _Element) -> _Element | None:
        """What ``tag``, which no table knows, begins: a link; nothing, if it has no end; or it is wrong."""
        said = _TAG.fullmatch(tag)
        if said is None:
            raise _WrongPiece("markup outside the profile")
        form = str(said.lastgroup)
        value = said[form]
        if form == "end":
            raise _WrongPiece(f"</{value[:16]}> does not close what is open")
        name = _ADDRESSED.get(form, value)
        if name not in inside.children:
            raise _WrongPiece(f"<{name[:16]}> may not stand in <{inside.name or 'body'}>")
        if form == "href":
            return self.link(value)
        if form == "src":
            self.pictures.append(_address(value))
        elif name != "br":
            raise _WrongPiece(f"<{name}> without its address")
        return None

    def link(self, href: str) -> _Element:
        """The link to ``href``: HTML5 parsers re-parent one inside another, whatever stands between."""
        _address(href)
        link = _ELEMENTS["a"]
        if link in self.around:
            raise _WrongPiece("a link inside a link")
        return link


def _address(written: str) -> str:
    url = written
    if "&" in written:
        url = written.replace("&amp;", "&")
        if "&" in written.replace("&amp;", ""):
            raise _WrongPiece("an unescaped & in an address")
    try:
        host_of(url)
    except HostError as exc:
        raise _WrongPiece(str(exc)) from exc
    return url
