"""The delivery room: whoever subscribed is told of what the log shows, in order, at least once.

Bring storage, a ``ports.Caller`` (the guarded dialer behind it), a wake-up and a clock. ``Roster`` holds the
subscribers; whoever changes one does it there. ``Deliverer`` runs for ever and tells them, each kind in its
own ``Voice``: ``Webhooks`` or ``WebSub``. A ``SubscriptionDesk`` hears who subscribes by WebSub; ``Orders``
carries out what an operator wants of them.

There is one order and one row for each subscriber, no outbox: what a crash takes away is told again, under
the same id (decision 0052).
"""

from syndicate.deliver._asked import FORM, Declined, Declining
from syndicate.deliver._limits import DeliverLimits
from syndicate.deliver._orders import Orders, tester
from syndicate.deliver._recent import Piece
from syndicate.deliver._roster import Roster
from syndicate.deliver._subscribing import SubscriptionDesk
from syndicate.deliver._subscriptions import Subscriptions
from syndicate.deliver._topic import TOPIC_FORMATS
from syndicate.deliver._voice import Voice
from syndicate.deliver._webhook import Webhooks, public_key
from syndicate.deliver._websub import Supply, WebSub
from syndicate.deliver._websub_limits import WebSubLimits
from syndicate.deliver._words import LANGUAGES
from syndicate.deliver._worker import Deliverer

__all__ = [
    "FORM",
    "LANGUAGES",
    "TOPIC_FORMATS",
    "Declined",
    "Declining",
    "DeliverLimits",
    "Deliverer",
    "Orders",
    "Piece",
    "Roster",
    "SubscriptionDesk",
    "Subscriptions",
    "Supply",
    "Voice",
    "WebSub",
    "WebSubLimits",
    "Webhooks",
    "public_key",
    "tester",
]
