"""The wire room: feeds as bytes, in and out. Pure.

Bring a document from outside and leave with the tokens in it (``take_out``, or
``split_submission``), unverified, or with a ``WireError`` whose code says what is wrong with the
document. Bring a ``Feed`` and a ``Typesetter`` leaves you with its bytes; ``MEDIA_TYPES`` says what to
call them, ``RSS_BODIES`` how many items of an RSS document come with their bodies. What is no feed of a
slice has a function of its own: ``ninjs``, ``cap``, ``cap_index``, ``news_sitemap``, ``opml``. Bring
somebody's feed, ``lay_out`` says what it claims to be; bring its recomposition too, and ``proofread``
says where they differ.
"""

from syndicate.wire._carried import Carriage, Carried
from syndicate.wire._names import CAP_TYPE, MEDIA_TYPES, NINJS_SCHEMA
from syndicate.wire._pieces import Gzipped, OfPieces, Piece, Plain, Wholes, in_frame, name_of, piece_of
from syndicate.wire._proofread import Difference, proofread
from syndicate.wire._sheet import Sheet, lay_out
from syndicate.wire._take_out import split_submission, take_out
from syndicate.wire._typesetter import RSS_BODIES, Frame, Typesetter, facts_of
from syndicate.wire._write_cap import cap, cap_index
from syndicate.wire._write_lists import SITEMAP_MOST, news_sitemap, opml
from syndicate.wire._write_ninjs import ninjs

__all__ = [
    "CAP_TYPE",
    "MEDIA_TYPES",
    "NINJS_SCHEMA",
    "RSS_BODIES",
    "SITEMAP_MOST",
    "Carriage",
    "Carried",
    "Difference",
    "Frame",
    "Gzipped",
    "OfPieces",
    "Piece",
    "Plain",
    "Sheet",
    "Typesetter",
    "Wholes",
    "cap",
    "cap_index",
    "facts_of",
    "in_frame",
    "lay_out",
    "name_of",
    "news_sitemap",
    "ninjs",
    "opml",
    "piece_of",
    "proofread",
    "split_submission",
    "take_out",
]
