"""The subscribers in memory, as they stand in storage: whoever changes one does it here.

How far each has come moves in memory first and is written down in groups; a crash repeats what was not
written yet, and never loses anything. Who somebody is changes in storage first.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from syndicate.errors import DeliverError
from syndicate.news import Slice
from syndicate.ports import Storage, Subscriber, SubscriberKind, SubscriberState, Told

_ID_BYTES: Final = 12


Name = tuple[SubscriberKind, str, Slice, str]


def name_of(subscriber: Subscriber) -> Name:
    """What no two subscribers have in common: kind, callback, slice and format."""
    return subscriber.kind, subscriber.callback, subscriber.slice, subscriber.format


def new_id() -> str:
    """An id for a subscriber that nobody can guess, and that no command line takes for an option."""
    return secrets.token_hex(_ID_BYTES)


class Roster:
    """Every subscriber of a hub.

    ``listeners`` are called with an id after each change that is not progress; ``work`` is set while
    something waits to be written down.
    """

    def __init__(self, storage: Storage, *, most: int) -> None:
        self._store = storage.subscribers
        self._most = most
        self._all: dict[str, Subscriber] = {}
        self._ids: dict[Name, str] = {}
        self._moved: set[str] = set()
        self._told: list[Told] = []
        self._changing = asyncio.Lock()
        self.listeners: list[Callable[[str], None]] = []
        self.work = asyncio.Event()

    async def load(self) -> None:
        """Read them all. Raises StorageError."""
        self._all = {each.id: each for each in await self._store.all()}
        self._ids = {name_of(each): each.id for each in self._all.values()}

    def __iter__(self) -> Iterator[Subscriber]:
        return iter(tuple(self._all.values()))

    def get(self, id: str) -> Subscriber | None:  # noqa: A002 - as in the port
        """The subscriber of this id, if there is one."""
        return self._all.get(id)

    def __len__(self) -> int:
        return len(self._all)

    def named(self, name: "Name") -> Subscriber | None:
        """The one of this kind that is told of this slice in this format at this callback."""
        id_ = self._ids.get(name)
        return None if id_ is None else self._all.get(id_)

    def counts(self) -> Mapping[str, int]:
        """How many there are in each state."""
        found: dict[str, int] = dict.fromkeys(SubscriberState, 0)
        for each in self._all.values():
            found[each.state] += 1
        return found

    async def add(self, subscriber: Subscriber) -> None:
        """Take a new subscriber; on the disk when this returns.

        Raises:
            DeliverError: there are as many as there may be.
            StorageError: another one of its kind has this callback for this slice and format.
        """
        async with self._changing:
            if len(self._all) >= self._most:
                raise DeliverError(
                    f"there are {self._most:,} subscribers, and no room for more",
                    hint="Remove ended ones, or raise deliver.subscribers_most.",
                )
            await self._store.put(subscriber)
            self._all[subscriber.id] = subscriber
            self._ids[name_of(subscriber)] = subscriber.id
        self._tell(subscriber.id)

    async def change(self, id: str, **changes: Any) -> Subscriber:  # noqa: A002, ANN401 - fields of a Subscriber
        """Change what is named of a subscriber; on the disk when this returns.

        Raises:
            DeliverError: there is no such subscriber.
            StorageError: the change makes it the same as another one, or cannot be written.
        """
        async with self._changing:
            before = self._known(id)
            await self._store.put(replace(before, **changes))
            # It may have come further meanwhile: that is written down after this, and stays in memory.
            changed = self._all[id] = replace(self._known(id), **changes)
            self._ids.pop(name_of(before), None)
            self._ids[name_of(changed)] = id
        self._tell(id)
        return changed

    async def remove(self, id: str) -> None:  # noqa: A002 - as in the port
        """Forget a subscriber. Raises DeliverError, StorageError."""
        async with self._changing:
            known = self._known(id)
            await self._store.remove(id)
            del self._all[id]
            self._ids.pop(name_of(known), None)
        self._tell(id)

    def moved(self, id: str, told: Iterable[Told] = ()) -> None:  # noqa: A002 - as in the port
        """Note that this one has come further; ``flush`` writes it down."""
        self._moved.add(id)
        self._told += told
        self.work.set()

    async def flush(self) -> None:
        """Write down what has moved, in one transaction. Raises StorageError: nothing is forgotten."""
        self.work.clear()
        moved, told = self._moved, self._told
        self._moved, self._told = set(), []
        try:
            await self._store.record([self._all[id_] for id_ in moved if id_ in self._all], told)
        except BaseException:
            self._moved |= moved
            self._told = told + self._told
            self.work.set()
            raise

    def _known(self, id_: str) -> Subscriber:
        found = self._all.get(id_)
        if found is None:
            raise DeliverError(
                f"there is no subscriber {id_}", hint="`syndicate subscribers list` shows them."
            )
        return found

    def _tell(self, id_: str) -> None:
        for listener in self.listeners:
            listener(id_)
