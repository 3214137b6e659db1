"""The one place that knows which implementation is which.

``open_hub`` and ``open_agency`` open a server's parts in order and close them in reverse; ``run_hub`` and
``run_agency`` keep one open until the process is told to stop.
"""

from syndicate.assembly._agency import (
    AgencyOrders,
    AgencyTold,
    agency_agent,
    open_agency,
    push_forever,
    run_agency,
)
from syndicate.assembly._ground import SystemClock, stopping
from syndicate.assembly._hub import Hub, open_hub, run_hub, user_agent

__all__ = [
    "AgencyOrders",
    "AgencyTold",
    "Hub",
    "SystemClock",
    "agency_agent",
    "open_agency",
    "open_hub",
    "push_forever",
    "run_agency",
    "run_hub",
    "stopping",
    "user_agent",
]
