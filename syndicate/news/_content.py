"""The content profile: the one small HTML that may be signed (docs/protocol.md, "Content profile").

Every consumer must build the same tree from the same bytes, so the grammar leaves an HTML5 parser
nothing to mend: balanced tags, one spelling of each, blocks where blocks may stand.
"""

import re

from syndicate.news import _limits as limits
from syndicate.news._hosts import HostError, host_of

# Not in any text: C0 and C1 but tab and newline, bidirectional embeddings, overrides and isolates,
# lone surrogates, and the two code points that XML 1.0 cannot carry.
UNSAFE_CHARACTERS = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
_ADDRESS = rf'[^"<>{UNSAFE_CHARACTERS}\s]+'
_REFERENCE = r"&(?:lt|gt|amp|quot|#39);"
_TOKENS = re.compile(
    rf"(?P<text>(?:[^<>&{UNSAFE_CHARACTERS}]++|{_REFERENCE})+)"
    r"|</(?P<close>[a-z0-9]+)>"
    r"|<(?P<open>[a-z0-9]+)>"
    rf'|<a href="(?P<href>{_ADDRESS})">'
    rf'|<img src="(?P<src>{_ADDRESS})" alt="(?P<alt>(?:[^"<>&{UNSAFE_CHARACTERS}]++|{_REFERENCE})*)">'
)
_PLAIN_REFUSED = re.compile(f"[{UNSAFE_CHARACTERS}]")

_BLOCKS = frozenset({"p", "h2", "h3", "h4", "ul", "ol", "blockquote", "figure", "table"})
_INLINE = frozenset({"strong", "em", "a", "br", "img"})
_LISTS = frozenset({"ul", "ol"})
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
    reading = _Reading()
    at = 0
    for token in _TOKENS.finditer(body):
        if token.start() != at:
            break
        match token.lastgroup:
            case "text":
                if not reading.text_allowed and token["text"].strip(" \t\n"):
                    raise ContentError(f"text where only blocks may stand, at {at}")
            case "close":
                reading.close(token["close"], at)
            case "open":
                reading.open(token["open"], at)
            case "href":
                reading.link(token["href"], at)
            case _:
                reading.picture(token["src"], at)
        at = token.end()
    if at != len(body):
        raise ContentError(f"markup or characters outside the profile, at {at}")
    if len(reading.stack) > 1:
        raise ContentError(f"<{reading.stack[-1]}> is never closed")
    return tuple(reading.pictures)


class _Reading:
    """Where a body has been read to: what is open, and the pictures met so far."""

    __slots__ = ("children", "links", "pictures", "stack", "text_allowed")

    def __init__(self) -> None:
        self.stack = [""]
        self.pictures: list[str] = []
        self.links = 0  # open <a>: HTML5 parsers re-parent a link inside a link, whatever stands between
        self.children, self.text_allowed = _MODEL[""]

    def close(self, name: str, at: int) -> None:
        if len(self.stack) == 1 or self.stack[-1] != name:
            raise ContentError(f"</{name[:16]}> does not close what is open, at {at}")
        self.stack.pop()
        self.links -= name == "a"
        self.children, self.text_allowed = _MODEL[self.stack[-1]]

    def open(self, name: str, at: int) -> None:
        if name in ("a", "img"):
            raise ContentError(f"<{name}> without its address, at {at}")
        self._enter(name, at)
        if name != "br":
            self._push(name, at)

    def link(self, href: str, at: int) -> None:
        self._enter("a", at)
        _check_address(href, at)
        self._push("a", at)
        self.links += 1
        if self.links > 1:
            raise ContentError(f"a link inside a link, at {at}")

    def picture(self, src: str, at: int) -> None:
        self._enter("img", at)
        self.pictures.append(_check_address(src, at))

    def _enter(self, name: str, at: int) -> None:
        if name not in self.children:
            raise ContentError(f"<{name[:16]}> may not stand in <{self.stack[-1] or 'body'}>, at {at}")

    def _push(self, name: str, at: int) -> None:
        self.stack.append(name)
        if len(self.stack) - 1 > limits.CONTENT_DEPTH:
            raise ContentError(f"more than {limits.CONTENT_DEPTH} elements open, at {at}")
        self.children, self.text_allowed = _MODEL[name]


def _check_address(written: str, at: int) -> str:
    url = written.replace("&amp;", "&")
    if "&" in written.replace("&amp;", ""):
        raise ContentError(f"an unescaped & in an address, at {at}")
    try:
        host_of(url)
    except HostError as exc:
        raise ContentError(f"{exc}, at {at}") from exc
    return url
