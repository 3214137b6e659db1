"""A WebSub hub's desk and what it sends, put together."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Final

from syndicate.deliver import Roster
from syndicate.fetch import Allowed, CallLimits, check_callback, open_caller, registrable_domain
from syndicate.journey import Press, Supplements
from syndicate.news import Feed, Registry
from syndicate.ports import Clock, Storage
from syndicate.web import is_known
from syndicate.websub import SubscriptionDesk, Subscriptions, WebSubLimits
from syndicate.wire import MEDIA_TYPES

_YES_BYTES: Final = 1_000  # of an answer: a challenge has 43


async def open_desk(  # noqa: PLR0913 - all that subscribing touches
    roster: Roster,
    storage: Storage,
    registry: Callable[[], Registry],
    clock: Clock,
    stack: AsyncExitStack,
    *,
    url: str,
    allow: Allowed,
    user_agent: str,
    limits: WebSubLimits,
    told: Callable[[str], None],
) -> SubscriptionDesk:
    """Who hears subscribers, with a dialer of its own that is closed with the stack; to be run."""
    asking = CallLimits(
        total_seconds=limits.asking_seconds,
        answer_bytes=_YES_BYTES,
        connections=limits.asking_at_once,
    )
    caller = await stack.enter_async_context(open_caller(allow=allow, user_agent=user_agent, limits=asking))
    subscriptions = Subscriptions(
        roster,
        clock,
        has_feed=lambda slice_: is_known(slice_, registry(), storage),
        head=lambda: storage.log.visible - 1,
        limits=limits,
    )
    return SubscriptionDesk(
        subscriptions,
        caller,
        clock,
        base_url=url,
        judge=partial(check_callback, allow=allow),
        site_of=registrable_domain,
        limits=limits,
        told=told,
    )


def open_supplements(  # noqa: PLR0913, PLR0917 - all that a document is made of
    storage: Storage,
    press: Press,
    registry: Callable[[], Registry],
    render: Callable[[Feed, str], bytes],
    stack: AsyncExitStack,
    whole_seconds: float,
) -> Supplements:
    """What writes the documents that are sent; closed with the stack."""
    made = Supplements(
        storage,
        press.editor,
        registry,
        render,
        media_types=MEDIA_TYPES,
        whole_seconds=whole_seconds,
    )
    stack.callback(made.close)
    return made
