"""What likeness makes of two items, and which of those that tell a story had it first."""

from dataclasses import replace
from typing import Any, Final

import pytest
from press import PressRoom, registry

from syndicate.dedupe import (
    Origin,
    OriginRule,
    RelatedAs,
    Rule,
    Teller,
    Told,
    compare,
    credited,
    infer,
    origin,
)
from syndicate.news import AgencyId, Index, ItemId, UnixTime

TEXT: Final = (
    "The river rose by a metre within an hour, and the ferry between the two banks stopped at noon. "
    "Villagers carried 40 sacks of rice, blankets and radios to the school on the hill, where teachers "
    "had opened every room. By evening the water had reached the market."
)
MORE: Final = (
    " The bridge upstream still held, and engineers kept watching it through the night with lamps that "
    "fishermen lent them. Schools in the district will stay closed until the roads have been cleared, and "
    "buses will run on the northern road instead, which is longer but lies well above the valley floor."
)
VN, TH = AgencyId("vn.demo"), AgencyId("th.demo")


def told(agency: AgencyId, name: str, published: str = "2026-11-28T08:00:00Z") -> Told:
    return Told(sub=ItemId(f"{agency}:{name:a<26}"), ver=1, agency=agency, published=published)


ONE, OTHER, SECOND = told(VN, "one"), told(TH, "other"), told(VN, "second")


@pytest.mark.parametrize(
    ("other", "text", "type_", "rule"),
    [
        pytest.param(
            OTHER, "Flood. " + TEXT, RelatedAs.COPY, Rule.ALIKE, id="of another agency, alike: a copy"
        ),
        pytest.param(
            OTHER,
            TEXT.replace("40", "41"),
            RelatedAs.SIBLING,
            Rule.SUBSTITUTED,
            id="another figure: a sibling",
        ),
        pytest.param(
            SECOND, TEXT, RelatedAs.REIDENTIFIED, Rule.SAME_MOMENT, id="of one agency, at once: one item"
        ),
        pytest.param(
            replace(SECOND, published="2026-11-28T15:00:00+07:00"),
            TEXT,
            RelatedAs.REIDENTIFIED,
            Rule.SAME_MOMENT,
            id="at once, in another zone",
        ),
        pytest.param(
            replace(SECOND, published="2026-11-29T08:00:00Z"),
            TEXT,
            RelatedAs.SIBLING,
            Rule.SAME_AGENCY,
            id="of one agency, a day later: a series",
        ),
        pytest.param(
            SECOND,
            TEXT + " Some 7 left.",
            RelatedAs.SIBLING,
            Rule.SAME_AGENCY,
            id="one agency, one figure more",
        ),
        pytest.param(
            SECOND,
            TEXT.replace("40", "41"),
            RelatedAs.SIBLING,
            Rule.SUBSTITUTED,
            id="of one agency, another figure",
        ),
    ],
)
def test_likeness_makes_a_relation_by_a_rule(other: Told, text: str, type_: RelatedAs, rule: Rule) -> None:
    compared = compare(TEXT, text)
    found = infer(ONE, other, compared)
    assert found is not None
    assert (found.type, found.rule, found.sub, found.to_sub, found.to_ver) == (
        type_,
        rule,
        ONE.sub,
        other.sub,
        1,
    )
    assert (found.evidence, found.folding, found.spans) == (compared.evidence, 1, compared.changed)
    assert found.score == compared.jaccard


def test_the_shorter_is_the_excerpt_whichever_came_first() -> None:
    for new, old, texts in ((ONE, OTHER, (TEXT, TEXT + MORE)), (OTHER, ONE, (TEXT + MORE, TEXT))):
        found = infer(new, old, compare(*texts))
        assert found is not None
        assert (found.type, found.rule, found.score) == (RelatedAs.EXCERPT, Rule.CONTAINED, 1.0)
        assert (found.sub, found.to_sub) == (ONE.sub, OTHER.sub)
        assert [TEXT[slice(*span.a)] for span in found.spans] == [""]
        assert [(TEXT + MORE)[slice(*span.b)] for span in found.spans] == [MORE.strip().rstrip(".")]


