"""The hub's log: its name, the key that signs it, and the policy that says who else must."""

import logging
import secrets
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from syndicate.assembly._backup import UNLOCKS
from syndicate.client import LogReader
from syndicate.errors import FetchError, LedgerError, SettingsError
from syndicate.journey import LogSigner
from syndicate.ledger import Policy, read_checkpoint, read_policy
from syndicate.news import FederationId
from syndicate.ports import Fetched, Fetcher, FetchFailed, KeptCheckpoint, PublicLog, Signer, Unchanged
from syndicate.settings import Settings
from syndicate.signing import create_key, open_key

_log = logging.getLogger("syndicate.hub")
_PASSPHRASE_BYTES: Final = 4_096


def log_signer(settings: Settings, federation: FederationId) -> LogSigner:
    """What signs this hub's log; a hub that names no key gets one of its own beside its database.

    Raises:
        SigningError: the key cannot be opened or made.
        SettingsError: the log's name is none, or a file that was named is not there.
    """
    origin = settings.log_name or _origin(settings.base_url, federation)
    made = LogSigner(origin, _key(settings))
    try:
        made.key  # noqa: B018 - a name that no reader would take shows here
    except LedgerError as exc:
        raise SettingsError(f"log_name: {exc}") from exc
    return made


async def check_log(log: PublicLog, signer: LogSigner, policy: "PolicyShelf", settings: Settings) -> None:
    """Look whether the log in the database is the one that this name and key go on with.

    A key that has signed this log before, and a database without any of it, do not belong together: the log
    is stopped until somebody says what became of the rest.

    Raises:
        SettingsError: it is another's.
    """
    kept = await log.newest_checkpoint(proved=True) or await log.newest_checkpoint(proved=False)
    used = _has_signed(_key_file(settings), signer.origin)
    if kept is None:
        if used and await log.untouched():
            why = f"this database is new, and its key has signed {signer.origin} before"
            await log.stop(f"{why}: is it the right file? `syndicate restore` brings a log back. {UNLOCKS}")
        return
    if policy.current().quorum is None and _was_witnessed(kept) and not await log.cleared():
        await log.stop(f"witnesses stood behind this log, and the registry no longer names any. {UNLOCKS}")
    checkpoint, note = read_checkpoint(kept.note)
    if checkpoint.origin != signer.origin:
        raise SettingsError(
            f"the log in this database is named {checkpoint.origin}, and not {signer.origin}",
            hint=f"A log keeps its name for ever: set log_name = {checkpoint.origin}",
        )
    ours = any(each.key_id == signer.key.id for each in note.signatures)
    if not ours and not policy.is_registered:
        raise SettingsError(
            "the log in this database was signed with another key",
            hint="Name that key with log_key. If it is lost, log/policy.txt of the registry has to name the "
            f"new one first, {signer.key.vkey} (docs/operating.md).",
        )


def _was_witnessed(kept: KeptCheckpoint) -> bool:
    checkpoint, note = read_checkpoint(kept.note)
    return any(each.name != checkpoint.origin for each in note.signatures)


async def ahead_elsewhere(
    fetcher: Fetcher, mirrors: Sequence[str], log: PublicLog, policy: Callable[[], Policy]
) -> str:
    """What a mirror proves that this log lacks, as a complaint; "" if none does.

    Whatever a mirror shows was signed with a key of this log, so it cannot make this up. One that does not
    answer proves nothing.
    """
    have = log.edge
    for mirror in mirrors:
        try:
            seen = await LogReader(partial(_body, fetcher, mirror.rstrip("/")), policy()).checkpoint()
        except (FetchError, LedgerError) as exc:
            _log.warning("the mirror %s cannot be asked what it has seen: %s", mirror, exc)
            continue
        size = seen.checkpoint.size
        if size > have.size:
            return (
                f"this database has {have.size:,} leaves, and {mirror} has {size:,}: it is an old copy. "
                f"`syndicate restore --from {mirror}` brings the rest"
            )
        if size == have.size and seen.checkpoint.root != have.root:
            return f"{mirror} has another log of {size:,} leaves, with a signature of this one"
    return ""


