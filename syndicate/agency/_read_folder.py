"""A drop folder: one Markdown file an item, with a small header, for agencies whose CMS has no feed.

    ---
    title: Minister opens bridge
    date: 2026-11-23 10:00
    url: https://www.agency.example/news/bridge
    ---
    The text, in **Markdown**.

The header is lines of ``name: value``, nothing more: a YAML parser would read ``no`` as a truth value
and a date as something else than what was written.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from syndicate.agency._dates import DateReader
from syndicate.agency._entry import CmsEntry, CmsFeed, Words, unreadable
from syndicate.agency._one_by_one import read_each
from syndicate.errors import AgencyError

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

MOST_FILES: Final = 2_000
_FILE_BYTES: Final = 500_000
_HEADER = re.compile(r"\s*---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_LINE = re.compile(r"([A-Za-z_-]{1,20})[ \t]*:[ \t]*(.*)")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?", re.ASCII)
_NAMES: Final = ("id", "title", "date", "updated", "lang", "url", "byline", "summary", "category")


def read_folder(folder: Path, *, dates: DateReader) -> CmsFeed:
    """The Markdown files of ``folder``, by name; hidden and temporary files are not seen.

    Raises:
        AgencyError: the folder cannot be read, or holds more than ``MOST_FILES`` such files.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if _is_item(path))
    except OSError as exc:
        raise AgencyError(f"cannot read the folder {folder}: {exc.strerror}") from exc
    if len(paths) > MOST_FILES:
        raise AgencyError(
            f"{folder} holds {len(paths)} files, more than {MOST_FILES}",
            hint="Move old files away: what was signed stays signed.",
        )
    from markdown_it import MarkdownIt  # noqa: PLC0415 - for a drop folder only

    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    entries = read_each(paths, lambda path: _entry(path, markdown, dates))
    return CmsFeed(source=str(folder), format="Markdown files", entries=entries)


def _is_item(path: Path) -> bool:
    return (
        path.suffix.lower() in (".md", ".markdown")
        and not path.name.startswith((".", "~"))
        and path.is_file()
    )


def _entry(path: Path, markdown: "MarkdownIt", dates: DateReader) -> CmsEntry:
    try:
        with path.open("rb") as file:
            body = file.read(_FILE_BYTES + 1)
    except OSError as exc:
        return unreadable(f"{path.name} cannot be read: {exc.strerror}", path.stem)
    if len(body) > _FILE_BYTES:
        return unreadable(f"{path.name} has more than {_FILE_BYTES} bytes", path.stem)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return unreadable(f"{path.name} is not in UTF-8, or only half written", path.stem)
    found = _HEADER.match(text)
    if found is None:
        return unreadable(f"{path.name} does not begin with a header between two lines of ---", path.stem)
    header, trouble = _header(found[1])
    if trouble:
        return unreadable(f"{path.name}: {trouble}", path.stem)
    return _item(path, header, markdown.render(text[found.end() :]), dates)


def _header(text: str) -> tuple[dict[str, str], str]:
    """What the header says, and what is wrong with it."""
    told: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 2):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        name = found[1].lower() if found else ""
        if found is None or name not in _NAMES:
            return told, f"line {number} of the header is none of {', '.join(_NAMES)} with a colon after it"
        if name in told and name != "category":
            return told, f"line {number} of the header says {name} a second time"
        value = _unquoted(found[2].strip())
        told[name] = f"{told[name]}, {value}" if name in told else value
    if told.get("lang") and _LANGUAGE.fullmatch(told["lang"]) is None:
        return told, f"{told['lang']!r} is no language code such as vi, en or ms-Arab"
    return told, ""


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def _item(path: Path, header: Mapping[str, str], body: str, dates: DateReader) -> CmsEntry:
    written = header.get("date", "")
    if written and dates.seconds(written) is None:  # it may be an embargo: nothing may be guessed
        return unreadable(f"{path.name}: its date {written!r} cannot be read", path.stem)
    return CmsEntry(
        cms_id=header.get("id") or path.stem,
        url=header.get("url", ""),
        base=header.get("url", ""),
        title=_words(header.get("title", ""), is_html=False),
        summary=_words(header.get("summary", ""), is_html=False),
        body=_words(body, is_html=True),
        byline=header.get("byline", ""),
        published=dates.seconds(written),
        updated=dates.seconds(header.get("updated", "")),
        categories=tuple(
            ("", each.strip()) for each in header.get("category", "").split(",") if each.strip()
        ),
        dated=written,
        lang=header.get("lang", ""),
        waits=True,
    )


def _words(value: str, *, is_html: bool) -> Words | None:
    return Words(value=value, is_html=is_html) if value.strip() else None
