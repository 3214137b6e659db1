"""What an operator may want of the subscribers, each order and its answer a small JSON object."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Protocol
from urllib.parse import urlsplit

from syndicate.deliver._roster import Roster, new_id
from syndicate.deliver._webhook import new_secret, public_key
from syndicate.deliver._words import LANGUAGES
from syndicate.errors import DeliverError
from syndicate.news import rfc3339
from syndicate.ports import (
    Answered,
    Call,
    Caller,
    Clock,
    FetchFailed,
    Signer,
    Storage,
    Subscriber,
    SubscriberKind,
    SubscriberState,
)
from syndicate.republish import parse_slice

_REASON_MOST: Final = 200  # characters
_SECRETS_MOST: Final = 2
_NOW: Final = "now"
_BEGIN: Final = "begin"

Order = Mapping[str, object]
Answer = dict[str, object]


class Keys(Protocol):
    """The keys that sign for everybody: one, or two while it changes. Each call may wait for a disk."""

    def signers(self) -> Sequence[Signer]:
        """Those that sign now, the newest first."""
        ...

    def renew(self) -> None:
        """Make another one, beside the one before. Raises DeliverError, SigningError."""
        ...

    def drop(self) -> None:
        """Take the older one away. Raises DeliverError."""
        ...


class Orders:
    """Carries out an operator's orders on a roster.

    ``judge`` refuses addresses that are never called back. ``test`` sends one message that tells of nothing;
    without it, as where no hub runs, nothing can be tried.
    """

    def __init__(  # noqa: PLR0913 - one argument for each part of the world that an order touches
        self,
        roster: Roster,
        storage: Storage,
        clock: Clock,
        *,
        judge: Callable[[str], None],
        keys: Callable[[], Keys],
        test: Callable[[Subscriber], Awaitable[Answered | FetchFailed]] | None = None,
    ) -> None:
        self._roster = roster
        self._storage = storage
        self._clock = clock
        self._judge = judge
        self._keys = keys
        self._test = test

    async def obey(self, asked: Order) -> Answer:
        """Carry out one order; ``do`` names it.

        Raises:
            DeliverError, ForbiddenAddress, StorageError: it cannot be done; nothing was changed.
        """
        match asked.get("do"):
            case "add":
                return await self._add(asked)
            case "list":
                return {"subscribers": [shown(each) for each in self._roster]}
            case "pause":
                reason = _text(asked, "reason")[:_REASON_MOST] or "paused by the operator"
                state = {"state": SubscriberState.PAUSED, "reason": reason}
                return shown(await self._roster.change(_text(asked, "id"), **state))
            case "resume":
                afresh = {"state": SubscriberState.ACTIVE, "reason": "", "failures": 0, "next_at": 0.0}
                return shown(await self._roster.change(_text(asked, "id"), **afresh))
            case "remove":
                await self._roster.remove(_text(asked, "id"))
                return {"removed": _text(asked, "id")}
            case "rotate":
                return await self._rotate(asked)
            case "keys":
                return await asyncio.to_thread(self._change_keys, asked)
            case "test":
                return await self._try(asked)
            case other:
                raise DeliverError(f"there is no order {other!r}")

    async def _add(self, asked: Order) -> Answer:
        callback, path, lang = _text(asked, "callback"), _text(asked, "slice"), _text(asked, "lang")
        self._judge(callback)
        slice_ = parse_slice(path)
        if slice_ is None:
            raise DeliverError(
                f"there is no slice {path!r}", hint="Like the feeds': all, vn, agency/vn.vna, lang/vi."
            )
        if lang not in LANGUAGES:
            raise DeliverError(
                f"there are no words of ours in {lang!r}", hint=f"One of {', '.join(LANGUAGES)}."
            )
        secret = new_secret()
        subscriber = Subscriber(
            id=new_id(),
            kind=SubscriberKind.WEBHOOK,
            callback=callback,
            slice=slice_,
            lang=lang,
            secrets=(secret,),
            created_at=int(self._clock.now()),
            reached=self._begin_after(_text(asked, "from")),
        )
        keys = await asyncio.to_thread(self._public_keys)
        await self._roster.add(subscriber)
        return shown(subscriber) | {"secret": secret, "public_keys": keys}

    def _begin_after(self, from_: str) -> int:
        if from_ in (_NOW, ""):
            return self._storage.log.visible - 1
        if from_ == _BEGIN:
            return -1
        if not (from_.isascii() and from_.isdigit() and len(from_) <= 15):
            raise DeliverError(f"{from_!r} is no place in the log", hint="now, begin, or an index.")
        return int(from_) - 1

    async def _rotate(self, asked: Order) -> Answer:
        """A new secret that signs beside the one before, which goes with the next rotation or ``drop``."""
        subscriber = self._webhook(_text(asked, "id"))
        if asked.get("drop"):
            changed = await self._roster.change(subscriber.id, secrets=subscriber.secrets[:1])
            return shown(changed)
        secret = new_secret()
        kept = (secret, *subscriber.secrets)[:_SECRETS_MOST]
        changed = await self._roster.change(subscriber.id, secrets=kept)
        return shown(changed) | {"secret": secret, "public_keys": await asyncio.to_thread(self._public_keys)}

    def _change_keys(self, asked: Order) -> Answer:
        """The public keys; a new one beside the one before with ``new``, without the older with ``drop``."""
        if asked.get("new"):
            self._keys().renew()
        elif asked.get("drop"):
            self._keys().drop()
        return {"public_keys": self._public_keys()}

    def _public_keys(self) -> list[str]:
        return [public_key(signer) for signer in self._keys().signers()]

    async def _try(self, asked: Order) -> Answer:
        subscriber = self._webhook(_text(asked, "id"))
        if self._test is None:
            raise DeliverError(
                "only a running hub sends messages, and none runs on this database", hint="Start it first."
            )
        outcome = await self._test(subscriber)
        if isinstance(outcome, FetchFailed):
            return {
                "id": subscriber.id,
                "acknowledged": False,
                "failed": f"{outcome.fault}: {outcome.detail}",
            }
        acknowledged = outcome.status // 100 == 2
        return {"id": subscriber.id, "acknowledged": acknowledged, "status": outcome.status}

    def _webhook(self, id_: str) -> Subscriber:
        found = self._roster.get(id_)
        if found is None or found.kind is not SubscriberKind.WEBHOOK:
            raise DeliverError(f"there is no webhook {id_}", hint="`syndicate subscribers list` shows them.")
        return found


def tester(
    compose: Callable[[Subscriber, int], Call], caller: Caller, clock: Clock
) -> Callable[[Subscriber], Awaitable[Answered | FetchFailed]]:
    """What sends the message of ``test`` now, and gives what was answered."""

    async def test(subscriber: Subscriber) -> Answered | FetchFailed:
        return await caller.call(compose(subscriber, int(clock.now())))

    return test


def shown(subscriber: Subscriber) -> Answer:
    """A subscriber for the operator's eyes, without what is secret."""
    lease = subscriber.lease_until
    return {
        "id": subscriber.id,
        "kind": subscriber.kind,
        "callback": _where(subscriber),
        "slice": subscriber.slice.path,
        "format": subscriber.format,
        "lang": subscriber.lang,
        "state": subscriber.state,
        "reason": subscriber.reason,
        "reached": subscriber.reached,
        "failures": subscriber.failures,
        "next_at": rfc3339(subscriber.next_at) if subscriber.next_at else None,
        "created_at": rfc3339(subscriber.created_at),
        "lease_until": None if lease is None else rfc3339(lease),
        "secrets": len(subscriber.secrets),
    }


def _where(subscriber: Subscriber) -> str:
    """The callback. Of a WebSub subscriber's only the site: whoever knows all of it may speak for the hub."""
    if subscriber.kind is SubscriberKind.WEBHOOK:
        return subscriber.callback
    parts = urlsplit(subscriber.callback)
    return f"{parts.scheme}://{parts.netloc}"


def _text(asked: Order, name: str) -> str:
    value = asked.get(name, "")
    if not isinstance(value, str):
        raise DeliverError(f"{name} is no text")
    if not value.isprintable():  # it is shown in lists, and half a letter cannot even be written down
        raise DeliverError(f"{name} has characters that cannot be shown", hint="Write it in one plain line.")
    return value
