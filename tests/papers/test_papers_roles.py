"""``keys/roles/``: whose keys sign the registry itself."""

import base64
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from registry_files import Folders, lay_out

from syndicate.ceremony import tuf_key
from syndicate.news import MemberCode
from syndicate.papers import Problem, Roles, survey
from syndicate.signing import ephemeral_signer

AA, BB = MemberCode("aa"), MemberCode("bb")


def public(seed: int) -> str:
    return ephemeral_signer(bytes([seed]) * 32).public.hex()


def key(name: str, seed: int) -> str:
    return f'name = "{name}"\nscheme = "ed25519"\npublic = "{public(seed)}"\n'


def member(code: str, seed: int) -> str:
    people = "".join(f"\n[[key]]\n{key(f'{code} {n}', seed + n)}" for n in range(1, 4))
    return f'member = "{code}"\nthreshold = 2\n\n[root]\n{key(f"{code} root", seed)}{people}'


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    made = lay_out(tmp_path)
    roles = made.keys / "roles"
    roles.mkdir()
    operator = f"\n[snapshot]\n{key('snapshot', 90)}\n[timestamp]\n{key('timestamp', 91)}"
    (roles / "federation.toml").write_text(f'threshold = 2\nstage = "pilot"\n{operator}')
    (roles / "aa.toml").write_text(member("aa", 10))
    (roles / "bb.toml").write_text(member("bb", 20))
    return made


def roles_of(folders: Folders) -> Roles:
    found = survey(folders.sources, folders.keys)
    assert found.problems == ()
    assert found.roles is not None
    return found.roles


def problem(folders: Folders, name: str, old: str, new: str) -> Problem:
    path = folders.keys / "roles" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    found = survey(folders.sources, folders.keys)
    assert found.registry is None
    assert len(found.problems) == 1, found.problems
    return found.problems[0]


def test_roles_are_read_as_they_stand(folders: Folders) -> None:
    roles = roles_of(folders)
    assert (roles.threshold, roles.stage) == (2, "pilot")
    assert set(roles.root) == {AA, BB}
    assert (roles.members[AA].threshold, len(roles.members[AA].keys)) == (2, 3)
    assert roles.members[AA].keys[0].name == "aa 1"


def test_the_stage_is_the_registrys_too(folders: Folders) -> None:
    registry = survey(folders.sources, folders.keys).registry
    assert registry is not None
    assert registry.stage == "pilot"


def test_without_the_folder_nobody_signs_yet(tmp_path: Path) -> None:
    made = lay_out(tmp_path)
    found = survey(made.sources, made.keys)
    assert (found.problems, found.roles) == ((), None)


def test_a_state_need_not_take_part_in_the_root(folders: Folders) -> None:
    path = folders.keys / "roles" / "bb.toml"
    text = path.read_text()
    path.write_text(text[: text.index("[root]")] + text[text.index("[[key]]") :])
    federation = folders.keys / "roles" / "federation.toml"
    federation.write_text(federation.read_text().replace("threshold = 2", "threshold = 1"))
    assert set(roles_of(folders).root) == {AA}


def test_a_key_in_a_hardware_module_is_written_in_pem(folders: Folders) -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).public_key()
    text = pem.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    path = folders.keys / "roles" / "aa.toml"
    old = f'scheme = "ed25519"\npublic = "{public(10)}"'
    new = f'scheme = "ecdsa-sha2-nistp256"\npublic = """\n{text}"""'
    path.write_text(path.read_text().replace(old, new))
    found = roles_of(folders).root[AA]
    assert found.public == text
    assert tuf_key(found).scheme == "ecdsa-sha2-nistp256"


