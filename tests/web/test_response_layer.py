"""The response layer against RFC 9110, over a real socket, byte for byte."""

import gzip
import json
from collections.abc import AsyncIterator

import brotli  # type: ignore[import-untyped] # it comes without stubs
import pytest
from aiohttp import web
from raw_client import ask, exchange, served

from syndicate.errors import StorageError
from syndicate.web._answer import CODINGS, FEED_CACHE, Ready
from syndicate.web._route import Edge

BODY = b"<feed>" + b"news " * 500 + b"</feed>"
CHANGED = 1_790_000_000
DATE = "Mon, 21 Sep 2026 14:13:20 GMT"
OLDER = "Mon, 21 Sep 2026 14:13:19 GMT"
TAG, TAG_GZIP, TAG_BR = '"abc"', '"abc-gzip"', '"abc-br"'


@pytest.fixture
async def port() -> AsyncIterator[int]:
    bodies = {"identity": BODY} | {name: squeeze(BODY) for name, squeeze in CODINGS.items()}
    ready = Ready(
        bodies, digest="abc", media_type="application/atom+xml; charset=utf-8", last_modified=CHANGED
    )

    async def get(request: web.BaseRequest, rest: str) -> web.Response:
        return ready.answer(request)

    async def fails(request: web.BaseRequest, rest: str) -> web.Response:
        raise RuntimeError("a bug with <script>")

    async def full(request: web.BaseRequest, rest: str) -> web.Response:
        raise StorageError("/var/lib/secret.sqlite3: no room left")

    edges = {
        "/feed": Edge("feed", {"GET": get}),
        "/bug": Edge("bug", {"GET": fails}),
        "/full": Edge("full", {"GET": full}),
    }

    async def site(request: web.BaseRequest) -> web.StreamResponse:
        return await edges.get(request.path, edges["/bug"]).answer(request, "")

    async with served(site) as where:
        yield where


async def test_a_feed_comes_whole_with_everything_a_cache_and_a_browser_need(port: int) -> None:
    reply = await ask(port, "/feed")

    assert (reply.status, reply.body) == (200, BODY)
    wanted = {
        "content-type": "application/atom+xml; charset=utf-8",
        "content-length": str(len(BODY)),
        "etag": TAG,
        "last-modified": DATE,
        "cache-control": FEED_CACHE,
        "vary": "Accept-Encoding",
        "access-control-allow-origin": "*",
        "x-content-type-options": "nosniff",
    }
    assert wanted.items() <= reply.headers.items()
    assert "content-encoding" not in reply.headers
    assert len(reply.names) == len(set(reply.names))


async def test_no_answer_sets_a_cookie_or_tells_what_runs_here(port: int) -> None:
    for path in ("/feed", "/bug", "/nothing"):
        assert "set-cookie" not in (await ask(port, path)).headers


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        pytest.param("gzip", "gzip", id="one coding"),
        pytest.param("br", "br", id="brotli"),
        pytest.param("gzip, deflate, br", "br", id="as browsers ask: ours to choose"),
        pytest.param("gzip;q=1.0, br;q=0.5", "gzip", id="the higher weight wins"),
        pytest.param("br;q=0, gzip", "gzip", id="weight 0 excludes"),
        pytest.param("br;q=0,gzip;q=0", None, id="all excluded but identity"),
        pytest.param("br;q=0.000", None, id="weight 0 with decimals"),
        pytest.param("*", "br", id="anything"),
        pytest.param("*;q=0, gzip", "gzip", id="nothing but gzip"),
        pytest.param("*;q=0.5, br;q=0", "gzip", id="anything but brotli"),
        pytest.param("identity", None, id="identity"),
        pytest.param("identity;q=1, br;q=0.9", None, id="identity preferred"),
        pytest.param("identity;q=0.5, gzip;q=0.9", "gzip", id="identity second"),
        pytest.param("", None, id="nothing named"),
        pytest.param("GZIP", "gzip", id="capitals"),
        pytest.param("x-gzip", "gzip", id="the old name"),
        pytest.param("zstd, deflate", None, id="only what we do not have"),
        pytest.param("gzip;q=banana", None, id="cannot be read"),
        pytest.param("gzip;q=2", None, id="a weight above 1"),
        pytest.param("gzip" + ", x" * 1_000, None, id="too long to be meant"),
    ],
)
async def test_the_coding_is_the_one_asked_for(port: int, accepted: str, coding: str | None) -> None:
    reply = await ask(port, "/feed", f"Accept-Encoding: {accepted}")

    assert reply.status == 200
    assert reply.headers.get("content-encoding") == coding
    assert reply.headers["vary"] == "Accept-Encoding"
    undo = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}
    assert undo[coding](reply.body) == BODY
    assert reply.headers["etag"] == {"gzip": TAG_GZIP, "br": TAG_BR, None: TAG}[coding]


