"""Whoever verifies what a hub and its witnesses gave, without trusting any of them."""

import asyncio
import hashlib
import json
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

import pytest
from hub_folder import Place, hub_at_work
from logging_hub import log_signer
from patience import PATIENCE
from press import ALERT, DAY, NOON
from raw_client import ask
from witnessed import witnessed

from syndicate.cli import main
from syndicate.client import Proof, Verdict, verify_token
from syndicate.ledger import (
    ENTRIES,
    ActLeaf,
    Edge,
    Tile,
    leaf_hash,
    read_checkpoint,
    read_entries,
    read_leaf,
    write_policy,
)
from syndicate.news import Kind, Reason, b64url
from syndicate.web import _witness as web_witness


async def test_whoever_has_token_and_proof_verifies_years_later_without_the_hub(here: Place) -> None:
    async with witnessed(here) as there:
        tokens = [here.newsroom.release(name) for name in "abc"]
        assert (await there.served.send("\n".join(tokens).encode())).status == 200
        await there.until_shown(3)
        items = (await there.served.json("/v1/items"))["items"]
        assert [item["verdicts"]["log"] for item in items] == ["yes"] * 3
        proofs = [await there.served.get(urlsplit(item["proof_url"]).path) for item in items]
        assert all("immutable" in reply.headers["cache-control"] for reply in proofs)
        registry, policy = there.registry, there.policy
    later = NOON + 3_650 * DAY
    for token, proof in zip(tokens, proofs, strict=True):
        report = verify_token(token, registry, now=later, proof=Proof(raw=proof.body, policy=policy))
        assert (report.signature, report.issuer, report.log) == (Verdict.YES, Verdict.YES, Verdict.YES)
        assert report.logged is not None
        assert (len(report.logged.witnesses) >= 4, report.logged.at, report.logged.operator_only) == (
            True,
            NOON,
            False,
        )
        alone = verify_token(token, registry, now=later)
        assert (alone.issuer, alone.log) == (Verdict.NOT_YET, Verdict.NOT_YET), "its key has run out since"
        other = next(each for each in tokens if each != token)
        swapped = verify_token(other, registry, now=later, proof=Proof(raw=proof.body, policy=policy))
        assert (swapped.log, swapped.ok) == (Verdict.NO, False)


async def test_the_files_of_the_log_are_a_log(here: Place) -> None:
    async with witnessed(here) as there:
        tokens = [here.newsroom.release(name) for name in "abcd"]
        assert (await there.served.send("\n".join(tokens).encode())).status == 200
        await there.until_shown(4)
        checkpoint, note = read_checkpoint((await there.served.get("/log/checkpoint")).body)
        size = checkpoint.size
        assert there.policy.satisfied_by(set(note.signed_by(there.policy.witnesses.values())))
        bundle = await there.served.get(f"/log/{Tile(ENTRIES, 0, size).path}")
        leaves = read_entries(bundle.body, size)
        hashes = [leaf_hash(leaf) for leaf in leaves]
        assert Edge().append(hashes)[0].root == checkpoint.root
        tile = await there.served.get(f"/log/{Tile(0, 0, size).path}")
        assert tile.body == b"".join(hashes)
        assert "immutable" in tile.headers["cache-control"]
        assert tile.headers["access-control-allow-origin"] == "*"
        act = next(leaf for leaf in map(read_leaf, leaves) if isinstance(leaf, ActLeaf))
        told = await there.served.get(f"/log/act/{act.digest}.json")
        assert b64url(hashlib.sha256(told.body).digest()) == act.digest
        assert json.loads(told.body)["registry"] == there.registry.version
        assert (await there.served.get(f"/log/act/{'A' * 43}.json")).status == 404
        for name in ("nobody/1", f"{here.newsroom.item('a').sub}/9", "x/0"):
            assert (await there.served.get(f"/v1/items/{name}.tlog-proof")).status == 404, name
        for path in (f"tile/0/000.p/{size + 1}", "tile/0/001.p/1", "tile/0/0", "checkpoint/", "act/x.json"):
            assert (await there.served.get(f"/log/{path}")).status == 404, path


