import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from press import DAY, NOON
from signed_registry import AA, BB, CC, Office, at
from tuf.api.metadata import Metadata

from syndicate.ceremony import (
    Draft,
    Papers,
    Rehearsal,
    Repository,
    RoleSigner,
    check_signed,
    draft,
    publish,
    tick,
)
from syndicate.errors import RegistryError
from syndicate.news import AgencyId, MemberCode, Registry
from syndicate.papers import Roles
from syndicate.ports import Signer
from syndicate.registry import names
from syndicate.signing import ephemeral_signer


def drafted(
    office: Office, *, papers: Registry | None = None, roles: Roles | None = None, renew: tuple[str, ...] = ()
) -> Draft:
    wanted = Papers(
        registry=replace(papers or office.papers, stage="rehearsal"), roles=roles or office.people.roles
    )
    return draft(wanted, office.published, at(office.now), renew=renew)


def renamed(office: Office) -> Registry:
    agency = replace(office.papers.agencies[AgencyId("aa.news")], names={"en": "Renamed"})
    return replace(office.papers, agencies={**office.papers.agencies, agency.id: agency})


def sign(made: Draft, role: str, *signers: Signer) -> Draft:
    for signer in signers:
        made.metadata[role].sign(RoleSigner(signer), append=True)
    return made


def test_papers_that_changed_nothing_ask_for_no_signature(office: Office) -> None:
    assert drafted(office).metadata == {}


def test_a_change_asks_only_those_whom_it_concerns(office: Office) -> None:
    made = drafted(office, papers=renamed(office))
    assert set(made.metadata) == {"aa"}
    assert set(made.files) == {names.manifest_path(AA)}


def test_a_new_member_is_everybodys_matter_and_then_its_own(office: Office) -> None:
    dd = MemberCode("dd")
    papers = replace(
        office.papers, members={**office.papers.members, dd: replace(office.papers.members[AA], code=dd)}
    )
    joined = Rehearsal.begin([dd], ephemeral_signer).roles.members
    roles = replace(office.people.roles, members={**office.people.roles.members, **joined})
    assert set(drafted(office, papers=papers, roles=roles).metadata) == {
        "root",
        "targets",
        "dd",
        "dd-revocations",
    }


def test_the_same_papers_make_the_same_draft(office: Office) -> None:
    one, other = (drafted(office, papers=renamed(office)) for _ in range(2))
    assert one.metadata["aa"].to_bytes() == other.metadata["aa"].to_bytes()


def test_a_year_later_a_role_is_signed_again_as_it_stands(office: Office) -> None:
    made = drafted(office, renew=("aa", "aa-revocations", "root", "targets"))
    assert {role: each.signed.version for role, each in made.metadata.items()} == dict.fromkeys(
        ("aa", "aa-revocations", "root", "targets"), 2
    )
    for role in made.metadata:
        sign(made, role, *office.people.signers(role))
    publish(made, office.published, office.people.operator, at(office.now + 300 * DAY))
    office.now += 300 * DAY
    assert office.look().registry.agencies == office.papers.agencies


def with_new(office: Office, **keys: Signer) -> Rehearsal:
    """The people, with another first key of a state ("aa"), or another root key ("aa_root")."""
    people = office.people
    for name, signer in keys.items():
        code = MemberCode(name[:2])
        if name.endswith("_root"):
            people = replace(people, roots={**people.roots, code: signer})
        else:
            people = replace(people, states={**people.states, code: (signer, *people.states[code][1:])})
    return people


def test_a_states_other_key_has_its_files_signed_anew(office: Office) -> None:
    people = with_new(office, aa=ephemeral_signer())
    made = drafted(office, roles=people.roles)
    assert set(made.metadata) == {"targets", "aa", "aa-revocations"}
    for role in made.metadata:
        sign(made, role, *people.signers(role))
    publish(made, office.published, office.people.operator, at(office.now))
    assert office.look().problems == ()