def test_a_key_in_another_spelling_of_pem_is_refused_as_it_would_count_twice(folders: Folders) -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).public_key()
    lines = pem.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode().splitlines()
    compressed = pem.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    begin = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
    short = base64.b64encode(begin + compressed).decode()
    others = {
        "other lines": [lines[1][:40], lines[1][40:], lines[2]],
        "the point compressed": [short[:64], short[64:]],
    }
    old = f'scheme = "ed25519"\npublic = "{public(10)}"'
    path = folders.keys / "roles" / "aa.toml"
    before = path.read_text()
    for name, body in others.items():
        text = "\n".join([lines[0], *body, lines[-1]])
        path.write_text(before.replace(old, f'scheme = "ecdsa-sha2-nistp256"\npublic = """\n{text}\n"""'))
        [found] = survey(folders.sources, folders.keys).problems
        assert found.message.startswith(("not the one spelling", "not a public key of")), name


class Spoiled(NamedTuple):
    """One thing that is wrong: in which file, instead of what, and what is told of which field."""

    name: str
    old: str
    new: str
    field: str
    told: str


WEAK = "01" + "00" * 31
SPOILED = {
    "another's file": Spoiled("aa", 'member = "aa"', 'member = "bb"', "member", "the file is named aa.toml"),
    "too many": Spoiled("aa", "threshold = 2", "threshold = 4", "threshold", "4 of 3 keys can never sign"),
    "nobody": Spoiled("aa", "threshold = 2", "threshold = 0", "threshold", "0 of 3 keys"),
    "one alone": Spoiled("aa", "threshold = 2", "threshold = 1", "threshold", "one person alone"),
    "no number": Spoiled("aa", "threshold = 2", "threshold = true", "threshold", "not a whole number"),
    "of the root": Spoiled("federation", "threshold = 2", "threshold = 3", "threshold", "3 of 2 root keys"),
    "another stage": Spoiled("federation", '"pilot"', '"test"', "stage", "unknown word 'test'"),
    "one key twice": Spoiled("aa", public(10), public(11), "key[1].public", "is taken"),
    "too short": Spoiled("aa", public(10), public(10)[:-1], "root.public", "not 64 hex"),
    "a weak key": Spoiled("aa", public(10), WEAK, "root.public", "small order"),
    "no PEM": Spoiled("aa", '"ed25519"', '"ecdsa-sha2-nistp256"', "root.public", "not a public key in PEM"),
    "another scheme": Spoiled("aa", '"ed25519"', '"rsa"', "root.scheme", "unknown word 'rsa'"),
    "nobody's": Spoiled("aa", 'name = "aa root"\n', "", "root", "'name' is missing"),
    "an unknown field": Spoiled("aa", "[root]", "extra = 1\n[root]", "extra", "unknown field"),
}


@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED)
def test_what_is_wrong_is_named_with_file_and_field(folders: Folders, spoiled: Spoiled) -> None:
    found = problem(folders, f"{spoiled.name}.toml", spoiled.old, spoiled.new)
    assert found.file.endswith(f"roles/{spoiled.name}.toml")
    assert found.field == spoiled.field
    assert spoiled.told in found.message


def test_no_state_has_the_operators_key(folders: Folders) -> None:
    assert "is taken" in problem(folders, "bb.toml", public(20), public(91)).message


def test_an_operator_without_a_snapshot_key_is_told(folders: Folders) -> None:
    path = folders.keys / "roles" / "federation.toml"
    path.write_text(path.read_text().replace("[snapshot]", "[snapshots]"))
    found = survey(folders.sources, folders.keys).problems
    assert any("'snapshot' is missing" in each.message for each in found)


def test_a_file_of_somebody_who_is_no_member_is_told(folders: Folders) -> None:
    (folders.keys / "roles" / "zz.toml").write_text(member("zz", 40))
    [found] = survey(folders.sources, folders.keys).problems
    assert "'zz' is not a member" in found.message


def test_states_without_the_federations_own_file_are_told(folders: Folders) -> None:
    (folders.keys / "roles" / "federation.toml").unlink()
    [found] = survey(folders.sources, folders.keys).problems
    assert "there is no federation.toml beside it" in found.message
