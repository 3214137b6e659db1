"""Four bad nights that an agency comes through: a hacked CMS, a cut line, a lost laptop, a stolen key.

Each is played with the agency's own tools; what came of it is read off the hub's public pages.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from syndicate import newsdesk
from syndicate.agency import Fate, publish, sign_items, sign_once
from syndicate.demo._federation import Federation
from syndicate.demo._forgery import claims_of, sign_claims
from syndicate.demo._play import until
from syndicate.demo._press import PressRoom
from syndicate.demo._stories import Story
from syndicate.demo._telling import Teller
from syndicate.errors import AgencyError
from syndicate.fetch import FetchLimits, open_fetcher
from syndicate.news import AgencyId, KeyId, MemberCode, UnixTime
from syndicate.registry import Revocation

Answers = dict[str, str]  # what was tried → what came of it
_DELAY_SECONDS: Final = 120  # the brake, as agencies have it by default
_UNSIGNED: Final = (Fate.WAITING, Fate.SKIPPED)


@dataclass(frozen=True, slots=True)
class _LaterClock:
    """The agency's clock, so many seconds from now: nobody wants to wait two minutes, or two days."""

    base: Callable[[], float]
    seconds: float

    def now(self) -> float:
        return self.base() + self.seconds


async def play_bad_nights(federation: Federation, teller: Teller) -> Answers:
    """Play all four; what came of each attempt, by its name."""
    answers: Answers = {}
    for night in (_hacked_cms, _cut_line, _lost_laptop, _stolen_key):
        answers |= await night(federation, teller)
    return answers


# --- A false story is planted in a CMS ---


async def _hacked_cms(federation: Federation, teller: Teller) -> Answers:
    teller.scene("A bad night: somebody has the password of th.demo's CMS")
    room = room_of(federation, "th.demo")
    false = story_of(room, "planted", "ข่าวปลอมที่ผู้บุกรุกวางไว้: สะพานตัวอย่างพังแล้ว")
    began = federation.clock.now()
    room.put_into_cms([false])
    first = await _run(federation, room, false)
    teller.say("A false story stands in the CMS. The brake holds it back for two minutes, unsigned.")
    await _run(federation, room, false, after=_DELAY_SECONDS + 1)
    await until(lambda: titled(federation, false.title) is not None)
    out = await asyncio.to_thread(titled, federation, false.title)
    teller.say(
        "Nobody looks for two minutes, so it is signed and goes out. Then somebody types `agency panic`."
    )
    newsdesk.panic(room.newsdesk(federation.clock.now() + _DELAY_SECONDS + 2), since=began)
    await until(lambda: _shown(federation, out).startswith("[WITHHELD]"))
    answers = {
        "a story planted in a CMS": first,
        "the same, after `agency panic`": (await asyncio.to_thread(_shown, federation, out)).partition(" ")[
            0
        ],
        "what the CMS says while signing is halted": await _run(federation, room, false),
    }
    newsdesk.resume(room.first_desk.book)
    again = replace(false, key="planted-again")
    room.put_into_cms([again])
    await _run(federation, room, again, after=2 * _DELAY_SECONDS)
    answers["the same story under another id"] = await _run(federation, room, again, after=4 * _DELAY_SECONDS)
    for name, answer in answers.items():
        teller.checked(name, "what became of it", answer)
    return answers


async def _run(federation: Federation, room: PressRoom, story: Story, *, after: float = 0.0) -> str:
    """A run of the signing tool so many seconds from now; what became of ``story``."""
    desk = room.newsdesk(0, release_seconds=_DELAY_SECONDS)
    clock = _LaterClock(federation.clock.now, after)
    try:
        report = await sign_once(
            desk.config, signer=desk.signer, book=desk.book, fetcher=federation.fetcher, clock=clock
        )
    except AgencyError as exc:
        return str(exc).partition(":")[0]
    fates = [entry.fate for entry in report.entries if entry.cms_id.endswith(story.key)]
    return ", ".join(f"{fate}, not signed" if fate in _UNSIGNED else str(fate) for fate in fates)


# --- The line is cut for two days, and a planned rotation falls into them ---


async def _cut_line(federation: Federation, teller: Teller) -> Answers:
    teller.scene("Another: la.demo's line is cut for two days, and its key was due to change meanwhile")
    room = room_of(federation, "la.demo")
    now, head = federation.clock.now(), room.first_desk.book.head()[0]
    # Two days are a clock that was set back: what it signs is as old as if it had waited for the line.
    for hours in (48, 36, 24):
        sign(room, story_of(room, f"cut-{hours}", f"ຂ່າວທີ່ລໍຖ້າສາຍ {hours} ຊົ່ວໂມງ"), now - hours * 3_600)
    room.rotate()
    sign(room, story_of(room, "cut-12", "ຂ່າວທຳອິດດ້ວຍກະແຈໃໝ່"), now - 12 * 3_600)
    publish(room.first_desk.config, room.first_desk.book, room.first_desk.registry)
    await until(lambda: len(_after(federation, room, head)) == 4)
    arrived = await asyncio.to_thread(_after, federation, room, head)
    numbers = [claims_of(item["token"])["seq"] for item in arrived]
    late = sum("late" in item["marks"] for item in arrived)
    order = "in order" if numbers == sorted(numbers) else f"out of order: {numbers}"
    answer = f"{len(arrived)} admitted, {order}, {late} marked late"
    teller.checked("four stories of two days, under two keys", "the line is back", answer)
    return {"a line cut for two days across a rotation": answer}


# --- The laptop with key and book is gone ---


