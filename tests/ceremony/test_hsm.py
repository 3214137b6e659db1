"""A state's key in a hardware module (SoftHSM, by PKCS#11): it signs a proposal that is then published."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from get_softhsm import found
from signed_registry import AA, Office, at

from syndicate.ceremony import Books, Papers, RoleSigner, collect, draft, publish, sign_draft
from syndicate.errors import SigningError
from syndicate.news import AgencyId
from syndicate.papers import RoleKey
from syndicate.signing import open_hsm

MODULE = found(Path(sys.prefix) / "softhsm")
PIN = "1234"
pytestmark = pytest.mark.skipif(MODULE is None, reason="no SoftHSM here: install softhsm2, or run make check")


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a P-256 key on a token of its own."""
    assert MODULE is not None
    library, tool = MODULE
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm.conf"))
        patch.setenv("PYKCS11LIB", str(library))
        for label in ("ministry", "another"):
            subprocess.run(
                [tool, "--module", library, "--init-token", "--free", "--label", label, "--pin", PIN,
                 "--so-pin", "5678"],
                check=True, capture_output=True,
            )  # fmt: skip
        _make_key(library)
        yield "hsm:2?label=ministry"


def _make_key(library: Path) -> None:
    import pkcs11  # noqa: PLC0415 - of the extra "hsm"
    from pkcs11.util.ec import encode_named_curve_parameters  # noqa: PLC0415

    with pkcs11.lib(str(library)).get_token(token_label="ministry").open(rw=True, user_pin=PIN) as session:
        curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True).generate_keypair(
            store=True, id=b"\x02", label="state key"
        )


def test_a_key_on_a_token_signs_for_its_state(token: str, tmp_path: Path) -> None:
    module = open_hsm(token, lambda: PIN)
    office = Office(tmp_path)
    roles = office.people.roles
    own = roles.members[AA]
    on_token = RoleKey(name="aa, on a token", scheme=module.scheme, public=f"{module.pem}\n")
    members = {**roles.members, AA: replace(own, keys=(on_token, *own.keys[1:]))}
    papers = Papers(registry=replace(office.papers, stage="rehearsal"), roles=replace(roles, members=members))
    made = draft(papers, office.published, at(office.now))
    after = Books(None, made)
    after.check(at(office.now))
    others = [*office.people.roots.values(), *office.people.states[AA][1:2]]
    others += [signer for code in office.people.states if code != AA for signer in office.people.states[code]]
    given = [("token", sign_draft(made, module, None, after))]
    given += [("file", sign_draft(made, RoleSigner(each), None, after)) for each in others]
    found_ = collect(made, given, None, after)
    assert (found_.complete, found_.refused) == (True, ())
    assert any(each.startswith("aa, on a token (") for tally in found_.tallies for each in tally.signed)
    publish(found_.draft, office.published, office.people.operator, at(office.now))
    assert AgencyId("aa.news") in office.look().registry.agencies


@pytest.mark.parametrize(
    ("address", "pin", "why"),
    [
        pytest.param("hsm:2?label=ministry", "9999", "refuses: PinIncorrect", id="another PIN"),
        pytest.param("hsm:7?label=ministry", PIN, "could not find ECDSA key", id="no such key"),
        pytest.param("hsm:2?label=nobody", PIN, "No PKCS#11 token found", id="no such token"),
        pytest.param("hsm:x", PIN, "invalid literal", id="no number"),
    ],
)
def test_a_module_that_does_not_sign_says_why(token: str, address: str, pin: str, why: str) -> None:
    with pytest.raises(SigningError, match=why) as caught:
        open_hsm(address, lambda: pin).sign(b"a proposal")
    assert caught.value.hint


def test_who_gives_no_pin_is_no_failure_of_the_module(token: str) -> None:
    def nobody() -> str:
        raise EOFError

    with pytest.raises(EOFError):
        open_hsm(token, nobody).sign(b"a proposal")


def test_without_what_speaks_to_a_module_it_is_said_how_to_get_it(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("securesystemslib.signer._hsm_signer.PKCS11_IMPORT_ERROR", "not installed")
    with pytest.raises(SigningError, match="nothing here speaks") as caught:
        open_hsm(token, lambda: PIN)
    assert "asean-syndicate[hsm]" in caught.value.hint
