"""Asking a hub what it has: the hub's own word, until a token behind it is checked."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import urlencode

from syndicate import fetch
from syndicate.errors import ClientError, FetchError
from syndicate.ports import Answered, Call

_AGENT: Final = "syndicate-search"
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One item that was found, as the hub tells of it; ``token_url`` is where its proof of origin stands."""

    index: int
    sub: str
    ver: int
    agency: str
    lang: str
    act: str
    title: str
    excerpt: str
    published: str
    page_url: str
    token_url: str

    def as_json(self) -> dict[str, Any]:
        """As plain values, ready for ``json.dumps``."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """What was found; ``next`` asks for more, None at the end; ``unindexed`` items count by title alone."""

    hits: tuple[Hit, ...]
    next: str | None
    unindexed: int


async def search(hub: str, query: str, *, narrowed: Mapping[str, str] | None = None) -> Hits:
    """What the hub or mirror at ``hub`` finds; ``narrowed`` holds further parameters of ``/v1/search``.

    The query goes in a body, so that it stands in no log of addresses on its way.

    Raises:
        ClientError: the hub refuses the query; its reason is in the message.
        FetchError: no answer is to be had, or it is none.
    """
    body = urlencode({"q": query, **(narrowed or {})}).encode("ascii")
    asked = Call(url=f"{hub.rstrip('/')}/v1/search", body=body, media_type=_FORM)
    async with fetch.open_caller(allow=fetch.own_machine(hub), user_agent=_AGENT) as caller:
        answer = await caller.call(asked)
    if not isinstance(answer, Answered):
        raise FetchError(f"{hub}: {answer.detail}")
    told = _told(answer.body, hub)
    if answer.status in (400, 404):
        raise ClientError(f"{hub} does not take this search: {told.get('detail')}")
    if answer.status != 200:
        raise FetchError(f"{hub} answered {answer.status} to a search", hint="Ask again in a moment.")
    try:
        hits = tuple(_hit(each) for each in told["items"])
        return Hits(hits=hits, next=told["next"], unindexed=int(told["unindexed"]))
    except (KeyError, TypeError, ValueError) as exc:
        raise _no_answer(hub) from exc


def _told(body: bytes, hub: str) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise _no_answer(hub) from exc
    if not isinstance(told, dict):
        raise _no_answer(hub)
    return told


def _hit(told: Mapping[str, Any]) -> Hit:
    text = {
        name: str(told[name])
        for name in ("sub", "agency", "lang", "act", "published", "page_url", "token_url")
    }
    runs = {name: "".join(str(run["text"]) for run in told[name]) for name in ("title", "excerpt")}
    return Hit(index=int(told["index"]), ver=int(told["ver"]), **text, **runs)


def _no_answer(hub: str) -> FetchError:
    return FetchError(f"{hub} did not answer a search", hint="Is it a hub's or a mirror's address?")
