import asyncio
import gzip
import zlib

import pytest
from raw_server import fetch_from, raw_server, response

from syndicate.fetch import FetchLimits, open_fetcher
from syndicate.fetch._manners import registrable_domain
from syndicate.ports import Fetched, FetchFailed, FetchFault, Unchanged, Validators


async def test_a_document_comes_whole_with_all_its_server_said_about_it() -> None:
    told = response(
        b"<feed/>",
        Content_Type='Application/Atom+XML; charset="utf-8"',
        ETag='W/"a-\u00e9"',
        Last_Modified="Mon, 23 Nov 2026 08:00:00 GMT",
        Cache_Control="public, max-age=300",
        Age="60",
    )
    async with raw_server({"/a.atom": told}) as served:
        outcome = await fetch_from(served, "/a.atom")

    assert outcome == Fetched(
        body=b"<feed/>",
        media_type="application/atom+xml",
        validators=Validators(etag='W/"a-\u00e9"', last_modified="Mon, 23 Nov 2026 08:00:00 GMT"),
        fresh_seconds=240,
        url=served.url("/a.atom"),
    )


async def test_the_server_learns_who_asks_and_gets_its_validators_back_byte_for_byte() -> None:
    kept = Validators(etag='W/"x,  y"', last_modified="Mon, 23 Nov 2026 08:00:00 +0700 (ICT)")
    async with raw_server({"/": response(b"x")}) as served:
        await fetch_from(served, "/", kept)

    asked = served.headers[0]
    assert asked["if-none-match"] == 'W/"x,  y"'
    assert asked["if-modified-since"] == "Mon, 23 Nov 2026 08:00:00 +0700 (ICT)"
    assert asked["user-agent"] == "tests (+mailto:desk@hub.example)"
    assert asked["accept-encoding"] == "gzip, deflate"
    assert "cookie" not in asked


async def test_unchanged_keeps_what_was_known_and_takes_what_is_new() -> None:
    told = b'HTTP/1.1 304 Not Modified\r\nETag: "new"\r\nCache-Control: max-age=60\r\n\r\n'
    async with raw_server({"/": told}) as served:
        outcome = await fetch_from(served, "/", Validators(etag='"old"', last_modified="then"))

    assert outcome == Unchanged(validators=Validators(etag='"new"', last_modified="then"), fresh_seconds=60)


async def test_unchanged_is_no_answer_to_a_question_without_condition() -> None:
    async with raw_server({"/": b"HTTP/1.1 304 Not Modified\r\n\r\n"}) as served:
        outcome = await fetch_from(served)

    assert isinstance(outcome, FetchFailed)
    assert outcome.status == 304


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(response(status="204 No Content"), id="nothing to say"),
        pytest.param(
            response(b"<fe", "206 Partial Content", Content_Range="bytes 0-2/7"), id="a part nobody asked for"
        ),
        pytest.param(response(b"ok", "202 Accepted"), id="accepted"),
        pytest.param(response(b"gone", "410 Gone"), id="gone"),
        pytest.param(response(b"", "302 Found"), id="a redirect to nowhere"),
        pytest.param(response(b"x", "300 Multiple Choices"), id="a choice"),
        pytest.param(response(b"", "500 Internal Server Error"), id="an error"),
    ],
)
async def test_an_answer_without_a_whole_document_is_told_by_its_status(answer: bytes) -> None:
    async with raw_server({"/": answer}) as served:
        outcome = await fetch_from(served)

    assert isinstance(outcome, FetchFailed)
    assert outcome.fault is FetchFault.STATUS
    assert outcome.status == int(answer[9:12])


async def test_an_empty_document_is_a_broken_answer() -> None:
    async with raw_server({"/": response(b"")}) as served:
        outcome = await fetch_from(served)

    assert isinstance(outcome, FetchFailed)
    assert (outcome.fault, outcome.status) == (FetchFault.BROKEN, 200)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        pytest.param({"Retry_After": "120"}, 120, id="in seconds"),
        pytest.param(
            {"Retry_After": "Mon, 23 Nov 2026 09:00:00 GMT", "Date": "Mon, 23 Nov 2026 08:00:00 GMT"},
            3_600,
            id="as a date, by the server's own clock",
        ),
        pytest.param({"Retry_After": "Mon, 23 Nov 2020 08:00:00 GMT"}, 0, id="a date that has passed"),
        pytest.param({"Retry_After": "soon"}, None, id="in no form at all"),
        pytest.param({"Retry_After": "-5"}, None, id="negative"),
        pytest.param({"Retry_After": "Mon, 99 Nov 2026 08:00:00 GMT"}, None, id="an impossible date"),
        pytest.param({"Retry_After": "Fri, 31 Dec 9999 23:59:59 -2359"}, None, id="the end of time"),
        pytest.param({}, None, id="not said"),
    ],
)
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
async def test_when_to_come_back_is_passed_on(status: str, said: dict[str, str], seconds: int | None) -> None:
    async with raw_server({"/": response(b"later", status, **said)}) as served:
        outcome = await fetch_from(served)

    assert isinstance(outcome, FetchFailed)
    assert outcome.retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("control", "seconds"),
    [
        ("max-age=60", 60),
        ('private, Max-Age="30"', 30),
        ("max-age=60, no-cache", 0),
        ("no-store", 0),
        ("s-maxage=60", 0),
        ("max-age=-1", 0),
        ("max-age=1e9", 0),
        ("", 0),
    ],
)
async def test_freshness_is_read_strictly(control: str, seconds: int) -> None:
    async with raw_server({"/": response(b"x", Cache_Control=control)}) as served:
        outcome = await fetch_from(served)

    assert isinstance(outcome, Fetched)
    assert outcome.fresh_seconds == seconds


