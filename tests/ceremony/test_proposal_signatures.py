"""Whose signatures on a proposal count, and for how much."""

from dataclasses import replace

import pytest
from proposing import NEWS, collected, proposed, signed_by, with_agency
from signed_registry import AA, BB, CC, Office, at

from syndicate.ceremony import RoleSigner, Signatures, proposal_digest, publish
from syndicate.errors import RegistryError
from syndicate.signing import ephemeral_signer


def test_it_says_who_has_signed_and_who_is_missing_by_name(office: Office) -> None:
    made = proposed(office, with_agency(office, names={"en": "Renamed"}))
    (one,) = collected(office, made, signed_by(office, made, office.people.states[AA][1])).tallies
    assert (one.role, one.threshold, one.complete) == ("aa", 2, False)
    assert [each.partition(" (")[0] for each in one.signed] == ["aa, 2"]
    assert [each.partition(" (")[0] for each in one.missing] == ["aa, 1", "aa, 3"]


def test_what_enough_people_signed_is_published(office: Office) -> None:
    made = proposed(office, with_agency(office, names={"en": "Renamed"}))
    found = collected(office, made, signed_by(office, made, *office.people.states[AA][:2]))
    assert (found.complete, found.refused) == (True, ())
    publish(found.draft, office.published, office.people.operator, at(office.now))
    assert office.look().registry.agencies[NEWS].name() == "Renamed"


def test_signatures_that_do_not_count_are_named(office: Office) -> None:
    made = proposed(office, with_agency(office, names={"en": "Renamed"}))
    other = proposed(office, with_agency(office, names={"en": "Otherwise"}))
    good = signed_by(office, made, office.people.states[AA][0])
    foreign = RoleSigner(office.people.states[BB][0])
    stranger = Signatures(
        proposal=proposal_digest(made), by_role={"aa": foreign.sign(made.metadata["aa"].signed_bytes)}
    )
    broken = Signatures(
        proposal=proposal_digest(made),
        by_role={"aa": RoleSigner(office.people.states[AA][1]).sign(b"something else")},
    )
    elsewhere = Signatures(proposal=proposal_digest(made), by_role={"bb": broken.by_role["aa"]})
    found = collected(
        office,
        made,
        [
            *good,
            ("again.json", good[0][1]),
            ("stranger.json", stranger),
            ("broken.json", broken),
            ("elsewhere.json", elsewhere),
            ("other.json", signed_by(office, other, office.people.states[AA][1])[0][1]),
        ],
    )
    assert not found.complete
    told = dict(line.split(": ", 1) for line in found.refused)
    assert "has signed aa already; that counts once" in told["again.json"]
    assert "may not sign aa" in told["stranger.json"]
    assert "does not verify" in told["broken.json"]
    assert told["elsewhere.json"] == "bb is not in this proposal"
    assert "signs another proposal" in told["other.json"]


def test_a_key_that_signs_nothing_of_it_is_told_so(office: Office) -> None:
    made = proposed(office, with_agency(office, names={"en": "Renamed"}))
    with pytest.raises(RegistryError, match="signs nothing of this proposal"):
        signed_by(office, made, office.people.states[BB][0])


def test_another_root_takes_the_word_of_both(office: Office) -> None:
    """Who held the root before, and who holds it then: a signature may count for both."""
    newcomer = ephemeral_signer()
    people = replace(office.people, roots={**office.people.roots, AA: newcomer})
    made = proposed(office, roles=people.roles)
    half = collected(office, made, signed_by(office, made, newcomer, office.people.roots[BB]))
    progress = {(each.role, each.as_it): (len(each.signed), each.complete) for each in half.tallies}
    assert progress[("root", "stands")] == (1, False)
    assert progress[("root", "would be")] == (2, True)
    assert progress[("targets", "would be")] == (2, True)
    whole = collected(
        office, made, signed_by(office, made, newcomer, office.people.roots[BB], office.people.roots[CC])
    )
    assert whole.complete
    publish(whole.draft, office.published, office.people.operator, at(office.now))
    assert office.published.root().signed.version == 2
