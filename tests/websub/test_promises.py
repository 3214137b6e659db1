"""docs/push.md names what holds each promise, and every reason there is."""

import re
from pathlib import Path

from syndicate.websub import Declining

HOME = Path(__file__).parent.parent.parent
PAGE = (HOME / "docs" / "push.md").read_text(encoding="utf-8")


def test_every_test_that_is_named_is_there() -> None:
    named = re.findall(r"`(tests/[a-z_/]+\.py)::(test_[a-z0-9_]+)`", PAGE)
    assert len(named) > 20
    gone = [name for path, name in named if f"def {name}(" not in (HOME / path).read_text(encoding="utf-8")]
    assert gone == []


def test_every_reason_is_explained() -> None:
    assert set(re.findall(r"^\| `(websub-[a-z-]+)`", PAGE, re.MULTILINE)) == set(Declining)
