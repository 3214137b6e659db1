"""A revocation counts from the next look on, whatever a mirror or a damaged file does to hide it."""

import pytest
from looking import HOUR, renamed
from press import DAY, NOON
from signed_registry import AA, BB, Office, entry

from syndicate.news import KeyStatus
from syndicate.registry import names, revocations_file


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
