"""Both folders, read once: a registry if all is well, or everything that is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from syndicate.errors import RegistryError
from syndicate.news import AgencyId, Registry
from syndicate.papers._compile import compile_files
from syndicate.papers._document import read_folder
from syndicate.papers._dossier import Dossier
from syndicate.papers._problem import Problem
from syndicate.papers._roles import Roles, read_roles

ROLES: Final = "roles"  # the folder in keys/ that says whose keys sign the registry
_TOLD: Final = 20  # problems in one error message


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What the files say: a registry if all is well, else the problems, in order of file and line."""

    problems: tuple[Problem, ...]
    registry: Registry | None
    dossiers: Mapping[AgencyId, Dossier]
    roles: Roles | None = None  # None too where keys/ has no folder roles


def load_registry(sources: Path, keys: Path) -> Registry:
    """The registry that the files of the two folders describe.

    Raises:
        RegistryError: something in them is wrong; the message names file, line and field of each problem.
    """
    found = survey(sources, keys)
    if found.registry is not None:
        return found.registry
    told = [str(problem) for problem in found.problems[:_TOLD]]
    if len(found.problems) > _TOLD:
        told.append(f"... and {len(found.problems) - _TOLD} more")
    raise RegistryError("\n".join(told), hint="Run `syndicate sources check` after mending the file.")


def check(sources: Path, keys: Path) -> tuple[Problem, ...]:
    """Everything that is wrong in the two folders, in order of file and line; nothing if all is well."""
    return survey(sources, keys).problems


def survey(sources: Path, keys: Path) -> Survey:
    """What both folders say and what is wrong in them; nothing that stands in a file makes it raise."""
    problems: list[Problem] = []
    members = read_folder(sources, problems.append)
    keyrings = read_folder(keys, problems.append)
    registry, dossiers = compile_files(sources, members, keyrings, problems.append)
    signing = read_folder(keys / ROLES, problems.append) if (keys / ROLES).is_dir() else {}
    roles = read_roles(signing, frozenset(members))
    if registry is not None and roles is not None:
        registry = replace(registry, stage=roles.stage)
    return Survey(
        problems=tuple(sorted(set(problems))),
        registry=None if problems else registry,
        dossiers=dossiers,
        roles=None if problems else roles,
    )
