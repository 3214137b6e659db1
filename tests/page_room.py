"""A hub with something of everything on its pages: 14 languages, every act, two states that disagree."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub_folder import Newsroom, Place, Served, hub_at_work, place
from registry_files import key_table

from syndicate.news import (
    Act,
    AgencyId,
    Alert,
    AlertArea,
    Claim,
    Content,
    Evidence,
    ItemId,
    Kind,
    Media,
    Relation,
    RelationType,
)

# Article 1 of the Universal Declaration of Human Rights, in the languages of the members.
TEXTS: Final[Mapping[str, str]] = {
    "en": "All human beings are born free and equal in dignity and rights.",
    "id": "Semua orang dilahirkan merdeka dan mempunyai martabat dan hak-hak yang sama.",
    "ms": "Semua manusia dilahirkan bebas dan samarata dari segi kemuliaan dan hak-hak.",
    "ms-Arab": "سموا مأنسي دلاهيركن بيبس دان سامرات دري سڬي كموليأن دان حق٢.",
    "fil": "Ang lahat ng tao'y isinilang na malaya at pantay-pantay sa karangalan at mga karapatan.",
    "tet": "Ema hotu hotu moris hanesan ho dignidade ho direitu.",
    "pt": "Todos os seres humanos nascem livres e iguais em dignidade e em direitos.",
    "vi": "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền.",
    "th": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
    "lo": "ມະນຸດເກີດມາມີສິດເສລີພາບ ແລະ ສະເໝີໜ້າກັນໃນທາງກຽດຕິສັກ ແລະ ທາງສິດ",
    "km": "មនុស្សទាំងអស់ កើតមកមានសេរីភាព និងសមភាព ក្នុងផ្នែកសេចក្ដីថ្លៃថ្នូរនិងសិទ្ធិ។",
    "my": "လူတိုင်းသည် တူညီ လွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့် လည်းကောင်း၊ တူညီလွတ်လပ်သော အခွင့်အရေးများဖြင့် လည်းကောင်း၊ မွေးဖွားလာသူများ ဖြစ်သည်။",
    "zh-Hans": "人人生而自由，在尊严和权利上一律平等。",
    "ta": "மனிதப் பிறிவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்",
}
PICTURE: Final = Media(
    url="https://cdn.example/rain.jpg", type="image/jpeg", alt="A flooded market", credit="AN"
)
BODY: Final = (
    "<p>The river rose by <strong>two metres</strong> in the night. Schools in four districts are closed.</p>"
    '<figure><img src="https://cdn.example/rain.jpg" alt="A flooded market">'
    "<figcaption>The market.</figcaption></figure>"
    "<h2>What to know</h2><ul><li>Bridges are open.</li><li>Trains run.</li></ul>"
    "<table><thead><tr><th>District</th><th>Level</th></tr></thead>"
    "<tbody><tr><td>East</td><td>2.1 m</td></tr></tbody></table>"
)


def named(name: str) -> str:
    """An item's name in letters that an id may hold."""
    return "".join(letter for letter in name.lower() if letter.isalpha())


@dataclass(frozen=True)
class PageRoom:
    """A hub at work, and the two newsrooms whose items it shows."""

    served: Served
    aa: Newsroom
    bb: Newsroom

    def sub(self, name: str, room: Newsroom | None = None) -> ItemId:
        return (room or self.aa).item(named(name)).sub

    async def send(self, *tokens: str) -> None:
        results = await self.served.submit(*tokens)
        assert {each["outcome"] for each in results} == {"admitted"}, results


class OtherRoom(Newsroom):
    """The government of Beeland, which writes from its own host."""

    def __init__(self) -> None:
        super().__init__(seed=3)
        self.id = AgencyId("bb.gov")

    def release(self, name: str, **changes: object) -> str:
        return super().release(name, **{"url": f"https://gov.sg/{name}"} | changes)


