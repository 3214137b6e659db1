"""The names of things. All are plain strings or numbers; the type says which name it is."""

from typing import NewType

FederationId = NewType("FederationId", str)  # "asean"; the demo's is "demo"
MemberCode = NewType("MemberCode", str)  # two letters: "vn"
AgencyId = NewType("AgencyId", str)  # "vn.vna": the member's code, a dot, the agency
FeedId = NewType("FeedId", str)  # "vn.vna/main": the agency, a slash, the feed
KeyId = NewType("KeyId", str)  # RFC 7638 thumbprint, 43 characters of base64url
StreamName = NewType("StreamName", str)  # "main"; unique within its agency
ItemId = NewType("ItemId", str)  # the claim `sub`: "vn.vna:" and 26 opaque characters
TokenDigest = NewType("TokenDigest", str)  # base64url SHA-256 of a token's ASCII
Index = NewType("Index", int)  # place in the one order, from 0
UnixTime = NewType("UnixTime", int)  # seconds since 1970-01-01T00:00Z
