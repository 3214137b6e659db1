"""The one response layer: everything that leaves the hub over HTTP leaves through here (RFC 9110, 9111).

Header fields of a document are built once and copied per request by C code; a request costs a few
dictionary look-ups. There is no middleware, because each one costs a tenth of a warm feed's throughput.
"""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import brotli  # type: ignore[import-untyped] # it comes without stubs
from aiohttp import hdrs, web

from syndicate.journey import Body
from syndicate.news import b64url
from syndicate.web._body import Portions, to_send
from syndicate.web._negotiate import choose_coding, http_date, matches, not_since

FEED_CACHE: Final = "public, max-age=60, stale-while-revalidate=300, stale-if-error=86400"
ALERT_CACHE: Final = "public, max-age=15, must-revalidate"  # nobody serves an alert stale
FOREVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "public, max-age=0, must-revalidate"
NEVER: Final = "no-store"
_OPEN: Final = {  # anyone may read anything here from any page; there is nothing private to protect
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, Retry-After",
    "X-Content-Type-Options": "nosniff",
    "Server": "syndicate",  # which library in which version is nobody's business
}
_PREFLIGHT: Final = {
    "Access-Control-Allow-Headers": "Content-Type, If-Modified-Since, If-None-Match, Last-Event-ID",
    "Access-Control-Max-Age": "86400",
}
_SUFFIX: Final = {"identity": "", "gzip": "-gzip", "br": "-br"}
_ORDER: Final = ("br", "gzip", "identity")
_LIST_MOST: Final = 8_192  # characters of a list field, over all its lines
_KEPT_WHEN_UNCHANGED: Final = (
    hdrs.ETAG,
    hdrs.CACHE_CONTROL,
    hdrs.VARY,
    hdrs.LAST_MODIFIED,
    hdrs.ACCESS_CONTROL_ALLOW_ORIGIN,
    hdrs.ACCESS_CONTROL_EXPOSE_HEADERS,
    "X-Content-Type-Options",
)


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=6, mtime=0)  # no time in it: the same bytes every time


def _brotli(body: bytes) -> bytes:
    return bytes(brotli.compress(body, quality=5))


CODINGS: Final = {"gzip": _gzip, "br": _brotli}


@dataclass(frozen=True, slots=True)
class _Coded:
    """A document in one coding, with the header fields of its 200 and of its 304."""

    body: bytes | Portions
    etag: str
    full: Mapping[str, str]
    spare: Mapping[str, str]


class Ready:
    """A document ready to be sent: strong ETag per coding, every header field written already."""

    __slots__ = ("_coded", "_modified", "_offered", "size", "source")

    def __init__(  # noqa: PLR0913 - what a response is made of
        self,
        bodies: Mapping[str, Body],
        *,
        digest: str,
        media_type: str,
        cache: str = FEED_CACHE,
        last_modified: int | None = None,
        extra: Mapping[str, str] | None = None,
        source: object = None,
    ) -> None:
        self.source = source  # what it was made from, to see whether it still stands
        self.size = sum(len(body) for body in bodies.values())
        self._modified = last_modified
        self._offered = tuple(coding for coding in _ORDER if coding in bodies)
        self._coded: dict[str, _Coded] = {}
        for coding in self._offered:
            etag = f'"{digest}{_SUFFIX[coding]}"'
            full: dict[str, str] = {hdrs.CONTENT_TYPE: media_type, hdrs.ETAG: etag, hdrs.CACHE_CONTROL: cache}
            full[hdrs.CONTENT_LENGTH] = str(len(bodies[coding]))
            full[hdrs.VARY] = hdrs.ACCEPT_ENCODING
            if last_modified is not None:
                full[hdrs.LAST_MODIFIED] = http_date(last_modified)
            if coding != "identity":
                full[hdrs.CONTENT_ENCODING] = coding
            full |= {**_OPEN, **(extra or {})}
            spare = {name: full[name] for name in _KEPT_WHEN_UNCHANGED if name in full}
            self._coded[coding] = _Coded(to_send(bodies[coding]), etag, _fields(full), _fields(spare))

    def answer(self, request: web.BaseRequest) -> web.Response:
        """200 with the body in the coding asked for, 304 if the client has it, 406 if it excludes all."""
        asked = request.headers
        accepted = _joined(asked, hdrs.ACCEPT_ENCODING)
        coding = choose_coding(accepted, self._offered)
        if coding is None:
            return problem(406, "none of the content codings that are here is accepted", vary=True)
        coded = self._coded[coding]
        if self._unchanged(asked, coded.etag):
            return web.Response(status=304, headers=coded.spare)
        if (held := self._held(asked, accepted)) is not None:
            return web.Response(status=304, headers=held.spare)
        return web.Response(body=coded.body, headers=coded.full)

    def _held(self, asked: Mapping[str, str], accepted: str | None) -> _Coded | None:
        """The document in another coding that the client takes, too, and has.

        A coding may be made later than others: whoever has the document need not fetch it once more.
        """
        tags = _joined(asked, hdrs.IF_NONE_MATCH)
        if tags is None:
            return None
        for coding, coded in self._coded.items():
            takes = coding != "identity" and choose_coding(accepted, (coding,)) == coding
            if takes and matches(tags, coded.etag):
                return coded
        return None

    def _unchanged(self, asked: Mapping[str, str], etag: str) -> bool:
        # If-None-Match decides alone when it is there: dates have seconds only (RFC 9110, section 13.2.2).
        tags = _joined(asked, hdrs.IF_NONE_MATCH)
        if tags is not None:
            return matches(tags, etag)
        since = asked.get(hdrs.IF_MODIFIED_SINCE)
        return since is not None and self._modified is not None and not_since(since, self._modified)


