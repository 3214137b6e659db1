"""What every Storage must say of who has a passage, a headline or an address."""

import random

import pytest
from kept import keep, published
from press import NOON, PressRoom

from syndicate.dedupe import postings
from syndicate.news import Index
from syndicate.ports import Candidates, Printed, Storage
from syndicate.storage import _passages

MADE_BY = "folding 1"
FOR_EVER = 1_000_000


@pytest.fixture
def small_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of four versions: so a hundred of them go through all that a million do."""
    monkeypatch.setattr(_passages, "_WAITING_MOST", 4)


def prints(index: int) -> list[int]:
    drawn = random.Random(index)
    return [drawn.randrange(-(2**63), 2**63) for _ in range(20)]


def printed(index: int, *keys: int) -> Printed:
    return Printed(index=Index(index), prints=postings.packed(prints(index)), keys=keys)


async def tidied(storage: Storage, window: int = FOR_EVER) -> int:
    steps = 0
    while await storage.passages.tidy(window):
        steps += 1
    return steps


async def hits(storage: Storage, *indices: int) -> dict[int, int]:
    wanted = [each for index in indices for each in prints(index)]
    return dict((await storage.passages.find(wanted, (), 1_000)).hits)


async def test_nothing_is_found_before_anything_is_kept(storage: Storage) -> None:
    assert await storage.passages.reached(MADE_BY) == -1
    assert await storage.passages.since() is None
    assert await storage.passages.find(prints(1), (7,), 10) == Candidates()


async def test_a_version_is_found_by_its_passages_its_headline_and_its_address(storage: Storage) -> None:
    passages = storage.passages
    await passages.reached(MADE_BY)
    await passages.keep([printed(0, 11, -12), printed(3, 11), Printed(index=Index(4), keys=(-(2**63),))], 5)
    assert await passages.reached(MADE_BY) == 5
    assert await passages.find((), (11,), 10) == Candidates(keyed=(Index(3), Index(0)))
    assert await passages.find((), (11,), 1) == Candidates(keyed=(Index(3),))
    assert await passages.find((), (-12, -(2**63), 99), 10) == Candidates(keyed=(Index(4), Index(0)))
    assert await passages.find([*prints(0)[:2], *prints(3)], (), 10) == Candidates(
        hits=((Index(3), 20), (Index(0), 2))
    )
    assert await passages.find([*prints(0), *prints(3)], (), 1) == Candidates(hits=((Index(0), 20),))


async def test_what_is_kept_twice_is_kept_once(storage: Storage) -> None:
    await storage.passages.reached(MADE_BY)
    await storage.passages.keep([Printed(index=Index(1), keys=(5, 5))], 1)
    assert (await storage.passages.find((), (5,), 10)).keyed == (1,)


@pytest.mark.usefixtures("small_runs")
async def test_wherever_the_fingerprints_have_been_moved_to_they_are_found(storage: Storage) -> None:
    await storage.passages.reached(MADE_BY)
    for first in range(0, 150, 5):
        await storage.passages.keep([printed(index) for index in range(first, first + 5)], first + 4)
        await storage.passages.tidy(FOR_EVER)  # one step: some of them stand half-way at any moment
        assert await hits(storage, 0, first + 2, 999) == {0: 20, first + 2: 20}
    await tidied(storage)
    assert await hits(storage, *range(150)) == dict.fromkeys(range(150), 20)
    assert await storage.passages.since() == 0


@pytest.mark.usefixtures("small_runs")
async def test_passages_are_forgotten_once_they_are_far_behind_and_headlines_are_not(
    storage: Storage,
) -> None:
    await storage.passages.reached(MADE_BY)
    for first in range(0, 200, 4):
        await storage.passages.keep([printed(index, index) for index in range(first, first + 4)], first + 3)
        await tidied(storage, window=100)
    since = await storage.passages.since()
    assert since is not None
    assert 30 <= since <= 100  # by whole runs: never less than the window
    assert await hits(storage, 0, 29, 100, 199) == {100: 20, 199: 20}
    assert (await storage.passages.find((), (0,), 10)).keyed == (0,)


async def test_what_was_made_in_another_way_is_forgotten_and_made_anew(storage: Storage) -> None:
    await storage.passages.reached(MADE_BY)
    await storage.passages.keep([printed(0, 7)], 0)
    assert await storage.passages.reached("folding 2") == -1
    assert await storage.passages.find(prints(0), (7,), 10) == Candidates()
    assert await tidied(storage) == 0
    await storage.passages.keep([printed(0, 7)], 0)
    assert await storage.passages.find(prints(0), (7,), 10) == Candidates(
        keyed=(Index(0),), hits=((Index(0), 20),)
    )


@pytest.mark.usefixtures("small_runs")
async def test_what_was_made_in_another_way_goes_part_by_part(storage: Storage) -> None:
    await storage.passages.reached(MADE_BY)
    await storage.passages.keep([printed(index) for index in range(9)], 8)
    await tidied(storage)
    await storage.passages.reached("folding 2")
    assert await hits(storage, *range(9)) == {}
    assert await tidied(storage) > 0


@pytest.mark.usefixtures("small_runs")
@pytest.mark.parametrize("moved", [False, True], ids=["while it waits", "when it stands in a run"])
async def test_nothing_of_an_erased_version_is_found_or_left(storage: Storage, *, moved: bool) -> None:
    vn = PressRoom("vn.demo")
    kept = published(vn, *"bcdef")
    await keep(storage, *kept)
    await storage.seal(NOON + 2.0)
    await storage.passages.reached(MADE_BY)
    await storage.passages.keep([printed(index, 7) for index in range(4)], 3)
    if moved:
        await tidied(storage)
    await storage.write(lambda book: book.erase([kept[1].digest], b"by law"))
    assert await hits(storage, 0, 1, 2, 3) == {0: 20, 2: 20, 3: 20}
    assert (await storage.passages.find((), (7,), 10)).keyed == (3, 2, 0)


async def test_a_version_that_was_erased_while_it_was_being_read_is_not_kept(storage: Storage) -> None:
    vn = PressRoom("vn.demo")
    kept = published(vn, *"bc")
    await keep(storage, *kept)
    await storage.seal(NOON + 2.0)
    await storage.passages.reached(MADE_BY)
    await storage.write(lambda book: book.erase([kept[1].digest], b"by law"))
    await storage.passages.keep([printed(index, 7) for index in range(2)], 1)
    assert await hits(storage, 0, 1) == {0: 20}
    assert (await storage.passages.find((), (7,), 10)).keyed == (0,)
