"""Why an item stands as it does among others: its story, its relations, and the evidence for each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from syndicate.dedupe import Related, Span, Standing, matter_of, whole_numbers
from syndicate.news import Act, Item, ItemId
from syndicate.ports import Logged, Storage, Story, VersionKey
from syndicate.trust import recall

_SHOWN: Final = 20  # differences of one relation, and of each
_CHARACTERS: Final = 200
_MARKED: Final = {Act.RETRACT: "[WITHDRAWN] ", Act.WITHHOLD: "[WITHHELD] "}
_COMPARED: Final = 50  # relations whose texts are read


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A place where two texts differ: what stands here and what stands there, one of them perhaps empty."""

    at: Span
    here: str
    there: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A relation, whether it is of versions that stand, and where the two texts differ."""

    related: Related
    current: bool
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All that is known of how an item stands to others."""

    sub: ItemId
    standing: Mapping[ItemId, Logged]  # what stands of each item that is named, where it is here
    story: Story | None
    relations: tuple[Explained, ...]


async def explain(storage: Storage, sub: ItemId) -> Explanation | None:
    """How an item stands to others; None if none of it is shown.

    Raises:
        StorageError: it cannot be read.
    """
    related = await storage.relations(sub)
    story = await storage.story_of(sub)
    subs = {sub, *(end for each in related for end in (each.sub, each.to_sub) if end is not None)}
    if story is not None:
        subs |= {each.sub for each in (story.origin, *story.others)}
    standing = await storage.standing(subs)
    if sub not in standing:
        return None
    texts = await _texts(storage, related)
    return Explanation(
        sub=sub,
        standing=standing,
        story=story,
        relations=tuple(_explained(related, standing, texts)),
    )


def is_current(related: Related, standing: Mapping[ItemId, Logged]) -> bool:
    """Whether a relation is of versions that stand, at both ends as far as they are here."""
    here = standing.get(related.sub)
    there = None if related.to_sub is None else standing.get(related.to_sub)
    if here is not None and here.ver != related.ver:
        return False
    return related.to_ver is None or there is None or there.ver == related.to_ver


def _explained(
    related: Iterable[Related], standing: Mapping[ItemId, Logged], texts: Mapping[VersionKey, str]
) -> Iterator[Explained]:
    for each in related:
        here = texts.get((each.sub, each.ver), "")
        there = texts.get((each.to_sub, each.to_ver), "") if each.to_sub and each.to_ver else ""
        whole = [whole_numbers(span, here, there) for span in each.spans[:_SHOWN] if here and there]
        differences = [
            Difference(at=span, here=_cut(here, span.a), there=_cut(there, span.b)) for span in whole
        ]
        yield Explained(related=each, current=is_current(each, standing), differences=tuple(differences))


async def _texts(storage: Storage, related: Iterable[Related]) -> dict[VersionKey, str]:
    """The texts that were compared, of those versions that no law took back."""
    found = [each for each in related if each.spans and each.to_sub and each.to_ver][-_COMPARED:]
    keys = {(each.sub, each.ver) for each in found}
    keys |= {(each.to_sub, each.to_ver) for each in found if each.to_sub and each.to_ver}
    texts: dict[VersionKey, str] = {}
    for sub, ver in sorted(keys):
        logged = await storage.version(sub, ver)
        if logged is not None and not logged.erased:
            texts[(sub, ver)] = matter_of(recall(logged.token))
    return texts


def _cut(text: str, at: tuple[int, int]) -> str:
    told = text[at[0] : at[1]]
    return told if len(told) <= _CHARACTERS else told[: _CHARACTERS - 1] + "…"


def as_json(told: Explanation) -> dict[str, object]:
    """An explanation as plain values; offsets are in code points."""
    story = told.story
    return {
        "sub": told.sub,
        "ver": told.standing[told.sub].ver,
        "story": None
        if story is None
        else {
            "origin": story.origin.sub,
            "rule": story.rule,
            "evidence": story.evidence,
            "changed": story.changed,
            "items": [
                {"sub": each.sub, "ver": each.ver, "as": each.joined_as}
                for each in (story.origin, *story.others)
            ],
        },
        "relations": [_relation(each) for each in told.relations],
    }


def _relation(each: Explained) -> dict[str, object]:
    related = each.related
    return {
        "type": related.type,
        "sub": related.sub,
        "ver": related.ver,
        "to_sub": related.to_sub,
        "to_ver": related.to_ver,
        "to_url": related.to_url,
        "rule": related.rule,
        "evidence": related.evidence,
        "state": related.state,
        "current": each.current,
        "score": related.score,
        "folding": related.folding,
        "spans": [[*span.a, *span.b] for span in related.spans],
        "differences": [
            {"at": [*one.at.a, *one.at.b], "here": one.here, "there": one.there} for one in each.differences
        ],
    }


def counts(each: Explained) -> bool:
    """Whether a relation has an effect now: it is of versions that stand, and nobody rejected it."""
    return each.current and each.related.state in (Standing.STANDS, Standing.CONFIRMED)


def title_of(logged: Logged | None) -> str:
    """The title of an item that is named, with what its agency did with it since; "" if it is not here."""
    item: Item | None = None if logged is None or logged.erased else recall(logged.token)
    return "" if item is None else _MARKED.get(item.act, "") + item.title
