"""What the pages and the API are handed: the hub's parts, as far as they show them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from syndicate.journey import Lookup, Press
from syndicate.ledger import Policy
from syndicate.news import Outcome, Refused, Registry
from syndicate.ports import Clock, Logged, Storage
from syndicate.web._metrics import DeliveryReach, Metrics
from syndicate.websub import Declined, WebSubLimits


class Submission(Protocol):
    """Where submitted tokens go."""

    async def submit(self, tokens: Sequence[str]) -> tuple[Outcome, ...] | Refused:
        """What became of each token, in their order, only after the commit; or why none was looked at."""
        ...


# Makes a version and its proof file into a page that checks itself, off-line; None if they do not stand up.
EvidenceMaker = Callable[[Logged, bytes], bytes | None]


class Subscribing(Protocol):
    """Where requests for subscriptions go."""

    @property
    def limits(self) -> WebSubLimits:
        """What subscribing may cost."""
        ...

    async def take(self, body: bytes, visitor: str) -> Declined | None:
        """Hear a request of ``visitor``; None once it is taken, else why it is not."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebLimits:
    """How much one request may ask for or bring."""

    page_items: int = 1_000  # of /v1/items
    page_bytes: int = 4_000_000  # of /v1/items: a page ends early rather than grow beyond
    submit_bytes: int = 2_000_000  # of one submission
    submit_seconds: float = 20.0  # until its body must have come
    submit_open: int = 64  # submissions in hand at one time, and
    submit_open_bytes: int = 32_000_000  # all their bodies together
    front_items: int = 30  # on one page of the wire
    pages_bytes: int = 16_000_000  # of pages that are kept, with their codings
    pages_waiting: int = 64  # pages waited for at a time; more are asked to come back
    burst: int = 1_000  # requests for one path from one address at once, and
    per_second: float = 20.0  # lastingly: 500 readers of one newsroom that poll every half minute
    counted: int = 20_000  # pairs of address and path that are counted at a time
    streams: int = 2_000  # who listen to /v1/stream at a time, and
    streams_from_one: int = 600  # from one address
    stream_beat_seconds: float = 15.0  # of silence until a stream says that it is alive
    stream_stall_seconds: float = 20.0  # until who does not read is cut off
    proxies: tuple[str, ...] = ()  # addresses or networks whose X-Forwarded-For is believed


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyLimits:
    """What a static copy of the site has beside what the registry and the log name."""

    item_pages: int = 10_000  # versions, the newest, of which the page and the evidence are in it
    slices: tuple[str, ...] = ()  # paths of slices, such as "vn/lang/vi"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything the web room needs of the hub. ``alive`` says of each worker whether it is at work."""

    storage: Storage
    registry: Callable[[], Registry]
    policy: Callable[[], Policy]  # when a checkpoint of the log counts
    press: Press
    submission: Submission | None  # None: nothing is taken here, as at a mirror
    clock: Clock
    alive: Callable[[], Mapping[str, bool]]
    log_waits: Callable[[], str]  # why nothing is sealed; "" while it is
    metrics: Metrics
    base_url: str
    registry_files: Path  # the repository as it was fetched last: metadata/ and targets/
    limits: WebLimits = WebLimits()
    evidence: EvidenceMaker | None = None  # None: who asks for evidence is sent to the command line
    contact: str = ""  # whom readers may write to, as a URI; "": nobody is named
    websub: Subscribing | None = None  # None: nobody can subscribe here
    lookup: Lookup | None = None  # None: nobody can ask here
    stories_behind: Callable[[], int] = lambda: 0  # indices that are shown and the stories have not come to
    delivery: Callable[[], DeliveryReach | None] = lambda: None  # what push counts, where there is any
    copy: CopyLimits = CopyLimits()
