"""``syndicate agency`` as it is typed: what it asks for, what it tells, how it ends."""

import argparse
import getpass
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from newsroom import SITE, rss, story

from syndicate.agency import load_config
from syndicate.cli import _agency as cli
from syndicate.errors import AgencyError, SigningError, StorageBusy
from syndicate.signing import open_key
from syndicate.storage import open_streambook

WORDS = "a few plain words"


def run(*words: object) -> int:
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())
    args = parser.parse_args(["agency", *map(str, words)])
    code: int = args.run(args)
    return code


@pytest.fixture(autouse=True)
def no_passphrase_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.delenv("SYNDICATE_PASSPHRASE_FILE", raising=False)


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words"
    path.write_text(f"{WORDS}\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def config(tmp_path: Path, words: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """What `agency init` made, ready to sign."""
    folder = tmp_path / "agency"
    answers = ["--name", "Demo", "--language", "vi", "--domain", "news.demo-vn.example", "--feed", "cms.xml"]
    made = run("init", "vn.demo", "--dir", folder, "--federation", "demo", "--passphrase-file", words,
               "--base-url", f"{SITE}/signed/", *answers)  # fmt: skip
    assert made == 0
    capsys.readouterr()
    path = folder / "agency.toml"
    path.write_text(path.read_text().replace("release_seconds = 120", "release_seconds = 0"))
    return path


def publish(config: Path, text: str) -> None:
    (config.parent / "cms.xml").write_text(text)


def test_init_says_in_plain_words_what_to_do_with_each_file(
    tmp_path: Path, words: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("init", "vn.demo", "--passphrase-file", words) == 0
    told = capsys.readouterr().out
    made = {path.name for path in (tmp_path / "vn.demo").iterdir()}
    assert made == {"in-use.key", "successor.key", "vn.demo.toml", "agency.toml"}
    assert all(name in told for name in made)
    assert "Send it to your ministry" in told
    assert "off this and every other machine" in told
    assert "syndicate agency sign vn.demo/agency.toml" in told


def test_the_successor_may_have_a_passphrase_of_its_own(tmp_path: Path, words: Path) -> None:
    other = tmp_path / "other"
    other.write_text("quite another one")
    other.chmod(0o600)
    folder = tmp_path / "a"
    run("init", "vn.demo", "--dir", folder, "--passphrase-file", words, "--successor-passphrase-file", other)
    assert open_key(folder / "successor.key", b"quite another one").kid
    with pytest.raises(SigningError, match="passphrase is wrong"):
        open_key(folder / "successor.key", WORDS.encode())


def test_sign_tells_what_it_did(config: Path, words: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish(config, rss(story(1), story(2)))
    assert run("sign", config, "--passphrase-file", words) == 0
    told = capsys.readouterr().out
    assert "signed as number 1, version 1: Tin số 1\n" in told
    assert "2 signed. The stream ends at number 2.\n" in told
    assert "main.atom: written" in told
    assert run("sign", config, "--passphrase-file", words) == 0
    assert "2 unchanged. The stream ends at number 2." in capsys.readouterr().out


def test_a_skipped_entry_is_told_with_its_remedy_and_the_code_is_1(
    config: Path, words: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(config, rss(story(1, link="https://other.example/1"), story(2, description="<s>x</s>y")))
    assert run("sign", config, "--passphrase-file", words) == 1
    told = capsys.readouterr().out
    assert "skipped: Tin số 1\n  host-not-listed: its address is on other.example" in told
    assert "have the host listed" in told
    assert "  note: struck-out words were left out" in told


def test_the_report_as_json(config: Path, words: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish(config, rss(story(1)))
    assert run("sign", config, "--passphrase-file", words, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["head"] == 1
    assert [(entry["fate"], entry["seq"], entry["title"]) for entry in told["entries"]] == [
        ("signed", 1, "Tin số 1")
    ]
    assert [file["changed"] for file in told["files"]] == [True, True]


def test_an_empty_feed_is_no_failure(config: Path, words: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish(config, rss())
    assert run("sign", config, "--passphrase-file", words) == 0
    assert "no entries. The stream ends at number 0." in capsys.readouterr().out


def test_a_challenge_page_instead_of_the_feed_is_named(config: Path, words: Path) -> None:
    publish(config, "<html><title>Just a moment...</title></html>")
    with pytest.raises(AgencyError, match="a bot wall's challenge page"):
        run("sign", config, "--passphrase-file", words)


def test_a_second_run_beside_the_first_is_told_so(
    config: Path, words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate.cli._agency_desk.BOOK_SECONDS", 0.3)  # half a minute elsewhere
    publish(config, rss(story(1)))
    loaded = load_config(config)
    with open_streambook(loaded.book_file, loaded.id, loaded.stream), pytest.raises(StorageBusy):
        run("sign", config, "--passphrase-file", words)


class Cms(BaseHTTPRequestHandler):
    """A CMS on loopback that serves one feed."""

    def do_GET(self) -> None:
        body = rss(story(1)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
        """Say nothing."""


@pytest.fixture
def cms() -> Iterator[int]:
    """The port of a running CMS."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Cms)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_feed_inside_ones_own_network_is_dialled_only_when_it_is_listed(
    config: Path, words: Path, cms: int, capsys: pytest.CaptureFixture[str]
) -> None:
    text = config.read_text().replace('"cms.xml"', f'"http://127.0.0.1:{cms}/rss"')
    config.write_text(text)
    with pytest.raises(AgencyError, match="could not be fetched"):
        run("sign", config, "--passphrase-file", words)
    config.write_text(text.replace('# allow = ["10.0.0.5:80"]', f'allow = ["127.0.0.1:{cms}"]'))
    assert run("sign", config, "--passphrase-file", words) == 0
    assert "1 signed" in capsys.readouterr().out