async def test_a_list_in_two_header_lines_is_one_list(port: int) -> None:
    reply = await ask(port, "/feed", "Accept-Encoding: br;q=0", "Accept-Encoding: gzip")
    assert reply.headers["content-encoding"] == "gzip"
    reply = await ask(port, "/feed", 'If-None-Match: "other"', f"If-None-Match: {TAG}")
    assert reply.status == 304


@pytest.mark.parametrize("accepted", ["identity;q=0", "*;q=0", "identity;q=0, br;q=0, gzip;q=0"])
async def test_who_excludes_every_coding_is_told(port: int, accepted: str) -> None:
    reply = await ask(port, "/feed", f"Accept-Encoding: {accepted}")
    assert reply.status == 406
    assert reply.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        pytest.param(TAG, 304, id="the tag"),
        pytest.param(f"W/{TAG}", 304, id="its weak form"),
        pytest.param(f'"x", {TAG}', 304, id="last of a list"),
        pytest.param(f'W/"x" ,,\t W/{TAG} , "y"', 304, id="in a list with blanks and empty members"),
        pytest.param('"a,b", "abc"', 304, id="after a tag with a comma in it"),
        pytest.param("*", 304, id="any"),
        pytest.param('"x"', 200, id="another tag"),
        pytest.param(TAG_GZIP, 200, id="the tag of another coding"),
        pytest.param("abc", 200, id="without quotes"),
        pytest.param('"abc', 200, id="half a tag"),
        pytest.param('"x" "abc"', 200, id="no comma between"),
        pytest.param("", 200, id="empty"),
    ],
)
async def test_if_none_match_is_answered_as_the_rfc_says(port: int, tags: str, status: int) -> None:
    assert (await ask(port, "/feed", f"If-None-Match: {tags}")).status == status


async def test_who_has_the_document_in_a_coding_that_was_there_first_need_not_fetch_it_again(
    port: int,
) -> None:
    reply = await ask(port, "/feed", "Accept-Encoding: gzip, br", f"If-None-Match: {TAG_GZIP}")
    assert (reply.status, reply.headers["etag"]) == (304, TAG_GZIP)
    refused = "Accept-Encoding: gzip;q=0, br"
    assert (await ask(port, "/feed", refused, f"If-None-Match: {TAG_GZIP}")).status == 200


async def test_each_coding_has_a_tag_of_its_own(port: int) -> None:
    gzipped = "Accept-Encoding: gzip"
    assert (await ask(port, "/feed", gzipped, f"If-None-Match: {TAG_GZIP}")).status == 304
    assert (await ask(port, "/feed", gzipped, f"If-None-Match: {TAG}")).status == 200


async def test_a_304_repeats_what_a_200_would_have_said_and_has_no_body(port: int) -> None:
    whole = await ask(port, "/feed")
    reply = await ask(port, "/feed", f"If-None-Match: {TAG}")

    assert (reply.status, reply.body) == (304, b"")
    for name in ("etag", "last-modified", "cache-control", "vary", "access-control-allow-origin"):
        assert reply.headers[name] == whole.headers[name]
    assert "content-length" not in reply.headers
    assert "content-type" not in reply.headers