def _fields(fields: Mapping[str, str]) -> Mapping[str, str]:
    # As aiohttp's own multi-dictionary, which it copies per response in one C call.
    return web.Response(headers=fields).headers


def _joined(asked: Mapping[str, str], name: str) -> str | None:
    """A list field's value; several lines of it are one list (RFC 9110, section 5.3).

    A hundred lines of 8 kB would take as long to read as a thousand requests, and be remembered: a list that
    is longer than one line may be names nothing.
    """
    lines: list[str] | None = asked.getall(name, None)  # type: ignore[attr-defined] # a CIMultiDictProxy
    if lines is None:
        return None
    return ", ".join(lines) if sum(map(len, lines)) <= _LIST_MOST else ""


def ready(body: bytes, media_type: str, *, cache: str, extra: Mapping[str, str] | None = None) -> Ready:
    """A document made for this request alone, sent as it is."""
    digest = b64url(hashlib.sha256(body).digest()[:16])
    return Ready({"identity": body}, digest=digest, media_type=media_type, cache=cache, extra=extra)


def endless(media_type: str) -> Mapping[str, str]:
    """The header fields of an answer that goes on; no proxy may hold it back or keep it."""
    fields: dict[str, str] = {hdrs.CONTENT_TYPE: media_type, hdrs.CACHE_CONTROL: NEVER, **_OPEN}
    return _fields(fields | {"X-Accel-Buffering": "no"})


def send_page(
    status: int, body: bytes, media_type: str, extra: Mapping[str, str], *, cache: str
) -> web.Response:
    """A page that is no document of ours: why there is none, in words for people."""
    headers: dict[str, str] = {hdrs.CONTENT_TYPE: media_type, hdrs.CACHE_CONTROL: cache, **_OPEN, **extra}
    return web.Response(status=status, body=body, headers=headers)


def see_other(location: str) -> web.Response:
    """What was asked for stands at ``location`` (RFC 9110, section 15.4.4)."""
    return web.Response(status=303, headers={hdrs.LOCATION: location, hdrs.CACHE_CONTROL: NEVER, **_OPEN})


def squeezed(
    body: bytes,
    media_type: str,
    *,
    cache: str,
    extra: Mapping[str, str] | None = None,
    source: object = None,
) -> Ready:
    """A document made for everybody who asks, in every coding."""
    bodies = {"identity": body} | {coding: squeeze(body) for coding, squeeze in CODINGS.items()}
    digest = b64url(hashlib.sha256(body).digest()[:16])
    return Ready(bodies, digest=digest, media_type=media_type, cache=cache, extra=extra, source=source)


def json_bytes(value: object) -> bytes:
    """``value`` as UTF-8 JSON that is safe to stand in a page, too."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    # JSON may write these three as it likes; so no reader that sniffs or embeds ever sees a tag in it.
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").encode()


def send_json(request: web.BaseRequest, value: object, *, cache: str, status: int = 200) -> web.Response:
    """``value`` as JSON; a 200 can be asked for conditionally."""
    body = json_bytes(value)
    if status == 200 and cache != NEVER:
        return ready(body, "application/json", cache=cache).answer(request)
    headers: dict[str, str] = {hdrs.CONTENT_TYPE: "application/json", hdrs.CACHE_CONTROL: cache, **_OPEN}
    return web.Response(status=status, body=body, headers=headers)


def problem(  # noqa: PLR0913 - what a refusal may have to say
    status: int,
    detail: str,
    *,
    vary: bool = False,
    allow: str | None = None,
    retry_after: int | None = None,
    more: Mapping[str, object] | None = None,
) -> web.Response:
    """An RFC 9457 answer: what is wrong, in one sentence, without anything of the request repeated."""
    title = web.Response(status=status).reason
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, **(more or {})}
    headers: dict[str, str] = {
        hdrs.CONTENT_TYPE: "application/problem+json",
        hdrs.CACHE_CONTROL: NEVER,
        **_OPEN,
    }
    if vary:
        headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
    if allow is not None:
        headers[hdrs.ALLOW] = allow
    if retry_after is not None:
        headers[hdrs.RETRY_AFTER] = str(retry_after)
    return web.Response(status=status, body=json_bytes(told), headers=headers)


def options(allow: str) -> web.Response:
    """What may be done here; also the answer to a browser's preflight (Fetch standard)."""
    headers: dict[str, str] = {
        hdrs.ALLOW: allow,
        "Access-Control-Allow-Methods": allow,
        hdrs.CACHE_CONTROL: NEVER,
        **_PREFLIGHT,
        **_OPEN,
    }
    return web.Response(status=204, headers=headers)
