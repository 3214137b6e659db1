"""Words for tests of what a storage keeps and shows."""

from syndicate.news import Slice, StreamName
from syndicate.ports import Logged, Storage, StreamKey, Window
from syndicate.trust import StreamState

ALL = Slice()
MAIN = StreamName("main")
WIDE = Window(seconds=10_000, least=1, most=1_000)


def names(logged: tuple[Logged, ...]) -> list[str]:
    """The items' readable names, without the padding."""
    return [each.sub.partition(":")[2].rstrip("a") for each in logged]


async def keep_stream(storage: Storage, key: StreamKey, state: StreamState) -> None:
    await storage.write(lambda book: book.keep_streams({key: state}))