@asynccontextmanager
async def page_room(folder: Path) -> AsyncIterator[PageRoom]:
    """Everything that a page can show, admitted and sealed."""
    async with place(folder) as here:
        _enrol_the_other(here)
        async with hub_at_work(here) as served:
            room = PageRoom(served, here.newsroom, OtherRoom())
            await _fill(room)
            yield room


def _enrol_the_other(here: Place) -> None:
    keys = key_table("bb.gov", 3) + key_table("bb.gov", 4, use="sealed successor")
    here.folders.write("bb.gov.toml", 'agency = "bb.gov"\n' + keys)
    here.signed.publish()


async def _fill(room: PageRoom) -> None:
    aa = room.aa
    await room.send(*(_in(aa, lang, text) for lang, text in TEXTS.items()))
    await room.send(*(_changed(aa, lang, text) for lang, text in TEXTS.items()))
    flood = {
        "title": "River floods four districts",
        "summary": "Schools stay closed; bridges are open.",
        "byline": "A. Reporter",
        "urgency": 3,
        "categories": ("medtop:03000000", "medtop:20000151"),
        "media": (PICTURE,),
    }
    html = Content(type="text/html", body=BODY)
    await room.send(
        aa.release("flood", content=html, **flood),
        aa.release(
            "flood",
            ver=2,
            act=Act.CORRECT,
            note="The river rose by two metres, not by three.",
            content=Content(type="text/html", body=BODY.replace("two", "nearly two").replace("four", "five")),
            **flood | {"title": "River floods five districts"},
        ),
        aa.release("gone", title="Bridge has fallen"),
        aa.release(
            "gone", ver=2, act=Act.RETRACT, note="No bridge has fallen.", content=None, title="Bridge"
        ),
        aa.release("held", title="Minister resigns"),
        aa.release(
            "held", ver=2, act=Act.WITHHOLD, note="We are checking this.", content=None, title="Minister"
        ),
    )
    await _special(room)


def _in(aa: Newsroom, lang: str, text: str) -> str:
    return aa.release(named(f"one{lang}"), lang=lang, title=text, content=_plain(f"{text}\n{text} {text}"))


def _changed(aa: Newsroom, lang: str, text: str) -> str:
    half = text[: len(text) // 2]
    return aa.release(
        named(f"one{lang}"),
        lang=lang,
        title=text,
        content=_plain(f"{text}\n{half} {text}"),
        ver=2,
        act=Act.UPDATE,
    )


def _plain(text: str) -> Content:
    return Content(type="text/plain", body=text)


async def _special(room: PageRoom) -> None:
    aa, bb, flood = room.aa, room.bb, room.sub("flood")
    alert = Alert(
        event="Flood", category="Met", urgency="Immediate", severity="Severe", certainty="Likely",
        area=(AlertArea(desc="East and south districts"),), expires="2026-11-24T12:00:00Z",
        instruction="Move to higher ground.",
    )  # fmt: skip
    claim = Claim(
        text="The dam has broken.", lang="en", label="Not so", label_lang="en",
        competence="We run the dam and watch its level every minute.", first_seen="2026-11-23T09:00:00Z",
        evidence=(Evidence(url="https://news.aa.example/levels", title="Levels of the dam"),),
    )  # fmt: skip
    disputes = (Relation(type=RelationType.DISPUTES, sub=flood),)
    await room.send(
        aa.release("warning", kind=Kind.ALERT, alert=alert, urgency=1, title="Flood warning for the east"),
        aa.release("dam", kind=Kind.REBUTTAL, claim=claim, title="The dam holds"),
        aa.release(
            "translated", lang="vi", title="Lũ ở bốn huyện",
            relations=(Relation(type=RelationType.TRANSLATES, sub=flood),),
        ),
        bb.release("nofloods", kind=Kind.DISPUTE, relations=disputes, title="Only two districts are flooded",
                   summary="Beeland counts two districts on its side of the river."),
    )  # fmt: skip
