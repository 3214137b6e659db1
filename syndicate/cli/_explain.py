"""``syndicate explain ITEM``: how an item stands to others, by what rule, and the evidence for it."""

import argparse
import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from syndicate.cli._case import named
from syndicate.cli._database import add_database
from syndicate.cli._shown import shown
from syndicate.dedupe import Related, RelatedAs, weigh
from syndicate.errors import ClientError, StorageError
from syndicate.journey import Explained, Explanation, explain, explained_as_json, title_of
from syndicate.news import ItemId
from syndicate.ports import Storage
from syndicate.storage import open_view
from syndicate.trust import recall

_STATES = {"waits": "waits for `syndicate relations`", "confirmed": "confirmed by the operator",
           "rejected": "rejected by the operator: it has no effect"}  # fmt: skip

_OF_BOTH = {"copy": "says nearly the same as", "sibling": "is alike, and not the same as",
            "re-identified": "is, under another id,", "excerpt": "is a part of",
            "translation-possible": "may be, in another language,"}  # fmt: skip


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate explain`` to the command line."""
    parser = nouns.add_parser(
        "explain",
        help="why an item stands with others, or apart from them",
        description="How an item stands to others in a hub's database: the story that it is told in, its "
        "relations, by which rule, and where the texts differ. With a second item the two are compared now. "
        "It only looks: the hub may be running.",
    )
    parser.add_argument("item", metavar="ITEM", help="an item's id, or its address")
    parser.add_argument("other", metavar="OTHER", nargs="?", help="another item, to be compared with it")
    parser.add_argument("--json", action="store_true", help="write JSON, for programs")
    add_database(parser)
    parser.set_defaults(run=_run)


def item_named(asked: str) -> ItemId:
    """The item that was asked for. Raises ClientError, StorageError: it names none."""
    sub, _, _ = named(asked)
    if sub is None:
        raise StorageError(f"{shown(asked)!r} names a token, not an item", hint="Give the item's id.")
    return sub


def _run(args: argparse.Namespace) -> int:
    sub = item_named(args.item)
    other = None if args.other is None else item_named(args.other)
    if other == sub:
        raise ClientError(f"{sub} is one item, not two", hint="Name another one to compare it with.")
    told, weighed, behind = asyncio.run(_read(args.db, sub, other))
    if args.json:
        said: dict[str, Any] = {**explained_as_json(told)}
        if other is not None:
            said["compared"] = None if weighed is None else _plain(weighed)
        print(json.dumps(said, ensure_ascii=False, indent=2))
        return 0
    print("\n".join(_lines(told)))
    if behind:
        print(f"\nStories have yet to come to {behind} of what is shown here: whoever serves it makes them.")
    if other is not None:
        print(f"\nCompared now with {other}:")
        print("  not alike" if weighed is None else f"  {_what(weighed)}")
    return 0


async def _read(path: Path, sub: ItemId, other: ItemId | None) -> tuple[Explanation, Related | None, int]:
    async with open_view(path) as storage:
        told = await explain(storage, sub)
        if told is None:
            raise StorageError(
                f"nothing of {sub} is shown here", hint="Is it this hub's database, and the whole id?"
            )
        behind = storage.log.visible - 1 - await storage.gathering.reached()
        return told, None if other is None else await _weighed(storage, sub, other), behind


async def _weighed(storage: Storage, sub: ItemId, other: ItemId) -> Related | None:
    standing = await storage.standing([sub, other])
    missing = [each for each in (sub, other) if each not in standing or standing[each].erased]
    if missing:
        raise StorageError(f"there is no text of {missing[0]} here", hint="Is it the whole id?")
    return weigh(recall(standing[sub].token), recall(standing[other].token))


def _lines(told: Explanation) -> Iterator[str]:
    yield f"{told.sub}, version {told.standing[told.sub].ver}: {_title(told, told.sub)}"
    story = told.story
    if story is None:
        yield "It stands alone: no story has it together with others."
    else:
        yield f"One story of {len(story.others) + 1}, the origin first ({story.rule}: {story.evidence}):"
        for each in (story.origin, *story.others):
            yield f"  {each.sub}, version {each.ver}, {each.joined_as}: {_title(told, each.sub)}"
    for found in told.relations:
        yield from _relation(found)
    if not told.relations:
        yield "No relation of it is known."


def _relation(found: Explained) -> Iterator[str]:
    related = found.related
    now = found.current or related.type is RelatedAs.REVISION  # which has an older one at its other end
    past = "" if now else " (of versions that stand no longer)"
    state = f"; {_STATES[related.state]}" if related.state in _STATES else ""
    yield ""
    yield f"{related.sub}/{related.ver} {_what(related)}{state}{past}"
    for difference in found.differences:
        yield f"    {shown(difference.here) or '(nothing)'} -> {shown(difference.there) or '(nothing)'}"


def _what(related: Related) -> str:
    score = "" if related.score is None else f", score {related.score:.2f}, folding {related.folding}"
    return f"{to_other(related)} ({related.rule}{score}): {shown(related.evidence)}"


def to_other(related: Related) -> str:
    """How a version stands to the other one, and which that is: "(copy) says nearly the same as …"."""
    to = related.to_url if related.to_sub is None else related.to_sub
    ver = "" if related.to_ver is None else f"/{related.to_ver}"
    as_ = f"({related.type}) {_OF_BOTH[related.type]}" if related.type in _OF_BOTH else related.type
    return f"{as_} {shown(str(to))}{ver}"


def _title(told: Explanation, sub: ItemId) -> str:
    return shown(title_of(told.standing.get(sub)))


def _plain(related: Related) -> dict[str, Any]:
    return {
        "type": related.type,
        "rule": related.rule,
        "score": related.score,
        "folding": related.folding,
        "evidence": related.evidence,
        "spans": [[*span.a, *span.b] for span in related.spans],
    }
