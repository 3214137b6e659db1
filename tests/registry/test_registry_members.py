"""What a member state may say in the registry, by how many of its people, and that none stops another."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from looking import HOUR, agencies, renamed
from securesystemslib.formats import encode_canonical
from signed_registry import AA, BB, CC, Office

from syndicate.ceremony import RoleSigner
from syndicate.errors import RegistryError
from syndicate.news import AgencyId
from syndicate.ports import Signer
from syndicate.registry import manifest_file, names


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
