"""What SQL says of a slice is what ``Slice.holds`` says in memory, whatever the log holds."""

import asyncio
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kept import placed, verified
from press import NOON, PressRoom

from syndicate.news import (
    CORRECTIONS,
    Act,
    AgencyId,
    Facets,
    Item,
    ItemId,
    Kind,
    MemberCode,
    Slice,
    TokenDigest,
    facets_of,
)
from syndicate.ports import Storage, Window
from syndicate.storage import open_storage
from syndicate.trust import ItemState, Verified

AGENCIES = ("vn.demo", "vn.other", "th.demo")
LANGS = ("vi", "en")
TOPICS = ("04000000", "16000000")
KINDS = (Kind.STORY, Kind.NOTICE)
WIDE = Window(seconds=10**9, least=1, most=10_000)


@dataclass(frozen=True)
class Written:
    """One version to be kept: of which item, and what it says."""

    agency: str
    name: str
    act: Act
    lang: str
    kind: Kind
    topics: tuple[str, ...]
    urgency: int | None
    seal: bool  # what waits gets its index after this one
    erase: bool  # and this one's text is taken back


VERSIONS = st.lists(
    st.builds(
        Written,
        agency=st.sampled_from(AGENCIES),
        name=st.sampled_from("bc"),
        act=st.sampled_from([Act.UPDATE, Act.UPDATE, Act.CORRECT, Act.WITHHOLD, Act.RETRACT]),
        lang=st.sampled_from(LANGS),
        kind=st.sampled_from(KINDS),
        topics=st.lists(st.sampled_from(TOPICS), unique=True, max_size=2).map(tuple),
        urgency=st.none() | st.integers(3, 5),
        seal=st.booleans(),
        erase=st.sampled_from([False, False, False, True]),
    ),
    max_size=12,
)
SLICES = st.builds(
    lambda whose, **more: Slice(**whose, **more),
    st.sampled_from([{}, {"member": MemberCode("vn")}, *({"agency": AgencyId(each)} for each in AGENCIES)]),
    lang=st.none() | st.sampled_from(LANGS),
    topic=st.none() | st.sampled_from(TOPICS),
    urgency=st.none() | st.integers(2, 5),
    kind=st.none() | st.sampled_from([*KINDS, CORRECTIONS]),
)


class Model:
    """The one order as plain lists."""

    def __init__(self) -> None:
        self.rooms = {name: PressRoom(name, seed=seed) for seed, name in enumerate(AGENCIES, 1)}
        self.versions: dict[ItemId, int] = defaultdict(int)
        self.facets: dict[ItemId, Facets] = {}
        self.order: list[tuple[Item, Facets]] = []
        self.gone: set[int] = set()

    def write(self, said: Written) -> Verified:
        room = self.rooms[said.agency]
        item = room.item(said.name)
        ver = self.versions[item.sub] = self.versions[item.sub] + 1
        act = Act.PUBLISH if ver == 1 else said.act
        item = replace(
            item, ver=ver, act=act, lang=said.lang, kind=said.kind, urgency=said.urgency,
            note=None if act in (Act.PUBLISH, Act.UPDATE) else "said why",
            content=None if act in (Act.WITHHOLD, Act.RETRACT) else item.content,
            categories=tuple(f"medtop:{topic}" for topic in said.topics),
        )  # fmt: skip
        made = verified(room, room.token(item))
        room.seq, room.prev = item.seq, TokenDigest(made.digest)
        before = self.facets.get(item.sub)
        self.facets[item.sub] = facets_of(item) if before is None else before.then(item)
        self.order.append((item, self.facets[item.sub]))
        return made

    def page(self, slice_: Slice) -> list[tuple[int, Facets]]:
        return [
            (index, facets) for index, (_, facets) in enumerate(self.order)
            if slice_.holds(facets) and index not in self.gone
        ]  # fmt: skip

    def newest(self, slice_: Slice) -> int:
        return max((n for n, (_, facets) in enumerate(self.order) if slice_.holds(facets)), default=-1)

    def window(self, slice_: Slice) -> list[int]:
        stands: dict[ItemId, int] = {}
        for index, (item, _) in enumerate(self.order):
            if item.sub not in stands or self.order[stands[item.sub]][0].act is not Act.RETRACT:
                stands[item.sub] = index
        here = (index for index in stands.values() if slice_.holds(self.order[index][1]))
        return sorted((index for index in here if index not in self.gone), reverse=True)


@pytest.fixture(scope="module")
def empty() -> Iterator[Path]:
    """A database as new, to be copied."""

    async def make(path: Path) -> None:
        async with open_storage(path):
            pass

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hub.db"
        asyncio.run(make(path))
        yield path


@settings(max_examples=10)
@given(written=VERSIONS, slices=st.lists(SLICES, min_size=8, max_size=8))
def test_storage_and_memory_agree_on_what_a_slice_holds(
    empty: Path, written: list[Written], slices: list[Slice]
) -> None:
    async def agree(path: Path) -> None:
        async with open_storage(path) as storage:
            model = await keep_all(storage, written)
            for slice_ in (Slice(), *slices):
                page = await storage.page(slice_, -1, 100)
                assert [(each.index, each.facets) for each in page] == model.page(slice_)
                assert [each.index for each in await storage.window(slice_, WIDE)] == model.window(slice_)
                assert await storage.newest(slice_) == model.newest(slice_)

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(agree(Path(shutil.copy(empty, folder))))


async def keep_all(storage: Storage, written: list[Written]) -> Model:
    model = Model()
    waiting: list[Verified] = []

    async def seal() -> None:
        await storage.write(
            lambda book: book.keep(
                [(one, placed(one, ItemState(highest=one.item.ver, act=one.item.act))) for one in waiting]
            )
        )
        await storage.seal(NOON + 1.0)
        waiting.clear()

    gone: list[TokenDigest] = []
    for each in written:
        waiting.append(model.write(each))
        if each.erase:
            gone.append(waiting[-1].digest)
            model.gone.add(len(model.order) - 1)
        if each.seal:
            await seal()
    await seal()
    if gone:
        await storage.write(lambda book: book.erase(gone, b"{}"))
    return model
