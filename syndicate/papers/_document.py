"""One TOML file, read whole within its bounds."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from syndicate.papers import _limits as limits
from syndicate.papers._problem import Notebook, Problem
from syndicate.papers._table import Table

_PRIVATE: Final = (".key", ".p8", ".pem", ".pfx")

Report = Callable[[Problem], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that is TOML. ``stem`` is its name without ".toml"."""

    stem: str
    raw: bytes
    table: Table


def read_folder(folder: Path, report: Report) -> dict[str, Document]:
    """Every readable ``*.toml`` of ``folder`` by its stem, in order of names; the rest is reported."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    except OSError as exc:
        _note(folder, report, f"cannot be read ({exc.strerror})", "Name a folder that exists.")
        return {}
    for path in folder.glob("*"):
        if path.suffix in _PRIVATE:
            _note(path, report, "looks like a private key", "Take it away, and revoke the key it belongs to.")
    if len(paths) > limits.FILES:
        _note(folder, report, f"holds more than {limits.FILES} files", "Is this the right folder?")
    found = (_read(path, report) for path in paths[: limits.FILES])
    return {document.stem: document for document in found if document is not None}


def _read(path: Path, report: Report) -> Document | None:
    try:
        with path.open("rb") as file:
            raw = file.read(limits.FILE_BYTES + 1)
    except OSError as exc:
        _note(path, report, f"cannot be read ({exc.strerror})", "It has to be a readable file.")
        return None
    if len(raw) > limits.FILE_BYTES:
        _note(path, report, f"is larger than {limits.FILE_BYTES} bytes", "Is it a registry file at all?")
        return None
    text = _decode(path, raw, report)
    return None if text is None else _parse(path, raw, text, report)


def _decode(path: Path, raw: bytes, report: Report) -> str | None:
    if raw.startswith(b"\xef\xbb\xbf"):
        _note(path, report, "begins with a byte order mark", "Save it as UTF-8 without BOM.")
        return None
    try:
        return raw.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as exc:
        line = raw.count(b"\n", 0, exc.start) + 1
        _note(path, report, "is not UTF-8 here", "Save it as UTF-8.", line=line)
        return None


def _parse(path: Path, raw: bytes, text: str, report: Report) -> Document | None:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        # The parser tells the line only in its words; "end of document" means the last one.
        place = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$", str(exc))
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        message = str(exc)[: place.start()] if place else str(exc)
        _note(path, report, f"not TOML: {message}", "Compare with sources/README.md.", line=line)
        return None
    except RecursionError:
        _note(path, report, "nests too deeply", "Is it a registry file at all?")
        return None
    notebook = Notebook(str(path), text, report)
    return Document(stem=path.stem, raw=raw, table=Table(values, (), notebook))


def _note(path: Path, report: Report, message: str, remedy: str, *, line: int = 1) -> None:
    report(Problem(file=str(path), line=line, field="", message=message, remedy=remedy))
