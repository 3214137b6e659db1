"""A monitor over the wire: at a real hub, and at hubs that lie."""

import asyncio
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hub_folder import AGENCY, Place
from liar import liar
from press import NOON, PressRoom
from witnessed import Witnessed, witnessed

from syndicate.cli import main
from syndicate.client import (
    AlarmKind,
    LogReader,
    Look,
    Own,
    Proof,
    Verdict,
    Watched,
    open_log,
    read_watched,
    verify_token,
    watch,
)
from syndicate.errors import ClientError
from syndicate.journey import LogSigner
from syndicate.ledger import Edge, Policy, ProofFile, leaf_hash, leaf_of, write_entries
from syndicate.news import Index, digest_of
from syndicate.signing import ephemeral_signer
from syndicate.trust import recall

HOUR = 3_600


async def look(
    where: str,
    policy: Policy,
    before: Watched | None = None,
    own: Own | None = None,
    *others: str,
    now: float = NOON,
) -> Look:
    port = urlsplit(where).port or 0
    allow = [("127.0.0.1", port), *(("127.0.0.1", urlsplit(other).port or 0) for other in others)]
    async with open_log(where, allow=allow, user_agent="test") as get:
        readers = []
        for other in others:
            async with open_log(other, allow=allow, user_agent="test") as elsewhere:
                seen = {path: await elsewhere(path) for path in ("log/checkpoint",)}

                async def kept(path: str, seen: dict[str, bytes | None] = seen) -> bytes | None:
                    return seen.get(path)

                readers.append(LogReader(kept, policy))
        return await watch(LogReader(get, policy), before or Watched(), now=now, own=own, others=readers)


def kinds(seen: Look) -> list[AlarmKind]:
    return [alarm.kind for alarm in seen.alarms]


async def published(there: Witnessed, here: Place, *names: str) -> list[str]:
    tokens = [here.newsroom.release(name) for name in names]
    before = await there.served.shown()
    assert (await there.served.send("\n".join(tokens).encode())).status == 200
    await there.until_shown(before + len(tokens))
    return tokens


async def test_all_is_well_at_an_honest_hub_and_only_what_is_new_is_read(here: Place) -> None:
    async with witnessed(here) as there:
        tokens = await published(there, here, *"abc")
        own = Own(agency=AGENCY, signed={digest_of(token): NOON for token in tokens})
        first = await look(there.served.hub.url, there.policy, own=own, now=NOON + 2 * HOUR)
        assert (first.alarms, first.new) == ((), 4)
        assert first.seen is not None
        assert first.seen.quorum
        again = await look(there.served.hub.url, there.policy, read_watched(first.watched.raw), own)
        assert (again.alarms, again.new, again.watched) == ((), 0, first.watched)
        await published(there, here, "d")
        more = await look(there.served.hub.url, there.policy, again.watched)
        assert (more.alarms, more.new) == ((), 1)


async def test_attack_6_an_item_that_the_hub_withholds_is_missed(here: Place) -> None:
    async with witnessed(here) as there:
        tokens = await published(there, here, "a")
        withheld = here.newsroom.release("b")
        own = Own(agency=AGENCY, signed={digest_of(token): NOON for token in (*tokens, withheld)})
        early = await look(there.served.hub.url, there.policy, own=own, now=NOON + HOUR)
        assert early.alarms == (), "not before it had the time to come"
        seen = await look(there.served.hub.url, there.policy, early.watched, own, now=NOON + HOUR + 1)
        assert kinds(seen) == [AlarmKind.MISSING]
        assert digest_of(withheld) in seen.alarms[0].detail


async def test_attack_7_a_leaf_in_our_name_that_we_did_not_sign_is_noticed(here: Place) -> None:
    async with witnessed(here) as there:
        tokens = await published(there, here, "a", "stolen")
        own = Own(agency=AGENCY, signed={digest_of(tokens[0]): NOON})
        seen = await look(there.served.hub.url, there.policy, own=own)
        assert kinds(seen) == [AlarmKind.NOT_OURS]
        assert digest_of(tokens[1]) in seen.alarms[0].detail


