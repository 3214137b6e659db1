"""Proof of possession: who enrols a key shows that the private half is theirs."""

from cryptography.exceptions import InvalidSignature

from syndicate.news import AgencyId
from syndicate.trust._keys import WeakKeyError, thumbprint, usable_key


def enrolment_message(agency: AgencyId, public: bytes) -> bytes:
    """What a key signs once to be enrolled for ``agency`` (keys/README.md): ASCII, three lines."""
    return f"syndicate-enrolment/v1\n{agency}\n{thumbprint(public)}\n".encode("ascii")


def proves_possession(public: bytes, agency: AgencyId, proof: bytes) -> bool:
    """Whether ``proof`` is this key's own signature over the enrolment message; never for a weak key."""
    try:
        usable_key(public).verify(proof, enrolment_message(agency, public))
    except (InvalidSignature, WeakKeyError):
        return False
    return True
