"""Settings in a TOML file, each with the line that it stands in."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from syndicate.errors import SettingsError
from syndicate.fetch import is_address

_FILE_BYTES: Final = 100_000
# They are relative to the file.
_PATHS: Final = ("database", "root", "registry_cache", "log_key", "log_passphrase")


def from_file(config: Path) -> dict[str, tuple[str, object]]:
    """What the file ``config`` sets, by setting: where it says so, and the value; paths from where it stands.

    Raises:
        SettingsError: it cannot be read, is no TOML, or is too large for settings.
    """
    try:
        with config.open("rb") as file:
            raw = file.read(_FILE_BYTES + 1)
        text = raw.decode("utf-8")
        tables = tomllib.loads(text)
    except OSError as exc:
        raise SettingsError(f"cannot read the settings in {config}: {exc.strerror}") from exc
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise SettingsError(f"{config} is not TOML: {exc}") from exc
    if len(raw) > _FILE_BYTES:
        raise SettingsError(f"{config} is larger than {_FILE_BYTES} bytes: these are not settings")
    told: dict[str, tuple[str, object]] = {}
    for name, value in _flat(tables):
        local = name in _PATHS or (name == "registry" and not is_address(str(value)))
        base = config.parent if local and isinstance(value, str) and value else None
        told[name] = (
            f"{config}{_line_of(text, name)}, {name}",
            value if base is None else str(base / str(value)),
        )
    return told


def _flat(tables: Mapping[str, Any], before: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name, value in tables.items():
        if isinstance(value, dict) and not before:
            found += _flat(value, f"{name}.")
        else:
            found.append((before + name, value))
    return found


def _line_of(text: str, name: str) -> str:
    """Where ``name`` is set, as ":7", for a person; tomllib keeps no places."""
    table, here = name.rpartition(".")[0], ""
    last = name.rpartition(".")[2]
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*([^\]]+?)\s*\]", line):
            here = header[1]
        written = re.match(r"""\s*["']?([A-Za-z0-9_.-]+?)["']?\s*=""", line)
        if written and ((here, written[1]) == (table, last) or (not here and written[1] == name)):
            return f":{number}"
    return ""
