"""Running text of the content profile: leaves (text, line break, picture) with the formats around them.

A leaf carries its formats as the opening tags that stand around it. Writing leaves in order, closing and
opening only where the formats differ, gives markup that is balanced whatever the CMS nested in what.
"""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

Formats = tuple[str, ...]

_SPACES = re.compile(r"[ \t\n\r\f]+")
# A line of nothing else is empty, however a CMS spelled the emptiness.
_NOTHING = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff\xad]*")
_TAG_NAME = re.compile(r"<([a-z0-9]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A piece of text (``mark`` is ""), or a mark: ``<br>`` or a whole ``<img …>``."""

    text: str = ""
    mark: str = ""
    formats: Formats = ()

    @property
    def written(self) -> str:
        """The leaf in the profile's spelling."""
        return self.mark or html.escape(self.text, quote=False)


BREAK: Final = Leaf(mark="<br>")


def paragraphs(leaves: Iterable[Leaf]) -> list[str]:
    """The leaves as running texts, a new one wherever two line breaks stand together; none is empty."""
    gathered: list[list[list[Leaf]]] = [[]]
    for line in _lines(leaves):
        if line:
            gathered[-1].append(line)
        else:
            gathered.append([])
    return [_written(lines) for lines in gathered if lines]


def one_text(leaves: Iterable[Leaf]) -> str:
    """The leaves as one running text with single line breaks; "" if they say nothing."""
    return _written([line for line in _lines(leaves) if line])


def _lines(leaves: Iterable[Leaf]) -> Iterable[list[Leaf]]:
    line: list[Leaf] = []
    for leaf in leaves:
        if leaf.mark == BREAK.mark:
            yield _tidied(line)
            line = []
        else:
            line.append(leaf)
    yield _tidied(line)


def _tidied(line: Sequence[Leaf]) -> list[Leaf]:
    """White space as HTML shows it: one space for many, none at the ends; [] if nothing is to be seen."""
    if all(not leaf.mark and _NOTHING.fullmatch(leaf.text) for leaf in line):
        return []
    tidy: list[Leaf] = []
    spaced = True
    for leaf in line:
        text = _SPACES.sub(" ", leaf.text)
        if spaced and not leaf.mark:
            text = text.removeprefix(" ")
        if leaf.mark or text:
            tidy.append(replace(leaf, text=text))
            spaced = text.endswith(" ")
    return _unformatted_spaces(_without_last_space(tidy))


def _without_last_space(line: list[Leaf]) -> list[Leaf]:
    if not line[-1].text.endswith(" "):
        return line
    last = line.pop()
    text = last.text.removesuffix(" ")
    return [*line, replace(last, text=text)] if text else line


def _unformatted_spaces(line: list[Leaf]) -> list[Leaf]:
    """A space between two formats belongs to neither: no link or emphasis around nothing."""
    for at in range(1, len(line) - 1):
        if line[at].text == " ":
            line[at] = replace(line[at], formats=_common(line[at - 1].formats, line[at + 1].formats))
    return line


def _written(lines: Sequence[Sequence[Leaf]]) -> str:
    leaves: list[Leaf] = []
    for line in lines:
        if leaves:
            leaves.append(replace(BREAK, formats=_common(leaves[-1].formats, line[0].formats)))
        leaves.extend(line)
    return _nested(leaves)


def _nested(leaves: Iterable[Leaf]) -> str:
    out: list[str] = []
    open_: Formats = ()
    for leaf in leaves:
        kept = len(_common(open_, leaf.formats))
        out += [*_closing(open_[kept:]), *leaf.formats[kept:], leaf.written]
        open_ = leaf.formats
    return "".join([*out, *_closing(open_)])


def _closing(formats: Formats) -> Iterable[str]:
    for tag in reversed(formats):
        found = _TAG_NAME.match(tag)
        yield f"</{found[1] if found else ''}>"


def _common(one: Formats, other: Formats) -> Formats:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return one[:count]
