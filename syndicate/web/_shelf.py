"""An agency's folder on the web: its signed feed, the light one and the archive, as they are on the disk."""

import asyncio
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web

from syndicate.last_used import LastUsed
from syndicate.news import b64url
from syndicate.web._answer import CODINGS, FEED_CACHE, Ready, problem
from syndicate.web._route import Edge, Site
from syndicate.wire import MEDIA_TYPES

_NAME: Final = re.compile(r"[a-z0-9-]{1,32}(?:\.archive-[0-9]{1,9})?\.(atom|rss)", re.ASCII)
_KEPT: Final = 64  # documents with their codings in memory


@dataclass(frozen=True, slots=True)
class _Edition:
    changed: tuple[int, int, int]  # of the file: when, size, inode
    ready: Ready


class Shelf:
    """Answers for the files of one folder; nothing else in it can be asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._editions: LastUsed[str, _Edition] = LastUsed(_KEPT)

    async def get(self, _request: web.BaseRequest, rest: str) -> web.Response:
        """The file of that name, in the coding asked for; 304 if the client has it."""
        named = _NAME.fullmatch(rest)
        edition = None if named is None else await asyncio.to_thread(self._edition, rest, named[1])
        if edition is None:
            return problem(404, "there is no such feed here")
        return edition.ready.answer(_request)

    def _edition(self, name: str, form: str) -> _Edition | None:
        path = self._folder / name
        try:
            with path.open("rb") as file:
                seen = os.fstat(file.fileno())  # of the very file that is read, whatever replaces it
                changed = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
                known = self._editions.get(name)
                if known is not None and known.changed == changed:
                    return known
                body = file.read()
        except OSError:
            return None
        return self._editions.put(name, _Edition(changed, _made_ready(body, form, int(seen.st_mtime))))


def make_shelf(folder: Path, prefix: str = "/") -> Site:
    """The feeds in ``folder``, to be put on a socket by ``serve``; under ``prefix`` and at the root alike."""
    files = Edge("a file", {"GET": Shelf(folder).get})

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        return await files.answer(request, path.removeprefix(prefix if path.startswith(prefix) else "/"))

    return answer


def _made_ready(body: bytes, form: str, modified: int) -> Ready:
    bodies = {"identity": body} | {coding: make(body) for coding, make in CODINGS.items()}
    return Ready(
        bodies,
        digest=b64url(hashlib.sha256(body).digest()[:16]),
        media_type=MEDIA_TYPES[form],
        cache=FEED_CACHE,
        last_modified=modified,
    )
