"""``python -m tests.bench [--quick] [--only NAME] [--json]``: measure, print, say which goals are missed."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Final

from . import (
    _agency,
    _behind,
    _beside_reader,
    _client,
    _crowd,
    _cursor,
    _deliver,
    _export,
    _ingest,
    _ledger,
    _likeness,
    _lookup,
    _memory,
    _polls,
    _registry,
    _relations,
    _render,
    _sealing,
    _search,
    _streams,
    _warm_feed,
)
from ._measure import FULL, QUICK, Result, Scale

SECTIONS: Final[Mapping[str, Callable[[Scale], list[Result]]]] = {
    "ingest": _ingest.measure,
    "behind": _behind.measure,
    "agency": _agency.measure,
    "reader": _beside_reader.measure,
    "relations": _relations.measure,
    "polls": _polls.measure,
    "feed": _warm_feed.measure,
    "stream": _streams.measure,
    "memory": _memory.measure,
    "registry": _registry.measure,
    "ledger": _ledger.measure,
    "sealing": _sealing.measure,
    "cursor": _cursor.measure,
    "client": _client.measure,
    "deliver": _deliver.measure,
    "crowd": _crowd.measure,
    "render": _render.measure,
    "lookup": _lookup.measure,
    "export": _export.measure,
    "search": _search.measure,
    "likeness": _likeness.measure,
}


def main(words: Sequence[str]) -> int:
    """Measure what was asked for; 1 if a goal is missed. Quick measures judge nothing and end with 0."""
    asked = _asked(words)
    scale = QUICK if asked.quick else FULL
    results: list[Result] = []
    for result in _measured(asked.only or list(SECTIONS), scale):
        results.append(result)
        if not asked.json:
            print("\n".join(_lines(result)), flush=True)
    if asked.json:
        print(json.dumps([{**asdict(each), "goal": str(each.goal), "met": each.met} for each in results]))
    if asked.quick:
        return 0
    return 0 if all(each.met for each in results) else 1


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only try that it runs: small, judges nothing")
    parser.add_argument("--only", action="append", choices=SECTIONS, help="one section; may be repeated")
    parser.add_argument("--json", action="store_true", help="one JSON list instead of text")
    return parser.parse_args(words)


def _measured(names: Sequence[str], scale: Scale) -> Iterator[Result]:
    for name in names:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        yield from SECTIONS[name](scale)


def _lines(result: Result) -> Iterator[str]:
    low, high = result.spread
    verdict = "met" if result.met else "MISSED"
    unit = f" {result.unit}" if result.unit else ""
    yield f"{result.section}: {result.what}"
    yield f"  {result.figure:.2f}{unit} ({low:.2f} to {high:.2f}); goal {result.goal}: {verdict}"
    yield from (f"    {line}" for line in result.behind)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
