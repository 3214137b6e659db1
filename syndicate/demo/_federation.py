"""The whole federation on this machine: eleven press rooms, their papers, a real hub, and two bad houses."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from syndicate.assembly import SystemClock, open_hub
from syndicate.demo._hostile import MIRROR, MIRRORED, Town, mirror_path
from syndicate.demo._letterbox import Letterbox
from syndicate.demo._paperwork import Chamber, FeedLine, hold_ceremony, write_papers
from syndicate.demo._press import PressRoom
from syndicate.demo._stories import Declared, Newsroom
from syndicate.demo._street import LOOPBACK, House
from syndicate.demo._visitor import Visitor
from syndicate.demo._witnesses import ORIGIN, Witnesses, open_witnesses
from syndicate.fetch import FetchLimits, open_fetcher
from syndicate.news import AgencyId, ItemId, Registry
from syndicate.ports import Clock, Fetcher
from syndicate.settings import Address, Settings

_LOOK_SECONDS = 0.2  # how often the hub looks which feeds are due


@dataclass(slots=True, kw_only=True)
class Federation:
    """A federation that is running."""

    rooms: dict[AgencyId, PressRoom]
    town: Town
    platform: Letterbox
    hub: Visitor
    chamber: Chamber
    witnesses: Witnesses
    settings: Settings
    folder: Path
    database: Path
    registry: Registry
    fetcher: Fetcher  # the agencies' own: it may dial their CMSs and nothing else
    clock: Clock = field(default_factory=SystemClock)

    @property
    def hub_place(self) -> tuple[str, int]:
        """Where the hub listens."""
        return LOOPBACK, int(self.hub.base_url.rpartition(":")[2])

    @property
    def origin(self) -> str:
        """The name of the hub's log."""
        return self.settings.log_name

    def settings_of(self, database: Path, base_url: str = "") -> Settings:
        """The hub's settings on another machine, with another database."""
        return replace(self.settings, listen=Address(LOOPBACK, 0), database=database, base_url=base_url)

    def find(self, declared: Declared) -> ItemId:
        """The item that a relation points to."""
        return self.rooms[declared.agency].item_of(declared.key)

    def signed(self) -> int:
        """How many tokens the agencies have signed."""
        return sum(room.signed_count() for room in self.rooms.values())


@asynccontextmanager
async def open_federation(
    newsrooms: Sequence[Newsroom], folder: Path, *, began: float, port: int = 0
) -> AsyncIterator[Federation]:
    """A federation of ``newsrooms`` with all its files below ``folder``; the hub listens on ``port``.

    Raises:
        SyndicateError: something could not be started; the message says what.
    """
    async with AsyncExitStack() as houses:
        witnesses = await houses.enter_async_context(open_witnesses(folder))
        mirrors, lookalike = (houses.enter_context(House()) for _ in range(2))
        platform = houses.enter_context(Letterbox())
        rooms = _open_rooms(newsrooms, folder, began, houses)
        sources, keys = write_papers(
            folder, [room.enrolled(*_mirror(room, mirrors)) for room in rooms.values()]
        )
        for room in rooms.values():
            mirrors.put_up(mirror_path(room.newsroom.id), room.first_desk.page)
        chamber = hold_ceremony(folder, sources, keys, witnesses.policy)
        cms = [(LOOPBACK, room.port) for room in rooms.values()]
        others = [(LOOPBACK, house.port) for house in (mirrors, platform)]
        database = folder / "hub.sqlite3"
        settings = Settings(
            listen=Address(LOOPBACK, port),
            database=database,
            registry=str(chamber.repository.folder),
            root=chamber.root,
            registry_seconds=_LOOK_SECONDS,
            allow=(
                *(Address(*known) for known in (*cms, *others)),
                *witnesses.places,
            ),
            poll_seconds=_LOOK_SECONDS,
            log_name=ORIGIN,
            log_key=witnesses.key_file,
            log_passphrase=witnesses.words_file,
        )
        async with open_fetcher(FetchLimits(), allow=cms, user_agent="syndicate-demo") as fetcher:
            await _first_edition(rooms, fetcher)
            async with open_hub(settings) as hub:
                visitor = Visitor(base_url=hub.url)
                yield Federation(
                    rooms=rooms,
                    town=Town(victims=rooms, hub=visitor, mirrors=mirrors, lookalike=lookalike),
                    platform=platform,
                    hub=visitor,
                    chamber=chamber,
                    witnesses=witnesses,
                    settings=settings,
                    folder=folder,
                    database=database,
                    registry=hub.registry,
                    fetcher=fetcher,
                )


def _open_rooms(
    newsrooms: Sequence[Newsroom], folder: Path, began: float, houses: AsyncExitStack
) -> dict[AgencyId, PressRoom]:
    rooms = {}
    for newsroom in newsrooms:
        own = folder / newsroom.id
        own.mkdir()
        rooms[newsroom.id] = houses.enter_context(PressRoom(newsroom, own, began))
    return rooms


def _mirror(room: PressRoom, mirrors: House) -> list[FeedLine]:
    """The second feed of some agencies, over a line that will not stay theirs."""
    if room.newsroom.id not in MIRRORED:
        return []
    config = room.first_desk.config
    url = mirrors.url(mirror_path(room.newsroom.id))
    return [FeedLine(name=MIRROR, url=url, stream=config.stream, lang=config.language)]


async def _first_edition(rooms: dict[AgencyId, PressRoom], fetcher: Fetcher) -> None:
    """Signed feeds stand, still empty, before the hub asks for them the first time."""
    for room in rooms.values():
        await room.sign_cms(fetcher, SystemClock())
