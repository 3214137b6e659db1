"""A proposal on its way: what a signer is shown and refused, whose signatures count, and who is missing."""

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from press import DAY, NOON, PressRoom
from securesystemslib.signer import SSlibKey
from signed_registry import AA, BB, CC, Office, at, entry
from tuf.api.metadata import DelegatedRole, Delegations, TargetFile

from syndicate.ceremony import (
    Books,
    Collected,
    Draft,
    Papers,
    RoleSigner,
    Signatures,
    changes,
    collect,
    draft,
    draft_files,
    proposal_digest,
    publish,
    read_proposal,
    read_signatures,
    revocation,
    role_key,
    sign_draft,
    spoken,
    terms,
    tuf_key,
    write_proposal,
)
from syndicate.errors import RegistryError
from syndicate.news import (
    Agency,
    AgencyId,
    FeedId,
    Former,
    KeyStatus,
    Member,
    MemberCode,
    Ownership,
    Registry,
    SeatState,
    SignedFeed,
    Since,
    StreamName,
    UnixTime,
    rfc3339,
)
from syndicate.papers import RoleKey, Roles
from syndicate.ports import Signer
from syndicate.registry import Revocation, names, revocations_file
from syndicate.signing import ephemeral_signer

NEWS = AgencyId("aa.news")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.publish()
    return made


def proposed(
    office: Office, papers: Registry | None = None, roles: Roles | None = None, renew: tuple[str, ...] = ()
) -> Draft:
    """What goes to the signers: written into a file, and read again."""
    wanted = Papers(
        registry=replace(papers or office.papers, stage="rehearsal"), roles=roles or office.people.roles
    )
    made = draft(wanted, office.published, at(office.now), renew=renew)
    return read_proposal(write_proposal(made))


def with_agency(office: Office, **changed: Any) -> Registry:
    agency = replace(office.papers.agencies[NEWS], **changed)
    return replace(office.papers, agencies={**office.papers.agencies, NEWS: agency})


def said(office: Office, made: Draft) -> list[str]:
    after = Books(office.published, made)
    after.check(at(office.now))
    return list(changes(made, Books(office.published), after))


def signed_by(office: Office, made: Draft, *signers: Signer) -> list[tuple[str, Signatures]]:
    before, after = Books(office.published), Books(office.published, made)
    given = [sign_draft(made, RoleSigner(each), before, after) for each in signers]
    return [(f"{place}.json", read_signatures(each.to_bytes())) for place, each in enumerate(given)]


def collected(office: Office, made: Draft, given: list[tuple[str, Signatures]]) -> Collected:
    return collect(made, given, Books(office.published), Books(office.published, made))


# What a signer is shown.


FEED = SignedFeed(
    id=FeedId("aa.news/main"),
    agency=NEWS,
    url="https://news.aa.example/signed.atom",
    format="atom",
    stream=StreamName("main"),
    cadence_seconds=300,
)
CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "a name": ({"names": {"en": "Renamed"}}, "aa.news: its name in en: 'Demo News of aa' becomes 'Renamed'"),
    "a host": (
        {"domains": ("aa.example", "evil.example")},
        "aa.news: gets the host of articles evil.example",
    ),
    "a picture host": ({"media_hosts": ("p.example",)}, "aa.news: gets the host of pictures p.example"),
    "rights": ({"rights": "None."}, "aa.news: rights: 'None.'"),
    "a feed": ({"feeds": (FEED,)}, f"aa.news: is fetched from {FEED.url}"),
    "a state": (
        {"states": (Since(state=SeatState.SUSPENDED, since=UnixTime(NOON)),)},
        "aa.news: suspended from 2026-",
    ),
}


