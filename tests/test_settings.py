import re
from pathlib import Path

import pytest

from syndicate.errors import SettingsError
from syndicate.settings import PREFIX, Address, Settings, read_address, read_settings

DOCS = Path(__file__).parent.parent / "docs" / "settings.md"
ROW = re.compile(r"^\| `([a-z_.]+)` \| (?:`([^`]+)`)? ?\| (.+) \|$", re.MULTILINE)


def file(folder: Path, text: str) -> Path:
    path = folder / "hub.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_setting_is_explained_with_the_default_it_has() -> None:
    explained = {name: default for name, default, _ in ROW.findall(DOCS.read_text(encoding="utf-8"))}
    assert explained == Settings().told()


def test_the_example_in_the_docs_is_read(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    settings = read_settings(file(tmp_path, example[1]))
    assert settings.base_url == "https://hub.example"


def test_nothing_told_means_the_defaults() -> None:
    assert read_settings() == Settings()
    assert read_settings(None, {"PATH": "/bin", "SYNDICATE_OTHER": "x"}, {}) == Settings()


@pytest.mark.parametrize("ladder", ["", ",", "0", "5, 0", "5, x", "-1"])
def test_a_ladder_without_end_or_beginning_is_refused(ladder: str) -> None:
    with pytest.raises(SettingsError, match="SYNDICATE_HUB_DELIVER_LADDER_SECONDS: must be"):
        read_settings(None, {"SYNDICATE_HUB_DELIVER_LADDER_SECONDS": ladder}, {})


def test_a_ladder_is_a_list_of_numbers() -> None:
    told = read_settings(None, {"SYNDICATE_HUB_DELIVER_LADDER_SECONDS": "5, 60.5"}, {})
    assert told.deliver.ladder_seconds == (5.0, 60.5)


def test_a_file_may_set_everything(tmp_path: Path) -> None:
    settings = read_settings(
        file(
            tmp_path,
            'listen = "[::1]:0"\nallow = ["127.0.0.1:9001", "127.0.0.1:9002"]\nregistry_seconds = 5\n'
            "[feeds]\nwindow_most = 700\n[fetch]\ntotal_seconds = 1.5\n",
        )
    )
    assert settings.listen == Address("::1", 0)
    assert settings.allow == (Address("127.0.0.1", 9001), Address("127.0.0.1", 9002))
    assert (settings.registry_seconds, settings.feeds.window_most, settings.fetch.total_seconds) == (
        5.0,
        700,
        1.5,
    )
    assert settings.feeds.window_least == Settings().feeds.window_least


def test_paths_in_a_file_are_relative_to_it_and_elsewhere_to_where_one_stands(tmp_path: Path) -> None:
    config = file(tmp_path, 'database = "a.db"\nroot = "/abroad"\nregistry_cache = "seen"')
    settings = read_settings(config)
    assert (settings.database, settings.root) == (tmp_path / "a.db", Path("/abroad"))
    assert read_settings(config, {}, {"database": "b.db"}).database == Path("b.db")


def test_the_command_line_stands_above_the_environment_and_that_above_the_file(tmp_path: Path) -> None:
    config = file(tmp_path, 'contact = "file"\nbase_url = "http://file"\ndatabase = "file"')
    environment = {PREFIX + "CONTACT": "environment", PREFIX + "BASE_URL": "http://environment"}
    settings = read_settings(config, environment, {"contact": "option"})
    assert (settings.contact, settings.base_url, settings.database.name) == (
        "option",
        "http://environment",
        "file",
    )


def test_the_environment_reaches_into_groups() -> None:
    environment = {
        PREFIX + "FETCH_TOTAL_SECONDS": "9",
        PREFIX + "FEEDS_WINDOW_MOST": "800",
        PREFIX + "ALLOW": "127.0.0.1:1, 127.0.0.1:2",
    }
    settings = read_settings(None, environment)
    assert (settings.fetch.total_seconds, settings.feeds.window_most) == (9.0, 800)
    assert settings.allow == (Address("127.0.0.1", 1), Address("127.0.0.1", 2))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        pytest.param("\nlisten_on = 'x'", "hub.toml:2, listen_on: there is no such setting", id="unknown"),
        pytest.param("poll_second = 3", "no such setting; is poll_seconds meant?", id="a word mistyped"),
        pytest.param("[fetch]\nredirect = 1", "is fetch.redirects meant?", id="mistyped in a group"),
        pytest.param("base_url = 'hub'", "base_url: must be an address such as", id="no address"),
        pytest.param("base_url = 'ftp://hub.example'", "base_url: must be an address", id="of another kind"),
        pytest.param(
            "base_url = 'https://hub.example/?a'", "base_url: must be", id="an address with a query"
        ),
        pytest.param("[feeds]\nwindow = 1", "hub.toml:2, feeds.window: there is no", id="unknown in a group"),
        pytest.param(
            "[feed]\nwindow_most = 1", "hub.toml:2, feed.window_most: there is no", id="unknown group"
        ),
        pytest.param(
            "feeds = 3", "hub.toml:1, feeds: there is no such setting", id="a group that is a number"
        ),
        pytest.param(
            "[listen]\nport = 1", "hub.toml:2, listen.port: there is no", id="a setting that is a group"
        ),
        pytest.param("[feeds]\nwindow_most = 99", "must be at least 100", id="less than the archive leaves"),
        pytest.param("[feeds.window]\nx = 1", "feeds.window: there is no", id="a group in a group"),
        pytest.param("listen = 8080", "hub.toml:1, listen: must be text", id="a port without its host"),
        pytest.param('listen = "8080"', "hub.toml:1, listen: must be HOST:PORT", id="a port as text"),
        pytest.param('listen = "a:99999"', "must be HOST:PORT", id="no such port"),
        pytest.param('poll_seconds = "5"x', "hub.toml is not TOML", id="no TOML"),
        pytest.param(
            "poll_seconds = true", "hub.toml:1, poll_seconds: must be a number", id="yes for a number"
        ),
        pytest.param(
            "[submit]\nper_second = 0", "submit.per_second: must be more than 0", id="nothing a second"
        ),
        pytest.param("[fetch]\nper_host = 0", "fetch.per_host: must be more than 0", id="nobody at a time"),
        pytest.param("poll_seconds = nan", "must be 0 or more", id="not a number"),
        pytest.param("poll_seconds = inf", "must be 0 or more", id="infinity"),
        pytest.param("\n\n[fetch]\nredirects = -1", "hub.toml:4, fetch.redirects: must be 0", id="negative"),
        pytest.param(
            "[fetch]\nredirects = 1.5", "fetch.redirects: must be a whole number", id="half a redirect"
        ),
        pytest.param("allow = '127.0.0.1'", "allow: must be HOST:PORT", id="an address without its port"),
        pytest.param("allow = 7", "allow: must be a list", id="no list"),
        pytest.param("allow = [7]", "allow: must be text", id="a list of numbers"),
        pytest.param("database = ''", "database", id="no path"),
        pytest.param("contact = [1]", "contact: must be text", id="a list for text"),
        pytest.param("fetch.redirects = 'many'", "hub.toml:1, fetch.redirects: must be", id="a dotted name"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(file(tmp_path, text))
    assert where in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("environment", "given", "where"),
    [
        ({PREFIX + "PORT": "1"}, {}, "SYNDICATE_HUB_PORT: there is no such setting"),
        ({PREFIX + "FETCH_SECONDS": "1"}, {}, "SYNDICATE_HUB_FETCH_SECONDS: there is no such setting"),
        ({PREFIX + "POLL_SECONDS": "soon"}, {}, "SYNDICATE_HUB_POLL_SECONDS: must be a number"),
        ({PREFIX + "FETCH": "1"}, {}, "SYNDICATE_HUB_FETCH: there is no such setting"),
        ({}, {"listen": "nowhere"}, "--listen: must be HOST:PORT"),
    ],
)
def test_environment_and_command_line_are_read_as_strictly(
    environment: dict[str, str], given: dict[str, str], where: str
) -> None:
    with pytest.raises(SettingsError, match=re.escape(where)):
        read_settings(None, environment, given)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"missing\.toml: No such file"):
        read_settings(tmp_path / "missing.toml")
    with pytest.raises(SettingsError, match="Is a directory"):
        read_settings(tmp_path)
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'contact = "\xe9"')
    with pytest.raises(SettingsError, match="is not TOML"):
        read_settings(latin)
    with pytest.raises(SettingsError, match="larger than"):
        read_settings(file(tmp_path, "#" * 200_000))


@pytest.mark.parametrize("written", ["127.0.0.1:80", "[::1]:8080", "hub.example:0"])
def test_an_address_is_written_as_it_was_read(written: str) -> None:
    assert str(read_address(written)) == written


@pytest.mark.parametrize("written", ["", ":80", "a", "a:", "::1:80", "a:b", "a:-1", "a b:1", "a:\u0661"])
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        read_address(written)
