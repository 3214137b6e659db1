"""The wire room: feeds as bytes, in and out. Pure.

Bring a document from outside and leave with the tokens in it (``take_out``, or
``split_submission``), unverified, or with a ``WireError`` whose code says what is wrong with the
document. Bring a ``Feed`` and a ``Typesetter`` leaves you with its bytes; ``MEDIA_TYPES`` says what to
call them, ``RSS_BODIES`` how many items of an RSS document come with their bodies. Bring somebody's feed,
``lay_out`` says what it claims to be; bring its recomposition too, and ``proofread`` says where they
differ.
"""

from syndicate.wire._carried import Carriage, Carried
from syndicate.wire._names import MEDIA_TYPES
from syndicate.wire._proofread import Difference, proofread
from syndicate.wire._sheet import Sheet, lay_out
from syndicate.wire._take_out import split_submission, take_out
from syndicate.wire._typesetter import RSS_BODIES, Typesetter

__all__ = [
    "MEDIA_TYPES",
    "RSS_BODIES",
    "Carriage",
    "Carried",
    "Difference",
    "Sheet",
    "Typesetter",
    "lay_out",
    "proofread",
    "split_submission",
    "take_out",
]
