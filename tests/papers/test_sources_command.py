import argparse
import json
from pathlib import Path

import pytest
from registry_files import lay_out

from syndicate.cli import _sources
from syndicate.errors import RegistryError


def run(*arguments: str | Path) -> int:
    parser = argparse.ArgumentParser()
    _sources.register(parser.add_subparsers())
    args = parser.parse_args(["sources", *map(str, arguments)])
    code: int = args.run(args)
    return code


def test_what_came_with_the_program_is_listed_and_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check") == 0
    assert run("list") == 0
    said = capsys.readouterr().out
    assert said.startswith("Nothing is wrong in 11 members, 25 agencies, 0 keys.")
    assert "tl.tatoli      invited    feeds: 0 signed, 2 public   keys: 0  Timor-Leste News Agency" in said


def test_a_problem_is_told_and_the_answer_is_no(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = lay_out(tmp_path)
    line = folders.edit("bb.toml", "Asia/Singapore", "Asia/Singapura")
    assert run("check", folders.sources) == 1
    said = capsys.readouterr().out
    place = f"{folders.path('bb.toml')}:{line}:"
    assert f"{place} agency[1].timezone: unknown time zone 'Asia/Singapura'." in said
    assert said.endswith("\n1 problem to mend.\n")
    assert "\033" not in said


def test_an_active_agency_without_keys_is_remarked_upon(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = lay_out(tmp_path)
    assert run("check", folders.sources) == 0
    (remark,) = capsys.readouterr().out.splitlines()[1:]
    assert remark.startswith("But bb.gov is contested, and no key of its is in keys/")
    folders.path("aa.news.toml").unlink()
    assert run("check", folders.sources, "--json") == 0
    remarks = json.loads(capsys.readouterr().out)["remarks"]
    assert [each.split()[0] for each in remarks] == ["aa.news", "bb.gov"]


def test_a_program_gets_the_problems_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = lay_out(tmp_path)
    line = folders.edit("bb.toml", "Asia/Singapore", "Asia/Singapura")
    assert run("check", folders.sources, "--keys", folders.keys, "--json") == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert (problem["line"], problem["field"]) == (line, "agency[1].timezone")


def test_a_program_gets_the_agencies_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = lay_out(tmp_path)
    assert run("list", folders.sources, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    first = said["agencies"][0]
    assert (first["id"], first["state"], first["keys"]) == ("aa.news", "active", 2)
    assert first["signed_feeds"][0]["cadence_seconds"] == 900
    assert said["members"][1] == {"code": "bb", "names": {"en": "Beeland"}}


def test_nothing_is_listed_from_files_that_are_wrong(tmp_path: Path) -> None:
    folders = lay_out(tmp_path)
    folders.edit("bb.toml", "Asia/Singapore", "Asia/Singapura")
    with pytest.raises(RegistryError, match="Singapura") as refused:
        run("list", folders.sources)
    assert "sources check" in refused.value.hint


def test_colour_is_for_terminals_that_want_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    run("check")
    assert capsys.readouterr().out.startswith("\033[32m")
    monkeypatch.setenv("NO_COLOR", "1")
    run("check")
    assert capsys.readouterr().out.startswith("Nothing")
