"""The configuration is read strictly: what is wrong is named by file and field."""

from pathlib import Path

import pytest
from newsroom import STARTED

from syndicate.agency import Answers, Founded, found_agency, load_config
from syndicate.errors import AgencyError
from syndicate.ports import Signer
from syndicate.signing import ephemeral_signer

ANSWERS = Answers(
    name="Demo", language="vi", domains=("a.example",), feed="cms.xml", base_url="https://a.example/signed/"
)


def no_key(_path: Path) -> Signer:
    return ephemeral_signer()


@pytest.fixture
def founded(tmp_path: Path) -> Founded:
    return found_agency(
        "vn.demo",
        tmp_path,
        federation="demo",
        answers=ANSWERS,
        key_in_use=no_key,
        successor=no_key,
        now=STARTED,
    )


def edit(founded: Founded, old: str, new: str) -> None:
    text = founded.config.read_text()
    assert text.count(old) == 1, old
    founded.config.write_text(text.replace(old, new))


def test_names_of_files_are_relative_to_the_configuration(founded: Founded) -> None:
    config = load_config(founded.config)
    assert config.feed == str(founded.folder / "cms.xml")
    assert config.book_file == founded.folder / "stream.sqlite"


def test_what_is_optional_is_taken_when_it_is_there(founded: Founded) -> None:
    edit(founded, '# rights = "..."', 'rights = "Free"')
    edit(founded, '# credit = "..."', 'credit = "Demo/VN"')
    edit(founded, '# furniture = ["related-stories"]', 'furniture = ["box"]')
    edit(founded, '# allow = ["10.0.0.5:80"]', 'allow = ["10.0.0.5:80", "[fd00::5]:8080"]')
    config = load_config(founded.config)
    assert (config.rights, config.credit, config.furniture) == ("Free", "Demo/VN", ("box",))
    assert config.allow == (("10.0.0.5", 80), ("fd00::5", 8080))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param(
            'id = "vn.demo"',
            'id = "demo"',
            "agency.id is 'demo', where there should be two letters",
            id="another form of id",
        ),
        pytest.param(
            'id = "vn.demo"',
            'id = "vn.other"',
            "files.enrolment names the keys of vn.demo",
            id="another's keys",
        ),
        pytest.param('language = "vi"', 'language = ""', "agency.language is empty", id="no language"),
        pytest.param(
            'language = "vi"',
            'language = "Vietnamese"',
            "agency.language is 'Vietnamese', where there should be a language tag",
            id="no language tag",
        ),
        pytest.param('["a.example"]', "[]", "agency.domains is empty", id="no host"),
        pytest.param('["a.example"]', '["a b"]', "agency.domains not a host name", id="no host name"),
        pytest.param('["a.example"]', "[7]", "agency.domains is not a list of texts", id="a number as host"),
        pytest.param(
            '"cms.xml"', '"ftp://a.example/rss"', "cms.feed is neither an http", id="another kind of address"
        ),
        pytest.param('"cms.xml"', "7", "cms.feed is not text", id="a number as feed"),
        pytest.param("signed/", "signed", "out.base_url is not an http", id="an address without its slash"),
        pytest.param(
            "a.example/signed", "a.example:8080/signed", "without a port", id="an address with a port"
        ),
        pytest.param(
            '# allow = ["10.0.0.5:80"]',
            'allow = ["localhost:80"]',
            "cms.allow is not a list",
            id="a name in allow",
        ),
        pytest.param(
            '# allow = ["10.0.0.5:80"]',
            'allow = ["1.2:80"]',
            "cms.allow '1.2' does not",
            id="no IP address in allow",
        ),
        pytest.param("stream =", "strem =", "agency.strem is no field", id="a word mistyped"),
        pytest.param("[cms]\nfeed", "[cms]\nfeet", "cms.feed is missing", id="a field missing"),
        pytest.param("[out]", "[output]", "out.folder is missing", id="a table missing"),
        pytest.param("[files]", "[more]\nx = 1\n[files]", "more is no table", id="a table of its own"),
        pytest.param("[agency]", "cms = 1\n[agency]", "is not TOML", id="twice the same name"),
        pytest.param("[agency]", "agency =", "is not TOML", id="no TOML"),
    ],
)
def test_what_is_wrong_is_named(founded: Founded, old: str, new: str, says: str) -> None:
    edit(founded, old, new)
    with pytest.raises(AgencyError) as caught:
        load_config(founded.config)
    assert says in str(caught.value)
    assert "agency.toml" in str(caught.value)
    assert caught.value.hint


def test_a_table_that_is_no_table_is_named(founded: Founded) -> None:
    text = founded.config.read_text().replace("[cms]\nfeed = ", "# ")
    founded.config.write_text("cms = 7\n" + text)
    with pytest.raises(AgencyError, match="cms is not a table"):
        load_config(founded.config)


def test_a_configuration_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AgencyError, match=r"cannot read the configuration .*none\.toml: No such file"):
        load_config(tmp_path / "none.toml")


def test_an_enrolment_file_that_is_not_there_is_named(founded: Founded) -> None:
    founded.enrolment.unlink()
    with pytest.raises(AgencyError, match=r"cannot read the enrolment file .*vn\.demo\.toml: No such file"):
        load_config(founded.config)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param('x = "', 'x = "AA', "", id="another key"),
        pytest.param('x = "', 'x = "é', "", id="no ASCII"),
        pytest.param('x = "', 'x = "A', "", id="no base64url"),
        pytest.param(
            'status = "active"', 'status = "fine"', "'fine' is not a valid KeyStatus", id="an unknown status"
        ),
        pytest.param("nbf = 2026-11-25T00:00:00Z", "nbf = 7", "no attribute 'timestamp'", id="no time"),
        pytest.param("[[key]]", "[[keys]]", "'key'", id="no keys"),
    ],
)
def test_a_damaged_enrolment_file_is_not_believed(founded: Founded, old: str, new: str, says: str) -> None:
    founded.enrolment.write_text(founded.enrolment.read_text().replace(old, new))
    with pytest.raises(AgencyError, match="is not an enrolment file") as caught:
        load_config(founded.config)
    assert says in str(caught.value)


def test_a_revoked_key_is_read_with_the_time_of_its_revocation(founded: Founded) -> None:
    text = founded.enrolment.read_text()
    revoked = text.replace('"active"', '"revoked"\nrevoked_at = 2026-11-26T00:00:00Z', 1)
    founded.enrolment.write_text(revoked)
    assert load_config(founded.config).keys[0].revoked_at == 1_795_651_200
