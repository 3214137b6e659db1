"""What became of a token: a value, never an exception, with one stable reason code."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from syndicate.news._ids import AgencyId, ItemId, TokenDigest


class Reason(StrEnum):
    """Why a token or a document was refused or held; the same word in logs, API, pages and docs."""

    # Carriage: the document around the tokens.
    WIRE_DOCTYPE = "wire-doctype"
    WIRE_ENCODING = "wire-encoding"
    WIRE_MALFORMED = "wire-malformed"
    WIRE_TOKEN_MISPLACED = "wire-token-misplaced"  # noqa: S105 - a reason code
    WIRE_TOO_MANY = "wire-too-many"
    WIRE_UNSUPPORTED = "wire-unsupported"
    # Steps 1 to 12 of verification, in their order.
    TOKEN_TOO_LARGE = "token-too-large"  # noqa: S105 - a reason code
    TOKEN_MALFORMED = "token-malformed"  # noqa: S105 - a reason code
    BASE64_NOT_CANONICAL = "base64-not-canonical"
    HEADER_UNKNOWN = "header-unknown"
    KEY_UNKNOWN = "key-unknown"
    KEY_WEAK = "key-weak"
    SIGNATURE_BAD = "signature-bad"
    JSON_INVALID = "json-invalid"
    JSON_DUPLICATE_KEY = "json-duplicate-key"
    JSON_NUMBER = "json-number"
    JSON_DEPTH = "json-depth"
    CLAIM_UNKNOWN = "claim-unknown"
    CLAIM_MISSING = "claim-missing"
    CLAIM_FORBIDDEN = "claim-forbidden"
    CLAIM_INVALID = "claim-invalid"
    CONTENT_OUTSIDE_PROFILE = "content-outside-profile"
    MEDIA_UNDECLARED = "media-undeclared"
    TARGET_NAMED = "target-named"
    AUDIENCE_WRONG = "audience-wrong"
    VERSION_UNKNOWN = "version-unknown"
    ISSUER_NOT_KEY_OWNER = "issuer-not-key-owner"
    SUBJECT_FOREIGN = "subject-foreign"
    URL_INVALID = "url-invalid"
    HOST_NOT_LISTED = "host-not-listed"
    MEDIA_HOST_NOT_LISTED = "media-host-not-listed"
    CLOCK_AHEAD = "clock-ahead"
    KEY_NOT_YET_VALID = "key-not-yet-valid"
    KEY_EXPIRED = "key-expired"
    KEY_REVOKED = "key-revoked"
    AGENCY_NOT_ENROLLED = "agency-not-enrolled"
    AGENCY_SUSPENDED = "agency-suspended"
    AGENCY_SUCCEEDED = "agency-succeeded"
    AGENCY_QUARANTINED = "agency-quarantined"
    VERSION_TAKEN = "version-taken"
    VERSION_JUMP = "version-jump"
    ITEM_RETRACTED = "item-retracted"
    NOTE_MISSING = "note-missing"
    KEY_SUCCEEDED = "key-succeeded"
    STREAM_FORKED = "stream-forked"
    SEQUENCE_JUMP = "sequence-jump"
    # Step 11, held: nobody renewed the registry.
    REGISTRY_STALE = "registry-stale"
    ISSUER_STALE = "issuer-stale"
    # Step 13 of verification, and what else a public log's bytes are refused for.
    LOG_TOO_LARGE = "log-too-large"
    LOG_MALFORMED = "log-malformed"
    LOG_POLICY_INVALID = "log-policy-invalid"
    LOG_ORIGIN_UNKNOWN = "log-origin-unknown"
    LOG_SIGNATURE_BAD = "log-signature-bad"
    LOG_QUORUM_SHORT = "log-quorum-short"
    LOG_NOT_INCLUDED = "log-not-included"
    LOG_INCONSISTENT = "log-inconsistent"
    # Submission.
    RATE_LIMITED = "rate-limited"
    # An agency's own requests.
    REQUEST_STALE = "request-stale"
    REQUEST_REPEATED = "request-repeated"

    @property
    def remedy(self) -> str:
        """What the agency's IT person can do about it, in one sentence."""
        return _REMEDIES[self]


