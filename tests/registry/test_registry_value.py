from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from press import DAY, NOON
from signed_registry import AA, BB, CC, Office, entry

from syndicate.errors import RegistryError
from syndicate.news import (
    AgencyId,
    FederationId,
    FeedId,
    Former,
    KeyStatus,
    MemberCode,
    Ownership,
    Registry,
    SeatState,
    SignedFeed,
    Since,
    StreamName,
    UnixTime,
)
from syndicate.registry import federation_file, manifest_file, names, read_revocations, revocations_file
from syndicate.registry._revocations import Known
from syndicate.registry._value import Files, compile_registry


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def files(papers: Registry, **changes: bytes) -> Files:
    manifests = {code: manifest_file(papers, code) for code in papers.members}
    manifests |= {MemberCode(code): raw for code, raw in changes.items()}
    return Files(federation=federation_file(papers), manifests=manifests)


def compiled(papers: Registry, **changes: bytes) -> tuple[Registry, list[str]]:
    told: list[str] = []
    return compile_registry(files(papers, **changes), told.append), told


def edited(papers: Registry, code: str, old: str, new: str) -> bytes:
    raw = manifest_file(papers, MemberCode(code)).decode()
    assert raw.count(old) >= 1, old
    return raw.replace(old, new, 1).encode()


def everything(papers: Registry) -> Registry:
    """The papers with every field of an agency, a member and a key filled in."""
    agency = replace(
        papers.agencies[AgencyId("aa.news")],
        names={"en": "Aaland News", "vi": "Tin A"},
        aliases=("AN",),
        formerly=(Former(until="2024-10", ministry="Ministry of Posts"),),
        feeds=(
            SignedFeed(
                id=FeedId("aa.news/main"),
                agency=AgencyId("aa.news"),
                url="http://127.0.0.1:8001/signed.atom",
                format="atom",
                stream=StreamName("main"),
                cadence_seconds=900,
                lang="vi",
            ),
        ),
        languages=("en", "vi"),
        timezone="Asia/Jakarta",
        home="https://news.aa-news.example/",
        ministry="Ministry of Information",
        ownership=Ownership(form="state company", funding="the state", editor_appointed_by="the minister"),
        rights="Free with attribution.",
        credit="AN",
        contact="desk@news.aa-news.example",
    )
    member = replace(
        papers.members[AA],
        states=(
            Since(state=SeatState.ACTIVE, since=UnixTime(NOON - DAY)),
            Since(state=SeatState.CONTESTED, since=UnixTime(NOON)),
        ),
    )
    first, *rest = papers.keys.values()
    key = replace(
        first,
        status=KeyStatus.REVOKED,
        revoked_at=UnixTime(NOON),
        reason="lost",
        reinstated_at=UnixTime(NOON + 5),
    )
    return replace(
        papers,
        stage="pilot",
        members={**papers.members, AA: member},
        agencies={**papers.agencies, agency.id: agency},
        keys={each.kid: each for each in (key, *rest)},
    )


def test_a_registry_that_was_written_is_read_as_it_was(office: Office) -> None:
    papers = everything(office.papers)
    read, told = compiled(papers)
    assert told == []
    assert replace(read, version="") == papers


def test_the_same_papers_make_the_same_bytes(office: Office) -> None:
    papers = everything(office.papers)
    turned = replace(
        papers,
        agencies=dict(sorted(papers.agencies.items(), reverse=True)),
        keys=dict(sorted(papers.keys.items(), reverse=True)),
    )
    assert files(turned) == files(papers)


def test_another_byte_in_any_file_is_another_version(office: Office) -> None:
    papers = office.papers
    renamed = replace(papers, name="Another name")
    other = edited(papers, "bb", "bb.news", "bb.newz")
    versions = {
        compiled(papers)[0].version,
        compiled(renamed)[0].version,
        compiled(papers, bb=other)[0].version,
    }
    assert len(versions) == 3


def test_attack_03_a_state_that_speaks_of_anothers_agency_is_not_heard(office: Office) -> None:
    own = manifest_file(office.papers, AA).decode()
    foreign = own.replace('"id":"aa.news"', '"id":"bb.news"').encode()
    read, told = compiled(office.papers, aa=foreign)
    assert AgencyId("aa.news") not in read.agencies
    assert {key.agency for key in read.keys.values()} == {"bb.news", "cc.news"}
    assert read.agencies[AgencyId("bb.news")] == office.papers.agencies[AgencyId("bb.news")]
    assert any("bb.news is not an agency of aa" in each for each in told)


def test_attack_03_a_state_cannot_list_anothers_key_as_its_own(office: Office) -> None:
    theirs = msgspec.json.decode(manifest_file(office.papers, BB))["agencies"][0]["keys"][0]
    mine = msgspec.json.decode(manifest_file(office.papers, AA))
    mine["agencies"][0]["keys"].append(theirs)
    read, told = compiled(office.papers, aa=msgspec.json.encode(mine))
    assert {key.agency for key in read.keys.values() if key.kid == theirs["kid"]} == {"bb.news"}
    assert len(read.keys) == 6
    assert any(theirs["kid"] in each and "left out" in each for each in told)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('"x":"', '"x":"A', id="more than 43 characters"),
        pytest.param('"kid":"', '"kid":"-', id="a name of 44 characters"),
        pytest.param('"crv":"Ed25519"', '"crv":"Ed448"', id="another curve"),
        pytest.param('"status":"active"', '"status":"happy"', id="a status that there is not"),
        pytest.param('"v":1', '"v":2', id="a version of the future"),
        pytest.param('"member":"aa"', '"member":"bb"', id="another member's"),
        pytest.param('"nbf":"2026', '"nbf":"soon', id="a time that is none"),
    ],
)
def test_a_manifest_that_is_none_costs_only_its_member(office: Office, old: str, new: str) -> None:
    read, told = compiled(office.papers, aa=edited(office.papers, "aa", old, new))
    assert {agency.member for agency in read.agencies.values()} == {BB, CC}
    assert len(told) == 1
    assert "members/aa/manifest.json" in told[0]


