"""Sealing: every kept version gets its index and is a leaf of the public log, in the order of keeping.

    window of 0.1 s ─► indices and tiles, one transaction ─► signed checkpoint ─► witnesses ─► shown

There is one sealer and no second order. It keeps nothing in memory that a crash could take: what waits for
an index is in storage, sealing the same again finds nothing to do, and a tree is signed only after it is on
the disk. What no quorum stands behind is shown after a minute all the same, and marked (decision 43).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from syndicate.errors import LedgerError, StorageError
from syndicate.journey._cosign import Cosigners
from syndicate.journey._log_signer import LogSigner
from syndicate.ledger import NoteKey
from syndicate.ports import Clock, KeptCheckpoint, Storage, Wakeup

log = logging.getLogger("syndicate.hub")

WINDOW_SECONDS: Final = 0.1  # how long versions gather before they are given their indices together
PATIENCE_SECONDS: Final = 60.0  # how long a version waits for a quorum before it is shown without
_AGAIN_SECONDS: Final = 1.0  # between two rounds of asking, and after trouble
MOST: Final = 1_000  # in one transaction


async def _nobody() -> str:
    """No mirror to ask."""
    return ""


class Sealer:
    """Gives indices to what was admitted, has the log's growth cosigned, and wakes whoever waits for it."""

    def __init__(  # noqa: PLR0913 - the one place where order, log and witnesses meet
        self,
        storage: Storage,
        clock: Clock,
        wakeup: Wakeup,
        signer: LogSigner,
        cosigners: Cosigners,
        *,
        most: int = MOST,
        elsewhere: Callable[[], Awaitable[str]] = _nobody,
    ) -> None:
        """``elsewhere`` says at the start what mirrors prove that this log lacks; "" for nothing."""
        self._storage = storage
        self._most = most
        self._clock = clock
        self._wakeup = wakeup
        self._signer = signer
        self._cosigners = cosigners
        self._newest: KeptCheckpoint | None = None  # the checkpoint signed last
        self._signed = asyncio.Event()
        self._confirmed: frozenset[str] = frozenset()  # witnesses that have seen no more than there is here
        self._caught_up = False
        self._began = False
        self._stopped = ""
        self._elsewhere = elsewhere
        self._sealing = asyncio.Lock()
        self._behind = False
        self._complaint = ""

    @property
    def log_key(self) -> NoteKey:
        """The key that signs the log."""
        return self._signer.key

    @property
    def waits_for(self) -> str:
        """Why nothing is sealed; "" while it is."""
        return self._complaint

    async def run(self) -> None:
        """Seal in every window, and have it cosigned, until cancelled; a full disk is never the end."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._for_ever(self._seal_window))
            both.create_task(self._for_ever(self._cosign_next))

    async def seal_once(self) -> int:
        """Seal all that waits, and sign the log after each transaction; how many indices were given.

        Two never do so at once: whoever comes second finds signed, too, what the first one sealed.

        Raises:
            StorageError: the database could not do it; what it had sealed before stays sealed.
            LedgerError: the checkpoint could not be signed.
        """
        async with self._sealing:
            if await self._held_back():
                return 0
            sealed = 0
            while given := await self._storage.seal(self._clock.now(), self._most, show=False):
                sealed += given
                await self._sign()
                if given < self._most:
                    break
            return sealed

    async def cosign_once(self) -> None:
        """Ask the witnesses about the checkpoint signed last; show what it holds if enough stand behind it.

        Raises:
            StorageError: the database could not do it.
        """
        kept = self._newest
        if kept is None or kept.quorum or (self._caught_up and kept.size <= self._storage.log.proven):
            return
        asked = await self._cosigners.ask(kept)
        self._confirmed |= asked.signed
        await self._catch_up()
        if asked.checkpoint.quorum:
            await self._storage.log.keep_checkpoint(asked.checkpoint)
            self._wakeup.ring()
        elif await self._is_late():
            await self._storage.log.show(kept.size)
            self._wakeup.ring()

    async def _seal_window(self) -> None:
        await self.seal_once()
        await asyncio.sleep(WINDOW_SECONDS)

    async def _cosign_next(self) -> None:
        try:
            async with asyncio.timeout(_AGAIN_SECONDS):
                await self._signed.wait()
        except TimeoutError:
            pass  # an earlier one may still be waiting for its quorum
        self._signed.clear()
        await self.cosign_once()

    async def _for_ever(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except (StorageError, LedgerError) as exc:
                log.error("nothing can be sealed, trying again: %s. %s", exc, exc.hint)  # noqa: TRY400 - expected
                await asyncio.sleep(_AGAIN_SECONDS)
            except Exception:
                log.exception("sealing failed; it is tried again")
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _held_back(self) -> bool:
        """Whether nothing may be sealed: it would give indices anew that the world has seen already."""
        if not self._began:
            self._stopped = await self._storage.log.stopped()
            nobody = self._cosigners.caught_up(frozenset())  # there is nobody whom one could ask
            self._caught_up = nobody and not self._stopped
            ahead = await self._elsewhere()
            self._behind = bool(ahead)
            if ahead:
                self._caught_up, self._complaint = False, ahead
                log.error("nothing is sealed: %s", ahead)
            elif nobody and self._stopped:
                self._complaint = self._stopped
                log.error("nothing is sealed: %s", self._complaint)
            else:
                await self._sign()
            self._began = True  # only now: what failed in between is begun again
        return not self._caught_up

    async def _sign(self) -> None:
        edge = self._storage.log.edge
        alone = self._cosigners.policy.quorum is None
        note = self._signer.checkpoint(edge, int(self._clock.now()))
        kept = KeptCheckpoint(size=edge.size, note=note, quorum=alone)
        await self._storage.log.keep_checkpoint(kept)
        self._newest = kept
        self._signed.set()
        self._wakeup.ring()  # alerts are shown before anybody has cosigned them, in a feed of their own

    async def _catch_up(self) -> None:
        if self._caught_up or self._behind:
            return
        self._caught_up = self._cosigners.caught_up(self._confirmed)
        ahead = self._cosigners.ahead
        self._complaint = ""
        if self._caught_up:
            if self._stopped:
                await self._storage.log.stop("")
            log.warning("the witnesses have seen no more than there is here: sealing goes on")
        elif ahead:
            who = ", ".join(f"{name} {size:,}" for name, size in sorted(ahead.items()))
            have = f"{self._storage.log.edge.size:,}"
            self._complaint = (
                f"this database has {have} leaves, and witnesses have seen more ({who}): it is an old copy"
            )
        else:
            self._complaint = (
                "too few witnesses have said since the start that they have seen no more than this"
            )

    async def _is_late(self) -> bool:
        oldest = await self._storage.log.hidden(1)
        return bool(oldest) and self._clock.now() - oldest[0].sealed_at >= PATIENCE_SECONDS
