"""The folder in which what was seen is remembered, and from which others are served."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from looking import HOUR, renamed
from press import DAY, NOON
from signed_registry import Office

from syndicate.errors import FetchError, RegistryError
from syndicate.registry import RegistryClient, folder_dial, read_once, replace_file
from syndicate.registry._lock import alone_in


def test_a_client_starts_from_what_it_fetched_when_nobody_answers(office: Office) -> None:
    seen = office.look()
    shutil.rmtree(office.published.folder / "targets")
    again = RegistryClient(
        office.client().mirror.parent.joinpath("trusted-root.json").read_bytes(), office.folder / "client"
    )
    recalled = again.recall(office.now + DAY)
    assert recalled is not None
    assert recalled.registry == seen.registry


def test_a_client_that_never_looked_has_nothing_to_start_from(office: Office) -> None:
    assert office.client().recall(NOON) is None


def test_a_mirror_that_was_tampered_with_is_not_believed(office: Office) -> None:
    client = office.client()
    office.look(client)
    shutil.rmtree(client.mirror.parent / "tuf")
    federation = next((client.mirror / "targets").glob("*.federation.json"))
    federation.write_bytes(federation.read_bytes().replace(b"tests", b"texts"))
    shutil.rmtree(client.mirror.parent / "files")
    with pytest.raises(RegistryError, match="a file is not the one that was signed"):
        client.recall(NOON)


def test_a_mirror_is_whole_or_as_it_was(office: Office) -> None:
    client = office.client()
    office.look(client)
    before = {path: path.read_bytes() for path in client.mirror.rglob("*.json")}
    office.publish(renamed(office), later=HOUR)

    def broken(path: str, most: int) -> bytes | None:
        if path.startswith("targets/"):
            raise FetchError("the line was cut")
        return folder_dial(office.published.folder)(path, most)

    with pytest.raises(FetchError, match="the line was cut"):
        client.refresh(broken, office.now)
    assert {path: path.read_bytes() for path in client.mirror.rglob("*.json")} == before


def test_a_mirror_serves_the_next_client(office: Office) -> None:
    client = office.client()
    seen = office.look(client)
    assert office.look(office.client("next"), folder=client.mirror).registry == seen.registry


def test_a_look_that_remembers_nothing_verifies_from_the_root(office: Office) -> None:
    root = office.published.first_root()
    seen = read_once(root, folder_dial(office.published.folder), office.now)
    assert seen.registry == office.look().registry


def test_a_folder_that_cannot_be_written_is_named(office: Office, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(RegistryError, match="cannot keep the registry in"):
        RegistryClient(office.published.first_root(), tmp_path / "file" / "client")


def test_what_it_remembers_of_revocations_may_not_be_damaged_unseen(office: Office) -> None:
    client = office.client()
    office.look(client)
    (office.folder / "client" / "revocations.json").write_text("{")
    with pytest.raises(RegistryError, match="is damaged"):
        office.look(client)


def test_looks_at_one_time_leave_each_other_alone(office: Office) -> None:
    """Eight readers with one folder, each a client of its own, as two commands at a terminal are."""
    office.look()
    office.publish(renamed(office), later=HOUR)
    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda _: office.look(office.client()), range(24)))
    assert {each.registry.version for each in seen} == {seen[0].registry.version}
    assert all(each.problems == () for each in seen)
    assert not list((office.folder / "client").rglob("*.new"))


def test_two_who_replace_one_file_never_mix_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    bodies = [bytes([64 + n]) * 200_000 for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda body: replace_file(path, body), bodies * 4))
    assert path.read_bytes() in bodies
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_somebody_else_holds_for_long_is_named(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = office.client()
    monkeypatch.setattr("syndicate.registry._lock._TRIES", 2)
    with alone_in(office.folder / "client"), pytest.raises(RegistryError, match="another process has been"):
        office.look(client)


@pytest.mark.parametrize("raw", [b"[" * 200_000, b'{"looked_at": 1e400, "members": {}}'])
def test_what_it_remembers_may_not_be_damaged_in_any_way(office: Office, raw: bytes) -> None:
    client = office.client()
    office.look(client)
    (office.folder / "client" / "revocations.json").write_bytes(raw)
    with pytest.raises(RegistryError, match="is damaged"):
        office.look(client)
