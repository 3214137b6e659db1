"""/openapi.json against the hub that serves it: it says what is there, and nothing else is there."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest
from hub_beside import hub_beside
from hub_folder import Served
from raw_client import Reply, exchange

from syndicate.journey import LookupLimits
from syndicate.web import WebLimits
from syndicate.websub import WebSubLimits

EVERYWHERE = {
    429,
    500,
    503,
}  # tests/web/test_gate.py, and of what fails inside tests/web/test_response_layer.py
# Where a status is seen that no single request brings about.
SEEN_ELSEWHERE = {
    ("/item/{sub}", 410): "tests/web/test_pages_of_items.py",
    ("/item/{sub}/{version}", 410): "tests/web/test_pages_of_items.py",
    ("/item/{sub}/{version}/evidence.html", 410): "tests/web/test_pages_of_items.py",
    ("/v1/items/{sub}/{version}.jws", 410): "tests/end_to_end/test_mirror.py",
    **{
        (path, status): "tests/web/test_outputs.py"
        for path in ("/feeds/{slice}/archive/{last}.{format}", "/v1/items/{sub}/{version}.cap")
        for status in (200, 304, 406)
    },
    ("/v1/items/{sub}/{version}.cap", 410): "tests/web/test_outputs.py",
    ("/v1/items/{sub}/{version}.ninjs", 410): "tests/web/test_outputs.py",
    ("/v1/stream", 200): "tests/web/test_stream.py",
    ("/v1/agency/status", 200): "tests/end_to_end/test_agency_status.py",
    ("/.well-known/security.txt", 404): "tests/web/test_well_known.py",
}
HOME = Path(__file__).parent.parent.parent
ACCEPTS_NOTHING = "Accept-Encoding: identity;q=0, *;q=0"
PLAIN = "Content-Type: text/plain"
FORM = "Content-Type: application/x-www-form-urlencoded"
LONGER = "Content-Length: 900"  # than what comes
HUB = "http://hub.invalid"  # stands for the hub's own address
ASKED = (
    f"hub.mode=subscribe&hub.topic={quote(HUB, safe='')}%2Ffeeds%2Fall.atom"
    "&hub.callback=https%3A%2F%2Freader.example%2Fhook"
).encode()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    limits = WebLimits(submit_bytes=2_000, submit_seconds=0.5)
    push = WebSubLimits(body_seconds=0.5)
    lookup = LookupLimits(text_bytes=2_000, body_seconds=0.5, per_minute=100_000)
    with hub_beside(
        tmp_path_factory.mktemp("hub"), "storm", "flood", contact="desk@hub.example", web=limits, websub=push,
        lookup=lookup,
    ) as hub:  # fmt: skip
        yield hub


def addresses(served: Served) -> dict[str, str]:
    """An address of each kind that has something, with the variable part filled in."""
    item = f"/v1/items/{served.here.newsroom.item('storm').sub}/1"
    return {
        "/feeds/{slice}.{format}": "/feeds/agency/aa.news.json",
        "/feeds/search.{format}": "/feeds/search.json",
        "/feeds/{slice}/archive/{last}.{format}": "/feeds/all/archive/0.atom",
        "/v1/items/{sub}/{version}.cap": f"{item}.cap",
        "/v1/items/{sub}/{version}.jws": f"{item}.jws",
        "/v1/items/{sub}/{version}.ninjs": f"{item}.ninjs",
        "/v1/items/{sub}/{version}.tlog-proof": f"{item}.tlog-proof",
        "/v1/items/{sub}/relations.json": f"{item.removesuffix('/1')}/relations.json",
        "/log/{file}": "/log/tile/0/000.p/1",
        "/registry/{file}": "/registry/metadata/1.root.json",
        "/wire/{slice}": "/wire/agency/aa.news",
        "/stories/{slice}": "/stories/aa",
        "/item/{sub}": f"/item/{served.here.newsroom.item('storm').sub}",
        "/item/{sub}/{version}": f"/item/{served.here.newsroom.item('storm').sub}/1",
        "/item/{sub}/{version}/evidence.html": (
            f"/item/{served.here.newsroom.item('storm').sub}/1/evidence.html"
        ),
        "/sources/{agency}": "/sources/aa.news",
    }


# What brings a status about, where the general ways below do not: (lines, body, path).
SPECIAL: dict[tuple[str, int], tuple[tuple[str, ...], bytes, str]] = {
    ("/feeds/{slice}.{format}", 404): ((), b"", "/feeds/zz.atom"),
    ("/feeds/{slice}/archive/{last}.{format}", 404): ((), b"", "/feeds/all/archive/0.atom"),
    ("/v1/items/{sub}/{version}.cap", 404): ((), b"", "/v1/items/aa.news:nothing/1.cap"),
    ("/v1/items/{sub}/{version}.cap", 400): ((), b"", "/v1/items/aa.news:nothing/1.cap?unknown=1"),
    ("/v1/items/{sub}/{version}.ninjs", 404): ((), b"", "/v1/items/aa.news:nothing/1.ninjs"),
    ("/v1/items/{sub}/{version}.jws", 404): ((), b"", "/v1/items/aa.news:nothing/1.jws"),
    ("/v1/items/{sub}/{version}.tlog-proof", 404): ((), b"", "/v1/items/aa.news:nothing/1.tlog-proof"),
    ("/v1/items/{sub}/relations.json", 404): ((), b"", "/v1/items/aa.news:nothing/relations.json"),
    ("/wire", 303): ((), b"", "/wire?member=aa"),
    ("/wire", 404): ((), b"", "/wire?member=AA"),
    ("/wire/{slice}", 404): ((), b"", "/wire/zz"),
    ("/stories/{slice}", 404): ((), b"", "/stories/zz"),
    ("/item/{sub}", 404): ((), b"", "/item/none"),
    ("/item/{sub}/{version}", 404): ((), b"", "/item/none/1"),
    ("/item/{sub}/{version}/evidence.html", 404): ((), b"", "/item/none/1/evidence.html"),
    ("/sources/{agency}", 404): ((), b"", "/sources/none"),
    ("/log/{file}", 404): ((), b"", "/log/act/none.json"),
    ("/registry/{file}", 404): ((), b"", "/registry/metadata/../../root.json"),
    ("/v1/agency/status", 401): ((), b"", "/v1/agency/status"),
    ("/v1/submit", 200): ((PLAIN,), b"junk", "/v1/submit"),
    ("/v1/submit", 400): ((PLAIN,), b"\xff", "/v1/submit"),
    ("/v1/submit", 408): ((PLAIN, LONGER), b"x", "/v1/submit"),
    ("/v1/submit", 411): ((PLAIN, "Transfer-Encoding: chunked"), b"1\r\nx\r\n0\r\n\r\n", "/v1/submit"),
    ("/v1/submit", 413): ((PLAIN,), b"x" * 2_001, "/v1/submit"),
    ("/v1/submit", 415): (("Content-Type: image/png",), b"x", "/v1/submit"),
    ("/v1/items", 404): ((), b"", "/v1/items?member=zz"),
    ("/v1/stream", 404): ((), b"", "/v1/stream?member=zz"),
    ("/v1/search", 200): ((), b"", "/v1/search?q=storm"),
    ("/v1/search", 304): (("If-None-Match: *",), b"", "/v1/search?q=storm"),
    ("/v1/search", 400): ((), b"", "/v1/search"),
    ("/v1/search", 404): ((), b"", "/v1/search?q=storm&member=zz"),
    ("/v1/search", 406): ((ACCEPTS_NOTHING,), b"", "/v1/search?q=storm"),
    ("POST /v1/search", 200): ((FORM,), b"q=storm", "/v1/search"),
    ("POST /v1/search", 400): ((FORM,), b"q=", "/v1/search"),
    ("POST /v1/search", 404): ((FORM,), b"q=storm&member=zz", "/v1/search"),
    ("POST /v1/search", 408): ((FORM, LONGER), b"x", "/v1/search"),
    ("POST /v1/search", 411): ((FORM, "Transfer-Encoding: chunked"), b"1\r\nx\r\n0\r\n\r\n", "/v1/search"),
    ("POST /v1/search", 413): ((FORM,), b"x" * 16_001, "/v1/search"),
    ("POST /v1/search", 415): ((PLAIN,), b"x", "/v1/search"),
    ("/feeds/search.{format}", 200): ((), b"", "/feeds/search.atom?q=storm"),
    ("/feeds/search.{format}", 304): (("If-None-Match: *",), b"", "/feeds/search.atom?q=storm"),
    ("/feeds/search.{format}", 400): ((), b"", "/feeds/search.atom"),
    ("/feeds/search.{format}", 404): ((), b"", "/feeds/search.ninjs?q=storm"),
    ("/feeds/search.{format}", 406): ((ACCEPTS_NOTHING,), b"", "/feeds/search.atom?q=storm"),
    ("/v1/lookup", 200): ((PLAIN,), b"Story storm", "/v1/lookup"),
    ("/v1/lookup", 400): ((PLAIN,), b"\xff", "/v1/lookup"),
    ("/v1/lookup", 408): ((PLAIN, LONGER), b"x", "/v1/lookup"),
    ("/v1/lookup", 411): ((PLAIN, "Transfer-Encoding: chunked"), b"1\r\nx\r\n0\r\n\r\n", "/v1/lookup"),
    ("/v1/lookup", 413): ((PLAIN,), b"x" * 2_001, "/v1/lookup"),
    ("/v1/lookup", 415): (("Content-Type: image/png",), b"x", "/v1/lookup"),
    ("POST /lookup", 200): ((FORM,), b"text=Story+storm", "/lookup"),
    ("POST /lookup", 400): ((FORM,), b"text=%20", "/lookup"),
    ("POST /lookup", 408): ((FORM, LONGER), b"x", "/lookup"),
    ("POST /lookup", 411): ((FORM, "Transfer-Encoding: chunked"), b"1\r\nx\r\n0\r\n\r\n", "/lookup"),
    ("POST /lookup", 413): ((FORM,), b"x" * 6_001, "/lookup"),
    ("POST /lookup", 415): ((PLAIN,), b"x", "/lookup"),
    ("/websub", 202): ((FORM,), ASKED, "/websub"),
    ("/websub", 400): ((FORM,), b"hub.mode=publish", "/websub"),
    ("/websub", 404): ((FORM,), ASKED.replace(b"all.atom", b"zz.atom"), "/websub"),
    ("/websub", 408): ((FORM, LONGER), b"x", "/websub"),
    ("/websub", 411): ((FORM, "Transfer-Encoding: chunked"), b"1\r\nx\r\n0\r\n\r\n", "/websub"),
    ("/websub", 413): ((FORM,), b"x" * 8_001, "/websub"),
    ("/websub", 415): ((PLAIN,), b"x", "/websub"),
}
GENERAL = {
    200: ((), ""),
    304: (("If-None-Match: *",), ""),
    400: ((), "?unknown=1"),
    406: ((ACCEPTS_NOTHING,), ""),
}


async def provoke(served: Served, path: str, method: str, status: int) -> Reply:
    special = SPECIAL.get((f"{method} {path}", status)) or SPECIAL.get((path, status))
    if special is not None:
        lines, body, address = special
        body = body.replace(quote(HUB, safe="").encode(), quote(served.hub.url, safe="").encode())
    else:
        lines, query = GENERAL[status]
        body, address = b"", addresses(served).get(path, path) + query
    head = [f"{method} {address} HTTP/1.1", "Host: hub", "Connection: close", *lines]
    if body and not {"Transfer-Encoding: chunked", LONGER}.intersection(lines):
        head.append(f"Content-Length: {len(body)}")
    return await exchange(served.port, "\r\n".join([*head, "", ""]).encode() + body)


async def described(served: Served) -> dict[str, Any]:
    told: dict[str, Any] = await served.json("/openapi.json")
    return told


def operations(told: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


async def test_every_status_that_is_told_of_is_brought_about_and_comes_as_it_is_described(
    served: Served,
) -> None:
    told = await described(served)
    for path, method, operation in operations(told):
        for status, response in operation["responses"].items():
            key = (path, int(status))
            if key in SEEN_ELSEWHERE or key[1] in EVERYWHERE:
                continue
            reply = await provoke(served, path, method, key[1])
            assert reply.status == key[1], (key, reply)
            if reply.body:
                assert reply.headers["content-type"] in response["content"], (key, reply.headers)


async def test_what_is_said_to_be_seen_elsewhere_is_told_of_at_all(served: Served) -> None:
    told = await described(served)
    here = {
        (path, int(status)) for path, _, operation in operations(told) for status in operation["responses"]
    }
    assert set(SEEN_ELSEWHERE) <= here
    for (path, status), test in SEEN_ELSEWHERE.items():
        assert str(status) in (HOME / test).read_text(), (path, status)
    assert {(path.partition(" ")[2] or path, status) for path, status in SPECIAL} <= here


async def test_every_address_takes_the_methods_that_are_told_of_and_no_others(served: Served) -> None:
    told = await described(served)
    for path, methods in told["paths"].items():
        wanted = (
            {method.upper() for method in methods} | {"OPTIONS"} | ({"HEAD"} if "get" in methods else set())
        )
        reply = await served.get(addresses(served).get(path, path), method="DELETE")
        assert reply.status == 405
        assert set(reply.headers["allow"].split(", ")) == wanted, path


async def test_every_address_that_the_hub_itself_names_is_told_of(served: Served) -> None:
    told = await described(served)
    kinds = [re.compile(re.sub(r"\\{.+\\}", ".+", re.escape(path))) for path in told["paths"]]
    named: set[str] = set()
    for path in ("/", "/v1/items", "/feeds/all.atom", "/robots.txt", "/trust.txt"):
        text = (await served.get(path)).body.decode().replace(served.hub.url, "")
        named |= set(re.findall(r"[\"'=](/[^\"'<>\s?#]*)", text))
    assert len(named) > 10
    assert [each for each in sorted(named) if not any(kind.fullmatch(each) for kind in kinds)] == []


@pytest.mark.parametrize("query", ["{name}=1&{name}=1", "{name}", "{name}=%ff", "{name}=%00", "{name}="])
async def test_every_parameter_is_read_strictly(served: Served, query: str) -> None:
    told = await described(served)
    for path, method, operation in operations(told):
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query":
                address = addresses(served).get(path, path)
                asked = f"{address}?{query.format(name=parameter['name'])}"
                reply = await served.get(asked, method=method)
                assert (reply.status, reply.headers["content-type"]) == (400, "application/problem+json")


async def test_numbers_are_taken_between_their_bounds_and_not_beyond(served: Served) -> None:
    told = await described(served)
    for parameter in told["paths"]["/v1/items"]["get"]["parameters"]:
        name, schema = parameter["name"], parameter["schema"]
        if schema["type"] != "integer":
            continue
        for value, status in (
            (schema["minimum"], 200),
            (schema["maximum"], 200),
            (schema["minimum"] - 1, 400),
            (schema["maximum"] + 1, 400),
        ):
            assert (await served.get(f"/v1/items?{name}={value}")).status == status, (name, value)


def closed(schema: Any) -> Any:
    """The schema with every record closed, so that a field nobody described is seen."""
    if isinstance(schema, dict):
        shut = {"additionalProperties": False} if "properties" in schema else {}
        return {name: closed(value) for name, value in schema.items()} | shut
    return [closed(each) for each in schema] if isinstance(schema, list) else schema


async def test_every_field_of_an_answer_is_described(served: Served) -> None:
    told = await described(served)
    for path, method, operation in operations(told):
        for content, body in operation["responses"].get("200", {}).get("content", {}).items():
            if (path, 200) in SEEN_ELSEWHERE or "schema" not in body:
                continue
            reply = await provoke(served, path, method, 200)
            assert reply.headers["content-type"] == content
            whole = {**closed(body["schema"]), "components": closed(told["components"])}
            jsonschema_rs.validator_for(whole).validate(json.loads(reply.body))


async def test_it_is_cached_like_a_feed_and_the_same_bytes_each_time(served: Served) -> None:
    first, again = await served.get("/openapi.json"), await served.get("/openapi.json")
    assert first.body == again.body
    assert first.headers["cache-control"].startswith("public, max-age=60")
    assert (await served.get("/openapi.json", f"If-None-Match: {first.headers['etag']}")).status == 304
    assert (await served.get("/openapi.json", "Accept-Encoding: br")).headers["content-encoding"] == "br"


@pytest.mark.long
async def test_schemathesis_finds_nothing_that_is_not_as_it_is_told(served: Served, tmp_path: Path) -> None:
    """As anybody would run it against a hub: every check, with what may be sent and what may not."""
    options = "--checks all --phases examples,coverage,fuzzing --max-examples 6 --generation-deterministic"
    # It is not our code whose coverage is measured: that would take it ten times as long.
    around = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    ran = await asyncio.to_thread(
        subprocess.run,
        [
            sys.executable, "-m", "schemathesis.cli", "run", f"{served.hub.url}/openapi.json",
            *options.split(), "--workers", "1", "--no-color", "--exclude-path", "/v1/stream",  # it has no end
        ],
        capture_output=True, text=True, check=False, timeout=280, cwd=tmp_path,
        env={**around, "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
             "PYTHONPATH": str(Path(__file__).parent.parent)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-5_000:] + ran.stderr[-2_000:]
    others = len(list(operations(await described(served)))) - 2  # and it leaves out what it was told by
    assert f"Tested: {others}" in ran.stdout
