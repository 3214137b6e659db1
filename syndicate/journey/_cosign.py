"""Cosigning: witnesses say that the log only ever grew, before anybody else is shown what it grew by.

    every witness of the policy is asked at once ─► enough have signed ─► shown
    too few say that they have seen no more than this ─► it may be an old copy, and nothing is sealed

A witness that does not answer costs nobody anything but its own signature.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from syndicate.errors import LedgerError
from syndicate.ledger import (
    AddCheckpoint,
    NoteKey,
    NoteSignature,
    Policy,
    prove_consistency,
    read_conflict,
    read_note,
    read_signatures,
    tiles_for_consistency,
)
from syndicate.news import Reason
from syndicate.ports import Answered, Call, Caller, FetchFailed, KeptCheckpoint, PublicLog

_LOG = logging.getLogger("syndicate.hub")
DEADLINE_SECONDS: Final = 10.0  # for one witness, and for a round in which too few answer
GRACE_SECONDS: Final = 0.05  # for those that are a little slower than the quorum
_PATH: Final = "/add-checkpoint"
_MEDIA_TYPE: Final = "text/plain; charset=utf-8"
_TRIES: Final = 2  # a witness may first have to say where it stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round of asking gave."""

    checkpoint: KeptCheckpoint  # with every cosignature that came in time
    signed: frozenset[str]  # by whom, as the policy names them


class Cosigners:
    """Asks the witnesses of a policy; remembers of each what it saw last."""

    def __init__(self, caller: Caller, log: PublicLog, policy: Callable[[], Policy]) -> None:
        self._caller = caller
        self._log = log
        self._policy = policy
        self._seen: dict[str, int] = {}
        self._busy: dict[str, asyncio.Task[NoteSignature | None]] = {}
        self._trouble: dict[str, str] = {}
        self.ahead: dict[str, int] = {}  # who has seen more leaves than there are here, and how many

    @property
    def policy(self) -> Policy:
        """The policy in force now."""
        return self._policy()

    async def ask(self, kept: KeptCheckpoint) -> Round:
        """Ask every witness that is free to cosign; back when enough have, or the deadline is over.

        Raises:
            StorageError: the log cannot be read.
        """
        policy = self.policy
        asked = {
            name: self._begin(name, key, policy.addresses[name], kept)
            for name, key in policy.witnesses.items()
            if name in policy.addresses and name not in self._busy
        }
        signed = await self._gather(asked, policy)
        note = read_note(kept.note)
        lines = (*note.signatures, *signed.values())
        enough = policy.satisfied_by([policy.witnesses[name] for name in signed])
        checkpoint = replace(kept, note=replace(note, signatures=lines).raw, quorum=enough)
        return Round(checkpoint=checkpoint, signed=frozenset(signed))

    def caught_up(self, confirmed: frozenset[str]) -> bool:
        """Whether no quorum can stand behind anything newer that these witnesses have not seen."""
        policy = self.policy
        others = [key for name, key in policy.witnesses.items() if name not in confirmed]
        return policy.quorum is None or not policy.satisfied_by(others)

    async def close(self) -> None:
        """Wait for nobody any more."""
        for task in self._busy.values():
            task.cancel()
        await asyncio.gather(*self._busy.values(), return_exceptions=True)

    def _begin(
        self, name: str, key: NoteKey, address: str, kept: KeptCheckpoint
    ) -> asyncio.Task[NoteSignature | None]:
        task = asyncio.create_task(self._cosignature(name, key, address, kept))
        self._busy[name] = task
        task.add_done_callback(lambda _: self._busy.pop(name, None))
        return task

    async def _gather(
        self, asked: dict[str, asyncio.Task[NoteSignature | None]], policy: Policy
    ) -> dict[str, NoteSignature]:
        signed: dict[str, NoteSignature] = {}
        waiting = set(asked.values())
        loop = asyncio.get_running_loop()
        until = loop.time() + DEADLINE_SECONDS
        while waiting and (left := until - loop.time()) > 0:
            _, waiting = await asyncio.wait(waiting, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            for name, task in asked.items():
                if task.done() and (line := task.result()) is not None:
                    signed[name] = line
            if policy.satisfied_by([policy.witnesses[name] for name in signed]):
                until = min(until, loop.time() + GRACE_SECONDS)
        return signed

    async def _cosignature(
        self, name: str, key: NoteKey, address: str, kept: KeptCheckpoint
    ) -> NoteSignature | None:
        """A witness's line; None if it gave none, which is told once."""
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                line = await self._ask_one(name, key, address, kept)
        except (LedgerError, TimeoutError) as exc:
            self._tell(name, str(exc) or f"no answer within {DEADLINE_SECONDS:.0f} seconds")
            return None
        except Exception:  # noqa: BLE001 - whatever one witness answers, it does not end the sealer
            _LOG.exception("a bug while witness %s was asked", name)
            return None
        self._tell(name, "")
        return line

    async def _ask_one(self, name: str, key: NoteKey, address: str, kept: KeptCheckpoint) -> NoteSignature:
        for _ in range(_TRIES):
            old = min(self._seen.get(name, 0), kept.size)
            asked = AddCheckpoint(old, await self._proof(old, kept.size), kept.note)
            call = Call(url=address.rstrip("/") + _PATH, body=asked.raw, media_type=_MEDIA_TYPE)
            match await self._caller.call(call):
                case FetchFailed(detail=detail):
                    raise LedgerError(detail)
                case Answered(status=200, body=body):
                    line = _line_of(key, body, kept)
                    self._seen[name] = kept.size
                    self.ahead.pop(name, None)
                    return line
                case Answered(status=409, body=body):
                    self._stands_at(name, old, read_conflict(body), kept.size)
                case Answered(status=status, body=body):
                    told = body[:200].decode("utf-8", "replace").strip()
                    raise LedgerError(f"it answered {status}: {told}")
        raise LedgerError("it says each time that it stands elsewhere")

    def _stands_at(self, name: str, old: int, size: int, here: int) -> None:
        if size > here:
            if size > self._log.edge.size:
                self.ahead[name] = size
            raise LedgerError(f"it has seen {size} leaves, and there are {here} here")
        if size == old:
            raise LedgerError(
                f"it has seen another log of {size} leaves than this", code=Reason.LOG_INCONSISTENT
            )
        self._seen[name] = size

    async def _proof(self, old: int, new: int) -> tuple[bytes, ...]:
        if not 0 < old < new:
            return ()
        return prove_consistency(old, new, await self._log.tiles(tiles_for_consistency(old, new)))

    def _tell(self, name: str, trouble: str) -> None:
        if trouble != self._trouble.get(name, ""):
            if trouble:
                _LOG.warning("witness %s did not cosign: %s", name, trouble)
            else:
                _LOG.warning("witness %s cosigns again", name)
        self._trouble[name] = trouble


def _line_of(key: NoteKey, body: bytes, kept: KeptCheckpoint) -> NoteSignature:
    """The witness's own line in its answer, if it is good; what else is in there is dropped."""
    try:
        lines = read_signatures(body.decode())
    except UnicodeDecodeError as exc:
        raise LedgerError("its answer is no text") from exc
    note = read_note(kept.note)
    for line in lines:
        if (line.name, line.key_id) == (key.name, key.id) and key in replace(
            note, signatures=(line,)
        ).signed_by([key]):
            return line
    raise LedgerError("its answer holds no signature of its own")
