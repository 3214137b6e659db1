"""``syndicate agency push``, ``status`` and ``doctor`` as they are typed, with their exit codes."""

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kept import unmeasured
from newsroom import rss, story
from patience import PATIENCE
from raw_server import raw_server, response

from syndicate.agency import EntryReport, Fate, Report, load_config
from syndicate.cli import _agency as cli
from syndicate.cli._agency_out import _SignedLines
from syndicate.errors import AgencyError

WORDS = "a few plain words"


def run(*words: object) -> int:
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())
    args = parser.parse_args(["agency", *map(str, words)])
    code: int = args.run(args)
    return code


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.delenv("SYNDICATE_PASSPHRASE_FILE", raising=False)
    path = tmp_path / "words"
    path.write_text(f"{WORDS}\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def config(tmp_path: Path, words: Path) -> Path:
    folder = tmp_path / "agency"
    answers = ["--name", "Demo", "--language", "vi", "--domain", "news.demo-vn.example", "--feed", "cms.xml"]
    assert run("init", "vn.demo", "--dir", folder, "--federation", "demo", "--passphrase-file", words,
               "--base-url", "http://signed.invalid/signed/", *answers) == 0  # fmt: skip
    (folder / "cms.xml").write_text(rss(story(1), story(2)))
    path = folder / "agency.toml"
    path.write_text(path.read_text().replace("release_seconds = 120", "release_seconds = 0"))
    return path


def test_a_push_before_anything_was_signed_says_so(config: Path) -> None:
    with pytest.raises(AgencyError, match="nothing was signed yet"):
        run("push", config, "https://hub.invalid")


def test_what_is_no_hub_address_is_refused(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in ("hub.example", "ftp://hub.example", "https://hub.example/?x=1"):
        with pytest.raises(SystemExit):
            run("push", config, wrong)
    assert "no http(s) address" in capsys.readouterr().err


def test_the_doctor_says_in_plain_words_what_is_wrong_and_exits_2(
    config: Path, words: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("sign", config, "--passphrase-file", words)
    capsys.readouterr()
    assert run("doctor", config, "--passphrase-file", words) == 2
    told = capsys.readouterr().out
    assert "well  key file:" in told
    assert "well  key:" in told
    assert "up to number 2" in told
    assert "well  CMS:" in told
    assert "ill  served address: http://signed.invalid/signed/main.atom was not reached" in told


def test_a_status_that_cannot_be_had_exits_2(
    config: Path, words: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("status", config, "http://127.0.0.1:9", "--passphrase-file", words) == 2
    assert "not reached" in capsys.readouterr().out


NOTHING: dict[str, object] = {
    "streams": [], "feeds": [], "held": {}, "keys": [], "clock_skew_seconds": 0, "refusals": [],
}  # fmt: skip
STALE = {"url": "x\x1b]0;owned\x07", "condition": "stale", "errors": [], "mismatches": 0, "last_try": ""}
LYING = {
    "no hub at all": {"streams": "none", "feeds": 7},
    "half of it": NOTHING | {"streams": [{}]},
    "half of a stream": NOTHING
    | {"streams": [{"stream": "\x1b[2J", "head": 0, "forked": True, "missing": 0}]},
    "what steers a terminal": NOTHING | {"feeds": [STALE]},
}


@pytest.mark.parametrize("told", [pytest.param(told, id=name) for name, told in LYING.items()])
async def test_a_hub_that_answers_nonsense_is_told_of_and_steers_nothing(
    config: Path, words: Path, capsys: pytest.CaptureFixture[str], told: object
) -> None:
    async with raw_server({"/v1/agency/status": response(json.dumps(told).encode())}) as liar:
        code = await asyncio.to_thread(
            run, "status", config, liar.url("").rstrip("/"), "--passphrase-file", words
        )
    seen = capsys.readouterr().out
    assert code == 1
    assert "to look at:" in seen
    assert "\x1b" not in seen


def reports(*entries: tuple[Fate, str]) -> Report:
    made = tuple(EntryReport(cms_id=title, title=title, fate=fate) for fate, title in entries)
    return Report(source="cms", entries=made[:1], head=1, shown=1, files=(), released=made[1:])


def test_a_server_says_what_waits_once_and_what_is_new_every_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = _SignedLines()
    for told in (
        reports((Fate.WAITING, "one")),
        reports((Fate.WAITING, "one"), (Fate.SIGNED, "two\x1b[2J")),
        reports((Fate.UNCHANGED, "one")),
        reports((Fate.WAITING, "one")),
    ):
        lines.tell(told)
    assert capsys.readouterr().out.splitlines() == ["waiting: one", "signed: two [2J", "waiting: one"]


def test_a_server_signs_serves_and_stops_cleanly(config: Path, words: Path) -> None:
    command = ["agency", "serve", str(config), "--listen", "127.0.0.1:0"]
    with subprocess.Popen(
        [sys.executable, "-c", "from syndicate.cli import main; raise SystemExit(main())", *command],
        env=unmeasured(SYNDICATE_PASSPHRASE_FILE=str(words), PYTHONPATH=str(Path.cwd())),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        written = load_config(config).folder / "main.atom"
        end = time.monotonic() + PATIENCE
        while not written.exists() and time.monotonic() < end:
            time.sleep(0.05)
        server.send_signal(signal.SIGTERM)
        out, err = server.communicate(timeout=PATIENCE)
    assert server.returncode == 0, err
    assert written.exists(), (out, err)
    assert "The signed feed is at http://127.0.0.1:" in out
    assert err == ""


def test_the_doctor_says_that_signing_is_halted_and_what_waits(
    config: Path, words: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = config.read_text().replace("release_seconds = 0", "release_seconds = 120")
    config.write_text(path)
    run("sign", config, "--passphrase-file", words)
    run("doctor", config, "--passphrase-file", words)
    assert "well  signing: it goes on; 2 items wait, 0 of them for a person" in capsys.readouterr().out
    run("panic", config, "--since", "2h", "--passphrase-file", words)
    capsys.readouterr()
    assert run("doctor", config, "--passphrase-file", words) == 2
    told = capsys.readouterr().out
    assert "ill  signing: it is halted: `agency panic` at " in told
    assert "2 items wait, 2 of them for a person" in told
    assert "syndicate agency resume" in told


@pytest.mark.parametrize("said", [b"[" * 10_000, b"<html>", b"{}", b'{"status":7}'])
async def test_the_doctor_calls_no_hub_well_that_is_none(
    config: Path, words: Path, capsys: pytest.CaptureFixture[str], said: bytes
) -> None:
    async with raw_server({"/health": response(said)}) as liar:
        url = liar.url("").rstrip("/")
        await asyncio.to_thread(run, "doctor", config, url, "--passphrase-file", words)
    assert f"ill  hub: {url} answered, but it does not speak as a hub does" in capsys.readouterr().out
