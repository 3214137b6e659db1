"""The ceremony's commands as they are typed, where a person or a file is not as it should be."""

import json
import os
import pty
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from kept import unmeasured

from syndicate.cli import _registry_operate as operate
from syndicate.cli import main
from syndicate.errors import RegistryError

FEDERATION = """\
id = "trial"
name = "One state"
members = ["aa"]

[languages]
en = "English"
"""
AA = """\
member = "aa"
names = { en = "Aaland" }

[[agency]]
id = "aa.news"
names = { en = "Aaland News" }
domains = ["news.aa.example"]
languages = ["en"]
timezone = "UTC"
status = [{ state = "active", since = 2026-01-01 }]
"""


@dataclass
class Hall:
    """One state that has everything to itself, so that two signatures make a registry."""

    folder: Path

    def type(self, *words: object) -> int:
        return main(["registry", *map(str, words)])

    def key(self, name: str, capsys: pytest.CaptureFixture[str]) -> str:
        capsys.readouterr()
        assert self.type("key", self.folder / f"{name}.key", "--name", name) == 0
        return capsys.readouterr().out

    @property
    def papers(self) -> list[object]:
        return ["--sources", self.folder / "sources", "--keys", self.folder / "keys"]

    @property
    def operator(self) -> list[object]:
        keys = [
            "--snapshot-key",
            self.folder / "snapshot.key",
            "--timestamp-key",
            self.folder / "timestamp.key",
        ]
        return ["--repository", self.folder / "registry", *keys]

    @property
    def copy(self) -> list[object]:
        return ["--registry", self.folder / "registry", "--root", self.folder / "registry" / "root.json"]

    def digest(self, proposal: Path, copy: list[object], capsys: pytest.CaptureFixture[str]) -> str:
        capsys.readouterr()
        assert self.type("review", proposal, *copy, "--json") == 0
        return str(json.loads(capsys.readouterr().out)["digest"])


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Hall:
    words = tmp_path / "words"
    words.write_text("a few plain words")
    words.chmod(0o600)
    monkeypatch.setenv("SYNDICATE_PASSPHRASE_FILE", str(words))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = Hall(tmp_path)
    (tmp_path / "sources").mkdir()
    (tmp_path / "keys" / "roles").mkdir(parents=True)
    (tmp_path / "sources" / "federation.toml").write_text(FEDERATION)
    (tmp_path / "sources" / "aa.toml").write_text(AA)
    one = (
        f'member = "aa"\nthreshold = 1\n[root]\n{made.key("root", capsys)}[[key]]\n{made.key("one", capsys)}'
    )
    (tmp_path / "keys" / "roles" / "aa.toml").write_text(one)
    operator = "".join(f"[{name}]\n{made.key(name, capsys)}" for name in ("snapshot", "timestamp"))
    (tmp_path / "keys" / "roles" / "federation.toml").write_text(f"threshold = 1\n{operator}")
    return made


@pytest.fixture
def founded(hall: Hall, capsys: pytest.CaptureFixture[str]) -> Hall:
    proposal = hall.folder / "founding.json"
    assert hall.type("propose", proposal, "--founding", *hall.papers) == 0
    digest = hall.digest(proposal, ["--founding"], capsys)
    for name in ("root", "one"):
        key = ["--key", hall.folder / f"{name}.key", "--out", hall.folder / f"{name}.sig"]
        assert hall.type("sign", proposal, "--founding", *key, "--digest", digest) == 0
    signatures = [hall.folder / "root.sig", hall.folder / "one.sig"]
    assert hall.type("publish", proposal, *signatures, *hall.operator) == 0
    capsys.readouterr()
    return hall


def renamed(hall: Hall) -> Path:
    sources = hall.folder / "sources" / "aa.toml"
    sources.write_text(AA.replace("Aaland News", "Renamed"))
    return hall.folder / "change.json"


