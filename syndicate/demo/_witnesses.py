"""Five states witness the hub's log: each with a key and a memory of its own."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from syndicate.assembly import open_witness
from syndicate.demo._street import LOOPBACK
from syndicate.ledger import KeyKind, NoteKey, quorum_size, write_policy
from syndicate.ports import Signer
from syndicate.settings import Address
from syndicate.signing import create_key, ephemeral_signer
from syndicate.witness import found_memory

STATES: Final = ("id", "my", "sg", "th", "vn")
ORIGIN: Final = "demo.localhost/log"
_WORDS: Final = b"the demonstration's own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """Who stands behind the log, and the log's own key."""

    log: Signer
    key_file: Path
    words_file: Path
    addresses: Mapping[str, str]
    policy: bytes

    @property
    def places(self) -> tuple[Address, ...]:
        """Where they listen."""
        return tuple(Address(LOOPBACK, urlsplit(url).port or 0) for url in self.addresses.values())


@asynccontextmanager
async def open_witnesses(folder: Path) -> AsyncIterator[Witnesses]:
    """Five witnesses at work, all their files below ``folder``.

    Raises:
        SyndicateError: something could not be started; the message says what.
    """
    key_file, words_file = folder / "hub.log-key", folder / "hub.log-key.words"
    words_file.write_bytes(_WORDS + b"\n")
    signer = create_key(key_file, _WORDS)
    log = NoteKey(ORIGIN, KeyKind.LOG, signer.public)
    keys, addresses = {}, {}
    async with AsyncExitStack() as stack:
        for state in STATES:
            own, name = folder / f"witness of {state}", f"witness.{state}.demo"
            own.mkdir()
            found_memory(own, [log.vkey])
            key = ephemeral_signer()
            opened = open_witness(own, name, key, Address(LOOPBACK, 0))
            addresses[name] = await stack.enter_async_context(opened)
            keys[name] = NoteKey(name, KeyKind.COSIGNER, key.public)
        yield Witnesses(
            log=signer,
            key_file=key_file,
            words_file=words_file,
            addresses=addresses,
            policy=write_policy([log], keys, quorum_size(len(keys)), addresses),
        )
