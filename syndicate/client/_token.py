"""One token, judged by whoever holds it: three verdicts, and the reasons for them."""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final

from syndicate.errors import TrustError
from syndicate.ledger import Pending, Policy, Proven, Unproven, leaf_of, verify_proof
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
class Proof:
    """A proof file that came with a token, and the policy that says which logs and witnesses count."""

    raw: bytes
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Logging:
    """A token's place in the log; ``at`` (Unix seconds) is when a quorum had cosigned it, or the operator."""

    index: int
    at: int | None
    witnesses: tuple[str, ...]
    operator_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenReport:
    """What can be said of one token.

    ``signature``: these bytes were signed with a key of the registry, and follow the protocol.
    ``issuer``: the registry lets that key's agency say this, as of the time of asking; "not yet" when
    the key has run out since, because only a log can show that the token is older.
    ``log``: the token stands in the public log, as a proof shows; "not yet" without one, or while too few
    witnesses stand behind it. With a proof the issuer is judged as of the moment that it gives.
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
    logged: Logging | None = None  # where in the log, and who says so since when; if ``log`` is "yes"

    @property
    def ok(self) -> bool:
        """Whether the agency that it names may be shown as its author, and no proof was shown in vain."""
        signed = self.signature is Verdict.YES and self.issuer is Verdict.YES
        return signed and self.log is not Verdict.NO

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


def verify_token(token: str, registry: Registry, *, now: int, proof: Proof | None = None) -> TokenReport:
    """Judge ``token`` at ``now`` (Unix seconds), with a proof of its place in the log if there is one.

    Never raises, whatever the token and the proof hold.
    """
    report = _judge(token, registry, now)
    if proof is None or report.signature is not Verdict.YES or report.digest is None:
        return report
    item = _said(token)
    if item is None:  # a heartbeat has no leaf
        return report
    match verify_proof(proof.raw, leaf_of(item, report.digest).raw, proof.policy):
        case Proven(by=by, at=at, operator_only=alone):
            # As of then: keys that have run out since do not make it less the agency's.
            then = report if at is None else _judge(token, registry, min(at, now))
            place = Logging(index=by.index, at=at, witnesses=tuple(sorted(by.witnesses)), operator_only=alone)
            return replace(then, log=Verdict.YES, logged=place)
        case Pending(reason=reason):
            why = "too few witnesses stand behind this checkpoint"
            return _with(report, Verdict.NOT_YET, reason, why)
        case Unproven(reason=Reason.LOG_ORIGIN_UNKNOWN, detail=detail):
            return _with(report, Verdict.NOT_YET, Reason.LOG_ORIGIN_UNKNOWN, detail)
        case Unproven(reason=reason, detail=detail):
            return _with(report, Verdict.NO, reason, detail)


def _with(report: TokenReport, log: Verdict, reason: Reason, detail: str) -> TokenReport:
    return replace(report, log=log, reasons=(*report.reasons, reason), details=(*report.details, detail))


def _judge(token: str, registry: Registry, now: int) -> TokenReport:
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
