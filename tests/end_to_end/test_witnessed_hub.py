"""Whoever verifies what a hub and its witnesses gave, without trusting any of them."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hub_folder import Place, place
from press import DAY, NOON
from witnessed import witnessed

from syndicate.client import Proof, Verdict, verify_token
from syndicate.ledger import ENTRIES, Edge, Tile, leaf_hash, read_checkpoint, read_entries


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as made:
        yield made


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
        for path in (f"tile/0/000.p/{size + 1}", "tile/0/001.p/1", "tile/0/0", "checkpoint/", "act/x.json"):
            assert (await there.served.get(f"/log/{path}")).status == 404, path


async def test_a_restart_goes_on_where_the_witnesses_stand(here: Place) -> None:
    for count, name in enumerate("ab", 1):
        async with witnessed(here) as there:
            log = there.served.hub.storage.log
            assert (await there.served.send(here.newsroom.release(name).encode())).status == 200
            await there.until_shown(count)
            assert log.proven == log.edge.size == log.visible
