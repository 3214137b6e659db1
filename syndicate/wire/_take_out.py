"""Tokens out of documents: the one way in for everything that was not written here."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from syndicate.errors import WireError
from syndicate.news import Reason, limits
from syndicate.wire._bounds import check_count
from syndicate.wire._carried import Carriage
from syndicate.wire._read_atom import unload_atom
from syndicate.wire._read_json import unload_json

_READERS: Final[Mapping[str, Callable[[bytes, int], Carriage]]] = {
    "atom": unload_atom,
    "json": unload_json,
}
_LINE = re.compile(rb"[^\n]+")


def take_out(body: bytes, format: str) -> Carriage:  # noqa: A002 - the word of the vocabulary
    """The tokens in an agency's signed feed, "atom" or "json", and how many of its entries carried none.

    The whole document is refused when a token stands where it may not, because then nobody can say
    which text it was meant to vouch for. An entry without a token is no token in a wrong place: it is
    left out and counted, so that an agency which serves its CMS's own feed by mistake can be told.

    Raises:
        WireError: with one of the codes that begin "wire-"; never anything else, for any bytes.
    """
    reader = _READERS.get(format)
    if reader is None:
        raise WireError(f"tokens are not carried in {format!r}", code=Reason.WIRE_UNSUPPORTED)
    return reader(body, limits.FEED_ENTRIES)


def split_submission(body: bytes) -> tuple[str, ...]:
    """The tokens of a ``POST /v1/submit``: one a line, blank lines ignored, at most 100.

    Raises:
        WireError: wire-encoding when it is not ASCII, wire-too-many.
    """
    if not body.isascii():
        raise WireError("a submission is ASCII: one token a line", code=Reason.WIRE_ENCODING)
    tokens: list[str] = []
    for line in _LINE.finditer(body):
        if token := line[0].strip(b" \t\r"):
            tokens.append(token.decode("ascii"))
            check_count(len(tokens), limits.FEED_ENTRIES)
    return tuple(tokens)
