"""Relations are facts with evidence: nothing is guessed, nothing is merged."""

from typing import Any

import pytest
from press import PressRoom

from syndicate.dedupe import Related, RelatedAs, Rule, relate
from syndicate.news import ItemId, Relation, RelationType

VN = PressRoom()
SUB = VN.item().sub
OTHER = ItemId("th.demo:othersaaaaaaaaaaaaaaaaaaaa")


def test_a_first_version_that_declares_nothing_stands_alone() -> None:
    assert relate(VN.item(), 0) == ()


@pytest.mark.parametrize(
    ("ver", "known", "newer", "older"),
    [
        pytest.param(2, 1, 2, 1, id="the next version"),
        pytest.param(9, 4, 9, 4, id="versions between have not come"),
        pytest.param(3, 8, 8, 3, id="an older one that comes late is revised by the newer"),
    ],
)
def test_versions_of_one_item_are_revisions(ver: int, known: int, newer: int, older: int) -> None:
    assert relate(VN.item(ver=ver), known) == (
        Related(
            sub=SUB,
            ver=newer,
            type=RelatedAs.REVISION,
            to_sub=SUB,
            to_ver=older,
            rule=Rule.SAME_SUB,
            evidence=f"the agency numbered them {older} and {newer}",
        ),
    )


@pytest.mark.parametrize("type_", RelationType)
def test_what_an_agency_declares_is_related_as_it_says(type_: RelationType) -> None:
    (related,) = relate(VN.item(relations=(Relation(type=type_, sub=OTHER),)), 0)
    assert related == Related(
        sub=SUB,
        ver=1,
        type=RelatedAs(type_),
        to_sub=OTHER,
        rule=Rule.DECLARED,
        evidence="declared by the agency",
    )


def test_a_declared_hash_is_part_of_the_evidence() -> None:
    said = Relation(type=RelationType.DERIVES, url="https://a.example/1", sha256="h" * 43)
    (related,) = relate(VN.item(relations=(said,)), 0)
    assert (related.to_sub, related.to_url) == (None, "https://a.example/1")
    assert related.evidence == f"declared by the agency, sha256 {'h' * 43}"


def test_a_correction_is_a_revision_and_what_it_declares() -> None:
    said: Any = (
        Relation(type=RelationType.CORRECTS, sub=OTHER),
        Relation(type=RelationType.CITES, sub=OTHER),
    )
    related = relate(VN.item(ver=2, relations=said), 1)
    assert [each.type for each in related] == [RelatedAs.REVISION, RelatedAs.CORRECTS, RelatedAs.CITES]
