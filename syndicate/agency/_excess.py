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
# Up to its end, where the quotation marks of its attributes are closed; what is no tag, as far as it looks
# like one. It takes no second look at anything: every part of it is possessive.
_TAG: Final = re.compile(
    rb"""<(?P<end>/?+)(?:[^\s<>/:"']*+:)?+(?P<name>[^\s<>/:"']*+)"""
    rb"""(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+(?P<open>["'][^<]*+)?+(?P<close>>?+)"""
)
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
        found = _TAG.match(self._body, at)
        if found is None:
            return at + 1
        self._tag(found)
        return max(found.end(), at + 1)

    def _tag(self, found: re.Match[bytes]) -> None:
        attributes = self._body.count(b"=", found.start(), found.end())
        self._attributes += attributes
        if attributes > _MOST_ATTRIBUTES or self._attributes > _MOST_ATTRIBUTES_IN_ALL:
            raise _refused(self._source, f"has more than {_MOST_ATTRIBUTES_IN_ALL} attributes, or {_IN_ONE}")
        name = found["name"]
        if found["end"]:
            self._depth = self._around if name in _ENTRIES else max(self._depth - 1, 0)
            return
        if name in _ENTRIES:
            self._entry()
        if found["close"] and found[0][-2:-1] != b"/" and name.lower() not in _EMPTY:
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
