"""/registry/: the repository as it was fetched last; and /v1/keys.json, for a quick look."""

import asyncio
import re
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from syndicate.news import Agency, AgencyKey, b64url
from syndicate.web._answer import FOREVER, problem, ready, send_json
from syndicate.web._world import World

# Versioned metadata and hashed files never change; the timestamp is what is asked for again.
_STANDING: Final = re.compile(
    r"metadata/[1-9][0-9]{0,8}\.[a-z0-9-]{1,40}\.json"
    r"|targets/(?:[a-z0-9-]{1,40}/){0,3}[0-9a-f]{64}\.[a-z0-9-]{1,40}\.(?:json|txt)",
    re.ASCII,
)
TIMESTAMP: Final = "/registry/metadata/timestamp.json"
_ASKED_AGAIN: Final = "public, max-age=60"
_FILE_BYTES: Final = 1_000_000
_NO_FILE: Final = "the registry has no such file"
_NOTE: Final = (
    "For a quick look only. Nobody signed this list: to trust a key, verify /registry/ from the root on "
    '(docs/protocol.md, "The registry").'
)


class RegistryFiles:
    """Answers for the repository and for the list of keys."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def get(self, request: web.BaseRequest, path: str) -> web.Response:
        """One file of the repository that never changes."""
        if _STANDING.fullmatch(path) is None:
            return problem(404, _NO_FILE)
        return await self._send(request, path, FOREVER)

    async def timestamp(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """The file that says which of the others count now."""
        return await self._send(request, TIMESTAMP.removeprefix("/registry/"), _ASKED_AGAIN)

    async def _send(self, request: web.BaseRequest, path: str, cache: str) -> web.Response:
        body = await asyncio.to_thread(self._read, path)
        if body is None:
            return problem(404, _NO_FILE)
        media_type = "text/plain; charset=utf-8" if path.endswith(".txt") else "application/json"
        return ready(body, media_type, cache=cache).answer(request)

    def standing(self) -> list[str]:
        """The files that never change, as far as they are here."""
        folder = self._world.registry_files
        found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        return sorted(path for path in found if _STANDING.fullmatch(path))

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
