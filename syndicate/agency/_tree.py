"""HTML as a CMS writes it, read the way a browser reads it, into a small tree of what may matter.

nh3 (html5ever) does the reading: whatever is put in, what it writes is balanced and spelled in one way,
so that one regular expression can read that. Programs, forms, frames and drawings are gone by then.
"""

import html
import re
from dataclasses import dataclass, field
from typing import Final

import nh3

from syndicate.news import UNSAFE_CHARACTERS

BLOCKS: Final = frozenset(
    {
        "address", "article", "aside", "blockquote", "caption", "center", "dd", "details", "div", "dl",
        "dt", "fieldset", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header",
        "hgroup", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td",
        "tfoot", "th", "thead", "tr", "ul",
    }
)  # fmt: skip
INLINE: Final = frozenset(
    {
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "del", "dfn", "em",
        "font", "i", "img", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small",
        "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
    }
)  # fmt: skip
# Gone with all they hold: code, what only a browser can show, and text that stands for it.
SILENT: Final = frozenset(
    {
        "applet", "audio", "button", "canvas", "embed", "form", "frame", "frameset", "iframe", "input",
        "map", "math", "meter", "noembed", "noframes", "noscript", "object", "progress", "script", "select",
        "style", "svg", "template", "textarea", "title", "video",
    }
)  # fmt: skip
_ATTRIBUTES: Final = {
    "*": {"class", "hidden", "id", "style"},
    "a": {"href"},
    "img": {"alt", "data-lazy-src", "data-original", "data-src", "height", "src", "width"},
}
_VOID: Final = frozenset({"br", "hr", "img"})
_EVENTS = re.compile(
    r'<(?P<end>/?)(?P<name>[a-z0-9]+)(?P<attributes>(?: [a-z-]+="[^"]*")*)>|(?P<text>[^<]+|<)', re.DOTALL
)
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_UNREADABLE = re.compile(f"(?![\r\f])[{UNSAFE_CHARACTERS}]")
_DEEPEST: Final = 100  # elements open; what lies deeper belongs to the last of them
MOST_CHARACTERS: Final = 1_000_000  # of one text from the CMS
MOST_TAGS: Final = 20_000  # html5ever takes the square of the depth


class TooMuchMarkup(ValueError):
    """A text with more characters or markup than any article has; nothing of it was read."""


@dataclass(slots=True)
class Node:
    """An element: its name ("" for the whole), its attributes, and the texts and elements in it."""

    name: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)

    @property
    def is_block(self) -> bool:
        """Whether a browser would begin a new line for it."""
        return self.name in BLOCKS


def read_tree(text: str) -> Node:
    """The tree of ``text``; no text in it holds a character that may not be signed.

    Raises:
        TooMuchMarkup: ``text`` is longer than ``MOST_CHARACTERS`` or has more than ``MOST_TAGS`` tags.
    """
    if len(text) > MOST_CHARACTERS or text.count("<") > MOST_TAGS:
        raise TooMuchMarkup(f"a text with more than {MOST_CHARACTERS} characters or {MOST_TAGS} tags")
    root = Node()
    open_ = [root]
    for event in _EVENTS.finditer(_cleaned(text)):
        if event["text"] is not None:
            open_[-1].children.append(_characters(event["text"]))
        elif event["end"]:
            _close(open_, event["name"])
        else:
            _open(open_, event["name"], event["attributes"])
    return root


def _cleaned(text: str) -> str:
    # Unreadable characters go first: Rust refuses lone surrogates, and none may hide in a tag's name.
    return nh3.clean(
        _UNREADABLE.sub("", text),
        tags=set(BLOCKS | INLINE),
        clean_content_tags=set(SILENT),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https"},
        link_rel=None,
    )


def _open(open_: list[Node], name: str, written: str) -> None:
    node = Node(name, {key: _characters(value) for key, value in _ATTRIBUTE.findall(written)})
    if len(open_) <= _DEEPEST:
        open_[-1].children.append(node)
    if name not in _VOID:
        # Too deep: the element is not there, and its texts go to the last one that is.
        open_.append(node if len(open_) <= _DEEPEST else open_[-1])


def _close(open_: list[Node], name: str) -> None:
    if len(open_) > 1 and name not in _VOID:
        open_.pop()


def _characters(written: str) -> str:
    # References may spell what the CMS could not write plainly: looked at again once they are characters.
    return _UNREADABLE.sub("", html.unescape(written))
