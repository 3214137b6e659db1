"""An item stands in every slice that one of its versions brought it into, and never leaves one."""

from dataclasses import replace

import pytest
from press import PressRoom

from syndicate.news import (
    Act,
    AgencyId,
    Facets,
    Item,
    Kind,
    MemberCode,
    Slice,
    amends,
    facets_of,
    limits,
)

VN = PressRoom("vn.demo")
STORM = VN.item(categories=("medtop:03000000", "medtop:04000000"), urgency=5)
FACETS = facets_of(STORM)


def later(act: Act = Act.UPDATE, **changes: object) -> Item:
    return replace(STORM, ver=2, act=act, **changes)  # type: ignore[arg-type]  # rows of a table


def test_the_first_version_says_where_an_item_stands() -> None:
    assert (
        Facets(
            member=MemberCode("vn"),
            agency=AgencyId("vn.demo"),
            lang="vi",
            topics=frozenset({"03000000", "04000000"}),
            urgency=5,
            kind=Kind.STORY,
            corrected=False,
        )
        == FACETS
    )


@pytest.mark.parametrize(
    ("version", "changed"),
    [
        pytest.param(later(), {}, id="the same again"),
        pytest.param(later(lang="en", kind=Kind.NOTICE), {}, id="another language and kind"),
        pytest.param(later(categories=("medtop:16000000",)),
                     {"topics": FACETS.topics | {"16000000"}}, id="another topic"),
        pytest.param(later(urgency=2), {"urgency": 2}, id="more urgent"),
        pytest.param(later(urgency=8), {}, id="less urgent"),
        pytest.param(later(urgency=None), {}, id="no urgency"),
        pytest.param(later(Act.CORRECT), {"corrected": True}, id="a correction"),
        pytest.param(later(Act.WITHHOLD), {"corrected": True}, id="a withholding"),
        pytest.param(later(Act.RETRACT, categories=(), urgency=None),
                     {"corrected": True}, id="a retraction that says nothing else"),
    ],
)  # fmt: skip
def test_a_later_version_takes_an_item_out_of_no_slice(version: Item, changed: dict[str, object]) -> None:
    assert FACETS.then(version) == replace(FACETS, **changed)  # type: ignore[arg-type]  # rows of a table


def test_what_was_once_corrected_stays_among_the_corrections() -> None:
    assert FACETS.then(later(Act.CORRECT)).then(later()).corrected
    assert [act for act in Act if amends(act)] == [Act.CORRECT, Act.WITHHOLD, Act.RETRACT]


def test_an_item_whose_beginning_a_law_took_back_is_of_the_first_kind_and_language_known() -> None:
    unknown = Facets(member=MemberCode("vn"), agency=AgencyId("vn.demo"), corrected=True)
    assert unknown.then(STORM) == replace(FACETS, corrected=True)


def test_topics_do_not_grow_without_end() -> None:
    facets = FACETS
    for n in range(limits.ITEM_TOPICS):
        facets = facets.then(later(categories=(f"medtop:{n:08}",)))
    assert len(facets.topics) == limits.ITEM_TOPICS
    assert facets.topics > FACETS.topics


@pytest.mark.parametrize(
    "slice_",
    [
        pytest.param(Slice(), id="everything"),
        pytest.param(Slice(member=MemberCode("vn")), id="its member"),
        pytest.param(Slice(agency=AgencyId("vn.demo")), id="its agency"),
        pytest.param(Slice(lang="vi"), id="its language"),
        pytest.param(Slice(topic="04000000"), id="one of its topics"),
        pytest.param(Slice(urgency=5), id="its urgency"),
        pytest.param(Slice(urgency=9), id="whatever is urgent at all"),
        pytest.param(Slice(kind=Kind.STORY), id="its kind"),
        pytest.param(Slice(member=MemberCode("vn"), lang="vi", topic="03000000", urgency=6, kind="story"),
                     id="all of them together"),
    ],
)  # fmt: skip
def test_a_slice_holds_what_fulfils_all_that_it_asks_for(slice_: Slice) -> None:
    assert slice_.holds(FACETS)


@pytest.mark.parametrize(
    "slice_",
    [
        pytest.param(Slice(member=MemberCode("th")), id="another member"),
        pytest.param(Slice(agency=AgencyId("vn.other")), id="another agency of the member"),
        pytest.param(Slice(lang="en"), id="another language"),
        pytest.param(Slice(topic="16000000"), id="another topic"),
        pytest.param(Slice(urgency=4), id="more urgent than it is"),
        pytest.param(Slice(kind=Kind.ALERT), id="another kind"),
        pytest.param(Slice(kind="corrections"), id="corrections"),
        pytest.param(Slice(member=MemberCode("vn"), kind="alert"), id="one thing right, another wrong"),
    ],
)
def test_and_nothing_else(slice_: Slice) -> None:
    assert not slice_.holds(FACETS)


def test_what_says_no_urgency_is_in_no_slice_of_an_urgency() -> None:
    assert not Slice(urgency=9).holds(replace(FACETS, urgency=None))


def test_corrections_of_all_kinds_are_one_slice() -> None:
    assert Slice(kind="corrections").holds(replace(FACETS, corrected=True))


def test_a_slice_is_the_same_query_whoever_writes_it() -> None:
    assert Slice().query == ""
    slice_ = Slice(kind=Kind.ALERT, urgency=3, topic="04000000", lang="vi", member=MemberCode("vn"))
    assert slice_.query == "member=vn&lang=vi&topic=04000000&urgency=3&kind=alert"
    assert Slice(agency=AgencyId("vn.vna")).query == "agency=vn.vna"
