"""Who signs for whom: what of it no signer is told is refused, at the review and at the publication."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from proposing import proposed, said
from signed_registry import AA, BB, Office, at
from tuf.api.metadata import DelegatedRole, Delegations

from syndicate.ceremony import RoleSigner, publish, role_key, tuf_key
from syndicate.errors import RegistryError
from syndicate.news import AgencyId
from syndicate.papers import RoleKey
from syndicate.signing import ephemeral_signer

Bend = Callable[[Any], None]  # of the signed part of a role


def _fewer_agree(root: Any) -> None:
    root.roles["targets"].threshold = 1


def _another_agrees(root: Any) -> None:
    thief = tuf_key(role_key("thief", ephemeral_signer()))
    root.add_key(thief, "targets")


def _others_agree(root: Any) -> None:
    root.roles["targets"].keyids = root.roles["snapshot"].keyids


def _a_key_of_nobody(root: Any) -> None:
    thief = tuf_key(role_key("thief", ephemeral_signer()))
    root.keys[thief.keyid] = thief


def _in_capitals(root: Any) -> None:
    key = root.keys[root.roles["root"].keyids[0]]
    other = tuf_key(RoleKey(name="bb, root", scheme="ed25519", public=key.keyval["public"].upper()))
    for role in ("root", "targets"):
        root.add_key(other, role)


def _one_is_enough(targets: Any) -> None:
    targets.delegations.roles["aa"].threshold = 1


def _two_for_the_brake(targets: Any) -> None:
    targets.delegations.roles["aa-revocations"].threshold = 2


def _others_brake(targets: Any) -> None:
    roles = targets.delegations.roles
    roles["aa-revocations"].keyids = roles["aa"].keyids[:2]


def _nobody_can(targets: Any) -> None:
    targets.delegations.roles["aa"].threshold = 4


def _unknown_field(signed: Any) -> None:
    signed.unrecognized_fields["x-more"] = "than is said"


def _unknown_field_of_a_key(signed: Any) -> None:
    next(iter(signed.delegations.keys.values())).unrecognized_fields["x-more"] = "than is said"


def _unknown_field_of_a_file(signed: Any) -> None:
    next(iter(signed.targets.values())).unrecognized_fields["custom"] = {"x": 1}


def _hands_on(signed: Any) -> None:
    thief = tuf_key(role_key("thief", ephemeral_signer()))
    evil = DelegatedRole("evil", [thief.keyid], 1, terminating=False, paths=["*"])
    signed.delegations = Delegations({thief.keyid: thief}, {"evil": evil})


BENT: dict[str, tuple[str, Bend, str]] = {
    "fewer root keys for what all agreed on": ("root", _fewer_agree, "1 of 3 keys, not the same 2 of 3"),
    "a stranger among those who agree": ("root", _another_agrees, "by others than the root itself"),
    "the operator for what all agreed on": ("root", _others_agree, "by others than the root itself"),
    "a key that signs nothing": ("root", _a_key_of_nobody, "keys that sign nothing"),
    "one key in two spellings": ("root", _in_capitals, "is no good: not 64 hexadecimal digits"),
    "more than this program knows": ("root", _unknown_field, "cannot put into words, at 'x-more'"),
    "one person for a manifest": ("targets", _one_is_enough, "one person of aa alone could change"),
    "two people for the brake": ("targets", _two_for_the_brake, "could not revoke a key any more"),
    "others at the brake": ("targets", _others_brake, "not the same people of aa"),
    "more people than there are": ("targets", _nobody_can, "4 of 3 keys: nobody could"),
    "more of a key": ("targets", _unknown_field_of_a_key, "cannot put into words, at 'delegations.keys"),
    "more of a file": ("targets", _unknown_field_of_a_file, "cannot put into words, at 'targets.federation"),
    "a manifest that hands on": ("aa", _hands_on, "cannot put into words, at 'delegations'"),
}


@pytest.mark.parametrize(("role", "bend", "why"), BENT.values(), ids=BENT)
def test_attack_32_what_no_signer_is_told_of_is_refused_at_review_and_at_publication(
    office: Office, role: str, bend: Bend, why: str
) -> None:
    made = proposed(office, renew=("root", "targets", "aa"))
    bend(made.metadata[role].signed)
    with pytest.raises(RegistryError, match=why):
        said(office, made)
    for each in made.metadata:
        for signer in office.people.signers(each):
            made.metadata[each].sign(RoleSigner(signer), append=True)
    with pytest.raises(RegistryError):
        publish(made, office.published, office.people.operator, at(office.now))
    assert office.published.root().signed.version == 1


def test_who_signs_what_all_agreed_on_is_told_with_the_root(office: Office) -> None:
    roots = {**office.people.roots, AA: ephemeral_signer()}
    told = said(office, proposed(office, roles=replace(office.people, roots=roots).roles))
    for called in ("root", "what all agreed on"):
        assert any(line.startswith(f"{called}: signed by aa, root") for line in told)
        assert any(line.startswith(f"{called}: no longer signed by aa, root") for line in told)


def test_attack_32_one_person_never_signs_for_two_states(office: Office) -> None:
    shared = office.people.states[AA][0]
    states = {**office.people.states, BB: (shared, *office.people.states[BB][1:])}
    with pytest.raises(RegistryError, match="would sign for two states"):
        said(office, proposed(office, roles=replace(office.people, states=states).roles))


def test_attack_32_a_wider_seat_is_refused(office: Office) -> None:
    made = proposed(office, renew=("targets",))
    made.metadata["targets"].signed.delegations.roles["aa"].paths = ["members/*"]
    with pytest.raises(RegistryError, match="would let aa speak for more than one state's own file"):
        said(office, made)


def test_attack_31_a_state_that_claims_anothers_hosts_is_shown_to_the_signers(office: Office) -> None:
    foreign = replace(office.papers.agencies[AgencyId("bb.news")], id=AgencyId("aa.bbnews"))
    papers = replace(office.papers, agencies={**office.papers.agencies, foreign.id: foreign})
    told = said(office, proposed(office, papers))
    domain = foreign.domains[0]
    warned = f"{domain} is claimed by aa.bbnews and by bb.news: both claims stand for now"
    assert f"WARNING: readers will note: {warned}" in told