def test_what_likeness_says_nothing_of_is_no_relation() -> None:
    assert infer(ONE, OTHER, compare(TEXT, MORE)) is None
    assert infer(ONE, ONE, compare(TEXT, TEXT)) is None, "versions of one item are revisions"
    for texts in ((TEXT, TEXT + MORE), (TEXT + MORE, TEXT)):
        assert infer(ONE, SECOND, compare(*texts)) is None, "an agency may shorten its own text"


def teller(name: str, agency: str, published: int, index: int, **changes: Any) -> Teller:
    return Teller(
        sub=ItemId(f"{agency}:{name:a<26}"),
        agency=AgencyId(agency),
        published=UnixTime(published),
        index=Index(index),
        **changes,
    )


A, B, C = teller("a", "vn.demo", 100, 7), teller("b", "th.demo", 90, 8), teller("c", "id.demo", 95, 9)


def derives(one: Teller, *others: Teller) -> Teller:
    return replace(one, derives=frozenset(other.sub for other in others))


def credits_(one: Teller, *others: Teller) -> Teller:
    return replace(one, credits=frozenset(other.agency for other in others))


@pytest.mark.parametrize(
    ("tellers", "first", "rule"),
    [
        pytest.param([A], A, OriginRule.PUBLISHED, id="alone"),
        pytest.param([A, B, C], B, OriginRule.PUBLISHED, id="the earliest signed time"),
        pytest.param(
            [A, replace(B, published=UnixTime(100))], A, OriginRule.SEEN, id="at one time: the log's order"
        ),
        pytest.param([A, derives(B, A), C], A, OriginRule.DECLARED, id="whom another one declares"),
        pytest.param([A, derives(B, A), derives(C, B)], A, OriginRule.DECLARED, id="through another one"),
        pytest.param(
            [A, derives(B, C), derives(C, B)], A, OriginRule.PUBLISHED, id="what two say of each other"
        ),
        pytest.param([derives(B, B), A], A, OriginRule.PUBLISHED, id="what one says of itself"),
        pytest.param(
            [A, replace(B, derives=frozenset({ItemId("sg.demo:else")})), C],
            C,
            OriginRule.PUBLISHED,
            id="who has it from elsewhere comes behind",
        ),
        pytest.param([A, credits_(B, A), C], A, OriginRule.CREDITED, id="whose agency another one credits"),
        pytest.param([credits_(A, A), credits_(B, B)], B, OriginRule.PUBLISHED, id="who credits itself"),
        pytest.param(
            [derives(A, C), credits_(B, A), C], C, OriginRule.DECLARED, id="declared beats credited"
        ),
        pytest.param([derives(B, A), derives(A, C), C], C, OriginRule.DECLARED, id="the end of the chain"),
    ],
)
def test_one_of_those_who_tell_a_story_had_it_first(
    tellers: list[Teller], first: Teller, rule: OriginRule
) -> None:
    for order in (tellers, tellers[::-1]):
        found = origin(order)
        assert (found.sub, found.rule) == (first.sub, rule)
        assert first.agency in found.evidence or "declared" in found.evidence


def test_the_origin_says_why_in_a_sentence() -> None:
    assert origin([A, credits_(B, A), credits_(C, A)]) == Origin(
        sub=A.sub, rule=OriginRule.CREDITED, evidence="2 of the others credit vn.demo"
    )


@pytest.mark.parametrize(
    ("said", "agencies"),
    [
        pytest.param("Demo News", {"vn.demo"}, id="its name"),
        pytest.param("by DEMO NEWS/our desk", {"vn.demo"}, id="in any case, among other words"),
        pytest.param("(TTX)", {"vn.demo"}, id="an alias"),
        pytest.param("TTXX", set(), id="another word that begins so"),
        pytest.param("", set(), id="nothing"),
    ],
)
def test_a_credit_names_agencies_by_what_the_registry_calls_them(said: str, agencies: set[str]) -> None:
    known = registry(PressRoom())
    agency = replace(known.agencies[VN], names={"en": "Demo News"}, aliases=("TTX",))
    assert credited(said, replace(known, agencies={VN: agency})) == agencies
