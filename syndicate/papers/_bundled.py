"""Where the files that came with this program are."""

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def bundled() -> tuple[Path, Path]:
    """The folders ``sources`` and ``keys``: inside the installed package, or at the top of a checkout."""
    packed = _PACKAGE / "_federation"
    home = packed if packed.is_dir() else _PACKAGE.parent
    return home / "sources", home / "keys"
