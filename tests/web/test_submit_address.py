"""POST /v1/submit, with everything that may be sent to it."""

import asyncio
import gzip
import json

import pytest
from hub_folder import Place, Served, hub_at_work
from patience import PATIENCE
from raw_client import exchange

from syndicate.journey import SubmitLimits
from syndicate.web import WebLimits


async def test_every_token_has_its_answer_in_order(here: Place) -> None:
    async with hub_at_work(here) as served:
        room = here.newsroom
        good, known = room.release("good"), room.release("known")
        await served.submit(known)
        results = await served.submit("junk", good, known)
        assert [result["outcome"] for result in results] == ["refused", "admitted", "known"]
        assert results[0]["reason"] == "token-malformed"
        assert results[0]["detail"]
        assert results[0]["remedy"]
        assert (results[1]["sub"], results[1]["ver"]) == (room.item("good").sub, 1)
        assert results[1]["marks"] == ["back-filled"] or results[1]["marks"] == []


async def test_an_answer_is_never_kept_by_a_cache(here: Place) -> None:
    async with hub_at_work(here) as served:
        reply = await served.send(here.newsroom.release("one").encode())
        assert (reply.status, reply.headers["cache-control"]) == (200, "no-store")


async def test_line_ends_and_blank_lines_do_not_matter(here: Place) -> None:
    async with hub_at_work(here) as served:
        one, two = here.newsroom.release("one"), here.newsroom.release("two")
        reply = await served.send(f"\n{one}\r\n\n {two} \n".encode(), kind="content-type: application/jose")
        assert [each["outcome"] for each in json.loads(reply.body)["results"]] == ["admitted"] * 2


@pytest.mark.parametrize(
    ("body", "kind", "lines", "status"),
    [
        pytest.param(b"x", "Content-Type: application/json", (), 415, id="JSON"),
        pytest.param(b"x", "Content-Type: application/x-www-form-urlencoded", (), 415, id="a form"),
        pytest.param(b"x", "X-Nothing: y", (), 415, id="no type"),
        pytest.param(b"x", "Content-Type: text/plain", ("Content-Encoding: gzip",), 415, id="a coding"),
        pytest.param(b"x" * 2_001, "Content-Type: text/plain", (), 413, id="too large"),
        pytest.param(b"\n \n", "Content-Type: text/plain", (), 400, id="nothing in it"),
        pytest.param(b"\xff\xfe", "Content-Type: text/plain", (), 400, id="no ASCII"),
        pytest.param(b"a\n" * 101, "Content-Type: text/plain", (), 400, id="too many tokens"),
    ],
)
async def test_what_is_no_submission_is_refused_as_a_problem(
    here: Place, body: bytes, kind: str, lines: tuple[str, ...], status: int
) -> None:
    async with hub_at_work(here, web=WebLimits(submit_bytes=2_000)) as served:
        reply = await served.send(body, *lines, kind=kind)
        assert reply.status == status
        assert reply.headers["content-type"] == "application/problem+json"
        assert (await served.hub.storage.refusals()) == ()


