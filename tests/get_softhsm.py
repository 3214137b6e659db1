"""``python tests/get_softhsm.py FOLDER``: a hardware module in software for the tests, without root.

On Debian and its like the two packages are fetched and unpacked into FOLDER. Where that cannot be, and no
SoftHSM is installed, the one test that needs it says so and is skipped.
"""

import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = ("softhsm2", "libsofthsm2")
INSTALLED = Path("/usr/lib/softhsm/libsofthsm2.so")
LIBRARY = Path("usr/lib/softhsm/libsofthsm2.so")
TOOL = Path("usr/bin/softhsm2-util")


def found(folder: Path) -> tuple[Path, Path] | None:
    """The module's library and the tool that begins a token: installed, or fetched into ``folder``."""
    tool = shutil.which("softhsm2-util")
    if INSTALLED.exists() and tool is not None:
        return INSTALLED, Path(tool)
    if (folder / LIBRARY).exists():
        return folder / LIBRARY, folder / TOOL
    return None


def fetch(folder: Path) -> None:
    """Fetch and unpack; whatever goes wrong leaves nothing behind and is said in one line."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(["apt-get", "download", "-qq", *PACKAGES], cwd=folder, check=True, capture_output=True)
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package.name, "."], cwd=folder, check=True, capture_output=True)
            package.unlink()
    except (OSError, subprocess.CalledProcessError) as exc:
        shutil.rmtree(folder)
        print(f"no SoftHSM could be fetched ({exc}): its test will be skipped", file=sys.stderr)


if __name__ == "__main__":
    if found(Path(sys.argv[1])) is None:
        fetch(Path(sys.argv[1]))