@pytest.mark.parametrize(
    "etag",
    [pytest.param(b'"\xff\xfe"', id="not UTF-8"), pytest.param(b'"' + b"e" * 2_000 + b'"', id="endless")],
)
async def test_a_validator_that_cannot_be_kept_and_sent_back_is_left_out(etag: bytes) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nETag: " + etag + b"\r\n\r\nx"
    async with raw_server({"/": answer}) as served:
        outcome = await fetch_from(served)

    assert isinstance(outcome, Fetched)
    assert outcome.validators == Validators()


def _raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "sent"),
    [
        pytest.param("gzip", gzip.compress(b"news" * 99), id="gzip"),
        pytest.param("X-GZIP", gzip.compress(b"news" * 99), id="gzip by its old name"),
        pytest.param("gzip", gzip.compress(b"news") + gzip.compress(b"news" * 98), id="gzip in two members"),
        pytest.param("deflate", zlib.compress(b"news" * 99), id="deflate as the RFC says"),
        pytest.param("deflate", _raw_deflate(b"news" * 99), id="deflate as some servers do it"),
        pytest.param("identity", b"news" * 99, id="none, and saying so"),
    ],
)
async def test_a_coded_document_is_decoded(coding: str, sent: bytes) -> None:
    async with raw_server({"/": response(sent, Content_Encoding=coding)}) as served:
        outcome = await fetch_from(served)

    assert isinstance(outcome, Fetched)
    assert outcome.body == b"news" * 99


@pytest.mark.parametrize(
    ("coding", "sent"),
    [
        pytest.param("br", b"x", id="a coding that was not asked for"),
        pytest.param("gzip, gzip", gzip.compress(gzip.compress(b"x")), id="two codings"),
        pytest.param("gzip", b"<feed/>", id="said to be gzip, but is not"),
        pytest.param("gzip", gzip.compress(b"x" * 999)[:-9], id="gzip that breaks off"),
        pytest.param("gzip", gzip.compress(b"x") + b"trailing", id="gzip with something behind"),
        pytest.param("deflate", zlib.compress(b"x") + b"trailing", id="deflate with something behind"),
    ],
)
async def test_a_damaged_or_unknown_coding_is_told(coding: str, sent: bytes) -> None:
    async with raw_server({"/": response(sent, Content_Encoding=coding)}) as served:
        outcome = await fetch_from(served)

    assert isinstance(outcome, FetchFailed)
    assert outcome.fault is FetchFault.BAD_ENCODING


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"this is not HTTP\r\n\r\n", id="not HTTP"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: nine\r\n\r\n", id="a length that is no number"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort", id="shorter than said"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="a chunk without size"
        ),
        pytest.param(b"", id="nothing at all"),
    ],
)
async def test_what_is_not_proper_http_is_broken(answer: bytes) -> None:
    async def hang_up(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        writer.close()

    async with raw_server({"/": hang_up}) as served:
        outcome = await fetch_from(served)

    assert isinstance(outcome, FetchFailed)
    assert outcome.fault is FetchFault.BROKEN
    assert "short" not in outcome.detail


async def test_a_host_without_a_server_is_a_failed_connection() -> None:
    async with raw_server() as served:
        pass
    outcome = await fetch_from(served)

    assert isinstance(outcome, FetchFailed)
    assert outcome.fault is FetchFault.CONNECT


async def test_a_permanent_redirect_is_followed_and_reported() -> None:
    answers = {
        "/": response(b"", "301 Moved Permanently", Location="/new"),
        "/new": response(b"", "302 Found", Location="today"),
        "/today": response(b"", "308 Permanent Redirect", Location="/today/x"),
        "/today/x": response(b"<feed/>"),
    }
    async with raw_server({**answers}) as served:
        outcome = await fetch_from(served)

    assert isinstance(outcome, Fetched)
    assert outcome.url == served.url("/today/x")
    # What lies behind a temporary redirect has not moved for good, whatever is said there.
    assert outcome.moved_to == served.url("/new")


async def test_a_temporary_redirect_is_followed_and_not_reported() -> None:
    answers = {
        "/": response(b"", "307 Temporary Redirect", Location="/now#top"),
        "/now": response(b"<feed/>"),
    }
    async with raw_server({**answers}) as served:
        outcome = await fetch_from(served)

    assert isinstance(outcome, Fetched)
    assert outcome.moved_to is None


async def test_redirects_that_never_end_are_given_up() -> None:
    async with raw_server({"/": response(b"", "302 Found", Location="/")}) as served:
        outcome = await fetch_from(served, redirects=3)

    assert isinstance(outcome, FetchFailed)
    assert outcome.fault is FetchFault.TOO_MANY_REDIRECTS
    assert len(served.asked) == 4


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://x/",
        "http://u:p@127.0.0.1/",
        "//[::1",
        "http://h:0/",
        "/" + "x" * 4_001,
    ],
)
async def test_a_redirect_to_what_is_never_fetched_is_refused(location: str) -> None:
    async with raw_server({"/": response(b"", "302 Found", Location=location)}) as served:
        outcome = await fetch_from(served)

    assert isinstance(outcome, FetchFailed)
    assert outcome.fault is FetchFault.BAD_URL


