"""The page at /: what is new, where to subscribe, who is in it. Works without any script."""

import asyncio
import base64
import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Final

import jinja2
from aiohttp import web

from syndicate.journey import Document, Written
from syndicate.news import Act, Agency, Kind, Mark, Registry, Slice, rfc3339
from syndicate.ports import Logged, Window
from syndicate.republish import entry_of
from syndicate.trust import marks_since, recall
from syndicate.web._answer import FEED_CACHE, PAGE_POLICY, Ready
from syndicate.web._condition import Health, read_health
from syndicate.web._times import spoken
from syndicate.web._world import World

_STALE_SECONDS: Final = 60.0  # the sources' figures move without the index
_EVERYTHING: Final = Slice()
_LABELS: Final = {
    Act.UPDATE: "Updated",
    Act.CORRECT: "Corrected",
    Act.WITHHOLD: "Withheld",
    Act.RETRACT: "Withdrawn",
}
_STAGES: Final = {
    "pilot": "A pilot: not all member states take part yet.",
    "rehearsal": "A rehearsal: no state holds its keys, and nothing here is official.",
}
_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur", "arab", "hebr", "thaa", "dv"})
_OWN_NAMES: Final = {  # languages that the members publish in, as their speakers write them
    "ar": "العربية",
    "en": "English",
    "es": "Español",
    "fil": "Filipino",
    "fr": "Français",
    "id": "Bahasa Indonesia",
    "km": "ភាសាខ្មែរ",
    "lo": "ພາສາລາວ",
    "ms": "Bahasa Melayu",
    "ms-Arab": "بهاس ملايو",
    "my": "မြန်မာဘာသာ",
    "pt": "Português",
    "ta": "தமிழ்",
    "tet": "Tetun",
    "th": "ภาษาไทย",
    "vi": "Tiếng Việt",
    "zh": "中文",
    "zh-Hans": "简体中文",
}


def direction(lang: str) -> str:
    """How text in ``lang`` (BCP 47) runs: "rtl" or "ltr"; a script named in the tag decides."""
    parts = lang.lower().split("-")
    script = next((part for part in parts[1:] if len(part) == 4 and part.isalpha()), None)
    return "rtl" if (script or parts[0]) in _RIGHT_TO_LEFT else "ltr"


class Front:
    """Answers for /; keeps the page until something moves, a minute at most."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._style = files("syndicate.web").joinpath("templates/style.css").read_text(encoding="utf-8")
        loader = jinja2.PackageLoader("syndicate.web")
        surroundings = jinja2.Environment(
            loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=False
        )
        self._template = surroundings.get_template("front.html")
        self._ready: Ready | None = None

    async def get(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """The page."""
        press = self._world.press
        document = await press.keep("/", _EVERYTHING, self._write, stale_after=_STALE_SECONDS)
        if self._ready is None or self._ready.source is not document:
            self._ready = self._make_ready(document)
        return self._ready.answer(request)

    def _make_ready(self, document: Document) -> Ready:
        style = base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode("ascii")
        return Ready(
            document.bodies,
            digest=document.digest,
            media_type=document.media_type,
            cache=FEED_CACHE,
            last_modified=document.last_modified,
            extra={
                "Content-Security-Policy": PAGE_POLICY.format(style=style),
                "Referrer-Policy": "no-referrer",
            },
            source=document,
        )

    async def _write(self) -> Written:
        world = self._world
        most = world.limits.front_items
        newest = await world.storage.window(_EVERYTHING, Window(seconds=0, least=most, most=most))
        health = await read_health(world.storage)
        body = await asyncio.to_thread(self._render, newest, health, world.clock.now())
        return Written(body=body, media_type="text/html; charset=utf-8")

    def _render(self, newest: Sequence[Logged], health: Health, now: float) -> bytes:
        registry, log = self._world.registry(), self._world.storage.log
        page = self._template.render(
            name=registry.name,
            stage=_STAGES.get(registry.stage),
            style=self._style,
            items=[self._item(logged, registry) for logged in newest],
            log={
                "leaves": f"{log.visible:,}",
                "proven": f"{log.proven:,}",
                "quorum": self._world.policy().spoken,
            },
            groups=_groups(registry),
            sources=[_source(agency, registry, health, now) for agency in _in_order(registry)],
            refused_unattributed=sum(health.refused_of(None).values()),
        )
        return page.encode()

    def _item(self, logged: Logged, registry: Registry) -> Mapping[str, object]:
        address = f"/v1/items/{logged.sub}/{logged.ver}"
        token_url = f"{address}.jws"
        item = recall(logged.token)
        entry = entry_of(item, logged.token, registry, token_url=token_url)
        label = _LABELS.get(entry.act)
        if label is None and entry.kind is Kind.ALERT:
            label = "Alert"
        return {
            "label": label,
            "lang": entry.lang,
            "dir": direction(entry.lang),
            "url": entry.url,
            "title": entry.title,
            "note": entry.note,
            "agency": entry.agency_name,
            "published": entry.published,
            "published_spoken": entry.published[:16].replace("T", " ") + " UTC",
            "since": rfc3339(logged.received_at),
            "since_spoken": spoken(logged.received_at),
            "token_url": token_url,
            "proof_url": f"{address}.tlog-proof",
            "proven": logged.index < self._world.storage.log.proven,
            "void": Mark.KEY_REVOKED in marks_since(logged.token, registry, logged.received_at),
        }


def _in_order(registry: Registry) -> Sequence[Agency]:
    return sorted(registry.agencies.values(), key=lambda agency: agency.id)


def _groups(registry: Registry) -> Sequence[Mapping[str, object]]:
    languages = sorted({lang for agency in registry.agencies.values() for lang in agency.languages})
    return (
        {"title": "All", "feeds": [{"path": "all", "title": "Everything", "lang": None}]},
        {
            "title": "By member",
            "feeds": [
                {"path": code, "title": member.name(), "lang": next(iter(member.names))}
                for code, member in sorted(registry.members.items())
            ],
        },
        {
            "title": "By language",
            "feeds": [
                {"path": f"lang/{lang}", "title": _OWN_NAMES.get(lang, lang), "lang": lang}
                for lang in languages
            ],
        },
        {
            "title": "By agency",
            "feeds": [
                {"path": f"agency/{agency.id}", "title": agency.name(), "lang": next(iter(agency.names))}
                for agency in _in_order(registry)
            ],
        },
    )


def _source(agency: Agency, registry: Registry, health: Health, now: float) -> Mapping[str, object]:
    received = health.received.get(agency.id)
    held = registry.quarantined.get(agency.id)
    return {
        "id": agency.id,
        "name": agency.name(),
        "lang": next(iter(agency.names)),
        "state": registry.state_at(agency.id, int(now)).value,
        "held_until": None if held is None else spoken(held.until),
        "received": "nothing yet" if received is None else spoken(received),
        "refused": sum(health.refused_of(agency.id).values()),
    }
