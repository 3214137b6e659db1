"""``syndicate evidence``: one page that a journalist sends to an editor."""

import argparse
import time
from pathlib import Path

from syndicate.cli._asked import add_registry
from syndicate.cli._prove import add_item, asked_for, judged
from syndicate.cli._verify import told_of
from syndicate.client import Quoted, evidence_page
from syndicate.errors import ClientError


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate evidence`` to the command line."""
    parser = nouns.add_parser(
        "evidence",
        help="one HTML file: an item, its proof, and what checks both, off-line",
        description="Write one HTML file with an item's text, token, proof, and the keys and witnesses that "
        "count. It checks itself in a browser without a line, and prints.",
    )
    add_item(parser)
    parser.add_argument("--out", type=Path, help="the file to write (default: named after the item)")
    add_registry(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    evidence = asked_for(args)
    report, seen = judged(args, evidence)
    print(told_of(report))
    quoted = Quoted(registry=seen.registry, policy_file=seen.policy or b"", made=int(time.time()))
    page = evidence_page(evidence, report, quoted)
    path = args.out or Path(f"{evidence.sub.replace(':', '-')}-{evidence.ver}.html")
    try:
        path.write_bytes(page)
    except OSError as exc:
        raise ClientError(f"cannot write {path}: {exc.strerror}") from exc
    print(f"\n{path}")
    return 0
