"""/registry/: the repository as it was fetched last; and /v1/keys.json, for a quick look."""

import asyncio
import hashlib
import re
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from syndicate.news import Agency, AgencyKey, b64url
from syndicate.web._answer import FOREVER, Ready, problem, ready, send_json
from syndicate.web._world import World

# Versioned metadata and hashed files never change; the timestamp is what is asked for again.
_STANDING: Final = re.compile(
    r"metadata/[1-9][0-9]{0,8}\.[a-z0-9-]{1,40}\.json"
    r"|targets/(?:[a-z0-9-]{1,40}/){0,3}[0-9a-f]{64}\.[a-z0-9-]{1,40}\.(?:json|txt)",
    re.ASCII,
)
_TIMESTAMP: Final = "metadata/timestamp.json"
_ASKED_AGAIN: Final = "public, max-age=60"
_FILE_BYTES: Final = 1_000_000
_NOTE: Final = (
    "For a quick look only. Nobody signed this list: to trust a key, verify /registry/ from the root on "
    '(docs/protocol.md, "The registry").'
)


class RegistryFiles:
    """Answers for the repository and for the list of keys."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def get(self, request: web.BaseRequest, path: str) -> web.Response:
        """One file of the repository."""
        standing = _STANDING.fullmatch(path) is not None
        body = await asyncio.to_thread(self._read, path) if standing or path == _TIMESTAMP else None
        if body is None:
            return problem(404, "the registry has no such file")
        cache = FOREVER if standing else _ASKED_AGAIN
        if path.endswith(".txt"):
            return ready(body, "text/plain; charset=utf-8", cache=cache).answer(request)
        digest = b64url(hashlib.sha256(body).digest()[:16])
        made = Ready({"identity": body}, digest=digest, media_type="application/json", cache=cache)
        return made.answer(request)

    async def keys(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """Agencies and item keys of the registry in use, in the form of tests/vectors/registry.json."""
        registry = self._world.registry()
        keys = sorted(registry.keys.values(), key=lambda one: (one.agency, one.nbf, one.kid))
        told = {
            "note": _NOTE,
            "federation": registry.federation,
            "stage": registry.stage or None,
            "registry": registry.version,
            "agencies": [_agency(one) for one in sorted(registry.agencies.values(), key=lambda one: one.id)],
            "keys": [_key(key) for key in keys],
        }
        return send_json(request, told, cache=_ASKED_AGAIN)

    def _read(self, path: str) -> bytes | None:
        try:
            with (self._world.registry_files / path).open("rb") as file:
                return file.read(_FILE_BYTES)
        except OSError:
            return None


def _agency(agency: Agency) -> Mapping[str, object]:
    return {
        "id": agency.id,
        "domains": list(agency.domains),
        "media_hosts": list(agency.media_hosts),
        "states": [{"state": one.state, "since": one.since} for one in agency.states],
    }


def _key(key: AgencyKey) -> Mapping[str, object]:
    return {
        "kid": key.kid,
        "agency": key.agency,
        "kty": "OKP",
        "crv": "Ed25519",
        "x": b64url(key.public),
        "status": key.status,
        "nbf": key.nbf,
        "exp": key.exp,
        "revoked_at": key.revoked_at,
        "reason": key.reason,
    }
