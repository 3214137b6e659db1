"""A log for tests of a hub: a key of its own, and witnesses that answer in this process."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from syndicate.journey import Cosigners, LogSigner
from syndicate.ledger import (
    Checkpoint,
    KeyKind,
    NoteKey,
    Policy,
    judge,
    quorum_size,
    read_add_checkpoint,
    read_policy,
    sign_note,
    write_policy,
)
from syndicate.news import UnixTime
from syndicate.ports import Answered, Call, FetchFailed, FetchFault, PublicLog
from syndicate.signing import ephemeral_signer

ORIGIN = "hub.example/log"


def log_signer(seed: int = 200) -> LogSigner:
    return LogSigner(ORIGIN, ephemeral_signer(bytes([seed]) * 32))


def alone(signer: LogSigner) -> Policy:
    return Policy(logs=(signer.key,))


@dataclass
class Witness:
    """A witness by the book: the ledger's own ``judge``, and a memory."""

    name: str
    log: NoteKey
    seen: Checkpoint | None = None
    now: int = 1_786_795_200
    away: bool = False
    asked: int = 0

    def __post_init__(self) -> None:
        self._signer = ephemeral_signer(self.name.encode().ljust(32, b"."))

    @property
    def key(self) -> NoteKey:
        return NoteKey(self.name, KeyKind.COSIGNER, self._signer.public)

    @property
    def address(self) -> str:
        return f"https://{self.name}"

    def answer(self, body: bytes) -> Answered | FetchFailed:
        self.asked += 1
        if self.away:
            return FetchFailed(fault=FetchFault.CONNECT, detail="it is away")
        judged = judge(read_add_checkpoint(body), self.log, self.seen)
        if not isinstance(judged, Checkpoint):
            return Answered(status=judged.status, body=judged.body or judged.detail.encode())
        self.seen = judged
        line = sign_note(judged.text, self.key, self._signer.sign, at=UnixTime(self.now))
        return Answered(status=200, body=line.line.encode())


@dataclass
class Witnesses:
    """Some witnesses, the policy that names them, and a ``Caller`` that reaches them."""

    log: NoteKey
    count: int = 5
    least: int | None = None
    each: Mapping[str, Witness] = field(init=False)

    def __post_init__(self) -> None:
        names = [f"w{number}.example" for number in range(self.count)]
        self.each = {name: Witness(name, self.log) for name in names}

    @property
    def policy(self) -> Policy:
        keys = {name: one.key for name, one in self.each.items()}
        least = quorum_size(self.count) if self.least is None else self.least
        return read_policy(
            write_policy([self.log], keys, least, {name: one.address for name, one in self.each.items()})
        )

    async def call(self, call: Call) -> Answered | FetchFailed:
        assert call.body is not None
        name = call.url.removeprefix("https://").removesuffix("/add-checkpoint")
        return self.each[name].answer(call.body)


class Nobody:
    """A ``Caller`` that must not be used."""

    async def call(self, call: Call) -> Answered | FetchFailed:
        raise AssertionError(f"nobody is to be asked, least of all {call.url}")


def cosigners_alone(log: PublicLog, signer: LogSigner) -> Cosigners:
    policy = alone(signer)
    return Cosigners(Nobody(), log, lambda: policy)
