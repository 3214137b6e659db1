"""A hub's delivery, put together: the roster, what tells it, and who may change it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from syndicate.assembly._admin import Answer, Order, ask_hub, take_orders
from syndicate.assembly._ground import SystemClock, allowed
from syndicate.assembly._orders import with_rulings
from syndicate.assembly._premises import Premises
from syndicate.assembly._webhook_keys import WebhookKeys
from syndicate.assembly._websub import open_desk
from syndicate.deliver import (
    Deliverer,
    Orders,
    Roster,
    Voice,
    Webhooks,
    tester,
)
from syndicate.fetch import CallLimits, check_callback, open_caller
from syndicate.ports import Caller, Storage, SubscriberKind
from syndicate.settings import Settings
from syndicate.storage import open_storage
from syndicate.web import DeliveryReach
from syndicate.websub import Distribution, SubscriptionDesk, Supply


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
async def open_push(premises: Premises, supply: Supply) -> AsyncIterator[Push]:
    """Tell the subscribers, and take orders about them, until left. If a worker dies, so does the hub.

    ``supply`` gives what WebSub sends.

    Raises:
        SigningError: there is no key for webhooks, and none can be made.
        SettingsError: there can be no socket beside the database.
        StorageError: the subscribers cannot be read.
    """
    storage, clock = premises.storage, premises.clock
    database, limits = premises.settings.database, premises.settings.deliver
    keys = await asyncio.to_thread(WebhookKeys, database)
    roster = Roster(storage, most=limits.subscribers_most)
    await roster.load()
    async with AsyncExitStack() as stack:
        caller = await stack.enter_async_context(_calling(premises))
        webhooks = Webhooks(premises.registry, storage.log, keys.signers, premises.url)
        voices: dict[SubscriberKind, Voice] = {
            SubscriberKind.WEBHOOK: webhooks,
            SubscriberKind.WEBSUB: Distribution(supply, premises.url),
        }
        deliverer = Deliverer(storage, roster, caller, clock, premises.wakeup, voices, limits)
        orders = Orders(
            roster,
            storage,
            clock,
            judge=partial(check_callback, allow=premises.allow),
            keys=lambda: keys,
            test=tester(webhooks.test, caller, clock),
        )
        desk = await open_desk(premises, stack, roster)
        workers = await stack.enter_async_context(asyncio.TaskGroup())
        working = [workers.create_task(each.run()) for each in (deliverer, desk)]
        for each in working:
            stack.callback(each.cancel)
        await stack.enter_async_context(take_orders(database, with_rulings(orders.obey, storage, clock)))
        yield Push(
            roster=roster,
            deliverer=deliverer,
            desk=desk,
            alive=lambda: not any(each.done() for each in working),
        )


def _calling(premises: Premises) -> AbstractAsyncContextManager[Caller]:
    """A dialer for deliveries alone, within their limits."""
    limits = premises.settings.deliver
    bounds = CallLimits(
        total_seconds=limits.total_seconds,
        answer_bytes=limits.answer_bytes,
        connections=limits.at_once + limits.slow_at_once,
    )
    return open_caller(allow=premises.allow, user_agent=premises.user_agent, limits=bounds)


async def give_order(settings: Settings, asked: Order) -> Answer:
    """Have an order carried out by the hub that runs on the settings' database, or here if none does.

    Raises:
        DeliverError, ForbiddenAddress: it cannot be done, and nothing was changed.
        StorageError: the database cannot be opened, or another process writes to it that takes no orders.
    """
    answer = await ask_hub(settings.database, asked)
    if answer is not None:
        return answer
    async with open_storage(settings.database) as storage:
        return await _obey_here(settings, storage, asked)


async def _obey_here(settings: Settings, storage: Storage, asked: Order) -> Answer:
    """What the hub would do if it ran: with the same bounds, and the same addresses that it may dial."""
    roster = Roster(storage, most=settings.deliver.subscribers_most)
    await roster.load()
    orders = Orders(
        roster,
        storage,
        SystemClock(),
        judge=partial(check_callback, allow=allowed(settings)),
        keys=lambda: WebhookKeys(settings.database),
    )
    return await orders.obey(asked)
