"""The night: every hostile party tries its luck, and all we know of it is what the hub says in public."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from syndicate.demo._asked import ask_around
from syndicate.demo._federation import Federation
from syndicate.demo._hostile import (
    HIJACKERS,
    MIRROR,
    PUSHERS,
    Hijacker,
    Pusher,
    Town,
    look_alike,
    mirror_path,
)
from syndicate.demo._play import until
from syndicate.demo._reader import verdict_on
from syndicate.demo._telling import Teller
from syndicate.news import AgencyId

_OPEN = AgencyId("th.demo")  # the agency whose own signed feed a reader checks too
Answers = dict[str, str]  # hostile party → what became of its attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """What everybody can see of the hub at one moment."""

    items: list[dict[str, Any]]
    agencies: dict[str, dict[str, Any]]

    def versions(self, agency: str) -> int:
        return sum(item["agency"] == agency for item in self.items)

    def mirror(self, agency: str) -> dict[str, Any]:
        feeds: list[dict[str, Any]] = self.agencies[agency]["feeds"]
        return next(feed for feed in feeds if feed["id"] == f"{agency}/{MIRROR}")


async def play_night(federation: Federation, teller: Teller) -> Answers:
    """Let every hostile party try; what became of each attempt, by its name."""
    teller.scene("Night: what a forger, an impostor and a hijacker get")
    answers = {}
    for pusher in PUSHERS:
        answers[pusher.name] = await _push(federation.town, pusher)
        teller.refused(pusher.name, pusher.tale, answers[pusher.name])
    for hijacker, answer in await _hijack(federation.town):
        answers[hijacker.name] = answer
        teller.refused(hijacker.name, hijacker.tale, answer)
    _give_back(federation)
    teller.scene("And the readers? One of them checks three feeds with `syndicate verify-feed`")
    for name, tale, url in await asyncio.to_thread(_looked_at, federation):
        answers[name] = await asyncio.to_thread(verdict_on, url, federation.registry)
        teller.checked(name, tale, answers[name])
    teller.scene("And a citizen? Asks the hub whether an official source said what came in a chat")
    await until(lambda: federation.hub.get_json("/health")["lookup_behind"] == 0)
    for name, tale, answer in await asyncio.to_thread(lambda: list(ask_around(federation.town))):
        answers[name] = answer
        teller.checked(name, tale, answer)
    return answers


async def _push(town: Town, pusher: Pusher) -> str:
    answer = (await asyncio.to_thread(town.hub.submit, pusher.tokens(town)))[-1]
    return str(answer.get("reason", answer["outcome"]))


async def _hijack(town: Town) -> list[tuple[Hijacker, str]]:
    before = await asyncio.to_thread(_see, town)
    for hijacker in HIJACKERS:
        hijacker.hijack(town)
    since = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    await until(lambda: _all_tried(_see(town), since))
    after = await asyncio.to_thread(_see, town)
    return [(hijacker, _answer(hijacker, since, before, after)) for hijacker in HIJACKERS]


def _looked_at(federation: Federation) -> tuple[tuple[str, str, str], ...]:
    return (
        (
            "altered copy, checked by a reader",
            "the look-alike's copy of bn.demo's feed, which no hub ever asks for",
            look_alike(federation.town),
        ),
        (
            "an agency's feed",
            "what th.demo's own server shows",
            federation.rooms[_OPEN].first_desk.config.atom_url,
        ),
        ("the unified feed", "the hub's own feed", f"{federation.hub.base_url}/feeds/all.atom"),
    )


def _give_back(federation: Federation) -> None:
    """The lines are their owners' again, so that those who watch on see a quiet federation."""
    for hijacker in HIJACKERS:
        room = federation.rooms[hijacker.agency]
        federation.town.mirrors.put_up(mirror_path(hijacker.agency), room.first_desk.page)


def _see(town: Town) -> _Sight:
    return _Sight(items=town.hub.items(), agencies=town.hub.agencies())


def _all_tried(sight: _Sight, since: str) -> bool:
    """Whether the hub has asked every hijacked line after ``since``; times are whole seconds."""
    tries = [sight.mirror(hijacker.agency)["last_try"] for hijacker in HIJACKERS]
    return all(tried is not None and tried > since for tried in tries)


def _answer(hijacker: Hijacker, since: str, before: _Sight, after: _Sight) -> str:
    """What the hub's public pages tell of an attempt: a code, or how much it brought in."""
    agency, feed = hijacker.agency, after.mirror(hijacker.agency)
    errors = [error["code"] for error in feed["errors"] if error["at"] >= since]
    old = before.agencies[agency]["refused"]
    reasons = [code for code, count in after.agencies[agency]["refused"].items() if count > old.get(code, 0)]
    if errors or reasons:
        return ", ".join(sorted({*errors, *reasons}))
    if feed["last_success"] is None or feed["last_success"] <= since:
        return "never read"
    return f"{after.versions(agency) - before.versions(agency)} new items"
