"""The registry room: who may speak, as the member states signed it, verified from one trusted root on.

Bring the root metadata that you trust (bytes), a folder to remember in, somebody who dials (a ``Dial``) and
the time; ``RegistryClient.refresh`` leaves you with a ``news.Registry`` and with what was noticed on the
way. ``read_once`` does the same and remembers nothing; ``folder_dial`` reads a copy on disk. Whoever makes
the files writes them with ``federation_file``, ``manifest_file`` and ``revocations_file``; ``names`` says
where each stands and which role signs it. Every failure is a ``RegistryError`` or ``FetchError`` in plain
words. Nothing here dials, signs or reads a clock.
"""

import importlib
from typing import TYPE_CHECKING, Any, Final

from syndicate.registry import _names as names
from syndicate.registry._bundled import bundled_root
from syndicate.registry._replace import replace_file

if TYPE_CHECKING:
    from syndicate.registry._explain import explained
    from syndicate.registry._refresh import Dial, Refreshed, RegistryClient, folder_dial, read_once
    from syndicate.registry._revocations import BACK_SECONDS, Known, Revocation
    from syndicate.registry._state import RoleState, RootIdentity
    from syndicate.registry._value import (
        Files,
        compile_registry,
        read_federation,
        read_revocations,
        salvage_revocations,
    )
    from syndicate.registry._write import federation_file, manifest_file, revocations_file

__all__ = [
    "BACK_SECONDS",
    "Dial",
    "Files",
    "Known",
    "Refreshed",
    "RegistryClient",
    "Revocation",
    "RoleState",
    "RootIdentity",
    "bundled_root",
    "compile_registry",
    "explained",
    "federation_file",
    "folder_dial",
    "manifest_file",
    "names",
    "read_federation",
    "read_once",
    "read_revocations",
    "replace_file",
    "revocations_file",
    "salvage_revocations",
]

_FILES: Final = {
    "explained": "_explain",
    **dict.fromkeys(("Dial", "Refreshed", "RegistryClient", "folder_dial", "read_once"), "_refresh"),
    **dict.fromkeys(("BACK_SECONDS", "Known", "Revocation"), "_revocations"),
    **dict.fromkeys(("RoleState", "RootIdentity"), "_state"),
    **dict.fromkeys(("federation_file", "manifest_file", "revocations_file"), "_write"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever that name stands for
    # Who names a registry but does not read one yet never loads tuf and what it brings along.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f"{__name__}.{_FILES.get(name, '_value')}"), name)
    globals()[name] = found  # asked for once
    return found