def test_a_long_run_tells_its_progress_at_a_terminal(
    config: Path, words: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(config, rss(*(story(n) for n in range(101))))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert run("sign", config, "--passphrase-file", words) == 0
    assert capsys.readouterr().err.endswith("\r101 of 101 entries\n")


# Passphrases.


def at_the_keyboard(monkeypatch: pytest.MonkeyPatch, *typed: str) -> None:
    answers = iter(typed)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: next(answers))


def test_a_new_passphrase_is_asked_for_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_the_keyboard(monkeypatch, WORDS, WORDS)
    assert run("init", "vn.demo", "--dir", tmp_path / "a") == 0
    at_the_keyboard(monkeypatch, WORDS, "mistyped words")
    with pytest.raises(SigningError, match="differ"):
        run("init", "vn.demo", "--dir", tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_an_existing_keys_passphrase_is_asked_for_once(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(config, rss())
    at_the_keyboard(monkeypatch, WORDS)
    assert run("sign", config) == 0


def test_a_wrong_passphrase_signs_nothing(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(config, rss(story(1)))
    at_the_keyboard(monkeypatch, "some other words")
    with pytest.raises(SigningError, match="the passphrase is wrong"):
        run("sign", config)
    assert not (config.parent / "public").exists()


def test_a_key_that_others_can_read_signs_nothing(config: Path, words: Path) -> None:
    (config.parent / "in-use.key").chmod(0o644)
    with pytest.raises(SigningError, match="can be read by others"):
        run("sign", config, "--passphrase-file", words)


def test_a_passphrase_comes_from_the_file_that_the_environment_names(
    config: Path, words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(config, rss())
    monkeypatch.setenv("SYNDICATE_PASSPHRASE_FILE", str(words))
    assert run("sign", config) == 0


def test_a_passphrase_comes_from_systemd(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(config, rss())
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "syndicate-passphrase").write_text(WORDS)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    assert run("sign", config) == 0


def test_a_systemd_credential_that_cannot_be_reached_is_said(
    config: Path, words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(words))  # no folder
    with pytest.raises(SigningError, match="cannot reach the systemd credential") as caught:
        run("sign", config)
    assert "LoadCredentialEncrypted=" in caught.value.hint


def test_a_passphrase_that_everyone_can_read_is_not_used(config: Path, words: Path) -> None:
    words.chmod(0o644)
    with pytest.raises(SigningError, match="everyone can read the passphrase"):
        run("sign", config, "--passphrase-file", words)


def test_a_passphrase_file_that_is_not_there_is_named(config: Path, tmp_path: Path) -> None:
    with pytest.raises(SigningError, match=r"cannot read the passphrase file .*none: No such file"):
        run("sign", config, "--passphrase-file", tmp_path / "none")


def test_without_a_keyboard_the_ways_to_give_a_passphrase_are_told(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    with pytest.raises(SigningError, match="nobody to ask") as caught:
        run("sign", config)
    assert "SYNDICATE_PASSPHRASE_FILE" in caught.value.hint


def test_attack_25_a_cms_does_not_write_on_the_terminal(
    config: Path, words: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lie = "tin\u202e\nsigned as number 9, version 1: another"
    publish(
        config,
        rss(story(1, title=lie, guid=lie, link="ftp://x"), story(2, title="", guid=lie, link="ftp://x")),
    )
    for option in ([], ["--json"]):
        assert run("sign", config, "--passphrase-file", words, *option) == 1
        told = capsys.readouterr().out
        assert "\nsigned" not in told
        assert all(letter.isprintable() or letter == "\n" for letter in told)
