"""One person's revocation: in force at once, shown to everybody, and never lost."""

import pytest
from press import DAY, NOON, PressRoom
from proposing import collected, proposed, said, signed_by
from signed_registry import AA, BB, Office, at, entry

from syndicate.ceremony import Draft, RoleSigner, draft_files, publish, revocation
from syndicate.errors import RegistryError
from syndicate.news import KeyStatus, UnixTime, rfc3339
from syndicate.registry import Revocation, names, revocations_file


def test_one_person_revokes_and_everybody_sees_it_in_words(office: Office) -> None:
    room: PressRoom = office.rooms[AA]
    made = revocation(
        AA, entry(room, revoked_at=NOON - DAY, entered_at=NOON), office.published, at(office.now)
    )
    (line,) = said(office, made)
    assert line.startswith(f"aa.news: the item key {room.signer.kid} is revoked from")
    found = collected(office, made, signed_by(office, made, office.people.states[AA][2]))
    assert found.complete
    publish(found.draft, office.published, office.people.operator, at(office.now))
    with pytest.raises(RegistryError, match="is revoked from that moment on already"):
        revocation(AA, entry(room, revoked_at=NOON, entered_at=NOON), office.published, at(office.now))


def test_attack_03_one_person_revokes_no_key_of_another_state(office: Office) -> None:
    room: PressRoom = office.rooms[BB]
    made = revocation(AA, entry(room, revoked_at=NOON, entered_at=NOON), office.published, at(office.now))
    (line,) = said(office, made)
    assert line.startswith(f"WARNING: aa revokes {room.signer.kid} from")
    assert line.endswith("that is no key of aa, no reader heeds it")
    with pytest.raises(RegistryError, match="signs no revocations"):
        revocation("zz", entry(room, revoked_at=NOON, entered_at=NOON), office.published, at(office.now))  # type: ignore[arg-type]


def revoked_once(office: Office) -> None:
    office.revoke(AA, entry(office.rooms[AA], revoked_at=NOON, entered_at=NOON))


def without_entries(office: Office, raw: bytes | None) -> Draft:
    """What one person of aa signs in place of the revocations that stand."""
    path = names.revocations_path(AA)
    made = draft_files("aa-revocations", {} if raw is None else {path: raw}, office.published, at(office.now))
    made.metadata["aa-revocations"].sign(RoleSigner(office.people.states[AA][2]))
    return made


LOST: dict[str, tuple[bytes | None, str]] = {
    "emptied": (revocations_file(AA, ()), "1 revocations would be gone"),
    "another thing": (b"{}", "missing required field"),
    "nested without end": (b"[" * 200_000, r"members/aa/revocations\.json"),
    "not listed any more": (None, "would list members/aa/revocations.json no more"),
    "without a reason": (b"SILENT", "length >= 1"),
    "spelled otherwise": (b"SPACED", "cannot put into words"),
    "before the calendar": (b"EARLY", "a moment in it is none"),
}


@pytest.mark.parametrize(("raw", "why"), LOST.values(), ids=LOST)
def test_revocations_that_lose_one_or_cannot_be_read_are_neither_reviewed_nor_published(
    office: Office, raw: bytes | None, why: str
) -> None:
    revoked_once(office)
    standing = office.published.file(
        office.metadata("aa-revocations").signed.targets[names.revocations_path(AA)]
    )
    early = standing.replace(rfc3339(NOON).encode(), b"0001-01-01T00:00:00+14:00", 1)
    bent = {
        b"SILENT": standing.replace(b"stolen laptop", b""),
        b"SPACED": standing + b" ",
        b"EARLY": standing[:-3] + b"," + early[early.index(b"[") + 1 :],
    }
    made = without_entries(office, raw if raw is None else bent.get(raw, raw))
    with pytest.raises(RegistryError, match=why):
        said(office, made)
    with pytest.raises(RegistryError, match=why):
        publish(made, office.published, office.people.operator, at(office.now))
    key = office.look(office.client("fresh")).registry.keys[office.rooms[AA].signer.kid]  # type: ignore[index]
    assert key.status is KeyStatus.REVOKED


@pytest.mark.parametrize("raw", [b"{}", b'{"v":1,"member":"aa"}\n', b"SILENT"])
def test_revocations_that_were_lost_once_come_back_with_the_next_one_and_the_next_proposal(
    office: Office, raw: bytes
) -> None:
    revoked_once(office)
    standing = office.published.file(
        office.metadata("aa-revocations").signed.targets[names.revocations_path(AA)]
    )
    raw = standing.replace(b"stolen laptop", b"") if raw == b"SILENT" else raw
    office.put(
        "aa-revocations", {names.revocations_path(AA): raw}, office.people.states[AA][:1], checked=False
    )
    assert set(proposed(office).metadata) == {"aa-revocations"}, "it is proposed to mend them"
    successor = Revocation(
        kid=office.rooms[AA].successor.kid,  # type: ignore[arg-type]  # a signer's kid is a plain text
        revoked_at=UnixTime(NOON),
        entered_at=UnixTime(NOON),
        reason="that one, too",
    )
    made = revocation(AA, successor, office.published, at(office.now))
    found = collected(office, made, signed_by(office, made, office.people.states[AA][2]))
    publish(found.draft, office.published, office.people.operator, at(office.now))
    seen = office.look(office.client("fresh"))
    assert seen.problems == ()
    revoked = {kid for kid, key in seen.registry.keys.items() if key.status is KeyStatus.REVOKED}
    assert revoked == {office.rooms[AA].signer.kid, office.rooms[AA].successor.kid}
