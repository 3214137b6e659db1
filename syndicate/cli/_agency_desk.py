"""What every verb of the newsdesk needs: the desk itself, times as people write them, and a typed yes."""

import argparse
import contextlib
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from syndicate.agency import BOOK_SECONDS, AgencyConfig, load_config
from syndicate.cli._passphrase import passphrase, passphrase_of_another
from syndicate.cli._shown import shown, shown_whole
from syndicate.errors import AgencyError, SigningError
from syndicate.news import Item, rfc3339
from syndicate.newsdesk import Desk, in_words
from syndicate.ports import Signer, StreamBook
from syndicate.signing import create_key, open_key
from syndicate.storage import open_streambook

_SPAN = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_ALONE = "At a terminal you are asked. A program hands the act in with --file and says --yes."


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add the configuration and the way to its passphrase."""
    parser.add_argument("config", type=Path, help="the configuration that `agency init` made")
    parser.add_argument("--passphrase-file", type=Path, help="file whose first line is the passphrase")


Opens = Callable[[], AbstractContextManager[Desk]]


def desk_of(args: argparse.Namespace, *, key: Path | None = None) -> Opens:
    """What opens the desk that ``args.config`` describes, as often as it is called; asks for the passphrase.

    Ask a person before it is opened, or between two openings: while it is open, nobody else can sign.
    """
    config = load_config(args.config)
    signer = open_key(config.key_file if key is None else key, passphrase(args.passphrase_file))

    @contextmanager
    def opens() -> Iterator[Desk]:
        with book_of(config) as book:
            yield Desk(config=config, signer=signer, book=book, now=time.time())

    return opens


def second_key(file: Path, args: argparse.Namespace, *, make: bool = False) -> Signer:
    """The second person's key; asks them for its passphrase, which the first person's never is.

    With ``make``, a key that is not there yet is made.

    Raises:
        SigningError: it is the first person's passphrase, or opens no key.
    """
    new = make and not file.exists()
    words = passphrase_of_another(args.second_passphrase_file, f"the second person's key, {file}", new=new)
    if _opens(load_config(args.config).key_file, words):
        raise SigningError(
            "that is the passphrase of the key in use, too: one person would be both",
            hint="The second person chooses their own: `syndicate agency second`, with another --key.",
        )
    return create_key(file, words) if new else open_key(file, words)


def _opens(key: Path, words: bytes) -> bool:
    try:
        open_key(key, words)
    except SigningError:
        return False
    return True


def book_of(config: AgencyConfig) -> AbstractContextManager[StreamBook]:
    """The stream's book, waiting a little for whoever has it; closed to other users of the machine."""
    close_to_others(config.book_file)
    return open_streambook(config.book_file, config.id, config.stream, wait_seconds=BOOK_SECONDS)


def close_to_others(book_file: Path) -> None:
    """Let a book be made for this user alone, and take one that is there from whoever else may read it.

    It holds what waits: texts under embargo, and false ones that were never signed.
    """
    with contextlib.suppress(OSError):  # whoever opens it says what is wrong with it
        os.close(os.open(book_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        mode = stat.S_IMODE(book_file.stat().st_mode)
        if mode & 0o007:
            book_file.chmod(mode & 0o770)


def moment_of(written: str, config: AgencyConfig, now: float) -> float:
    """A moment as people write it: with Z or an offset, in the newsroom's own time, or "2h" (ago).

    Raises:
        AgencyError: it is none of these.
    """
    if span := re.fullmatch(r"(\d{1,6})([smhd])", written):
        return now - int(span[1]) * _SPAN[span[2]]
    try:
        moment = datetime.fromisoformat(written)
        zone = ZoneInfo(config.zone) if moment.tzinfo is None else UTC
        seconds = (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).timestamp()
        rfc3339(seconds)  # a calendar ends: in another zone, its last evening is no date any more
    except (ValueError, KeyError, OSError, OverflowError) as exc:
        raise AgencyError(
            f"{written!r} is no moment",
            hint="Write 2026-11-23T08:00:00Z, or 2026-11-23T15:00 in your own zone; for the past also 2h.",
        ) from exc
    return seconds


def whole(item: Item) -> list[str]:
    """Every field of ``item`` that would be signed, one to a line."""
    return [f"  {name + ':':<10} {shown_whole(value)}" for name, value in in_words(item)]


def confirm(question: str, *answers: str, alone: str = _ALONE) -> None:
    """Let a person at the keyboard type one of ``answers``; ``alone`` is said where there is no keyboard.

    Raises:
        AgencyError: they typed something else, or there is no keyboard.
    """
    if not sys.stdin.isatty():
        raise AgencyError(
            "nobody is there to confirm it; nothing was done",
            hint=alone,
        )
    typed = input(f"{question} ").strip()
    if typed not in answers:
        raise AgencyError(f"{shown(typed)!r} is not what was asked for; nothing was done")
