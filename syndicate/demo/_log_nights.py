"""Nobody has to trust the hub: what its log, five witnesses and a monitor make of an operator who lies."""

import asyncio
import time
from pathlib import Path
from typing import Final

from syndicate.agency import publish
from syndicate.assembly import Source, back_up, open_hub, open_mirror, put_back, take_back
from syndicate.client import (
    AlarmKind,
    LogReader,
    Look,
    Own,
    Proof,
    Watched,
    fetch_evidence,
    open_log,
    verify_token,
    watch,
)
from syndicate.demo._bad_nights import room_of, sign, story_of, titled
from syndicate.demo._federation import Federation
from syndicate.demo._forgery import claims_of, sign_claims
from syndicate.demo._log import read_log
from syndicate.demo._play import until
from syndicate.demo._street import LOOPBACK
from syndicate.demo._telling import Teller
from syndicate.demo._visitor import Visitor
from syndicate.fetch import open_caller
from syndicate.journey import LogSigner
from syndicate.ledger import AddCheckpoint, Edge, Policy, leaf_hash, read_policy
from syndicate.news import ItemId, digest_of
from syndicate.ports import Answered, Call

Answers = dict[str, str]
_HOUR: Final = 3_600


async def copy_the_hub(federation: Federation) -> Path:
    """A back-up of the hub as it stands now."""
    copy = federation.folder / "back-up of this morning"
    await asyncio.to_thread(back_up, federation.database, copy)
    return copy


async def play_log_nights(federation: Federation, copy: Path, teller: Teller) -> Answers:
    """Play each; what came of it, by its name. ``copy`` is the hub as it stood this morning."""
    teller.scene("And if the hub itself lies? It has a public log, and five states witness it")
    answers = {
        **await _another_history(federation),
        **await _withheld(federation),
        **await _stolen_key(federation),
        **await _yesterdays_hub(federation, copy),
        **await _mirrored(federation),
    }
    for name, answer in answers.items():
        teller.checked(name, "what comes of it", answer)
    return answers


async def _another_history(federation: Federation) -> Answers:
    """The operator signs a second history, with the log's own key."""
    honest = await _watch(federation)
    forged = Edge().append([leaf_hash(b"another history")] * honest.watched.edge.size)[0]
    note = LogSigner(federation.origin, federation.witnesses.log).checkpoint(forged, int(time.time()))
    places = [(place.host, place.port) for place in federation.witnesses.places]
    refused = 0
    async with open_caller(allow=places, user_agent="syndicate-demo") as caller:
        for url in federation.witnesses.addresses.values():
            body = AddCheckpoint(forged.size, (), note).raw
            answer = await caller.call(Call(url=f"{url}/add-checkpoint", body=body, media_type="text/plain"))
            refused += isinstance(answer, Answered) and answer.status == 409
    shown = await _watch(federation, honest.watched, note)
    evidence = sum(len(alarm.evidence) for alarm in shown.alarms)
    return {
        "a second history, shown to the witnesses": f"refused by {refused} of {len(places)}",
        "a second history, shown to one reader": f"{_alarms(shown)}, {evidence} signed notes prove it",
    }


async def _withheld(federation: Federation) -> Answers:
    """A story is signed, and the hub acts as if it had never come."""
    room = room_of(federation, "kh.demo")
    desk = room.first_desk
    signed = {digest_of(each.token): each.iat for each in desk.book.page(0, 1_000)}
    story = story_of(room, "withheld", "រឿងដែលមជ្ឈមណ្ឌលលាក់ទុក")
    sign(room, story, federation.clock.now())  # and it is in no feed that the hub visits
    new = {digest_of(each.token): each.iat for each in desk.book.page(0, 1_000)}
    own = Own(agency=room.newsroom.id, signed=new, patience_seconds=_HOUR)
    soon = await _watch(federation, own=own)
    later = await _watch(federation, own=own, now=federation.clock.now() + 2 * _HOUR)
    missing = [alarm for alarm in later.alarms if alarm.kind is AlarmKind.MISSING]
    only = len(missing) == 1 and any(digest in missing[0].detail for digest in new.keys() - signed.keys())
    publish(desk.config, desk.book, desk.registry)
    await until(lambda: titled(federation, story.title) is not None)
    answer = f"{len(soon.alarms)} alarms at once, {len(missing)} two hours later"
    return {"a story that the hub withholds": answer if only else f"another was missed: {answer}"}


