"""How WebSub subscribers are told: by a document of the feed that they subscribed to (WebSub, section 7)."""

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol
from weakref import WeakKeyDictionary

from syndicate.deliver import Message, Piece
from syndicate.news import Slice
from syndicate.ports import Call, Logged, Subscriber
from syndicate.republish import hub_address
from syndicate.websub._topic import Topic


class Supplied(Protocol):
    """What is new in a feed, as a document of it."""

    @property
    def body(self) -> bytes | None:
        """The document; None when nothing of what is new is to be seen."""
        ...

    @property
    def media_type(self) -> str:
        """The feed's own."""
        ...

    @property
    def wait(self) -> float:
        """Seconds until there will be a document."""
        ...

    @property
    def upto(self) -> int:
        """The index up to which nothing is left out."""
        ...

    @property
    def new(self) -> Sequence[Logged]:
        """The versions in it that are new."""
        ...


Supply = Callable[[Slice, str, int], Awaitable[Supplied | None]]


class Distribution:
    """The ``Voice`` of WebSub: content distribution.

    ``supply`` gives what is new in a slice's feed after an index. It has to give the same object to all who
    stand at the same place: what is known of it is kept with it.
    """

    def __init__(self, supply: Supply, base_url: str) -> None:
        self._supply = supply
        self._base_url = base_url.rstrip("/")
        self._pieces: WeakKeyDictionary[Supplied, tuple[Piece, ...]] = WeakKeyDictionary()

    async def message(self, subscriber: Subscriber, piece: Piece, now: int) -> Message:  # noqa: ARG002 - it is not dated
        """The content distribution request with all that fits into it."""
        made = await self._supply(subscriber.slice, subscriber.format, subscriber.reached)
        if made is None:
            return Message(call=None, upto=piece.logged.index)
        if made.body is None:
            return Message(call=None, upto=made.upto, wait=made.wait)
        pieces = self._pieces.get(made)
        if pieces is None:
            pieces = self._pieces[made] = tuple(map(Piece, made.new))
        topic = Topic(slice=subscriber.slice, format=subscriber.format)
        fields = content_fields(topic, self._base_url, made.body, subscriber.secrets)
        call = Call(
            url=subscriber.callback,
            body=made.body,
            media_type=made.media_type,
            headers=fields,
            status_only=True,  # "the response body from the subscriber must be ignored"
        )
        news = tuple(each for each in pieces if each.logged.index > subscriber.reached)
        return Message(call=call, upto=made.upto, pieces=news)


def content_fields(topic: Topic, base_url: str, body: bytes, secrets: Sequence[str]) -> Mapping[str, str]:
    """The header fields beside the feed's own Content-Type; a signature exactly when there is a secret."""
    links = f'<{hub_address(base_url)}>; rel="hub", <{topic.address(base_url)}>; rel="self"'
    fields = {"Link": links}
    if secrets:
        fields["X-Hub-Signature"] = f"sha256={hmac.digest(secrets[0].encode(), body, 'sha256').hex()}"
    return fields
