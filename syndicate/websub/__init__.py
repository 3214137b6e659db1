"""The WebSub room: who subscribes to a feed is heard, asked whether it was meant, and sent what is new in it.

Bring ``deliver``'s roster, a ``ports.Caller`` (the guarded dialer behind it) and a clock. A
``SubscriptionDesk`` hears what is asked, and ``Subscriptions`` are what comes of it, each with a lease.
``Distribution`` is the ``deliver.Voice`` of those who subscribed; its ``Supply`` writes the documents.
Decision 0053 says what is promised.
"""

from syndicate.websub._asked import FORM, Declined, Declining
from syndicate.websub._desk import SubscriptionDesk
from syndicate.websub._limits import WebSubLimits
from syndicate.websub._subscriptions import Subscriptions
from syndicate.websub._topic import TOPIC_FORMATS
from syndicate.websub._voice import Distribution, Supply

__all__ = [
    "FORM",
    "TOPIC_FORMATS",
    "Declined",
    "Declining",
    "Distribution",
    "SubscriptionDesk",
    "Subscriptions",
    "Supply",
    "WebSubLimits",
]
