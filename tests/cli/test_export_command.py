"""``syndicate export`` as an operator or a cron job runs it."""

import json
from pathlib import Path

import pytest
from exporting import stands
from hub_beside import hub_beside

from syndicate.cli import main


def test_a_hub_is_exported_beside_it_and_the_second_time_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    with hub_beside(tmp_path, "storm") as served:
        monkeypatch.setenv("SYNDICATE_HUB_ROOT", str(served.here.signed.root))
        asked = [
            "export",
            str(copy),
            "--db",
            str(tmp_path / "hub.sqlite3"),
            "--base-url",
            "https://hub.example",
        ]
        assert main([*asked, "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert set(told) == {"documents", "written", "unchanged", "removed", "bytes"}
        assert told["written"] == len(stands(copy)) > 100
        assert told["bytes"] == sum((copy / name).stat().st_size for name in stands(copy))
        assert main(asked) == 0
        assert f"0 written, {told['written']:,} unchanged, 0 removed" in capsys.readouterr().out
        assert b"https://hub.example/v1/items/" in (copy / "feeds" / "all.atom").read_bytes()


def test_on_a_terminal_it_says_how_far_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from syndicate.cli import _export  # noqa: PLC0415 - what only this test looks into

    progress = _export.Progress()
    progress(256, 12)
    assert capsys.readouterr().err == "", "a log is not filled with it"
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    progress(512, 24)
    assert capsys.readouterr().err == "\r512 documents, 24 files written"


def test_what_cannot_be_exported_is_said_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(tmp_path / "copy")]) == 2
    assert "Set base_url" in capsys.readouterr().err
    assert not (tmp_path / "copy").exists()
