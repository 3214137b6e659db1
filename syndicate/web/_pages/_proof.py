"""The proof of a version, for people: which key, which place in the log, who stands behind it."""

import base64
import json
from collections.abc import Mapping

from syndicate.ledger import ProofFile, read_checkpoint
from syndicate.news import KeyId, Registry
from syndicate.ports import KeptCheckpoint, Logged


def proof_values(
    logged: Logged, made: tuple[ProofFile, KeptCheckpoint] | None, registry: Registry, proven: int
) -> Mapping[str, object]:
    """What the badge opens; ``made`` is the proof and its checkpoint, None while there is none."""
    kid = key_of(logged.token)
    key = registry.keys.get(kid)
    return {
        "proof": {
            "kid": kid,
            "status": "proof.key_unknown" if key is None else f"proof.key_{key.status}",
            "index": f"{logged.index:,}",
            "received": logged.received_at,
            "logged": logged.sealed_at,
            "proven": logged.index < proven,
            **_checkpoint(made),
        }
    }


def key_of(token: str) -> KeyId:
    """The key that a kept token names."""
    header = token.partition(".")[0]
    return KeyId(json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"])


def _checkpoint(made: tuple[ProofFile, KeptCheckpoint] | None) -> Mapping[str, object]:
    if made is None:
        return {"origin": None, "size": None, "witnesses": ()}
    checkpoint, note = read_checkpoint(made[1].note)
    names = [each.name for each in note.signatures if each.name != checkpoint.origin]
    return {
        "origin": checkpoint.origin,
        "size": f"{checkpoint.size:,}",
        "witnesses": tuple(dict.fromkeys(names)),
    }