def test_another_root_key_has_the_root_and_what_all_agreed_on_signed_anew(office: Office) -> None:
    client = office.client()
    office.look(client)
    people = with_new(office, aa_root=ephemeral_signer())
    made = drafted(office, roles=people.roles)
    assert set(made.metadata) == {"root", "targets"}
    sign(made, "root", office.people.roots[BB], office.people.roots[CC])
    sign(made, "targets", people.roots[AA], people.roots[BB])
    publish(made, office.published, office.people.operator, at(office.now))
    assert office.look(client).root.version == 2


def test_the_operators_other_keys_sign_what_is_published_then(office: Office) -> None:
    client = office.client()
    office.look(client)
    people = replace(office.people, snapshot=ephemeral_signer(), timestamp=ephemeral_signer())
    made = drafted(office, roles=people.roles)
    assert set(made.metadata) == {"root"}
    publish(sign(made, "root", *people.signers("root")), office.published, people.operator, at(office.now))
    assert office.look(client).root.version == 2
    with pytest.raises(RegistryError, match="the key given for the timestamp is not the one"):
        tick(office.published, office.people.operator, at(office.now))


@pytest.mark.parametrize(
    ("by", "why"),
    [
        pytest.param(lambda p: [], "aa was signed by 0/2 keys", id="nobody"),
        pytest.param(lambda p: p.states[AA][:1], "aa was signed by 1/2 keys", id="one of two"),
        pytest.param(lambda p: p.states[AA][:1] * 2, "aa was signed by 1/2 keys", id="one twice"),
        pytest.param(lambda p: p.states[BB], "aa was signed by 0/2 keys", id="another state"),
        pytest.param(lambda p: [p.snapshot, p.timestamp], "signed by 0/2 keys", id="the operator"),
        pytest.param(lambda p: p.roots.values(), "signed by 0/2 keys", id="all root keys"),
    ],
)
def test_what_too_few_signed_is_not_published(
    office: Office, by: Callable[[Rehearsal], list[Signer]], why: str
) -> None:
    made = sign(drafted(office, papers=renamed(office)), "aa", *by(office.people))
    before = {path: path.read_bytes() for path in office.published.folder.rglob("*.json")}
    with pytest.raises(RegistryError, match=why):
        publish(made, office.published, office.people.operator, at(office.now))
    assert {path: path.read_bytes() for path in office.published.folder.rglob("*.json")} == before


def another_root(office: Office) -> tuple[Draft, Rehearsal]:
    """A new root, signed: another root key, other people for a state, other keys of the operator."""
    people = with_new(office, aa_root=ephemeral_signer(), aa=ephemeral_signer())
    people = replace(people, snapshot=ephemeral_signer(), timestamp=ephemeral_signer())
    made = drafted(office, roles=people.roles)
    assert set(made.metadata) == {"root", "targets", "aa", "aa-revocations"}
    sign(made, "root", office.people.roots[BB], office.people.roots[CC])
    sign(made, "targets", people.roots[AA], people.roots[BB])
    for role in ("aa", "aa-revocations"):
        sign(made, role, *people.signers(role))
    return made, people


def test_an_operator_who_gives_the_wrong_key_publishes_nothing_and_is_told_which(office: Office) -> None:
    made, people = another_root(office)
    before = {path: path.read_bytes() for path in office.published.folder.rglob("*.json")}
    for wrong, name in (
        (replace(people.operator, timestamp=people.operator.snapshot), "timestamp"),
        (replace(people.operator, snapshot=people.operator.timestamp), "snapshot"),
        (office.people.operator, "snapshot"),
    ):
        with pytest.raises(
            RegistryError, match=rf"the key given for the {name} is not the one .* operator, "
        ):
            publish(made, office.published, wrong, at(office.now))
        assert {path: path.read_bytes() for path in office.published.folder.rglob("*.json")} == before
    publish(made, office.published, people.operator, at(office.now))
    assert office.look().problems == ()


