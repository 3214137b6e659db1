"""After the story: the federation lives on, with a new bulletin every few seconds, until it is stopped."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, cycle

from syndicate.demo._federation import Federation
from syndicate.demo._press import PressRoom
from syndicate.demo._stories import Story
from syndicate.demo._telling import Teller

_EVERY_SECONDS = 20.0


async def live_on(federation: Federation, teller: Teller, *, began: float) -> None:
    """Publish bulletins, one agency after the other, until cancelled."""
    rooms = cycle(federation.rooms.values())
    for number in count(1):
        await asyncio.sleep(_EVERY_SECONDS)
        room = next(rooms)
        bulletin = _bulletin(room, number, federation.clock.now(), began)
        room.put_into_cms([bulletin])
        await room.sign_cms(federation.fetcher, federation.clock)
        teller.admitted(f"{room.newsroom.id} publishes: {bulletin.title}")


def _bulletin(room: PressRoom, number: int, now: float, began: float) -> Story:
    """Bulletin ``number``, with the time of day where it is published."""
    there = datetime.fromtimestamp(now, UTC) + timedelta(hours=room.newsroom.utc_offset)
    words = {"number": number, "time": f"{there:%H:%M}"}
    blank = room.newsroom.bulletin
    return replace(
        blank,
        key=f"bulletin-{number}",
        title=blank.title.format_map(words),
        body=(blank.body or "").format_map(words),
        hours=(began - now) / 3_600,
    )
