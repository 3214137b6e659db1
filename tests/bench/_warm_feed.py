"""A feed that many readers ask for while nothing is new, beside a bare handler with the same bytes."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from ._ingest import intake
from ._measure import MICRO, Goal, Result, Scale, ratio_of, told
from ._newsroom import Press
from ._visitor import Child, Visitor, child, request

GOAL: Final = Goal(at_least=0.9)
_FEED: Final = "/feeds/all.atom"
_BYTES_A_VISIT: Final = 300_000_000  # about so many in one visit of a turn, or so many times:
_MOST: Final = 1_500


@dataclass(frozen=True, slots=True)
class Way:
    """One way of asking for the feed: what is sent to ours and to the bare one, and the answers' sizes."""

    name: str
    ours: bytes
    bare: bytes
    sizes: tuple[int, int]


def measure(scale: Scale) -> list[Result]:
    """Requests a second of CPU: our warm feed ÷ a bare aiohttp handler that returns the same bytes."""
    with TemporaryDirectory(prefix="syndicate-bench-") as made, ExitStack() as opened:
        folder = Path(made)
        press = Press(folder)
        asyncio.run(_store(folder / "hub.db", press))
        hub = opened.enter_context(child(folder / "hub.db", press.repository, press.root))
        ours = opened.enter_context(closing(Visitor(hub.port)))
        bodies = _bodies(ours, folder)
        bare = opened.enter_context(closing(Visitor(hub.ask(dict(bodies))["port"])))
        return [_compare(hub, ours, bare, way, scale) for way in _ways(ours, bare)]


async def _store(path: Path, press: Press) -> None:
    issues = list(press.issues(1))
    async with intake(path, press.registry) as open_:
        await open_.ingest(issues)


def _bodies(ours: Visitor, folder: Path) -> Iterator[tuple[str, tuple[str | None, dict[str, str]]]]:
    """What the bare handler hands out, by its path: the hub's own bytes."""
    for name, coding in (("plain", "identity"), ("gzip", "gzip")):
        status, headers, body = ours.get(_FEED, f"Accept-Encoding: {coding}")
        if status != 200 or headers.get("content-encoding", "identity") != coding:
            raise AssertionError(f"no {name} feed to compare: {status}")
        (folder / name).write_bytes(body)
        kept = ("content-type", "content-encoding")
        yield f"/{name}", (str(folder / name), {each: headers[each] for each in kept if each in headers})
    yield "/304", (None, {"etag": _etag(ours)})


def _etag(ours: Visitor) -> str:
    return ours.get(_FEED, "Accept-Encoding: identity")[1]["etag"]


def _ways(ours: Visitor, bare: Visitor) -> Iterator[Way]:
    known = f"If-None-Match: {_etag(ours)}"
    for name, lines in (
        ("plain", ("Accept-Encoding: identity",)),
        ("gzip", ("Accept-Encoding: gzip",)),
        ("304", ("Accept-Encoding: identity", known)),
    ):
        asked = request(_FEED, *lines), request(f"/{name}", *lines)
        yield Way(name, *asked, (ours.size_of(asked[0]), bare.size_of(asked[1])))


def _compare(hub: Child, ours: Visitor, bare: Visitor, way: Way, scale: Scale) -> Result:
    times = scale.of(min(_MOST, _BYTES_A_VISIT // way.sizes[0]), 5)
    spent: tuple[list[float], list[float]] = ([], [])
    visits = ((ours, way.ours, way.sizes[0]), (bare, way.bare, way.sizes[1]))
    for turn in range(scale.turns + 1):
        order = (0, 1) if turn % 2 else (1, 0)
        for which in order:
            visitor, asked, size = visits[which]
            before = hub.cpu
            visitor.again(asked, size, times)
            spent[which].append((hub.cpu - before) / times * MICRO)
    return _result(way, spent[0][1:], spent[1][1:])  # the first turn warmed up


def _result(way: Way, ours: Sequence[float], bare: Sequence[float]) -> Result:
    behind = [
        told(f"bare aiohttp handler, {way.sizes[1]:,} bytes", bare, "µs of CPU a request"),
        told(f"warm feed, {way.sizes[0]:,} bytes", ours, "µs of CPU a request"),
    ]
    what = f"{way.name}: warm {_FEED} a second of CPU ÷ a bare aiohttp handler with the same bytes"
    return ratio_of("feed", what, [them / us for them, us in zip(bare, ours, strict=True)], GOAL, behind)
