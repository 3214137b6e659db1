"""Evidence pages, as the hub hands them out: made by the client's own verifier, which believes no hub."""

from collections.abc import Callable

from syndicate.client import Evidence, Proof, Quoted, Verdict, evidence_page, verify_token
from syndicate.ledger import Policy, write_policy
from syndicate.news import Registry
from syndicate.ports import Clock, Logged
from syndicate.web import EvidenceMaker


def evidence_maker(
    registry: Callable[[], Registry],
    policy: Callable[[], Policy],
    policy_file: Callable[[], bytes | None],
    clock: Clock,
) -> EvidenceMaker:
    """What makes a version and its proof into a page to send on; None where a verifier says no."""

    def make(logged: Logged, proof: bytes) -> bytes | None:
        now, known, in_force = int(clock.now()), registry(), policy()
        report = verify_token(logged.token, known, now=now, proof=Proof(raw=proof, policy=in_force))
        if not report.ok or report.log is not Verdict.YES:
            return None
        # A hub that no policy names vouches for its log alone, and the page has to say so, too.
        raw = policy_file() or write_policy(in_force.logs, {}, 0)
        evidence = Evidence(sub=logged.sub, ver=logged.ver, token=logged.token.encode(), proof=proof)
        return evidence_page(evidence, report, Quoted(registry=known, policy_file=raw, made=now))

    return make
