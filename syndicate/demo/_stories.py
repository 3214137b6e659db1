"""The fiction as data: eleven newsrooms and what each has to say (``stories/*.toml``)."""

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

from syndicate.errors import DemoError
from syndicate.news import Act, AgencyId, Kind, RelationType

FIRST_WAVE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A relation that a story declares: to another story of the fiction, as "agency/key"."""

    type: RelationType
    agency: AgencyId
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """What an alert says, in the words of CAP 1.2; it ends ``hours`` after it is signed."""

    event: str
    category: str
    urgency: str
    severity: str
    certainty: str
    areas: tuple[tuple[str, str | None], ...]  # (description, polygon)
    hours: float
    instruction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One version of one story, as its newsroom wrote it."""

    agency: AgencyId
    key: str  # the newsroom's own id for it: equal for all versions of a story
    lang: str
    title: str
    hours: float  # written so long before the demo began
    wave: int = FIRST_WAVE  # in which part of the story line it comes out
    desk: Literal["cms", "hand"] = "cms"  # comes from the CMS's feed, or is signed by hand
    act: Act = Act.PUBLISH
    kind: Kind = Kind.STORY
    summary: str | None = None
    body: str | None = None  # HTML as a CMS holds it, far from the content profile
    by: str | None = None
    note: str | None = None
    in_english: str | None = None  # for whoever watches the demo; never signed
    urgency: int | None = None
    relations: tuple[Declared, ...] = ()
    alert: Warned | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """A fictional agency: who it is, how its CMS publishes, and its stories."""

    id: AgencyId
    names: Mapping[str, str]
    state_names: Mapping[str, str]
    languages: tuple[str, ...]
    timezone: str
    utc_offset: float  # hours; stated, since a bare machine may have no zone data
    host: str
    media_host: str
    cms: Literal["rss", "atom"]
    dates: bool  # whether its CMS writes dates at all
    credit: str
    rights: str
    bulletin: Story  # with {number} and {time} to fill in: the demo never runs out of news
    stories: tuple[Story, ...]

    @property
    def member(self) -> str:
        """The two letters of the member state."""
        return self.id[:2]

    def name(self) -> str:
        """The name that an English-speaking newcomer is told."""
        return self.names["en"]


def load_newsrooms() -> tuple[Newsroom, ...]:
    """All newsrooms, in order of their ids.

    Raises:
        DemoError: a story file is missing a field or is not TOML; the message names the file.
    """
    found = []
    for entry in files("syndicate.demo").joinpath("stories").iterdir():
        if entry.name.endswith(".toml"):
            try:
                found.append(_newsroom(tomllib.loads(entry.read_text(encoding="utf-8"))))
            except (KeyError, ValueError, TypeError) as exc:
                raise DemoError(f"the demo's story file {entry.name} cannot be read: {exc!r}") from exc
    return tuple(sorted(found, key=lambda newsroom: newsroom.id))


def _newsroom(raw: dict[str, Any]) -> Newsroom:
    agency = AgencyId(raw["id"])
    return Newsroom(
        id=agency,
        names=raw["names"],
        state_names=raw["state"],
        languages=tuple(raw["languages"]),
        timezone=raw["timezone"],
        utc_offset=raw["utc_offset"],
        host=raw["host"],
        media_host=raw["media_host"],
        cms=raw["cms"],
        dates=raw.get("dates", True),
        credit=raw["credit"],
        rights=raw["rights"],
        bulletin=_story(agency, {"id": "bulletin", "hours": 0.0, **raw["bulletin"]}),
        stories=tuple(_story(agency, story) for story in raw["story"]),
    )


def _story(agency: AgencyId, raw: dict[str, Any]) -> Story:
    # Editors and tools like to compose Vietnamese behind one's back, so the file says which form is meant.
    written = {name: raw.get(name) for name in ("title", "summary", "body", "by", "note")}
    text = {name: _in_form(raw.get("form"), value) for name, value in written.items()}
    return Story(
        agency=agency,
        key=raw["id"],
        lang=raw["lang"],
        title=text["title"] or "",
        hours=raw["hours"],
        wave=raw.get("wave", FIRST_WAVE),
        desk=raw.get("desk", "cms"),
        act=Act(raw.get("act", "publish")),
        kind=Kind(raw.get("kind", "story")),
        summary=text["summary"],
        body=text["body"],
        by=text["by"],
        note=text["note"],
        in_english=raw.get("in_english"),
        urgency=raw.get("urgency"),
        relations=tuple(_declared(relation) for relation in raw.get("rel", ())),
        alert=_warned(raw["alert"]) if "alert" in raw else None,
    )


def _in_form(form: Literal["NFC", "NFD"] | None, text: str | None) -> str | None:
    return unicodedata.normalize(form, text) if form and text else text


def _declared(raw: dict[str, str]) -> Declared:
    agency, key = raw["story"].split("/")
    return Declared(type=RelationType(raw["type"]), agency=AgencyId(agency), key=key)


def _warned(raw: dict[str, Any]) -> Warned:
    return Warned(
        event=raw["event"],
        category=raw["category"],
        urgency=raw["urgency"],
        severity=raw["severity"],
        certainty=raw["certainty"],
        areas=tuple((area["desc"], area.get("polygon")) for area in raw["area"]),
        hours=raw["hours"],
        instruction=raw["instruction"],
    )
