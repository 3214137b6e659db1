"""Run every test with branch coverage and hold the floors: 100 % for the pure rooms, 95 % over all."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PURE = ("news/*", "trust/*", "ledger/*", "dedupe/*", "republish/*", "text/*", "last_used.py")


def run(*words: str) -> int:
    return subprocess.run([sys.executable, "-m", *words], cwd=ROOT, check=False).returncode


def main() -> int:
    for old in ROOT.glob(".coverage*"):
        old.unlink()
    code = run("pytest", "-n", "2", "-q", "--cov", "--cov-report=", *sys.argv[1:])
    if code:
        return code
    pure = ",".join(f"syndicate/{each}" for each in PURE)
    print("\nBranch coverage of the pure rooms (floor 100 %):", flush=True)
    code = run("coverage", "report", f"--include={pure}", "--fail-under=100")
    print("\nBranch coverage over all (floor 95 %):", flush=True)
    return run("coverage", "report", "--fail-under=95") or code


if __name__ == "__main__":
    sys.exit(main())
