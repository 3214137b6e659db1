"""The story line: a day of the federation, from the first edition to the evening."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from syndicate.demo._federation import Federation
from syndicate.demo._forgery import claims_of
from syndicate.demo._hostile import MIRRORED
from syndicate.demo._press import PressRoom
from syndicate.demo._stories import Story
from syndicate.demo._telling import Teller
from syndicate.news import Act, AgencyId, Kind

_PATIENCE_SECONDS = 60.0  # for the hub to have read what was published, on a machine that has much else to do
_LOOK_SECONDS = 0.1

_SCENES = {
    1: "Morning: eleven agencies publish in their CMS; their tools sign, the hub reads and checks",
    2: "Noon: a storm warning, a correction, a withdrawal, and a story nobody should use for now",
    3: "Evening: the story that was held back is checked and may be used again",
}
_DID = {
    Act.PUBLISH: "publishes",
    Act.UPDATE: "updates",
    Act.CORRECT: "corrects",
    Act.WITHHOLD: "asks not to use",
    Act.RETRACT: "withdraws",
}

_STANDS_TO = {
    "derives": "carries the statement of",
    "translates": "gives in another script or language a story of",
    "disputes": "contradicts",
}


async def play_day(federation: Federation, teller: Teller) -> None:
    """Publish the three waves of stories; each is in the hub before the next begins, or time runs out."""
    teller.say("Eleven fictional agencies, their web sites and a hub, all on this machine (127.0.0.1).")
    teller.say("Every name, story and storm is invented; the signatures are real.")
    for wave, title in _SCENES.items():
        teller.scene(title)
        await _publish(federation, wave)
        await _until_the_hub_has(federation, federation.signed())
        if wave == 1:
            await _tell_members(federation, teller)
            federation.town.old_feeds.update(
                {
                    agency: federation.rooms[agency].signed_feed()
                    for agency in MIRRORED
                    if agency in federation.rooms
                }
            )
        else:
            await _tell_acts(federation, wave, teller)


async def until(done: Callable[[], bool], seconds: float = _PATIENCE_SECONDS) -> bool:
    """Ask ``done``, off the event loop, until it says yes; False if it did not within ``seconds``."""
    ends = time.monotonic() + seconds
    while not await asyncio.to_thread(done):
        if time.monotonic() > ends:
            return False
        await asyncio.sleep(_LOOK_SECONDS)
    return True


async def _publish(federation: Federation, wave: int) -> None:
    rooms = federation.rooms.values()
    for room in rooms:
        room.put_into_cms(story for story in _stories([room], wave) if story.desk == "cms")
        await room.sign_cms(federation.fetcher, federation.clock)
    by_hand = [story for story in _stories(rooms, wave) if story.desk == "hand"]
    for story in sorted(by_hand, key=lambda story: -story.hours):
        room = federation.rooms[story.agency]
        token = room.sign_by_hand(story, federation.find, federation.clock.now())
        if story.kind is Kind.ALERT:  # some things cannot wait for the next poll
            await asyncio.to_thread(federation.hub.submit, [token])


def _stories(rooms: Iterable[PressRoom], wave: int) -> list[Story]:
    return [story for room in rooms for story in room.newsroom.stories if story.wave == wave]


async def _until_the_hub_has(federation: Federation, tokens: int) -> None:
    await until(lambda: len(federation.hub.items()) >= tokens)


async def _tell_members(federation: Federation, teller: Teller) -> None:
    said = await _said(federation)
    for agency, room in federation.rooms.items():
        languages = Counter(claims["lang"] for claims in said if claims["iss"] == agency)
        told = ", ".join(f"{count} in {lang}" for lang, count in sorted(languages.items()))
        teller.admitted(f"{agency}  {room.newsroom.name():<29} {told}")
    scripts = len({claims["lang"] for claims in said})
    teller.say(f"{len(said)} items in one feed, in {scripts} languages and scripts. Among them:")
    issuers = {claims["sub"]: claims["iss"] for claims in said}
    for claims in said:
        for relation in claims.get("rel", ()):
            other = issuers.get(relation.get("sub"), "somebody")
            teller.admitted(f"{claims['iss']} {_STANDS_TO[relation['type']]} {other}: {claims['title']}")
            _gloss(federation, claims, teller)


async def _tell_acts(federation: Federation, wave: int, teller: Teller) -> None:
    """Tell what of a wave has arrived; what has not is said too."""
    arrived = {(claims["iss"], claims["act"], claims["title"]) for claims in await _said(federation)}
    for story in _stories(federation.rooms.values(), wave):
        what = "warns" if story.kind is Kind.ALERT else _DID[story.act]
        line = f"{story.agency} {what}: {story.title}"
        if (story.agency, story.act, story.title) not in arrived:
            teller.say(f"{line} (and the hub does not show it)")
            continue
        teller.admitted(line)
        if story.in_english:
            teller.aside(f"in English: {story.in_english}")
        if story.note:
            teller.aside(f"its note: {story.note}")


def _gloss(federation: Federation, claims: dict[str, Any], teller: Teller) -> None:
    """What a title says, where the story has it in English."""
    for story in federation.rooms[AgencyId(claims["iss"])].newsroom.stories:
        if story.title == claims["title"] and story.in_english:
            teller.aside(f"in English: {story.in_english}; both stand side by side, by time")


async def _said(federation: Federation) -> list[dict[str, Any]]:
    """What every version at the hub says, in its order."""
    return [claims_of(item["token"]) for item in await asyncio.to_thread(federation.hub.items)]
