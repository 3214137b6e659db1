"""The client room: what a platform imports to check for itself, without trusting any hub. Base install only.

Bring a token or a whole feed document, the registry you trust, and the time; leave with a report: three
verdicts for the token, and for a feed every field that does not say what was signed. Neither fetches
anything. The registry comes from ``look`` (an address or folder, a root that you trust, a folder to remember
in), or ``look_offline``; ``check_fresh`` and ``check_root`` say whether it can be relied on. Each name is
loaded when it is first asked for, and what dials or reads a feed when it is first needed.

``follow`` (``follow_sync`` without an event loop) yields every item of a hub or mirror, once and in order,
each checked against its agency's key and the public log; what a hub withholds, alters or forks is raised by
name. ``fetch_evidence`` brings one version's token and proof, ``evidence_page`` makes a page of them.
``ask_hub`` asks whether an official source said something, ``checked`` judges the answer.
``search`` asks a hub what it has on something.
``LogReader`` reads a public log over what ``open_log`` gives; ``watch`` compares it with what was there
before, with what an agency signed, and with what others see.

>>> report = verify_feed(body, "atom", registry, now=int(time.time()))  # doctest: +SKIP
>>> report.ok, report.found  # doctest: +SKIP
(False, (Difference(place=3, field='title', what='differs'),))
"""

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from syndicate.client._evidence import Quoted, evidence_page
    from syndicate.client._feed import EntryReport, FeedReport, verify_feed
    from syndicate.client._follow import Followed, follow, follow_sync
    from syndicate.client._log import Get, LogReader, SeenCheckpoint, erased_by, open_log
    from syndicate.client._lookup import Checked, Trusted, ask_hub, checked
    from syndicate.client._monitor import Alarm, AlarmKind, Look, Own, Watched, read_watched, watch
    from syndicate.client._page import Given, read_page
    from syndicate.client._registry import (
        RegistryPlace,
        bundled_root,
        cache_folder,
        cache_home,
        check_fresh,
        check_root,
        copy_of,
        look,
        look_offline,
        read_root,
    )
    from syndicate.client._search import Hit, Hits, search
    from syndicate.client._token import Logging, Proof, TokenReport, Verdict, verify_token
    from syndicate.client._version import Evidence, fetch_evidence, named_item

__all__ = [
    "Alarm",
    "AlarmKind",
    "Checked",
    "EntryReport",
    "Evidence",
    "FeedReport",
    "Followed",
    "Get",
    "Given",
    "Hit",
    "Hits",
    "LogReader",
    "Logging",
    "Look",
    "Own",
    "Proof",
    "Quoted",
    "RegistryPlace",
    "SeenCheckpoint",
    "TokenReport",
    "Trusted",
    "Verdict",
    "Watched",
    "ask_hub",
    "bundled_root",
    "cache_folder",
    "cache_home",
    "check_fresh",
    "check_root",
    "checked",
    "copy_of",
    "erased_by",
    "evidence_page",
    "fetch_evidence",
    "follow",
    "follow_sync",
    "look",
    "look_offline",
    "named_item",
    "open_log",
    "read_page",
    "read_root",
    "read_watched",
    "search",
    "verify_feed",
    "verify_token",
    "watch",
]

_FILES: Final = {
    **dict.fromkeys(("Quoted", "evidence_page"), "_evidence"),
    **dict.fromkeys(("EntryReport", "FeedReport", "verify_feed"), "_feed"),
    **dict.fromkeys(("Followed", "follow", "follow_sync"), "_follow"),
    **dict.fromkeys(("Get", "LogReader", "SeenCheckpoint", "erased_by", "open_log"), "_log"),
    **dict.fromkeys(("Checked", "Trusted", "ask_hub", "checked"), "_lookup"),
    **dict.fromkeys(("Alarm", "AlarmKind", "Look", "Own", "Watched", "read_watched", "watch"), "_monitor"),
    **dict.fromkeys(("Given", "read_page"), "_page"),
    **dict.fromkeys(("Hit", "Hits", "search"), "_search"),
    **dict.fromkeys(("Logging", "Proof", "TokenReport", "Verdict", "verify_token"), "_token"),
    **dict.fromkeys(("Evidence", "fetch_evidence", "named_item"), "_version"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever that name stands for
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f"{__name__}.{_FILES.get(name, '_registry')}"), name)
    globals()[name] = found  # asked for once
    return found


def __dir__() -> list[str]:
    return __all__
