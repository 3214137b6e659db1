"""Settings from everywhere that they may come from, made one."""

import difflib
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from syndicate.errors import SettingsError
from syndicate.settings._file import from_file
from syndicate.settings._settings import Address, Settings
from syndicate.settings._value import value_of

PREFIX: Final = "SYNDICATE_HUB_"


def read_settings(
    config: Path | None = None,
    environment: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
) -> Settings:
    """The settings that file, environment and command line (``given``, by setting) make together.

    Raises:
        SettingsError: the file cannot be read, or a setting is unknown or ill-typed; the message names
            the file with its line, the variable or the option.
    """
    told: dict[str, tuple[str, object]] = {}
    if config is not None:
        told |= from_file(config)
    for variable, value in (environment or {}).items():
        if variable.startswith(PREFIX):
            told[_setting_of(variable)] = (variable, value)
    for name, value in (given or {}).items():
        told[name] = (f"--{name.replace('_', '-')}", value)
    settings: Settings = _build(Settings, "", told)
    if told:
        name, (where, _) = next(iter(told.items()))
        meant = difflib.get_close_matches(name, settings.told(), n=1)
        _refuse(where, "there is no such setting" + "".join(f"; is {one} meant?" for one in meant))
    return settings


def _setting_of(variable: str) -> str:
    """The setting that an environment variable names; groups and names are joined by "_" there."""
    name = variable.removeprefix(PREFIX).lower()
    for group in fields(Settings):
        if is_dataclass(_kinds(Settings)[group.name]) and group.type is not Address:
            rest = name.removeprefix(f"{group.name}_")
            if rest != name and any(one.name == rest for one in fields(_kinds(Settings)[group.name])):
                return f"{group.name}.{rest}"
    return name


def _kinds(of: type) -> dict[str, Any]:
    return typing.get_type_hints(of)


def _build(of: type, before: str, told: dict[str, tuple[str, object]]) -> Any:  # noqa: ANN401 - of the class given
    """An instance of ``of`` with what is told of its fields, which is taken out of ``told``."""
    values: dict[str, object] = {}
    for name, kind in _kinds(of).items():
        if is_dataclass(kind) and kind is not Address:
            values[name] = _build(typing.cast("type", kind), f"{name}.", told)
        elif before + name in told:
            where, value = told.pop(before + name)
            try:
                values[name] = value_of(before + name, value, kind)
            except ValueError as exc:
                _refuse(where, str(exc))
    return of(**values)


def _refuse(where: str, what: str) -> NoReturn:
    raise SettingsError(f"{where}: {what}")
