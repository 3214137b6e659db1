"""The command line as it is typed, in a process that says at its end the most memory it ever held.

``python -m tests.bench._typed REPORT WORDS...`` runs ``syndicate WORDS...`` and writes kilobytes into REPORT.
"""

import resource
import sys
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")


def peak_kilobytes() -> int:
    """The most memory that this process ever held.

    ``ru_maxrss`` may count the process that started it (Linux keeps it over exec), so VmHWM comes first.
    """
    if _STATUS.exists():
        return _told("VmHWM")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most


def kilobytes_now() -> int:
    """The memory that this process holds now; its peak where the system does not say."""
    return _told("VmRSS") if _STATUS.exists() else peak_kilobytes()


def _told(name: str) -> int:
    return next(int(line.split()[1]) for line in _STATUS.read_text().splitlines() if line.startswith(name))


def _run(report: Path, words: list[str]) -> int:
    from syndicate.cli import main  # noqa: PLC0415 - the other users of this module need no command line

    code = main(words)
    report.write_text(str(peak_kilobytes()))
    return code


if __name__ == "__main__":
    sys.exit(_run(Path(sys.argv[1]), sys.argv[2:]))
