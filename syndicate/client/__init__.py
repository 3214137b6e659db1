"""The client room: what a platform imports to check for itself, without trusting any hub. Base install only.

Bring a token or a whole feed document, the registry you trust, and the time; leave with a report: three
verdicts for the token, and for a feed every field that does not say what was signed. Neither fetches
anything. The registry comes from ``look`` (an address or folder, a root that you trust, a folder to remember
in), or ``look_offline``; ``check_fresh`` and ``check_root`` say whether it can be relied on. What dials and
what verifies the registry is imported when it is first asked for.

>>> report = verify_feed(body, "atom", registry, now=int(time.time()))  # doctest: +SKIP
>>> report.ok, report.found  # doctest: +SKIP
(False, (Difference(place=3, field='title', what='differs'),))
"""

import importlib
from typing import TYPE_CHECKING, Any

from syndicate.client._feed import EntryReport, FeedReport, verify_feed
from syndicate.client._token import Logging, Proof, TokenReport, Verdict, verify_token

if TYPE_CHECKING:
    from syndicate.client._registry import (
        RegistryPlace,
        bundled_root,
        cache_folder,
        check_fresh,
        check_root,
        copy_of,
        look,
        look_offline,
        read_root,
    )

__all__ = [
    "EntryReport",
    "FeedReport",
    "Logging",
    "Proof",
    "RegistryPlace",
    "TokenReport",
    "Verdict",
    "bundled_root",
    "cache_folder",
    "check_fresh",
    "check_root",
    "copy_of",
    "look",
    "look_offline",
    "read_root",
    "verify_feed",
    "verify_token",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever that name stands for
    if name in __all__:
        return getattr(importlib.import_module("syndicate.client._registry"), name)
    raise AttributeError(name)
