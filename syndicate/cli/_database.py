"""The option that names a hub's database, for every command that looks at one."""

import argparse
from pathlib import Path
from typing import Final

_DATABASE: Final = Path("syndicate.sqlite3")  # where a hub keeps it if nobody says otherwise


def add_database(parser: argparse.ArgumentParser) -> None:
    """Add ``--db``."""
    parser.add_argument(
        "--db", metavar="FILE", type=Path, default=_DATABASE, help="the hub's database (default: %(default)s)"
    )
