"""Who reads a feed and its archive (RFC 5005) to the end has everything, at any pace and of any slice."""

import json
import re

from kept import HandClock, keep, next_version, published
from lxml import etree
from press import NOON, PressRoom, registry

from syndicate.journey import ARCHIVE_PAGE, LocalWakeup, Press
from syndicate.news import Act, Entry, Feed, MemberCode, Registry, Slice
from syndicate.ports import Storage
from syndicate.trust import Verified
from syndicate.wire import MEDIA_TYPES, Frame, Typesetter

HUB = "https://hub.example"
SECONDS = 620  # more than an Atom document shows; with 7,200 the same was seen
BATCH = 130
PAGE = re.compile(r"https://hub\.example/feeds/(.+)/archive/([0-9]+)\.(atom|json)")
ATOM = "{http://www.w3.org/2005/Atom}"


class Listing(Typesetter):
    """Instead of a document its essentials: which versions it shows, and where the archive goes on."""

    def frame(self, feed: Feed, format: str) -> Frame:  # noqa: A002 - the base class's word
        on = feed.prev_archive if format == "atom" else feed.next_url
        return Frame(f'{{"on": {json.dumps(on)}, "shown": ['.encode(), b",", b"]}", None)

    def entry(self, entry: Entry, format: str, *, complete: bool = True) -> bytes:  # noqa: A002
        return json.dumps(None if entry.about else [entry.sub, entry.ver]).encode()


def press_of(
    storage: Storage, known: Registry, clock: HandClock, typesetter: Typesetter | None = None
) -> Press:
    return Press(
        storage,
        lambda: known,
        clock,
        LocalWakeup(),
        typesetter or Typesetter(),
        media_types=MEDIA_TYPES,
        codings={},
        base_url=HUB,
    )


class Subscriber:
    """Reads a feed, and its archive back to a page that it has read before (RFC 5005, section 4)."""

    def __init__(self, press: Press, slice_: Slice, format_: str = "atom") -> None:
        self.press, self.slice, self.format = press, slice_, format_
        self.seen: set[tuple[str, int]] = set()
        self.pages: set[str] = set()

    async def visit(self) -> None:
        told = json.loads((await self.press.document(self.slice, self.format)).body)
        self.seen |= {(sub, ver) for sub, ver in filter(None, told["shown"])}
        while told["on"] is not None and told["on"] not in self.pages:
            self.pages.add(told["on"])
            asked = PAGE.fullmatch(told["on"])
            assert asked is not None
            assert (asked[1], asked[3]) == (self.slice.path, self.format)
            page = await self.press.archive(self.slice, int(asked[2]), self.format)
            assert page is not None
            told = json.loads(page.body)
            assert sum(map(bool, told["shown"])) == ARCHIVE_PAGE
            self.seen |= {(sub, ver) for sub, ver in filter(None, told["shown"])}


