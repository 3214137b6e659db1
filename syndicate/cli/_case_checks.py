"""The numbered checks of docs/protocol.md, run again on a token that a hub keeps."""

from dataclasses import dataclass
from typing import Final

from syndicate.ledger import Pending, Policy, Proven, Unproven, leaf_of, verify_proof
from syndicate.news import Envelope, Held, Mark, Reason, Refused, Registry, rfc3339
from syndicate.ports import KeptVersion
from syndicate.trust import marks_since, recall, verify

PASSED: Final = "passed"
FAILED: Final = "failed"
OPEN: Final = "open"  # not asked after a failure, or not to be known here and now

_R = Reason
# Step, what it asks, and the reasons that it gives, as the table in docs/protocol.md has them.
STEPS: Final[tuple[tuple[int, str, frozenset[Reason]], ...]] = (
    (1, "size", frozenset({_R.TOKEN_TOO_LARGE})),
    (2, "three parts, canonical base64url", frozenset({_R.TOKEN_MALFORMED, _R.BASE64_NOT_CANONICAL})),
    (3, "the header", frozenset({_R.HEADER_UNKNOWN})),
    (4, "the registry lists the key", frozenset({_R.KEY_UNKNOWN})),
    (5, "the signature", frozenset({_R.KEY_WEAK, _R.SIGNATURE_BAD})),
    (
        6,
        "strict JSON, its claims, the content profile",
        frozenset(each for each in Reason if each.startswith(("json-", "claim-")))
        | {_R.URL_INVALID, _R.CONTENT_OUTSIDE_PROFILE, _R.MEDIA_UNDECLARED, _R.TARGET_NAMED},
    ),
    (7, "this federation, this version", frozenset({_R.AUDIENCE_WRONG, _R.VERSION_UNKNOWN})),
    (8, "the key's owner", frozenset({_R.ISSUER_NOT_KEY_OWNER, _R.SUBJECT_FOREIGN, _R.AGENCY_NOT_ENROLLED})),
    (9, "hosts", frozenset({_R.HOST_NOT_LISTED, _R.MEDIA_HOST_NOT_LISTED})),
    (
        10,
        "clock and key, at the receipt",
        frozenset({_R.CLOCK_AHEAD, _R.KEY_NOT_YET_VALID, _R.KEY_EXPIRED, _R.KEY_REVOKED}),
    ),
    (
        11,
        "the agency's seat, at the receipt",
        frozenset(
            {
                _R.AGENCY_SUSPENDED,
                _R.AGENCY_SUCCEEDED,
                _R.REGISTRY_STALE,
                _R.ISSUER_STALE,
                _R.AGENCY_QUARANTINED,
            }
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One numbered check with its outcome: "passed", "failed" or "open"; ``detail`` says why."""

    step: int
    what: str
    outcome: str
    reason: Reason | None = None
    detail: str = ""


def checks_of(kept: KeptVersion, registry: Registry, policy: Policy) -> tuple[Check, ...]:
    """Steps 1 to 11 as of the receipt, by the registry of today; 12 as it was judged; 13 with its proof."""
    judged = verify(Envelope(token=kept.token, source="case"), registry, kept.received_at)
    stopped = judged if isinstance(judged, Refused | Held) else None
    return (*_first_eleven(stopped), _placed(kept, registry), _logged(kept, policy, readable=_reads(stopped)))


def _first_eleven(stopped: Refused | Held | None) -> list[Check]:
    found: list[Check] = []
    outcome = PASSED
    for step, what, reasons in STEPS:
        if stopped is not None and outcome == PASSED and stopped.reason in reasons:
            end = OPEN if isinstance(stopped, Held) else FAILED
            found.append(
                Check(step=step, what=what, outcome=end, reason=stopped.reason, detail=stopped.detail)
            )
            outcome = OPEN
        else:
            found.append(Check(step=step, what=what, outcome=outcome))
    return found


def _reads(stopped: Refused | Held | None) -> bool:
    """Whether the token's words are those of whoever signed: steps 1 to 6 passed."""
    return stopped is None or not any(stopped.reason in reasons for step, _, reasons in STEPS if step <= 6)


def _placed(kept: KeptVersion, registry: Registry) -> Check:
    since = marks_since(kept.token, registry, kept.received_at)
    marks = ", ".join(sorted(kept.marks | since))
    where = f"version {kept.ver}, number {kept.seq} of stream {kept.stream}"
    return Check(
        step=12,
        what="version, item and stream",
        outcome=FAILED if Mark.KEY_REVOKED in since else PASSED,
        reason=_R.KEY_REVOKED if Mark.KEY_REVOKED in since else None,
        detail=f"{where}; marks: {marks}" if marks else where,
    )


def _logged(kept: KeptVersion, policy: Policy, *, readable: bool) -> Check:
    what = "its place in the public log"
    if kept.proof is None or not readable:
        why = "no checkpoint is over it yet" if kept.proof is None else "its leaf cannot be made"
        return Check(step=13, what=what, outcome=OPEN, detail=why)
    match verify_proof(kept.proof, leaf_of(recall(kept.token), kept.digest).raw, policy):
        case Proven(by=by, at=at, operator_only=alone):
            who = "the operator alone" if alone else ", ".join(sorted(by.witnesses))
            since = "" if at is None else f", since {rfc3339(at)}"
            return Check(
                step=13, what=what, outcome=PASSED, detail=f"leaf {by.index}, behind it: {who}{since}"
            )
        case Pending(reason=reason):
            return Check(step=13, what=what, outcome=OPEN, reason=reason, detail="too few witnesses so far")
        case Unproven(reason=Reason.LOG_ORIGIN_UNKNOWN as reason):
            why = "the registry names no such log; --log KEY does, as the hub prints it at its start"
            return Check(step=13, what=what, outcome=OPEN, reason=reason, detail=why)
        case Unproven(reason=reason, detail=detail):
            return Check(step=13, what=what, outcome=FAILED, reason=reason, detail=detail)
