"""What a hub or mirror has of one version: its token and its proof."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from syndicate.client._log import Get
from syndicate.errors import ClientError
from syndicate.news import ItemId, spelling

_MOST_VERSIONS: Final = 1_000
_SUB: Final = re.compile(spelling.ITEM_ID, re.ASCII)
_ADDRESS: Final = re.compile(rf"/v1/items/({_SUB.pattern})/([1-9][0-9]{{0,15}})(?:\.jws|\.tlog-proof)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One version as a hub gives it, nothing of it checked yet."""

    sub: ItemId
    ver: int
    token: bytes
    proof: bytes


def named_item(asked: str) -> tuple[ItemId, int | None]:
    """The item, and the version if one is named, of an id or of an address of a hub's token.

    Raises:
        ClientError: it is neither.
    """
    if _SUB.fullmatch(asked.removeprefix("urn:syndicate:")):
        return ItemId(asked.removeprefix("urn:syndicate:")), None
    try:
        found = _ADDRESS.search(urlsplit(asked).path)
    except ValueError:
        found = None
    if found is None:
        raise ClientError(
            f"{asked!r} names no item",
            hint="An item is named by its id, vn.vna:..., or by the address of its token, which feeds show.",
        )
    return ItemId(found[1]), int(found[2])


async def fetch_evidence(get: Get, sub: ItemId, ver: int | None = None) -> Evidence:
    """A version's token and proof; the newest version if none is named.

    Raises:
        ClientError: the hub has no such version, or no proof of it yet.
        FetchError: the hub does not answer.
    """
    ver = await _newest(get, sub) if ver is None else ver
    token = await get(f"v1/items/{sub}/{ver}.jws")
    if token is None:
        raise ClientError(f"it has no version {ver} of {sub}", hint="Is it the right hub, and the right id?")
    proof = await get(f"v1/items/{sub}/{ver}.tlog-proof")
    if proof is None:
        raise ClientError(
            f"version {ver} of {sub} is in no signed checkpoint yet", hint="Ask again in a minute."
        )
    return Evidence(sub=sub, ver=ver, token=token.strip(), proof=proof)


async def _newest(get: Get, sub: ItemId) -> int:
    newest = 0
    while newest < _MOST_VERSIONS and await get(f"v1/items/{sub}/{newest + 1}.jws") is not None:
        newest += 1
    return max(newest, 1)
