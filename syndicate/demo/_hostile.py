"""The hostile parties: what each tries, and how its attempt is made. What must come of it: ``_expected``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from syndicate.demo._forgery import altered, claims_of, endless, entity_bomb, gzip_bomb, sign_claims
from syndicate.demo._street import House, Page
from syndicate.demo._visitor import Visitor
from syndicate.news import AgencyId
from syndicate.ports import Signer
from syndicate.signing import ephemeral_signer

MIRROR = "mirror"  # the second feed of some agencies, on a line that gets hijacked
MIRRORED = tuple(AgencyId(name) for name in ("kh.demo", "la.demo", "mm.demo", "ph.demo", "th.demo"))


class Victim(Protocol):
    """What a hostile party can get hold of from an agency; the key only when it was stolen."""

    @property
    def stolen_key(self) -> Signer:
        """The agency's key in use."""
        ...

    def token_of(self, key: str) -> str:
        """The public token of a story's newest version."""
        ...

    def signed_feed(self) -> bytes:
        """The public signed feed of the agency's first language, as it is now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Where it happens: the agencies, the hub as everybody sees it, and two houses of ill repute."""

    victims: Mapping[AgencyId, Victim]
    hub: Visitor
    mirrors: House  # the line to the second feeds, now in the wrong hands
    lookalike: House  # resembles an agency's own site, and is none
    old_feeds: dict[AgencyId, bytes] = field(default_factory=dict)  # what the mirrors showed in the morning

    def victim(self, agency: str) -> Victim:
        """The agency of that id."""
        return self.victims[AgencyId(agency)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pusher:
    """Somebody who pushes tokens to the hub; the last one is the attack."""

    name: str
    tale: str
    tokens: Callable[[Town], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hijacker:
    """Somebody who answers in the place of an agency's second feed."""

    name: str
    tale: str
    agency: AgencyId
    hijack: Callable[[Town], None]


def _page(body: bytes) -> Callable[[], Page]:
    return lambda: Page(body=body, media_type="application/atom+xml")


def _forged(town: Town, agency: str, story: str) -> str:
    claims = claims_of(town.victim(agency).token_of(story)) | {
        "title": "A story that nobody at the agency wrote"
    }
    return sign_claims(claims, ephemeral_signer(), town.victim(agency).stolen_key.kid)


def _retold(town: Town, agency: str, story: str, signer: Signer) -> str:
    claims = claims_of(town.victim(agency).token_of(story))
    return sign_claims(claims | {"title": "Something else altogether"}, signer)


def _reworded(town: Town) -> str:
    return altered(town.victim("bn.demo").token_of("lampu-suria"), title="Lampu suria dicuri")


def _night_desk(town: Town) -> list[str]:
    """An honest first token of a stream of its own, and another one for the same place."""
    agency = town.victim("id.demo")
    claims = claims_of(agency.token_of("kopi-lereng"))
    first = _night_story(claims, "a", "Buletin malam: kereta terakhir tiba pukul 23.40")
    second = _night_story(claims, "b", "Buletin malam yang lain untuk nomor yang sama")
    return [sign_claims(claims, agency.stolen_key) for claims in (first, second)]


def _night_story(claims: Mapping[str, Any], letter: str, title: str) -> dict[str, Any]:
    kept = {name: value for name, value in claims.items() if name not in ("content", "summary", "media")}
    return kept | {"sub": "id.demo:" + letter * 26, "title": title, "str": "night", "seq": 1, "prev": None}


PUSHERS = (
    Pusher(
        name="forger",
        tale="sends a story in the name of vn.demo, signed with a key of his own under the name of theirs",
        tokens=lambda town: [_forged(town, "vn.demo", "che-shan")],
    ),
    Pusher(
        name="stranger",
        tale="signs properly, with a key that nobody has enrolled",
        tokens=lambda town: [_retold(town, "vn.demo", "che-shan", ephemeral_signer())],
    ),
    Pusher(
        name="impersonator",
        tale="my.demo signs a story as if it were sg.demo's",
        tokens=lambda town: [_retold(town, "sg.demo", "otters", town.victim("my.demo").stolen_key)],
    ),
    Pusher(
        name="key thief",
        tale="has stolen tl.demo's key and signs another text for a version that is published already",
        tokens=lambda town: [_retold(town, "tl.demo", "biblioteca", town.victim("tl.demo").stolen_key)],
    ),
    Pusher(
        name="fork",
        tale="id.demo's night desk, on a laptop restored from a back-up, uses a number of its stream twice",
        tokens=_night_desk,
    ),
    Pusher(
        name="altered copy, submitted",
        tale="a look-alike site changes a story of bn.demo and pushes it",
        tokens=lambda town: [_reworded(town)],
    ),
)


def look_alike(town: Town) -> str:
    """Put up a copy of the hub's feed of bn.demo, one headline changed around its token, one token reworded.

    No registry names the place, so no hub ever asks there: it waits for readers who take it for the real one.
    """
    victim = town.victim("bn.demo")
    headline = claims_of(victim.token_of("pasar-terapung"))["title"]
    copy = town.hub.get("/feeds/agency/bn.demo.atom")
    copy = copy.replace(headline.encode(), b"Pasar terapung ditutup selama-lamanya")
    copy = copy.replace(victim.token_of("lampu-suria").encode(), _reworded(town).encode())
    return town.lookalike.put_up("/feeds/agency/bn.demo.atom", _page(copy))


def mirror_path(agency: AgencyId) -> str:
    """Where the second feed of ``agency`` stands."""
    return f"/{agency}/mirror.atom"


def _replant(town: Town) -> None:
    genuine = town.victim("kh.demo").token_of("silk-market")
    body = town.old_feeds[AgencyId("kh.demo")].replace(
        genuine.encode(), _forged(town, "kh.demo", "silk-market").encode()
    )
    town.mirrors.put_up(mirror_path(AgencyId("kh.demo")), _page(body))


def _replay(town: Town) -> None:
    town.mirrors.put_up(mirror_path(AgencyId("th.demo")), _page(town.old_feeds[AgencyId("th.demo")]))


HIJACKERS = (
    Hijacker(
        name="planted forgery",
        tale="has the line to kh.demo's second feed and puts a forged story among the real ones",
        agency=AgencyId("kh.demo"),
        hijack=_replant,
    ),
    Hijacker(
        name="replayed feed",
        tale="shows th.demo's signed feed of this morning again, from before the correction",
        agency=AgencyId("th.demo"),
        hijack=_replay,
    ),
    Hijacker(
        name="entity bomb",
        tale="answers for la.demo with a small document that unfolds into gigabytes",
        agency=AgencyId("la.demo"),
        hijack=lambda town: _put(town, "la.demo", entity_bomb()),
    ),
    Hijacker(
        name="gzip bomb",
        tale="answers for mm.demo with a feed that grows a thousandfold when unpacked",
        agency=AgencyId("mm.demo"),
        hijack=lambda town: _put(town, "mm.demo", gzip_bomb()),
    ),
    Hijacker(
        name="endless feed",
        tale="answers for ph.demo with a feed that never ends",
        agency=AgencyId("ph.demo"),
        hijack=lambda town: _rant(town, "ph.demo"),
    ),
)


def _put(town: Town, agency: str, page: Page) -> None:
    town.mirrors.put_up(mirror_path(AgencyId(agency)), lambda: page)


def _rant(town: Town, agency: str) -> None:
    town.mirrors.let_rant(mirror_path(AgencyId(agency)), endless)
