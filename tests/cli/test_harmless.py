"""A failure may quote what a stranger wrote: it never steers the terminal of whoever reads it."""

from pathlib import Path

import pytest

from syndicate.cli import main
from syndicate.cli._shown import harmless


def test_what_a_failure_quotes_is_made_harmless(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert harmless("two\nlines \x1b[2J\u202e!") == "two\nlines  [2J !"
    assert main(["verify", "\x1b[2J\u202enowhere"]) == 2
    told = capsys.readouterr().err
    assert "nowhere" in told
    assert not any(letter in told for letter in "\x1b\u202e")
