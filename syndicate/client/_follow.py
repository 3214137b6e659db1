"""Following a hub: every item once and in order, each judged here before anybody else sees it.

A page of the cursor API is compared with the public log: each leaf between two cursors has to be there, to be
the leaf of the token that is shown, and to lie under a checkpoint that goes on from the one seen before. So a
hub that withholds, alters or forks is told from one that is slow.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from syndicate.client._cursor import Cursor
from syndicate.client._log import LogReader, open_log
from syndicate.client._page import Logged, read_logged
from syndicate.client._registry import (
    RegistryPlace,
    bundled_root,
    cache_folder,
    cache_home,
    check_fresh,
    look,
    read_root,
)
from syndicate.client._token import Proof, TokenReport, Verdict, verify_token
from syndicate.errors import ClientError, FalseLeaf, FetchError
from syndicate.fetch import Allowed, own_machine
from syndicate.ledger import Policy, leaf_of, read_policy, read_vkey
from syndicate.news import Item, Reason, Slice

if TYPE_CHECKING:
    from syndicate.registry import Refreshed
from syndicate.republish import parse_slice

_LOG: Final = logging.getLogger("syndicate.client")
_AGENT: Final = "syndicate-follow"
_LOOK_SECONDS: Final = 600.0  # how often the registry is looked at again
_UNKNOWN_SECONDS: Final = 60.0  # and when somebody signs with a key that it does not list
_LONGEST_WAIT: Final = 60.0  # between two tries, while a hub does not answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """One version of an item, with what was found about it; times in Unix seconds.

    ``report.ok`` says that its agency signed it and that it stands in the log; ``item.act`` whether it is
    news, an update, a correction or a withdrawal.
    """

    index: int  # its place in the one order: the cursor
    token: str
    item: Item
    report: TokenReport
    received_at: int  # by the hub's own word

    def as_json(self) -> dict[str, Any]:
        """As plain values, ready for ``json.dumps``."""
        return {"index": self.index, "received_at": self.received_at, "token": self.token} | (
            self.report.as_json()
        )


class _Judge:
    """The registry and the policy in force, looked at again now and then, and what they say of a version."""

    def __init__(self, place: RegistryPlace, root: bytes, keys: Sequence[str]) -> None:
        self._place = place
        self._root = root
        self._keys = tuple(map(read_vkey, keys))
        self._seen: Refreshed | None = None
        self._looked_at = 0.0

    @property
    def seen(self) -> "Refreshed":
        """What the last look gave."""
        if self._seen is None:
            raise ClientError("the registry was not looked at yet")
        return self._seen

    @property
    def policy(self) -> Policy:
        """Which logs and witnesses count."""
        raw = self.seen.policy
        return Policy(logs=self._keys) if raw is None else read_policy(raw)

    async def look(self, apart: float = _LOOK_SECONDS) -> bool:
        """Look at the registry if the last look is so many seconds ago; whether it was."""
        if self._seen is not None and time.monotonic() - self._looked_at < apart:
            return False
        now = int(time.time())
        folder = cache_folder(self._root, cache_home())
        seen = await asyncio.to_thread(look, self._place, self._root, folder, now)
        check_fresh(seen, self._place.where, now)
        self._seen, self._looked_at = seen, time.monotonic()
        return True

    async def judged(self, one: Logged) -> Followed:
        """One version with what is to be said of it. Raises FalseLeaf: it is not the leaf's, or nobody's."""
        report = self._report(one)
        if Reason.KEY_UNKNOWN in report.reasons and await self.look(_UNKNOWN_SECONDS):
            report = self._report(one)
        item, digest = report.item, report.digest
        if item is None or digest is None or report.signature is not Verdict.YES:
            raise FalseLeaf(one.index, f"is shown with what no agency signed: {', '.join(report.reasons)}")
        if leaf_of(item, digest).raw != one.leaf:
            raise FalseLeaf(one.index, "is shown with another token than its own")
        return Followed(
            index=one.index, token=one.token, item=item, report=report, received_at=one.received_at
        )

    def _report(self, one: Logged) -> TokenReport:
        proof = Proof(raw=one.proof, policy=self.policy)
        return verify_token(one.token, self.seen.registry, now=int(time.time()), proof=proof)


async def follow(  # noqa: PLR0913 - each has the default that suits almost everybody
    hub: str,
    *,
    root: Path | str | None = None,
    registry: str | None = None,
    cursor: Path | str | None = None,
    after: int = -1,
    member: str | None = None,
    agency: str | None = None,
    lang: str | None = None,
    topic: str | None = None,
    urgency: int | None = None,
    kind: str | None = None,
    log: Sequence[str] = (),
    every: float = 5.0,
    once: bool = False,
    doubtful: bool = False,
    allow: Allowed = (),
) -> AsyncGenerator[Followed, None]:
    """Every item that a hub or mirror shows after a cursor, in order, checked here; then what comes.

    ``root`` is the federation's root.json from people you trust (the program's own if left out), ``registry``
    where it is published (the hub's copy if left out: only the root is trusted). ``cursor`` is a file: an
    item counts as done when the next one is asked for, so that after a stop it goes on with the one that was
    in hand. Without it, it begins behind index ``after``. ``log`` are keys of logs that count where the
    registry has no policy. ``every`` is seconds between two looks, ``once`` ends when nothing is new. What
    its agency does not stand behind any more (a key revoked since) is left out unless it is ``doubtful``;
    look at ``report`` then. A line that is down is waited for, with ``once`` it is not. A hub on this very
    machine may be named; what else may be dialled that is not public, ``allow`` lists.

    ``member`` or ``agency``, ``lang``, ``topic`` (a Media Topic code), ``urgency`` (that urgent or more) and
    ``kind`` (or "corrections") narrow it, in any combination. Then less can be noticed: no leaf of the log
    says of which language, topic, urgency or kind an item is, so of these a hub could leave something out. Of
    a member's or an agency's items, and of their corrections and withdrawals, it could not.

    Raises:
        WithheldLeaf: the log has an item that the hub does not show.
        FalseLeaf: it shows something else than what was signed and logged.
        ForkedLog: the log is another one than it was.
        ClientError: no root is named, the cursor's file cannot be used, or no slice is narrowed like that.
        RegistryError: the registry does not verify, or nobody has vouched for it for a day.
        LedgerError: no log that counts signed what the hub shows as its checkpoint.
        FetchError: it does not answer, and it was asked ``once``.
    """
    place = RegistryPlace(
        where=registry or f"{hub.rstrip('/')}/registry",
        allow=(*allow, *own_machine(registry or hub)),
        user_agent=_AGENT,
    )
    judge = _Judge(place, read_root(Path(root) if root is not None else _own_root()), log)
    place_in_order = Cursor(None if cursor is None else Path(cursor), after)
    wanted = _slice(member=member, agency=agency, lang=lang, topic=topic, urgency=urgency, kind=kind)
    wait = 0.0
    async with open_log(hub, allow=(*allow, *own_machine(hub)), user_agent=_AGENT) as get:
        while True:
            try:
                await judge.look()
                page = await read_logged(LogReader(get, judge.policy), wanted, place_in_order)
                shown = [await judge.judged(one) for one in page.versions]
            except FetchError as exc:
                if once:
                    raise
                wait = min(max(1.0, 2 * wait), _LONGEST_WAIT)
                _LOG.warning("%s; trying again in %.0f seconds", exc, wait)
                await asyncio.sleep(wait)
                continue
            wait = 0.0
            for one in shown:
                if one.report.ok or doubtful:
                    yield one
                else:
                    _LOG.warning("leaf %d is left out: %s", one.index, ", ".join(one.report.reasons))
                place_in_order.done(one.index)
            place_in_order.read_to(page.end, page.note)
            if page.more:
                continue
            if once:
                return
            await asyncio.sleep(every)


def follow_sync(hub: str, **how: Any) -> Generator[Followed, None, None]:  # noqa: ANN401 - as ``follow`` has them
    """``follow`` for programs without an event loop: a generator with the same arguments and errors."""

    async def next_of(items: AsyncGenerator[Followed, None]) -> Followed | None:
        return await anext(items, None)

    with asyncio.Runner() as runner:
        items = follow(hub, **how)
        try:
            while (one := runner.run(next_of(items))) is not None:
                yield one
        finally:
            runner.run(items.aclose())


def _slice(**said: Any) -> Slice:  # noqa: ANN401 - as ``follow`` has them
    wanted = Slice(**said)
    if parse_slice(wanted.path) != wanted:
        raise ClientError(
            f"no slice is narrowed like that: {wanted.query}",
            hint="A member is two small letters, a topic eight digits, an urgency 1 to 9; "
            "member and agency exclude each other.",
        )
    return wanted


def _own_root() -> Path:
    root = bundled_root()
    if root is None:
        raise ClientError(
            "no root is named, and none came with this program: the founding ceremony has not been held",
            hint="Get the federation's root.json from people you trust, and name it as `root`.",
        )
    return root
