"""How large the registry's files may be: room for a hundred times today's, an end for everything else."""

from typing import Final

FILE_BYTES: Final = 131_072
FILES: Final = 2_000  # in one folder
AGENCIES: Final = 200  # of one member
ROWS: Final = 100  # of any other list
NAME: Final = 200  # code points
TEXT: Final = 1_000  # code points
KEY_DAYS: Final = 400  # how long a key's window may be
CADENCE_DAYS: Final = 31
