"""A draft on its way to the people who sign it: one file, and the digest by which they name it to each other.

The file carries no explanation of itself: what it would change, every signer's own program says, from the
signer's own copy of the registry (``changes``).
"""

import hashlib
import json
from typing import Any, Final

from tuf.api.metadata import Metadata
from tuf.api.serialization import DeserializationError

from syndicate.ceremony._draft import Draft
from syndicate.errors import RegistryError

PROPOSAL_BYTES: Final = 8_000_000
_KIND: Final = "syndicate-proposal/v1"
_MOST: Final = 1_000  # roles, and files


def write_proposal(draft: Draft) -> bytes:
    """The file: the same draft gives the same bytes. Signatures that are there stay behind."""
    told = {
        "kind": _KIND,
        "metadata": {role: _unsigned(each) for role, each in draft.metadata.items()},
        "files": {path: raw.decode("utf-8") for path, raw in draft.files.items()},
    }
    return (json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def read_proposal(raw: bytes) -> Draft:
    """The draft in a file that somebody sent; nothing in it is believed yet.

    Raises:
        RegistryError: it is no proposal.
    """
    if len(raw) > PROPOSAL_BYTES:
        raise RegistryError(f"the proposal has more than {PROPOSAL_BYTES:,} bytes")
    try:
        return _read(json.loads(raw))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, DeserializationError) as exc:
        raise RegistryError(
            f"this is no proposal of a change to the registry ({type(exc).__name__})",
            hint="Take the file that `syndicate registry propose` wrote, as it is.",
        ) from exc


def _read(told: Any) -> Draft:  # noqa: ANN401 - whatever the file says
    if told["kind"] != _KIND or len(told["metadata"]) > _MOST or len(told["files"]) > _MOST:
        raise ValueError("of another kind")
    return Draft(
        metadata={str(role): _metadata(each) for role, each in told["metadata"].items()},
        files={str(path): text.encode("utf-8") for path, text in told["files"].items()},
    )


def proposal_digest(draft: Draft) -> str:
    """SHA-256, in hexadecimal, over all that would be signed and published; signatures do not count."""
    digest = hashlib.sha256(f"{_KIND}\n".encode())
    for role, metadata in sorted(draft.metadata.items()):
        digest.update(f"{role} {hashlib.sha256(metadata.signed_bytes).hexdigest()}\n".encode())
    for path, raw in sorted(draft.files.items()):
        digest.update(f"{path} {hashlib.sha256(raw).hexdigest()}\n".encode())
    return digest.hexdigest()


def spoken(digest: str) -> str:
    """A digest as people read it out: groups of four."""
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))


def _unsigned(metadata: Metadata[Any]) -> dict[str, Any]:
    return Metadata(metadata.signed).to_dict()


def _metadata(told: dict[str, Any]) -> Metadata[Any]:
    metadata: Metadata[Any] = Metadata.from_dict(told)
    metadata.signatures.clear()
    return metadata
