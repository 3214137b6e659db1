"""The papers room: the files that people edit, ``sources/`` and ``keys/``, checked and read as one value.

Bring the two folders (``bundled`` names those that came with this program). Leave with a registry in
which every key is strong, proven and owned once and every domain belongs to one agency; or with a
``RegistryError`` that names file, line and field. ``check`` tells everything that is wrong at once, and
``survey`` adds what the files know beyond the registry: the evidence, the agencies' own unsigned feeds, and
in ``roles`` whose keys sign the registry itself. Nothing here dials: a feed that stands in a file is not a
feed that answers.
"""

from syndicate.papers._bundled import bundled
from syndicate.papers._dossier import Dossier, PublicFeed
from syndicate.papers._problem import Problem
from syndicate.papers._roles import ED25519, MemberRoles, RoleKey, Roles, fault_of_role_key
from syndicate.papers._survey import Survey, check, load_registry, survey

__all__ = [
    "ED25519",
    "Dossier",
    "MemberRoles",
    "Problem",
    "PublicFeed",
    "RoleKey",
    "Roles",
    "Survey",
    "bundled",
    "check",
    "fault_of_role_key",
    "load_registry",
    "survey",
]
