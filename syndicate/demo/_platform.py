"""A news platform that takes the feed in every way a hub has, and what a correction looks like in each.

It subscribes before the first story of the day: by webhook and by WebSub to messages, to the event stream by
listening. In the night it looks at what came, and beside that at every kind of document that can be fetched.
"""

import asyncio
import base64
import hashlib
import hmac
import io
import json
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from xml.etree import ElementTree as ET

import feedparser

from syndicate.assembly import export_hub, give_order
from syndicate.demo import _expected as expected
from syndicate.demo._federation import Federation
from syndicate.demo._forgery import claims_of
from syndicate.demo._letterbox import Letterbox, Message
from syndicate.demo._play import until
from syndicate.demo._table import Row, compare
from syndicate.demo._telling import Teller
from syndicate.export import Orders
from syndicate.news import Act
from syndicate.settings import Settings

_HOOK, _PUSH = "/hook", "/push"
_CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
_TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
_DOCUMENTS = ("rss", "atom", "json", "ninjs")
_BOTH = "the correction and the withdrawal"


class Platform:
    """What a platform has been told so far."""

    def __init__(self, federation: Federation, box: Letterbox) -> None:
        self._federation, self._box = federation, box
        self._hub = federation.hub
        self._topic = f"{self._hub.base_url}/feeds/all.atom"
        self._secret = secrets.token_hex(16)
        self._hook_secret = ""
        self.heard: list[dict[str, Any]] = []  # data of each event, in the order of the stream

    async def subscribe(self) -> None:
        """By webhook, as the hub's operator sets it up, and by WebSub, which anybody can."""
        added = await give_order(
            Settings(database=self._federation.database),
            {"do": "add", "callback": self._box.open(_HOOK), "slice": "all", "lang": "en", "from": "begin"},
        )
        self._hook_secret = str(added["secret"])
        form = {
            "hub.mode": "subscribe",
            "hub.topic": self._topic,
            "hub.callback": self._box.open(_PUSH),
            "hub.secret": self._secret,
        }
        await asyncio.to_thread(self._hub.post_form, "/websub", form)

    async def listen(self) -> None:
        """Hear the event stream from the beginning, until cancelled or the hub ends it."""
        host, port = self._federation.hub_place
        reader, writer = await asyncio.open_connection(host, port, limit=1_000_000)
        try:
            # Of HTTP/1.0, so that the answer comes as it is written, in no chunks.
            writer.write(f"GET /v1/stream?after=-1 HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n".encode())
            await writer.drain()
            while line := await reader.readline():
                if line.startswith(b"data: {"):
                    self.heard.append(json.loads(line.removeprefix(b"data: ")))
        finally:
            writer.close()

    async def report(self, teller: Teller) -> list[Row]:
        """What came by each way, beside what should have; whatever is still on its way is waited for."""
        total = sum(expected.VERSIONS.values())
        await until(lambda: len(self._box.messages(_HOOK)) >= total and len(self.heard) >= total)
        await until(lambda: _both(self._pushed()) == _BOTH)
        teller.scene("And a platform abroad, which took all of it in every way there is")
        rows = [
            *await asyncio.to_thread(lambda: [*self._told(), *self._fetched()]),
            *await self._exported(),
        ]
        for row in rows:
            teller.checked(row.what, "what came of it", row.seen)
        return rows

    def _told(self) -> Iterator[Row]:
        total = sum(expected.VERSIONS.values())
        hooks = self._box.messages(_HOOK)
        told = [json.loads(message.body) for message in hooks]
        order = [each["data"]["index"] for each in told]
        yield compare("versions told by webhook, in order, signed", total, self._in_order(order, hooks))
        kinds = {each["type"]: each["data"]["title"] for each in told}
        by_act = {
            Act.CORRECT: kinds.get("item.corrected", ""),
            Act.RETRACT: kinds.get("item.retracted", ""),
        }
        yield compare("by webhook", _BOTH, _acts(by_act))
        yield compare("by WebSub", _BOTH, _both(self._pushed()))
        yield compare("versions told by the event stream, in order", total, _count(self._indices(self.heard)))
        yield compare("by the event stream", _BOTH, _acts(_by_act(self.heard)))
        yield compare("by the cursor API", _BOTH, _acts(_by_act(self._hub.items())))
        yield compare("its acknowledgements in public, with nobody's name", *self._figures())

    def _fetched(self) -> Iterator[Row]:
        for format_ in _DOCUMENTS:
            text = self._hub.get(f"/feeds/all.{format_}").decode()
            yield compare(f"by the feed as {format_}", _BOTH, _both(json.dumps(_readable(text, format_))))
        corrections = _readable(self._hub.get("/feeds/kind/corrections.atom").decode(), "atom")
        yield compare("by the feed of corrections", _BOTH, _both(json.dumps(corrections)))
        tombstones = ET.fromstring(self._hub.get("/feeds/all.tombstones"))  # noqa: S314 - our own hub's
        yield compare("tombstones of what was withdrawn", 1, len(tombstones.findall(_TOMBSTONE)))
        yield compare("the storm warning as a CAP file", expected.ALERT, self._alert())
        page = self._hub.get("/corrections").decode()
        yield compare("by the page of corrections", _BOTH, _both(json.dumps(page)))

    async def _exported(self) -> list[Row]:
        """The whole site as files, twice: little more than how the sources are doing has changed since."""
        federation = self._federation
        settings = federation.settings_of(federation.database, base_url=self._hub.base_url)
        folder = federation.folder / "site"
        first = await export_hub(settings, folder, Orders())
        again = await export_hub(settings, folder, Orders())
        share = "less than a tenth" if again.written < first.written / 10 else f"{again.written} files"
        here = _both(json.dumps((folder / "feeds" / "all.rss").read_text(encoding="utf-8")))
        return [
            compare("by the site as files", _BOTH, here),
            compare("files written again when nothing was published", "less than a tenth", share),
        ]

    def _in_order(self, order: Sequence[int], hooks: Sequence[Message]) -> int | str:
        unsigned = sum(not _hook_is_signed(self._hook_secret, message) for message in hooks)
        return f"{unsigned} not signed" if unsigned else _count(order)

    def _indices(self, items: Sequence[Mapping[str, Any]]) -> list[int]:
        return [item["index"] for item in items]

    def _pushed(self) -> str:
        """The text of every document that was sent by WebSub and signed with our secret."""
        bodies = [each.body for each in self._box.messages(_PUSH) if _push_is_signed(self._secret, each)]
        return json.dumps([_readable(body.decode(), "atom") for body in bodies])

    def _figures(self) -> tuple[str, str]:
        told = self._hub.get_json("/v1/deliveries")["deliveries"]
        # What was withheld may be free again before WebSub, which sends what stands now, gets to it.
        lasting = (each for each in told if each["what"] != Act.WITHHOLD)
        seen = sorted(f"{each['what']} {each['acknowledged']} of {each['notified']}" for each in lasting)
        return expected.ACKNOWLEDGED, ", ".join(seen)

    def _alert(self) -> str:
        index = feedparser.parse(io.BytesIO(self._hub.get("/cap/index.atom")))
        every = [link for entry in index.entries for link in entry.links]
        links = [link.href for link in every if "cap+xml" in link.get("type", "")]
        if len(links) != 1:
            return f"{len(links)} CAP files"
        path = links[0].removeprefix(self._hub.base_url)
        cap = ET.fromstring(self._hub.get(path))  # noqa: S314 - our own hub's
        named = ("status", "msgType", "info/event", "info/severity")
        told = (cap.find("/".join(f"{_CAP}{part}" for part in name.split("/"))) for name in named)
        return ", ".join("nothing" if each is None else each.text or "" for each in told)


