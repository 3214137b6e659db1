"""Following a real hub over the wire, and hubs that withhold, alter and fork."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hub_folder import AGENCY, Place, hub_at_work, place
from liar import liar, nothing
from patience import PATIENCE
from press import NOON
from witnessed import Witnessed, witnessed

from syndicate.cli import main
from syndicate.client import Followed, Verdict, follow, follow_sync
from syndicate.client._page import read_page
from syndicate.errors import (
    ClientError,
    FalseLeaf,
    FetchError,
    ForkedLog,
    LedgerError,
    RegistryError,
    SyndicateError,
    WithheldLeaf,
)
from syndicate.ledger import Edge, leaf_hash
from syndicate.news import Act, Kind, digest_of
from syndicate.trust import recall

EXAMPLE = Path(__file__).parent.parent.parent / "docs" / "examples" / "follow.py"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as made:
        yield made


async def released(there: Witnessed, here: Place, *names: str, **changes: Any) -> list[str]:
    tokens = [here.newsroom.release(name, **changes) for name in names]
    before = await there.served.shown()
    assert (await there.served.send("\n".join(tokens).encode())).status == 200
    await there.until_shown(before + len(tokens))
    await there.until_proven()
    return tokens


async def followed(where: str, here: Place, **how: Any) -> list[Followed]:
    asked: dict[str, Any] = {"root": here.signed.root, "once": True} | how
    return [one async for one in follow(where, **asked)]


def titles(found: list[Followed]) -> list[str]:
    return [one.item.title or "" for one in found]


async def test_every_item_comes_once_in_order_with_three_verdicts(here: Place) -> None:
    async with witnessed(here) as there:
        url = there.served.hub.url
        tokens = await released(there, here, "one", "two", "three")
        found = await followed(url, here)
        assert [one.token for one in found] == tokens
        assert [one.index for one in found] == [1, 2, 3], "leaf 0 is an act"
        verdicts = {(one.report.signature, one.report.issuer, one.report.log) for one in found}
        assert verdicts == {(Verdict.YES, Verdict.YES, Verdict.YES)}
        assert found[0].report.logged is not None
        assert len(found[0].report.logged.witnesses) >= 4
        assert json.loads(json.dumps(found[0].as_json()))["token"] == tokens[0]
        assert titles(await followed(url, here, after=2)) == ["Story three"]
        assert await followed(url, here, after=9) == []


async def test_a_slice_is_followed_and_the_acts_between_are_no_items(here: Place) -> None:
    async with witnessed(here) as there:
        url = there.served.hub.url
        await released(there, here, "one")
        await released(there, here, "hai", lang="vi")
        assert titles(await followed(url, here, lang="vi")) == ["Story hai"]
        assert len(await followed(url, here, agency=AGENCY)) == 2
        assert len(await followed(url, here, member="aa")) == 2
        assert await followed(url, here, member="bb") == []
        with pytest.raises(FetchError):
            await followed(url, here, agency="zz.nobody")
        more: dict[str, Any] = {"categories": ("medtop:04000000",), "urgency": 2, "kind": Kind.NOTICE}
        await released(there, here, "ba", lang="vi", **more)
        for narrowed in (
            {"topic": "04000000"},
            {"urgency": 3},
            {"kind": "notice", "lang": "vi", "member": "aa"},
        ):
            assert titles(await followed(url, here, **narrowed)) == ["Story ba"]
        assert await followed(url, here, urgency=1) == []


@pytest.mark.parametrize(
    "narrowed",
    [
        pytest.param({"member": "aa", "agency": "aa.news"}, id="a member and an agency"),
        pytest.param({"topic": "medtop:04000000"}, id="a topic with its scheme"),
        pytest.param({"urgency": 10}, id="an urgency that is none"),
        pytest.param({"kind": "gossip"}, id="a kind that is none"),
        pytest.param({"lang": "vi&after=7"}, id="what would be another question"),
    ],
)
async def test_what_is_no_slice_is_said_before_anybody_is_asked(narrowed: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="no slice is narrowed like that"):
        await anext(follow("https://hub.example", root=EXAMPLE, **narrowed))


async def test_of_corrections_nothing_can_be_withheld_and_of_a_topic_it_could(here: Place) -> None:
    async with witnessed(here) as there:
        [token] = await released(there, here, "one", categories=("medtop:04000000",))
        corrected = {"ver": 2, "act": Act.CORRECT, "note": "It was two."}
        [correction] = await released(there, here, "one", categories=("medtop:04000000",), **corrected)

        def lie(path: str, body: bytes) -> bytes:
            return b'{"items": []}' if path.startswith("/v1/items?") else body

        async with liar(there.served, lie) as url:
            assert await followed(url, here, topic="04000000") == []
            with pytest.raises(WithheldLeaf, match="version 2"):
                await followed(url, here, kind="corrections")
        found = await followed(there.served.hub.url, here, kind="corrections", agency=AGENCY)
        assert [one.token for one in found] == [correction]
        assert [one.token for one in await followed(there.served.hub.url, here)] == [token, correction]


async def test_a_long_order_is_followed_page_by_page(here: Place) -> None:
    async with witnessed(here) as there:
        names = [first + second for first in "bcdefghijklmnop" for second in "abcdefghij"]
        await released(there, here, *names[:75])
        await released(there, here, *names[75:])
        found = await followed(there.served.hub.url, here)
        assert titles(found) == [f"Story {name}" for name in names]


async def test_a_cursor_goes_on_with_the_item_that_was_in_hand(here: Place, tmp_path: Path) -> None:
    cursor = tmp_path / "cursor"
    async with witnessed(here) as there:
        url = there.served.hub.url
        await released(there, here, "one", "two", "three")
        async for one in follow(url, root=here.signed.root, cursor=cursor, once=True):
            if one.item.title == "Story two":
                break  # it stops while this one is in hand
        assert titles(await followed(url, here, cursor=cursor)) == ["Story two", "Story three"]
        assert await followed(url, here, cursor=cursor) == []
        await released(there, here, "four")
        assert titles(await followed(url, here, cursor=cursor)) == ["Story four"]
        for damaged in (
            b"",
            b"{}",
            b"[]",
            b'{"form":"syndicate-cursor/v1","after":1e999,"note":""}',
            b"\xff",
        ):
            cursor.write_bytes(damaged)
            with pytest.raises(ClientError, match="damaged"):
                await followed(url, here, cursor=cursor)
        with pytest.raises(ClientError, match="cannot keep"):
            await followed(url, here, cursor=tmp_path / "no" / "where")
        with pytest.raises(ClientError, match="cannot read"):
            await followed(url, here, cursor=tmp_path)


async def test_what_comes_later_is_waited_for_and_so_is_a_line_that_is_down(here: Place) -> None:
    async with witnessed(here) as there:
        await released(there, here, "one")
        down = False

        def flaky(_path: str, body: bytes) -> bytes:
            return nothing(body) if down else body

        async with liar(there.served, flaky) as url:
            items = follow(url, root=here.signed.root, registry=str(here.signed.repository), every=0.05)
            assert (await anext(items)).item.title == "Story one"
            down = True
            waiting = asyncio.create_task(anext(items))
            await released(there, here, "two")
            await asyncio.sleep(0.3)
            assert not waiting.done()
            down = False
            async with asyncio.timeout(PATIENCE):
                assert (await waiting).item.title == "Story two"
            await items.aclose()


async def test_attack_6_what_the_hub_withholds_ends_it_by_name(here: Place) -> None:
    async with witnessed(here) as there:
        tokens = await released(there, here, "one", "two", "three")
        hidden = recall(tokens[1]).sub
        hide_last = recall(tokens[2]).sub
        for gone in (hidden, hide_last):

            def lie(path: str, body: bytes, gone: str = gone) -> bytes:
                if not path.startswith("/v1/items?"):
                    return body
                told = json.loads(body)
                told["items"] = [each for each in told["items"] if each["sub"] != gone]
                return json.dumps(told).encode()

            async with liar(there.served, lie) as url:
                items = follow(url, root=here.signed.root, once=True)
                got = [(await anext(items)).index for _ in range(2 if gone == hide_last else 0)]
                with pytest.raises(WithheldLeaf, match=gone):
                    await anext(items)
            assert got in ([], [1, 2])


async def test_attack_5_and_7_what_was_not_signed_or_not_logged_never_comes_out(here: Place) -> None:
    async with witnessed(here) as there:
        tokens = await released(there, here, "one", "two")
        flipped = tokens[0][:-9] + ("A" if tokens[0][-9] != "A" else "B") + tokens[0][-8:]

        def swap(path: str, body: bytes) -> bytes:
            return body.replace(tokens[0].encode(), flipped.encode()) if "/v1/items?" in path else body

        def other(path: str, body: bytes) -> bytes:
            return body.replace(tokens[0].encode(), tokens[1].encode()) if "/v1/items?" in path else body

        def leaf(path: str, body: bytes) -> bytes:
            return body.replace(b"publish", b"retract") if "entries" in path else body

        def junk(path: str, body: bytes) -> bytes:
            return b'{"items": [{"index": 1e999}]}' if "/v1/items?" in path else body

        for lie, error in ((swap, FalseLeaf), (other, FalseLeaf), (leaf, LedgerError), (junk, FetchError)):
            async with liar(there.served, lie) as url:
                with pytest.raises(error):
                    assert await followed(url, here) == []


def altered(**changes: Any) -> Any:
    """The lie that the first item of a page has these members."""

    def lie(body: bytes) -> bytes:
        told = json.loads(body)
        told["items"] = [told["items"][0] | changes, *told["items"][1:]]
        return json.dumps(told).encode()

    return lie


HOSTILE_PAGES = {
    "no page": lambda _: b"[]",
    "no JSON": lambda _: b"\xff\xfe<html>",
    "nothing": lambda _: b"",
    "a depth without end": lambda _: b"[" * 100_000,
    "items of another kind": lambda _: b'{"items": {"index": 1}}',
    "a number without end": lambda _: b'{"items": [{"index": ' + b"9" * 100_000 + b"}]}",
    "an index that is no number": altered(index=True),
    "an index below the first": altered(index=-1),
    "an index beyond all": altered(index=2**60),
    "a token that is none": altered(token=["a"]),
    "a time beyond all": altered(received_at="9999-12-31T23:59:59Z"),
    "a time of no zone": altered(logged_at="2026-11-23T12:00:00"),
    "marks of another kind": altered(marks=[{}]),
    "members that are missing": lambda _: b'{"items": [{}]}',
}


PAGE = {
    "index": 1, "token": "a.b.c", "received_at": "2026-11-23T12:00:00Z", "logged_at": "2026-11-23T12:00:01Z",
    "marks": [],
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_PAGES)
def test_attack_whatever_a_hub_says_instead_of_a_page_is_said_by_name(name: str) -> None:
    honest = json.dumps({"items": [PAGE]}).encode()
    assert read_page(honest)[0].index == 1
    with pytest.raises(FetchError, match="gave no page of versions"):
        read_page(HOSTILE_PAGES[name](honest))


async def test_attack_a_page_that_does_not_go_on_ends_it(here: Place) -> None:
    async with witnessed(here) as there:
        await released(there, here, "one", "two")
        lies = altered(index=0)

        def lie(path: str, body: bytes) -> bytes:
            return bytes(lies(body)) if path.startswith("/v1/items?after=0") else body

        async with liar(there.served, lie) as url:
            with pytest.raises(FetchError, match="does not go on"):
                assert await followed(url, here, after=0) == []


async def test_attack_11_a_log_that_is_another_than_before_is_evidence(here: Place, tmp_path: Path) -> None:
    cursor = tmp_path / "cursor"
    async with witnessed(here) as there:
        await released(there, here, "one")
        await followed(there.served.hub.url, here, cursor=cursor)
        edge = Edge().append([leaf_hash(b"another")] * 2)[0]
        note = there.served.hub.sealer._signer.checkpoint(edge, NOON)

        def lie(path: str, body: bytes) -> bytes:
            return note if path == "/log/checkpoint" else body

        async with liar(there.served, lie) as url:
            with pytest.raises(ForkedLog) as told:
                await followed(url, here, cursor=cursor)
        assert note in told.value.evidence


async def test_attack_9_whoever_has_another_root_gets_nothing(here: Place, tmp_path: Path) -> None:
    async with witnessed(here) as there:
        await released(there, here, "one")
        other = tmp_path / "other.json"
        other.write_bytes(here.signed.root.read_bytes().replace(b'"version":1', b'"version":2'))
        with pytest.raises(SyndicateError):
            await followed(there.served.hub.url, here, root=other)
        with pytest.raises((RegistryError, FetchError)):
            await followed(there.served.hub.url, here, registry=str(tmp_path))
        with pytest.raises(ClientError, match="no root is named"):
            async for _ in follow(there.served.hub.url, once=True):
                pass


async def test_a_federation_without_a_policy_is_followed_with_the_logs_own_key(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("one")
        with pytest.raises(LedgerError, match="no log is named"):
            await followed(served.hub.url, here)
        [one] = await followed(served.hub.url, here, log=[served.hub.log_key.vkey])
        assert one.report.logged is not None
        assert one.report.logged.operator_only


async def test_the_plain_generator_and_the_command_say_the_same(
    here: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with witnessed(here) as there:
        url = there.served.hub.url
        tokens = await released(there, here, "one", "two")

        def all_of_them() -> list[str]:
            return [one.token for one in follow_sync(url, root=here.signed.root, once=True)]

        assert await asyncio.to_thread(all_of_them) == tokens
        words = ["follow", url, "--root", str(here.signed.root), "--once"]
        assert await asyncio.to_thread(main, [*words, "--json"]) == 0
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [line["digest"] for line in lines] == [digest_of(token) for token in tokens]
        assert await asyncio.to_thread(main, [*words, "--cursor", str(tmp_path / "c")]) == 0
        assert "aa.news  en  Story two" in capsys.readouterr().out

        def hide(path: str, body: bytes) -> bytes:
            return b'{"items": []}' if "/v1/items?" in path else body

        async with liar(there.served, hide) as lying:
            assert await asyncio.to_thread(main, ["follow", lying, *words[2:]]) == 1
        assert "ALARM: leaf 1 is version 1 of aa.news:one" in capsys.readouterr().err


def test_the_example_is_ten_lines() -> None:
    lines = [line for line in EXAMPLE.read_text().splitlines() if line and not line.startswith(("#", '"""'))]
    assert len(lines) <= 10


async def test_the_example_prints_what_the_hub_shows(here: Place, tmp_path: Path) -> None:
    async with witnessed(here) as there:
        await released(there, here, "one", "two")
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(EXAMPLE), there.served.hub.url, str(here.signed.root),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=tmp_path,
        )  # fmt: skip
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            lines = [(await process.stdout.readline()).decode() for _ in range(2)]
        process.terminate()
        await process.wait()
    assert [line.strip() for line in lines] == ["1 aa.news Story one", "2 aa.news Story two"]
