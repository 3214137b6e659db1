"""A small agency's newsroom: a CMS whose feed can be rewritten at will, beside the tool that signs it.

Everything is real (keys in memory apart): the book is a database, the signed feed are files.
"""

import asyncio
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path

from syndicate.agency import AgencyConfig, Moved, Report, sign_once
from syndicate.news import AgencyId, FederationId, Item, Registry, StreamName
from syndicate.ports import Clock, FetchFailed, FetchFault, FetchOutcome, Signer, Validators
from syndicate.signing import ephemeral_signer
from syndicate.storage import open_streambook
from syndicate.trust import recall

SITE = "https://news.demo-vn.example"
STARTED = 1_795_602_400.0  # 2026-11-25T10:26:40Z


@dataclass(slots=True)
class SetClock:
    """A clock whose hands are turned by hand."""

    time: float = STARTED

    def now(self) -> float:
        return self.time


class CutLine:
    """A fetcher on a day when nothing gets through."""

    async def fetch(self, url: str, validators: Validators | None = None) -> FetchOutcome:
        return FetchFailed(fault=FetchFault.TIMEOUT, detail=f"{url} did not answer in 20 seconds")


def story(number: int, **told: str) -> str:
    """An item of an RSS feed; each keyword replaces an element, "" takes it away, ``more`` is added."""
    elements = {
        "title": f"Tin số {number}",
        "link": f"{SITE}/tin/{number}",
        "guid": f"cms-{number}",
        "pubDate": f"Mon, 23 Nov 2026 {number % 24:02d}:00:00 GMT",
        "description": f"<p>Nội dung bản tin số {number}.</p>",
    }
    more = told.pop("more", "")
    elements |= told
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in elements.items() if text)
    return f"<item>{inner}{more}</item>"


def rss(*items: str, head: str = "") -> str:
    """An RSS feed with these items, top first."""
    spaces = (
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" {spaces}><channel><title>Bản tin</title>'
        f"<link>{SITE}/</link><description>Tin</description>{head}{''.join(items)}</channel></rss>"
    )


def demo_config(folder: Path) -> AgencyConfig:
    """The configuration of the fictional agency vn.demo, with everything in ``folder``."""
    return AgencyConfig(
        id=AgencyId("vn.demo"),
        federation=FederationId("demo"),
        stream=StreamName("main"),
        name="Thông tấn xã Thử nghiệm",
        language="vi",
        zone="Asia/Ho_Chi_Minh",
        domains=("news.demo-vn.example",),
        media_hosts=("pictures.demo-vn.example",),
        feed=str(folder / "cms.xml"),
        folder=folder / "public",
        base_url=f"{SITE}/signed/",
        rights="Free to republish with attribution.",
        book_file=folder / "stream.sqlite",
    )


@dataclass(slots=True)
class Newsroom:
    """An agency in ``folder``: write its CMS's feed, sign, and look at what came of it."""

    folder: Path
    signer: Signer = field(default_factory=lambda: ephemeral_signer(b"the newsroom of the demo agency!"))
    clock: SetClock = field(default_factory=SetClock)
    config: AgencyConfig = field(init=False)
    moved: Moved = "ask"

    def __post_init__(self) -> None:
        self.config = demo_config(self.folder)

    def cms(self, text: str) -> None:
        """Let the CMS publish this feed."""
        Path(self.config.feed).write_bytes(text.encode("utf-8", "surrogatepass"))

    def sign(self, *, book_is_newest: bool = False) -> Report:
        """One run of ``syndicate agency sign``."""
        with open_streambook(self.config.book_file, self.config.id, self.config.stream) as book:
            return asyncio.run(
                sign_once(
                    self.config,
                    signer=self.signer,
                    book=book,
                    fetcher=CutLine(),
                    clock=as_clock(self.clock),
                    moved=self.moved,
                    book_is_newest=book_is_newest,
                )
            )

    def run(self, text: str) -> Report:
        """Publish and sign."""
        self.cms(text)
        return self.sign()

    def said(self) -> list[Item]:
        """What was signed so far, by number."""
        with open_streambook(self.config.book_file, self.config.id, self.config.stream) as book:
            return [recall(signed.token) for signed in book.page(0, 10_000)]

    def only(self, text: str) -> Item:
        """Publish and sign a feed of one entry; what was signed of it."""
        self.run(text)
        (item,) = self.said()
        return item

    @property
    def registry(self) -> Registry:
        """The agency as hubs know it."""
        return self.config.own_registry(self.signer.kid, self.signer.public)

    @property
    def atom(self) -> Path:
        return self.config.folder / self.config.atom_name

    @property
    def rss(self) -> Path:
        return self.config.folder / self.config.rss_name

    def reconfigure(self, **changes: object) -> None:
        """Change the configuration."""
        self.config = replace(self.config, **changes)  # type: ignore[arg-type]  # names are checked at run time


def as_clock(clock: SetClock) -> Clock:
    """A set clock keeps the port's promise."""
    return clock
