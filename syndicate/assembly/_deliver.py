"""A hub's delivery, put together: the roster, what tells it, and who may change it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from syndicate.assembly._admin import Answer, Obey, Order, ask_hub, take_orders
from syndicate.assembly._ground import SystemClock
from syndicate.assembly._webhook_keys import WebhookKeys
from syndicate.assembly._websub import open_desk
from syndicate.deliver import (
    Deliverer,
    DeliverLimits,
    Orders,
    Roster,
    Voice,
    Webhooks,
    tester,
)
from syndicate.fetch import Allowed, CallLimits, check_callback, open_caller
from syndicate.news import Registry
from syndicate.ports import Clock, Storage, SubscriberKind, Wakeup
from syndicate.storage import open_storage
from syndicate.web import DeliveryReach
from syndicate.websub import Distribution, SubscriptionDesk, Supply, WebSubLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A hub's delivery at work."""

    roster: Roster
    deliverer: Deliverer
    desk: SubscriptionDesk
    alive: Callable[[], bool]

    def reach(self) -> DeliveryReach:
        """What it counts."""
        tally = self.deliverer.tally
        return DeliveryReach(
            acknowledged=tally.acknowledged, failed=tally.failed, subscribers=self.roster.counts()
        )


@asynccontextmanager
async def open_push(  # noqa: PLR0913, PLR0917 - all that delivery is made of
    database: Path,
    storage: Storage,
    registry: Callable[[], Registry],
    clock: Clock,
    wakeup: Wakeup,
    url: str,
    *,
    allow: Allowed,
    user_agent: str,
    limits: DeliverLimits,
    supply: Supply,
    websub: WebSubLimits,
    told: Callable[[str], None],
) -> AsyncIterator[Push]:
    """Tell the subscribers, and take orders about them, until left. If a worker dies, so does the hub.

    ``supply`` gives what WebSub sends; ``told`` hears a word for each outcome of a WebSub request.

    Raises:
        SigningError: there is no key for webhooks, and none can be made.
        SettingsError: there can be no socket beside the database.
        StorageError: the subscribers cannot be read.
    """
    keys = await asyncio.to_thread(WebhookKeys, database)
    roster = Roster(storage, most=limits.subscribers_most)
    await roster.load()
    bounds = CallLimits(
        total_seconds=limits.total_seconds,
        answer_bytes=limits.answer_bytes,
        connections=limits.at_once + limits.slow_at_once,
    )
    async with AsyncExitStack() as stack:
        caller = await stack.enter_async_context(
            open_caller(allow=allow, user_agent=user_agent, limits=bounds)
        )
        webhooks = Webhooks(registry, storage.log, keys.signers, url)
        voices: dict[SubscriberKind, Voice] = {
            SubscriberKind.WEBHOOK: webhooks,
            SubscriberKind.WEBSUB: Distribution(supply, url),
        }
        deliverer = Deliverer(storage, roster, caller, clock, wakeup, voices, limits)
        orders = Orders(
            roster,
            storage,
            clock,
            judge=partial(check_callback, allow=allow),
            keys=lambda: keys,
            test=tester(webhooks.test, caller, clock),
        )
        desk = await open_desk(
            roster, storage, registry, clock, stack,
            url=url, allow=allow, user_agent=user_agent, limits=websub, told=told,
        )  # fmt: skip
        workers = await stack.enter_async_context(asyncio.TaskGroup())
        working = [workers.create_task(each.run()) for each in (deliverer, desk)]
        for each in working:
            stack.callback(each.cancel)
        await stack.enter_async_context(take_orders(database, orders.obey))
        yield Push(
            roster=roster,
            deliverer=deliverer,
            desk=desk,
            alive=lambda: not any(each.done() for each in working),
        )


async def give_order(database: Path, asked: Order) -> Answer:
    """Have an order carried out by the hub that runs on this database, or here if none does.

    Raises:
        DeliverError, ForbiddenAddress: it cannot be done, and nothing was changed.
        StorageError: the database cannot be opened, or another process writes to it that takes no orders.
    """
    answer = await ask_hub(database, asked)
    if answer is not None:
        return answer
    async with open_storage(database) as storage:
        return await _obey_here(database, storage)(asked)


def _obey_here(database: Path, storage: Storage) -> Obey:
    async def obey(asked: Order) -> Answer:
        roster = Roster(storage, most=DeliverLimits().subscribers_most)
        await roster.load()
        orders = Orders(
            roster,
            storage,
            SystemClock(),
            judge=check_callback,
            keys=lambda: WebhookKeys(database),
        )
        return await orders.obey(asked)

    return obey
