import json
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from press import DAY, NOON
from securesystemslib.formats import encode_canonical
from signed_registry import AA, BB, CC, Office, entry
from tuf.api import exceptions
from tuf.ngclient import Updater
from tuf.ngclient.fetcher import FetcherInterface

from syndicate.ceremony import RoleSigner
from syndicate.errors import FetchError, RegistryError
from syndicate.news import AgencyId, KeyStatus, Registry
from syndicate.ports import Signer
from syndicate.registry import (
    Dial,
    RegistryClient,
    explained,
    folder_dial,
    manifest_file,
    names,
    read_once,
    replace_file,
    revocations_file,
)
from syndicate.registry._lock import alone_in

HOUR = 3_600


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.publish()
    return made


def agencies(registry: Registry) -> set[str]:
    return {str(each) for each in registry.agencies}


def renamed(office: Office, code: str = "aa", name: str = "Renamed") -> Registry:
    agency = office.papers.agencies[AgencyId(f"{code}.news")]
    other = replace(agency, names={"en": name})
    return replace(office.papers, agencies={**office.papers.agencies, agency.id: other})


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


def forged(office: Office) -> bytes:
    own = manifest_file(office.papers, AA)
    return own.replace(b"news.aa-news.example", b"evil.example")


def test_what_one_person_of_a_state_signs_is_not_its_manifest(office: Office) -> None:
    client = office.client()
    office.look(client)
    office.put("aa", {names.manifest_path(AA): forged(office)}, office.people.states[AA][:1], checked=False)
    seen = office.look(client)
    assert seen.registry.agencies == office.papers.agencies
    assert "members/aa/manifest.json does not verify" in seen.problems[0]


def test_what_another_state_signs_is_not_its_manifest(office: Office) -> None:
    office.put("aa", {names.manifest_path(AA): forged(office)}, office.people.states[BB], checked=False)
    seen = office.look()
    assert agencies(seen.registry) == {"bb.news", "cc.news"}
    assert len(seen.problems) == 1


def test_a_states_role_can_hold_nothing_but_its_manifest(office: Office) -> None:
    """Its delegation names one path: what else it lists is never asked of it."""
    files = {
        names.manifest_path(BB): forged(office),
        names.FEDERATION: b"{}",
        names.revocations_path(BB): b"{}",
    }
    office.put(
        "aa",
        {names.manifest_path(AA): manifest_file(office.papers, AA), **files},
        office.people.states[AA][:2],
        checked=False,
    )
    assert office.look().registry.agencies == office.papers.agencies


def test_one_bad_member_stops_no_other(office: Office) -> None:
    client = office.client()
    office.look(client)
    office.put("aa", {names.manifest_path(AA): forged(office)}, [], checked=False)
    office.put(
        "bb",
        {names.manifest_path(BB): manifest_file(renamed(office, "bb", "B"), BB)},
        office.people.states[BB][:2],
    )
    seen = office.look(client).registry
    assert seen.agencies[AgencyId("bb.news")].name() == "B"
    assert seen.agencies[AgencyId("aa.news")] == office.papers.agencies[AgencyId("aa.news")]


def test_a_file_changed_on_the_way_is_refused_and_what_was_known_stands(office: Office) -> None:
    client = office.client()
    office.look(client)
    office.publish(renamed(office), later=HOUR)
    mirror = office.copy("altered")
    for path in (mirror / "targets" / "members" / "aa").glob("*.manifest.json"):
        path.write_bytes(path.read_bytes().replace(b"Renamed", b"Altered"))
    seen = office.look(client, folder=mirror)
    assert seen.registry.agencies[AgencyId("aa.news")].name() == "Demo News of aa"
    assert "what stood there before counts" in seen.problems[0]


def test_attack_14_the_operators_keys_cannot_change_who_may_speak(office: Office) -> None:
    thief = office.people.snapshot, office.people.timestamp
    for code in (AA, BB, CC):
        office.put(str(code), {names.manifest_path(code): forged(office)}, thief, checked=False)
    assert office.look().registry.keys == {}


def test_a_revocation_by_one_person_counts_at_the_next_look(office: Office) -> None:
    client = office.client()
    office.look(client)
    room = office.rooms[AA]
    office.revoke(AA, entry(room, revoked_at=NOON - HOUR, entered_at=NOON + HOUR), later=HOUR)
    key = office.look(client).registry.keys[room.signer.kid]  # type: ignore[index]  # a plain text
    assert (key.status, key.revoked_at, key.reason) == (KeyStatus.REVOKED, NOON - HOUR, "stolen laptop")


