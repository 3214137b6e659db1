"""The world as the journey knows it: protocols, and every docstring in them is binding.

Bring an implementation of each (assembly knows which); leave with types that say what may be relied on.
Each port has one contract suite in ``tests/contracts`` that runs over every implementation.
"""

from syndicate.ports._book import Book, Place, StreamKey, VersionKey
from syndicate.ports._caller import Answered, Call, Caller
from syndicate.ports._case import Case, HeldToken, KeptAct, KeptVersion, RefusalRecord
from syndicate.ports._clock import Clock
from syndicate.ports._fetcher import (
    Fetched,
    Fetcher,
    FetchFailed,
    FetchFault,
    FetchOutcome,
    Unchanged,
    Validators,
)
from syndicate.ports._gathering import Gathering
from syndicate.ports._kin import Candidate, Carried, Sketched, Story
from syndicate.ports._log import Entry, KeptCheckpoint, PublicLog
from syndicate.ports._logged import Amended, Changed, Logged, Named, Stretch, Window
from syndicate.ports._passages import Candidates, Passages, Printed
from syndicate.ports._polled import Backfill, FeedError, FeedState
from syndicate.ports._search import RANKED_MOST, Found, Search, Turn
from syndicate.ports._signer import Signer
from syndicate.ports._storage import Storage
from syndicate.ports._streambook import Reading, Signed, StreamBook, Waiting, Why
from syndicate.ports._subscribers import (
    Delivered,
    Notable,
    Subscriber,
    SubscriberKind,
    Subscribers,
    SubscriberState,
    Told,
)
from syndicate.ports._wakeup import Wakeup

__all__ = [
    "RANKED_MOST",
    "Amended",
    "Answered",
    "Backfill",
    "Book",
    "Call",
    "Caller",
    "Candidate",
    "Candidates",
    "Carried",
    "Case",
    "Changed",
    "Clock",
    "Delivered",
    "Entry",
    "FeedError",
    "FeedState",
    "FetchFailed",
    "FetchFault",
    "FetchOutcome",
    "Fetched",
    "Fetcher",
    "Found",
    "Gathering",
    "HeldToken",
    "KeptAct",
    "KeptCheckpoint",
    "KeptVersion",
    "Logged",
    "Named",
    "Notable",
    "Passages",
    "Place",
    "Printed",
    "PublicLog",
    "Reading",
    "RefusalRecord",
    "Search",
    "Signed",
    "Signer",
    "Sketched",
    "Storage",
    "Story",
    "StreamBook",
    "StreamKey",
    "Stretch",
    "Subscriber",
    "SubscriberKind",
    "SubscriberState",
    "Subscribers",
    "Told",
    "Turn",
    "Unchanged",
    "Validators",
    "VersionKey",
    "Waiting",
    "Wakeup",
    "Why",
    "Window",
]
