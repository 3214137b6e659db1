"""Every bound the protocol sets, with its unit, in one place (docs/protocol.md, "Limits")."""

from typing import Final

TOKEN_CHARACTERS: Final = 98_304
TITLE: Final = 300  # code points, as all text lengths below
SUMMARY: Final = 2_000
NOTE: Final = 1_000
BYLINE: Final = 200
CREDIT: Final = 200
RIGHTS: Final = 1_000
URL: Final = 2_000
ALT: Final = 1_000
EXT_BYTES: Final = 4_096
JSON_DEPTH: Final = 6
LARGEST_INTEGER: Final = 2**53 - 1
MEDIA: Final = 50  # entries of a list
CATEGORIES: Final = 20
ITEM_TOPICS: Final = 50  # in which an item stands, whatever its versions say together
AGENCY_LANGUAGES: Final = 24  # that an agency opens slices of, beside those that the registry names
RELATIONS: Final = 20
AREAS: Final = 20
EVIDENCE: Final = 20
CONTENT_DEPTH: Final = 16  # open elements
VERSION_JUMP: Final = 100  # above the highest version known
SEQUENCE_JUMP: Final = 10_000  # above the head of the stream
SEQUENCE_START: Final = 1_000_000_000  # of the first token of a stream never seen
CLOCK_AHEAD_SECONDS: Final = 300  # how far `iat` may lie ahead of the receipt
GRACE_SECONDS: Final = 7 * 86_400  # how long a key is honoured, marked late, after its window
STALE_SECONDS: Final = 86_400  # how long items are admitted, marked, after the registry's timestamp ran out
LAPSED_SECONDS: Final = 30 * 86_400  # and after what vouches for their member did
LATE_SECONDS: Final = 3_600  # received longer than this after `iat`: marked late
FEED_ENTRIES: Final = 100  # of an agency's signed feed
FEED_BYTES: Final = 4_000_000  # of an agency's signed feed
