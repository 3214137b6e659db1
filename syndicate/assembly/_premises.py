"""What the parts of a hub, of a mirror and of a copy all stand on, and what prints there."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from syndicate.assembly._ground import allowed, user_agent
from syndicate.fetch import Allowed
from syndicate.journey import LocalWakeup, Lookup, PassageIndex, Press, Supplements
from syndicate.news import Registry
from syndicate.ports import Clock, Storage
from syndicate.settings import Settings
from syndicate.web import CODINGS, Metrics
from syndicate.wire import MEDIA_TYPES, Typesetter


@dataclass(frozen=True, slots=True, kw_only=True)
class Premises:
    """What is there before anything is set up: put together once, handed to whatever is."""

    settings: Settings
    url: str  # where readers reach it
    storage: Storage
    registry: Callable[[], Registry]  # gives the one in use now
    clock: Clock
    typesetter: Typesetter
    wakeup: LocalWakeup = field(default_factory=LocalWakeup)  # rings when the order has moved
    metrics: Metrics = field(default_factory=Metrics)

    @property
    def allow(self) -> Allowed:
        """The private addresses that may be dialled from here."""
        return allowed(self.settings)

    @property
    def user_agent(self) -> str:
        """How it names itself to the servers that it asks."""
        return user_agent(self.settings.contact)


def open_press(premises: Premises, stack: AsyncExitStack, *, pushes: bool) -> Press:
    """What writes the documents; closed with the stack. ``pushes``: whether one can subscribe to them."""
    press = Press(
        premises.storage,
        premises.registry,
        premises.clock,
        premises.wakeup,
        premises.typesetter,
        media_types=MEDIA_TYPES,
        codings=CODINGS,
        base_url=premises.url,
        pushes=pushes,
        limits=premises.settings.feeds,
        told=premises.metrics.rendered,
    )
    stack.callback(press.close)
    return press


def open_supplements(premises: Premises, stack: AsyncExitStack, press: Press) -> Supplements:
    """What writes the documents that are sent to subscribers; closed with the stack."""
    made = Supplements(
        premises.storage,
        press.editor,
        premises.registry,
        premises.typesetter.render,
        media_types=MEDIA_TYPES,
        whole_seconds=premises.settings.feeds.rebuild_seconds,
    )
    stack.callback(made.close)
    return made


def open_lookup(premises: Premises, passages: PassageIndex, stack: AsyncExitStack) -> Lookup:
    """Who answers questions; closed with the stack."""
    lookup = Lookup(premises.storage, passages, premises.settings.lookup)
    stack.callback(lookup.close)
    return lookup