def test_a_publication_that_was_killed_anywhere_is_ended_by_the_same_one_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, people = another_root(office)
    honest, writes = Repository.put, len(made.metadata) + 2
    for survived in range(writes + 1):
        folder = Repository(office.copy(f"killed-{survived}"))
        left = iter(range(survived))

        def put(self: Repository, role: str, metadata: Metadata[Any], left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise RegistryError("killed")
            honest(self, role, metadata)

        monkeypatch.setattr(Repository, "put", put)
        if survived < writes:
            with pytest.raises(RegistryError, match="killed"):
                publish(made, folder, people.operator, at(office.now))
        monkeypatch.setattr(Repository, "put", honest)
        if survived < writes - 1:
            before = office.look(office.client(f"before-{survived}"), folder=folder.folder)
            assert before.root.version == 1, "readers see nothing of it"
        publish(made, folder, people.operator, at(office.now))
        after = office.look(office.client(f"after-{survived}"), folder=folder.folder)
        assert (after.root.version, after.problems) == (2, ())


def test_a_root_that_is_not_signed_by_the_one_before_is_not_the_newest(office: Office) -> None:
    metadata = office.published.folder / "metadata"
    for name in ("77.root.json", "1a.root.json", f"{'9' * 40}.root.json"):
        shutil.copy(metadata / "1.root.json", metadata / name)
    assert office.published.root().signed.version == 1
    made, _ = another_root(office)
    made.metadata["root"].signatures.clear()
    (metadata / "2.root.json").write_bytes(made.metadata["root"].to_bytes())
    with pytest.raises(RegistryError, match="version 2 of the root does not verify"):
        office.published.root()


def test_a_draft_from_before_another_publication_is_not_published(office: Office) -> None:
    stale = sign(drafted(office, papers=renamed(office)), "aa", *office.people.signers("aa"))
    office.publish(renamed(office))
    with pytest.raises(RegistryError, match="aa is version 2, where 3 is next") as failure:
        check_signed(stale.metadata, office.published)
    assert "propose the change again" in failure.value.hint


def test_attack_31_no_state_takes_over_anothers_seat(office: Office) -> None:
    """Fewer states than it takes sign that aa's keys are bb's: the delegation stays as it was."""
    people = replace(office.people, states={**office.people.states, AA: office.people.states[BB]})
    made = drafted(office, roles=people.roles)
    assert set(made.metadata) == {"targets", "aa", "aa-revocations"}
    sign(made, "targets", office.people.roots[BB])
    for role in ("aa", "aa-revocations"):
        sign(made, role, *office.people.states[BB])
    with pytest.raises(RegistryError, match="targets was signed by 1/2 keys"):
        publish(made, office.published, office.people.operator, at(office.now))


def test_a_federation_of_which_nobody_holds_the_root_is_not_drafted(office: Office) -> None:
    roles = replace(office.people.roles, members={})
    with pytest.raises(RegistryError, match="no state has a root key"):
        drafted(office, roles=roles)


def test_every_hour_the_timestamp_and_seldom_the_snapshot_is_signed_again(office: Office) -> None:
    snapshots = []
    for hour in range(1, 7 * 24, 12):
        tick(office.published, office.people.operator, at(NOON + hour * 3_600))
        snapshots.append(office.published.snapshot().signed.version)
        assert office.published.timestamp().signed.expires == at(NOON + hour * 3_600 + DAY)
    assert snapshots == sorted(snapshots)
    assert snapshots[-1] == 2


def test_a_folder_that_is_no_registry_is_named(tmp_path: Path, office: Office) -> None:
    empty = type(office.published)(tmp_path / "empty")
    assert not empty.exists
    with pytest.raises(RegistryError, match=r"cannot read .*1\.root\.json"):
        empty.root()
