"""What the operator says of two items, by an act in the log: that they tell one story, or do not."""

import json
from typing import Final

from syndicate.dedupe import Related, RelatedAs
from syndicate.errors import SettingsError, StorageError
from syndicate.journey._explain import is_current
from syndicate.news import ItemId, rfc3339
from syndicate.ports import Clock, Storage

VERDICTS: Final = ("confirm", "reject")
_AGAINST: Final = (RelatedAs.DISPUTES, RelatedAs.REBUTS)


async def rule(
    storage: Storage, clock: Clock, verdict: str, items: tuple[ItemId, ItemId], reason: str
) -> str:
    """Have it noted that two items belong together ("confirm") or do not ("reject"); the act's digest.

    It has effect once the act is shown, as the newest word on these two. It wins over what likeness says,
    and never over what an agency declared.

    Raises:
        SettingsError: that is no verdict, it is one item, or an agency has declared otherwise.
        StorageError: one of the items is not shown here, or the act cannot be kept.
    """
    sub, to_sub = items
    if verdict not in VERDICTS:
        raise SettingsError(f"there is no verdict {verdict!r}", hint="confirm, or reject.")
    if sub == to_sub:
        raise SettingsError("that is one item, not two", hint="Name the item that it is related to, too.")
    await _check(storage, verdict, sub, to_sub)
    act = {
        "act": f"relation-{verdict}",
        "at": rfc3339(clock.now()),
        "reason": reason,
        "sub": sub,
        "to_sub": to_sub,
    }
    body = json.dumps(act, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return await storage.log.add_act(body)


async def _check(storage: Storage, verdict: str, sub: ItemId, to_sub: ItemId) -> None:
    standing = await storage.standing([sub, to_sub])
    for each in (sub, to_sub):
        if each not in standing:
            raise StorageError(f"nothing of {each} is shown here", hint="Is it the whole id?")
    related = [*await storage.relations(sub), *await storage.relations(to_sub)]
    declared = [
        each
        for each in related
        if each.score is None and {each.sub, each.to_sub} == {sub, to_sub} and is_current(each, standing)
    ]
    for said in declared:
        if _contradicts(said, verdict):
            raise SettingsError(
                f"{said.sub.partition(':')[0]} has declared that its item {said.type} the other one",
                hint="What an agency declares stands; it can take that back with a new version.",
            )


def _contradicts(each: Related, verdict: str) -> bool:
    return each.type in _AGAINST if verdict == "confirm" else each.type is RelatedAs.DERIVES
