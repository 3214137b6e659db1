"""The first day: keys, enrolment file and configuration, or nothing at all."""

import re
import stat
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from newsroom import STARTED
from registry_files import lay_out

from syndicate.agency import Answers, Founded, found_agency, load_config
from syndicate.errors import AgencyError, SigningError
from syndicate.news import AgencyId, KeyStatus
from syndicate.papers import load_registry
from syndicate.ports import Signer
from syndicate.signing import create_key, open_key

WORDS = b"a few plain words"
ANSWERS = Answers(
    name='Thông tấn "Thử nghiệm"',
    language="vi",
    zone="Asia/Ho_Chi_Minh",
    domains=("news.aa.example", "*.việt.vn"),
    media_hosts=("cdn.example",),
    feed="https://news.aa.example/rss",
    base_url="https://news.aa.example/signed/",
)


def maker(path: Path) -> Signer:
    return create_key(path, WORDS)


def found(
    folder: Path,
    agency: str = "aa.news",
    successor: Callable[[Path], Signer] = maker,
    answers: Answers = ANSWERS,
) -> Founded:
    return found_agency(
        agency,
        folder,
        federation="trial",
        answers=answers,
        key_in_use=maker,
        successor=successor,
        now=STARTED,
    )


def test_two_keys_are_made_that_only_their_owner_can_read(tmp_path: Path) -> None:
    founded = found(tmp_path / "new")
    assert stat.S_IMODE(founded.folder.stat().st_mode) == 0o700
    for key in (founded.key_in_use, founded.successor):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert key.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert open_key(founded.key_in_use, WORDS).kid != open_key(founded.successor, WORDS).kid


def test_the_registry_takes_the_enrolment_file_as_it_is(tmp_path: Path) -> None:
    founded = found(tmp_path / "new")
    folders = lay_out(tmp_path)
    folders.write("aa.news.toml", founded.enrolment.read_text())
    registry = load_registry(folders.sources, folders.keys)
    in_use = registry.keys[open_key(founded.key_in_use, WORDS).kid]  # type: ignore[index]  # the port says str
    assert in_use.agency == AgencyId("aa.news")
    assert in_use.status is KeyStatus.ACTIVE
    assert in_use.exp - in_use.nbf == 400 * 86_400
    assert in_use.nbf <= STARTED < in_use.nbf + 86_400
    assert len([key for key in registry.keys.values() if key.agency == "aa.news"]) == 2


def test_the_enrolment_file_names_each_key_and_its_use(tmp_path: Path) -> None:
    founded = found(tmp_path / "new")
    told = tomllib.loads(founded.enrolment.read_text())
    assert founded.enrolment.name == "aa.news.toml"
    assert told["agency"] == "aa.news"
    assert [(key["use"], key["status"]) for key in told["key"]] == [
        ("in use", "active"),
        ("sealed successor", "active"),
    ]
    assert told["key"][0]["nbf"].isoformat() == "2026-11-25T00:00:00+00:00"
    assert told["key"][0]["exp"].isoformat() == "2027-12-30T00:00:00+00:00"


def test_the_configuration_can_be_used_as_it_was_made(tmp_path: Path) -> None:
    founded = found(tmp_path / "new")
    config = load_config(founded.config)
    assert (config.id, config.federation, config.stream) == ("aa.news", "trial", "main")
    assert config.name == 'Thông tấn "Thử nghiệm"'
    assert config.domains == ("news.aa.example", "*.xn--vit-5kz.vn")
    assert config.key_file == founded.key_in_use
    assert config.folder == founded.folder / "public"
    assert config.atom_url == "https://news.aa.example/signed/main.atom"
    assert config.rss_url == "https://news.aa.example/signed/main.rss"
    assert {key.kid for key in config.keys} >= {open_key(founded.key_in_use, WORDS).kid}


def test_a_configuration_that_was_not_filled_in_names_the_empty_field(tmp_path: Path) -> None:
    founded = found(tmp_path / "new", answers=Answers())
    with pytest.raises(AgencyError, match=r"agency\.toml: agency\.name is empty"):
        load_config(founded.config)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (replace(ANSWERS, zone="Asia/Dilli"), "no time zone 'Asia/Dilli'"),
        (replace(ANSWERS, language="Tetum"), "--language is 'Tetum'"),
    ],
)
def test_an_answer_that_cannot_be_right_is_refused_before_anything_is_made(
    wrong: Answers, said: str, tmp_path: Path
) -> None:
    with pytest.raises(AgencyError, match=re.escape(said)):
        found(tmp_path / "new", answers=wrong)
    assert not (tmp_path / "new").exists()


def test_when_the_second_key_fails_nothing_is_left(tmp_path: Path) -> None:
    def broken(path: Path) -> Signer:
        path.write_text("half")
        raise SigningError("the disk is full")

    with pytest.raises(SigningError):
        found(tmp_path / "new", successor=broken)
    assert not (tmp_path / "new").exists()


def test_when_someone_stops_it_half_way_nothing_is_left(tmp_path: Path) -> None:
    def stopped(path: Path) -> Signer:
        raise KeyboardInterrupt

    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "other.txt").write_text("stays")
    with pytest.raises(KeyboardInterrupt):
        found(folder, successor=stopped)
    assert [path.name for path in folder.iterdir()] == ["other.txt"]


def test_a_short_passphrase_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SigningError, match="fewer than 8"):
        found(tmp_path / "new", successor=lambda path: create_key(path, b"short"))
    assert not (tmp_path / "new").exists()


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    founded = found(tmp_path / "new")
    before = founded.key_in_use.read_bytes()
    with pytest.raises(AgencyError, match="exists already: nothing is overwritten"):
        found(tmp_path / "new")
    assert founded.key_in_use.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AgencyError, match=r"cannot write in .*file/new: Not a directory"):
        found(tmp_path / "file" / "new")


@pytest.mark.parametrize("agency", ["", "demo", "VN.demo", "vn.d", "vn.demo/../x", "vn.demo\n", "vnm.demo"])
def test_an_id_of_another_form_is_refused(tmp_path: Path, agency: str) -> None:
    with pytest.raises(AgencyError, match="is no agency id"):
        found(tmp_path / "new", agency)
    assert not (tmp_path / "new").exists()
