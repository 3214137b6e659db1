"""Two items, weighed: what is compared of each, and what is not worth comparing."""

from press import PressRoom
from telling import JOINT, OTHER, WEATHER, body

from syndicate.dedupe import RelatedAs, Rule, matter_of, weigh
from syndicate.news import Act, Content

VN, TH = PressRoom("vn.demo", seed=1), PressRoom("th.demo", seed=2)


def test_a_headline_is_not_compared_where_the_body_speaks_for_itself() -> None:
    one = VN.item(title="Clean beaches", summary="In short", content=body(JOINT))
    assert matter_of(one) == "\n".join(JOINT)
    other = TH.item(title="Ministers agree on 12 things", content=body(JOINT))
    found = weigh(other, one)
    assert found is not None
    assert (found.type, found.rule, found.score) == (RelatedAs.COPY, Rule.ALIKE, 1.0)


def test_of_a_short_body_title_and_summary_are_compared_too() -> None:
    short = VN.item(title="Storm", summary="It comes.", content=Content(type="text/plain", body="Wind."))
    assert matter_of(short) == "Storm\nIt comes.\nWind."
    assert matter_of(VN.item(title="Storm", content=None)) == "Storm"


def test_what_is_withdrawn_is_like_nothing() -> None:
    gone = VN.item(act=Act.RETRACT, note="Wrong.", content=None)
    assert matter_of(gone) == ""
    assert weigh(TH.item(), gone) is None


def test_texts_that_share_little_are_not_alike() -> None:
    assert weigh(VN.item(content=body(JOINT)), TH.item(content=body(OTHER))) is None


def test_bulletins_of_one_agency_are_a_series() -> None:
    lines = [[line.format(degrees) for line in WEATHER] for degrees in (31, 34)]
    one, other = (VN.item(name, content=body(each)) for name, each in zip("ab", lines, strict=True))
    found = weigh(other, one)
    assert found is not None
    assert found.type is RelatedAs.SIBLING


def test_a_part_is_an_excerpt_of_the_whole_whichever_came_first() -> None:
    whole, part = VN.item(content=body((*JOINT, *OTHER))), TH.item(content=body(JOINT))
    for found in (weigh(part, whole), weigh(whole, part)):
        assert found is not None
        assert (found.type, found.sub, found.to_sub) == (RelatedAs.EXCERPT, part.sub, whole.sub)


def test_a_part_of_its_own_agencys_text_is_nothing() -> None:
    assert (
        weigh(VN.item("a", content=body(JOINT)), VN.item("b", content=body((*JOINT, *OTHER, *WEATHER))))
        is None
    )