def test_a_revocation_that_is_taken_back_by_its_file_still_counts(office: Office) -> None:
    client = office.client()
    room = office.rooms[AA]
    office.revoke(AA, entry(room, revoked_at=NOON, entered_at=NOON))
    office.look(client)
    office.revoke(AA, later=HOUR, checked=False)
    for _ in range(2):
        seen = office.look(client)
        assert seen.registry.keys[room.signer.kid].status is KeyStatus.REVOKED  # type: ignore[index]  # plain text
        assert "1 revocations are gone from it; they still count" in seen.problems[0]


def test_an_entry_dated_back_is_taken_as_entered_since_the_last_look(office: Office) -> None:
    client = office.client()
    office.look(client)
    room = office.rooms[AA]
    office.revoke(AA, entry(room, revoked_at=NOON - 380 * DAY, entered_at=NOON - 365 * DAY), later=HOUR)
    key = office.look(client).registry.keys[room.signer.kid]  # type: ignore[index]  # plain text
    assert key.revoked_at == NOON - 30 * DAY


def test_revocations_that_cannot_be_read_leave_those_known_in_force(office: Office) -> None:
    client = office.client()
    room = office.rooms[AA]
    office.revoke(AA, entry(room, revoked_at=NOON, entered_at=NOON))
    office.look(client)
    broken = {names.revocations_path(AA): b"{}"}
    office.put("aa-revocations", broken, office.people.states[AA][:1], checked=False)
    seen = office.look(client)
    assert seen.registry.keys[room.signer.kid].status is KeyStatus.REVOKED  # type: ignore[index]  # plain text
    assert "members/aa/revocations.json" in seen.problems[0]


def test_a_client_starts_from_what_it_fetched_when_nobody_answers(office: Office) -> None:
    seen = office.look()
    shutil.rmtree(office.published.folder / "targets")
    again = RegistryClient(
        office.client().mirror.parent.joinpath("trusted-root.json").read_bytes(), office.folder / "client"
    )
    recalled = again.recall(office.now + DAY)
    assert recalled is not None
    assert recalled.registry == seen.registry


@pytest.mark.parametrize("role", ["aa-revocations", "aa"])
@pytest.mark.parametrize("met", [True, False], ids=["who looked before", "who never did"])
def test_a_mirror_without_any_key_hides_no_revocation_by_damaging_its_file(
    office: Office, role: str, *, met: bool
) -> None:
    client = office.client()
    if met:
        office.look(client)
    room = office.rooms[AA]
    office.revoke(AA, entry(room, revoked_at=NOON, entered_at=NOON), later=HOUR)
    office.publish(renamed(office), later=HOUR)
    mirror = office.copy("mirror")
    (mirror / "metadata" / f"2.{role}.json").write_text("{}")
    seen = office.look(client, folder=mirror)
    assert seen.registry.vouched_until[AA] == 0, "nothing new of that state is let in"
    assert seen.registry.vouched_until[BB] > office.now
    assert "does not verify" in seen.problems[0]
    assert office.look(client).registry.vouched_until[AA] > office.now


@pytest.mark.parametrize(
    ("raw", "counted"),
    [
        pytest.param(b"{}", 0, id="another thing"),
        pytest.param(b"[" * 200_000, 0, id="nested without end"),
        pytest.param(None, 0, id="not listed any more"),
        pytest.param(b'{"v":1,"member":"aa","entries":[7,GOOD]}', 1, id="one entry is none"),
    ],
)
def test_revocations_that_cannot_be_read_whole_vouch_for_nobody(
    office: Office, raw: bytes | None, counted: int
) -> None:
    room = office.rooms[AA]
    path = names.revocations_path(AA)
    one = revocations_file(AA, [entry(room, revoked_at=NOON, entered_at=NOON)])
    good = one[one.index(b"[{") + 1 : one.rindex(b"]")]
    files = {} if raw is None else {path: raw.replace(b"GOOD", good)}
    office.put("aa-revocations", files, office.people.states[AA][:1], checked=False)
    registry = office.look().registry
    assert registry.vouched_until[AA] == 0
    revoked = registry.keys[room.signer.kid].status is KeyStatus.REVOKED  # type: ignore[index]  # plain text
    assert revoked is bool(counted)


