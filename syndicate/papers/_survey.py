"""Both folders, read once: a registry if all is well, or everything that is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from syndicate.errors import RegistryError
from syndicate.news import AgencyId, Registry
from syndicate.papers._compile import compile_files
from syndicate.papers._document import read_folder
from syndicate.papers._dossier import Dossier
from syndicate.papers._problem import Problem

_TOLD: Final = 20  # problems in one error message


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What the files say: a registry if all is well, else the problems, in order of file and line."""

    problems: tuple[Problem, ...]
    registry: Registry | None
    dossiers: Mapping[AgencyId, Dossier]


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
    raise RegistryError("\n".join(told))


def check(sources: Path, keys: Path) -> tuple[Problem, ...]:
    """Everything that is wrong in the two folders, in order of file and line; nothing if all is well."""
    return survey(sources, keys).problems


def survey(sources: Path, keys: Path) -> Survey:
    """What both folders say and what is wrong in them; nothing that stands in a file makes it raise."""
    problems: list[Problem] = []
    members = read_folder(sources, problems.append)
    keyrings = read_folder(keys, problems.append)
    registry, dossiers = compile_files(sources, members, keyrings, problems.append)
    return Survey(
        problems=tuple(sorted(set(problems))),
        registry=None if problems else registry,
        dossiers=dossiers,
    )
