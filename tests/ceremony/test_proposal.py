"""A proposal on its way: what a signer is shown and refused, whose signatures count, and who is missing."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import fields, replace
from typing import Any

import pytest
from press import DAY, NOON
from proposing import NEWS, proposed, said, with_agency
from signed_registry import AA, BB, Office, at

from syndicate.ceremony import Books, draft_files, read_proposal, terms, write_proposal
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
    SeatState,
    SignedFeed,
    Since,
    StreamName,
    UnixTime,
    rfc3339,
)
from syndicate.registry import names
from syndicate.signing import ephemeral_signer

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


def test_a_proposal_names_its_files_as_text(office: Office) -> None:
    made = proposed(office, with_agency(office, names={"en": "Tên mới"}))
    told = json.loads(write_proposal(made))
    assert "Tên mới" in told["files"][names.manifest_path(AA)]
    assert write_proposal(made) == write_proposal(read_proposal(write_proposal(made)))