@pytest.mark.parametrize(("changed", "words"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_told_in_words(office: Office, changed: dict[str, Any], words: str) -> None:
    made = proposed(office, with_agency(office, **changed))
    assert set(made.metadata) == {"aa"}
    assert any(line.startswith(words) for line in said(office, made)), said(office, made)


FULL: dict[str, Any] = {
    "names": {"en": "Harmless Weather", "vi": "News of bb"},
    "domains": ("full.aa.example",),
    "media_hosts": ("pictures.aa.example",),
    "feeds": (replace(FEED, id=FeedId("aa.full/main"), agency=AgencyId("aa.full"), lang="vi"),),
    "states": (Since(state=SeatState.CONTESTED, since=UnixTime(NOON)),),
    "languages": ("vi",),
    "timezone": "Asia/Hanoi",
    "home": "https://home.aa.example/",
    "ministry": "Ministry of bb",
    "ownership": Ownership(form="a trust", funding="fees", editor_appointed_by="nobody"),
    "rights": "No rights.",
    "credit": "bb.news",
    "contact": "desk@aa.example",
    "aliases": ("Voice of bb",),
    "formerly": (Former(until="2020", ministry="Old ministry", name="Old name"),),
}
SHOWN = (
    "Harmless Weather", "News of bb", "full.aa.example", "pictures.aa.example", "atom", "stream main",
    "300 seconds", "in vi", "contested", "vi", "Asia/Hanoi", "https://home.aa.example/", "Ministry of bb",
    "a trust", "fees", "nobody", "No rights.", "bb.news", "desk@aa.example", "Voice of bb", "2020",
    "Old ministry", "Old name",
)  # fmt: skip


def test_attack_32_of_a_new_agency_and_a_new_member_everything_is_shown(office: Office) -> None:
    assert set(FULL) == {each.name for each in fields(Agency)} - {"id"}, "a new field needs its words"
    agency = Agency(id=AgencyId("aa.full"), **FULL)
    papers = replace(office.papers, agencies={**office.papers.agencies, agency.id: agency})
    told = said(office, proposed(office, papers))
    for each in SHOWN:
        assert any(each in line for line in told), f"{each} is not shown: {told}"
    dd = Member(code=MemberCode("dd"), names={"en": "State dd", "vi": "State aa"})
    papers = replace(office.papers, members={dd.code: dd, **office.papers.members})
    told = said(office, proposed(office, papers))
    assert "dd: its name in vi: 'State aa'" in told


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value where no more places are."""
    inner = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if inner is None:
        yield path
        return
    for name, each in list(inner):
        yield from leaves(each, (*path, name))


def altered(value: Any, path: tuple[Any, ...], how: Callable[[Any], Any]) -> Any:
    """A copy with another value at a place; None takes the place out."""
    made = deepcopy(value)
    *way, last = path
    at_place = made
    for step in way:
        at_place = at_place[step]
    new = how(at_place[last])
    if new is None:
        del at_place[last]
    else:
        at_place[last] = new
    return made


def _longer(value: Any) -> Any:
    return value + 1 if isinstance(value, int) else f"{value}x"


def _later(value: Any) -> Any:
    return f"2029{value[4:]}" if isinstance(value, str) and value.startswith("202") else f"a{value}"


@pytest.mark.parametrize("how", [_longer, _later, lambda _: None], ids=["longer", "later", "gone"])
@pytest.mark.parametrize("role", ["aa", "targets"])
def test_attack_32_whatever_differs_in_a_file_is_told_or_refused(
    office: Office, role: str, how: Callable[[Any], Any]
) -> None:
    agency = replace(Agency(id=AgencyId("aa.full"), **FULL), feeds=(), domains=("other.aa.example",))
    kid, key = next((kid, key) for kid, key in office.papers.keys.items() if key.agency == NEWS)
    revoked = replace(key, status=KeyStatus.REVOKED, revoked_at=UnixTime(NOON), reason="stolen")
    news = replace(office.papers.agencies[NEWS], feeds=(replace(FEED, lang="en"),))
    agencies = {**office.papers.agencies, agency.id: agency, NEWS: news}
    office.publish(replace(office.papers, agencies=agencies, keys={**office.papers.keys, kid: revoked}))
    path = names.manifest_path(AA) if role == "aa" else names.FEDERATION
    standing = office.metadata(role).signed
    whole = json.loads(office.published.file(standing.targets[path]))
    for place in leaves(whole):
        raw = json.dumps(altered(whole, place, how), ensure_ascii=False, separators=(",", ":")) + "\n"
        made = draft_files(role, {path: raw.encode()}, office.published, at(office.now))
        if role == "targets":
            made.metadata[role].signed.delegations = standing.delegations
        try:
            told = said(office, made)
        except RegistryError:
            continue
        assert not told[0].startswith("Nothing changes"), place


def test_attack_32_a_value_too_long_to_show_says_how_much_more_there_is(office: Office) -> None:
    (line,) = said(office, proposed(office, with_agency(office, rights="R" * 400 + " and all of bb")))
    assert "AND 116 CHARACTERS MORE (sha256 of all: " in line
    (line,) = said(office, proposed(office, with_agency(office, aliases=("A" * 900,))))
    assert "CHARACTERS MORE" in line


def test_attack_32_a_key_under_another_persons_name_is_told(office: Office) -> None:
    roles = office.people.roles
    own = roles.members[AA]
    other = replace(own, keys=(replace(own.keys[0], name="bb, 1"), *own.keys[1:]))
    told = said(office, proposed(office, roles=replace(roles, members={**roles.members, AA: other})))
    assert any(line.startswith("WARNING: the key of aa, 1 (") and "that of bb, 1" in line for line in told)


def test_attack_32_two_states_of_one_moment_are_refused(office: Office) -> None:
    at_once = tuple(
        Since(state=each, since=UnixTime(NOON)) for each in (SeatState.SUSPENDED, SeatState.ACTIVE)
    )
    with pytest.raises(RegistryError, match=r"two states of aa\.news begin at the same moment"):
        said(office, proposed(office, with_agency(office, states=at_once)))


def test_fewer_people_than_before_are_warned_of(office: Office) -> None:
    told = said(office, proposed(office, roles=replace(office.people.roles, threshold=1)))
    assert "WARNING: root: takes 1 of 3 keys, not 2" in told


def test_keys_in_another_order_are_told_and_can_be_signed(office: Office) -> None:
    roles = office.people.roles
    own = roles.members[AA]
    turned = replace(own, keys=tuple(reversed(own.keys)))
    told = said(office, proposed(office, roles=replace(roles, members={**roles.members, AA: turned})))
    assert told == ["the manifest of aa: its keys are listed in another order; the same people sign"]


def test_another_key_a_lost_key_and_a_lost_agency_are_told(office: Office) -> None:
    kid, key = next((kid, key) for kid, key in office.papers.keys.items() if key.agency == NEWS)
    revoked = replace(key, status=KeyStatus.REVOKED, revoked_at=UnixTime(NOON), reason="stolen")
    told = said(office, proposed(office, replace(office.papers, keys={**office.papers.keys, kid: revoked})))
    assert told == [f"aa.news: the item key {kid} is revoked from {rfc3339(NOON)} on (stolen)"]
    fewer = {each: one for each, one in office.papers.keys.items() if each != kid}
    told = said(office, proposed(office, replace(office.papers, keys=fewer)))
    assert any(f"THE ITEM KEY {kid} IS GONE" in line for line in told)
    none = {each: one for each, one in office.papers.agencies.items() if each != NEWS}
    others = {each: one for each, one in office.papers.keys.items() if one.agency != NEWS}
    told = said(office, proposed(office, replace(office.papers, agencies=none, keys=others)))
    assert "aa.news: THE AGENCY IS GONE" in told


def test_a_year_later_it_says_that_nothing_changes(office: Office) -> None:
    made = proposed(office, renew=("aa", "root"))
    until = at(office.now + 400 * DAY)
    assert said(office, made) == [
        f"Nothing changes: it is signed again as it stands, until {until:%Y-%m-%d}."
    ]
    told = terms(made, Books(office.published, made))
    assert any("the manifest of aa, version 2" in line and "takes 2 of 3 keys" in line for line in told)


def test_attack_32_who_signs_for_a_state_never_changes_unsaid(office: Office) -> None:
    """A proposal that looks like a rename carries the proposer's own key into a state's seat."""
    thief = ephemeral_signer()
    states = {**office.people.states, BB: (thief, *office.people.states[BB][1:])}
    made = proposed(
        office,
        with_agency(office, names={"en": "Renamed"}),
        replace(office.people, states=states).roles,
    )
    told = said(office, made)
    assert any(line.startswith("the manifest of bb: signed by bb, 1") for line in told)
    assert any(line.startswith("the manifest of bb: no longer signed by bb, 1") for line in told)


Spoil = Callable[[Draft], None]


def _unknown_role(made: Draft) -> None:
    made.metadata["zz"] = deepcopy(made.metadata["aa"])  # type: ignore[index]


def _foreign_file(made: Draft) -> None:
    path = names.manifest_path(BB)
    made.metadata["aa"].signed.targets[path] = TargetFile.from_data(path, b"{}", ["sha256"])


def _stowaway(made: Draft) -> None:
    made.files["members/bb/manifest.json"] = b"{}"  # type: ignore[index]


def _other_bytes(made: Draft) -> None:
    made.files[names.manifest_path(AA)] += b" "  # type: ignore[index]


def _stale(made: Draft) -> None:
    made.metadata["aa"].signed.version += 1


SPOILT: dict[str, tuple[Spoil, str]] = {
    "a role of nobody": (_unknown_role, "zz would list"),
    "another state's file": (_foreign_file, "aa would list members/bb/manifest.json"),
    "a file that nobody signs": (_stowaway, "brings files that nobody signs"),
    "other bytes than listed": (_other_bytes, "is not the file|is not there|cannot read"),
    "a version left out": (_stale, "aa would be version 3, where 2 is next in this copy"),
}


@pytest.mark.parametrize(("spoil", "why"), SPOILT.values(), ids=SPOILT)
def test_attack_32_a_proposal_that_hides_something_is_refused(office: Office, spoil: Spoil, why: str) -> None:
    made = proposed(office, with_agency(office, names={"en": "Renamed"}))
    made = Draft(metadata=dict(made.metadata), files=dict(made.files))
    spoil(made)
    with pytest.raises(RegistryError, match=why):
        said(office, made)


def test_attack_32_one_key_under_two_names_is_refused(office: Office) -> None:
    made = proposed(office, renew=("root", "targets"))
    root = made.metadata["root"].signed
    key = next(iter(root.keys.values()))
    root.keys["ab" * 32] = SSlibKey("ab" * 32, key.keytype, key.scheme, key.keyval)
    root.roles["root"].keyids.append("ab" * 32)
    with pytest.raises(RegistryError, match="the key abababab is not what its name says"):
        said(office, made)


def _more_than_known(made: Draft) -> bytes:
    raw = made.files[names.manifest_path(AA)]
    return raw.replace(b'"member":"aa"', b'"member":"aa","x-more":"than is said"')


def _another_states_agency(made: Draft) -> bytes:
    return made.files[names.manifest_path(AA)].replace(b'"id":"aa.news"', b'"id":"bb.news"')


def _twice(made: Draft) -> bytes:
    return made.files[names.manifest_path(AA)].replace(b'"agencies":', b'"agencies":[],"agencies":')


def _reinstated_one_day(made: Draft) -> bytes:
    raw = made.files[names.manifest_path(AA)]
    return raw.replace(b'"proof":', b'"reinstated_at":"2099-01-01T00:00:00Z","proof":')


def _no_moment(made: Draft) -> bytes:
    raw = made.files[names.manifest_path(AA)]
    return re.sub(rb'"nbf":"[^"]*"', b'"nbf":"0001-01-01T00:00:00+14:00"', raw)


SAYS_MORE: dict[str, tuple[Callable[[Draft], bytes], str]] = {
    "a field that nobody knows": (_more_than_known, "cannot put into words"),
    "another state's agency": (_another_states_agency, "readers would leave out what it says"),
    "a list that stands twice": (_twice, "cannot put into words"),
    "a key reinstated as of a day to come": (_reinstated_one_day, "reinstated as of a day to come"),
    "a moment that is none": (_no_moment, "none"),
    "no JSON": (lambda _: b"rubbish", "readers would leave out"),
}


@pytest.mark.parametrize(("bend", "why"), SAYS_MORE.values(), ids=SAYS_MORE)
def test_attack_32_a_manifest_that_says_more_than_is_told_is_refused(
    office: Office, bend: Callable[[Draft], bytes], why: str
) -> None:
    raw = bend(proposed(office, with_agency(office, names={"en": "Renamed"})))
    with pytest.raises(RegistryError, match=why):
        said(office, draft_files("aa", {names.manifest_path(AA): raw}, office.published, at(office.now)))


def test_attack_32_a_policy_that_is_none_is_refused(office: Office) -> None:
    wanted = Papers(
        registry=replace(office.papers, stage="rehearsal"), roles=office.people.roles, policy=b"rubbish\n"
    )
    with pytest.raises(RegistryError, match=r"log/policy\.txt is no policy of a log"):
        said(office, draft(wanted, office.published, at(office.now)))


@pytest.mark.parametrize("days", [-1, 0, 500, 3_000_000])
def test_attack_32_what_counts_for_ever_or_no_more_is_refused(office: Office, days: int) -> None:
    made = proposed(office, renew=("aa",))
    made.metadata["aa"].signed.expires = at(office.now + min(days * DAY, 250_000_000_000))
    with pytest.raises(RegistryError, match=r"aa would count until .* this machine's clock says"):
        said(office, made)


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


# The digest.


def test_the_digest_names_everything_that_would_be_signed_and_nothing_else(office: Office) -> None:
    made = proposed(office, with_agency(office, names={"en": "Renamed"}))
    digest = proposal_digest(made)
    found = collected(office, made, signed_by(office, made, *office.people.signers("aa")))
    assert proposal_digest(found.draft) == digest
    assert len(spoken(digest).split()) == 16
    for spoil in (_stowaway, _foreign_file, _stale, _unknown_role, _other_bytes):
        other = Draft(metadata=deepcopy(dict(made.metadata)), files=dict(made.files))
        spoil(other)
        assert proposal_digest(other) != digest


@pytest.mark.parametrize(
    "raw",
    [b"", b"{}", b"[1]", b'{"kind": "syndicate-proposal/v1", "metadata": 3, "files": {}}', b"\xff" * 9,
     b'{"kind": "syndicate-proposal/v1", "metadata": {"aa": {"signed": {}}}, "files": {}}', b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_proposal_is_refused(raw: bytes) -> None:
    with pytest.raises(RegistryError, match="this is no proposal"):
        read_proposal(raw)
    with pytest.raises(RegistryError, match="no signatures"):
        read_signatures(raw)


# Whose signatures count.


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


# One person's revocation.


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


def test_a_proposal_names_its_files_as_text(office: Office) -> None:
    made = proposed(office, with_agency(office, names={"en": "Tên mới"}))
    told = json.loads(write_proposal(made))
    assert "Tên mới" in told["files"][names.manifest_path(AA)]
    assert write_proposal(made) == write_proposal(read_proposal(write_proposal(made)))
