"""A look at the registry: what the states signed, whose root it is, and what a look costs."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from looking import HOUR, renamed
from press import DAY, NOON
from signed_registry import AA, BB, CC, Office
from tuf.api import exceptions
from tuf.ngclient import Updater
from tuf.ngclient.fetcher import FetcherInterface

from syndicate.errors import FetchError, RegistryError
from syndicate.news import AgencyId
from syndicate.registry import Dial, RegistryClient, explained, folder_dial, names


def counting(dial: Dial, asked: list[str]) -> Dial:
    def counted(path: str, most: int) -> bytes | None:
        asked.append(path)
        return dial(path, most)

    return counted


def test_what_the_states_signed_becomes_the_registry(office: Office) -> None:
    seen = office.look()
    wanted = replace(office.papers, stage="rehearsal")
    assert replace(seen.registry, version="", fresh_until=None, vouched_until={}) == wanted
    assert seen.problems == ()


def test_the_value_says_how_long_it_may_be_relied_on(office: Office) -> None:
    registry = office.look().registry
    assert registry.fresh_until == NOON + DAY
    assert registry.vouched_until == dict.fromkeys((AA, BB, CC), NOON + 400 * DAY)


def test_a_role_says_who_may_sign_it_and_who_did(office: Office) -> None:
    roles = {role.name: role for role in office.look().roles}
    assert set(roles) == {
        "root", "targets", "snapshot", "timestamp",
        *(f"{code}{kind}" for code in ("aa", "bb", "cc") for kind in ("", "-revocations")),
    }  # fmt: skip
    assert {name: (role.threshold, len(role.keys), len(role.signers)) for name, role in roles.items()} == {
        **dict.fromkeys(("root", "targets"), (2, 3, 2)),
        **dict.fromkeys(("snapshot", "timestamp"), (1, 1, 1)),
        **dict.fromkeys(("aa", "bb", "cc"), (2, 3, 2)),
        **dict.fromkeys(("aa-revocations", "bb-revocations", "cc-revocations"), (1, 3, 1)),
    }


def test_a_second_look_asks_two_questions(office: Office) -> None:
    client = office.client()
    office.look(client)
    office.tick(later=HOUR)
    asked: list[str] = []
    client.refresh(counting(folder_dial(office.published.folder), asked), office.now)
    assert asked == ["metadata/2.root.json", "metadata/timestamp.json"]


def test_a_change_is_seen_at_the_next_look(office: Office) -> None:
    client = office.client()
    before = office.look(client).registry
    office.publish(renamed(office), later=HOUR)
    after = office.look(client).registry
    assert after.agencies[AgencyId("aa.news")].name() == "Renamed"
    assert after.version != before.version


def test_attack_08_a_frozen_mirror_runs_out(office: Office) -> None:
    client = office.client()
    frozen = office.copy("frozen")
    office.look(client)
    office.publish(renamed(office), later=3 * DAY)
    seen = office.look(client, folder=frozen).registry
    assert seen.fresh_until == NOON + DAY < office.now


def test_attack_09_a_registry_that_was_rolled_back_is_refused(office: Office) -> None:
    client = office.client()
    old = office.copy("old")
    office.publish(renamed(office), later=HOUR)
    seen = office.look(client)
    with pytest.raises(RegistryError, match="goes back behind what was seen before"):
        office.look(client, folder=old)
    again = client.recall(office.now)
    assert again is not None
    assert again.registry == seen.registry


def test_attack_28_another_root_is_another_federation(office: Office, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Office(tmp_path / "other", seed=50)
    other.publish()
    with pytest.raises(RegistryError, match="too few of the people who may sign it did"):
        office.look(office.client("honest"), folder=other.published.folder)


def test_a_folder_that_remembers_another_root_is_not_taken_over(office: Office, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Office(tmp_path / "other", seed=50)
    other.publish()
    office.look()
    with pytest.raises(RegistryError, match="remembers a registry under another root") as failure:
        RegistryClient(other.published.first_root(), office.folder / "client")
    assert "another folder" in failure.value.hint


@pytest.mark.parametrize(
    "root", [b"", b"{}", b"\xff", b"[" * 50_000], ids=["empty", "no root", "bytes", "deep"]
)
def test_a_root_that_is_none_is_refused_in_plain_words(tmp_path: Path, root: bytes) -> None:
    with pytest.raises(RegistryError, match="the root that is to be trusted does not verify"):
        RegistryClient(root, tmp_path / "client")


def test_a_new_root_is_followed_through_every_version(office: Office) -> None:
    client = office.client()
    office.look(client)
    for seed in (101, 102):
        office.people = replace(
            office.people, timestamp=type(office)(office.folder, seed=seed).people.timestamp
        )
        office.publish(later=HOUR)
    seen = office.look(client)
    assert {role.name: role.version for role in seen.roles}["root"] == 3
    fresh = office.look(office.client("fresh"))
    assert fresh.registry == seen.registry


def test_a_root_with_a_version_missing_is_not_jumped_to(office: Office) -> None:
    for seed in (101, 102):
        office.people = replace(
            office.people, timestamp=type(office)(office.folder, seed=seed).people.timestamp
        )
        office.publish(later=HOUR)
    (office.published.folder / "metadata" / "2.root.json").unlink()
    with pytest.raises(RegistryError, match="too few of the people"):
        office.look()


class Plain(FetcherInterface):
    """What an unmodified python-tuf client fetches with, from a folder."""

    def __init__(self, dial: Dial) -> None:
        self._dial = dial

    def _fetch(self, url: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - the library's own shape
        body = self._dial(url.removeprefix("file:///"), 1_000_000)
        if body is None:
            raise exceptions.DownloadHTTPError("not there", 404)
        yield body


def test_an_unmodified_tuf_client_takes_the_same_repository(office: Office, tmp_path: Path) -> None:
    # It has no argument for the time, so this repository is published now.
    now_office = Office(tmp_path / "now", now=int(time.time()))
    now_office.publish()
    (tmp_path / "plain").mkdir()
    (tmp_path / "files").mkdir()
    updater = Updater(
        str(tmp_path / "plain"),
        "file:///metadata/",
        str(tmp_path / "files"),
        "file:///targets/",
        Plain(folder_dial(now_office.published.folder)),
        bootstrap=now_office.published.first_root(),
    )
    updater.refresh()
    for code in (AA, BB, CC):
        for path in (names.manifest_path(code), names.revocations_path(code)):
            info = updater.get_targetinfo(path)
            assert info is not None
            assert updater.download_target(info)
    assert updater.get_targetinfo("members/aa/other.json") is None


@pytest.mark.parametrize(
    ("raised", "ours"),
    [
        pytest.param(lambda: exceptions.UnsignedMetadataError("x"), RegistryError, id="too few signatures"),
        pytest.param(lambda: exceptions.BadVersionNumberError("x"), RegistryError, id="rolled back"),
        pytest.param(lambda: exceptions.EqualVersionNumberError("x"), RegistryError, id="the same version"),
        pytest.param(lambda: exceptions.ExpiredMetadataError("x"), RegistryError, id="run out"),
        pytest.param(lambda: exceptions.LengthOrHashMismatchError("x"), RegistryError, id="another file"),
        pytest.param(lambda: exceptions.RepositoryError("x"), RegistryError, id="anything of a repository"),
        pytest.param(lambda: exceptions.DownloadError("x"), FetchError, id="no download"),
        pytest.param(lambda: exceptions.SlowRetrievalError("x"), FetchError, id="too slow"),
        pytest.param(lambda: exceptions.DownloadHTTPError("x", 500), FetchError, id="a server's error"),
        pytest.param(lambda: ValueError("x"), RegistryError, id="a value that is none"),
        pytest.param(lambda: OSError("x"), RegistryError, id="a full disk"),
    ],
)
def test_nothing_of_pythons_tuf_reaches_a_person(
    raised: Callable[[], Exception], ours: type[Exception]
) -> None:
    with pytest.raises(ours, match=r"^the registry ") as failure, explained("the registry"):
        raise raised()
    assert type(failure.value.__cause__) is type(raised())


def test_a_repository_without_a_federation_says_so(office: Office) -> None:
    office.put("targets", {names.POLICY: b"none"}, list(office.people.roots.values()), checked=False)
    with pytest.raises(RegistryError, match=r"has no federation\.json"):
        office.look()


def test_the_logs_policy_comes_with_the_registry(office: Office) -> None:
    assert office.look().policy is None


def test_more_than_a_file_may_have_is_refused(office: Office) -> None:
    def endless(path: str, most: int) -> bytes | None:
        body = folder_dial(office.published.folder)(path, most)
        return body + b" " * 100_000 if body and path.endswith("timestamp.json") else body

    with pytest.raises(FetchError, match="could not be fetched whole"):
        office.client().refresh(endless, NOON)
