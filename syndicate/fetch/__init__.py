"""The fetch room: the one way out to the network, guarded, capped, timed and polite.

Bring an address, and what its server gave last time to ask "has it changed?" with; leave with its whole
body, with "unchanged", or with why nothing came. ``open_fetcher`` gives a ``ports.Fetcher``.

Whoever else dials is handed ``open_dialer``'s connector (``aiohttp.ClientSession(connector=dialer,
connector_owner=False)``): it connects to public addresses only, on ports 80 and 443, whatever DNS or a
redirect says. What tests and the demo need beyond that, they list: address and port, one by one.
"""

from syndicate.fetch._caller import open_caller
from syndicate.fetch._dialer import Allowed, open_dialer
from syndicate.fetch._fetcher import open_fetcher
from syndicate.fetch._limits import FetchLimits
from syndicate.fetch._manners import registrable_domain
from syndicate.fetch._urls import is_address

__all__ = [
    "Allowed",
    "FetchLimits",
    "is_address",
    "open_caller",
    "open_dialer",
    "open_fetcher",
    "registrable_domain",
]