async def _stolen_key(federation: Federation) -> Answers:
    """The key of bn.demo was revoked: a proof tells its own words of before from the thief's."""
    room = room_of(federation, "bn.demo")
    seen = federation.chamber.look(federation.folder / "reader of proofs", int(federation.clock.now()))
    sub = room.item_of("lampu-suria")
    async with open_log(federation.hub.base_url, allow=[federation.hub_place], user_agent="demo") as get:
        evidence = await fetch_evidence(get, ItemId(sub), 1)
    proof = Proof(raw=evidence.proof, policy=_policy(federation))
    now = int(federation.clock.now())
    honest = verify_token(evidence.token.decode(), seen, now=now, proof=proof)
    without = verify_token(evidence.token.decode(), seen, now=now)
    lie = claims_of(evidence.token.decode()) | {"title": "Lampu suria meletup"}
    forged = verify_token(sign_claims(lie, room.former_key), seen, now=now, proof=proof)
    return {
        "signed before the theft, without a proof": f"issuer: {without.issuer}",
        "signed before the theft, with its proof": f"issuer: {honest.issuer}, log: {honest.log}",
        "the thief's words with that proof": f"issuer: {forged.issuer}, log: {forged.log}",
    }


async def _yesterdays_hub(federation: Federation, copy: Path) -> Answers:
    """The hub's disk is lost, and a copy of this morning put in its place."""
    folder = federation.folder / "another machine"
    folder.mkdir()
    database = folder / "hub.sqlite3"
    await asyncio.to_thread(put_back, copy, database)
    settings = federation.settings_of(database)
    async with open_hub(settings) as hub:
        await until(lambda: bool(hub.sealer.waits_for))
        before = hub.storage.log.edge.size
        await hub.poll_now()
        sealed = hub.storage.log.edge.size - before
        told = "says why" if "it is an old copy" in hub.sealer.waits_for else hub.sealer.waits_for
    return {"the hub, put back from this morning": f"{sealed} sealed, and it {told}"}


async def _mirrored(federation: Federation) -> Answers:
    """A newsroom abroad mirrors the log; then a hub that has lost its disk is made of that mirror again."""
    folder = federation.folder / "a newsroom abroad"
    folder.mkdir()
    settings = federation.settings_of(folder / "mirror.sqlite3")
    source = Source(where=federation.hub.base_url, allow=(federation.hub_place,))
    async with open_mirror(settings, source, seconds=_HOUR) as mirror:
        leaves = await mirror.look()
        checkpoint, shown = await asyncio.to_thread(read_log, Visitor(base_url=mirror.url))
        root = Edge().append(map(leaf_hash, shown))[0].root
        whole = (leaves, root) == (checkpoint.size, checkpoint.root)
        back = federation.settings_of(folder / "hub.sqlite3")
        place = (LOOPBACK, int(mirror.url.rpartition(":")[2]))
        restored = await take_back(back, Source(where=mirror.url, allow=(place,)), lambda _have, _of: None)
    return {
        "a mirror abroad": "every leaf, and the signed root" if whole else f"{leaves} leaves, another root",
        "a lost disk, made again of the mirror": "every leaf" if restored == leaves else f"{restored} leaves",
    }


async def _watch(
    federation: Federation,
    before: Watched | None = None,
    note: bytes | None = None,
    own: Own | None = None,
    now: float | None = None,
) -> Look:
    """A monitor's look at the hub's log; ``note`` is what it is shown as the checkpoint instead."""
    async with open_log(federation.hub.base_url, allow=[federation.hub_place], user_agent="demo") as get:

        async def shown(path: str) -> bytes | None:
            return note if note is not None and path == "log/checkpoint" else await get(path)

        when = federation.clock.now() if now is None else now
        return await watch(LogReader(shown, _policy(federation)), before or Watched(), now=when, own=own)


def _alarms(look: Look) -> str:
    return ", ".join(alarm.kind for alarm in look.alarms) or "nothing noticed"


def _policy(federation: Federation) -> Policy:
    return read_policy(federation.witnesses.policy)
