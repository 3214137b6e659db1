"""``syndicate registry``, and the options that say whose keys to trust."""

import hashlib
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from registry_files import Folders, lay_out
from rehearsed import Rehearsed

from syndicate.cli import main
from syndicate.errors import RegistryError
from syndicate.registry import RegistryClient, folder_dial, names


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return lay_out(tmp_path)


@pytest.fixture
def signed(folders: Folders, tmp_path: Path) -> Rehearsed:
    made = Rehearsed(folders, tmp_path / "signed")
    made.folder.mkdir()
    made.publish()
    return made


def rehearse(folders: Folders, out: Path) -> int:
    return main(
        ["registry", "rehearse", str(out), "--sources", str(folders.sources), "--keys", str(folders.keys)]
    )


def status(out: Path, *words: str) -> int:
    return main(
        [
            "registry",
            "status",
            "--registry",
            str(out / "repository"),
            "--root",
            str(out / "root.json"),
            *words,
        ]
    )


def test_a_rehearsal_makes_a_registry_that_verifies(
    folders: Folders, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rehearse(folders, tmp_path / "out") == 0
    assert "2 states, 2 item keys" in capsys.readouterr().out
    assert status(tmp_path / "out", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["federation"], told["stage"], told["problems"]) == ("trial", "rehearsal", [])
    assert {role["name"] for role in told["roles"]} >= {"root", "aa", "aa-revocations", "bb"}


def test_a_rehearsal_is_gone_on_with_by_the_same_keys(
    folders: Folders, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rehearse(folders, tmp_path / "out")
    root = (tmp_path / "out" / "root.json").read_bytes()
    status(tmp_path / "out")
    folders.edit("aa.toml", 'en = "Aaland News"', 'en = "New Name"')
    assert rehearse(folders, tmp_path / "out") == 0
    assert "Signed: aa" in capsys.readouterr().out
    assert (tmp_path / "out" / "root.json").read_bytes() == root
    assert status(tmp_path / "out") == 0


def test_a_rehearsals_seed_is_nobody_elses_to_read(folders: Folders, tmp_path: Path) -> None:
    rehearse(folders, tmp_path / "out")
    assert (tmp_path / "out" / "rehearsal.seed").stat().st_mode & 0o777 == 0o600


def test_folders_with_something_wrong_in_them_are_not_signed(
    folders: Folders, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = folders.edit("aa.toml", 'id = "aa.radio"', 'id = "zz.radio"')
    assert rehearse(folders, tmp_path / "out") == 2
    assert f"aa.toml:{line}" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_status_says_who_signed_what_until_when_and_how_much_work_a_year_is(
    signed: Rehearsed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(signed.folder) == 0
    told = capsys.readouterr().out
    root = hashlib.sha256(signed.root.read_bytes()).hexdigest()
    assert f"root: version 1, sha256 {root}" in told
    assert "aa                       1  2 of 2" in told
    # root and targets take two of the two states, each state two for its manifest and one for revocations
    assert "Signatures by people a year, if nothing changes: 10." in told


@pytest.mark.parametrize(
    ("days_ago", "warned"),
    [(300, None), (311, 90), (341, 60), (371, 30), (387, 14), (394, 7)],
    ids=["100 days left", "89", "59", "29", "13", "6"],
)
def test_the_status_warns_of_what_runs_out(
    folders: Folders, tmp_path: Path, days_ago: int, warned: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Rehearsed(folders, tmp_path / "aged")
    made.folder.mkdir()
    made.publish((datetime.now(UTC) - timedelta(days=days_ago) + timedelta(hours=1)).timestamp())
    made.publish()  # the operator's two roles are fresh
    ended = status(made.folder)
    told = capsys.readouterr().out
    assert ended == (0 if warned is None else 1)
    assert ("sign it again" in told) is (warned is not None)
    if warned is not None:
        assert f"less than {warned}: sign it again" in told


def test_a_registry_that_ran_out_days_ago_is_refused_with_file_clock_and_remedy(
    folders: Folders, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Rehearsed(folders, tmp_path / "old")
    made.folder.mkdir()
    made.publish((datetime.now(UTC) - timedelta(days=3)).timestamp())
    assert status(made.folder) == 2
    told = capsys.readouterr().err
    assert "metadata/timestamp.json ran out at" in told
    assert "this machine's clock says" in told
    assert "--max-stale" in told
    assert status(made.folder, "--max-stale", str(5 * 86_400)) == 1  # said with a warning, then


def test_a_copy_on_disk_is_checked_from_the_root_each_time(
    signed: Rehearsed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["registry", "status", "--offline", str(signed.repository), "--root", str(signed.root)]
    assert main(words) == 0
    assert not (tmp_path / "cache").exists()
    manifest = next((signed.repository / names.TARGETS / "members" / "aa").glob("*.manifest.json"))
    manifest.write_bytes(manifest.read_bytes().replace(b"Aaland", b"Forged"))
    capsys.readouterr()
    assert main(words) == 1
    assert "members/aa/manifest.json does not verify" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        pytest.param([], "the founding ceremony has not been held", id="no root"),
        pytest.param(["--root", "nowhere.json"], "cannot read the root nowhere.json", id="no such root"),
    ],
)
def test_what_is_missing_is_named(words: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["registry", "status", "--registry", "https://hub.example/registry", *words]) == 2
    assert why in capsys.readouterr().err


def test_a_registry_that_is_not_reached_is_judged_by_the_copy_and_said_to_be(
    signed: Rehearsed, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = partial(SimpleHTTPRequestHandler, directory=str(signed.repository))
    root = ["--root", str(signed.root)]
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        assert main(["registry", "status", "--registry", address, *root]) == 0
        assert "not reached" not in capsys.readouterr().err
        server.shutdown()
    assert main(["registry", "status", "--registry", address, "--json", *root]) == 0
    told = capsys.readouterr()
    assert f"registry: not reached ({address}" in told.err
    assert "Judged by the copy of an earlier look, good until 20" in told.err
    assert json.loads(told.out)["not_reached"].startswith(address)


def test_a_folder_that_is_no_registry_is_refused_whatever_was_seen_before(
    signed: Rehearsed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = ["--root", str(signed.root)]
    assert main(["registry", "status", "--registry", str(signed.repository), *root]) == 0
    for typo in (f"{signed.repository}y", str(tmp_path)):
        assert main(["registry", "status", "--registry", typo, *root]) == 2
        assert f"{typo} is no registry" in capsys.readouterr().err


def test_a_root_that_is_anothers_leaves_no_trace_and_says_what_to_ask(
    signed: Rehearsed, folders: Folders, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    rehearse(folders, other)
    where, cache = folder_dial(signed.repository), tmp_path / "kept"
    now = int(datetime.now(UTC).timestamp())
    with pytest.raises(RegistryError, match="the registry does not verify") as refused:
        RegistryClient((other / "root.json").read_bytes(), cache).refresh(where, now)
    assert "Is the root this registry's own?" in refused.value.hint
    assert RegistryClient(signed.root.read_bytes(), cache).refresh(where, now).problems == ()
    with pytest.raises(RegistryError, match="remembers a registry under another root"):
        RegistryClient((other / "root.json").read_bytes(), cache)


def test_a_registry_has_to_be_named(signed: Rehearsed, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["registry", "status", "--root", str(signed.root)]) == 2
    assert "no registry is named" in capsys.readouterr().err


@pytest.fixture
def ministries(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A folder that two hosts show: 127.0.0.1 and localhost."""
    folder = tmp_path / "ministries"
    folder.mkdir()
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield folder, server.server_port
        server.shutdown()
        serving.join()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def asking(ministries: tuple[Path, int], *hosts: str) -> list[str]:
    _, port = ministries
    return [word for host in hosts for word in ("--root-digest", f"http://{host}:{port}/root.txt")]


def test_a_root_that_others_name_too_is_taken(signed: Rehearsed, ministries: tuple[Path, int]) -> None:
    digest = hashlib.sha256(signed.root.read_bytes()).hexdigest()
    (ministries[0] / "root.txt").write_text(f"1 {digest}\n")
    assert status(signed.folder, *asking(ministries, "127.0.0.1", "localhost")) == 0


@pytest.mark.parametrize("line", ["1 " + "0" * 64, "2 {digest}", "{digest}", "", "<html>"])
def test_a_root_that_one_of_them_does_not_name_is_refused(
    signed: Rehearsed, ministries: tuple[Path, int], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = hashlib.sha256(signed.root.read_bytes()).hexdigest()
    (ministries[0] / "root.txt").write_text(line.format(digest=digest) or "\n")
    assert status(signed.folder, *asking(ministries, "127.0.0.1")) == 2
    assert "names another root than the one in use" in capsys.readouterr().err


def test_one_owners_word_for_the_root_counts_once(
    signed: Rehearsed, ministries: tuple[Path, int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(signed.folder, *asking(ministries, "localhost", "localhost")) == 2
    assert "belong to one owner" in capsys.readouterr().err
