"""At which sites the WebSub callbacks of a roster are, counted as they come and go."""

from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit

from syndicate.deliver import Roster
from syndicate.ports import SubscriberKind


class Sites:
    """How many subscriptions there are, and how many at each site.

    ``site_of`` gives the registrable domain of a host, None for what is none.
    """

    def __init__(self, roster: Roster, site_of: Callable[[str], str | None]) -> None:
        self._roster = roster
        self._site_of = site_of
        self._by_id: dict[str, str] = {}
        self._many: Counter[str] = Counter()
        for each in roster:
            self._changed(each.id)
        roster.listeners.append(self._changed)

    def __len__(self) -> int:
        return len(self._by_id)

    def of(self, callback: str) -> str:
        """The site of a callback; of one that has none, its host."""
        host = urlsplit(callback).hostname or ""
        return self._site_of(host) or host

    def many_like(self, callback: str) -> int:
        """How many there are at the site of this callback."""
        return self._many[self.of(callback)]

    def _changed(self, id_: str) -> None:
        before, now = self._by_id.get(id_), self._roster.get(id_)
        if now is None and before is not None:
            del self._by_id[id_]
            self._many[before] -= 1
            if not self._many[before]:
                del self._many[before]
        elif now is not None and before is None and now.kind is SubscriberKind.WEBSUB:
            site = self._by_id[id_] = self.of(now.callback)
            self._many[site] += 1
