"""An agency's press room: its CMS, its key, one signed stream per language, and its own little web site."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from syndicate.agency import AgencyConfig, Unsigned, publish, sign_items, sign_once
from syndicate.demo._by_hand import Find, draft_by_hand, is_of
from syndicate.demo._cms import compose_cms_feed
from syndicate.demo._paperwork import FEDERATION, Enrolled, FeedLine
from syndicate.demo._stories import Declared, Newsroom, Story
from syndicate.demo._street import House, Page
from syndicate.errors import DemoError
from syndicate.news import AgencyKey, ItemId, Refused, Registry, StreamName
from syndicate.newsdesk import Desk as DeskAtWork
from syndicate.ports import Clock, Fetcher, Signed, Signer, StreamBook
from syndicate.signing import ephemeral_signer
from syndicate.storage import open_streambook

_CMS_SHOWS = 50  # newest stories; what drops out of a CMS's feed is not withdrawn by that
_REMEMBERED = 1_000  # items of a stream that are looked through


def _no_relation(declared: Declared) -> ItemId:
    raise DemoError(f"a story without relations asks for {declared.key}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One language of an agency: a stream, what it remembers, and the folder where it is shown."""

    config: AgencyConfig
    book: StreamBook
    registry: Registry

    def kept(self, story: Story) -> Signed | None:
        """The newest version of ``story`` in this stream."""
        return next((kept for kept in self.book.newest(_REMEMBERED) if is_of(kept, story)), None)

    def page(self) -> Page:
        """The signed feed as it stands."""
        return Page(body=self.signed_feed(), media_type="application/atom+xml")

    def signed_feed(self) -> bytes:
        """The bytes of the signed feed."""
        return (self.config.folder / self.config.atom_name).read_bytes()