async def test_attack_11_whoever_is_shown_another_log_than_before_has_the_evidence(here: Place) -> None:
    async with witnessed(here) as there:
        await published(there, here, "a")
        edge = Edge().append([leaf_hash(b"another")])[0]
        signer = there.served.hub.sealer._signer
        for forged in (edge, edge.append([leaf_hash(b"more")])[0]):
            note = signer.checkpoint(forged, NOON)
            honest = await look(there.served.hub.url, there.policy)

            def lie(path: str, body: bytes, note: bytes = note) -> bytes:
                return note if path == "/log/checkpoint" else body

            async with liar(there.served, lie) as url:
                seen = await look(url, there.policy, honest.watched)
                assert kinds(seen) == [AlarmKind.FORKED]
                assert seen.alarms[0].evidence == (honest.watched.note, note)
                assert seen.watched == honest.watched, "what was believed before still is"
                elsewhere = await look(there.served.hub.url, there.policy, None, None, url)
                assert kinds(elsewhere) == [AlarmKind.FORKED]


async def test_a_log_that_signs_what_it_does_not_show_is_silent(here: Place) -> None:
    async with witnessed(here) as there:
        await published(there, here, "a")
        honest = await look(there.served.hub.url, there.policy)
        edge = Edge().append([leaf_hash(b"b")] * 6)[0]
        note = there.served.hub.sealer._signer.checkpoint(edge, NOON)
        async with liar(there.served, lambda path, body: note if path == "/log/checkpoint" else body) as url:
            seen = await look(url, there.policy, honest.watched)
            assert kinds(seen) == [AlarmKind.SILENT]


async def test_an_older_checkpoint_of_the_same_log_is_no_second_history(here: Place) -> None:
    async with witnessed(here) as there:
        await published(there, here, "a")
        old = (await there.served.get("/log/checkpoint")).body
        await published(there, here, "b")
        newest = await look(there.served.hub.url, there.policy)
        async with liar(there.served, lambda path, body: old if path == "/log/checkpoint" else body) as url:
            late = await look(url, there.policy, newest.watched)
        assert (late.alarms, late.new, late.watched) == ((), 0, newest.watched)


async def test_leaves_that_are_too_large_are_not_even_kept(here: Place) -> None:
    async with witnessed(here) as there:
        await published(there, here, "a")

        def lie(path: str, body: bytes) -> bytes:
            return write_entries([b"x" * 513] * 2) if path.startswith("/log/tile/entries") else body

        async with liar(there.served, lie) as url:
            seen = await look(url, there.policy)
        assert kinds(seen) == [AlarmKind.NOT_ONE]
        assert "512 bytes" in seen.alarms[0].detail


async def test_attack_5_leaves_that_are_not_those_that_were_signed_are_noticed(here: Place) -> None:
    async with witnessed(here) as there:
        await published(there, here, "a", "b")

        def lie(path: str, body: bytes) -> bytes:
            return body.replace(b"publish", b"retract") if "entries" in path else body

        async with liar(there.served, lie) as url:
            assert kinds(await look(url, there.policy)) == [AlarmKind.NOT_ONE]

        def strange(path: str, body: bytes) -> bytes:
            return b"what" if path == "/log/checkpoint" else body

        async with liar(there.served, strange) as url:
            assert kinds(await look(url, there.policy)) == [AlarmKind.NOT_ONE]
        nobody = await look(there.served.hub.url, Policy())
        assert kinds(nobody) == [AlarmKind.NOT_ONE], "a log that the policy does not name"
    assert kinds(await look(there.served.hub.url, there.policy)) == [AlarmKind.SILENT]


