"""Feeds to read and write in tests: a small federation, its stories, and documents around tokens."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape

from press import NOON, PressRoom, registry

from syndicate.news import (
    Act,
    AgencyId,
    Content,
    Entry,
    Feed,
    FeedId,
    Index,
    Item,
    ItemId,
    Media,
    Member,
    MemberCode,
    Registry,
    Relation,
    RelationType,
    SignedFeed,
    Slice,
    StreamName,
    TokenDigest,
    b64url,
)
from syndicate.republish import (
    compose,
    compose_agency,
    compose_archive,
    entry_of,
    token_address,
    with_notices,
)
from syndicate.wire import Typesetter

NOW = NOON + 60
HUB = "http://127.0.0.1:8080"
ATOM_URL = "https://news.vn-demo.example/signed.atom"
RSS_URL = "https://news.vn-demo.example/signed.rss"
SCRIPT = "<script>alert(1)</script>"
HASH = TokenDigest(b64url(bytes(32)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Two agencies under one roof, and what they have signed."""

    vn: PressRoom = field(default_factory=lambda: PressRoom("vn.demo", seed=1))
    th: PressRoom = field(default_factory=lambda: PressRoom("th.demo", seed=2))

    @property
    def registry(self) -> Registry:
        whole = registry(self.vn, self.th)
        signed = SignedFeed(
            id=FeedId("vn.demo/main"),
            agency=self.vn.id,
            url=ATOM_URL,
            format="atom",
            stream=StreamName("main"),
            cadence_seconds=300,
        )
        vn = replace(
            whole.agencies[self.vn.id],
            names={"en": "Demo News Agency", "vi": "Thông tấn xã Thử nghiệm"},
            feeds=(signed,),
            languages=("vi",),
            home="https://news.vn-demo.example/",
            rights="Có thể dẫn lại khi ghi nguồn.",
            credit="TTXTN",
        )
        th = replace(whole.agencies[self.th.id], names={"th": "สำนักข่าวทดสอบ"}, languages=("th", "en"))
        members = {
            MemberCode("vn"): Member(code=MemberCode("vn"), names={"vi": "Việt Nam", "en": "Viet Nam"}),
            MemberCode("th"): Member(code=MemberCode("th"), names={"th": "ประเทศไทย"}),
        }
        return replace(whole, name="Federation of Demos", members=members, agencies={vn.id: vn, th.id: th})

    def entry(self, item: Item, *, token_url: str | None = None) -> Entry:
        room = self.vn if item.iss == self.vn.id else self.th
        url = token_url or token_address(HUB, item)
        return entry_of(item, room.token(item), self.registry, token_url=url)

    def hub(self, *items: Item, slice_: Slice | None = None, pushes: bool = True) -> Feed:
        return compose(
            slice_ or Slice(),
            [self.entry(item) for item in items],
            self.registry,
            base_url=HUB,
            first_index=Index(3) if items else None,
            last_index=Index(3 + len(items)) if items else None,
            pushes=pushes,
        )

    def told(self, *items: Item, archived: Index | None = None) -> Feed:
        """The hub's feed of all as it is published: a notice stands before each withdrawal."""
        feed = self.hub(*items)
        entries = with_notices(feed.entries, base_url=HUB)
        return compose(
            Slice(),
            entries,
            self.registry,
            base_url=HUB,
            first_index=feed.first_index,
            last_index=feed.last_index,
            archived=archived,
        )

    def archive(self, *items: Item, before: int | None = 99) -> Feed:
        """A page of the archive of all, known as 199."""
        entries = with_notices([self.entry(item) for item in items], base_url=HUB)
        return compose_archive(
            Slice(),
            entries,
            self.registry,
            base_url=HUB,
            first_index=Index(100),
            last_index=Index(199),
            before=None if before is None else Index(before),
        )

    def agency(self, *items: Item) -> Feed:
        agency = self.registry.agencies[AgencyId("vn.demo")]
        entries = [self.entry(item, token_url=ATOM_URL) for item in items]
        return compose_agency(agency, entries, atom_url=ATOM_URL, rss_url=RSS_URL)

    def plain(self) -> Item:
        return self.th.item(
            "rain", lang="th", title="ฝนตกหนัก", content=Content(type="text/plain", body="น้ำ\nท่วม")
        )

    def rich(self) -> Item:
        """A story that has everything an item can have."""
        picture = f"https://a.cdn.{self.vn.host}/storm.jpg"
        return self.vn.item(
            "storm",
            ver=2,
            seq=5,
            prev=HASH,
            act=Act.CORRECT,
            note='Gió cấp 10, không phải cấp 12 & "15".',
            title='Bão số 5 & "mắt bão" < đất liền',
            summary="Tóm tắt: gió < cấp 11 & mưa.",
            updated="2026-11-23T12:00:00Z",
            expires="2026-12-01T00:00:00Z",
            byline="Nguyễn Thị A",
            credit="Ảnh: TTXTN",
            rights="Miễn phí & ghi nguồn",
            urgency=3,
            categories=("medtop:20000002", "medtop:20000003"),
            content=Content(
                type="text/html",
                body="<p>Gió <strong>mạnh</strong> &amp; mưa.</p>"
                f'<figure><img src="{picture}" alt="Bão"></figure>',
            ),
            media=(
                Media(url=picture, type="image/jpeg", alt="Bão", credit="B", sha256=HASH, length=1_234),
                Media(url=f"https://a.cdn.{self.vn.host}/storm.mp4", type="video/mp4", alt=""),
            ),
            relations=(
                Relation(type=RelationType.CORRECTS, sub=ItemId("vn.demo:" + "a" * 26), sha256=HASH),
                Relation(type=RelationType.CITES, url=f"https://{self.th.host}/x"),
            ),
        )

    def withdrawn(self, act: Act) -> Item:
        changes = {"act": act, "note": "Tin sai ngày.", "content": None, "updated": "2026-11-23T12:00:30Z"}
        return self.vn.item("gone", ver=2, seq=7, prev=HASH, **changes)

    def all(self) -> tuple[Item, ...]:
        return (self.rich(), self.plain(), self.withdrawn(Act.RETRACT), self.bare())

    def bare(self) -> Item:
        """No more than an item must have."""
        return self.vn.item("bare", content=None)


def render(feed: Feed, format_: str) -> bytes:
    return Typesetter().render(feed, format_)


def atom_around(*entries: str, head: str = "", declaration: str = "") -> bytes:
    """An Atom document by hand, around entries by hand; the prefix "syn" is declared."""
    names = 'xmlns="http://www.w3.org/2005/Atom" xmlns:syn="urn:syndicate:item:1"'
    return f"{declaration}<feed {names}>{head}{''.join(entries)}</feed>".encode()


def entry_around(token: str, inner: str = "") -> str:
    return f"<entry><title>T</title>{inner}<syn:jws>{escape(token)}</syn:jws></entry>"


def json_around(items: Iterable[object], **head: object) -> bytes:
    told = {"version": "https://jsonfeed.org/version/1.1", "title": "T", **head, "items": list(items)}
    return json.dumps(told, ensure_ascii=False).encode()
