"""What stands in relation to an item, from both ends; side by side where one contradicts another (S5, S6)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from syndicate.dedupe import Related, RelatedAs
from syndicate.journey import Explained, counts, explain
from syndicate.news import Item, ItemId, Registry
from syndicate.ports import Logged, Storage, Story
from syndicate.trust import recall
from syndicate.web._pages._paper import called
from syndicate.web._pages._tongues import direction

_MOST: Final = 60  # relations on one page
_PAIRS: Final = 6  # of them side by side
_EXCERPT: Final = 400  # characters
_ALIKE: Final = (RelatedAs.COPY, RelatedAs.SIBLING, RelatedAs.REIDENTIFIED, RelatedAs.TRANSLATION)
_AGAINST: Final = (RelatedAs.REBUTS, RelatedAs.DISPUTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """The relations of one item, and the version that stands of each item in them, where one is here."""

    sub: ItemId
    found: tuple[Related, ...]
    story: Story | None
    stands: Mapping[ItemId, Logged]
    more: bool


async def read_relations(storage: Storage, sub: ItemId) -> Relations:
    """Read them; raises StorageError."""
    told = await explain(storage, sub)
    story = None if told is None else told.story
    beside = () if story is None else tuple(each.sub for each in (story.origin, *story.others))
    every = [one.related for one in (() if told is None else told.relations) if _is_told(one, sub, beside)]
    unlike = {_same(one, sub): one for one in every}  # later versions say the same again
    found = tuple(unlike.values())[:_MOST]
    subs = {end for one in found for end in (one.sub, one.to_sub) if end is not None} | {sub, *beside}
    stands = await storage.standing(subs)
    return Relations(
        sub=sub,
        found=found,
        story=story,
        stands={name: logged for name, logged in stands.items() if not logged.erased},
        more=len(unlike) > _MOST,
    )


def _is_told(one: Explained, sub: ItemId, beside: Sequence[ItemId]) -> bool:
    """Whether a relation is for readers: what was found counts while both versions stand and nobody objects.

    Who tells the same story stands on the page by itself.
    """
    if one.related.score is None:
        return one.related.type is not RelatedAs.REVISION
    other = one.related.to_sub if one.related.sub == sub else one.related.sub
    return counts(one) and other not in beside


def _same(one: Related, sub: ItemId) -> tuple[object, ...]:
    return (one.type, one.to_sub, one.to_url) if one.sub == sub else (one.type, one.sub)


def related_values(relations: Relations, registry: Registry) -> Mapping[str, object]:
    """Groups of relations by what they are, and the pairs that stand side by side."""
    groups: dict[str, list[Mapping[str, object]]] = {}
    for one in relations.found:
        outward = one.sub == relations.sub
        way = "is" if one.type in _ALIKE else "out" if outward else "in"
        key = f"relation.{way}_{one.type}"
        groups.setdefault(key, []).append(_end(one, relations, registry, outward=outward))
    pairs = [pair for one in relations.found if (pair := _pair(one, relations, registry)) is not None]
    return {
        "groups": list(groups.items()),
        "pairs": pairs[:_PAIRS],
        "more_relations": relations.more,
        "told_by": list(_told_by(relations, registry)),
        "found_any": any(one.score is not None for one in relations.found),
        "declared_any": any(one.score is None for one in relations.found),
    }


def _told_by(relations: Relations, registry: Registry) -> Iterator[Mapping[str, object]]:
    """Who tells the same story, the origin first; the item itself is among them."""
    story = relations.story
    for each in () if story is None else (story.origin, *story.others):
        logged = relations.stands.get(each.sub)
        if logged is not None:
            told = side(recall(logged.token), logged, registry)
            yield {
                "item": told,
                "itself": each.sub == relations.sub,
                "origin": story is not None and each.sub == story.origin.sub,
            }


def _end(one: Related, relations: Relations, registry: Registry, *, outward: bool) -> Mapping[str, object]:
    other = one.to_sub if outward else one.sub
    logged = None if other is None else relations.stands.get(other)
    shown = None if logged is None else side(recall(logged.token), logged, registry)
    score = None if one.score is None else one.evidence
    return {"item": shown, "url": one.to_url, "sub": other, "evidence": score}


def _pair(one: Related, relations: Relations, registry: Registry) -> Mapping[str, object] | None:
    """Who contradicts and who is contradicted, the earlier one first: neither by rank."""
    about = None if one.to_sub is None else relations.stands.get(one.to_sub)
    by = relations.stands.get(one.sub)
    if one.type not in _AGAINST or about is None or by is None:
        return None
    whose, author = recall(about.token), recall(by.token)
    beside = sorted(((whose, about), (author, by)), key=lambda each: each[0].published)
    return {
        "whose": called(registry.agencies.get(whose.iss), whose.iss),
        "by": called(registry.agencies.get(author.iss), author.iss),
        "other_member": whose.member != author.member,
        "sides": [side(item, logged, registry) for item, logged in beside],
    }


def side(item: Item, logged: Logged, registry: Registry) -> Mapping[str, object]:
    """An item as another's page shows it."""
    return {
        "address": f"/item/{logged.sub}",
        "title": item.title,
        "lang": item.lang,
        "dir": direction(item.lang),
        "agency": called(registry.agencies.get(item.iss), item.iss, item.lang),
        "published": item.published,
        "since": logged.received_at,
        "label": f"act.{item.act}" if item.withdrawn else None,
        "summary": None if item.withdrawn or item.summary is None else _cut(item.summary),
    }


def _cut(text: str) -> str:
    return text if len(text) <= _EXCERPT else text[: _EXCERPT - 1] + "…"
