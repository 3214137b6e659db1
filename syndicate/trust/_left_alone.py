"""What a registry that nobody renewed is still good for (docs/protocol.md, "Left alone").

Nobody's holiday silences the federation: what ran out is marked, and only much later are new items held. Held
is not refused: they are judged again, at their own receipt, once somebody has signed.
"""

from typing import Final

from syndicate.news import AgencyId, Mark, MemberCode, Reason, Registry, limits, rfc3339

_NOTHING: Final = frozenset[Mark]()


class Patience(Exception):
    """The item is in order and has to wait; it never leaves this room, whose doors give a ``Held``."""

    def __init__(self, reason: Reason, detail: str, agency: AgencyId) -> None:
        super().__init__(detail)
        self.reason = reason
        self.agency = agency


def check_left_alone(agency: AgencyId, registry: Registry, received_at: int) -> frozenset[Mark]:
    """The marks of what ran out by ``received_at`` (Unix seconds); none almost always.

    Raises:
        Patience: it ran out so long ago that new items wait.
    """
    held = registry.quarantined.get(agency)
    if held is not None:
        told = f"this hub's operator has it wait until {rfc3339(held.until)}: {held.reason}"
        raise Patience(Reason.AGENCY_QUARANTINED, told, agency)
    vouched = registry.vouched_until.get(MemberCode(agency[:2]))
    return _of_registry(agency, registry.fresh_until, received_at) | _of_issuer(agency, vouched, received_at)


def _of_registry(agency: AgencyId, fresh: int | None, received_at: int) -> frozenset[Mark]:
    if fresh is None or received_at <= fresh:
        return _NOTHING
    if received_at > fresh + limits.STALE_SECONDS:
        told = f"the registry ran out at {rfc3339(fresh)}, so a revocation might not be known here"
        raise Patience(Reason.REGISTRY_STALE, told, agency)
    return frozenset({Mark.REGISTRY_STALE})


def _of_issuer(agency: AgencyId, vouched: int | None, received_at: int) -> frozenset[Mark]:
    if vouched is None or received_at <= vouched:
        return _NOTHING
    if received_at > vouched + limits.LAPSED_SECONDS:
        told = f"nobody has vouched for the agencies of {agency[:2]} since {rfc3339(vouched)}"
        if not vouched:  # not that it ran out: what its state signed last was not there, or not whole
            told = f"what {agency[:2]} signed cannot be read whole: a revocation might not be known here"
        raise Patience(Reason.ISSUER_STALE, told, agency)
    return frozenset({Mark.ISSUER_STALE})
