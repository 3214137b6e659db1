from datetime import UTC, datetime
from pathlib import Path

import pytest
from registry_files import key_table, lay_out

from syndicate.errors import RegistryError
from syndicate.news import AgencyId, KeyId, KeyStatus, MemberCode, SeatState
from syndicate.papers import _bundled, bundled, check, load_registry, survey
from syndicate.signing import ephemeral_signer


def unix(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp())


def test_what_the_files_say_is_what_the_registry_says(tmp_path: Path) -> None:
    folders = lay_out(tmp_path)
    registry = load_registry(folders.sources, folders.keys)
    agency = registry.agencies[AgencyId("aa.news")]
    assert (registry.federation, list(registry.members)) == ("trial", ["aa", "bb"])
    assert agency.name("vi") == "Tin A"
    assert agency.name("th") == "Aaland News"
    assert agency.domains == ("news.aa.example", "*.press.aa.example")
    assert agency.ownership.form == "state company"
    assert agency.ownership.funding is None
    (feed,) = agency.feeds
    assert (feed.id, feed.format, feed.stream) == ("aa.news/main", "atom", "main")
    assert feed.cadence_seconds == 900
    key = registry.keys[KeyId(ephemeral_signer(b"\x01" * 32).kid)]
    assert (key.agency, key.status, key.nbf) == ("aa.news", KeyStatus.ACTIVE, unix(2026, 1, 1))


def test_a_seat_has_its_new_state_from_the_very_second(tmp_path: Path) -> None:
    folders = lay_out(tmp_path)
    agency = load_registry(folders.sources, folders.keys).agencies[AgencyId("aa.news")]
    active = unix(2026, 2, 1)  # 07:00 at +07:00
    assert agency.state_at(active - 1) is SeatState.INVITED
    assert agency.state_at(active) is SeatState.ACTIVE


def test_only_agencies_that_may_speak_are_polled(tmp_path: Path) -> None:
    folders = lay_out(tmp_path)
    registry = load_registry(folders.sources, folders.keys)
    assert registry.feeds(unix(2026, 1, 15)) == ()
    assert [feed.id for feed in registry.feeds(unix(2026, 3, 1))] == ["aa.news/main"]


def test_what_nobody_polls_by_is_in_the_dossier(tmp_path: Path) -> None:
    folders = lay_out(tmp_path)
    dossier = survey(folders.sources, folders.keys).dossiers[AgencyId("aa.news")]
    assert dossier.confirmed
    assert dossier.public_feeds[0].url == "https://news.aa.example/rss"


def test_the_same_files_have_the_same_version_wherever_they_lie(tmp_path: Path) -> None:
    versions = []
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        folders = lay_out(tmp_path / name)
        versions.append(load_registry(folders.sources, folders.keys).version)
    assert versions[0] == versions[1]
    folders.edit("bb.toml", '{ en = "Beeland" }', '{ en = "Bee" }')
    assert load_registry(folders.sources, folders.keys).version != versions[0]


def test_an_international_host_is_kept_as_its_a_label(tmp_path: Path) -> None:
    folders = lay_out(tmp_path)
    folders.edit("bb.toml", '"gov.sg"', '"BÁO.example"')
    agency = load_registry(folders.sources, folders.keys).agencies[AgencyId("bb.gov")]
    assert agency.domains == ("xn--bo-mia.example",)


def test_a_retired_and_a_revoked_key_stay_beside_their_successors(tmp_path: Path) -> None:
    folders = lay_out(tmp_path)
    gone = {"status": '"revoked"', "revoked_at": "2026-05-01T00:00:00Z", "reason": '"laptop stolen"'}
    tables = (
        key_table("aa.news", 3, status='"retired"')
        + key_table("aa.news", 4, **gone)
        + key_table("aa.news", 1)
        + key_table("aa.news", 2, use="sealed successor")
    )
    folders.write("aa.news.toml", 'agency = "aa.news"\n' + tables)
    keys = load_registry(folders.sources, folders.keys).keys.values()
    assert [key.status for key in keys] == ["retired", "revoked", "active", "active"]


def test_files_from_a_machine_that_ends_lines_its_own_way_are_read(tmp_path: Path) -> None:
    folders = lay_out(tmp_path)
    path = folders.path("aa.toml")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert check(folders.sources, folders.keys) == ()


def test_the_error_tells_a_single_problem_and_no_more(tmp_path: Path) -> None:
    folders = lay_out(tmp_path)
    line = folders.edit("bb.toml", '"gov.sg"', '"*.gov.sg"')
    with pytest.raises(RegistryError) as refused:
        load_registry(folders.sources, folders.keys)
    assert str(refused.value).startswith(f"{folders.path('bb.toml')}:{line}: agency[1].domains[1]: ")
    assert "\n" not in str(refused.value)


def test_the_error_tells_every_problem_up_to_a_screenful(tmp_path: Path) -> None:
    folders = lay_out(tmp_path)
    folders.edit("bb.toml", "[[agency]]", "".join(f"wrong{n} = 1\n" for n in range(30)) + "[[agency]]")
    with pytest.raises(RegistryError) as refused:
        load_registry(folders.sources, folders.keys)
    lines = str(refused.value).splitlines()
    assert lines[0].startswith(f"{folders.path('bb.toml')}:4: wrong0: unknown field")
    assert lines[-1] == "... and 10 more"


class TestWhatCameWithTheProgram:
    def test_it_has_nothing_wrong(self) -> None:
        assert check(*bundled()) == ()

    def test_all_eleven_members_stand_in_it(self) -> None:
        registry = load_registry(*bundled())
        assert registry.federation == "asean"
        assert sorted(registry.members) == ["bn", "id", "kh", "la", "mm", "my", "ph", "sg", "th", "tl", "vn"]
        assert {agency.member for agency in registry.agencies.values()} == set(registry.members)

    def test_nobody_has_enrolled_so_nothing_is_polled(self) -> None:
        registry = load_registry(*bundled())
        history = [entry.state for agency in registry.agencies.values() for entry in agency.states]
        assert set(history) == {SeatState.INVITED}
        assert (registry.feeds(unix(2100, 1, 1)), dict(registry.keys)) == ((), {})

    def test_every_agency_says_who_says_so(self) -> None:
        found = survey(*bundled())
        assert all(dossier.evidence for dossier in found.dossiers.values())
        assert len(found.dossiers) == 25
        assert sum(len(dossier.public_feeds) for dossier in found.dossiers.values()) == 28

    def test_no_name_is_given_in_a_language_it_is_not_known_in(self) -> None:
        registry = load_registry(*bundled())
        assert all(list(member.names) == ["en"] for member in registry.members.values())
        assert registry.agencies[AgencyId("bn.jp")].names == {
            "en": "Information Department",
            "ms": "Jabatan Penerangan",
        }
        assert registry.members[MemberCode("vn")].name("vi") == "Viet Nam"

    def test_it_is_found_in_an_installed_package(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "_federation").mkdir()
        monkeypatch.setattr(_bundled, "_PACKAGE", tmp_path)
        assert bundled() == (tmp_path / "_federation" / "sources", tmp_path / "_federation" / "keys")
