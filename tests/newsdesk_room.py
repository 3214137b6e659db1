"""A newsroom with people in it: the desk, a second person, and a hub's state in memory."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from newsroom import SITE, Newsroom

from syndicate.news import Envelope, Held, ItemId, Refused, Registry, TokenDigest
from syndicate.newsdesk import Deed, Desk, Manuscript, compose, do, find_item
from syndicate.ports import Signed, Signer, StreamBook, Waiting
from syndicate.signing import ephemeral_signer
from syndicate.storage import open_streambook
from syndicate.trust import ItemState, Neighbours, Placed, StreamState, Verified, place, verify

SUCCESSOR = ephemeral_signer(b"the successor of the demo agency")
SECOND = ephemeral_signer(b"the key of the second person....")


@dataclass(slots=True)
class DeskRoom(Newsroom):
    """A newsroom whose enrolment knows two keys, as the ministry does."""

    def __post_init__(self) -> None:
        Newsroom.__post_init__(self)
        keys = [
            next(iter(self.config.own_registry(each.kid, each.public).keys.values()))
            for each in (self.signer, SUCCESSOR)
        ]
        self.config = replace(self.config, keys=tuple(keys))

    @contextmanager
    def desk(self, signer: Signer | None = None) -> Iterator[Desk]:
        with self.book() as book:
            yield Desk(config=self.config, signer=signer or self.signer, book=book, now=self.clock.time)

    @contextmanager
    def book(self) -> Iterator[StreamBook]:
        with open_streambook(self.config.book_file, self.config.id, self.config.stream) as book:
            yield book

    def act(
        self, deed: Deed, item: str = "", *, not_before: float | None = None, **fields: str
    ) -> Signed | Waiting:  # fmt: skip
        """Do a deed; underscores in names of fields stand for hyphens."""
        html = fields.pop("html", None)
        told = {name.replace("_", "-"): (value,) for name, value in fields.items()}
        with self.desk() as desk:
            target = find_item(item, desk.config, desk.book) if item else None
            said = compose(deed, Manuscript(fields=told, html=html), desk, target=target)
            return do(said, desk, not_before=not_before)

    def publish(self, title: str = "Bão số 5 đổ bộ vào đất liền", **fields: str) -> Signed | Waiting:
        return self.act(
            Deed.PUBLISH,
            html="<p>Nội dung do người viết.</p>",
            title=title,
            url=f"{SITE}/5",
            not_before=None,
            **fields,
        )

    def waiting(self) -> tuple[Waiting, ...]:
        with self.book() as book:
            return book.waiting()

    def tokens(self) -> list[str]:
        with self.book() as book:
            return [each.token for each in book.page(0, 10_000)]


@dataclass(slots=True)
class SmallHub:
    """What a hub keeps of one stream: it judges by the real rules, and remembers."""

    registry: Registry
    stream: StreamState = field(default_factory=StreamState)
    items: dict[ItemId, ItemState] = field(default_factory=dict)
    versions: dict[tuple[ItemId, int], TokenDigest] = field(default_factory=dict)
    numbers: dict[int, Verified] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def take(self, tokens: Sequence[str], at: float) -> list[object]:
        """Judge these tokens, in order; what may stand, stands."""
        return [self._take(token, int(at)) for token in tokens]

    def _take(self, token: str, at: int) -> object:
        judged = verify(Envelope(token=token, source="test"), self.registry, at)
        if not isinstance(judged, Verified):
            return judged
        said = judged.item
        after = self.numbers.get(said.seq + 1)
        answer = place(
            judged,
            item=self.items.get(said.sub, ItemState()),
            stream=self.stream,
            standing=self.versions.get((said.sub, said.ver)),
            around=Neighbours(
                here=self._digest(said.seq), before=self._digest(said.seq - 1),
                after=after is not None, after_prev=after.item.prev if after else None,
            ),
        )  # fmt: skip
        if isinstance(answer, Placed):
            self.stream, self.items[said.sub] = answer.stream, answer.item
            self.versions[said.sub, said.ver], self.numbers[said.seq] = judged.digest, judged
            self.log.append(token)
        return answer

    def _digest(self, number: int) -> TokenDigest | None:
        return self.numbers[number].digest if number in self.numbers else None

    def troubles(self, tokens: Sequence[str], at: float) -> list[Refused | Held]:
        """What of these tokens may not stand."""
        return [each for each in self.take(tokens, at) if isinstance(each, Refused | Held)]