async def _lost_laptop(federation: Federation, teller: Teller) -> Answers:
    teller.scene("Another: tl.demo's laptop is at the bottom of the sea, with its key and its book")
    room = room_of(federation, "tl.demo")
    room.lose_laptop(key for key in federation.registry.keys.values() if key.agency == room.newsroom.id)
    desk = room.newsdesk(federation.clock.now())
    port = int(federation.hub.base_url.rpartition(":")[2])
    async with open_fetcher(
        FetchLimits(), allow=[("127.0.0.1", port)], user_agent="syndicate-demo"
    ) as fetcher:
        tokens = await newsdesk.fetch_own(federation.hub.base_url, desk.config, fetcher)
    found = newsdesk.recover(tokens, desk)
    teller.say(
        f"A new laptop, the sealed successor, `agency recover`: {found.found} own tokens found at the hub."
    )
    story = story_of(room, "new-laptop", "Notísia dahuluk hosi komputadór foun")
    sign(room, story, federation.clock.now())
    publish(room.first_desk.config, room.first_desk.book, room.first_desk.registry)
    await until(lambda: titled(federation, story.title) is not None)
    item = await asyncio.to_thread(titled, federation, story.title)
    gap = claims_of(item["token"])["seq"] - found.highest if item else 0
    answer = "signs again, 1000 numbers on or more" if gap >= 1_000 else "not admitted"
    teller.checked("the first story from the new laptop", "a gap, never a fork", answer)
    return {"a lost laptop": answer}


# --- The key in use is stolen ---


async def _stolen_key(federation: Federation, teller: Teller) -> Answers:
    teller.scene("And the worst: bn.demo's key has been stolen")
    room = room_of(federation, "bn.demo")
    thief, stolen_at = room.stolen_key, int(federation.clock.now())
    honest = story_of(room, "after-the-theft", "Feri pagi berlayar seperti biasa")
    sign(room, honest, federation.clock.now())
    publish(room.first_desk.config, room.first_desk.book, room.first_desk.registry)
    await until(lambda: titled(federation, honest.title) is not None)
    entry = Revocation(
        kid=KeyId(thief.kid), revoked_at=UnixTime(stolen_at), entered_at=UnixTime(stolen_at), reason="stolen"
    )
    federation.chamber.revoke(MemberCode("bn"), entry, federation.clock.now())
    await until(lambda: _status(federation, thief.kid) == "revoked")
    teller.say("One of the state's three key holders revokes it; within a second the hub knows.")
    lie = claims_of(room.token_of("lampu-suria"))
    lie |= {"sub": "bn.demo:" + "z" * 26, "str": "thief", "seq": 1, "prev": None, "iat": lie["iat"] - 86_400}
    answer = (await asyncio.to_thread(federation.hub.submit, [sign_claims(lie, thief)]))[0]
    room.rotate()
    # Until a log proves when items were public, nobody can tell old words from the thief's: say all again.
    desks = room.newsdesks(federation.clock.now())
    again = [signed for desk in desks for signed in newsdesk.reissue(desk, since=0)]
    await until(lambda: _version(federation, honest.title) == 2)
    version = await asyncio.to_thread(_version, federation, honest.title)
    answers = {
        "the thief, back-dating by a day": str(answer.get("reason", answer["outcome"])),
        "what the agency had signed with it": f"{len(again)} signed again, version {version}",
    }
    for name, told in answers.items():
        teller.checked(name, "under the revoked key, and under the successor", told)
    return answers


# --- What everybody can see ---


def room_of(federation: Federation, agency: str) -> PressRoom:
    """The press room of an agency."""
    return federation.rooms[AgencyId(agency)]


def story_of(room: PressRoom, key: str, title: str) -> Story:
    """A short story of the agency's first language, written an hour ago."""
    lang = room.newsroom.languages[0]
    like = next(story for story in room.newsroom.stories if story.lang == lang and story.desk == "cms")
    body = f"<p>{title}.</p>"
    return replace(
        like, key=key, title=title, summary=None, body=body, hours=1.0, relations=(), in_english=None
    )


def sign(room: PressRoom, story: Story, now: float) -> None:
    """Sign a story into the book, and show it to nobody yet."""
    desk = room.first_desk
    sign_items(
        [room.draft(story, now)], signer=room.stolen_key, book=desk.book, registry=desk.registry, now=now
    )


def _items(federation: Federation, room: PressRoom | None = None) -> list[dict[str, Any]]:
    agency = None if room is None else room.newsroom.id
    return [item for item in federation.hub.items() if agency is None or item["agency"] == agency]


def _after(federation: Federation, room: PressRoom, number: int) -> list[dict[str, Any]]:
    """The agency's items of its first stream above a number, in the hub's order."""
    stream = room.first_desk.config.stream
    said = [(item, claims_of(item["token"])) for item in _items(federation, room)]
    return [item for item, claims in said if claims["str"] == stream and claims["seq"] > number]


def titled(federation: Federation, title: str) -> dict[str, Any] | None:
    """The newest version whose token says this title."""
    found = [item for item in _items(federation) if claims_of(item["token"])["title"] == title]
    return found[-1] if found else None


def _version(federation: Federation, title: str) -> int:
    found = titled(federation, title)
    return 0 if found is None else int(found["ver"])


def _shown(federation: Federation, item: dict[str, Any] | None) -> str:
    """How the item's title reads in the unified feed now."""
    if item is None:
        return "nothing"
    shown = federation.hub.get_json("/feeds/all.json")["items"]
    return next((str(each["title"]) for each in shown if each["id"].endswith(item["sub"])), "nothing")


def _status(federation: Federation, kid: str) -> str:
    keys = federation.hub.get_json("/v1/keys.json")["keys"]
    return next((str(key["status"]) for key in keys if key["kid"] == kid), "unknown")