def test_a_key_prints_its_entry_again_and_is_never_made_twice(
    hall: Hall, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (hall.folder / "one.key").read_bytes()
    assert hall.key("one", capsys) == hall.key("one", capsys)
    assert (hall.folder / "one.key").read_bytes() == before


def test_the_folders_compile_to_the_same_bytes_every_time(hall: Hall) -> None:
    for name in ("first", "second"):
        assert hall.type("build", hall.folder / name, *hall.papers) == 0
    files = {
        name: {each.name: each.read_bytes() for each in (hall.folder / name).rglob("*.json")}
        for name in ("first", "second")
    }
    assert files["first"] == files["second"]
    assert set(files["first"]) == {"federation.json", "manifest.json"}


def test_folders_that_say_nothing_new_ask_for_no_signature(
    founded: Hall, capsys: pytest.CaptureFixture[str]
) -> None:
    out = founded.folder / "none.json"
    assert founded.type("propose", out, *founded.papers, *founded.copy) == 1
    assert "Nothing has to be signed" in capsys.readouterr().out
    assert not out.exists()


def test_papers_that_are_wrong_are_named_by_file_and_line(
    founded: Hall, capsys: pytest.CaptureFixture[str]
) -> None:
    (founded.folder / "sources" / "aa.toml").write_text(AA.replace('"UTC"', '"Nowhere"'))
    assert founded.type("propose", founded.folder / "x.json", *founded.papers, *founded.copy) == 2
    assert "aa.toml:9: agency[1].timezone: unknown" in capsys.readouterr().err


def test_another_digest_signs_nothing(founded: Hall, capsys: pytest.CaptureFixture[str]) -> None:
    proposal = renamed(founded)
    assert founded.type("propose", proposal, *founded.papers, *founded.copy) == 0
    digest = founded.digest(proposal, founded.copy, capsys)
    wrong = digest[:-1] + ("0" if digest[-1] != "0" else "1")
    sign = ["sign", proposal, *founded.copy, "--key", founded.folder / "one.key"]
    for given in (wrong, digest[:8], "", "zz"):
        assert founded.type(*sign, "--digest", given) == 2
        assert "nothing was signed" in capsys.readouterr().err
    assert founded.type(*sign) == 2
    assert "nobody is there to compare the digest" in capsys.readouterr().err
    assert not list(founded.folder.glob("*.signatures.json"))


def test_a_person_types_what_they_hear(founded: Hall, capsys: pytest.CaptureFixture[str]) -> None:
    proposal = renamed(founded)
    assert founded.type("propose", proposal, *founded.papers, *founded.copy) == 0
    digest = founded.digest(proposal, founded.copy, capsys)
    words = ["registry", "sign", proposal, *founded.copy, "--key", founded.folder / "one.key"]
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", "from syndicate.cli import main; raise SystemExit(main())", *map(str, words)],
        env=unmeasured(PYTHONPATH=str(Path.cwd())), stdin=theirs, stdout=subprocess.PIPE, text=True,
    ) as signing:  # fmt: skip
        os.write(ours, f"{digest[:4]} {digest[4:8].upper()}\n".encode())
        out, _ = signing.communicate(timeout=200)
    os.close(ours)
    os.close(theirs)
    assert signing.returncode == 0, out
    assert "aa.news: its name in en: 'Aaland News' becomes 'Renamed'" in out
    (signatures,) = founded.folder.glob("change.*.signatures.json")
    assert founded.type("collect", proposal, signatures, *founded.copy) == 0
    assert founded.type("publish", proposal, signatures, *founded.operator) == 0
    assert founded.type("review", proposal, *founded.copy) == 2, "it has been published meanwhile"
    assert "where 3 is next in this copy" in capsys.readouterr().err


def test_collect_says_who_is_missing_and_publish_refuses(
    founded: Hall, capsys: pytest.CaptureFixture[str]
) -> None:
    proposal = renamed(founded)
    assert founded.type("propose", proposal, *founded.papers, *founded.copy) == 0
    capsys.readouterr()
    assert founded.type("collect", proposal, *founded.copy) == 1
    out = capsys.readouterr().out
    assert "aa (the manifest of aa): 0 of 1" in out
    assert re.search(r"missing  1 more, of:\n +one \(", out)
    before = {each: each.read_bytes() for each in (founded.folder / "registry").rglob("*.json")}
    assert founded.type("publish", proposal, *founded.operator) == 2
    assert "too few of the people who may sign it did" in capsys.readouterr().err
    assert {each: each.read_bytes() for each in (founded.folder / "registry").rglob("*.json")} == before
    assert founded.type("collect", proposal, founded.folder / "one.sig", *founded.copy) == 2
    assert "NOT COUNTED: one.sig: signs another proposal" in capsys.readouterr().out


