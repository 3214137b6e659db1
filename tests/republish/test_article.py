"""The article that search engines read says what was signed and registered, and no more."""

import json
from dataclasses import replace
from typing import Any

import pytest
from feed_pages import HASH, HUB, Desk

from syndicate.news import Act, AgencyId, ItemId, Ownership, Relation, RelationType
from syndicate.republish import article_of

DESK = Desk()
OWNED = Ownership(form="state agency", funding="state budget", editor_appointed_by="the prime minister")


def told(item: Any, **agency: Any) -> Any:
    registry = DESK.registry
    known = replace(registry.agencies[AgencyId("vn.demo")], **agency)
    registry = replace(registry, agencies={**registry.agencies, known.id: known})
    return article_of(DESK.entry(item), registry, base_url=f"{HUB}/")


def test_an_article_says_all_that_was_signed() -> None:
    item = DESK.rich()
    article = told(item, ownership=OWNED, ministry="Ministry of Demos")
    assert article["mainEntityOfPage"] == f"{HUB}/item/{item.sub}"
    assert (article["@type"], article["headline"], article["inLanguage"]) == ("NewsArticle", item.title, "vi")
    assert (article["datePublished"], article["dateModified"]) == (item.published, item.updated)
    assert article["expires"] == item.expires
    assert [each["name"] for each in article["author"]] == [item.byline, "Thông tấn xã Thử nghiệm"]
    assert (article["creditText"], article["copyrightNotice"]) == (item.credit, item.rights)
    assert article["correction"]["text"] == item.note
    assert [each["url"] for each in article["image"]] == [item.media[0].url]
    assert [each["termCode"] for each in article["about"]] == list(item.categories)
    assert article["isBasedOn"] == [f"{HUB}/v1/items/{item.sub}/2.jws"]
    assert article["citation"] == [item.relations[1].url]
    assert article["publishingPrinciples"] == f"{HUB}/sources/vn.demo"
    assert "articleBody" not in article
    publisher = article["publisher"]
    assert publisher["parentOrganization"]["name"] == "Ministry of Demos"
    assert publisher["ownershipFundingInfo"]["text"] == (
        "legal form: state agency; funding: state budget; editor appointed by: the prime minister"
    )


def test_what_nobody_told_is_left_out() -> None:
    article = told(DESK.bare())
    assert {"description", "correction", "image", "about", "expires"}.isdisjoint(article)
    assert {"ownershipFundingInfo", "parentOrganization"}.isdisjoint(article["publisher"])
    unknown = replace(DESK.registry, agencies={})
    stranger = article_of(DESK.entry(DESK.bare()), unknown, base_url=HUB)
    assert {"url", "ownershipFundingInfo"}.isdisjoint(stranger["publisher"])


@pytest.mark.parametrize(("act", "status"), [(Act.RETRACT, "Withdrawn"), (Act.WITHHOLD, "Withheld")])
def test_a_withdrawn_article_says_so_with_its_reason_and_nothing_of_its_text(act: Act, status: str) -> None:
    item = DESK.withdrawn(act)
    article = told(item)
    assert article["creativeWorkStatus"] == status
    assert article["correction"]["text"] == item.note
    assert article["expires"] == article["dateModified"] == item.updated
    assert "Gió mạnh" not in json.dumps(article, ensure_ascii=False)


def test_relations_to_items_lead_to_their_pages_and_a_verdict_has_no_word() -> None:
    target = ItemId("th.demo:" + "a" * 26)
    kinds = (RelationType.TRANSLATES, RelationType.DERIVES, RelationType.REBUTS, RelationType.DISPUTES)
    item = DESK.vn.item(relations=tuple(Relation(type=kind, sub=target, sha256=HASH) for kind in kinds))
    article = told(item)
    page = f"{HUB}/item/{target}"
    assert article["translationOfWork"] == [page]
    assert article["isBasedOn"][1:] == [page]
    assert json.dumps(article).count(page) == 2