class PressRoom:
    """Publishes like an agency: the CMS's stories through ``sign_once``, the rest by hand."""

    def __init__(self, newsroom: Newsroom, folder: Path, began: float) -> None:
        self.newsroom = newsroom
        self._began = began
        self._folder = folder
        self._cms: dict[str, Story] = {}
        self._signer: Signer = ephemeral_signer()
        self._successor: Signer = ephemeral_signer()
        self._former: Signer = self._signer  # the one before the last rotation
        self._house = House()
        self._desks: dict[str, Desk] = {}
        self._left_on_the_web: dict[str, Page] = {}  # by machines that are gone
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._open.enter_context(self._house)
        for lang in self.newsroom.languages:
            self._desks[lang] = self._open_desk(lang)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def port(self) -> int:
        """Where the agency's site listens on loopback."""
        return self._house.port

    @property
    def stolen_key(self) -> Signer:
        """The key in use, for those who have stolen it."""
        return self._signer

    @property
    def former_key(self) -> Signer:
        """The key that signed before the last rotation."""
        return self._former

    def newsdesk(self, now: float, *, release_seconds: int = 0) -> DeskAtWork:
        """The first language's desk as people work at it, at ``now``; its brake is set to so many seconds."""
        first, *_ = self.newsdesks(now, release_seconds=release_seconds)
        return first

    def newsdesks(self, now: float, *, release_seconds: int = 0) -> list[DeskAtWork]:
        """The desks of all languages."""
        return [
            DeskAtWork(
                config=replace(desk.config, release_seconds=release_seconds),
                signer=self._signer,
                book=desk.book,
                now=now,
            )
            for desk in self._desks.values()
        ]

    def rotate(self) -> None:
        """From now on the sealed successor signs; it was enrolled with the first key."""
        self._former, self._signer = self._signer, self._successor
        for lang, desk in self._desks.items():
            known = desk.config.own_registry(self._signer.kid, self._signer.public)
            self._desks[lang] = replace(desk, registry=known)

    def lose_laptop(self, keys: Iterable[AgencyKey]) -> None:
        """The first language's book, key and files are gone; a new machine has the sealed successor.

        ``keys`` is what the enrolment file lists, which a ministry has, too.
        """
        lang = self.newsroom.languages[0]
        old = self._desks[lang]
        self._left_on_the_web[lang] = old.page()
        folder = self._folder / "new laptop"
        folder.mkdir()
        book = open_streambook(folder / "book.sqlite3", self.newsroom.id, old.config.stream)
        self._desks[lang] = replace(
            old,
            config=replace(old.config, folder=folder / "signed", keys=tuple(keys)),
            book=self._open.enter_context(book),
        )
        self.rotate()

    def enrolled(self, *more: FeedLine) -> Enrolled:
        """What the federation is told: keys, the feed of each language, and ``more`` feeds."""
        feeds = (
            FeedLine(
                name=desk.config.stream,
                url=self._house.url(f"/signed/{desk.config.atom_name}"),
                stream=desk.config.stream,
                lang=lang,
            )
            for lang, desk in self._desks.items()
        )
        return Enrolled(
            newsroom=self.newsroom, in_use=self._signer, successor=self._successor, feeds=(*feeds, *more)
        )

    @property
    def first_desk(self) -> Desk:
        """The agency's first language."""
        return self._desks[self.newsroom.languages[0]]

    def put_into_cms(self, stories: Iterable[Story]) -> None:
        """Publish in the CMS, or change what stands there under the same id."""
        self._cms |= {story.key: story for story in stories}
        self._cms = dict(list(self._cms.items())[-_CMS_SHOWS:])

    async def sign_cms(self, fetcher: Fetcher, clock: Clock) -> None:
        """Let the agency's tool read the CMS and sign what is new or changed, language by language.

        Raises:
            AgencyError: the tool could not go on.
        """
        for desk in self._desks.values():
            await sign_once(desk.config, signer=self._signer, book=desk.book, fetcher=fetcher, clock=clock)

    def sign_by_hand(self, story: Story, find: Find, now: float) -> str:
        """Sign a manual act, show it in the signed feed, and give its token.

        Raises:
            DemoError: the agency's own check refused it.
        """
        desk = self._desks[story.lang]
        draft = draft_by_hand(self.newsroom, desk.config, story, desk.kept(story), find)
        (signed,) = sign_items(
            [draft(self._began, now)], signer=self._signer, book=desk.book, registry=desk.registry, now=now
        )
        if isinstance(signed, Refused):
            raise DemoError(f"{story.agency} cannot sign {story.key}: {signed.reason}: {signed.detail}")
        publish(desk.config, desk.book, desk.registry)
        return signed.token

    def draft(self, story: Story, now: float) -> Unsigned:
        """A story of the first language, ready to be signed at ``now``."""
        config = self.first_desk.config
        return draft_by_hand(self.newsroom, config, story, None, _no_relation)(now, now)

    def item_of(self, key: str) -> ItemId:
        """The id of a story that was signed."""
        return self._newest(key).sub

    def token_of(self, key: str) -> str:
        """The public token of a story's newest version."""
        return self._newest(key).token

    def signed_feed(self) -> bytes:
        """The signed feed of the first language, as it is now."""
        return self.first_desk.signed_feed()

    def signed_count(self) -> int:
        """How many tokens the agency has signed."""
        return sum(desk.book.head()[0] for desk in self._desks.values())

    def _newest(self, key: str) -> Signed:
        story = next(story for story in self.newsroom.stories if story.key == key)
        kept = self._desks[story.lang].kept(story)
        if kept is None:
            raise DemoError(f"{self.newsroom.id} has not signed {key} yet")
        return kept

    def _open_desk(self, lang: str) -> Desk:
        stream = StreamName(lang.lower())
        cms_url = self._house.put_up(f"/cms/{stream}.xml", self._cms_page(lang))
        config = self._config(lang, stream, cms_url)
        book = self._open.enter_context(
            open_streambook(self._folder / f"{stream}.sqlite3", self.newsroom.id, stream)
        )
        desk = Desk(
            config=config, book=book, registry=config.own_registry(self._signer.kid, self._signer.public)
        )
        self._house.put_up(f"/signed/{config.atom_name}", lambda: self._page_of(lang))
        return desk

    def _page_of(self, lang: str) -> Page:
        try:
            return self._desks[lang].page()
        except FileNotFoundError:  # a new machine has shown nothing yet
            return self._left_on_the_web[lang]

    def _cms_page(self, lang: str) -> Callable[[], Page]:
        return lambda: Page(
            body=compose_cms_feed(self.newsroom, tuple(self._cms.values()), lang, self._began)
        )

    def _config(self, lang: str, stream: StreamName, cms_url: str) -> AgencyConfig:
        newsroom = self.newsroom
        return AgencyConfig(
            id=newsroom.id,
            federation=FEDERATION,
            stream=stream,
            name=newsroom.names[lang],
            language=lang,
            zone=newsroom.timezone,
            domains=(newsroom.host,),
            media_hosts=(newsroom.media_host,),
            feed=cms_url,
            folder=self._folder / "signed",
            base_url=self._house.url("/signed/"),
            rights=newsroom.rights,
            credit=newsroom.credit,
        )
