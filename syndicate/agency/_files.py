"""Showing the stream: the signed Atom and the light RSS as static files, each of them whole or not at all."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from syndicate.agency._archive import write_archive
from syndicate.agency._config import AgencyConfig
from syndicate.agency._report import WrittenFile
from syndicate.errors import AgencyError
from syndicate.news import Entry, Feed, Registry, limits
from syndicate.ports import StreamBook
from syndicate.republish import compose_agency, entry_of
from syndicate.trust import recall
from syndicate.wire import Typesetter


def publish(
    config: AgencyConfig, book: StreamBook, registry: Registry
) -> tuple[int, tuple[WrittenFile, ...]]:
    """Write the feeds that show the newest items of the stream; how many they show, and the files.

    The same book gives the same bytes; a file that holds them already is left alone.

    Raises:
        AgencyError: a file cannot be written; the old ones stand as they were.
    """
    entries = tuple(
        entry_of(recall(signed.token), signed.token, registry, token_url=config.atom_url)
        for signed in book.newest(limits.FEED_ENTRIES)
    )
    typesetter = Typesetter()
    # The archive first: whoever reads the feed finds the page that it names.
    newest_page = write_archive(config, book, registry, lambda files: _replace(config.folder, files))

    def compose(shown: Sequence[Entry]) -> Feed:
        agency = registry.agencies[config.id]
        return compose_agency(
            agency,
            shown,
            atom_url=config.atom_url,
            rss_url=config.rss_url,
            prev_archive=newest_page,
        )

    # The Atom is for hubs, the RSS for readers: only the RSS shows bodies beside the tokens they came from.
    atom, shown = _within_limit(entries, lambda some: typesetter.render(compose(some), "atom"))
    readable = replace(compose(entries[:shown]), entries=entries[:shown])
    rss = typesetter.render(readable, "rss")
    return shown, _replace(config.folder, {config.atom_name: atom, config.rss_name: rss})


def _within_limit(
    entries: tuple[Entry, ...], render: Callable[[Sequence[Entry]], bytes]
) -> tuple[bytes, int]:
    """The largest feed of the newest entries that a hub still takes, and how many it holds."""
    shown = len(entries)
    document = render(entries)
    while len(document) > limits.FEED_BYTES and shown > 1:
        # In proportion, then one by one: a few renderings, whatever the sizes are.
        shown = min(shown - 1, max(1, shown * limits.FEED_BYTES // len(document)))
        document = render(entries[:shown])
    return document, shown


def _replace(folder: Path, files: Mapping[str, bytes]) -> tuple[WrittenFile, ...]:
    """Put these files in place: all are written beside the old ones first, then renamed one by one."""
    changed = {name: body for name, body in files.items() if not _holds(folder / name, body)}
    waiting: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in changed.items():
            new = folder / f".{name}.new"
            waiting.append((new, folder / name))
            _write(new, body)
        for new, final in waiting:
            new.replace(final)
        _sync_folder(folder)
    except OSError as exc:
        raise AgencyError(
            f"cannot write the feeds in {folder}: {exc.strerror}; the old ones stand as they were",
            hint="Make room, or give this user the folder; what was signed is kept and shown next time.",
        ) from exc
    finally:
        for new, _ in waiting:
            with suppress(OSError):
                new.unlink(missing_ok=True)
    return tuple(
        WrittenFile(path=folder / name, size=len(body), changed=name in changed)
        for name, body in files.items()
    )


def _holds(path: Path, body: bytes) -> bool:
    try:
        return path.stat().st_size == len(body) and path.read_bytes() == body
    except OSError:
        return False


def _write(path: Path, body: bytes) -> None:
    path.unlink(missing_ok=True)  # left by a run that was killed
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(handle, 0o644)  # whatever the umask: a web server of another user serves it
        file.write(body)
        file.flush()
        os.fsync(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
