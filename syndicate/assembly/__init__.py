"""The one place that knows which implementation is which.

``open_hub`` and ``open_agency`` open a server's parts in order and close them in reverse; ``run_hub`` and
``run_agency`` keep one open until the process is told to stop; likewise for a witness and a mirror, from
which ``take_back`` makes a hub's database again; ``export_hub`` makes files of what a hub serves. What is an
agency's is imported when it is asked for: a hub runs without the libraries that read a CMS.
``check_settings`` looks whether a hub could start.
``begin_quarantine``, ``lift_quarantine`` and ``quarantines`` keep the operator's brake, a file beside a hub's
database, which a running hub reads. ``give_order`` has a hub's subscribers seen to, whether it runs or not;
``rule_relation`` notes the operator's word on two items in its log.
"""

import importlib
from typing import TYPE_CHECKING, Any

from syndicate.assembly._backup import UNFINISHED, back_up, put_back
from syndicate.assembly._deliver import give_order
from syndicate.assembly._ground import SystemClock, stopping, user_agent
from syndicate.assembly._hub import Hub, check_settings, open_hub, run_hub
from syndicate.assembly._memory import tune_memory
from syndicate.assembly._orders import rule_relation
from syndicate.assembly._quarantine import (
    begin_quarantine,
    lift_quarantine,
    quarantine_file,
    quarantines,
)
from syndicate.assembly._registry import RegistryShelf

if TYPE_CHECKING:
    from syndicate.assembly._agency import (
        AgencyOrders,
        AgencyTold,
        agency_agent,
        open_agency,
        push_forever,
        run_agency,
    )
    from syndicate.assembly._export import export_hub
    from syndicate.assembly._forms import run_forms
    from syndicate.assembly._mirror import Mirror, Source, mirror_once, open_mirror, run_mirror, take_back
    from syndicate.assembly._witness import open_witness, run_witness

__all__ = [
    "UNFINISHED",
    "AgencyOrders",
    "AgencyTold",
    "Hub",
    "Mirror",
    "RegistryShelf",
    "Source",
    "SystemClock",
    "agency_agent",
    "back_up",
    "begin_quarantine",
    "check_settings",
    "export_hub",
    "give_order",
    "lift_quarantine",
    "mirror_once",
    "open_agency",
    "open_hub",
    "open_mirror",
    "open_witness",
    "push_forever",
    "put_back",
    "quarantine_file",
    "quarantines",
    "rule_relation",
    "run_agency",
    "run_forms",
    "run_hub",
    "run_mirror",
    "run_witness",
    "stopping",
    "take_back",
    "tune_memory",
    "user_agent",
]


_FILES = {
    "export_hub": "_export",
    "run_forms": "_forms",
    **dict.fromkeys(("open_witness", "run_witness"), "_witness"),
    **dict.fromkeys(("Mirror", "Source", "mirror_once", "open_mirror", "run_mirror", "take_back"), "_mirror"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever that name stands for
    if name in __all__:
        file = _FILES.get(name, "_agency")
        return getattr(importlib.import_module(f"syndicate.assembly.{file}"), name)
    raise AttributeError(name)
