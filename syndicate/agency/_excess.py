"""How much markup a feed may hold, counted before anybody makes something of it.

Below its bytes, a feed may still be three million elements, each of which costs a parser microseconds and
memory: that is refused in the time that it takes to look for the signs of markup, whatever the parser
would have made of what is broken.
"""

import re
from typing import Final

from syndicate.errors import AgencyError

MOST_ENTRIES: Final = 2_000
_MOST_NAMED: Final = 5 * MOST_ENTRIES  # elements called like an entry, in whatever namespace
_MOST_TAGS: Final = 300_000  # a thousand whole articles, spelled out in XHTML, have about two thirds of it
_MOST_REFERENCES: Final = 2_000_000  # &lt; and the like; articles that are escaped have one in ten bytes
_MOST_ATTRIBUTES: Final = 1_000  # of one tag; a long address has some equals signs, too
_MOST_ATTRIBUTES_IN_ALL: Final = 500_000
_DEEPEST: Final = 1_000  # elements open in an entry, or around it; a broken feed leaves some open
_NAME: Final = re.compile(rb"""<(?P<end>/?)(?:[^\s<>/:"']*:)?(?P<name>[^\s<>/:"']*)""")
_SIGN: Final = re.compile(rb"""[<>"']""")
_CLOSES: Final = {b'"': re.compile(rb'["<]'), b"'": re.compile(rb"['<]")}
_ASIDE: Final = ((b"<![CDATA[", b"]]>"), (b"<!--", b"-->"), (b"<?", b"?>"))  # markup in these is none
_ENTRIES: Final = (b"item", b"entry")
_EMPTY: Final = frozenset({b"br", b"hr", b"img", b"input", b"link", b"meta"})  # HTML's, often left open
_IN_ONE: Final = f"a tag with more than {_MOST_ATTRIBUTES}"


def refuse_excess(body: bytes, source: str) -> None:
    """Count the markup of a feed, of which NUL bytes were taken out.

    Raises:
        AgencyError: there is more of it, or deeper, than any feed has.
    """
    if body.count(b"&") > _MOST_REFERENCES:
        raise _refused(source, f"has more than {_MOST_REFERENCES} references to characters")
    _Count(body, source).run()


class _Count:
    def __init__(self, body: bytes, source: str) -> None:
        self._body, self._source = body, source
        self._tags = self._attributes = self._entries = self._depth = self._around = 0
        self._endless: set[bytes] = set()  # what begins an aside that ends nowhere from here on

    def run(self) -> None:
        at = self._body.find(b"<")
        while at >= 0:
            self._tags += 1
            if self._tags > _MOST_TAGS:
                raise _refused(self._source, f"has more than {_MOST_TAGS} tags")
            at = self._body.find(b"<", self._past(at))

    def _past(self, at: int) -> int:
        """Where to go on after what begins here."""
        for begins, ends in _ASIDE:
            if self._body.startswith(begins, at) and begins not in self._endless:
                end = self._body.find(ends, at + len(begins))
                if end >= 0:
                    return end + len(ends)
                self._endless.add(begins)
        found = _NAME.match(self._body, at)
        if found is None:
            return at + 1
        end = self._end(found.end())
        self._tag(found, end)
        return max(end, at + 1)

    def _end(self, at: int) -> int:
        """Where a tag ends, its attributes' quotation marks closed; what is no tag ends at the next "<"."""
        for _ in range(_MOST_ATTRIBUTES + 1):
            sign = _SIGN.search(self._body, at)
            if sign is None:
                return len(self._body)
            if sign[0] == b"<":
                return sign.start()
            if sign[0] == b">":
                return sign.end()
            closes = _CLOSES[sign[0]].search(self._body, sign.end())
            if closes is None:
                return len(self._body)
            if closes[0] == b"<":
                return closes.start()
            at = closes.end()
        raise _refused(self._source, f"has {_IN_ONE} attributes")

    def _tag(self, found: re.Match[bytes], end: int) -> None:
        attributes = self._body.count(b"=", found.start(), end)
        self._attributes += attributes
        if attributes > _MOST_ATTRIBUTES or self._attributes > _MOST_ATTRIBUTES_IN_ALL:
            raise _refused(self._source, f"has more than {_MOST_ATTRIBUTES_IN_ALL} attributes, or {_IN_ONE}")
        name = found["name"]
        if found["end"]:
            self._depth = self._around if name in _ENTRIES else max(self._depth - 1, 0)
            return
        if name in _ENTRIES:
            self._entry()
        told = self._body[max(end - 2, 0) : end]
        if told.endswith(b">") and told != b"/>" and name.lower() not in _EMPTY:
            self._deeper()

    def _entry(self) -> None:
        self._entries += 1
        if self._entries > _MOST_NAMED:
            raise _refused(self._source, f"has far more than {MOST_ENTRIES} entries")
        self._around = self._depth

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _refused(self._source, f"has more than {_DEEPEST} elements within each other")


def _refused(source: str, why: str) -> AgencyError:
    return AgencyError(
        f"{source} {why}; it was not read",
        hint="Open the address in a browser: is it still your CMS's feed? If so, tell its makers.",
    )
