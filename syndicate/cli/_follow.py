"""``syndicate follow``: every item of a hub, in order, each checked here, as lines for people or programs."""

import argparse
import json
import logging
import sys
from pathlib import Path
from typing import Final

from syndicate.cli._shown import harmless, shown
from syndicate.client import Followed, follow_sync
from syndicate.errors import FalseLeaf, ForkedLog, WithheldLeaf

_EVERY: Final = 5.0
_HOW: Final = (
    "root", "registry", "cursor", "after", "member", "agency", "lang", "topic", "urgency",
    "kind", "log", "every", "once", "doubtful",
)  # fmt: skip


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate follow`` to the command line."""
    parser = nouns.add_parser(
        "follow",
        help="every item of a hub, in order, each checked here",
        description="Print every item that a hub or mirror shows, once and in order, and then what comes. "
        "Each is checked against its agency's key and the public log before you see it. Ends with 1 if the "
        "hub withholds or alters, 2 if something cannot be had. For programs: `syndicate.client.follow`.",
    )
    parser.add_argument("hub", metavar="URL", help="the hub or mirror")
    parser.add_argument("--root", metavar="FILE", type=Path, help="the federation's root.json")
    parser.add_argument("--registry", metavar="URL|FOLDER", help="the registry (default: the hub's copy)")
    parser.add_argument("--cursor", metavar="FILE", type=Path, help="remember here how far it came")
    parser.add_argument(
        "--after", metavar="INDEX", type=int, default=-1, help="begin behind this index (default: all)"
    )
    narrowed = parser.add_mutually_exclusive_group()
    narrowed.add_argument("--member", metavar="CC", help="only one member state's agencies")
    narrowed.add_argument("--agency", metavar="ID", help="only one agency")
    parser.add_argument("--lang", metavar="TAG", help="only one language")
    parser.add_argument("--topic", metavar="CODE", help="only one Media Topic, eight digits")
    parser.add_argument("--urgency", metavar="1-9", type=int, help="only what is that urgent or more")
    parser.add_argument("--kind", metavar="KIND", help='only "alert", "rebuttal" ...; or "corrections"')
    parser.add_argument("--log", metavar="KEY", action="append", default=[],
                        help="a log's key, where the registry has no policy (again for more)")  # fmt: skip
    parser.add_argument("--once", action="store_true", help="stop when nothing is new")
    parser.add_argument("--every", metavar="SECONDS", type=float, default=_EVERY,
                        help="between two looks (default: %(default)s)")  # fmt: skip
    parser.add_argument("--doubtful", action="store_true", help="also what its agency stands behind no more")
    parser.add_argument("--json", action="store_true", help="write a line of JSON for each item")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    how = {name: getattr(args, name) for name in _HOW}
    try:
        for one in follow_sync(args.hub, **how):
            print(json.dumps(one.as_json(), ensure_ascii=False) if args.json else _spoken(one), flush=True)
    except (FalseLeaf, ForkedLog, WithheldLeaf) as exc:
        print(f"ALARM: {harmless(str(exc))}\n  {exc.hint}", file=sys.stderr)
        return 1
    return 0


def _spoken(one: Followed) -> str:
    item = one.item
    doubt = "" if one.report.ok else f" [{', '.join(one.report.reasons)}]"
    act = "" if item.act == "publish" else f"{item.act.upper()}: "
    return f"{one.index}  {item.published}  {item.iss}  {item.lang}{doubt}  {act}{shown(item.title)}"