async def test_attack_27_whoever_answers_in_the_hubs_name_can_show_its_log_and_no_other(here: Place) -> None:
    """A stolen name, or a network of caches, with a valid certificate: all but the keys are his."""
    async with witnessed(here) as there:
        [token] = await published(there, here, "a")
        honest = await look(there.served.hub.url, there.policy)
        origin = there.served.hub.sealer._signer.origin
        his = LogSigner(origin, ephemeral_signer(b"h" * 32))
        room = PressRoom(AGENCY, seed=66)
        forged = room.publish("a", aud=recall(token).aud, title="Never said", lang="en")
        leaf = leaf_of(recall(forged), digest_of(forged)).raw
        edge = Edge().append([leaf_hash(leaf)])[0]
        note = his.checkpoint(edge, NOON)
        shown = {"/log/checkpoint": note, "/log/tile/entries/000.p/1": write_entries([leaf])}
        async with liar(there.served, shown.get) as url:
            seen = await look(url, there.policy, honest.watched)
            assert kinds(seen) == [AlarmKind.NOT_ONE], "the log did not sign it"
            assert seen.watched == honest.watched
        his_proof = Proof(raw=ProofFile(Index(0), (), note).raw, policy=there.policy)
        of_forged = verify_token(forged, there.registry, now=NOON, proof=his_proof)
        assert (of_forged.ok, of_forged.signature) == (False, Verdict.NO)
        of_honest = verify_token(token, there.registry, now=NOON, proof=his_proof)
        assert (of_honest.ok, of_honest.log) == (False, Verdict.NO), "nor can he date what was really signed"


def test_a_damaged_memory_is_told() -> None:
    whole = Watched(edge=Edge().append([leaf_hash(b"a")])[0], note=b"note").raw
    for damaged in (b"", b"{}", whole[:-9], whole.replace(b'"size": 1', b'"size": 2'), b"[]", b"\xff"):
        with pytest.raises(ClientError, match="damaged"):
            read_watched(damaged)


async def test_the_command_says_what_it_saw_raises_the_alarm_and_ends_with_it(
    here: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with witnessed(here) as there:
        await published(there, here, "a")
        alarms = tmp_path / "alarms"
        words = ["monitor", there.served.hub.url, "--folder", str(tmp_path / "watch"), *here.signed.options]
        words += ["--command", f"tee -a {alarms}", "--json"]
        assert await asyncio.to_thread(main, words) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["leaves"], told["new"], told["quorum"], told["alarms"]) == (2, 2, True, [])
        note = there.served.hub.sealer._signer.checkpoint(Edge().append([leaf_hash(b"x")])[0], NOON)
        async with liar(there.served, lambda path, body: note if path == "/log/checkpoint" else body) as url:
            words[1] = url
            assert await asyncio.to_thread(main, words) == 1
        assert json.loads(alarms.read_text())["kind"] == "log-forked"
        assert len(list((tmp_path / "watch").glob("evidence-*.note"))) == 2


def files_in(folder: Path) -> tuple[Path, Path]:
    [token], [proof] = folder.glob("*.jws"), folder.glob("*.tlog-proof")
    return token, proof


async def test_prove_keeps_two_files_that_verify_without_the_hub(
    here: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with witnessed(here) as there:
        [token] = await published(there, here, "a")
        sub = here.newsroom.item("a").sub
        words = ["prove", sub, "--from", there.served.hub.url, "--out", str(tmp_path), *here.signed.options]
        assert await asyncio.to_thread(main, [*words, "--at", str(NOON + 9)]) == 0
        assert "Leaf 1 of the public log" in capsys.readouterr().out
        address = f"{there.served.hub.url}/v1/items/{sub}/1.jws"
        assert await asyncio.to_thread(main, ["prove", address, *words[4:], "--json"]) == 0
        capsys.readouterr()
    kept, proof = files_in(tmp_path)
    assert kept.read_text() == token
    later = str(NOON + 3_650 * 86_400)
    words = ["verify", str(kept), "--proof", str(proof), "--at", later, *here.signed.options]
    assert await asyncio.to_thread(main, words) == 0
    assert "cosigned by w0.example" in capsys.readouterr().out
    proof.write_bytes(proof.read_bytes().replace(b"index 1", b"index 0"))
    assert await asyncio.to_thread(main, words) == 1
    assert "log-not-included" in capsys.readouterr().out
    for bad in ("what", "vn.demo:short", "http://[", "https://hub.example/v1/items/x/1.jws"):
        assert await asyncio.to_thread(main, ["prove", bad, *here.signed.options]) == 2