def test_an_entry_without_a_reason_revokes_its_key_and_voids_no_other(office: Office) -> None:
    room = office.rooms[AA]
    one = revocations_file(AA, [entry(room, revoked_at=NOON, entered_at=NOON)])
    silent = {names.revocations_path(AA): one.replace(b"stolen laptop", b"")}
    office.put("aa-revocations", silent, office.people.states[AA][:1], checked=False)
    seen = office.look()
    key = seen.registry.keys[room.signer.kid]  # type: ignore[index]  # a plain text
    assert (key.status, key.revoked_at) == (KeyStatus.REVOKED, NOON)
    assert seen.registry.vouched_until[AA] > office.now
    assert "1 entries can be read and count" in seen.problems[0]


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


def test_more_than_a_file_may_have_is_refused(office: Office) -> None:
    def endless(path: str, most: int) -> bytes | None:
        body = folder_dial(office.published.folder)(path, most)
        return body + b" " * 100_000 if body and path.endswith("timestamp.json") else body

    with pytest.raises(FetchError, match="could not be fetched whole"):
        office.client().refresh(endless, NOON)


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


def resigned(office: Office, role: str, signer: Signer, bend: Callable[[dict[str, Any]], object]) -> None:
    """A thief of an on-line key signs the newest metadata of a role with something bent in it."""
    path = office.published.folder / "metadata" / f"{role}.json"
    told = json.loads(path.read_bytes())
    bend(told["signed"])
    payload = (encode_canonical(told["signed"]) or "").encode()
    signature = RoleSigner(signer).sign(payload)
    told["signatures"] = [{"keyid": signature.keyid, "sig": signature.signature}]
    path.write_text(json.dumps(told))


@pytest.mark.parametrize(
    ("role", "bend", "why"),
    [
        pytest.param(
            "timestamp",
            lambda signed: signed.update(version=2, expires="9999-12-31T23:59:59Z"),
            "longer than the operator's files may; this machine's clock",
            id="a timestamp for ever",
        ),
        pytest.param(
            "timestamp",
            lambda signed: signed.update(version=10**100),
            "a version beyond 1,000,000,000",
            id="a version that nobody exceeds",
        ),
        pytest.param(
            "1.snapshot",
            lambda signed: signed["meta"]["aa.json"].update(version=10**100),
            "a version beyond",
            id="one that it names",
        ),
    ],
)
def test_attack_14_a_stolen_online_key_stops_no_reader_for_ever(
    office: Office, role: str, bend: Callable[[dict[str, Any]], object], why: str
) -> None:
    client = office.client()
    good = office.copy("good")
    people = office.people
    resigned(office, role, people.timestamp if role == "timestamp" else people.snapshot, bend)
    with pytest.raises(RegistryError, match=why):
        office.look(client)
    assert office.look(client, folder=good).problems == ()


@pytest.mark.parametrize("name", [5, None, ["aa"], {"aa": 1}])
def test_a_role_whose_name_is_no_text_stops_nobody_else_and_raises_nothing_of_pythons(
    office: Office, name: object
) -> None:
    path = office.published.folder / "metadata" / "1.targets.json"
    told = json.loads(path.read_bytes())
    told["signed"]["delegations"]["roles"][1]["name"] = name
    payload = (encode_canonical(told["signed"]) or "").encode()
    signatures = [RoleSigner(each).sign(payload) for each in office.people.roots.values()]
    told["signatures"] = [{"keyid": each.keyid, "sig": each.signature} for each in signatures]
    path.write_text(json.dumps(told))
    try:
        seen = office.look()
    except RegistryError as exc:
        assert str(exc).startswith("the registry does not verify: ")
        assert not str(exc).endswith(": ")
    else:
        assert seen.problems
        assert seen.registry.vouched_until[AA] == 0
        assert seen.registry.vouched_until[BB] > office.now


@pytest.mark.parametrize("raw", [b"[" * 200_000, b'{"looked_at": 1e400, "members": {}}'])
def test_what_it_remembers_may_not_be_damaged_in_any_way(office: Office, raw: bytes) -> None:
    client = office.client()
    office.look(client)
    (office.folder / "client" / "revocations.json").write_bytes(raw)
    with pytest.raises(RegistryError, match="is damaged"):
        office.look(client)
