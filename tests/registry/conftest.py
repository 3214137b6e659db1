"""The office whose registry is looked at."""

from pathlib import Path

import pytest
from signed_registry import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.publish()
    return made
