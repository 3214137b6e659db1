"""Signatures on a draft: given by one person, collected by whoever publishes; each one is looked at here.

A signature travels in a file of its own beside the proposal, so that nobody waits for anybody.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from securesystemslib.exceptions import UnverifiedSignatureError, VerificationError
from securesystemslib.signer import Key, Signature
from securesystemslib.signer import Signer as TufSigner
from tuf.api.metadata import Metadata, Role

from syndicate.ceremony._after import Books
from syndicate.ceremony._draft import Draft
from syndicate.ceremony._keys import holder_of
from syndicate.ceremony._proposal import proposal_digest
from syndicate.ceremony._repository import ROOT, TOP_TARGETS
from syndicate.errors import RegistryError

SIGNATURES_BYTES: Final = 100_000
_KIND: Final = "syndicate-signatures/v1"
_MOST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """What one person gave: on one proposal, by role."""

    proposal: str  # the digest
    by_role: Mapping[str, Signature]

    def to_bytes(self) -> bytes:
        """The file."""
        given = [
            {"role": role, "keyid": each.keyid, "sig": each.signature} for role, each in self.by_role.items()
        ]
        told = {"kind": _KIND, "proposal": self.proposal, "signatures": given}
        return (json.dumps(told, indent=1) + "\n").encode()


def read_signatures(raw: bytes) -> Signatures:
    """What stands in a file that somebody sent; nothing in it is believed yet.

    Raises:
        RegistryError: it is none.
    """
    if len(raw) > SIGNATURES_BYTES:
        raise RegistryError(f"the file of signatures has more than {SIGNATURES_BYTES:,} bytes")
    try:
        return _read(json.loads(raw))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise RegistryError(
            f"these are no signatures on a proposal ({type(exc).__name__})",
            hint="Take the file that `syndicate registry sign` wrote, as it is.",
        ) from exc


def _read(told: Any) -> Signatures:  # noqa: ANN401 - whatever the file says
    if told["kind"] != _KIND or len(told["signatures"]) > _MOST:
        raise ValueError("of another kind")
    return Signatures(
        proposal=str(told["proposal"]),
        by_role={
            str(each["role"]): Signature(str(each["keyid"]), str(each["sig"])) for each in told["signatures"]
        },
    )


def sign_draft(draft: Draft, signer: TufSigner, before: Books | None, after: Books) -> Signatures:
    """Sign whatever of the draft this key may sign: as things stand, or as they would be.

    Raises:
        RegistryError: that is nothing; or the key cannot sign.
    """
    keyid = signer.public_key.keyid
    mine = [
        role
        for role in draft.metadata
        if any(keyid in seat.keyids for _, seat, _ in _asked(role, before, after))
    ]
    if not mine:
        raise RegistryError(
            f"the key {keyid[:8]} signs nothing of this proposal",
            hint="Is it the right key? `syndicate registry collect` says whose signatures are missing.",
        )
    return Signatures(
        proposal=proposal_digest(draft),
        by_role={role: signer.sign(draft.metadata[role].signed_bytes) for role in mine},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How far one role is: who has signed, who may still."""

    role: str
    as_it: str  # "stands" or "would be": a new root is signed by both
    threshold: int
    signed: tuple[str, ...]  # holders
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether enough people have signed."""
        return len(self.signed) >= self.threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """All the signatures that count, put on the draft, and a sentence for each that does not."""

    draft: Draft
    tallies: tuple[Tally, ...]
    refused: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether it can be published."""
        return all(each.complete for each in self.tallies)


def collect(
    draft: Draft, given: Sequence[tuple[str, Signatures]], before: Books | None, after: Books
) -> Collected:
    """Put what people ``given`` (the name of each file, and what stands in it) onto a copy of the draft."""
    signed = {role: Metadata(each.signed) for role, each in draft.metadata.items()}
    digest = proposal_digest(draft)
    refused: list[str] = []
    for name, signatures in given:
        if signatures.proposal != digest:
            refused.append(f"{name}: signs another proposal, {signatures.proposal[:8]}, not {digest[:8]}")
            continue
        for role, signature in signatures.by_role.items():
            why = _fault(role, signature, signed, _seats_of(role, draft, before, after))
            if why is None:
                signed[role].signatures[signature.keyid] = signature
            else:
                refused.append(f"{name}: {why}")
    tallies = tuple(
        _tally(role, as_it, seat, keys, signed[role])
        for role in draft.metadata
        for as_it, seat, keys in _asked(role, before, after)
    )
    return Collected(draft=Draft(metadata=signed, files=draft.files), tallies=tallies, refused=tuple(refused))


_Seats = list[tuple[str, Role, Mapping[str, Key]]]


def _seats_of(role: str, draft: Draft, before: Books | None, after: Books) -> _Seats:
    return list(_asked(role, before, after)) if role in draft.metadata else []


def _asked(role: str, before: Books | None, after: Books) -> Iterator[tuple[str, Role, Mapping[str, Key]]]:
    """Whose word a role takes; a root takes that of those who held the last one, too."""
    if role == ROOT and before is not None:
        yield "stands", before.root.roles[ROOT], before.root.keys
    if role in (ROOT, TOP_TARGETS):
        yield "would be", after.root.roles[role], after.root.keys
    elif role in after.delegated:
        delegations = after.targets.delegations
        yield "would be", after.delegated[role], {} if delegations is None else delegations.keys


def _fault(role: str, signature: Signature, signed: Mapping[str, Metadata[Any]], seats: _Seats) -> str | None:
    """Why a signature does not count; None if it does."""
    short = signature.keyid[:8]
    keys = {keyid: keys[keyid] for _, seat, keys in seats for keyid in seat.keyids}
    if not seats:
        return f"{role} is not in this proposal"
    key = keys.get(signature.keyid)
    if key is None:
        return f"the key {short} may not sign {role}"
    if signature.keyid in signed[role].signatures:
        return f"{holder_of(key)} has signed {role} already; that counts once"
    try:
        key.verify_signature(signature, signed[role].signed_bytes)
    except (UnverifiedSignatureError, VerificationError, ValueError):
        return f"the signature of {holder_of(key)} on {role} does not verify: have it given again"
    return None


def _tally(role: str, as_it: str, seat: Role, keys: Mapping[str, Key], metadata: Metadata[Any]) -> Tally:
    here = [keyid for keyid in seat.keyids if keyid in metadata.signatures]
    return Tally(
        role=role,
        as_it=as_it,
        threshold=seat.threshold,
        signed=tuple(holder_of(keys[keyid]) for keyid in here),
        missing=tuple(holder_of(keys[keyid]) for keyid in seat.keyids if keyid not in here),
    )
