"""The first day: two keys, the enrolment file and the configuration; all of it, or nothing."""

import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from syndicate.agency._config_file import Answers, check_answers, write_config
from syndicate.agency._enrolment import write_enrolment
from syndicate.errors import AgencyError
from syndicate.news import AgencyId, spelling
from syndicate.ports import Signer

KeyMaker = Callable[[Path], Signer]  # makes a key and writes it, sealed, to a path that does not exist

_KEY_IN_USE: Final = "in-use.key"
_SUCCESSOR: Final = "successor.key"
_CONFIG: Final = "agency.toml"
_BOOK: Final = "stream.sqlite"
_PUBLIC: Final = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """What ``found_agency`` made: each file has its own place to go."""

    folder: Path
    key_in_use: Path
    successor: Path
    enrolment: Path
    config: Path


def found_agency(  # noqa: PLR0913 - what a first day needs
    agency: str,
    folder: Path,
    *,
    federation: str,
    answers: Answers,
    key_in_use: KeyMaker,
    successor: KeyMaker,
    now: float,
) -> Founded:
    """Make an agency's keys, enrolment file and configuration in ``folder``.

    On any failure everything made so far is taken away again; nothing is ever overwritten.

    Raises:
        AgencyError: ``agency`` is no agency id, or a file exists or cannot be written.
        SigningError: a key cannot be made.
    """
    if re.fullmatch(spelling.AGENCY_ID, agency, re.ASCII) is None:
        raise AgencyError(
            f"{agency!r} is no agency id",
            hint="Two letters of the member state, a dot, 2 to 32 of a-z 0-9 and hyphen: vn.demo",
        )
    check_answers(federation, answers)
    made = Founded(
        folder=folder,
        key_in_use=folder / _KEY_IN_USE,
        successor=folder / _SUCCESSOR,
        enrolment=folder / f"{agency}.toml",
        config=folder / _CONFIG,
    )
    _refuse_existing(made)
    done = False
    new_folder = not folder.exists()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        signers = key_in_use(made.key_in_use), successor(made.successor)
        _write_new(made.enrolment, write_enrolment(AgencyId(agency), *signers, now))
        _write_new(made.config, write_config(agency, federation, answers, _names(made)))
        done = True
    except OSError as exc:
        raise AgencyError(
            f"cannot write in {folder}: {exc.strerror}", hint="Nothing was left behind."
        ) from exc
    finally:
        if not done:
            _take_away(made, folder_too=new_folder)
    return made


def _names(made: Founded) -> dict[str, str]:
    return {"key": made.key_in_use.name, "enrolment": made.enrolment.name, "book": _BOOK, "folder": _PUBLIC}


def _files(made: Founded) -> tuple[Path, ...]:
    return (made.key_in_use, made.successor, made.enrolment, made.config)


def _refuse_existing(made: Founded) -> None:
    for path in _files(made):
        if path.exists():
            raise AgencyError(
                f"{path} exists already: nothing is overwritten", hint="Choose another folder with --dir."
            )


def _take_away(made: Founded, *, folder_too: bool) -> None:
    with suppress(OSError):  # what could not be made need not be taken away
        for path in _files(made):
            path.unlink(missing_ok=True)
        if folder_too:
            made.folder.rmdir()


def _write_new(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
