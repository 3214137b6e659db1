"""``syndicate agency push``, ``status`` and ``doctor`` as they are typed, with their exit codes."""

import argparse
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kept import unmeasured
from newsroom import rss, story

from syndicate.agency import load_config
from syndicate.cli import _agency as cli
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
        end = time.monotonic() + 30
        while not written.exists() and time.monotonic() < end:
            time.sleep(0.05)
        server.send_signal(signal.SIGTERM)
        out, err = server.communicate(timeout=30)
    assert server.returncode == 0, err
    assert written.exists(), (out, err)
    assert "The signed feed is at http://127.0.0.1:" in out
    assert err == ""
