"""The addresses of the forms: each shows a page, and only one of them signs."""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AbstractContextManager
from typing import Final

from aiohttp import web

from syndicate.agency import AgencyConfig, halted
from syndicate.errors import AgencyError, SyndicateError
from syndicate.forms._form import FORM_BYTES, fields_of, manuscript_from, read_form, standing
from syndicate.forms._pages import NAMES, POLICY, Pages, deeds_for
from syndicate.news import Item, Refused, rfc3339
from syndicate.newsdesk import Deed, Desk, compose, do, drop_ids, find_item, last_text, release_ids
from syndicate.ports import Signed, Waiting
from syndicate.trust import recall

Opens = Callable[[], AbstractContextManager[Desk]]
Forms = Callable[[web.BaseRequest], Awaitable[web.Response]]

_log = logging.getLogger("syndicate.forms")
_SHOWN: Final = 50  # items of the stream
_FORM_SECONDS: Final = 20.0
_HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def make_forms(opens: Opens, config: AgencyConfig, *, secret: str, hosts: Collection[str]) -> Forms:
    """The pages, for whoever calls one of ``hosts`` ("127.0.0.1:8091") under ``/secret/``."""
    counter = _Counter(opens, Pages(f"/{secret}/", config.name, config.language))

    async def answer(request: web.BaseRequest) -> web.Response:
        # A page elsewhere can make a browser ask here, under a name of its own: it does not know the secret.
        _, given, rest = [*request.path.split("/", 2), "", ""][:3]
        let_in = hmac.compare_digest(given.encode(), secret.encode())
        if not let_in or request.headers.get("Host") not in hosts:
            return web.Response(status=404, text="There is nothing here.\n")
        if request.method not in ("GET", "HEAD", "POST"):
            return web.Response(status=405, headers={"Allow": "GET, HEAD, POST"})
        try:
            said = await _said(request) if request.method == "POST" else dict(request.query)
            status, page = await asyncio.to_thread(counter.serve, request.method, rest, said)
        except SyndicateError as exc:
            status, page = 400, counter.trouble(exc)
        except Exception:  # noqa: BLE001 - the edge of a request: a bug ends with this page
            _log.exception("a bug while showing a form")
            status, page = 500, counter.trouble(AgencyError("something broke here; nothing was signed"))
        return web.Response(status=status, body=page, headers=_HEADERS)

    return answer


async def _said(request: web.BaseRequest) -> Mapping[str, str]:
    if request.content_type != "application/x-www-form-urlencoded":
        raise AgencyError("a form of another kind than ours")
    body = bytearray()
    try:
        async with asyncio.timeout(_FORM_SECONDS):
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > FORM_BYTES:
                    raise AgencyError(f"the form has more than {FORM_BYTES} bytes")
    except TimeoutError as exc:
        raise AgencyError("the form did not arrive in time") from exc
    return read_form(bytes(body))


class _Counter:
    """Serves one person at a time, with the book open only meanwhile."""

    def __init__(self, opens: Opens, pages: Pages) -> None:
        self._opens = opens
        self._pages = pages

    def trouble(self, exc: SyndicateError) -> bytes:
        """Why it cannot be done, and what to do."""
        return self._pages.told("That cannot be done", [f"{exc}.", *([exc.hint] if exc.hint else [])])

    def serve(self, method: str, rest: str, said: Mapping[str, str]) -> tuple[int, bytes]:
        """The answer to one request, as status and page. Raises SyndicateError."""
        step, _, what = rest.partition("/")
        if method == "POST" and step in ("release", "drop"):
            return 200, self._list(step, what)
        if not rest:
            return 200, self._home()
        deed = next((each for each in Deed if each == what), None)
        if deed is None or step not in ("form", "preview", "sign"):
            return 404, self._pages.told("There is no such page", [])
        if method != "POST" and step != "form":
            return 405, self._pages.told("This page comes after a form", [])
        with self._opens() as desk:
            return self._act(step, deed, said, desk)

    def _home(self) -> bytes:
        with self._opens() as desk:
            items = [recall(each.token) for each in desk.book.newest(_SHOWN)]
            waiting, said, now = desk.book.waiting(), halted(desk.config, desk.book), desk.now
        return self._pages.home([(item, deeds_for(item)) for item in items], waiting, said, now)

    def _list(self, step: str, number: str) -> bytes:
        if not (number.isascii() and number.isdecimal() and len(number) < 12):
            raise AgencyError("there is no such place on the waiting list")
        with self._opens() as desk:
            if step == "drop":
                dropped = drop_ids([int(number)], desk.book)
                return self._pages.told("Dropped", [each.item.title for each in dropped])
            ((waited, answer),) = release_ids([int(number)], desk)
        if isinstance(answer, Refused):
            return self._pages.told("Still waiting", [waited.item.title, answer.detail, answer.reason.remedy])
        return self._pages.told("Signed", [waited.item.title, _done(answer)])

    def _act(self, step: str, deed: Deed, said: Mapping[str, str], desk: Desk) -> tuple[int, bytes]:
        target = find_item(said.get("item", ""), desk.config, desk.book) if deed.of_an_item else None
        text = None if target is None else last_text(target.sub, desk.book)
        if step == "form":
            begun = standing(text) if deed is Deed.CORRECT and text is not None else {}
            return 200, self._form(deed, text, {**begun, **said}, "")
        try:
            item = compose(deed, manuscript_from(deed, said), desk, target=target)
        except AgencyError as exc:
            return 422, self._form(deed, text, said, str(exc))
        word = item.sub[-6:] if deed is Deed.RETRACT else ""
        if step == "preview":
            return 200, self._pages.preview(deed, item, said, word, "")
        if said.get("word", "") not in (word, item.title if word else ""):
            fault = "That is not the word: nothing was signed."
            return 422, self._pages.preview(deed, item, said, word, fault)
        return 200, self._pages.told(NAMES[deed], [item.title, _done(do(item, desk))])

    def _form(self, deed: Deed, target: Item | None, said: Mapping[str, str], fault: str) -> bytes:
        return self._pages.form(deed, target, fields_of(deed, said, fault), fault)


def _done(done: Signed | Waiting) -> str:
    if isinstance(done, Signed):
        return f"Signed as number {done.seq}, version {done.ver}. Hubs read it at their next visit."
    until = "until the second person releases it" if done.due is None else f"until {rfc3339(done.due)}"
    return f"It waits, unsigned, {until}."