async def test_a_body_of_unsaid_length_is_refused(here: Place) -> None:
    async with hub_at_work(here) as served:
        head = b"POST /v1/submit HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nConnection: close\r\n"
        reply = await exchange(served.port, head + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n")
        assert reply.status == 411


async def test_who_waits_to_be_asked_for_the_body_is_asked_once_it_is_wanted(here: Place) -> None:
    async with hub_at_work(here) as served:
        token = here.newsroom.release("storm").encode()
        head = "POST /v1/submit HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(f"{head}Content-Type: text/plain\r\nContent-Length: {len(token)}\r\n\r\n".encode())
        assert (
            await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
            == b"HTTP/1.1 100 Continue\r\n\r\n"
        )
        writer.write(token)
        assert b'"admitted"' in await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()
        reply = await served.send(b"x", "Expect: 100-continue", kind="Content-Type: text/html")
        assert reply.status == 415


async def test_parameters_are_refused(here: Place) -> None:
    async with hub_at_work(here) as served:
        head = (
            b"POST /v1/submit?dry=1 HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nConnection: close\r\n"
        )
        reply = await exchange(served.port, head + b"Content-Length: 1\r\n\r\nx")
        assert reply.status == 400


async def test_attack_26_a_body_that_never_comes_ends(here: Place) -> None:
    async with hub_at_work(here, web=WebLimits(submit_seconds=0.2)) as served:
        head = (
            b"POST /v1/submit HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 900\r\n\r\nx"
        )
        reply = await exchange(served.port, head)
        assert reply.status == 408


async def test_who_hangs_up_in_the_middle_of_a_body_is_nobodys_trouble(
    here: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async with hub_at_work(here) as served:
        caplog.clear()
        for _ in range(3):
            _, writer = await asyncio.open_connection("127.0.0.1", served.port)
            writer.write(b"POST /v1/submit HTTP/1.1\r\nHost: hub\r\nContent-Type: text/plain\r\n")
            writer.write(b"Content-Length: 100\r\n\r\nhalf")
            await writer.drain()
            await asyncio.sleep(0.1)
            writer.transport.abort()
        await asyncio.sleep(0.2)
        assert [each["outcome"] for each in await served.submit(here.newsroom.release("one"))] == ["admitted"]
    assert not [record for record in caplog.records if record.name == "syndicate.web"]


async def test_attack_26_a_squeezed_body_stays_small(here: Place) -> None:
    async with hub_at_work(here) as served:
        bomb = gzip.compress(b"a" * 10_000_000)
        reply = await served.send(bomb, "Content-Encoding: gzip")
        assert reply.status == 415


async def _hang(served: Served, length: int) -> asyncio.StreamWriter:
    _, writer = await asyncio.open_connection("127.0.0.1", served.port)
    head = (
        f"POST /v1/submit HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n"
    )
    writer.write(head.encode())
    await writer.drain()
    return writer


async def test_attack_34_who_holds_bodies_open_fills_a_bounded_room(here: Place) -> None:
    limits = WebLimits(submit_open=3, submit_open_bytes=100_000, submit_seconds=100)
    async with hub_at_work(here, web=limits) as served:
        hanging = [await _hang(served, 1_000) for _ in range(3)]
        token = here.newsroom.release("storm").encode()
        reply = await served.send(token)
        while reply.status == 200:  # the last of them may not have been read yet
            reply = await served.send(token)
        assert (reply.status, reply.headers["retry-after"]) == (503, "5")
        for writer in hanging:
            writer.close()
            await writer.wait_closed()
        async with asyncio.timeout(PATIENCE):
            while (await served.send(token)).status != 200:  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.01)


async def test_attack_34_junk_under_a_public_key_costs_its_agency_nothing(here: Place) -> None:
    bounds = SubmitLimits(burst=2, per_second=0.001)
    async with hub_at_work(here, submit=bounds) as served:
        token = here.newsroom.release("storm")
        header, payload, _ = token.split(".")
        for number in range(20):
            junk = [f"{header}.{payload}.{'A' * 80}{number:04}A{letter}" for letter in "ABCDEFGH"]
            reply = await served.send("\n".join(junk).encode())
            assert reply.status == 200
        [result] = await served.submit(token)
        assert result["outcome"] == "admitted"
        assert (await served.json("/health"))["status"] == "ok"


async def test_attack_34_an_agency_beyond_its_share_is_told_when_to_come_back(here: Place) -> None:
    bounds = SubmitLimits(burst=2, per_second=0.001)
    async with hub_at_work(here, submit=bounds) as served:
        await served.release("one", "two")
        late = here.newsroom.release("three")
        reply = await served.send(late.encode())
        assert reply.status == 429
        assert int(reply.headers["retry-after"]) > 0
        told = json.loads(reply.body)
        assert told["results"][0]["reason"] == "rate-limited"
        mixed = await served.send(f"{late}\njunk".encode())
        assert mixed.status == 200  # something in it was judged
        outcomes = [each["reason"] for each in json.loads(mixed.body)["results"]]
        assert outcomes == ["rate-limited", "token-malformed"]


async def test_attack_34_a_reader_is_served_while_junk_pours_in(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("storm")
        junk = "\n".join(f"junk{number}" for number in range(100)).encode()
        floods = [served.send(junk) for _ in range(12)]
        replies = await asyncio.gather(served.get("/feeds/all.atom"), *floods)
        assert replies[0].status == 200
        assert {reply.status for reply in replies[1:]} <= {200, 503}
        # Whatever came, it is kept within bounds and shown as a count.
        assert len(await served.hub.storage.refusals(limit=2_000)) <= 1_000