@pytest.mark.parametrize(
    ("since", "status"),
    [
        pytest.param(DATE, 304, id="the very second"),
        pytest.param("Tue, 22 Sep 2026 00:00:00 GMT", 304, id="later"),
        pytest.param(OLDER, 200, id="a second before"),
        pytest.param("Monday, 21-Sep-26 14:13:20 GMT", 304, id="the RFC 850 form"),
        pytest.param("Mon Sep 21 14:13:20 2026", 304, id="the asctime form"),
        pytest.param("yesterday", 200, id="no date"),
        pytest.param("Mon, 00 Sep 99999 14:13:20 GMT", 200, id="no day, and a year beyond all"),
        pytest.param("Mon, 99 Sep 2026 14:13:20 GMT" * 5, 200, id="far too long"),
    ],
)
async def test_if_modified_since_is_answered_as_the_rfc_says(port: int, since: str, status: int) -> None:
    assert (await ask(port, "/feed", f"If-Modified-Since: {since}")).status == status


async def test_if_none_match_is_above_if_modified_since(port: int) -> None:
    reply = await ask(port, "/feed", 'If-None-Match: "x"', f"If-Modified-Since: {DATE}")
    assert reply.status == 200
    reply = await ask(port, "/feed", f"If-None-Match: {TAG}", f"If-Modified-Since: {OLDER}")
    assert reply.status == 304


@pytest.mark.parametrize("lines", [(), ("Accept-Encoding: gzip",), (f"If-None-Match: {TAG}",)])
async def test_head_says_what_get_says_and_sends_nothing(port: int, lines: tuple[str, ...]) -> None:
    whole = await ask(port, "/feed", *lines)
    head = await ask(port, "/feed", *lines, method="HEAD")

    assert (head.status, head.body) == (whole.status, b"")
    ignored = {"date"}
    assert {k: v for k, v in head.headers.items() if k not in ignored} == {
        k: v for k, v in whole.headers.items() if k not in ignored
    }


async def test_a_range_is_answered_with_the_whole(port: int) -> None:
    reply = await ask(port, "/feed", "Range: bytes=0-3")
    assert (reply.status, reply.body) == (200, BODY)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "PROPFIND"])
async def test_another_method_is_told_which_there_are(port: int, method: str) -> None:
    reply = await ask(port, "/feed", method=method)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert reply.headers["content-type"] == "application/problem+json"


async def test_a_browsers_preflight_is_answered(port: int) -> None:
    reply = await ask(
        port,
        "/feed",
        "Origin: https://reader.example",
        "Access-Control-Request-Method: GET",
        "Access-Control-Request-Headers: if-none-match",
        method="OPTIONS",
    )
    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    assert "If-None-Match" in reply.headers["access-control-allow-headers"]


async def test_a_bug_is_told_as_a_problem_and_shows_nothing_of_itself(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    reply = await ask(port, "/bug")
    assert reply.status == 500
    assert json.loads(reply.body)["status"] == 500
    assert b"script" not in reply.body
    assert "127.0.0.1" not in caplog.text


async def test_a_failure_of_ours_asks_to_come_back_and_keeps_its_details_for_the_operator(port: int) -> None:
    reply = await ask(port, "/full")
    assert (reply.status, reply.headers["retry-after"]) == (503, "10")
    assert b"secret" not in reply.body


async def test_what_is_no_http_leaves_no_address_in_the_log(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    reply = await exchange(port, b"\x16\x03\x01 hello\r\n\r\n")
    assert reply.status == 400
    reply = await exchange(port, b"GET /feed HTTP/1.1\r\nHost: x\r\nBad Header : y\r\n\r\n")
    assert reply.status == 400
    assert "127.0.0.1" not in caplog.text


def test_the_same_body_is_squeezed_into_the_same_bytes() -> None:
    for squeeze in CODINGS.values():
        assert squeeze(BODY) == squeeze(BODY)
