"""The story line: a day of the federation, from the first edition to the evening."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable

from syndicate.demo._federation import Federation
from syndicate.demo._forgery import claims_of
from syndicate.demo._hostile import MIRRORED
from syndicate.demo._press import PressRoom
from syndicate.demo._stories import Story
from syndicate.demo._telling import Teller
from syndicate.news import Act, Kind

_PATIENCE_SECONDS = 12.0  # for the hub to have read what was published
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


async def play_day(federation: Federation, teller: Teller) -> None:
    """Publish the three waves of stories; each is in the hub before the next begins, or time runs out."""
    for wave, title in _SCENES.items():
        teller.scene(title)
        await _publish(federation, wave)
        await until(lambda: _has_all(federation))
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
            _tell_acts(federation, wave, teller)


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


def _has_all(federation: Federation) -> bool:
    return len(federation.hub.items()) >= federation.signed()


async def _tell_members(federation: Federation, teller: Teller) -> None:
    items = await asyncio.to_thread(federation.hub.items)
    said = [claims_of(item["token"]) for item in items]
    for agency, room in federation.rooms.items():
        languages = Counter(claims["lang"] for claims in said if claims["iss"] == agency)
        told = ", ".join(f"{count} in {lang}" for lang, count in languages.items())
        teller.admitted(f"{agency}  {room.newsroom.name():<29} {told}")
    teller.say(
        f"{len(items)} items in one feed, in {len({claims['lang'] for claims in said})} languages and scripts"
    )


def _tell_acts(federation: Federation, wave: int, teller: Teller) -> None:
    for story in _stories(federation.rooms.values(), wave):
        what = "warns" if story.kind is Kind.ALERT else _DID[story.act]
        teller.admitted(f"{story.agency} {what}: {story.title}")
        if story.note:
            teller.say(f"    its note: {story.note}")
