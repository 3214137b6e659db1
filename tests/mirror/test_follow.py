"""A hub's log taken over by somebody who believes nothing of it, over the wire."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import islice, product
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hub_folder import AGENCY, Place, Served, hub_at_work, place
from liar import liar, nothing
from patience import PATIENCE
from press import NOON, PressRoom
from witnessed import Witnessed, witnessed

from syndicate.client import open_log
from syndicate.errors import FetchError, ForkedLog, LedgerError, StorageError, SyndicateError
from syndicate.ledger import ActLeaf, Policy, read_checkpoint, read_entries, write_entries
from syndicate.mirror import Follower
from syndicate.news import Act, Item, ItemId, Registry, Slice, StreamName, b64url, digest_of
from syndicate.ports import Entry, Storage
from syndicate.storage import open_storage
from syndicate.trust import recall

MAIN = (AGENCY, StreamName("main"))
Lie = Callable[[str, bytes], bytes]


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as made:
        yield made


class Mirror:
    """A storage, and a follower of whatever address is named."""

    def __init__(self, storage: Storage, policy: Policy, registry: Registry, clock: Any) -> None:
        self.storage, self.policy, self.registry, self.clock = storage, policy, registry, clock
        self.heard: list[tuple[int, int]] = []

    async def follow(self, where: str) -> int:
        port = urlsplit(where).port or 0
        async with open_log(where, allow=[("127.0.0.1", port)], user_agent="test") as get:
            follower = Follower(self.storage, get, lambda: self.policy, lambda: self.registry, self.clock)
            return await follower.catch_up(lambda *told: self.heard.append(told))

    async def versions(self) -> list[Any]:
        return [replace(each, sealed_at=int(each.sealed_at))
                for each in await self.storage.page(Slice(), -1, 10_000)]  # fmt: skip


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


async def mirror_of(served: Served, policy: Policy, stack: AsyncExitStack, name: str = "mirror") -> Mirror:
    path = served.here.folder / f"{name}.sqlite3"
    storage = await stack.enter_async_context(open_storage(path))
    return Mirror(storage, policy, served.hub.registry, served.clock)


async def published(there: Witnessed, *names: str, **changes: Any) -> list[Item]:
    tokens = [there.served.here.newsroom.release(name, **changes) for name in names]
    return await submitted(there, *tokens)


async def submitted(there: Witnessed, *tokens: str) -> list[Item]:
    before = await there.served.shown()
    assert (await there.served.send("\n".join(tokens).encode())).status == 200
    await there.until_shown(before + len(tokens))
    await there.until_proven()
    return [recall(token) for token in tokens]


async def proof(storage_or_hub: Served, item: Item) -> bytes:
    reply = await storage_or_hub.get(f"/v1/items/{item.sub}/{item.ver}.tlog-proof")
    assert reply.status == 200
    return reply.body


async def test_what_is_taken_over_is_the_hubs_own_log_to_the_last_mark_and_proof(
    here: Place, stack: AsyncExitStack
) -> None:
    async with witnessed(here) as there:
        await published(there, "one", "two")
        mirror = await mirror_of(there.served, there.policy, stack)
        assert await mirror.follow(there.served.hub.url) == 3, "the registry's act, and two stories"
        hub = there.served.hub.storage
        assert mirror.storage.log.edge == hub.log.edge
        assert (mirror.storage.log.visible, mirror.storage.log.proven) == (3, 3)
        theirs = [replace(each, sealed_at=int(each.sealed_at)) for each in await hub.page(Slice(), -1, 10)]
        assert await mirror.versions() == theirs
        assert await mirror.storage.stream_state(MAIN) == await hub.stream_state(MAIN)
        for each in theirs:
            kept = await mirror.storage.log.checkpoint_over(each.index)
            assert kept == await hub.log.checkpoint_over(each.index), "its time is that of the first proof"
        assert await mirror.follow(there.served.hub.url) == 0
        await published(there, "three")
        assert await mirror.follow(there.served.hub.url) == 1
        assert mirror.storage.log.edge == hub.log.edge


async def test_two_looks_at_one_time_take_each_leaf_over_once(here: Place, stack: AsyncExitStack) -> None:
    async with witnessed(here) as there:
        await published(there, "one", "two")
        mirror = await mirror_of(there.served, there.policy, stack)
        port = urlsplit(there.served.hub.url).port or 0
        async with open_log(there.served.hub.url, allow=[("127.0.0.1", port)], user_agent="test") as get:
            follower = Follower(
                mirror.storage, get, lambda: there.policy, lambda: there.registry, there.served.clock
            )
            assert sorted(await asyncio.gather(*(follower.catch_up() for _ in range(3)))) == [0, 0, 3]
        assert mirror.storage.log.edge == there.served.hub.storage.log.edge


async def test_a_long_log_is_taken_over_bundle_by_bundle_and_goes_on_after_a_stop(
    here: Place, stack: AsyncExitStack
) -> None:
    async with witnessed(here) as there:
        names = map("".join, product("bcdefgh", repeat=3))
        for _ in range(3):
            await published(there, *islice(names, 100))
        mirror = await mirror_of(there.served, there.policy, stack)
        assert await mirror.follow(there.served.hub.url) == 301
        assert mirror.heard == [(256, 301), (301, 301)]
        assert mirror.storage.log.edge == there.served.hub.storage.log.edge
        late = await mirror_of(there.served, there.policy, stack, "late")
        pages = 0

        def cut(path: str, body: bytes) -> bytes:
            nonlocal pages
            pages += path.startswith("/v1/items?")
            return nothing(body) if pages > 3 else body

        async with liar(there.served, cut) as broken:
            with pytest.raises(Exception, match="it has no v1/items"):
                await late.follow(broken)
        assert late.storage.log.edge.size == 256, "whole bundles, or nothing of them"
        assert await late.follow(there.served.hub.url) == 45
        assert await late.versions() == await mirror.versions()


async def test_every_act_gap_and_later_version_leaves_the_same_states(
    here: Place, stack: AsyncExitStack
) -> None:
    room = here.newsroom
    async with witnessed(here) as there:
        tokens = [room.release(name) for name in "abcdefg"]
        await submitted(there, tokens[0], tokens[6])
        await submitted(there, tokens[3], tokens[4])
        await submitted(there, *tokens[1:3], tokens[5])
        item = recall(tokens[0])
        for act in (Act.UPDATE, Act.WITHHOLD):
            later = replace(
                item, act=act, ver=item.ver + 1, seq=room.seq + 1, prev=room.prev,
                note="said why", content=None if act is Act.WITHHOLD else item.content,
            )  # fmt: skip
            token = room.token(later)
            room.seq, room.prev, item = later.seq, digest_of(token), later
            await submitted(there, token)
        mirror = await mirror_of(there.served, there.policy, stack)
        await mirror.follow(there.served.hub.url)
        hub = there.served.hub.storage
        assert await mirror.storage.stream_state(MAIN) == await hub.stream_state(MAIN)
        subs = [recall(token).sub for token in tokens]
        ask = await mirror.storage.write(lambda book: book.items(subs))
        assert ask == await hub.write(lambda book: book.items(subs))
        assert await mirror.storage.relations(item.sub) == await hub.relations(item.sub)
        marks = [each.marks for each in await hub.page(Slice(), -1, 10)]
        assert [each.marks for each in await mirror.versions()] == marks


def without(sub: str) -> Lie:
    def lie(path: str, body: bytes) -> bytes:
        if path.startswith("/v1/items?"):
            told = json.loads(body)
            told["items"] = [each for each in told["items"] if each["sub"] != sub]
            return json.dumps(told).encode()
        return body

    return lie


def saying(of: str, **changes: object) -> Lie:
    def lie(path: str, body: bytes) -> bytes:
        if path.startswith("/v1/items?"):
            told = json.loads(body)
            for each in told["items"]:
                each.update(changes if each["sub"] == of else {})
            return json.dumps(told).encode()
        return body

    return lie


async def test_attack_6_a_withheld_story_stops_the_mirror_that_names_it(
    here: Place, stack: AsyncExitStack
) -> None:
    async with witnessed(here) as there:
        one, _two = await published(there, "one", "two")
        mirror = await mirror_of(there.served, there.policy, stack)
        async with liar(there.served, without(one.sub)) as hiding:
            with pytest.raises(SyndicateError, match=f"version 1 of {one.sub}, which is withheld"):
                await mirror.follow(hiding)
        assert mirror.storage.log.edge.size == 0, "nothing half-kept"
        assert await mirror.follow(there.served.hub.url) == 3


async def test_attack_7_a_story_that_no_agency_signed_is_not_taken_over(
    here: Place, stack: AsyncExitStack
) -> None:
    async with witnessed(here) as there:
        one, two = await published(there, "one", "two")
        stranger = PressRoom(AGENCY, seed=77)
        forged = stranger.publish("one", aud=one.aud, url=one.url, title="Never said", lang="en")
        mirror = await mirror_of(there.served, there.policy, stack)
        lies = [
            (saying(one.sub, token=forged), "no agency signed: key-unknown"),
            (saying(one.sub, token=here.newsroom.tokens[1]), "another token than its own"),
            (saying(one.sub, token="x.y.z"), "no agency signed: base64-not-canonical"),
            (saying(one.sub, received_at="2999-01-01T00:00:00Z"), "received in the future"),
            (saying(one.sub, logged_at="2999-01-01T00:00:00Z"), "received in the future"),
            (saying(one.sub, received_at="yesterday"), "no page of versions"),
            (saying(one.sub, received_at="0001-01-01T00:00:00Z"), "no page of versions"),
            (saying(one.sub, logged_at="9999-12-31T23:59:59-14:00"), "no page of versions"),
            (saying(one.sub, logged_at="2026-11-23T12:00:00"), "no page of versions"),
            (saying(one.sub, index=1.0), "no page of versions"),
            (saying(one.sub, index=float("inf")), "no page of versions"),
            (saying(one.sub, index="1"), "no page of versions"),
            (saying(one.sub, token=7), "no page of versions"),
            (saying(two.sub, marks=["splendid"]), "no page of versions"),
            (saying(two.sub, index=0), "does not go on|is withheld"),
        ]
        for lie, why in lies:
            async with liar(there.served, lie) as hub:
                with pytest.raises(SyndicateError, match=why):
                    await mirror.follow(hub)
        assert mirror.storage.log.edge.size == 0


async def test_an_act_of_the_operator_is_taken_over_and_no_other_passes_for_it(
    here: Place, stack: AsyncExitStack
) -> None:
    async with witnessed(here) as there:
        mirror = await mirror_of(there.served, there.policy, stack)

        def hide(path: str, body: bytes) -> bytes:
            return nothing(body) if path.startswith("/log/act/") else body

        def change(path: str, body: bytes) -> bytes:
            return body + b" " if path.startswith("/log/act/") else body

        for lie, why in ((hide, "which is withheld"), (change, "another act than its own")):
            async with liar(there.served, lie) as hub:
                with pytest.raises(SyndicateError, match=why):
                    await mirror.follow(hub)
        assert await mirror.follow(there.served.hub.url) == 1


async def test_attack_11_two_histories_of_one_log_are_evidence_and_change_nothing(
    here: Place, stack: AsyncExitStack
) -> None:
    async with hub_at_work(here) as served:
        await served.release("one", "two")
        policy = Policy(logs=(served.hub.log_key,))
        mirror = await mirror_of(served, policy, stack)
        await mirror.follow(served.hub.url)
        edge = mirror.storage.log.edge
    here.lose_the_database()
    async with hub_at_work(here) as served:
        await served.release("other")
        for name in ("more", "last"):  # shorter than what is here, then longer
            with pytest.raises(ForkedLog, match="two histories") as told:
                await mirror.follow(served.hub.url)
            sizes = [read_checkpoint(note)[0].size for note in told.value.evidence]
            assert sizes[0] == 3
            await served.release(name, f"{name}again")
    assert mirror.storage.log.edge == edge


async def test_leaves_that_lead_nowhere_and_another_logs_checkpoint_are_refused(
    here: Place, stack: AsyncExitStack
) -> None:
    async with witnessed(here) as there:
        await published(there, "one")
        mirror = await mirror_of(there.served, there.policy, stack)

        def swap(path: str, body: bytes) -> bytes:
            return write_entries([b"one", b"two"]) if path.startswith("/log/tile/entries") else body

        async with liar(there.served, swap) as hub:
            with pytest.raises(SyndicateError, match="do not lead to the root"):
                await mirror.follow(hub)
        mirror.policy = Policy()
        with pytest.raises(LedgerError, match="no log is named"):
            await mirror.follow(there.served.hub.url)


async def test_an_act_that_is_in_no_log_hides_nothing(here: Place, stack: AsyncExitStack) -> None:
    """A mirror on the way shows a made-up act, at a leaf of its own making, when it is asked again."""
    async with witnessed(here) as there:
        one, _two = await published(there, "one", "two")
        [token] = [each for each in here.newsroom.tokens if recall(each).sub == one.sub]
        act = json.dumps({"act": "erase", "tokens": [digest_of(token)]}).encode()
        made_up = ActLeaf(digest=b64url(hashlib.sha256(act).digest()))
        asked = 0

        def lie(path: str, body: bytes) -> bytes:
            nonlocal asked
            if path.startswith("/log/act/") and made_up.digest in path:
                return act
            if path.startswith("/log/tile/entries"):
                asked += 1
                return write_entries([made_up.raw, *read_entries(body, 3)[1:]]) if asked > 1 else body
            return without(one.sub)(path, body)

        mirror = await mirror_of(there.served, there.policy, stack)
        async with liar(there.served, lie) as hub:
            with pytest.raises(LedgerError, match="root"):
                await mirror.follow(hub)
        assert (asked, mirror.storage.log.edge.size) == (2, 0)


async def test_whoever_hides_the_proofs_cannot_date_the_log_anew(here: Place, stack: AsyncExitStack) -> None:
    async with witnessed(here) as there:
        await published(there, "one")

        def lie(path: str, body: bytes) -> bytes:
            return nothing(body) if path.endswith(".tlog-proof") else body

        mirror = await mirror_of(there.served, there.policy, stack)
        async with liar(there.served, lie) as hub:
            with pytest.raises(FetchError, match="has no proof of version 1"):
                await mirror.follow(hub)
        assert await mirror.follow(there.served.hub.url) == 0
        assert mirror.storage.log.proven == 2


async def test_while_the_quorum_is_away_the_mirror_holds_what_is_shown_and_the_proofs_come_later(
    here: Place, stack: AsyncExitStack
) -> None:
    async with witnessed(here) as there:
        await published(there, "one")
        mirror = await mirror_of(there.served, there.policy, stack)
        await mirror.follow(there.served.hub.url)
        for keeper in there.keepers[:2]:
            await keeper.go()
        await there.served.send(here.newsroom.release("two").encode())
        log = there.served.hub.storage.log
        async with asyncio.timeout(PATIENCE):
            while log.edge.size < 3:  # noqa: ASYNC110 - the hub goes on by itself
                await asyncio.sleep(0.02)
        assert await mirror.follow(there.served.hub.url) == 0, "it shows no more than its hub"
        there.served.clock.time += 61
        await there.until_shown(2)
        assert await mirror.follow(there.served.hub.url) == 1
        assert (mirror.storage.log.visible, mirror.storage.log.proven) == (3, 2)
        for keeper in there.keepers[:2]:
            await keeper.come()
        await there.until_proven()
        assert await mirror.follow(there.served.hub.url) == 0
        assert mirror.storage.log.proven == 3


async def test_what_is_kept_must_make_the_leaves_or_nothing_happens(
    here: Place, stack: AsyncExitStack
) -> None:
    async with witnessed(here) as there:
        mirror = await mirror_of(there.served, there.policy, stack)
        with pytest.raises(StorageError, match="is not leaf 0"):
            await mirror.storage.follow(0, lambda _book: [Entry(leaf=b"x", sealed_at=NOON)])
        with pytest.raises(StorageError, match="leaf 1 is not the next"):
            await mirror.storage.follow(1, lambda _book: [])
        assert mirror.storage.log.edge.size == 0
        assert await mirror.storage.version(ItemId("aa.news:x"), 1) is None
