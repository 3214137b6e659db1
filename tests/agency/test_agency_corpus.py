"""Odd but honest feeds, as they stand in ``corpus``: not one entry is wrongly refused."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from newsroom import Newsroom

from syndicate.agency import Fate

CORPUS = Path(__file__).parent / "corpus"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((CORPUS / "expected.toml").read_text())


def test_the_corpus_is_large_and_every_feed_of_it_is_expected() -> None:
    assert {path.name for path in CORPUS.iterdir()} == {"expected.toml", *EXPECTED}
    assert len(EXPECTED) >= 60


@pytest.mark.parametrize("name", EXPECTED)
def test_an_honest_feed_is_signed_whole(name: str, tmp_path: Path) -> None:
    expected = EXPECTED[name]
    room = Newsroom(tmp_path)
    room.reconfigure(
        feed=str(CORPUS / name),
        domains=("www.agency.example",),
        media_hosts=(),
        language=expected["lang"],
        zone=expected["zone"],
    )
    report = room.sign()
    assert [entry for entry in report.entries if entry.fate is not Fate.SIGNED] == []
    assert len(report.entries) == expected["signed"]
    assert room.said()[0].published == expected["published"]
    assert sum(len(entry.notes) for entry in report.entries) >= expected.get("notes", 0)
