"""The root that came with this program."""

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def bundled_root() -> Path | None:
    """``keys/root.json``, inside the installed package or at the top of a checkout; None: there is none."""
    packed = _PACKAGE / "_federation"
    home = packed if packed.is_dir() else _PACKAGE.parent
    root = home / "keys" / "root.json"
    return root if root.is_file() else None
