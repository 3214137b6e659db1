"""A WebSub hub's desk, put together."""

from contextlib import AsyncExitStack
from functools import partial
from typing import Final

from syndicate.assembly._premises import Premises
from syndicate.deliver import Roster
from syndicate.fetch import CallLimits, check_callback, open_caller, registrable_domain
from syndicate.web import is_known
from syndicate.websub import SubscriptionDesk, Subscriptions

_YES_BYTES: Final = 1_000  # of an answer: a challenge has 43


async def open_desk(premises: Premises, stack: AsyncExitStack, roster: Roster) -> SubscriptionDesk:
    """Who hears subscribers, with a dialer of its own that is closed with the stack; to be run."""
    storage, limits = premises.storage, premises.settings.websub
    asking = CallLimits(
        total_seconds=limits.asking_seconds,
        answer_bytes=_YES_BYTES,
        connections=limits.asking_at_once,
    )
    caller = await stack.enter_async_context(
        open_caller(allow=premises.allow, user_agent=premises.user_agent, limits=asking)
    )
    subscriptions = Subscriptions(
        roster,
        premises.clock,
        has_feed=lambda slice_: is_known(slice_, premises.registry(), storage),
        head=lambda: storage.log.visible - 1,
        limits=limits,
        site_of=registrable_domain,
    )
    return SubscriptionDesk(
        subscriptions,
        caller,
        premises.clock,
        base_url=premises.url,
        judge=partial(check_callback, allow=premises.allow),
        limits=limits,
        told=premises.metrics.subscribing,
    )
