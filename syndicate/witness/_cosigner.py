"""One question at a time: the ledger judges, the memory keeps, and only then is anything signed."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from syndicate.errors import LedgerError, WitnessError
from syndicate.ledger import (
    SIZE_TYPE,
    AddCheckpoint,
    Checkpoint,
    KeyKind,
    NoteKey,
    NotWitnessed,
    judge,
    read_add_checkpoint,
    read_checkpoint,
    sign_note,
)
from syndicate.news import UnixTime
from syndicate.ports import Clock, Signer
from syndicate.witness._memory import Memory

_LOG = logging.getLogger("syndicate.witness")
_TEXT: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a log is answered over HTTP."""

    status: int
    body: bytes
    media_type: str = _TEXT


class Cosigner:
    """The witness named ``name``; its key signs nothing that its memory does not hold."""

    def __init__(self, name: str, signer: Signer, memory: Memory, clock: Clock) -> None:
        self.key = NoteKey(name, KeyKind.COSIGNER, signer.public)
        self._signer = signer
        self._memory = memory
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    async def add_checkpoint(self, body: bytes) -> Answer:
        """Answer a log's request: its cosignature, or why there is none."""
        try:
            asked = read_add_checkpoint(body)
            origin = read_checkpoint(asked.checkpoint)[0].origin
        except LedgerError as exc:
            return Answer(400, f"{exc}\n".encode())
        keys = self._memory.keys_of(origin)
        if not keys:
            return Answer(404, b"a log that this witness does not know\n")
        async with self._one_at_a_time:
            judged = self._judge(asked, keys, origin)
            if isinstance(judged, NotWitnessed):
                return _refused(judged, origin)
            try:
                await asyncio.to_thread(self._memory.keep, judged)
            except WitnessError as exc:
                _LOG.error("nothing is cosigned: %s. %s", exc, exc.hint)
                return Answer(503, b"this witness cannot remember anything now\n")
            return Answer(200, self._line(judged))

    def _judge(self, asked: AddCheckpoint, keys: Sequence[NoteKey], origin: str) -> Checkpoint | NotWitnessed:
        """With whichever of the log's keys signed it."""
        *former, newest = keys
        for key in former:
            judged = judge(asked, key, self._memory.latest(origin))
            if isinstance(judged, Checkpoint) or judged.status != 403:
                return judged
        return judge(asked, newest, self._memory.latest(origin))

    def _line(self, checkpoint: Checkpoint) -> bytes:
        at = UnixTime(int(self._clock.now()))
        return sign_note(checkpoint.text, self.key, self._signer.sign, at=at).line.encode()


def _refused(judged: NotWitnessed, origin: str) -> Answer:
    if judged.reason is not None:
        _LOG.warning("%s was not cosigned (%s): %s", origin, judged.reason, judged.detail)
    if judged.status == 409:
        return Answer(409, judged.body, SIZE_TYPE)
    return Answer(judged.status, f"{judged.detail}\n".encode())