@pytest.mark.parametrize("field", ["x", "proof", "kid"])
def test_a_key_that_is_not_proven_is_left_out_and_the_others_stand(office: Office, field: str) -> None:
    form = msgspec.json.decode(manifest_file(office.papers, AA))
    text = form["agencies"][0]["keys"][0][field]
    form["agencies"][0]["keys"][0][field] = ("B" if text[0] == "A" else "A") + text[1:]
    read, told = compiled(office.papers, aa=msgspec.json.encode(form))
    assert sum(key.agency == "aa.news" for key in read.keys.values()) == 1
    assert "left out" in told[0]


def test_a_field_that_a_later_version_adds_is_left_alone(office: Office) -> None:
    newer = edited(office.papers, "aa", '"v":1', '"v":1,"motto":"unity"')
    read, told = compiled(office.papers, aa=newer)
    assert told == []
    assert len(read.agencies) == 3


def test_hosts_and_addresses_that_are_none_are_told_and_left_out(office: Office) -> None:
    papers = everything(office.papers)
    bad = edited(papers, "aa", "http://127.0.0.1:8001/signed.atom", "ftp://news.aa.example/feed")
    read, told = compiled(papers, aa=bad.replace(b"news.aa-news.example", b"news aa", 1))
    agency = read.agencies[AgencyId("aa.news")]
    assert (agency.feeds, agency.domains) == ((), ())
    assert len(told) == 2


def test_only_a_trial_may_have_its_feeds_on_this_machine(office: Office) -> None:
    papers = replace(everything(office.papers), federation=FederationId("asean"))
    read, told = compiled(papers)
    assert read.agencies[AgencyId("aa.news")].feeds == ()
    assert "no address of a feed" in told[0]


def test_two_claims_of_one_domain_both_stand_and_are_told(office: Office) -> None:
    shared = edited(office.papers, "aa", "news.aa-news.example", "news.bb-news.example")
    read, told = compiled(office.papers, aa=shared)
    assert all(
        "news.bb-news.example" in read.agencies[AgencyId(f"{code}.news")].domains for code in ("aa", "bb")
    )
    assert any("claimed by aa.news and by bb.news" in each for each in told)


def test_an_agency_that_stands_twice_counts_once(office: Office) -> None:
    form = msgspec.json.decode(manifest_file(office.papers, AA))
    form["agencies"] *= 2
    read, told = compiled(office.papers, aa=msgspec.json.encode(form))
    assert len(read.agencies) == 3
    assert "stands twice" in told[0]


def test_a_state_that_has_signed_nothing_yet_has_a_seat_and_no_agencies(office: Office) -> None:
    told: list[str] = []
    read = compile_registry(Files(federation=federation_file(office.papers), manifests={}), told.append)
    assert set(read.members) == {AA, BB, CC}
    assert (read.agencies, read.keys) == ({}, {})


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"v":1}', id="without its fields"),
        pytest.param(b"\xff", id="not UTF-8"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(b'{"v":1,"id":"trial","name":"x","members":[]}' + b" " * 2_000_000, id="too large"),
    ],
)
def test_a_federation_file_that_is_none_is_refused_by_name(raw: bytes) -> None:
    with pytest.raises(RegistryError, match=r"^federation\.json: "):
        compile_registry(Files(federation=raw, manifests={}), lambda _: None)


@given(st.data())
def test_whatever_is_done_to_a_manifest_it_is_read_or_left_out(
    data: st.DataObject,
) -> None:
    papers = OFFICE.papers
    raw = bytearray(manifest_file(papers, AA))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    read, _ = compiled(papers, aa=bytes(raw))
    assert {each.id for each in read.agencies.values() if each.member != AA} == {"bb.news", "cc.news"}
    assert {key.agency for key in read.keys.values()} <= {"aa.news", "bb.news", "cc.news"}


OFFICE = Office(Path("unused"))  # its papers alone: nothing is written


def test_revocations_are_read_as_they_were_written(office: Office) -> None:
    entries = [entry(office.rooms[AA], revoked_at=NOON + n, entered_at=NOON + DAY - n) for n in range(3)]
    read = read_revocations(revocations_file(AA, entries), AA)
    assert sorted(read) == sorted(entries)
    assert [each.entered_at for each in read] == sorted(each.entered_at for each in read)


def test_revocations_of_another_member_are_refused(office: Office) -> None:
    with pytest.raises(RegistryError, match=r"members/bb/revocations\.json: speaks of member 'aa'"):
        read_revocations(revocations_file(AA, []), BB)


def test_a_state_revokes_its_own_keys_and_nobody_elses(office: Office) -> None:
    foreign = entry(office.rooms[BB], revoked_at=NOON, entered_at=NOON)
    own = entry(office.rooms[AA], revoked_at=NOON, entered_at=NOON)
    base = files(office.papers)
    read = compile_registry(
        replace(base, revocations={AA: Known(entries={foreign: foreign.entered_at, own: own.entered_at})}),
        lambda _: None,
    )
    revoked = {key.agency for key in read.keys.values() if key.status is KeyStatus.REVOKED}
    assert revoked == {"aa.news"}
    assert names.revocations_role(AA) == "aa-revocations"
