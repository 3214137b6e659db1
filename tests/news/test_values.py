"""The vocabulary's small rules: hosts, seats, slices, names."""

from dataclasses import replace

import pytest
from press import NOON, PressRoom, registry

from syndicate.news import (
    AgencyId,
    HostError,
    Item,
    MemberCode,
    Reason,
    SeatState,
    Since,
    Slice,
    UnixTime,
    a_label,
    is_listed,
)


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("Bücher.EXAMPLE", "xn--bcher-kva.example"),
        ("*.gov.vn", "*.gov.vn"),
        ("gov.sg", "gov.sg"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
    ],
)
def test_names_are_compared_as_a_labels(written: str, label: str) -> None:
    assert a_label(written) == label


@pytest.mark.parametrize("written", ["", "a..b", "a b.vn", "*.*.vn", "-a.vn", "1.2.3.4", "vn", "a.vn:80"])
def test_what_is_no_host_name_is_refused(written: str) -> None:
    with pytest.raises(HostError):
        a_label(written)


def test_a_wildcard_is_not_its_own_name() -> None:
    assert is_listed("a.gov.vn", ["*.gov.vn"])
    assert not is_listed("gov.vn", ["*.gov.vn"])
    assert not is_listed("agov.vn", ["*.gov.vn"])
    assert not is_listed("a.vn", [])


def test_every_reason_has_a_remedy_and_every_word_is_its_own() -> None:
    assert all(reason.remedy.endswith(".") for reason in Reason)
    assert len({reason.remedy for reason in Reason}) > len(Reason) - 4


def test_a_seat_stands_as_its_last_entry_before_the_moment() -> None:
    room = PressRoom()
    room.states = (
        Since(state=SeatState.ACTIVE, since=UnixTime(10)),
        Since(state=SeatState.SUSPENDED, since=UnixTime(20)),
    )
    agency = registry(room).agencies[room.id]
    assert [agency.state_at(when) for when in (9, 10, 19, 20)] == [
        SeatState.INVITED, SeatState.ACTIVE, SeatState.ACTIVE, SeatState.SUSPENDED,
    ]  # fmt: skip
    assert registry(room).feeds(NOON) == ()


def test_whom_the_registry_does_not_know_is_only_invited() -> None:
    known = registry(PressRoom())
    assert known.state_at(AgencyId("th.demo"), NOON) is SeatState.INVITED
    orphaned = replace(known, members={})
    assert orphaned.state_at(AgencyId("vn.demo"), NOON) is SeatState.INVITED


def test_names_are_given_in_the_language_asked_for_or_the_first_there_is() -> None:
    known = registry(PressRoom())
    agency, member = known.agencies[AgencyId("vn.demo")], known.members[MemberCode("vn")]
    assert agency.name("en") == agency.name("km") == agency.name() == "Demo News of vn"
    assert member.name("en") == member.name("km") == "vn"
    assert agency.member == "vn"


@pytest.mark.parametrize(
    ("slice_", "path"),
    [
        (Slice(), "all"),
        (Slice(member=MemberCode("vn")), "vn"),
        (Slice(agency=AgencyId("vn.demo")), "agency/vn.demo"),
        (Slice(lang="zh-Hans"), "lang/zh-Hans"),
    ],
)
def test_a_slice_has_one_place(slice_: Slice, path: str) -> None:
    assert slice_.path == path


def test_an_item_knows_its_member() -> None:
    item: Item = PressRoom("tl.demo").item()
    assert item.member == "tl"
    assert not item.withdrawn


def test_a_name_is_found_in_the_language_without_its_script() -> None:
    agency = replace(registry(PressRoom()).agencies[AgencyId("vn.demo")], names={"en": "One", "ms": "Dua"})
    assert [agency.name(lang) for lang in ("ms-Arab", "ms", "km", None)] == ["Dua", "Dua", "One", "One"]