def test_the_operator_ticks_and_other_keys_do_not(founded: Hall, capsys: pytest.CaptureFixture[str]) -> None:
    assert founded.type("tick", *founded.operator) == 0
    assert "The timestamp counts until 20" in capsys.readouterr().out
    words = [str(each).replace("timestamp.key", "one.key") for each in founded.operator]
    assert founded.type("tick", *words) == 2
    assert "the key given for the timestamp is not the one that signs it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("since", "why"),
    [("yesterday", "is no moment"), ("2026-11-23T20:00:00", "names no time zone")],
)
def test_a_revocation_of_nobody_or_no_moment_is_refused(
    founded: Hall, capsys: pytest.CaptureFixture[str], since: str, why: str
) -> None:
    words = ["--reason", "stolen", "--key", founded.folder / "one.key", *founded.copy]
    assert founded.type("revoke", "x" * 43, founded.folder / "r.json", "--since", "now", *words) == 2
    assert "no agency has the key" in capsys.readouterr().err
    with pytest.raises(RegistryError, match=why):
        operate._moment(since, 0)


def test_a_file_that_is_no_signature_is_named_and_the_others_count(
    founded: Hall, capsys: pytest.CaptureFixture[str]
) -> None:
    proposal = renamed(founded)
    assert founded.type("propose", proposal, *founded.papers, *founded.copy) == 0
    digest = founded.digest(proposal, founded.copy, capsys)
    signed = founded.folder / "one.sig"
    key = ["--key", founded.folder / "one.key", "--out", signed]
    assert founded.type("sign", proposal, *founded.copy, *key, "--digest", digest) == 0
    other = founded.folder / "root.json"
    other.write_text("{}")
    assert founded.type("collect", proposal, signed, other, founded.folder / "none.json", *founded.copy) == 2
    out = capsys.readouterr().out
    assert "NOT COUNTED: root.json: these are no signatures on a proposal" in out
    assert "NOT COUNTED: none.json: cannot read" in out
    assert "aa (the manifest of aa): 1 of 1" in out
    assert founded.type("publish", proposal, *founded.operator) == 2
    assert "`syndicate registry collect` says who is missing" in capsys.readouterr().err
    assert founded.type("publish", proposal, signed, other, *founded.operator) == 0


def test_a_policy_that_is_none_is_not_proposed(founded: Hall, capsys: pytest.CaptureFixture[str]) -> None:
    policy = founded.folder / "policy.txt"
    policy.write_text("rubbish\n")
    out = founded.folder / "policy.json"
    assert founded.type("propose", out, "--policy", policy, *founded.papers, *founded.copy) == 2
    assert "is no policy of a log" in capsys.readouterr().err
    assert not out.exists()


def test_a_key_belongs_to_somebody(hall: Hall, capsys: pytest.CaptureFixture[str]) -> None:
    assert hall.type("key", hall.folder / "nobody.key", "--name", " ") == 2
    assert "a key without a name is nobody's" in capsys.readouterr().err
    assert not (hall.folder / "nobody.key").exists()


@pytest.mark.parametrize("at", ["99999999999999999999", "-1"])
def test_a_time_that_no_calendar_has_is_refused_in_words(
    founded: Hall, capsys: pytest.CaptureFixture[str], at: str
) -> None:
    feed = founded.folder / "feed.atom"
    feed.write_text("<feed xmlns='http://www.w3.org/2005/Atom'/>")
    assert main(["verify-feed", str(feed), *map(str, founded.copy), f"--at={at}"]) == 2
    assert "--at is no moment" in capsys.readouterr().err
