"""One token, judged by whoever holds it: three verdicts, and the reasons for them."""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final

from syndicate.errors import TrustError
from syndicate.news import (
    Act,
    AgencyId,
    Envelope,
    Held,
    Item,
    ItemId,
    Mark,
    Reason,
    Refused,
    Registry,
    TokenDigest,
)
from syndicate.trust import Verified, VerifiedHeartbeat, recall, verify


class Verdict(StrEnum):
    """What can be said of one question (docs/protocol.md, "Verification")."""

    YES = "yes"
    NO = "no"
    NOT_YET = "not yet"  # it cannot be known here, or not before there is more to know it from


# Steps 7 to 11: the signature fits, but these words may not be the agency's to say, here and now.
_ISSUER: Final = frozenset(
    {
        Reason.AUDIENCE_WRONG,
        Reason.ISSUER_NOT_KEY_OWNER,
        Reason.SUBJECT_FOREIGN,
        Reason.HOST_NOT_LISTED,
        Reason.MEDIA_HOST_NOT_LISTED,
        Reason.CLOCK_AHEAD,
        Reason.KEY_NOT_YET_VALID,
        Reason.KEY_EXPIRED,
        Reason.KEY_REVOKED,
        Reason.AGENCY_NOT_ENROLLED,
        Reason.AGENCY_SUSPENDED,
        Reason.AGENCY_SUCCEEDED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenReport:
    """What can be said of one token.

    ``signature``: these bytes were signed with a key of the registry, and follow the protocol.
    ``issuer``: the registry lets that key's agency say this, as of the time of asking; "not yet" when
    the key has run out since, because only a log can show that the token is older.
    ``log``: the token stands in the public log; "not yet" while there is none.
    """

    signature: Verdict
    issuer: Verdict
    log: Verdict = Verdict.NOT_YET
    reasons: tuple[Reason, ...] = ()
    details: tuple[str, ...] = ()  # a sentence for each reason
    marks: frozenset[Mark] = frozenset()
    digest: TokenDigest | None = None
    agency: AgencyId | None = None
    agency_name: str | None = None
    item: Item | None = None  # what it says; None for a heartbeat, and when the signature is not "yes"
    act: Act | None = None

    @property
    def ok(self) -> bool:
        """Whether the agency that it names may be shown as its author."""
        return self.signature is Verdict.YES and self.issuer is Verdict.YES

    @property
    def sub(self) -> ItemId | None:
        """The item's id."""
        return None if self.item is None else self.item.sub

    def as_json(self) -> dict[str, Any]:
        """The report as plain values, ready for ``json.dumps``; of the item only what names it."""
        told = asdict(replace(self, item=None)) | {"ok": self.ok, "marks": sorted(self.marks)}
        if self.item is not None:
            names = ("sub", "ver", "kind", "lang", "title", "url", "published", "updated")
            told["item"] = {name: getattr(self.item, name) for name in names}
        return told


def verify_token(token: str, registry: Registry, *, now: int) -> TokenReport:
    """Judge ``token`` by itself, at ``now`` (Unix seconds). Never raises, whatever the token holds."""
    judged = verify(Envelope(token=token, source="client"), registry, now)
    match judged:
        case Refused():
            return _refused(token, judged, registry)
        case Held():
            return _held(token, judged, registry)
        case VerifiedHeartbeat():
            return _accepted(judged, Act.HEARTBEAT, judged.beat.iss, registry)
        case Verified():
            told = _accepted(judged, judged.item.act, judged.item.iss, registry)
            return replace(told, item=judged.item, marks=judged.marks)


def _accepted(
    judged: Verified | VerifiedHeartbeat, act: Act, agency: AgencyId, registry: Registry
) -> TokenReport:
    return TokenReport(
        signature=Verdict.YES,
        issuer=Verdict.YES,
        digest=judged.digest,
        agency=agency,
        agency_name=_name(agency, registry),
        act=act,
    )


def _refused(token: str, refused: Refused, registry: Registry) -> TokenReport:
    signed = refused.reason in _ISSUER
    item = _said(token) if signed else None
    issuer = Verdict.NOT_YET if refused.reason is Reason.KEY_EXPIRED else Verdict.NO
    return TokenReport(
        signature=Verdict.YES if signed else Verdict.NO,
        issuer=issuer,
        reasons=(refused.reason,),
        details=(refused.detail,),
        digest=refused.digest,
        agency=refused.agency,
        agency_name=None if refused.agency is None else _name(refused.agency, registry),
        item=item,
        act=None if item is None else item.act,
    )


def _held(token: str, held: Held, registry: Registry) -> TokenReport:
    """In order, and signed; but nobody vouches for the agency any more, or not yet again."""
    item = _said(token)
    return TokenReport(
        signature=Verdict.YES,
        issuer=Verdict.NOT_YET,
        reasons=(held.reason,),
        details=(held.detail,),
        digest=held.digest,
        agency=held.agency,
        agency_name=_name(held.agency, registry),
        item=item,
        act=None if item is None else item.act,
    )


def _said(token: str) -> Item | None:
    """What a token says whose signature fits; None for a heartbeat."""
    try:
        return recall(token)
    except TrustError:
        return None


def _name(agency: AgencyId, registry: Registry) -> str | None:
    known = registry.agencies.get(agency)
    return None if known is None else known.name()
