"""Orders about relations, beside those about subscribers: for the hub that runs, or carried out here."""

from pathlib import Path

from syndicate.assembly._admin import Answer, Obey, Order, ask_hub
from syndicate.assembly._backup import FOLLOWS
from syndicate.assembly._ground import SystemClock
from syndicate.errors import StorageError
from syndicate.journey import rule
from syndicate.news import ItemId
from syndicate.ports import Clock, Storage
from syndicate.storage import open_storage

_RULE = "relation"


def with_rulings(obey: Obey, storage: Storage, clock: Clock) -> Obey:
    """What obeys ``obey``'s orders, and those about relations."""

    async def each(asked: Order) -> Answer:
        return await _rule(asked, storage, clock) if asked.get("do") == _RULE else await obey(asked)

    return each


async def rule_relation(database: Path, verdict: str, sub: ItemId, to_sub: ItemId, reason: str) -> Answer:
    """Note what the operator says of two items, in the hub that runs on this database or here; the act.

    Raises:
        DeliverError, SettingsError, StorageError: it cannot be done, and nothing was changed.
    """
    asked = {"do": _RULE, "verdict": verdict, "sub": sub, "to_sub": to_sub, "reason": reason}
    answer = await ask_hub(database, asked)
    if answer is not None:
        return answer
    async with open_storage(database) as storage:
        if await storage.log.stopped() == FOLLOWS:
            raise StorageError(
                f"{database} is a mirror's: in it counts what the operator of its hub says",
                hint="Tell that operator which two items, and why.",
            )
        return await _rule(asked, storage, SystemClock())


async def _rule(asked: Order, storage: Storage, clock: Clock) -> Answer:
    told = {name: str(asked.get(name, "")) for name in ("verdict", "sub", "to_sub", "reason")}
    items = ItemId(told["sub"]), ItemId(told["to_sub"])
    digest = await rule(storage, clock, told["verdict"], items, told["reason"])
    return {**told, "act": digest}
