"""``syndicate agency publish`` and its like: the acts of people, shown before they are signed."""

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Final

from syndicate.agency import AgencyConfig
from syndicate.cli._agency_desk import add_config, confirm, desk_of, moment_of, whole
from syndicate.errors import AgencyError
from syndicate.news import Item, rfc3339
from syndicate.newsdesk import (
    FIELDS,
    Deed,
    Desk,
    Manuscript,
    as_html,
    compose,
    do,
    find_item,
    last_text,
    manuscript_of,
    needs_second,
    read_manuscript,
    template,
)
from syndicate.ports import Signed, Waiting

_DOES: Final = {
    Deed.PUBLISH: "sign an item that does not come from the CMS",
    Deed.CORRECT: "say what was wrong in an item, and how it reads now",
    Deed.LIFT: "let a withheld item stand again, saying why",
    Deed.WITHHOLD: "ask everybody not to use an item while it is checked",
    Deed.RETRACT: "take an item back for good",
    Deed.REBUT: "answer a claim, with what you know and why you can know it",
    Deed.ALERT: "warn the public (what a CAP 1.2 alert needs)",
    Deed.TRANSLATE: "sign an item as the translation of another",
}
_DRAFT: Final = re.compile(r"draft-\w+\.md")  # as ``_edited`` names it
_MOST_BYTES: Final = 1_000_000
_EDITOR_LEFT: Final = "the editor was left without a change; nothing was done"


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add one verb for each deed."""
    for deed, does in _DOES.items():
        verb = verbs.add_parser(deed.value, help=does)
        add_config(verb)
        if deed.of_an_item:
            verb.add_argument("item", help="its id, its number, its address, or the CMS's own id")
        for name in deed.fields:
            _add_field(verb, name)
        if len(deed.fields) > 1:
            verb.add_argument("--body-file", type=Path, help="the text, in Markdown or HTML")
            verb.add_argument("--not-before", metavar="TIME", help="sign it then, and not a second before")
        verb.add_argument("--file", type=Path, help="hand all of it in as a Markdown or JSON file")
        verb.add_argument("--yes", action="store_true", help="with --file only: ask nobody (for programs)")
        verb.set_defaults(run=partial(_run, deed))


def _add_field(verb: argparse.ArgumentParser, name: str) -> None:
    if f"{name}*" in FIELDS:
        verb.add_argument(f"--{name}", action="append", help=f"{FIELDS[f'{name}*']} (again for more)")
    else:
        verb.add_argument(f"--{name}", help=FIELDS[name])


def _run(deed: Deed, args: argparse.Namespace) -> int:
    if args.yes and args.file is None:
        raise AgencyError("--yes goes with --file: whoever types an act confirms it as well")
    opens = desk_of(args)
    with opens() as desk:
        target = find_item(args.item, desk.config, desk.book) if deed.of_an_item else None
        standing = _standing(deed, target, desk)
    given = _options(deed, args)
    draft: Path | None = None
    if args.file is not None:
        given = given.over(read_manuscript(_text(args.file)))
    elif not given.fields and given.html is None and sys.stdin.isatty():
        draft = _edited(template(deed.fields, standing), args.config)
        given = read_manuscript(_text(draft))
    try:
        with opens() as desk:
            not_before = _not_before(args, desk)
            item = compose(deed, given, desk, target=target)
        print(_preview(item, desk.config, not_before))
        if not args.yes:
            _ask(deed, item)
        with opens() as desk:
            print(_done(do(item, desk, not_before=not_before)))
    except AgencyError as exc:
        kept = "" if draft is None else _kept(draft)
        raise AgencyError(str(exc), hint=f"{exc.hint} {kept}".strip()) from exc
    if (done_with := _draft_of_ours(args) if draft is None else draft) is not None:
        done_with.unlink(missing_ok=True)
    return 0


def _draft_of_ours(args: argparse.Namespace) -> Path | None:
    """The file that was handed in, if it is a draft that an editor left here; what it says is signed now."""
    file: Path | None = args.file
    if file is None or not _DRAFT.fullmatch(file.name):
        return None
    return file if file.resolve().parent == args.config.resolve().parent else None


def _not_before(args: argparse.Namespace, desk: Desk) -> float | None:
    written: str | None = getattr(args, "not_before", None)
    if written is None:
        return None
    moment = moment_of(written, desk.config, desk.now)
    if moment <= desk.now:
        raise AgencyError(f"{written} has passed already", hint="Leave --not-before away to sign it now.")
    return moment


def _standing(deed: Deed, target: Signed | None, desk: Desk) -> Manuscript:
    """What an editor begins with: a correction with the text as it stands."""
    if deed is not Deed.CORRECT or target is None:
        return Manuscript()
    return manuscript_of(last_text(target.sub, desk.book))


def _options(deed: Deed, args: argparse.Namespace) -> Manuscript:
    found: dict[str, tuple[str, ...]] = {}
    for name in deed.fields:
        value = getattr(args, name.replace("-", "_"))
        if value is not None:
            found[name] = tuple(value) if isinstance(value, list) else (value,)
    body = getattr(args, "body_file", None)
    return Manuscript(fields=found, html=None if body is None else as_html(_text(body)))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode()
    except OSError as exc:
        raise AgencyError(f"cannot read {path}: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise AgencyError(f"{path} is not UTF-8: {exc}") from exc


def _edited(offered: str, config: Path) -> Path:
    """The file that a person wrote, beside the configuration: theirs until the act is done."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        handle, name = tempfile.mkstemp(prefix="draft-", suffix=".md", dir=config.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(offered)
    except OSError as exc:
        raise AgencyError(f"cannot write a draft in {config.parent}: {exc.strerror}") from exc
    draft = Path(name)
    try:
        # The person's own editor, as they named it, on a file of ours.
        subprocess.run([*shlex.split(editor), str(draft)], check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as exc:
        raise AgencyError(
            f"the editor {editor!r} failed: {exc}; nothing was done", hint=_kept(draft)
        ) from exc
    if _text(draft) == offered:
        draft.unlink()
        raise AgencyError(_EDITOR_LEFT)
    return draft


def _kept(draft: Path) -> str:
    return f"What you wrote is in {draft}: hand it in with --file. It is taken away when that is done."


def _preview(item: Item, config: AgencyConfig, not_before: float | None) -> str:
    when = "now" if not_before is None else f"at {rfc3339(not_before)}, not before"
    if needs_second(item):
        when = "when the second person releases it"
    return "\n".join([f"To be signed by {config.id} {when}, in stream {item.stream}:", "", *whole(item), ""])


def _ask(deed: Deed, item: Item) -> None:
    if deed is Deed.RETRACT:
        word = item.sub[-6:]
        confirm(f"A retraction is final. Type the item's title, or the word {word}:", item.title, word)
    else:
        waits = needs_second(item)
        confirm(f"Type yes to {'let it wait for the second person' if waits else 'sign it'}:", "yes")


def _done(done: Signed | Waiting) -> str:
    if isinstance(done, Signed):
        return f"Signed as number {done.seq}: version {done.ver} of {done.sub}."
    until = "until a second person releases it" if done.due is None else f"until {rfc3339(done.due)}"
    return f"It waits, unsigned, as number {done.id} of the waiting list {until}: {done.item.sub}."
