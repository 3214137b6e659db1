"""The fetch room: the one way out to the network, guarded, capped, timed and polite.

Bring an address, and what its server gave last time to ask "has it changed?" with; leave with its whole
body, with "unchanged", or with why nothing came. ``open_fetcher`` gives a ``ports.Fetcher``.

Whoever else dials is handed ``open_dialer``'s connector (``aiohttp.ClientSession(connector=dialer,
connector_owner=False)``): it connects to public addresses only, on ports 80 and 443, whatever DNS or a
redirect says. What tests and the demo need beyond that, they list: address and port, one by one.
"""

import importlib
from typing import TYPE_CHECKING, Any, Final

from syndicate.fetch._limits import Allowed, CallLimits, FetchLimits, is_address, own_machine

if TYPE_CHECKING:
    from syndicate.fetch._callback import check_callback
    from syndicate.fetch._caller import open_caller
    from syndicate.fetch._dialer import open_dialer
    from syndicate.fetch._fetcher import open_fetcher
    from syndicate.fetch._manners import registrable_domain

__all__ = [
    "Allowed",
    "CallLimits",
    "FetchLimits",
    "check_callback",
    "is_address",
    "open_caller",
    "open_dialer",
    "open_fetcher",
    "own_machine",
    "registrable_domain",
]

_FILES: Final = {
    "check_callback": "_callback",
    "open_caller": "_caller",
    "open_dialer": "_dialer",
    "open_fetcher": "_fetcher",
    "registrable_domain": "_manners",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever that name stands for
    # What goes nowhere (a file is signed, a token is verified) never loads the 14 MB that HTTP takes.
    if name in _FILES:
        return getattr(importlib.import_module(f"syndicate.fetch.{_FILES[name]}"), name)
    raise AttributeError(name)
