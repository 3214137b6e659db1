"""What stands in relation to an item, from both ends; side by side where one contradicts another (S5, S6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from syndicate.dedupe import Related, RelatedAs
from syndicate.news import Item, ItemId, Registry
from syndicate.ports import Logged, Storage
from syndicate.trust import recall
from syndicate.web._pages._paper import called
from syndicate.web._pages._tongues import direction

_MOST: Final = 60  # relations on one page
_PAIRS: Final = 6  # of them side by side
_EXCERPT: Final = 400  # characters
_AGAINST: Final = (RelatedAs.REBUTS, RelatedAs.DISPUTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """The relations of one item, and the version that stands of each item in them, where one is here."""

    sub: ItemId
    found: tuple[Related, ...]
    stands: Mapping[ItemId, Logged]
    more: bool


async def read_relations(storage: Storage, sub: ItemId) -> Relations:
    """Read them; raises StorageError."""
    every = [one for one in await storage.relations(sub) if one.type is not RelatedAs.REVISION]
    unlike = {_same(one, sub): one for one in every}  # later versions say the same again
    found = tuple(unlike.values())[:_MOST]
    subs = {end for one in found for end in (one.sub, one.to_sub) if end is not None} | {sub}
    stands = await storage.standing(subs)
    return Relations(
        sub=sub,
        found=found,
        stands={name: logged for name, logged in stands.items() if not logged.erased},
        more=len(unlike) > _MOST,
    )


def _same(one: Related, sub: ItemId) -> tuple[object, ...]:
    return (one.type, one.to_sub, one.to_url) if one.sub == sub else (one.type, one.sub)


def related_values(relations: Relations, registry: Registry) -> Mapping[str, object]:
    """Groups of relations by what they are, and the pairs that stand side by side."""
    groups: dict[str, list[Mapping[str, object]]] = {}
    for one in relations.found:
        outward = one.sub == relations.sub
        key = f"relation.{'out' if outward else 'in'}_{one.type}"
        groups.setdefault(key, []).append(_end(one, relations, registry, outward=outward))
    pairs = [pair for one in relations.found if (pair := _pair(one, relations, registry)) is not None]
    return {"groups": list(groups.items()), "pairs": pairs[:_PAIRS], "more_relations": relations.more}


def _end(one: Related, relations: Relations, registry: Registry, *, outward: bool) -> Mapping[str, object]:
    other = one.to_sub if outward else one.sub
    logged = None if other is None else relations.stands.get(other)
    shown = None if logged is None else side(recall(logged.token), logged, registry)
    return {"item": shown, "url": one.to_url, "sub": other}


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
