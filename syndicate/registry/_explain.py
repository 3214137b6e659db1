"""python-tuf's failures in our words: no exception of that library reaches a person unexplained."""

from collections.abc import Iterator
from contextlib import contextmanager

from tuf.api import exceptions
from tuf.api.serialization import DeserializationError

from syndicate.errors import FetchError, RegistryError

_SAID = (
    (
        exceptions.UnsignedMetadataError,
        "too few of the people who may sign it did",
        "Somebody published what was not agreed on: ask the federation's operator.",
    ),
    (
        exceptions.BadVersionNumberError,
        "it goes back behind what was seen before",
        "The mirror is old or was rolled back: ask another one.",
    ),
    (
        exceptions.ExpiredMetadataError,
        "it has run out",
        "Whoever signs it has to sign again: docs/ceremony.md.",
    ),
    (
        exceptions.LengthOrHashMismatchError,
        "a file is not the one that was signed",
        "The mirror is damaged: ask another one.",
    ),
    (DeserializationError, "a file is not what it should be", "Is this the address of a registry?"),
)


# What reading metadata may raise: some fields are looked at by python-tuf as they come, whatever their type.
UNREADABLE = (
    exceptions.RepositoryError,
    DeserializationError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    OverflowError,
    RecursionError,
)


@contextmanager
def explained(what: str, *, hint: str = "") -> Iterator[None]:
    """Turn whatever python-tuf raises in the block into a failure of ours about ``what``.

    ``hint`` stands in place of the usual one, where the caller knows better.
    """
    try:
        yield
    except exceptions.DownloadError as exc:
        raise FetchError(
            f"{what} could not be fetched whole: {exc}",
            hint="Is that the address or the folder of a registry? If so, ask another mirror.",
        ) from exc
    except UNREADABLE as exc:
        for kind, said, usual in _SAID:
            if isinstance(exc, kind):
                raise RegistryError(f"{what} does not verify: {said} ({exc})", hint=hint or usual) from exc
        why = str(exc) if str(exc) and isinstance(exc, exceptions.RepositoryError) else _named(exc)
        raise RegistryError(
            f"{what} does not verify: {why}", hint=hint or "Ask another mirror, or the operator."
        ) from exc
    except OSError as exc:
        raise RegistryError(
            f"{what} cannot be kept: {exc}", hint="Is the disk full, or the folder not yours?"
        ) from exc


def _named(exc: Exception) -> str:
    return f"a field is not what it should be ({type(exc).__name__}: {exc})".replace(": )", ")")