async def _body(fetcher: Fetcher, mirror: str, path: str) -> bytes:
    match await fetcher.fetch(f"{mirror}/{path}"):
        case Fetched(body=body):
            return body
        case FetchFailed(detail=detail):
            raise FetchError(detail)
        case Unchanged():
            raise FetchError("it had nothing new to say")


class PolicyShelf:
    """The policy in force: the registry's, if it names this log; else nobody's word but the operator's."""

    def __init__(self, signer: LogSigner, raw: Callable[[], bytes | None]) -> None:
        self._alone = Policy(logs=(signer.key,))
        self._key = signer.key
        self._raw = raw
        self._read: bytes | None = None
        self._current = self._alone
        self._looked = False

    def current(self) -> Policy:
        """The policy as the registry has it now; what is wrong with it is told once."""
        raw = self._raw()
        if not self._looked or raw != self._read:
            self._looked, self._read = True, raw
            self._current = self._judge(raw)
        return self._current

    @property
    def is_registered(self) -> bool:
        """Whether the registry's policy names this log and key."""
        return self.current() is not self._alone

    def _judge(self, raw: bytes | None) -> Policy:
        if raw is None:
            _log.warning("the registry has no log/policy.txt: nobody but this hub vouches for its log")
            return self._alone
        try:
            policy = read_policy(raw)
        except LedgerError as exc:
            _log.error("log/policy.txt of the registry: %s; the one before stays in force", exc)
            return self._current
        if self._key not in policy.logs:
            _log.warning(
                "log/policy.txt of the registry does not name this log, %s: nobody will believe its proofs",
                self._key.vkey,
            )
            return self._alone
        unasked = [name for name in policy.witnesses if name not in policy.addresses]
        if unasked:
            _log.warning("log/policy.txt gives no address for %s: not asked", ", ".join(unasked))
        return policy


def _origin(base_url: str, federation: FederationId) -> str:
    parts = urlsplit(base_url)
    if not parts.netloc:
        return f"{federation}.localhost/log"
    return f"{parts.netloc}{parts.path.rstrip('/')}/log"


def _key_file(settings: Settings) -> Path:
    return settings.log_key or settings.database.with_name(f"{settings.database.name}.log-key")


def _has_signed(key: Path, origin: str) -> bool:
    """Whether this key has signed this log at an earlier start: a file beside it remembers the name."""
    beside = key.with_name(f"{key.name}.signed")
    try:
        if beside.exists() and origin in beside.read_text(encoding="utf-8").splitlines():
            return True
        with beside.open("a", encoding="utf-8") as file:
            file.write(f"{origin}\n")
    except (OSError, UnicodeDecodeError) as exc:
        _log.warning("nothing beside the log's key remembers that it has signed (%s): %s", beside, exc)
    return False


def own_key(path: Path, words: Path | None = None) -> Signer:
    """A key of the hub's own, made with its passphrase beside it if neither is there.

    Raises:
        SigningError: it cannot be opened or made.
        SettingsError: its passphrase cannot be read or written.
    """
    words = words or path.with_name(f"{path.name}.words")
    if not path.exists() and not words.exists():
        _write_words(words)
        return create_key(path, _words(words))
    return open_key(path, _words(words))


def _key(settings: Settings) -> Signer:
    own = settings.database.with_name(f"{settings.database.name}.log-key")
    path = _key_file(settings)
    if path == own:
        return own_key(own, settings.log_passphrase)
    return open_key(path, _words(settings.log_passphrase or path.with_name(f"{path.name}.words")))


def _write_words(path: Path) -> None:
    try:
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(f"{secrets.token_urlsafe(32)}\n", encoding="ascii")
    except OSError as exc:
        raise SettingsError(f"cannot write the passphrase of the key, {path}: {exc.strerror}") from exc


def _words(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_PASSPHRASE_BYTES).split(b"\n", 1)[0]
    except OSError as exc:
        raise SettingsError(
            f"cannot read the passphrase of the key, {path}: {exc.strerror}",
            hint="Name its file (of the log's key: log_passphrase).",
        ) from exc