@asynccontextmanager
async def open_platform(federation: Federation) -> AsyncIterator[Platform]:
    """A platform that is told of everything from now on.

    Raises:
        DemoError, DeliverError: the hub does not take its subscriptions.
    """
    platform = Platform(federation, federation.platform)
    await platform.subscribe()
    listening = asyncio.create_task(platform.listen())
    try:
        yield platform
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError, OSError):
            await listening


def _both(text: str) -> str:
    """Which of the two acts a text tells of; it was written by ``json.dumps``, or escaped alike."""
    corrected = expected.SHOWN["th.demo", "rice-price"]
    told = {
        "the correction": json.dumps(corrected)[1:-1] in text,
        "the withdrawal": "[WITHDRAWN] " in text or "Withdrawn" in text,
    }
    return " and ".join(name for name, is_told in told.items() if is_told) or "neither"


def _acts(titles: Mapping[Act, str]) -> str:
    corrected = titles.get(Act.CORRECT) == expected.SHOWN["th.demo", "rice-price"]
    told = {"the correction": corrected, "the withdrawal": bool(titles.get(Act.RETRACT))}
    return " and ".join(name for name, is_told in told.items() if is_told) or "neither"


def _by_act(items: Sequence[Mapping[str, Any]]) -> dict[Act, str]:
    claims = [claims_of(item["token"]) for item in items]
    return {Act(each["act"]): each["title"] for each in claims}


def _count(indices: Sequence[int]) -> int | str:
    """How many different ones there are, each above those before it; at least once may be more than once."""
    different = list(dict.fromkeys(indices))
    return len(different) if different == sorted(different) else "out of order"


def _readable(text: str, format_: str) -> Any:  # noqa: ANN401 - titles, or a whole JSON document
    """What a reader of the format gets to see."""
    if format_ in ("json", "ninjs"):
        return json.loads(text)
    return [entry.title for entry in feedparser.parse(io.BytesIO(text.encode())).entries]


def _hook_is_signed(secret: str, message: Message) -> bool:
    """Whether a webhook was signed with our secret (Standard Webhooks, v1)."""
    told = message.headers
    content = f"{told['webhook-id']}.{told['webhook-timestamp']}.".encode() + message.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    return any(hmac.compare_digest(wanted, each) for each in told["webhook-signature"].split(" "))


def _push_is_signed(secret: str, message: Message) -> bool:
    """Whether a WebSub document was signed with our secret (WebSub, section 8)."""
    wanted = f"sha256={hmac.new(secret.encode(), message.body, hashlib.sha256).hexdigest()}"
    return hmac.compare_digest(wanted, message.headers.get("x-hub-signature", ""))
