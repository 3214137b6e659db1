"""The content profile: the one small HTML that may be signed (docs/protocol.md, "Content profile").

Every consumer must build the same tree from the same bytes, so the grammar leaves an HTML5 parser
nothing to mend: balanced tags, one spelling of each, blocks where blocks may stand.
"""

import re

from syndicate.news import _limits as limits
from syndicate.news._hosts import HostError, host_of

# Not in any text: C0 and C1 but tab and newline, bidirectional embeddings, overrides and isolates,
# lone surrogates, and the two code points that XML 1.0 cannot carry.
FORBIDDEN = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
_TOKENS = re.compile(
    rf"(?P<text>(?:[^<>&{FORBIDDEN}]++|&(?:lt|gt|amp|quot|#39);)+)"
    r"|</(?P<close>[a-z0-9]+)>"
    r"|<(?P<open>[a-z0-9]+)>"
    rf'|<a href="(?P<href>[^"<>{FORBIDDEN}\s]+)">'
    rf'|<img src="(?P<src>[^"<>{FORBIDDEN}\s]+)" alt="(?P<alt>(?:[^"<>&{FORBIDDEN}]++|&(?:lt|gt|amp|quot|#39);)*)">'
)
_PLAIN_REFUSED = re.compile(f"[{FORBIDDEN}]")

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
    stack = [""]
    pictures: list[str] = []
    at = 0
    children, text_allowed = _MODEL[""]
    links = 0  # open <a>: a link inside a link is re-parented by HTML5 parsers, whatever stands between
    for token in _TOKENS.finditer(body):
        if token.start() != at:
            break
        what = token.lastgroup
        if what == "text":
            if not text_allowed and token["text"].strip(" \t\n"):
                raise ContentError(f"text where only blocks may stand, at {at}")
        elif what == "close":
            if stack[-1] != token["close"] or len(stack) == 1:
                raise ContentError(f"</{token['close']}> does not close what is open, at {at}")
            links -= stack.pop() == "a"
            children, text_allowed = _MODEL[stack[-1]]
        else:
            name = {"open": token["open"], "href": "a", "alt": "img"}[what or ""]
            if name not in children:
                raise ContentError(f"<{name}> may not stand in {stack[-1] or 'the body'}, at {at}")
            if what == "href":
                _check_address(token["href"], at)
                links += 1
                if links > 1:
                    raise ContentError(f"a link inside a link, at {at}")
            elif what == "alt":
                pictures.append(_check_address(token["src"], at))
            elif name in ("a", "img"):
                raise ContentError(f"<{name}> without its address, at {at}")
            if name not in ("br", "img"):
                stack.append(name)
                if len(stack) > limits.CONTENT_DEPTH:
                    raise ContentError(f"more than {limits.CONTENT_DEPTH} elements open, at {at}")
                children, text_allowed = _MODEL[name]
        at = token.end()
    if at != len(body):
        raise ContentError(f"markup or characters outside the profile, at {at}")
    if len(stack) > 1:
        raise ContentError(f"<{stack[-1]}> is never closed")
    return tuple(pictures)


def _check_address(written: str, at: int) -> str:
    url = written.replace("&amp;", "&")
    if "&" in written.replace("&amp;", ""):
        raise ContentError(f"an unescaped & in an address, at {at}")
    try:
        host_of(url)
    except HostError as exc:
        raise ContentError(f"{exc}, at {at}") from exc
    return url
