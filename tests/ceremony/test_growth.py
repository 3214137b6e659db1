"""From a pilot of two founding states to eleven, seven of whom decide: by proposals, signed and published."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from press import DAY, NOON
from signed_registry import at

from syndicate.ceremony import (
    Books,
    Operator,
    Papers,
    Rehearsal,
    Repository,
    RoleSigner,
    changes,
    collect,
    draft,
    publish,
    sign_draft,
)
from syndicate.errors import RegistryError
from syndicate.news import FederationId, Member, MemberCode, Registry
from syndicate.ports import Signer
from syndicate.registry import Refreshed, RegistryClient, folder_dial
from syndicate.signing import ephemeral_signer

FOUNDERS = ("aa", "bb")
ALL = (*FOUNDERS, "cc", "dd", "ee", "ff", "gg", "hh", "ii", "jj", "kk")


class Hall:
    """Everybody's keys, in one hand for the test."""

    def __init__(self, folder: Path) -> None:
        codes = [MemberCode(code) for code in ALL]
        self.people = Rehearsal.from_seed(bytes(32), codes, ephemeral_signer)
        self.published = Repository(folder / "registry")
        self.now = NOON

    def papers(self, codes: Iterable[str], threshold: int, stage: str) -> Papers:
        members = {
            MemberCode(code): Member(code=MemberCode(code), names={"en": f"State {code}"}) for code in codes
        }
        registry = Registry(
            federation=FederationId("trial"), name="Growing", members=members, agencies={}, keys={},
            version="", stage=stage,
        )  # fmt: skip
        roles = self.people.roles
        own = {code: roles.members[code] for code in members}
        return Papers(registry=registry, roles=replace(roles, threshold=threshold, members=own, stage=stage))

    def agree(self, papers: Papers, *roots: str) -> tuple[str, ...]:
        """Propose; these root keys and two people of every state sign; publish. What was told to them."""
        base = self.published if self.published.exists else None
        made = draft(papers, self.published, at(self.now))
        before, after = None if base is None else Books(base), Books(base, made)
        after.check(at(self.now))
        told = changes(made, before, after)
        own = [signer for code in papers.registry.members for signer in self.people.states[code][:2]]
        signers: list[Signer] = [self.people.roots[MemberCode(code)] for code in roots]
        signers += [each for each in own if _may(made.metadata, each, after)]
        given = [("", sign_draft(made, RoleSigner(each), before, after)) for each in signers]
        found = collect(made, given, before, after)
        operator = Operator(
            snapshot=RoleSigner(self.people.snapshot), timestamp=RoleSigner(self.people.timestamp)
        )
        publish(found.draft, self.published, operator, at(self.now))
        return told


def _may(metadata: Iterable[str], signer: Signer, after: Books) -> bool:
    keyid = RoleSigner(signer).public_key.keyid
    return any(role in metadata and keyid in seat.keyids for role, seat in after.delegated.items())


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall(tmp_path)


def look(hall: Hall, client: RegistryClient) -> Refreshed:
    return client.refresh(folder_dial(hall.published.folder), hall.now)


def test_a_pilot_of_two_states_grows_to_seven_of_eleven(hall: Hall, tmp_path: Path) -> None:
    hall.agree(hall.papers(FOUNDERS, 2, "pilot"), *FOUNDERS)
    client = RegistryClient(hall.published.first_root(), tmp_path / "client")
    registry = look(hall, client).registry
    assert (registry.stage, set(registry.members)) == ("pilot", set(FOUNDERS))

    hall.now += DAY
    told = hall.agree(hall.papers(ALL, 7, ""), *ALL[:7])
    assert "root: takes 7 of 11 keys, not 2" in told
    assert "kk: a new member, State kk" in told
    assert "the federation's stage: 'pilot' becomes ''" in told
    seen = look(hall, client)
    assert (seen.registry.stage, set(seen.registry.members)) == ("", set(ALL))
    root = next(role for role in seen.roles if role.name == "root")
    assert (root.version, root.threshold, len(root.keys)) == (2, 7, 11)
    a_year = sum(role.threshold for role in seen.roles if role.name not in ("snapshot", "timestamp"))
    assert a_year == 7 + 7 + 11 * (2 + 1), "seven for each of two roles, three for each state's own"


@pytest.mark.parametrize(
    ("roots", "why"),
    [
        pytest.param(ALL[:6], "signed by 6/7 keys", id="six of the new ones"),
        pytest.param(ALL[1:8], "signed by 1/2 keys", id="seven, but one founder only"),
    ],
)
def test_it_grows_by_nobodys_word_but_that_of_both(hall: Hall, roots: tuple[str, ...], why: str) -> None:
    hall.agree(hall.papers(FOUNDERS, 2, "pilot"), *FOUNDERS)
    with pytest.raises(RegistryError, match=why):
        hall.agree(hall.papers(ALL, 7, ""), *roots)
    assert hall.published.root().signed.version == 1


def test_after_that_six_states_change_nothing(hall: Hall) -> None:
    hall.agree(hall.papers(FOUNDERS, 2, "pilot"), *FOUNDERS)
    hall.agree(hall.papers(ALL, 7, ""), *ALL[:7])
    fewer = hall.papers(ALL[:10], 7, "")
    with pytest.raises(RegistryError, match="signed by 6/7 keys"):
        hall.agree(fewer, *ALL[:6])
    told = hall.agree(fewer, *ALL[:7])
    assert "kk: IS NO MEMBER ANY MORE" in told
