"""``syndicate doctor``: what it finds beside a hub, and how it ends."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from registry_files import lay_out
from rehearsed import Rehearsed

from syndicate.cli import main
from syndicate.storage import open_storage

FREE = "shutil.disk_usage"


class Room:
    def __init__(self, free: int) -> None:
        self.free = free


@pytest.fixture
def signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rehearsed:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(FREE, lambda _: Room(10**12))
    made = Rehearsed(lay_out(tmp_path), tmp_path / "signed")
    made.folder.mkdir()
    made.publish()
    return made


@pytest.fixture
async def database(tmp_path: Path) -> Path:
    async with open_storage(tmp_path / "hub.sqlite3"):
        return tmp_path / "hub.sqlite3"


def looked(
    signed: Rehearsed, database: Path, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main(["doctor", *signed.options, "--db", str(database), "--json", *words])
    return code, {each["what"]: each for each in json.loads(capsys.readouterr().out)}


def test_all_is_well(signed: Rehearsed, database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = looked(signed, database, capsys)
    assert {each["health"] for each in found.values()} == {"well"}
    assert code == 0
    assert {"registry", "clock", "disk", "database", "role root", "role aa", "role timestamp"} <= found.keys()
    assert "nothing was ever refused" in found["database"]["said"]
    assert main(["doctor", *signed.options, "--db", str(database)]) == 0
    assert "well  role root: signed by 2 of 2, until 20" in capsys.readouterr().out


def test_a_member_whose_files_are_damaged_on_the_way_is_ill(
    signed: Rehearsed, database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (signed.repository / "metadata" / "1.aa-revocations.json").write_text("{}")
    code, found = looked(signed, database, capsys)
    assert (code, found["member aa"]["health"]) == (2, "ILL")
    assert "its new items wait" in found["member aa"]["said"]
    assert "Ask another mirror" in found["member aa"]["remedy"]


def test_what_runs_out_soon_says_who_has_to_sign(
    signed: Rehearsed, database: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    old = Rehearsed(signed.folders, tmp_path / "old")
    old.folder.mkdir()
    old.publish((datetime.now(UTC) - timedelta(days=380)).timestamp())
    old.publish()
    code, found = looked(old, database, capsys)
    assert (code, found["role root"]["health"], found["role timestamp"]["health"]) == (1, "soon", "well")
    assert "docs/ceremony.md" in found["role root"]["remedy"]
    assert "runs out in" in found["role root"]["said"]


def test_an_operator_who_stopped_ticking_is_told_where_to_look(
    signed: Rehearsed, database: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    old = Rehearsed(signed.folders, tmp_path / "old")
    old.folder.mkdir()
    old.publish((datetime.now(UTC) - timedelta(hours=30)).timestamp())
    code, found = looked(old, database, capsys)
    assert (code, found["role timestamp"]["health"]) == (2, "ILL")
    assert "syndicate registry tick" in found["role timestamp"]["remedy"]


def test_a_clock_that_is_behind_is_said_to_be(
    signed: Rehearsed, database: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ahead = Rehearsed(signed.folders, tmp_path / "ahead")
    ahead.folder.mkdir()
    ahead.publish((datetime.now(UTC) + timedelta(hours=2)).timestamp())
    code, found = looked(ahead, database, capsys)
    assert (code, found["clock"]["health"]) == (2, "ILL")
    assert "but the registry was signed at" in found["clock"]["said"]


@pytest.mark.parametrize(("free", "health", "code"), [(4 * 10**9, "soon", 1), (10**8, "ILL", 2)])
def test_a_disk_that_fills_up(
    signed: Rehearsed,
    database: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    free: int,
    health: str,
    code: int,
) -> None:
    monkeypatch.setattr(FREE, lambda _: Room(free))
    ended, found = looked(signed, database, capsys)
    assert (ended, found["disk"]["health"]) == (code, health)


def test_what_is_not_there_or_damaged_is_named(
    signed: Rehearsed, database: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, found = looked(signed, tmp_path / "none", capsys)
    assert (code, found["database"]["health"]) == (2, "ILL")
    database.write_bytes(b"no database" * 1_000)
    code, found = looked(signed, database, capsys)
    assert (code, found["database"]["health"]) == (2, "ILL")
    (signed.repository / "metadata" / "timestamp.json").unlink()
    code, found = looked(signed, database, capsys, "--offline", str(signed.repository))
    assert (code, found["registry"]["health"]) == (2, "ILL")