def names(count: int) -> list[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(letters[number // 26**place % 26] for place in range(4)) for number in range(count)]


def a_busy_time(vn: PressRoom, th: PressRoom, seconds: int) -> list[Verified]:
    """One version a second: stories of two agencies in two languages, every tenth changed later on."""
    kept: list[Verified] = []
    for number, name in enumerate(names(seconds)):
        if number % 10 == 9:
            earlier = kept[-9]
            kept.append(next_version(vn if earlier.item.iss == vn.id else th, earlier.item))
            continue
        if number % 3:
            kept += published(vn, name, lang="vi" if number % 3 == 1 else "km")
        else:
            kept += published(th, name, lang="km")
    return kept


async def test_at_one_item_a_second_feed_and_archive_leave_nothing_out(storage: Storage) -> None:
    vn, th = PressRoom("vn.demo", seed=1), PressRoom("th.demo", seed=2)
    clock = HandClock(NOON)
    press = press_of(storage, registry(vn, th), clock, Listing())
    slices = [Slice(), Slice(member=MemberCode("vn")), Slice(lang="km")]
    regular = [*(Subscriber(press, slice_) for slice_ in slices), Subscriber(press, Slice(), "json")]
    kept = a_busy_time(vn, th, SECONDS)
    try:
        for first in range(0, SECONDS, BATCH):
            await keep(storage, *kept[first : first + BATCH])
            await storage.seal(NOON + first)
            clock.hands = NOON + first + 10.0
            for each in regular:
                await each.visit()
        late = [Subscriber(press, slice_) for slice_ in slices]
        for each in late:
            await each.visit()
        for each in (*regular, *late):
            await check_complete(storage, each)
    finally:
        press.close()


async def check_complete(storage: Storage, reader: Subscriber) -> None:
    versions: set[tuple[str, int]] = set()
    after = -1
    while page := await storage.page(reader.slice, after, 1_000):
        versions |= {(one.sub, one.ver) for one in page}
        after = page[-1].index
    assert len(versions) > SECONDS / 3
    missed = versions - reader.seen
    # Replaced before its page was full: it stands on no page yet, what replaced it stands in the feed.
    assert len(missed) < ARCHIVE_PAGE
    newest = {sub: max(ver for each, ver in reader.seen if each == sub) for sub, _ in missed}
    assert all(newest[sub] > ver for sub, ver in missed)


async def test_a_page_stays_the_same_bytes_until_a_law_takes_something_back(storage: Storage) -> None:
    vn = PressRoom("vn.demo")
    kept = published(vn, *names(ARCHIVE_PAGE - 1))
    gone = next_version(vn, kept[0].item, Act.RETRACT)
    await keep(storage, *kept, gone)
    await storage.seal(NOON + 1.0)
    press = press_of(storage, registry(vn), HandClock(NOON))
    again = press_of(storage, registry(vn), HandClock(NOON))
    try:
        page = await press.archive(Slice(), ARCHIVE_PAGE - 1, "atom")
        assert page is not None
        assert page is await press.archive(Slice(), ARCHIVE_PAGE - 1, "atom")
        later = published(vn, "later")
        await keep(storage, *later)
        await storage.seal(NOON + 2.0)
        same = await again.archive(Slice(), ARCHIVE_PAGE - 1, "atom")
        assert same is not None
        assert same.body == page.body
        root = etree.fromstring(page.body)
        # The notice of the withdrawal stands on the page of the withdrawal, beside every version.
        assert len(root.findall(f"{ATOM}entry")) == ARCHIVE_PAGE + 1
        for last in (0, ARCHIVE_PAGE - 2, ARCHIVE_PAGE, 10**14):
            assert await press.archive(Slice(), last, "atom") is None
        await storage.write(lambda book: book.erase([kept[3].digest], b'{"act":"erase"}'))
        after_all = press_of(storage, registry(vn), HandClock(NOON))
        less = await after_all.archive(Slice(), ARCHIVE_PAGE - 1, "atom")
        after_all.close()
        assert less is not None
        assert kept[3].item.sub.encode() not in less.body
        assert len(etree.fromstring(less.body).findall(f"{ATOM}entry")) == ARCHIVE_PAGE
    finally:
        press.close()
        again.close()


async def test_few_pages_are_kept_and_made_again_when_asked_for(storage: Storage) -> None:
    vn = PressRoom("vn.demo")
    await keep(storage, *published(vn, *names(11 * ARCHIVE_PAGE)))
    await storage.seal(NOON + 1.0, most=2_000)
    press = press_of(storage, registry(vn), HandClock(NOON), Listing())
    try:
        first = await press.archive(Slice(), ARCHIVE_PAGE - 1, "json")
        for number in range(2, 12):
            assert await press.archive(Slice(), number * ARCHIVE_PAGE - 1, "json") is not None
        again = await press.archive(Slice(), ARCHIVE_PAGE - 1, "json")
        assert first is not None
        assert again is not None
        assert again is not first
        assert again.body == first.body
    finally:
        press.close()