async def test_an_alert_goes_out_at_once_and_into_the_order_when_its_witnesses_have_seen_it(
    here: Place,
) -> None:
    async with witnessed(here) as there:
        served = there.served
        for keeper in there.keepers[:2]:
            await keeper.go()  # three of five are no quorum
        tokens = [
            here.newsroom.release("story"),
            here.newsroom.release("storm", kind=Kind.ALERT, alert=ALERT),
        ]
        assert (await served.send("\n".join(tokens).encode())).status == 200
        async with asyncio.timeout(PATIENCE):
            while tokens[1].encode() not in (await served.get("/feeds/pending-alerts.atom")).body:  # noqa: ASYNC110 - another task
                await asyncio.sleep(0.05)
        document = json.loads((await served.get("/feeds/pending-alerts.json")).body)
        assert [item["title"] for item in document["items"]] == ["Story storm"], "stories wait"
        assert await served.shown() == 0
        assert b"4 of 5 witnesses" in (await served.get("/log")).body
        proof = await served.get(f"/v1/items/{here.newsroom.item('storm').sub}/1.tlog-proof")
        assert "immutable" not in proof.headers["cache-control"]
        pending = verify_token(
            tokens[1], there.registry, now=NOON, proof=Proof(raw=proof.body, policy=there.policy)
        )
        assert (pending.log, pending.reasons) == (Verdict.NOT_YET, (Reason.LOG_QUORUM_SHORT,))
        alone = Proof(raw=proof.body, policy=replace(there.policy, quorum=None))
        assert verify_token(tokens[1], there.registry, now=NOON, proof=alone).log is Verdict.YES

        served.clock.time += 61
        await there.until_shown(2)
        items = (await served.json("/v1/items"))["items"]
        assert [item["marks"] for item in items] == [["log-pending"]] * 2
        assert tokens[1].encode() in (await served.get("/feeds/pending-alerts.atom")).body
        for keeper in there.keepers[:2]:
            await keeper.come()
        await there.until_proven()
        items = (await served.json("/v1/items"))["items"]
        assert [(item["marks"], item["verdicts"]["log"]) for item in items] == [([], "yes")] * 2
        assert tokens[1].encode() not in (await served.get("/feeds/pending-alerts.atom")).body


async def test_a_restart_goes_on_where_the_witnesses_stand(here: Place) -> None:
    for count, name in enumerate("ab", 1):
        async with witnessed(here) as there:
            log = there.served.hub.storage.log
            assert (await there.served.send(here.newsroom.release(name).encode())).status == 200
            await there.until_shown(count)
            assert log.proven == log.edge.size == log.visible


async def test_attack_34_a_witness_takes_no_more_than_a_question_and_waits_for_nobody(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with witnessed(here) as there:
        port = urlsplit(there.keepers[0].url).port or 0
        asked = partial(ask, port, "/add-checkpoint")
        assert (await ask(port, "/")).status == 404
        assert (await asked()).status == 405
        assert (await asked(method="POST")).status == 411, "nothing says how long it is"
        assert (await asked(method="POST", body=b"x" * 200_000)).status == 413
        assert (await asked(method="POST", body=b"x" * 1_000)).status == 400
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with monkeypatch.context() as hasty:
            hasty.setattr(web_witness, "_BODY_SECONDS", 0.2)
            writer.write(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nold")
            assert (await asyncio.wait_for(reader.readline(), PATIENCE)).startswith(b"HTTP/1.1 408")
        writer.close()
        await there.until_proven()


async def test_a_log_that_was_witnessed_does_not_go_on_alone_by_itself(here: Place) -> None:
    async with witnessed(here) as there:
        await there.served.release("one")
        await there.until_proven()
    other = log_signer(99).key
    here.signed.publish(policy=write_policy([other], {}, 0))
    for name in ("two", "three"):
        async with hub_at_work(here) as served:
            await served.submit(here.newsroom.release(name))
            assert await served.shown() == 1
            assert b"the registry no longer names any" in (await served.get("/health")).body
    database = str(here.folder / "hub.sqlite3")
    unlock = ["log", "unlock", "--db", database, "--reason", "They are gone.", "--yes"]
    assert await asyncio.to_thread(main, unlock) == 0
    async with hub_at_work(here) as served:
        await served.until_sealed(3)