@pytest.mark.parametrize(
    "url",
    [
        "ftp://news.example/feed",
        "file:///etc/passwd",
        "/feed",
        "",
        "http://",
        "http://user@news.example/",
        "http://user:pass@news.example/",
        "http://news.example:99999/",
        "http://news.example:0/",
        "http://news.example/\nHost: other",
        "http://news.example\\@127.0.0.1/",
        "http://" + "a" * 5_000,
        "http://[::1/",
    ],
)
async def test_an_address_that_is_never_fetched_is_refused_at_once(url: str) -> None:
    async with open_fetcher(FetchLimits(), user_agent="tests") as fetcher:
        outcome = await fetcher.fetch(url)

    assert isinstance(outcome, FetchFailed)
    assert outcome.fault is FetchFault.BAD_URL


async def test_proxies_and_passwords_of_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:9/")
    async with raw_server({"/": response(b"x", Set_Cookie="reader=1")}) as served:
        outcome = await fetch_from(served)

    assert isinstance(outcome, Fetched)
    assert "authorization" not in served.headers[0]


async def test_a_cookie_that_was_set_is_never_sent_back() -> None:
    async with (
        raw_server({"/": response(b"x", Set_Cookie="reader=1; Path=/")}) as served,
        open_fetcher(FetchLimits(), allow=[served.place], user_agent="tests") as fetcher,
    ):
        for _ in range(2):
            await fetcher.fetch(served.url())

    assert ["cookie" in asked for asked in served.headers] == [False, False]


async def test_one_host_is_asked_one_thing_at_a_time_and_others_meanwhile() -> None:
    together: list[int] = []

    async def slow(writer: asyncio.StreamWriter) -> None:
        together.append(one.open_now + other.open_now)
        await asyncio.sleep(0.05)
        writer.write(response(b"x"))

    async with (
        raw_server({"/": slow}) as one,
        raw_server({"/": slow}) as other,
        open_fetcher(FetchLimits(), allow=[one.place, other.place], user_agent="tests") as fetcher,
    ):
        await asyncio.gather(*(fetcher.fetch(served.url()) for served in (one, other) for _ in range(3)))

    assert (one.most_open, other.most_open) == (1, 1)
    assert max(together) == 2


async def test_who_waits_too_long_for_a_turn_is_told_so() -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        writer.write(response(b"x"))

    limits = FetchLimits(turn_seconds=0.05)
    async with (
        raw_server({"/": slow}) as served,
        open_fetcher(limits, allow=[served.place], user_agent="tests") as fetcher,
    ):
        first, second = await asyncio.gather(*(fetcher.fetch(served.url()) for _ in range(2)))

    assert isinstance(first, Fetched)
    assert isinstance(second, FetchFailed)
    assert (second.fault, "busy" in second.detail) == (FetchFault.TIMEOUT, True)


async def test_only_cancelling_is_raised() -> None:
    async def never(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    async with raw_server({"/": never}) as served:
        waiting = asyncio.ensure_future(fetch_from(served))
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting


def test_the_children_of_a_states_suffix_are_domains_of_their_own() -> None:
    assert registrable_domain("www.moph.go.th") == "moph.go.th"
    assert registrable_domain("feeds.moe.go.th") == "moe.go.th"
    assert registrable_domain("www.mci.gov.sg") == "mci.gov.sg"
    assert registrable_domain("go.th") is None
    assert registrable_domain("203.0.113.1") is None
    assert registrable_domain("2001:db8::1") is None
