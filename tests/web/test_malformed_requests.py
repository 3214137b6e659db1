"""What the server itself refuses, before any address is looked at: a problem like every other."""

import json

import pytest
from raw_client import exchange, served

from syndicate.web import Site


async def nobody(_request: object) -> None:
    raise AssertionError("it was no request")


HOST = b"Host: hub.example\r\n"
SECRET = b"s3cret"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(b"nonsense s3cret\r\n\r\n", 400, id="no HTTP"),
        pytest.param(b"GET / HTTP/1.1\r\nbad header s3cret\r\n\r\n", 400, id="a header without a colon"),
        pytest.param(
            b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: s3cret\r\n\r\n", 400, id="a length that is none"
        ),
        pytest.param(
            b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
            id="two lengths",
        ),
        pytest.param(
            b"GET /s3cret" + b"a" * 9_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414, id="a long address"
        ),
        pytest.param(
            b"GET / HTTP/1.1\r\n" + HOST + b"X-Long: s3cret" + b"a" * 9_000 + b"\r\n\r\n",
            431,
            id="a long field",
        ),
        pytest.param(
            b"GET / HTTP/1.1\r\n" + HOST + b"X-Much: s3cret\r\n" * 200 + b"\r\n", 431, id="too many fields"
        ),
    ],
)
async def test_what_is_no_request_is_refused_as_a_problem(
    request_: bytes, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    site: Site = nobody  # type: ignore[assignment] # it is never asked
    async with served(site) as port:
        reply = await exchange(port, request_)
    assert (reply.status, reply.headers["content-type"]) == (status, "application/problem+json")
    told = json.loads(reply.body)
    assert (told["status"], bool(told["detail"])) == (status, True)
    assert SECRET not in reply.body
    assert "s3cret" not in caplog.text
