"""What a subscriber is sent, and who composes it."""

from dataclasses import dataclass
from typing import Protocol

from syndicate.deliver._recent import Piece
from syndicate.ports import Call, Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Everything of a subscriber's slice up to index ``upto`` that it had not acknowledged.

    ``pieces`` are the versions that it is told of. Without a ``call`` nothing of that is to be seen; or only
    after ``wait`` seconds, when there is more to be told at once.
    """

    call: Call | None
    upto: int
    pieces: tuple[Piece, ...] = ()
    wait: float = 0.0


class Voice(Protocol):
    """How one kind of subscriber is told."""

    async def message(self, subscriber: Subscriber, piece: Piece, now: int) -> Message:
        """What tells a subscriber of ``piece``, the first version that it has not, and maybe of those after.

        Raises:
            SyndicateError: it cannot be composed now.
        """
        ...
