"""The bench: speed and memory as ratios, each measured in one run beside what it is compared with.

``python -m tests.bench`` measures everything and ends with 1 if a goal is missed. Nothing here is part
of the test suite but one test that the bench still runs.
"""

import sys
from pathlib import Path

# The tests' own parts are modules of their own, here as under pytest.
_PARTS = str(Path(__file__).resolve().parent.parent)
if _PARTS not in sys.path:
    sys.path.insert(0, _PARTS)