# Refused in steps 1 to 5: no agency has shown a part in it, and anybody can make any number of them.
UNPROVED: Final = frozenset(
    {
        Reason.TOKEN_TOO_LARGE,
        Reason.TOKEN_MALFORMED,
        Reason.BASE64_NOT_CANONICAL,
        Reason.HEADER_UNKNOWN,
        Reason.KEY_UNKNOWN,
        Reason.KEY_WEAK,
        Reason.SIGNATURE_BAD,
    }
)


class Mark(StrEnum):
    """Something a reader of an admitted item may want to know; it never hides the item."""

    LATE = "late"  # received more than an hour after `iat`, or under a key whose window had ended
    GAP = "gap"  # numbers before it in its stream had not arrived yet
    BACKFILLED = "back-filled"  # it filled such a gap
    CONTESTED = "contested"  # its agency's seat was contested at receipt
    REGISTRY_STALE = "registry-stale"  # nobody had said for a while that the registry was the newest
    ISSUER_STALE = "issuer-stale"  # what vouches for its member had run out
    KEY_REVOKED = "key-revoked"  # its key was revoked later, as of a moment before the receipt
    LOG_PENDING = "log-pending"  # shown while too few witnesses stood behind it


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It may not enter the feed. ``detail`` is one sentence, without any of the refused text."""

    reason: Reason
    detail: str
    agency: AgencyId | None = None  # who it claimed to be from, once a key of theirs was named
    digest: TokenDigest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Properly signed, but its stream, or the registry, cannot go on by itself: kept, and judged again."""

    reason: Reason
    detail: str
    agency: AgencyId
    digest: TokenDigest


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The very same token is here already: nothing to do."""

    digest: TokenDigest


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """It is in storage and will get its index."""

    sub: ItemId
    ver: int
    agency: AgencyId
    digest: TokenDigest
    marks: frozenset[Mark] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """Our own code failed on this token (the log has the traceback): nothing is said about it, nothing kept.

    No source is blamed for a bug; the other tokens of its batch have their own outcomes.
    """

    digest: TokenDigest | None = None


Outcome = Admitted | Known | Refused | Held | Unjudged

_REMEDIES = {
    Reason.WIRE_DOCTYPE: "Serve the signed feed exactly as the tool wrote it; it never has a DOCTYPE.",
    Reason.WIRE_ENCODING: "Serve the signed feed as UTF-8, byte for byte as the tool wrote it.",
    Reason.WIRE_MALFORMED: "Serve the signed feed byte for byte; something on the way damages it.",
    Reason.WIRE_TOKEN_MISPLACED: "Let the agency tool write the feed: one token as a child of each entry.",
    Reason.WIRE_TOO_MANY: "Keep at most 100 entries in the signed feed.",
    Reason.WIRE_UNSUPPORTED: "Register the signed Atom or JSON feed; RSS does not carry the tokens.",
    Reason.TOKEN_TOO_LARGE: "Shorten the body, or name a large one by address and hash.",
    Reason.TOKEN_MALFORMED: "Send the token as it was signed: three parts, no spaces or line breaks.",
    Reason.BASE64_NOT_CANONICAL: "Send the token as it was signed; its base64url was re-coded.",
    Reason.HEADER_UNKNOWN: "Sign with `syndicate agency sign`; the header has one fixed form.",
    Reason.KEY_UNKNOWN: "Enrol the key first: its public half must be in the registry.",
    Reason.KEY_WEAK: "Make a new key with `syndicate agency init`; this one protects nothing.",
    Reason.SIGNATURE_BAD: "The text is not what was signed: sign it again, and find who changed it.",
    Reason.JSON_INVALID: "Sign with the agency tool; the payload is not strict JSON.",
    Reason.JSON_DUPLICATE_KEY: "Sign with the agency tool; a claim stands twice.",
    Reason.JSON_NUMBER: "Use whole numbers up to 2^53-1.",
    Reason.JSON_DEPTH: "Nest less deeply.",
    Reason.CLAIM_UNKNOWN: "Put what the protocol does not name into `ext`.",
    Reason.CLAIM_MISSING: "Add the claim that this act needs (docs/protocol.md, claim table).",
    Reason.CLAIM_FORBIDDEN: "Leave out the claim that the message names (docs/protocol.md, claim table).",
    Reason.CLAIM_INVALID: "Mend the claim that the message names (docs/protocol.md, claim table).",
    Reason.CONTENT_OUTSIDE_PROFILE: "Let the agency tool convert the body into the content profile.",
    Reason.MEDIA_UNDECLARED: "List every picture of the body in `media`.",
    Reason.TARGET_NAMED: "State the claim itself, without addresses, handles or names of who made it.",
    Reason.AUDIENCE_WRONG: "Sign for the federation that this hub serves.",
    Reason.VERSION_UNKNOWN: "Use the protocol version that this hub speaks.",
    Reason.ISSUER_NOT_KEY_OWNER: "Sign as the agency that the key is enrolled for.",
    Reason.SUBJECT_FOREIGN: "Begin `sub` with the agency's own id.",
    Reason.URL_INVALID: "Use a plain http(s) address: no user, port, or trailing dot; ASCII only.",
    Reason.HOST_NOT_LISTED: "Use an address on a host that the registry lists, or have the host listed.",
    Reason.MEDIA_HOST_NOT_LISTED: "Have the picture's host listed under media_hosts.",
    Reason.CLOCK_AHEAD: "Set the signing machine's clock, or the date in the CMS: one is minutes ahead.",
    Reason.KEY_NOT_YET_VALID: "Wait for the key's first day, or sign with the key in use.",
    Reason.KEY_EXPIRED: "Rotate to the sealed successor and sign again.",
    Reason.KEY_REVOKED: "Sign again with a key that has not been revoked.",
    Reason.AGENCY_NOT_ENROLLED: "Enrol the agency first (docs/operating.md).",
    Reason.AGENCY_QUARANTINED: (
        "Nothing is lost: it is judged again when the quarantine ends, after 72 hours at most. Ask the hub's "
        "operator; your ministry decides whether it goes on."
    ),
    Reason.AGENCY_SUSPENDED: "Ask the member state: the registry has the agency suspended.",
    Reason.AGENCY_SUCCEEDED: "Sign as the agency that took over.",
    Reason.VERSION_TAKEN: "Give the changed text a new version; the one already here stands.",
    Reason.VERSION_JUMP: "Count versions up by one.",
    Reason.ITEM_RETRACTED: "A retracted item stays retracted: publish a new item.",
    Reason.NOTE_MISSING: "Add the note that says why the withheld item may be used again.",
    Reason.KEY_SUCCEEDED: "Sign with the successor: its first token closed this key.",
    Reason.STREAM_FORKED: "Two tokens claim one place in the stream: take the floor with the successor.",
    Reason.REGISTRY_STALE: "Nothing on your side: the hub's operator has to renew the registry.",
    Reason.ISSUER_STALE: "Ask your ministry to sign its manifest again: it ran out, or cannot be read whole.",
    Reason.SEQUENCE_JUMP: "Resume the stream near its head; ask the hub for the head it knows.",
    Reason.LOG_TOO_LARGE: "Fetch it again from the log itself: this is larger than any such file can be.",
    Reason.LOG_MALFORMED: "Fetch it again, byte for byte; something on the way damaged it.",
    Reason.LOG_POLICY_INVALID: "Mend the line of the log's policy that the message names (C2SP tlog-policy).",
    Reason.LOG_ORIGIN_UNKNOWN: "Check the name of the log, and that your copy of its policy is the newest.",
    Reason.LOG_SIGNATURE_BAD: "Keep the file and tell the log's operator and witnesses: a line is forged.",
    Reason.LOG_QUORUM_SHORT: "Ask for the proof again in a minute: too few witnesses have cosigned so far.",
    Reason.LOG_NOT_INCLUDED: "Take the proof that belongs to exactly this version of the item.",
    Reason.LOG_INCONSISTENT: "Keep both checkpoints and tell the witnesses: the log shows two histories.",
    Reason.REQUEST_STALE: "Set the asking machine's clock; a request counts for two minutes.",
    Reason.REQUEST_REPEATED: "Ask again with a new nonce; each request counts once.",
    Reason.RATE_LIMITED: "Send fewer tokens at a time; nothing was lost, send these again later.",
}
