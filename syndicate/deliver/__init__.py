"""The delivery room: whoever subscribed is told of what the log shows, in order, at least once.

Bring storage, a ``ports.Caller`` (the guarded dialer behind it), a wake-up and a clock. ``Roster`` holds the
subscribers; whoever changes one does it there. ``Deliverer`` runs for ever and tells them, each kind in its
own ``Voice``, which composes the ``Message`` that tells of a ``Piece``: ``Webhooks`` here, WebSub's in a room
of its own (decision 0059). ``Orders`` carries out what an operator wants of them.

There is one order and one row for each subscriber, no outbox: what a crash takes away is told again, under
the same id (decision 0052).
"""

from syndicate.deliver._limits import DeliverLimits
from syndicate.deliver._orders import Orders, tester
from syndicate.deliver._recent import Piece
from syndicate.deliver._roster import Roster, new_id
from syndicate.deliver._voice import Message, Voice
from syndicate.deliver._webhook import Webhooks, public_key
from syndicate.deliver._words import LANGUAGES
from syndicate.deliver._worker import Deliverer

__all__ = [
    "LANGUAGES",
    "DeliverLimits",
    "Deliverer",
    "Message",
    "Orders",
    "Piece",
    "Roster",
    "Voice",
    "Webhooks",
    "new_id",
    "public_key",
    "tester",
]
