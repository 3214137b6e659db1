"""Which addresses a static copy has, of the kinds that have many."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from typing import Final

from syndicate.journey import ARCHIVE_PAGE
from syndicate.ledger import ENTRIES, TILE_WIDTH, Tile
from syndicate.news import CORRECTIONS, ItemId, Kind, Slice
from syndicate.ports import Named
from syndicate.republish import PENDING_ALERTS, parse_slice, view_path
from syndicate.web._feeds import FORMATS
from syndicate.web._route import Copies, Listed
from syndicate.web._world import World

_PAGE: Final = 10_000  # names read at a time
_ALERTS: Final = 200  # versions read at a time
_ALWAYS: Final = -1  # it settled before the log began


def tokens(world: World) -> Copies:
    """The token of every version that no law took back."""

    async def copies() -> AsyncIterator[Listed]:
        async for each in _every(world):
            if not each.erased:
                yield Listed(f"/v1/items/{each.sub}/{each.ver}.jws", each.index, final=True)

    return copies


def proofs(world: World) -> Copies:
    """The proof of every version; it is final once enough stand behind it."""

    async def copies() -> AsyncIterator[Listed]:
        async for each in _every(world):
            yield Listed(f"/v1/items/{each.sub}/{each.ver}.tlog-proof", each.index, final=True)

    return copies


def ninjs(world: World) -> Copies:
    """Every version that no law took back, as ninjs."""

    async def copies() -> AsyncIterator[Listed]:
        async for each in _every(world):
            if not each.erased:
                yield Listed(f"/v1/items/{each.sub}/{each.ver}.ninjs", each.index)

    return copies


def alerts(world: World) -> Copies:
    """Every version of an alert, as CAP."""

    async def copies() -> AsyncIterator[Listed]:
        after = -1
        while page := await world.storage.page(Slice(kind=Kind.ALERT), after, _ALERTS):
            for each in page:
                yield Listed(f"/v1/items/{each.sub}/{each.ver}.cap", each.index)
            after = page[-1].index

    return copies


def item_pages(world: World) -> Copies:
    """The page of each of the newest items, in the version that stands."""

    async def copies() -> AsyncIterator[Listed]:
        told: set[ItemId] = set()
        async for each in _newest(world):
            if each.sub not in told:
                told.add(each.sub)
                yield Listed(f"/item/{each.sub}", each.index, about=each.sub)

    return copies


def version_pages(world: World) -> Copies:
    """The page of each of the newest versions."""

    async def copies() -> AsyncIterator[Listed]:
        async for each in _newest(world):
            yield Listed(f"/item/{each.sub}/{each.ver}", each.index, about=each.sub)

    return copies


def evidence(world: World) -> Copies:
    """A file of each of the newest versions that checks itself."""

    async def copies() -> AsyncIterator[Listed]:
        async for each in _newest(world):
            yield Listed(f"/item/{each.sub}/{each.ver}/evidence.html", each.index)

    return copies


async def moved_since(world: World, index: int) -> Collection[ItemId]:
    """Of which items a version has this index or a higher one, and who is in relation or in one story."""
    moved = {each.sub async for each in _every(world, index - 1)}
    beside: set[ItemId] = set()
    for sub in moved:
        for one in await world.storage.relations(sub):
            beside.update(end for end in (one.sub, one.to_sub) if end is not None)
    # A story that lost an item is still that of whoever was in relation to it.
    for sub in moved | beside:
        story = await world.storage.story_of(sub)
        if story is not None:
            moved.update(each.sub for each in (story.origin, *story.others))
    return moved | beside


async def _newest(world: World) -> AsyncIterator[Named]:
    """As many versions as a copy has pages of, but for what a law took back."""
    async for each in _every(world, world.storage.log.visible - 1 - world.copy.item_pages):
        if not each.erased:
            yield each


async def _every(world: World, after: int = -1) -> AsyncIterator[Named]:
    while page := await world.storage.named(after, _PAGE):
        for each in page:
            yield each
        after = page[-1].index


def log_files(world: World) -> Copies:
    """Every tile and entry bundle of which all is shown, the last ones in all their widths; and the acts."""

    async def copies() -> AsyncIterator[Listed]:
        log, after = world.storage.log, -1
        for tile in tiles_of(log.visible):
            yield Listed(f"/log/{tile.path}", _ALWAYS, final=True)
        while page := await log.acts(after, _PAGE):
            for _, digest in page:
                yield Listed(f"/log/act/{digest}.json", _ALWAYS, final=True)
            after = page[-1][0]

    return copies


def tiles_of(size: int) -> Sequence[Tile]:
    """The tiles of a log of ``size`` leaves. A partial one stands beside all those that it grew from."""
    found: list[Tile] = []
    level, height = 0, 0
    while (hashes := size >> height) > 0:
        full, partial = divmod(hashes, TILE_WIDTH)
        for kind in (level, ENTRIES) if level == 0 else (level,):
            found += [Tile(kind, index) for index in range(full)]
            found += [Tile(kind, full, width) for width in range(1, partial + 1)]
        level, height = level + 1, height + 8
    return found


def registry_files(standing: Callable[[], Sequence[str]]) -> Copies:
    """The files of the registry that never change."""

    async def copies() -> AsyncIterator[Listed]:
        for path in standing():
            yield Listed(f"/registry/{path}", _ALWAYS, final=True)

    return copies


def feeds(world: World) -> Copies:
    """Every slice that the registry names, in every format; and what waits for its witnesses."""

    async def copies() -> AsyncIterator[Listed]:
        for slice_ in slices_of(world):
            newest = await world.storage.newest(slice_)
            for format_ in FORMATS:
                yield Listed(f"/feeds/{slice_.path}.{format_}", newest)
                # What joins a story may be of any slice.
                yield Listed(f"/feeds/{view_path(slice_, stories=True)}.{format_}")
        for format_ in FORMATS:
            yield Listed(f"/feeds/{PENDING_ALERTS}.{format_}")

    return copies


def archives(world: World, formats: Sequence[str]) -> Copies:
    """Every page of the archives of those slices."""

    async def copies() -> AsyncIterator[Listed]:
        for slice_ in slices_of(world):
            for last in await world.storage.archive_ends(slice_, ARCHIVE_PAGE):
                for format_ in formats:
                    yield Listed(f"/feeds/{slice_.path}/archive/{last}.{format_}", last)

    return copies


def slice_pages(world: World) -> Copies:
    """The page of each of those slices."""

    async def copies() -> AsyncIterator[Listed]:
        for slice_ in slices_of(world):
            yield Listed(f"/wire/{slice_.path}")

    return copies


def story_pages(world: World) -> Copies:
    """The page of the stories of each of those slices."""

    async def copies() -> AsyncIterator[Listed]:
        for slice_ in slices_of(world):
            if slice_ != Slice():
                yield Listed(f"/{view_path(slice_, stories=True)}")

    return copies


def agency_pages(world: World) -> Copies:
    """The page of each agency of the registry."""

    async def copies() -> AsyncIterator[Listed]:
        for agency in sorted(world.registry().agencies):
            yield Listed(f"/sources/{agency}")

    return copies


def slices_of(world: World) -> Collection[Slice]:
    """All, those by kind, member, language and agency, and what its operator has named beside them."""
    registry = world.registry()
    every = (
        Slice(),
        *(Slice(kind=kind) for kind in (*Kind, CORRECTIONS)),
        *(Slice(member=code) for code in sorted(registry.members)),
        *(Slice(lang=lang) for lang in registry.languages),
        *(Slice(agency=agency) for agency in sorted(registry.agencies)),
        *filter(None, map(parse_slice, world.copy.slices)),
    )
    return dict.fromkeys(every)
